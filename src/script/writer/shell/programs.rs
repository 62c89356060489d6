//! Programs that a script starts: clients, other shells, and what stands before a program's name.

use super::commands::text_of;
use super::expand::Value;
use super::expect;
use super::run::Interpreter;
use super::source::Lines;
use crate::base::text::Text;
use crate::script::client;
use crate::script::launch::Platform;
use crate::script::sniff;
use crate::script::writer::emulation::{Input, program_name};

/// What stands before a program that is run all the same, with its switches that take a word, and how many words of its
/// own it has before the program.
const PREFIXES: [(&str, &str, usize); 22] = [
    ("nohup", "", 0),
    ("sudo", "ugpChrtTR", 0),
    ("doas", "uC", 0),
    ("env", "uSC", 0),
    ("time", "fo", 0),
    ("timeout", "sk", 1),
    ("gtimeout", "sk", 1),
    ("nice", "n", 0),
    ("ionice", "cnp", 0),
    ("setsid", "", 0),
    ("stdbuf", "ioe", 0),
    ("command", "", 0),
    ("builtin", "", 0),
    ("busybox", "", 0),
    ("unbuffer", "", 0),
    ("flock", "wE", 1),
    ("chroot", "", 1),
    ("proxychains", "f", 0),
    ("proxychains4", "f", 0),
    ("torsocks", "", 0),
    ("tsocks", "", 0),
    ("then", "", 0),
];

impl Interpreter<'_, '_> {
    /// A command that is none of the shell's own.
    pub(super) fn program_or_filter(&mut self, bare: &str, name: &Value, arguments: &[Value]) {
        if let Some((_, taking, own)) = PREFIXES.iter().find(|(prefix, ..)| *prefix == bare) {
            self.after_prefix(arguments, taking, *own);
            return;
        }
        match bare {
            "exec" => {
                let rest = skip_switches(arguments, "a");
                if let Some((name, arguments)) = rest.split_first() {
                    self.command(name, arguments);
                    self.flow = Some(super::run::Flow::Exit);
                }
            }
            "sh" | "bash" | "dash" | "ksh" | "ksh93" | "mksh" | "zsh" | "ash" | "csh" | "tcsh" => {
                self.run_shell(arguments)
            }
            "su" | "runuser" => self.run_as(arguments),
            "ssh" | "rsh" | "remsh" | "sshpass" | "plink" => self.run_remotely(bare, arguments),
            "expect" => self.run_expect(arguments),
            "xargs" => self.run_with_input(arguments),
            "find" => self.run_on_found(arguments),
            "docker" | "podman" | "nerdctl" | "kubectl" => self.run_in_container(name, arguments),
            "at" | "batch" => self.run_later(arguments),
            "crontab" => self.install_crontab(name, arguments),
            "coproc" => {
                if let Some((name, arguments)) = arguments.split_first() {
                    self.command(name, arguments);
                }
            }
            _ => {
                if !self.filter(bare, arguments) {
                    self.start(name, arguments);
                }
            }
        }
    }

    fn after_prefix(&mut self, arguments: &[Value], taking: &str, own: usize) {
        let mut rest = skip_switches(arguments, taking).get(own..).unwrap_or_default();
        let mut assigned = Vec::new();
        while let Some((first, tail)) = rest.split_first() {
            let Some((name, value)) = first.text.split_once('=').filter(|(name, _)| super::parse::is_name(name)) else {
                break;
            };
            assigned.push((name.to_owned(), Value { text: value.to_owned(), doubt: first.doubt }));
            rest = tail;
        }
        let Some((name, arguments)) = rest.split_first() else { return };
        self.subshell(|shell| {
            for (name, value) in assigned {
                shell.assign(&name, value);
            }
            shell.command(name, arguments);
        });
    }

    /// Starts a program that no interpreter of ours is.
    pub(super) fn start(&mut self, name: &Value, arguments: &[Value]) {
        self.status = None;
        self.note_opaque();
        let mut words: Vec<String> = Vec::with_capacity(arguments.len().saturating_add(1));
        words.push(name.text.clone());
        words.extend(arguments.iter().map(|argument| argument.text.clone()));
        let command_line = words.iter().map(|word| shown(word)).collect::<Vec<_>>().join(" ");
        if client::launch(&words, &command_line, Platform::Unix).is_none() && self.names_client(&name.text) {
            if let Some(first) = words.first_mut() {
                "ftp".clone_into(first);
            }
            if let Some(launch) = client::launch(&words, &command_line, Platform::Unix) {
                self.emulation.launch(launch);
            }
            return;
        }
        self.emulation.start_words(&words, &command_line);
    }

