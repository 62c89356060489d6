//! The commands that decide what runs next and in which surroundings: variables, directories, jumps, calls, starts.

use super::arithmetic::{self, Names};
use super::expand;
use super::parse::is_delimiter;
use super::run::{Interpreter, Jump};
use super::tree::Node;
use super::variables;
use crate::script::client::switches;
use crate::script::local_path;
use crate::script::url;
use crate::script::writer::emulation::Input;

/// States kept by `setlocal`.
const LOCALS: usize = 32;

/// Commands of cmd.exe itself, and programs beside it that are emulated, that may be written with a caret, a variable that
/// is nothing, or a sign glued to them.
const COMMANDS: &[&str] = &[
    "assoc", "break", "call", "cd", "chdir", "cls", "color", "copy", "date", "del", "dir", "echo", "endlocal", "erase",
    "exit", "find", "findstr", "ftype", "goto", "md", "mkdir", "mklink", "more", "move", "path", "pause", "popd",
    "prompt", "pushd", "rd", "ren", "rename", "rmdir", "set", "setlocal", "shift", "sort", "start", "time", "title",
    "type", "ver", "verify", "vol", "xcopy",
];

impl Interpreter<'_, '_> {
    /// Runs one command whose text is complete.
    pub(super) fn simple(&mut self, text: &str) {
        let text = text.trim_start_matches(|c| is_delimiter(c) || c == '@');
        let (word, rest) = first_word(text);
        self.success = Some(true);
        match word.to_ascii_lowercase().as_str() {
            "" => {}
            "echo" => self.echo(rest),
            "set" => self.set(rest),
            "setlocal" => self.begin_local(rest),
            "endlocal" => self.end_local(),
            "cd" | "chdir" => self.change_directory(rest),
            "pushd" => {
                self.directories.push(self.emulation.directory.clone());
                if !rest.trim().is_empty() {
                    self.change_directory(&format!("/d {}", rest.trim()));
                }
            }
            "popd" => {
                if let Some(directory) = self.directories.pop() {
                    self.emulation.directory = directory;
                }
            }
            "goto" => self.goto(rest),
            "exit" => self.exit(rest),
            "shift" => self.shift(rest),
            "call" => self.call(rest),
            "start" => self.start(rest),
            "type" => self.type_files(rest),
            "copy" | "xcopy" => self.copy(rest),
            "move" | "ren" | "rename" => self.rename(rest),
            "del" | "erase" => self.delete(rest),
            "mklink" => self.link(rest),
            "find" => self.find(rest),
            "findstr" => self.find_pattern(rest),
            "more" => self.more(rest),
            "sort" => self.sort(rest),
            "certutil" | "certutil.exe" if self.decode(rest) => {}
            "doskey" | "doskey.exe" => self.macro_of(rest),
            "dir" | "ver" | "vol" | "date" | "time" | "path" | "assoc" | "ftype" | "tree" => self.blind = true,
            "md" | "mkdir" | "rd" | "rmdir" | "timeout" | "pause" => self.success = None,
            "title" | "color" | "cls" | "prompt" | "rem" | "break" | "verify" | "mode" | "chcp" => {}
            _ if is_drive(word) => self.change_drive(word),
            _ => self.program(word, rest, text, false),
        }
    }

    fn echo(&mut self, rest: &str) {
        let trimmed = rest.trim();
        let mut characters = rest.chars();
        let separator = characters.next();
        if trimmed.is_empty()
            && !matches!(separator, Some('.' | ':' | '(' | '/' | '\\' | '+' | '[' | ']' | ',' | ';' | '='))
        {
            self.emulation.print(if self.echoes { "ECHO is on.\r\n" } else { "ECHO is off.\r\n" });
            return;
        }
        let turns = trimmed.eq_ignore_ascii_case("off") || trimmed.eq_ignore_ascii_case("on");
        if turns && separator.is_some_and(is_delimiter) {
            self.echoes = trimmed.eq_ignore_ascii_case("on");
            return;
        }
        self.emulation.print(&format!("{}\r\n", characters.as_str()));
    }

