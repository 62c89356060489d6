//! The commands that are emulated: those that write, move or read files, change the directory, start programs.

use super::expand;
use super::run::{Interpreter, Jump};
use crate::script::client::switches;
use crate::script::local_path;

impl Interpreter<'_, '_> {
    pub(super) fn simple(&mut self, text: &str) {
        let expanded = if self.delayed { expand::delayed(text, &self.emulation.environment) } else { text.to_owned() };
        let text = expanded.trim_start_matches([' ', '\t', '@', ',', ';', '=']);
        let (word, rest) = first_word(text);
        match word.to_ascii_lowercase().as_str() {
            "" => {}
            "echo" => self.echo(rest),
            "set" => self.set(rest),
            "setlocal" => self.delayed |= rest.to_ascii_lowercase().contains("enabledelayedexpansion"),
            "cd" | "chdir" => self.change_directory(rest),
            "pushd" => {
                self.directories.push(self.emulation.directory.clone());
                self.change_directory(rest);
            }
            "popd" => {
                if let Some(directory) = self.directories.pop() {
                    self.emulation.directory = directory;
                }
            }
            "goto" => self.goto(rest),
            "exit" => self.exit(),
            "call" => self.call(rest),
            "start" => self.start(rest),
            "type" => self.type_files(rest),
            "copy" | "xcopy" => self.copy(rest),
            "move" | "ren" | "rename" => self.rename(rest),
            "del" | "erase" => self.delete(rest),
            "endlocal" | "title" | "color" | "cls" | "pause" | "prompt" | "rem" | "shift" | "ver" | "vol" | "path"
            | "date" | "time" | "md" | "mkdir" | "rd" | "rmdir" | "dir" | "break" | "verify" | "assoc" | "ftype"
            | "timeout" => {}
            _ if is_drive(word) => self.emulation.directory = Some(format!("{}\\", word.to_ascii_uppercase())),
            _ => self.emulation.start(text),
        }
    }

    fn echo(&mut self, rest: &str) {
        let trimmed = rest.trim();
        let separator = rest.chars().next();
        if trimmed.is_empty() && !matches!(separator, Some('.' | ':' | '(' | '/' | '\\' | '+' | '[' | ']')) {
            self.emulation.print("ECHO is on.\r\n");
            return;
        }
        if matches!(separator, Some(' ' | '\t'))
            && (trimmed.eq_ignore_ascii_case("off") || trimmed.eq_ignore_ascii_case("on"))
        {
            return;
        }
        let mut characters = rest.chars();
        characters.next();
        self.emulation.print(&format!("{}\r\n", characters.as_str()));
    }

    fn set(&mut self, rest: &str) {
        let rest = rest.trim_start();
        let (switch, after) = first_word(rest);
        if switch.eq_ignore_ascii_case("/p") {
            let (name, prompt) = after.trim_start().trim_matches('"').split_once('=').unwrap_or((after, ""));
            self.emulation.environment.remove(&name.trim().to_uppercase());
            self.emulation.print(prompt.trim_matches('"'));
            return;
        }
        if switch.eq_ignore_ascii_case("/a") {
            self.set_number(after);
            return;
        }
        let assignment = match rest.strip_prefix('"').and_then(|quoted| quoted.rsplit_once('"')) {
            Some((inner, _)) => inner,
            None => rest,
        };
        if let Some((name, value)) = assignment.split_once('=') {
            let name = name.to_uppercase();
            if value.is_empty() {
                self.emulation.environment.remove(&name);
            } else if value.len() <= self.emulation.limits.line_bytes {
                self.emulation.environment.insert(name, value.to_owned());
            } else {
                self.emulation.cap("a variable grew beyond the limit of a line");
            }
        }
    }

    /// `set /a x=NUMBER`: only a plain number is worked out.
    fn set_number(&mut self, rest: &str) {
        let assignment = rest.trim().trim_matches('"');
        let Some((name, value)) = assignment.split_once('=') else { return };
        let name = name.trim_end_matches(['+', '-', '*', '/', ' ']).trim().to_uppercase();
        match value.trim().parse::<i64>() {
            Ok(number) if assignment.starts_with(|c: char| c.is_alphabetic()) => {
                self.emulation.environment.insert(name, number.to_string());
            }
            _ => {
                self.emulation.environment.remove(&name);
            }
        }
    }

    fn change_directory(&mut self, rest: &str) {
        let mut target = rest.trim();
        if target.get(..2).is_some_and(|switch| switch.eq_ignore_ascii_case("/d")) {
            target = target.get(2..).unwrap_or_default().trim_start();
        }
        let target = target.trim_matches('"').trim();
        if target.is_empty() {
            return;
        }
        self.emulation.directory = match &self.emulation.directory {
            Some(directory) => Some(local_path::join(directory, target)),
            None if local_path::is_absolute(target) => Some(local_path::normalise(target)),
            None => self.emulation.origin.directory.map(|directory| local_path::join(directory, target)),
        };
    }

