//! The commands that are emulated: those that print, write, move or read files, set variables, change what runs next.

use super::expand::{Doubt, Value};
use super::parse::{Parser, is_name};
use super::run::{Flow, Interpreter};
use super::source::Lines;
use super::test::Operand;
use crate::script::local_path;
use crate::script::writer::emulation::Input;
use crate::script::writer::files::Piece;
use std::sync::Arc;

impl Interpreter<'_, '_> {
    /// Runs a command whose words are expanded.
    pub(super) fn command(&mut self, name: &Value, arguments: &[Value]) {
        if let Some(text) = self.aliases.remove(&name.text) {
            let mut words: Vec<Value> = super::words(&text).into_iter().map(Value::known).collect();
            words.extend_from_slice(arguments);
            if let Some((name, arguments)) = words.split_first() {
                self.command(name, arguments);
            }
            self.aliases.insert(name.text.clone(), text);
            return;
        }
        if let Some(body) = self.functions.get(&name.text).cloned() {
            self.call(&name.text, &body, arguments);
            return;
        }
        let word = name.text.strip_prefix('\\').unwrap_or(&name.text);
        let bare = if word.starts_with('/') { local_path::file_name(word) } else { word };
        if matches!(bare, "echo" | "printf" | "print") {
            self.printed_doubt |= !arguments.iter().all(Value::is_known);
        }
        match bare {
            "" => {}
            ":" | "true" => self.pass_over(),
            "false" => self.status = Some(1),
            "echo" => self.echo(arguments),
            "printf" => self.printf(arguments),
            "print" => self.korn_print(arguments),
            "cat" | "zcat" | "type" if bare != "type" => self.cat(arguments),
            "tee" => self.tee(arguments),
            "cp" | "mv" | "ln" => self.copy(bare, arguments),
            "rm" | "unlink" | "shred" => self.remove(arguments),
            "mkfifo" => self.make_fifo(arguments),
            "mknod" if arguments.last().is_some_and(|kind| kind.text == "p") => {
                self.make_fifo(arguments.get(..1).unwrap_or_default());
            }
            "export" | "readonly" | "declare" | "typeset" | "local" | "let" | "setenv" => self.declare(bare, arguments),
            "unset" | "unsetenv" => self.unset(arguments),
            "set" => self.set(arguments),
            "shift" => self.shift(arguments),
            "read" => self.read(arguments),
            "alias" => self.alias(arguments),
            "unalias" => {
                for name in arguments {
                    self.aliases.remove(&name.text);
                }
            }
            "cd" | "chdir" | "pushd" => {
                if bare == "pushd" {
                    self.directories.push(self.emulation.directory.clone());
                }
                let target = arguments.iter().find(|argument| !argument.text.starts_with('-'));
                if let Some(target) = target {
                    self.change_directory(&target.text);
                }
                self.status = None;
            }
            "popd" => {
                if let Some(directory) = self.directories.pop() {
                    self.emulation.directory = directory;
                }
                self.status = Some(0);
            }
            "test" => self.status = self.test(arguments),
            "[" => {
                let inner =
                    arguments.split_last().filter(|(last, _)| last.text == "]").map_or(arguments, |(_, rest)| rest);
                self.status = self.test(inner);
            }
            "." | "source" => self.source_file(arguments),
            "eval" => {
                let text = arguments.iter().map(|argument| argument.text.as_str()).collect::<Vec<_>>().join(" ");
                self.run_text(&text);
                self.note_output_run(&format!("eval {text}"), &text);
            }
            "exit" | "return" | "logout" | "break" | "continue" => self.jump(bare, arguments),
            "basename" | "dirname" => self.name_part(bare, arguments),
            "trap" | "ulimit" | "umask" | "wait" | "sleep" | "usleep" | "hash" | "bind" | "stty" | "clear" | "sync"
            | "shopt" | "setopt" | "emulate" | "getopts" | "enable" | "complete" | "times" | "tput" | "touch"
            | "chmod" | "chown" | "mkdir" | "rmdir" | "jobs" | "kill" | "fg" | "bg" | "history" | "dirs"
            | "unsetopt" => {
                self.status = None;
            }
            _ => self.program_or_filter(bare, name, arguments),
        }
    }