    fn set(&mut self, rest: &str) {
        let rest = rest.trim_start();
        let switch = rest.get(..2).unwrap_or_default();
        let after = rest.get(2..).unwrap_or_default();
        if switch.eq_ignore_ascii_case("/p") {
            self.ask(after);
        } else if switch.eq_ignore_ascii_case("/a") {
            self.calculate(after);
        } else {
            let assignment = match rest.strip_prefix('"') {
                Some(quoted) => quoted.rsplit_once('"').map_or(quoted, |(inner, _)| inner),
                None => rest,
            };
            match assignment.split_once('=') {
                Some((name, value)) if !name.is_empty() => self.assign(name, Some(value)),
                _ => self.list_variables(assignment.trim()),
            }
        }
    }

    /// Sets a variable; to nothing where its value is not known.
    pub(super) fn assign(&mut self, name: &str, value: Option<&str>) {
        let name = name.to_uppercase();
        match value {
            // A variable that stands for itself is one that is not known.
            None => {
                self.emulation.environment.insert(name.clone(), format!("%{name}%"));
            }
            Some(value) if value.len() > self.emulation.limits.line_bytes => {
                self.emulation.leave_out("a variable would grow beyond the limit of a line, and was left as it was");
            }
            // Variables count as output, so that they cannot grow without end.
            Some(value) if !self.emulation.files.count(value.len(), self.emulation.limits.batch_output) => {
                self.emulation.cap("the emulation of this text wrote more than the limit and was ended");
            }
            Some(value) => {
                self.emulation.environment.insert(name, value.to_owned());
            }
        }
    }

    /// `set NAME`: the variables that begin with it, as far as they are known.
    fn list_variables(&mut self, prefix: &str) {
        let prefix = prefix.to_uppercase();
        let mut known: Vec<(String, String)> = self
            .emulation
            .environment
            .iter()
            .filter(|(name, value)| name.starts_with(&prefix) && !value.is_empty())
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        known.extend(
            variables::defaults()
                .filter(|(name, _)| name.starts_with(&prefix) && !self.emulation.environment.contains_key(*name))
                .map(|(name, value)| (name.to_owned(), value.to_owned())),
        );
        known.sort();
        self.success = if known.is_empty() { None } else { Some(true) };
        for (name, value) in known {
            self.emulation.print(&format!("{name}={value}\r\n"));
        }
    }

    /// `set /p name=prompt`: the prompt is printed without an end of line; the answer is a line of the input.
    fn ask(&mut self, text: &str) {
        let text = text.trim_start();
        let text = text.strip_prefix('"').map_or(text, |rest| rest.rsplit_once('"').map_or(rest, |(inner, _)| inner));
        let (name, prompt) = text.split_once('=').unwrap_or((text, ""));
        let prompt = prompt.trim_start();
        let prompt =
            prompt.strip_prefix('"').map_or(prompt, |rest| rest.rsplit_once('"').map_or(rest, |(inner, _)| inner));
        self.emulation.print(prompt);
        let answer = match self.emulation.input.clone() {
            Input::Keyboard => None,
            Input::File(path) => {
                self.read_file(&path).map(|pieces| pieces.into_iter().map(|p| p.text).collect::<String>())
            }
            Input::Text(pieces) if pieces.is_empty() => {
                self.success = Some(false);
                return;
            }
            Input::Text(pieces) => Some(pieces.into_iter().map(|piece| piece.text).collect()),
        };
        let line = answer.as_deref().map(|text| text.lines().next().unwrap_or_default());
        self.assign(name.trim_end(), line);
    }

    fn calculate(&mut self, text: &str) {
        // Names may stand between percent or exclamation marks; those that stayed are not known.
        let value = arithmetic::evaluate(&text.replace('"', ""), &mut Numbers(self));
        if let (Some(value), false) = (value, self.in_file) {
            self.emulation.print(&value.to_string());
        }
    }

    fn begin_local(&mut self, rest: &str) {
        if self.locals.len() < LOCALS {
            self.emulation.spend(self.emulation.environment.len());
            self.locals.push((self.emulation.environment.clone(), self.delayed, self.emulation.directory.clone()));
        }
        for word in rest.split(is_delimiter) {
            match word.to_ascii_lowercase().as_str() {
                "enabledelayedexpansion" => self.delayed = true,
                "disabledelayedexpansion" => self.delayed = false,
                _ => {}
            }
        }
    }

    pub(super) fn end_local(&mut self) {
        if let Some((environment, delayed, directory)) = self.locals.pop() {
            self.emulation.environment = environment;
            self.delayed = delayed;
            self.emulation.directory = directory;
        }
    }