    fn goto(&mut self, rest: &str) {
        if self.doubtful > 0 {
            return;
        }
        let label = rest.trim().trim_start_matches(':').split([' ', '\t']).next().unwrap_or_default();
        self.jump = Some(if label.eq_ignore_ascii_case("eof") { Jump::End } else { Jump::Label(label.to_owned()) });
    }

    fn exit(&mut self) {
        if self.doubtful == 0 {
            self.jump = Some(Jump::End);
        }
    }

    fn call(&mut self, rest: &str) {
        let rest = rest.trim_start();
        match rest.strip_prefix(':') {
            Some(call) => {
                let (label, arguments) = first_word(call);
                self.call_label(label, switches::split_arguments(arguments));
            }
            None => self.simple(rest),
        }
    }

    /// `start ["title"] [/switch]… program …`.
    fn start(&mut self, rest: &str) {
        let mut rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix('"') {
            let (title, tail) = after.split_once('"').unwrap_or((after, ""));
            if tail.trim().is_empty() {
                self.emulation.start(title);
                return;
            }
            rest = tail.trim_start();
        }
        while rest.starts_with('/') {
            let (switch, tail) = first_word(rest);
            rest = tail.trim_start();
            if switch.eq_ignore_ascii_case("/d") {
                rest = first_word(rest).1.trim_start();
            }
        }
        if !rest.is_empty() {
            self.simple(rest);
        }
    }

    fn type_files(&mut self, rest: &str) {
        for path in switches::split_arguments(rest) {
            self.emulation.type_file(&path);
        }
    }

    /// `copy [/b] a[+b…] target`.
    fn copy(&mut self, rest: &str) {
        let words: Vec<String> =
            switches::split_arguments(rest).into_iter().filter(|word| !word.starts_with('/')).collect();
        let [sources @ .., target] = words.as_slice() else { return };
        let directory = self.emulation.directory.clone();
        let pieces: Vec<_> = sources
            .iter()
            .flat_map(|source| source.split('+'))
            .filter_map(|source| self.emulation.files.get(source, directory.as_deref()))
            .flat_map(|file| file.pieces.clone())
            .collect();
        if !pieces.is_empty() && self.emulation.step() {
            self.emulation.files.put(target, directory.as_deref(), pieces);
        }
    }

    fn rename(&mut self, rest: &str) {
        let words: Vec<String> =
            switches::split_arguments(rest).into_iter().filter(|word| !word.starts_with('/')).collect();
        let [source, target] = words.as_slice() else { return };
        let directory = self.emulation.directory.clone();
        if let Some(file) = self.emulation.files.remove(source, directory.as_deref()) {
            self.emulation.files.put(target, directory.as_deref(), file.pieces);
        }
    }

    fn delete(&mut self, rest: &str) {
        for path in switches::split_arguments(rest).iter().filter(|word| !word.starts_with('/')) {
            if let Some(file) = self.emulation.files.remove(path, self.emulation.directory.as_deref()) {
                self.emulation.outcome.left.push(file);
            }
        }
    }
}

/// What `cmd /c COMMANDS` is given to run: one pair of quotes around all of it falls away. Nothing where that is nothing.
pub(super) fn given_to_shell(command_line: &str) -> Option<&str> {
    let mut rest = first_word(command_line.trim_start()).1.trim_start();
    while rest.starts_with('/') {
        let (switch, tail) = rest.split_at_checked(2).unwrap_or((rest, ""));
        let runs = ["/c", "/k", "/r"].iter().any(|known| switch.eq_ignore_ascii_case(known));
        let tail = tail.trim_start_matches(|c: char| c == ':' || c.is_ascii_alphanumeric() && !runs);
        rest = tail.trim_start();
        if runs {
            break;
        }
    }
    let inner = match rest.strip_prefix('"') {
        Some(after) => after.rsplit_once('"').map_or(after, |(inner, _)| inner),
        None => rest,
    };
    (!inner.trim().is_empty()).then_some(inner)
}

/// The command word and what follows it. `echo.x` and `cd\x` are a word and its argument; a quoted path is one word.
fn first_word(text: &str) -> (&str, &str) {
    if let Some(rest) = text.strip_prefix('"') {
        return rest.split_once('"').unwrap_or((rest, ""));
    }
    let end = text.find([' ', '\t', ',', ';', '=']).unwrap_or(text.len());
    let word = text.get(..end).unwrap_or(text);
    for (name, after) in [
        ("echo", ".:(/\\+[]"),
        ("cd", "\\./"),
        ("chdir", "\\./"),
        ("goto", ":"),
        ("call", ":"),
        ("set", "\""),
        ("type", "\""),
    ] {
        let glued = word.get(..name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name))
            && word.get(name.len()..).is_some_and(|tail| tail.starts_with(|c| after.contains(c)));
        if glued {
            return text.split_at_checked(name.len()).unwrap_or((text, ""));
        }
    }
    text.split_at_checked(end).unwrap_or((text, ""))
}

fn is_drive(word: &str) -> bool {
    let mut characters = word.chars();
    characters.next().is_some_and(|c| c.is_ascii_alphabetic()) && characters.as_str() == ":"
}