    /// Whether a variable that is not known plainly holds a client: it has its name and is given its script.
    fn names_client(&self, word: &str) -> bool {
        let Some(name) = word.strip_prefix('$') else { return false };
        let name = name.trim_matches(['{', '}']).to_ascii_lowercase();
        if !name.contains("ftp") || name.contains("sftp") || name.contains("lftp") || name.contains("ncftp") {
            return false;
        }
        let Input::Text(pieces) = &self.emulation.input else { return false };
        let content: String = pieces.iter().map(|piece| piece.text.as_str()).collect();
        sniff::confidence(&Text::from_content(content)).is_some()
    }

    /// `sh -c text`, `sh file`, `sh < file`, `… | sh`.
    pub(super) fn run_shell(&mut self, arguments: &[Value]) {
        self.status = None;
        let mut rest = arguments;
        while let Some((first, tail)) = rest.split_first() {
            let Some(letters) = first.text.strip_prefix(['-', '+']) else { break };
            rest = tail;
            if letters.starts_with('-') {
                continue;
            }
            if letters.contains('c') {
                let Some((text, names)) = rest.split_first() else { return };
                let given = names.get(1..).map(<[Value]>::to_vec).unwrap_or_default();
                let text = text.text.clone();
                let own_name = std::mem::replace(&mut self.own_name, names.first().cloned());
                self.subshell(|shell| {
                    shell.arguments = Some(given);
                    shell.run_text(&text);
                });
                self.own_name = own_name;
                self.note_output_run(&format!("sh -c {}", shown(&text)), &text);
                return;
            }
            if letters.contains('s') {
                break;
            }
            if letters == "o" || letters == "O" {
                rest = rest.get(1..).unwrap_or_default();
            }
        }
        match rest.split_first() {
            Some((path, given)) if path.text != "-" && !arguments.iter().any(|a| a.text == "-s") => {
                let directory = self.emulation.directory.clone();
                let file = self.emulation.files.get(&path.text, directory.as_deref()).cloned();
                if path.text.starts_with("/dev/fd/") && file.as_ref().is_none_or(|file| file.pieces.is_empty()) {
                    let line = self.emulation.line;
                    self.emulation.note_run_of_output("sh <(…)", line);
                    return;
                }
                if let Some(file) = file {
                    let (text, lines) = text_of(&file.pieces);
                    let given = given.to_vec();
                    self.subshell(|shell| {
                        shell.arguments = Some(given);
                        shell.run_lines(&text, lines);
                    });
                    return;
                }
            }
            _ => {
                if let Some(line) = self.emulation.piped_from {
                    self.emulation.note_run_of_output("| sh", line);
                }
                if let Some(pieces) = self.known_input() {
                    let (text, lines) = text_of(&pieces);
                    self.emulation.input = Input::Keyboard;
                    self.subshell(|shell| shell.run_lines(&text, lines));
                    return;
                }
            }
        }
        self.note_opaque();
        let words: Vec<String> = arguments.iter().map(|argument| shown(&argument.text)).collect();
        self.emulation.note_run(&format!("sh {}", words.join(" ")));
    }

    /// Notes that a shell is given the output of programs as its text, where an expansion of it is what it runs.
    pub(super) fn note_output_run(&mut self, command_line: &str, text: &str) {
        let text = text.trim_start_matches(['"', ' ']);
        if text.starts_with("$(") || text.starts_with('`') {
            let line = self.emulation.line;
            self.emulation.note_run_of_output(command_line, line);
        }
    }