    fn change_directory(&mut self, rest: &str) {
        let mut target = rest.trim();
        let switched = target.get(..2).is_some_and(|switch| switch.eq_ignore_ascii_case("/d"));
        if switched {
            target = target.get(2..).unwrap_or_default().trim_start();
        }
        let target = target.trim_matches('"').trim();
        if target.is_empty() {
            match self.emulation.directory.clone() {
                Some(directory) => self.emulation.print(&format!("{directory}\r\n")),
                None => self.blind = true,
            }
            return;
        }
        let directory = match &self.emulation.directory {
            Some(directory) => Some(local_path::join(directory, target)),
            None if local_path::is_absolute(target) => Some(local_path::normalise(target)),
            None => self.emulation.origin.directory.map(|directory| local_path::join(directory, target)),
        };
        // Without `/d` the directory of another drive changes, and the current drive does not.
        if let Some(path) = &directory
            && let Some(drive) = drive_of(path)
        {
            self.drives.insert(drive, path.clone());
            let current = self.emulation.directory.as_deref().and_then(drive_of);
            if !switched && current.is_some_and(|current| current != drive) {
                return;
            }
        }
        self.emulation.directory = directory;
    }

    fn change_drive(&mut self, word: &str) {
        let drive = word.to_ascii_uppercase();
        let known = drive.chars().next().and_then(|letter| self.drives.get(&letter)).cloned();
        self.emulation.directory = Some(known.unwrap_or_else(|| format!("{drive}\\")));
    }

    fn goto(&mut self, rest: &str) {
        let label = rest.trim_start_matches(|c| is_delimiter(c) || c == ':');
        let label = label.split(|c| is_delimiter(c) || c == ':').next().unwrap_or_default();
        if label.eq_ignore_ascii_case("eof") {
            self.jump = Some(if self.doubtful > 0 { Jump::Away } else { Jump::End });
        } else {
            self.go(label);
        }
    }

    fn exit(&mut self, rest: &str) {
        let rest = rest.trim();
        let ends_file = rest.get(..2).is_some_and(|switch| switch.eq_ignore_ascii_case("/b"));
        let code = if ends_file { rest.get(2..).unwrap_or_default().trim() } else { rest };
        if let Some(code) = arithmetic::number(code) {
            self.error_level = Some(code);
            self.success = Some(code == 0);
        }
        self.jump = Some(match (self.doubtful > 0, ends_file) {
            (true, _) => Jump::Away,
            (false, true) => Jump::End,
            (false, false) => Jump::Quit,
        });
    }

    fn shift(&mut self, rest: &str) {
        let from = rest.trim().strip_prefix('/').and_then(|number| number.parse::<usize>().ok()).unwrap_or(0);
        if let Some(arguments) = &mut self.arguments {
            let index = from.saturating_sub(1);
            if index < arguments.len() {
                arguments.remove(index);
            }
        }
    }

    /// `call` reads its text a second time: variables are put in again, and carets in quotes are doubled.
    fn call(&mut self, rest: &str) {
        if !self.emulation.enter() {
            return;
        }
        if let Node::Simple { text, redirects } = self.again(&rest.replace('^', "^^")) {
            self.redirected(&redirects, |batch| batch.called(&text));
        }
        self.emulation.leave();
    }

    fn called(&mut self, text: &str) {
        let text = self.late(text);
        let text = text.trim_start_matches(is_delimiter);
        match text.strip_prefix(':') {
            Some(call) => {
                let (label, arguments) = call.split_once(is_delimiter).unwrap_or((call, ""));
                self.call_label(label, batch_arguments(arguments));
                self.success = None;
            }
            None => {
                let (word, rest) = first_word(text);
                if COMMANDS.contains(&word.to_ascii_lowercase().as_str()) {
                    self.simple(text);
                } else {
                    self.program(word, rest, text, true);
                }
            }
        }
    }