    /// `:` does nothing; a here-document that it is given is a remark of many lines.
    fn pass_over(&mut self) {
        self.status = Some(0);
        let Input::Text(pieces) = self.emulation.input.clone() else { return };
        let text: String = pieces.iter().map(|piece| piece.text.as_str()).collect();
        if super::quoted::may_start_client(&text) {
            self.emulation.input = Input::Keyboard;
            let lines = Lines::Table(pieces.iter().map(|piece| piece.line).collect());
            self.dead("commented out", |shell| {
                let program = Parser::new(&text, lines).program();
                shell.list(&program);
            });
        }
    }

    /// Prints pieces as of the lines that they come from.
    pub(super) fn print_pieces(&mut self, pieces: Vec<Piece>) {
        let (line, file) = (self.emulation.line, self.emulation.file.clone());
        for piece in pieces {
            (self.emulation.line, self.emulation.file) = (piece.line, piece.file);
            self.emulation.print(&piece.text);
        }
        (self.emulation.line, self.emulation.file) = (line, file);
    }

    /// The standard input where it is known: text, or a file that the text wrote or a neighbour holds.
    pub(super) fn known_input(&self) -> Option<Vec<Piece>> {
        match &self.emulation.input {
            Input::Keyboard => None,
            Input::Text(pieces) => Some(pieces.clone()),
            Input::File(path) => self.known_file(path),
        }
    }

    pub(super) fn known_file(&self, path: &str) -> Option<Vec<Piece>> {
        let directory = self.emulation.directory.as_deref();
        if let Some(file) = self.emulation.files.get(path, directory) {
            return Some(file.pieces.clone());
        }
        let text = self.emulation.neighbours.text(path, directory)?;
        Some(vec![Piece { text, line: self.emulation.line, file: self.emulation.file.clone() }])
    }

    fn cat(&mut self, arguments: &[Value]) {
        self.status = Some(0);
        let paths: Vec<&Value> = arguments.iter().filter(|a| !a.text.starts_with('-') || a.text == "-").collect();
        if paths.is_empty() || paths.iter().any(|path| path.text == "-") {
            match self.known_input() {
                Some(pieces) => self.print_pieces(pieces),
                None => match self.emulation.input.clone() {
                    Input::File(path) => self.type_unknown(&path),
                    _ => self.opaque = true,
                },
            }
        }
        for path in paths.into_iter().filter(|path| path.text != "-") {
            match self.known_file(&path.text) {
                Some(pieces) => self.print_pieces(pieces),
                None => self.type_unknown(&path.text),
            }
        }
    }

    fn type_unknown(&mut self, path: &str) {
        self.note_opaque();
        self.emulation.type_file(path);
        self.status = None;
    }

    /// A program whose output is not known prints into a pipe or a variable.
    pub(super) fn note_opaque(&mut self) {
        if self.emulation.output == crate::script::writer::emulation::Output::Pipe {
            self.opaque = true;
        }
    }

    fn tee(&mut self, arguments: &[Value]) {
        let append = arguments.iter().any(|argument| matches!(argument.text.as_str(), "-a" | "--append"));
        let Some(pieces) = self.known_input() else {
            self.note_opaque();
            return;
        };
        let directory = self.emulation.directory.clone();
        for path in arguments.iter().filter(|argument| !argument.text.starts_with('-')) {
            if path.text.starts_with("/dev/") || !self.emulation.step() {
                continue;
            }
            self.emulation.files.open(&path.text, directory.as_deref(), append);
            let output = crate::script::writer::emulation::Output::File(path.text.clone(), directory.clone());
            let old = std::mem::replace(&mut self.emulation.output, output);
            self.print_pieces(pieces.clone());
            self.emulation.output = old;
        }
        self.print_pieces(pieces);
        self.status = Some(0);
    }

    fn copy(&mut self, name: &str, arguments: &[Value]) {
        self.status = None;
        let paths: Vec<&str> =
            arguments.iter().map(|a| a.text.as_str()).filter(|text| !text.starts_with('-')).collect();
        let [source, target] = paths.as_slice() else { return };
        let directory = self.emulation.directory.clone();
        let target = if target.ends_with('/') {
            format!("{target}{}", local_path::file_name(source))
        } else {
            (*target).to_owned()
        };
        self.emulation.note_renamed(source, &target);
        let pieces = if name == "mv" {
            self.emulation.files.remove(source, directory.as_deref()).map(|file| file.pieces)
        } else {
            self.emulation.files.get(source, directory.as_deref()).map(|file| file.pieces.clone())
        };
        let Some(pieces) = pieces else { return };
        let bytes = pieces.iter().map(|piece| piece.text.len()).sum();
        if self.emulation.files.count(bytes, self.emulation.limits.batch_output) {
            self.emulation.files.put(&target, directory.as_deref(), pieces);
        } else {
            self.emulation.cap("the emulation of this text wrote more than the limit and was ended");
        }
        self.status = Some(0);
    }

