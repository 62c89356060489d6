//! The commands that are emulated: those that write, move or read files, change the directory, start programs.

use super::expand;
use super::run::{Emulator, Input, Jump, Output};
use crate::script::client::{shape, switches};
use crate::script::launch::Launch;
use crate::script::local_path;
use crate::script::reading::Feed;

impl Emulator<'_> {
    pub(super) fn simple(&mut self, text: &str) {
        let expanded = if self.delayed { expand::delayed(text, &self.variables) } else { text.to_owned() };
        let text = expanded.trim_start_matches([' ', '\t', '@', ',', ';', '=']);
        let (word, rest) = first_word(text);
        match word.to_ascii_lowercase().as_str() {
            "" => {}
            "echo" => self.echo(rest),
            "set" => self.set(rest),
            "setlocal" => self.delayed |= rest.to_ascii_lowercase().contains("enabledelayedexpansion"),
            "cd" | "chdir" => self.change_directory(rest),
            "pushd" => {
                self.directories.push(self.directory.clone());
                self.change_directory(rest);
            }
            "popd" => {
                if let Some(directory) = self.directories.pop() {
                    self.directory = directory;
                }
            }
            "goto" => self.goto(rest),
            "exit" => self.leave(),
            "call" => self.call(rest),
            "start" => self.start(rest),
            "cmd" | "cmd.exe" | "command" | "command.com" | "%comspec%" => self.shell(rest, text),
            "type" => self.type_files(rest),
            "copy" | "xcopy" => self.copy(rest),
            "move" | "ren" | "rename" => self.rename(rest),
            "del" | "erase" => self.delete(rest),
            "endlocal" | "title" | "color" | "cls" | "pause" | "prompt" | "rem" | "shift" | "ver" | "vol" | "path"
            | "date" | "time" | "md" | "mkdir" | "rd" | "rmdir" | "dir" | "break" | "verify" | "assoc" | "ftype"
            | "timeout" => {}
            _ if is_drive(word) => self.directory = Some(format!("{}\\", word.to_ascii_uppercase())),
            _ => self.program(text),
        }
    }

    fn echo(&mut self, rest: &str) {
        let trimmed = rest.trim();
        let separator = rest.chars().next();
        if trimmed.is_empty() && !matches!(separator, Some('.' | ':' | '(' | '/' | '\\' | '+' | '[' | ']')) {
            self.print("ECHO is on.\r\n");
            return;
        }
        if matches!(separator, Some(' ' | '\t'))
            && (trimmed.eq_ignore_ascii_case("off") || trimmed.eq_ignore_ascii_case("on"))
        {
            return;
        }
        let mut characters = rest.chars();
        characters.next();
        self.print(&format!("{}\r\n", characters.as_str()));
    }

    fn set(&mut self, rest: &str) {
        let rest = rest.trim_start();
        let (switch, after) = first_word(rest);
        if switch.eq_ignore_ascii_case("/p") {
            let (name, prompt) = after.trim_start().trim_matches('"').split_once('=').unwrap_or((after, ""));
            self.variables.remove(&name.trim().to_uppercase());
            self.print(prompt.trim_matches('"'));
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
                self.variables.remove(&name);
            } else if value.len() <= self.limits.line_bytes {
                self.variables.insert(name, value.to_owned());
            } else {
                self.cap("a variable grew beyond the limit of a line");
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
                self.variables.insert(name, number.to_string());
            }
            _ => {
                self.variables.remove(&name);
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
        self.directory = match &self.directory {
            Some(directory) => Some(local_path::join(directory, target)),
            None if local_path::is_absolute(target) => Some(local_path::normalise(target)),
            None => self.origin.directory.map(|directory| local_path::join(directory, target)),
        };
    }

    fn goto(&mut self, rest: &str) {
        if self.doubtful > 0 {
            return;
        }
        let label = rest.trim().trim_start_matches(':').split([' ', '\t']).next().unwrap_or_default();
        self.jump = Some(if label.eq_ignore_ascii_case("eof") { Jump::End } else { Jump::Label(label.to_owned()) });
    }

    fn leave(&mut self) {
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
                self.program(title);
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

    /// `cmd /c COMMANDS`: one pair of quotes around all of it falls away.
    fn shell(&mut self, rest: &str, whole: &str) {
        let mut rest = rest.trim_start();
        while rest.starts_with('/') {
            let (switch, tail) = rest.split_at_checked(2).unwrap_or((rest, ""));
            let tail = tail.trim_start_matches(|c: char| {
                c == ':'
                    || c.is_ascii_alphanumeric()
                        && !switch.eq_ignore_ascii_case("/c")
                        && !switch.eq_ignore_ascii_case("/k")
            });
            rest = tail.trim_start();
            if switch.eq_ignore_ascii_case("/c")
                || switch.eq_ignore_ascii_case("/k")
                || switch.eq_ignore_ascii_case("/r")
            {
                break;
            }
        }
        let inner = match rest.strip_prefix('"') {
            Some(after) => after.rsplit_once('"').map_or(after, |(inner, _)| inner),
            None => rest,
        };
        if inner.trim().is_empty() {
            self.note_run(whole);
            return;
        }
        let jump = self.jump.take();
        self.run_text(inner);
        self.jump = jump;
    }

    fn type_files(&mut self, rest: &str) {
        for path in switches::split_arguments(rest) {
            match self.files.get(&path, self.directory.as_deref()).cloned() {
                Some(file) => {
                    let line = self.line;
                    for (text, written_at) in file.pieces {
                        self.line = written_at;
                        self.print(&text);
                    }
                    self.line = line;
                }
                None if self.output == Output::Pipe => self.typed = Some(path),
                None => {}
            }
        }
    }

    /// `copy [/b] a[+b…] target`.
    fn copy(&mut self, rest: &str) {
        let words: Vec<String> =
            switches::split_arguments(rest).into_iter().filter(|word| !word.starts_with('/')).collect();
        let [sources @ .., target] = words.as_slice() else { return };
        let directory = self.directory.clone();
        let pieces: Vec<_> = sources
            .iter()
            .flat_map(|source| source.split('+'))
            .filter_map(|source| self.files.get(source, directory.as_deref()))
            .flat_map(|file| file.pieces.clone())
            .collect();
        if !pieces.is_empty() && self.step() {
            self.files.put(target, directory.as_deref(), pieces);
        }
    }

    fn rename(&mut self, rest: &str) {
        let words: Vec<String> =
            switches::split_arguments(rest).into_iter().filter(|word| !word.starts_with('/')).collect();
        let [source, target] = words.as_slice() else { return };
        let directory = self.directory.clone();
        if let Some(file) = self.files.remove(source, directory.as_deref()) {
            self.files.put(target, directory.as_deref(), file.pieces);
        }
    }

    fn delete(&mut self, rest: &str) {
        for path in switches::split_arguments(rest).iter().filter(|word| !word.starts_with('/')) {
            if let Some(file) = self.files.remove(path, self.directory.as_deref()) {
                self.outcome.left.push(file);
            }
        }
    }

    /// Any other program: a client of FTP, one that is given a command line that starts such a client, or another.
    pub(super) fn program(&mut self, text: &str) {
        if let Some(launch) = switches::launch(text) {
            if self.is_meant(&launch) {
                self.launch(launch);
            }
            return;
        }
        match embedded(text) {
            Some(inner) => match switches::launch(inner) {
                Some(launch) if launch.script_path.is_some() => self.launch(launch),
                _ => self.note_run(text),
            },
            None => self.note_run(text),
        }
    }

    /// Whether somebody meant the command line: prose that begins with the client's name gives it no script and no host.
    fn is_meant(&self, launch: &Launch) -> bool {
        launch.script_path.is_some()
            || self.input != Input::Keyboard
            || launch.would_run && launch.host.as_deref().is_none_or(shape::is_host)
    }

    fn launch(&mut self, mut launch: Launch) {
        launch.working_directory.clone_from(&self.directory);
        launch.switches.working_directory.clone_from(&self.directory);
        launch.found_in.line = Some(self.line);
        let (input, directory) = (self.input.clone(), self.directory.clone());
        let feed = match (&launch.script_path, input) {
            (Some(path), _) if names_itself(path, self.origin) => Feed::Itself,
            (Some(path), _) => self.feed(&path.clone(), directory.as_deref()),
            (None, Input::File(path) | Input::Typed(path)) => {
                launch.script_path = Some(path.clone());
                self.feed(&path, directory.as_deref())
            }
            (None, Input::Pipe(pieces)) if !pieces.is_empty() => {
                self.outcome.fed.push(super::VirtualFile { path: String::new(), directory, pieces });
                Feed::Written(self.outcome.fed.len().saturating_sub(1))
            }
            (None, _) => Feed::Elsewhere,
        };
        self.outcome.launches.push((launch, feed));
    }

    /// The file as it is now; the same file fed twice unchanged is one script.
    fn feed(&mut self, path: &str, directory: Option<&str>) -> Feed {
        let Some(file) = self.files.get(path, directory).filter(|file| !file.pieces.is_empty()) else {
            return Feed::Elsewhere;
        };
        if let Some(index) = self.outcome.fed.iter().position(|fed| fed == file) {
            return Feed::Written(index);
        }
        self.outcome.fed.push(file.clone());
        Feed::Written(self.outcome.fed.len().saturating_sub(1))
    }
}

/// Whether a path means the batch file itself.
fn names_itself(path: &str, origin: super::Origin<'_>) -> bool {
    let modifiers = path.strip_prefix('%').and_then(|rest| rest.strip_suffix('0'));
    let by_argument = modifiers
        .is_some_and(|m| m.is_empty() || m.starts_with('~') && m.chars().skip(1).all(|c| c.is_ascii_alphabetic()));
    by_argument || !origin.name.is_empty() && local_path::file_name(path).eq_ignore_ascii_case(origin.name)
}

/// The command line of a client inside the argument of another program: `schtasks /tr "ftp -s:x"`, `forfiles /c "…"`.
fn embedded(text: &str) -> Option<&str> {
    let lower = text.to_ascii_lowercase();
    let mut from = 0usize;
    while let Some(found) = lower.get(from..).and_then(|rest| rest.find("ftp")) {
        let at = from.saturating_add(found);
        from = at.saturating_add(3);
        let begins = lower
            .get(..at)
            .unwrap_or_default()
            .chars()
            .last()
            .is_none_or(|c| !c.is_alphanumeric() && c != '-' && c != '_' && c != '.');
        let tail = lower.get(from..).unwrap_or_default();
        let tail = tail.strip_prefix(".exe").unwrap_or(tail);
        if begins && tail.starts_with([' ', '\t']) && (tail.contains("-s:") || tail.contains("/s:")) {
            let inner = text.get(at..).unwrap_or_default();
            let quote = text.get(..at).unwrap_or_default().chars().rev().find(|c| matches!(c, '"' | '\''));
            let end = quote
                .and_then(|quote| inner.find(quote))
                .filter(|end| inner.get(..*end).is_some_and(|head| head.contains(":")));
            return Some(end.map_or(inner, |end| inner.get(..end).unwrap_or(inner)).trim_end_matches(['\\', '"', ' ']));
        }
    }
    None
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