    /// `start ["title"] [/switch]… program …`.
    fn start(&mut self, rest: &str) {
        let mut rest = rest.trim_start_matches(is_delimiter);
        let outer = self.emulation.directory.clone();
        let mut titled = false;
        // The title of the window stands before the switches or behind any of them.
        while rest.starts_with('/') || rest.starts_with('"') && !titled {
            if let Some(after) = rest.strip_prefix('"') {
                let (title, tail) = after.split_once('"').unwrap_or((after, ""));
                if tail.trim().is_empty() {
                    self.emulation.start(title);
                    self.emulation.directory = outer;
                    return;
                }
                titled = true;
                rest = tail.trim_start_matches(is_delimiter);
                continue;
            }
            let end = rest.find([' ', '\t']).unwrap_or(rest.len());
            let (switch, tail) = rest.split_at_checked(end).unwrap_or((rest, ""));
            rest = tail.trim_start();
            let letter = switch.get(..2).unwrap_or_default();
            if letter.eq_ignore_ascii_case("/d") {
                let glued = switch.get(2..).unwrap_or_default();
                let directory = if glued.is_empty() {
                    let (directory, tail) = quoted_word(rest);
                    rest = tail.trim_start();
                    directory
                } else {
                    glued.trim_matches('"')
                };
                self.change_directory(&format!("/d {directory}"));
            } else if ["/node", "/affinity", "/machine"].iter().any(|known| switch.eq_ignore_ascii_case(known)) {
                rest = quoted_word(rest).1.trim_start();
            }
        }
        if url::find(rest.trim_start_matches('"'), 0) == Some(0) {
            // An address goes to the program that is registered for it.
            self.emulation.start(&format!("explorer {rest}"));
        } else if !rest.is_empty() && self.emulation.enter() {
            let (word, tail) = first_word(rest);
            if COMMANDS.contains(&word.to_ascii_lowercase().as_str()) {
                self.simple(rest);
            } else {
                self.program(word, tail, rest, true);
            }
            self.emulation.leave();
        }
        self.emulation.directory = outer;
        self.success = Some(true);
    }

    /// Starts what is no command of cmd.exe itself. `returns` tells that the control comes back from a batch file.
    pub(super) fn program(&mut self, word: &str, rest: &str, text: &str, returns: bool) {
        self.success = None;
        self.error_level = None;
        if let Some(bare) = without_open(word) {
            // A variable in the middle of a word that no host has is nothing: `f%zz%tp`.
            if COMMANDS.contains(&bare.to_ascii_lowercase().as_str())
                || switches::client_of(&bare, self.emulation.platform).is_some()
            {
                self.emulation.diagnose("unset-variable", format!("{word} was taken for {bare}"));
                if self.emulation.enter() {
                    self.simple(&format!("{bare}{rest}"));
                    self.emulation.leave();
                }
                return;
            }
        }
        let name = local_path::file_name(word.trim_matches('"')).to_ascii_lowercase();
        if let Some(stands) = self.aliases.get(name.strip_suffix(".exe").unwrap_or(&name)).cloned() {
            let line = match stands.contains("$*") {
                true => stands.replace("$*", rest.trim()),
                false => format!("{stands} {}", rest.trim_start_matches(is_delimiter)),
            };
            self.emulation.start(&line);
            return;
        }
        if self.run_batch(word, rest) {
            if !returns && self.in_file && self.jump.is_none() {
                self.jump = Some(if self.doubtful > 0 { Jump::Away } else { Jump::End });
            }
            return;
        }
        // `cmd/c` and `ftp,-s:x`: what is glued to the program's name belongs to its arguments.
        for shell in ["cmd", "cmd.exe", "%comspec%", "ftp", "ftp.exe"] {
            if let Some((head, tail)) = word.split_at_checked(shell.len())
                && head.eq_ignore_ascii_case(shell)
                && tail.starts_with('/')
            {
                self.emulation.start(&format!("{head} {tail}{rest}"));
                return;
            }
        }
        let glued = rest.starts_with(|c: char| is_delimiter(c) && !matches!(c, ' ' | '\t'));
        if glued && !text.starts_with('"') {
            self.emulation.start(&format!("{word} {}", rest.trim_start_matches(is_delimiter)));
        } else {
            self.emulation.start(text);
        }
    }

    /// `doskey name=text`.
    fn macro_of(&mut self, rest: &str) {
        if let Some((name, text)) = rest.trim().split_once('=')
            && self.aliases.len() < LOCALS
        {
            let text = text.replace("$T", "&").replace("$t", "&");
            self.aliases.insert(name.trim().to_ascii_lowercase(), text);
        }
    }
}

/// The variables of an expression of `set /a`.
struct Numbers<'i, 'e, 'a>(&'i mut Interpreter<'e, 'a>);