    fn remove(&mut self, arguments: &[Value]) {
        for path in arguments.iter().filter(|argument| !argument.text.starts_with('-')) {
            if let Some(file) = self.emulation.files.remove(&path.text, self.emulation.directory.as_deref()) {
                self.emulation.outcome.left.push(file);
            }
        }
        self.status = None;
    }

    fn make_fifo(&mut self, arguments: &[Value]) {
        for path in arguments.iter().filter(|argument| !argument.text.starts_with('-')).take(16) {
            self.fifos.insert(path.text.clone());
        }
        self.status = Some(0);
    }

    fn declare(&mut self, name: &str, arguments: &[Value]) {
        self.status = Some(0);
        if name == "let" {
            let mut last = None;
            for argument in arguments {
                last = if argument.is_known() { self.arithmetic(&argument.text) } else { None };
            }
            self.status = last.map(|number| u8::from(number == 0));
            return;
        }
        if name == "setenv" {
            if let [name, value] = arguments
                && is_name(&name.text)
            {
                self.assign(&name.text, value.clone());
            }
            return;
        }
        let local = name == "local" || matches!(name, "declare" | "typeset") && self.arguments.is_some();
        for argument in arguments.iter().filter(|argument| !argument.text.starts_with('-')) {
            let (name, value) =
                argument.text.split_once('=').map_or((argument.text.as_str(), None), |(n, v)| (n, Some(v)));
            if !is_name(name) {
                continue;
            }
            if local {
                self.make_local(name);
            }
            if let Some(text) = value {
                self.assign(name, Value { text: text.to_owned(), doubt: argument.doubt });
            }
        }
    }

    fn unset(&mut self, arguments: &[Value]) {
        for name in arguments.iter().filter(|argument| is_name(&argument.text)) {
            self.assign(&name.text, Value::default());
            self.functions.remove(&name.text);
        }
        self.status = Some(0);
    }

    /// `set -- words`; switches change nothing here. `set x = value` is the C shell's.
    fn set(&mut self, arguments: &[Value]) {
        self.status = Some(0);
        if self.flavour == super::run::Flavour::C {
            let text = arguments.iter().map(|a| a.text.as_str()).collect::<Vec<_>>().join(" ");
            if let Some((name, value)) = text.split_once('=')
                && is_name(name.trim())
            {
                let known = arguments.iter().all(Value::is_known);
                let value = value.trim().trim_start_matches('(').trim_end_matches(')').trim().to_owned();
                self.assign(name.trim(), Value { text: value, doubt: if known { Doubt::None } else { Doubt::Partly } });
            }
            return;
        }
        let mut rest = arguments;
        while let Some((first, tail)) = rest.split_first() {
            if first.text == "--" || first.text == "-" {
                self.arguments = Some(tail.to_vec());
                return;
            }
            if !first.text.starts_with(['-', '+']) {
                self.arguments = Some(rest.to_vec());
                return;
            }
            rest = if first.text.ends_with('o') { tail.get(1..).unwrap_or_default() } else { tail };
        }
    }

    fn shift(&mut self, arguments: &[Value]) {
        let count = arguments.first().and_then(|count| count.text.parse().ok()).unwrap_or(1usize);
        self.status = self.arguments.as_mut().map(|own| {
            let enough = own.len() >= count;
            own.drain(..count.min(own.len()));
            u8::from(!enough)
        });
    }