    /// `su - user -c text`.
    fn run_as(&mut self, arguments: &[Value]) {
        self.status = None;
        let mut text = None;
        for (number, argument) in arguments.iter().enumerate() {
            if matches!(argument.text.as_str(), "-c" | "--command") {
                text = arguments.get(number.saturating_add(1)).map(|text| text.text.clone());
            } else if let Some(given) = argument.text.strip_prefix("--command=") {
                text = Some(given.to_owned());
            }
        }
        match (text, self.known_input()) {
            (Some(text), _) => self.subshell(|shell| shell.run_text(&text)),
            (None, Some(pieces)) => {
                let (text, lines) = text_of(&pieces);
                self.emulation.input = Input::Keyboard;
                self.subshell(|shell| shell.run_lines(&text, lines));
            }
            (None, None) => {}
        }
    }

    /// `ssh [switches] host [command]`: what runs on the other host is read as a script of that host.
    fn run_remotely(&mut self, bare: &str, arguments: &[Value]) {
        self.status = None;
        self.note_opaque();
        let rest = if bare == "sshpass" {
            match skip_switches(arguments, "pfd").split_first() {
                Some((program, rest)) if program.text == "ssh" => rest,
                Some((program, rest)) => return self.command(program, rest),
                None => return,
            }
        } else {
            arguments
        };
        let rest = skip_switches(rest, "bcDEeFIiJLlmOopQRSWwB");
        let Some((host, command)) = rest.split_first() else { return };
        let command = skip_switches(command, "lp");
        let text = command.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
        let first = super::words(&text).into_iter().next().map(|word| program_name(&word)).unwrap_or_default();
        let is_shell = matches!(first.as_str(), "" | "sh" | "bash" | "ksh" | "dash" | "zsh" | "sudo" | "csh" | "su");
        let note = format!("runs on {} ({bare})", host.text);
        let old = self.emulation.note.clone();
        self.emulation.note.get_or_insert(note);
        let environment = std::mem::take(&mut self.emulation.environment);
        let doubts = std::mem::take(&mut self.doubts);
        match self.known_input().filter(|pieces| !pieces.is_empty()) {
            Some(pieces) if is_shell => {
                let (text, lines) = text_of(&pieces);
                self.emulation.input = Input::Keyboard;
                self.subshell(|shell| {
                    shell.emulation.directory = None;
                    shell.run_lines(&text, lines);
                });
            }
            _ if !text.is_empty() => self.subshell(|shell| {
                shell.emulation.directory = None;
                shell.run_text(&text);
            }),
            _ => {}
        }
        self.emulation.environment = environment;
        self.doubts = doubts;
        self.emulation.note = old;
    }

    /// `expect -c text`, `expect file`, `expect << EOF`.
    fn run_expect(&mut self, arguments: &[Value]) {
        self.status = None;
        self.note_opaque();
        let mut given = arguments.iter();
        while let Some(argument) = given.next() {
            if argument.text == "-c" {
                if let Some(text) = given.next() {
                    let lines = Lines::At(self.emulation.line);
                    expect::run(self.emulation, &text.text, lines);
                }
                return;
            }
            if argument.text.starts_with('-') {
                continue;
            }
            if let Some(pieces) = self.known_file(&argument.text) {
                let (text, lines) = text_of(&pieces);
                expect::run(self.emulation, &text, lines);
            }
            return;
        }
        if let Some(pieces) = self.known_input() {
            let (text, lines) = text_of(&pieces);
            self.emulation.input = Input::Keyboard;
            expect::run(self.emulation, &text, lines);
        }
    }
}

/// The words after the switches; `taking` are the letters whose switch takes the next word.
pub(super) fn skip_switches<'v>(arguments: &'v [Value], taking: &str) -> &'v [Value] {
    let mut rest = arguments;
    while let Some((first, tail)) = rest.split_first() {
        let Some(letters) = first.text.strip_prefix('-') else { break };
        rest = tail;
        if first.text == "--" {
            break;
        }
        if !letters.starts_with('-')
            && letters.chars().next_back().is_some_and(|letter| taking.contains(letter))
            && letters.len() == 1
        {
            rest = rest.get(1..).unwrap_or_default();
        }
    }
    rest
}

/// A word as a reader is shown it: with quotes where it has blanks.
fn shown(word: &str) -> String {
    let plain = !word.is_empty() && !word.contains([' ', '\t', '\n', '"', '\'', ';', '&', '|', '<', '>', '(', ')']);
    if plain || word.starts_with("$(") {
        word.to_owned()
    } else if word.contains('\'') {
        format!("\"{word}\"")
    } else {
        format!("'{word}'")
    }
}