impl Names for Numbers<'_, '_, '_> {
    fn value(&self, name: &str) -> Option<i32> {
        let name = name.to_uppercase();
        match self.0.emulation.environment.get(&name) {
            Some(value) if expand::is_open(value) => None,
            Some(value) => Some(arithmetic::number(value.trim()).unwrap_or(0)),
            None => (!variables::is_standard(&name)).then_some(0),
        }
    }

    fn set(&mut self, name: &str, value: Option<i32>) {
        self.0.assign(name, value.map(|value| value.to_string()).as_deref());
    }
}

/// The arguments of a batch file or a subroutine: cmd.exe splits at all its delimiters and leaves the quotes.
pub(super) fn batch_arguments(text: &str) -> Vec<String> {
    let mut arguments = Vec::new();
    let mut rest = text.trim_start_matches(is_delimiter);
    while !rest.is_empty() {
        let mut quoted = false;
        let end = rest
            .find(|c: char| {
                quoted ^= c == '"';
                !quoted && is_delimiter(c)
            })
            .unwrap_or(rest.len());
        let (argument, tail) = rest.split_at_checked(end).unwrap_or((rest, ""));
        arguments.push(argument.to_owned());
        rest = tail.trim_start_matches(is_delimiter);
    }
    arguments
}

/// A word, which quotes may keep together, and what follows it.
pub(super) fn quoted_word(text: &str) -> (&str, &str) {
    match text.strip_prefix('"') {
        Some(rest) => rest.split_once('"').unwrap_or((rest, "")),
        None => text.split_at_checked(text.find([' ', '\t']).unwrap_or(text.len())).unwrap_or((text, "")),
    }
}

/// The command word and what follows it. `echo.x` and `cd\x` are a word and its argument; a quoted path is one word.
fn first_word(text: &str) -> (&str, &str) {
    let mut quoted = false;
    let end = text
        .find(|c: char| {
            quoted ^= c == '"';
            !quoted && is_delimiter(c)
        })
        .unwrap_or(text.len());
    let word = text.get(..end).unwrap_or(text);
    if let Some(at) = word.find(|c: char| !c.is_ascii_alphabetic())
        && let Some((name, tail)) = word.split_at_checked(at)
        && COMMANDS.iter().any(|command| command.eq_ignore_ascii_case(name))
    {
        let after = match name.to_ascii_lowercase().as_str() {
            "echo" => ".:(/\\+[]",
            "cd" | "chdir" | "md" | "mkdir" | "rd" | "rmdir" | "pushd" => "\\./\"",
            "goto" | "call" => ":/",
            _ => "/\"",
        };
        // `echo.exe` would be a program; nobody has one.
        if tail.starts_with(|c| after.contains(c)) {
            return text.split_at_checked(at).unwrap_or((text, ""));
        }
    }
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// The word without variables that stayed as written, where they are not all of it and no host is known to have them.
fn without_open(word: &str) -> Option<String> {
    let names = expand::unresolved(word);
    if names.is_empty() || word.contains(['\\', '/']) {
        return None;
    }
    let mut bare = word.to_owned();
    for name in names {
        let inner = name.trim_matches('%').split(':').next().unwrap_or_default().to_uppercase();
        if variables::is_standard(&inner) || !name.ends_with('%') {
            return None;
        }
        bare = bare.replace(&name, "");
    }
    (!bare.is_empty()).then_some(bare)
}

fn is_drive(word: &str) -> bool {
    let mut characters = word.chars();
    characters.next().is_some_and(|c| c.is_ascii_alphabetic()) && characters.as_str() == ":"
}

fn drive_of(path: &str) -> Option<char> {
    let mut characters = path.chars();
    let drive = characters.next().filter(char::is_ascii_alphabetic)?;
    (characters.next() == Some(':')).then(|| drive.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        let cases = [
            ("echo.x y", ("echo", ".x y")),
            ("cd\\x", ("cd", "\\x")),
            ("set/p x", ("set", "/p x")),
            ("\"C:\\a b\\x.exe\" y", ("\"C:\\a b\\x.exe\"", " y")),
            ("ftp,-s:x", ("ftp", ",-s:x")),
            ("echoes.exe x", ("echoes.exe", " x")),
            ("call:sub a", ("call", ":sub a")),
        ];
        for (text, words) in cases {
            assert_eq!(first_word(text), words);
        }
        assert_eq!(batch_arguments("a,\"b c\";d=e"), ["a", "\"b c\"", "d", "e"]);
        assert_eq!(without_open("f%zz%tp").as_deref(), Some("ftp"));
        assert_eq!(without_open("%TEMP%x"), None);
    }
}