    /// `read [-r] names`: a line of an input that is known; a name whose value is not known stays as it is written.
    fn read(&mut self, arguments: &[Value]) {
        let mut names: Vec<String> = Vec::new();
        let (mut raw, mut skip, mut array) = (false, false, false);
        for argument in arguments {
            if std::mem::take(&mut skip) {
                continue;
            }
            match argument.text.strip_prefix('-') {
                Some(letters) => {
                    raw |= letters.contains('r');
                    array |= letters.contains('a');
                    skip = letters.ends_with(['p', 't', 'u', 'n', 'd', 'N', 'i']);
                }
                None => names.push(argument.text.split('?').next().unwrap_or_default().to_owned()),
            }
        }
        names.retain(|name| is_name(name));
        if names.is_empty() {
            names.push("REPLY".to_owned());
        }
        let known = self.known_input();
        let Some(pieces) = known else {
            for name in names {
                self.assign(&name, Value { text: String::new(), doubt: Doubt::Wholly });
            }
            self.status = None;
            return;
        };
        let Some((line, complete, rest)) = first_line(pieces, raw) else {
            for name in names {
                self.assign(&name, Value::default());
            }
            self.status = Some(1);
            return;
        };
        self.emulation.input = Input::Text(rest);
        let separators = self.separators();
        let doubt = if line.contains(['$', '`']) && self.printed_doubt { Doubt::Partly } else { Doubt::None };
        let mut fields = split_line(&line, &separators, if array { usize::MAX } else { names.len() }).into_iter();
        if array {
            if let Some(name) = names.first() {
                self.arrays.insert(name.clone(), fields.map(|text| Value { text, doubt }).collect());
            }
        } else {
            for name in names {
                self.assign(&name, Value { text: fields.next().unwrap_or_default(), doubt });
            }
        }
        self.status = Some(u8::from(!complete));
    }

    fn alias(&mut self, arguments: &[Value]) {
        for argument in arguments {
            if let Some((name, text)) = argument.text.split_once('=')
                && self.aliases.len() < 256
            {
                self.aliases.insert(name.to_owned(), text.to_owned());
            }
        }
        self.status = Some(0);
    }

    pub(super) fn change_directory(&mut self, target: &str) {
        if target.is_empty() || target == "-" {
            self.emulation.directory = None;
            return;
        }
        self.emulation.directory = match &self.emulation.directory {
            _ if local_path::is_absolute(target) || target.starts_with('$') => Some(local_path::normalise(target)),
            Some(directory) => Some(local_path::join(directory, target)),
            None => self.emulation.origin.directory.map(|directory| local_path::join(directory, target)),
        };
    }

    fn test(&mut self, arguments: &[Value]) -> Option<u8> {
        let operands: Vec<Operand> =
            arguments.iter().map(|value| Operand { value: value.clone(), pattern: None }).collect();
        self.evaluate_test(&operands).map(|truth| u8::from(!truth))
    }

    fn source_file(&mut self, arguments: &[Value]) {
        self.status = None;
        let Some((path, rest)) = arguments.split_first() else { return };
        let directory = self.emulation.directory.clone();
        let written = self.emulation.files.get(&path.text, directory.as_deref()).cloned();
        let (text, lines, file) = match written {
            Some(file) => {
                let (text, lines) = text_of(&file.pieces);
                (text, lines, self.emulation.file.clone())
            }
            None => {
                let directory = directory.as_deref().or(self.emulation.origin.directory);
                let Some(text) = self.emulation.neighbours.text(&path.text, directory) else { return };
                (text, Lines::From(1), Some(Arc::from(path.text.as_str())))
            }
        };
        if !self.emulation.enter() {
            return;
        }
        let (line, own) = (self.emulation.line, std::mem::replace(&mut self.emulation.file, file));
        let launches = self.emulation.outcome.launches.len();
        let runs = self.emulation.outcome.runs.len();
        let arguments = if rest.is_empty() { self.arguments.clone() } else { Some(rest.to_vec()) };
        let outer = std::mem::replace(&mut self.arguments, arguments);
        let program = Parser::new(&text.replace("\r\n", "\n"), lines).program();
        self.list(&program);
        self.arguments = outer;
        if self.flow == Some(Flow::Return) {
            self.flow = None;
        }
        if self.emulation.file.is_some() {
            // What a reader of this text sees is the line that brings the other in.
            for (launch, _) in self.emulation.outcome.launches.iter_mut().skip(launches) {
                launch.found_in.line = Some(line);
            }
            for run in self.emulation.outcome.runs.iter_mut().skip(runs) {
                run.line = line;
            }
        }
        (self.emulation.line, self.emulation.file) = (line, own);
        self.emulation.leave();
    }

    /// Runs a text that stands in one line: what `eval` and `sh -c` are given.
    pub(super) fn run_text(&mut self, text: &str) {
        let lines = Lines::At(self.emulation.line);
        self.run_lines(text, lines);
    }

    /// Runs a text with lines of its own.
    pub(super) fn run_lines(&mut self, text: &str, lines: Lines) {
        if !self.emulation.enter() {
            return;
        }
        let line = self.emulation.line;
        let program = Parser::new(text, lines).program();
        self.list(&program);
        self.emulation.line = line;
        self.emulation.leave();
    }

