//! Programs that run what they are given: for each word or file, in a container, at another time.

use super::commands::text_of;
use super::expand::Value;
use super::programs::skip_switches;
use super::quoted::cron_command;
use super::run::Interpreter;
use crate::script::writer::emulation::Input;
use crate::script::writer::files::Piece;

impl Interpreter<'_, '_> {
    /// `xargs program words`: the words of an input that is known are appended.
    pub(super) fn run_with_input(&mut self, arguments: &[Value]) {
        self.status = None;
        let mut replaced = None;
        let mut each = false;
        let mut rest = arguments;
        while let Some((first, tail)) = rest.split_first() {
            let Some(letters) = first.text.strip_prefix('-') else { break };
            rest = tail;
            let value = |rest: &mut &[Value], glued: &str| -> String {
                if !glued.is_empty() {
                    return glued.to_owned();
                }
                let (value, tail) = rest.split_first().map_or((String::new(), *rest), |(v, t)| (v.text.clone(), t));
                *rest = tail;
                value
            };
            match letters.split_at_checked(1).unwrap_or((letters, "")) {
                ("I", glued) => replaced = Some(value(&mut rest, glued)),
                ("i", glued) => replaced = Some(if glued.is_empty() { "{}".to_owned() } else { glued.to_owned() }),
                (letter @ ("n" | "L" | "P" | "d" | "s" | "E" | "a"), glued) => {
                    let value = value(&mut rest, glued);
                    each |= letter == "n" && value == "1";
                }
                _ => {}
            }
        }
        let Some((name, own)) = rest.split_first() else { return };
        let input = self.known_input();
        let text: Option<String> = input.map(|pieces| pieces.iter().map(|piece| piece.text.as_str()).collect());
        self.emulation.input = Input::Keyboard;
        // What an unknown program prints is nothing here, and something there.
        let text = text.filter(|text| !text.trim().is_empty());
        let rounds: Vec<Vec<Value>> = match (text, replaced) {
            (Some(text), Some(mark)) if !mark.is_empty() => text
                .lines()
                .take(64)
                .map(|line| {
                    own.iter().map(|word| Value { text: word.text.replace(&mark, line), doubt: word.doubt }).collect()
                })
                .collect(),
            (Some(text), _) => {
                let items: Vec<Value> = text.split_whitespace().map(Value::known).collect();
                let size = if each { 1 } else { items.len().max(1) };
                items.chunks(size).take(64).map(|chunk| own.iter().chain(chunk).cloned().collect()).collect()
            }
            (None, _) => vec![own.to_vec()],
        };
        for arguments in rounds {
            self.subshell(|shell| shell.command(name, &arguments));
        }
    }

    /// `find … -exec program words ;`, for each file that is found: its name stays `{}`.
    pub(super) fn run_on_found(&mut self, arguments: &[Value]) {
        self.status = None;
        self.note_opaque();
        let mut rest = arguments;
        while let Some((first, tail)) = rest.split_first() {
            rest = tail;
            if matches!(first.text.as_str(), "-exec" | "-execdir" | "-ok" | "-okdir") {
                let end = rest.iter().position(|word| matches!(word.text.as_str(), ";" | "+")).unwrap_or(rest.len());
                let (words, tail) = rest.split_at_checked(end).unwrap_or((rest, &[]));
                rest = tail;
                if let Some((name, arguments)) = words.split_first() {
                    self.subshell(|shell| shell.command(name, arguments));
                }
            }
        }
    }

    /// `docker exec [switches] container program words`, `kubectl exec pod -- program words`.
    pub(super) fn run_in_container(&mut self, name: &Value, arguments: &[Value]) {
        let Some((_, rest)) = arguments.split_first().filter(|(first, _)| first.text == "exec") else {
            return self.start(name, arguments);
        };
        self.status = None;
        self.note_opaque();
        let rest = skip_switches(rest, "euwnc");
        let Some((container, words)) = rest.split_first() else { return };
        let words = skip_switches(words, "c");
        let old = self.emulation.note.clone();
        self.emulation.note.get_or_insert(format!("runs in {} ({})", container.text, name.text));
        if let Some((program, arguments)) = words.split_first() {
            self.subshell(|shell| {
                shell.emulation.directory = None;
                shell.command(program, arguments);
            });
        }
        self.emulation.note = old;
    }

    /// `at time`, with the script as its input or in a file.
    pub(super) fn run_later(&mut self, arguments: &[Value]) {
        self.status = None;
        let file = arguments.windows(2).find_map(|pair| match pair {
            [switch, file] if switch.text == "-f" => Some(file.text.clone()),
            _ => None,
        });
        let pieces = match file {
            Some(file) => self.known_file(&file),
            None => self.known_input(),
        };
        self.emulation.input = Input::Keyboard;
        if let Some(pieces) = pieces {
            let (text, lines) = text_of(&pieces);
            self.subshell(|shell| shell.run_lines(&text, lines));
        }
    }

    /// `crontab -`, `crontab file`.
    pub(super) fn install_crontab(&mut self, name: &Value, arguments: &[Value]) {
        self.status = None;
        let rest = skip_switches(arguments, "u");
        let pieces = match rest.first() {
            Some(file) if file.text != "-" => self.known_file(&file.text),
            None if arguments.iter().any(|word| matches!(word.text.as_str(), "-l" | "-r" | "-e")) => None,
            _ => self.known_input(),
        };
        let Some(pieces) = pieces else { return self.start(name, arguments) };
        self.emulation.input = Input::Keyboard;
        let commands: Vec<(u32, String, Option<String>)> = pieces
            .iter()
            .flat_map(|piece| piece.text.lines().map(|line| (piece.line, line)))
            .filter_map(|(at, line)| cron_command(line, false).map(|(command, input)| (at, command, input)))
            .collect();
        for (line, command, input) in commands {
            if let Some(text) = input {
                self.emulation.input = Input::Text(vec![Piece { text, line, file: None }]);
            }
            self.subshell(|shell| shell.run_text(&command));
            self.emulation.input = Input::Keyboard;
        }
    }
}