    fn jump(&mut self, name: &str, arguments: &[Value]) {
        if self.flavour == super::run::Flavour::C {
            // Its conditions are passed over: nobody knows whether the line is reached.
            return;
        }
        let number = arguments.first().and_then(|argument| argument.text.parse::<u8>().ok());
        let levels = usize::from(number.unwrap_or(1).max(1));
        match name {
            "break" => self.flow = Some(Flow::Break(levels)),
            "continue" => self.flow = Some(Flow::Continue(levels)),
            _ => {
                if number.is_some() {
                    self.status = number;
                }
                self.flow = Some(if name == "return" { Flow::Return } else { Flow::Exit });
            }
        }
    }

    fn name_part(&mut self, name: &str, arguments: &[Value]) {
        self.status = Some(0);
        let mut words = arguments.iter().filter(|argument| argument.text != "--");
        let Some(path) = words.next() else { return };
        if !arguments.iter().all(Value::is_known) {
            self.note_opaque();
            return;
        }
        let trimmed = path.text.trim_end_matches('/');
        let trimmed = if trimmed.is_empty() && !path.text.is_empty() { "/" } else { trimmed };
        let part = if name == "basename" {
            let base = if trimmed == "/" { "/" } else { trimmed.rsplit('/').next().unwrap_or(trimmed) };
            let suffix = words.next().map_or("", |suffix| suffix.text.as_str());
            base.strip_suffix(suffix).filter(|stem| !stem.is_empty()).unwrap_or(base)
        } else {
            match trimmed.rsplit_once('/') {
                None if trimmed == "/" => "/",
                None => ".",
                Some((head, _)) if head.trim_end_matches('/').is_empty() => "/",
                Some((head, _)) => head.trim_end_matches('/'),
            }
        };
        self.emulation.print(&format!("{part}\n"));
    }
}

/// The text of pieces, and the number of the line that each of its lines comes from.
pub(super) fn text_of(pieces: &[Piece]) -> (String, Lines) {
    let mut text = String::new();
    let mut numbers = Vec::new();
    let mut begins = true;
    for piece in pieces {
        for part in piece.text.split_inclusive('\n') {
            if begins {
                numbers.push(piece.line);
            }
            begins = part.ends_with('\n');
            text.push_str(part);
        }
    }
    (text, Lines::Table(numbers.into()))
}

/// The first line of an input, whether its end stood there, and what is left. A backslash joins lines unless `raw`.
fn first_line(pieces: Vec<Piece>, raw: bool) -> Option<(String, bool, Vec<Piece>)> {
    let mut line = String::new();
    let mut pieces = pieces.into_iter();
    let mut any = false;
    while let Some(piece) = pieces.next() {
        any |= !piece.text.is_empty();
        let mut rest = piece.text.as_str();
        while let Some((head, tail)) = rest.split_once('\n') {
            rest = tail;
            let joins = !raw && head.chars().rev().take_while(|c| *c == '\\').count().checked_rem(2) == Some(1);
            if joins {
                line.push_str(head.strip_suffix('\\').unwrap_or(head));
                continue;
            }
            line.push_str(head);
            let line = if raw { line } else { without_backslashes(&line) };
            let mut left = Vec::new();
            if !rest.is_empty() {
                left.push(Piece { text: rest.to_owned(), line: piece.line, file: piece.file.clone() });
            }
            left.extend(pieces);
            return Some((line, true, left));
        }
        line.push_str(rest);
    }
    any.then(|| (if raw { line.clone() } else { without_backslashes(&line) }, false, Vec::new()))
}

fn without_backslashes(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character == '\\' {
            out.extend(characters.next());
        } else {
            out.push(character);
        }
    }
    out
}

/// A line as `read` splits it: the last field takes all that is left.
fn split_line(line: &str, separators: &str, count: usize) -> Vec<String> {
    let blank = |c: char| c.is_whitespace() && separators.contains(c);
    let mut fields = Vec::new();
    let mut rest = line.trim_matches(blank);
    while !rest.is_empty() && fields.len().saturating_add(1) < count {
        let Some(at) = rest.find(|c| separators.contains(c)) else { break };
        let (field, tail) = rest.split_at_checked(at).unwrap_or((rest, ""));
        fields.push(field.to_owned());
        let tail = tail.trim_start_matches(blank);
        let sign = tail.chars().next().filter(|c| separators.contains(*c));
        rest = tail.get(sign.map_or(0, char::len_utf8)..).unwrap_or_default().trim_start_matches(blank);
    }
    fields.push(rest.to_owned());
    fields
}
