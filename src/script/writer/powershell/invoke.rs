//! What a command's name means and what it is given: functions, commands of PowerShell, programs.

use super::parameters::{self, Argument};
use super::run::Interpreter;
use super::syntax::{Command, Word};
use super::value::{Source, Value};
use crate::script::client::switches;

impl Interpreter<'_, '_> {
    /// Runs a command; `input` is what a pipe carries to it, nothing where it is the first.
    pub(super) fn command(&mut self, command: &Command, input: Option<Vec<Value>>) -> Vec<Value> {
        self.emulation.line = self.line_of(command.line);
        if !self.emulation.step() {
            return Vec::new();
        }
        let name = self.evaluate(&command.name);
        let arguments = self.arguments(&command.words);
        match name {
            Value::Block(block) => {
                let (named, positional) = loose(arguments);
                self.call_block(&block, named, positional, input.unwrap_or_default())
            }
            Value::Nothing | Value::Unknown(_) if command.invoked => {
                if super::received::is_received(std::slice::from_ref(&name)) {
                    self.runs_received(&name, "&");
                    return Vec::new();
                }
                // A program that is not known is started with what it is given.
                let unknown = matches!(name, Value::Unknown(_));
                if unknown && !arguments.is_empty() {
                    let name = self.spelled(&name);
                    return self.program(&name, arguments, input);
                }
                Vec::new()
            }
            name => {
                let name = self.spelled(&name);
                self.invoke(name.trim(), arguments, input)
            }
        }
    }

    /// `'name'.Invoke(arguments)` and `&('na'+'me')` by another way.
    pub(super) fn invoke_named(&mut self, name: &str, arguments: &[Value]) -> Vec<Value> {
        let arguments = arguments.iter().cloned().map(Argument::Value).collect();
        self.invoke(name, arguments, None)
    }

    pub(super) fn invoke(&mut self, name: &str, arguments: Vec<Argument>, input: Option<Vec<Value>>) -> Vec<Value> {
        if name.is_empty() {
            return Vec::new();
        }
        let lower = name.to_ascii_lowercase();
        let meant = self.aliases.get(&lower).cloned().unwrap_or(lower);
        if self.functions.contains_key(&meant) {
            let (named, positional) = loose(arguments);
            return self.call_function(&meant, named, positional, input.unwrap_or_default());
        }
        match parameters::command(&meant, self.is_core) {
            Some("invoke-webrequest") if matches!(meant.as_str(), "curl" | "wget") && is_foreign(&arguments) => {
                self.program(name, arguments, input)
            }
            Some(command) => {
                let arguments = arguments.into_iter().map(|argument| self.seen(argument)).collect();
                let bound = parameters::bind(command, arguments);
                self.built_in(command, &bound, input)
            }
            None if is_unknown_command(&meant) => self.library_command(&meant, arguments),
            None if matches!(meant.as_str(), "powershell" | "powershell.exe" | "pwsh" | "pwsh.exe") => {
                self.shell(name, arguments, input)
            }
            None => self.program(if meant.eq_ignore_ascii_case(name) { name } else { &meant }, arguments, input),
        }
    }

    /// An argument as a command sees it: a collection is what it holds.
    fn seen(&self, argument: Argument) -> Argument {
        match argument {
            Argument::Value(value) => Argument::Value(self.contents(value)),
            Argument::Parameter(raw, value) => Argument::Parameter(raw, value.map(|value| self.contents(value))),
            other => other,
        }
    }

    fn arguments(&mut self, words: &[Word]) -> Vec<Argument> {
        let mut arguments = Vec::with_capacity(words.len());
        for word in words {
            match word {
                Word::Value(expression) => {
                    let value = self.evaluate(expression);
                    arguments.push(Argument::Value(value));
                }
                Word::Parameter { raw, value } => {
                    let value = value.as_ref().map(|value| self.evaluate(value));
                    arguments.push(Argument::Parameter(raw.clone(), value));
                }
                Word::Verbatim(text) => arguments.push(Argument::Verbatim(text.clone())),
                Word::Splat(name) => match self.variable(name, "") {
                    Value::Table(pairs) => arguments.extend(
                        pairs.iter().map(|(key, value)| Argument::Parameter(format!("-{key}:"), Some(value.clone()))),
                    ),
                    value => match self.contents(value) {
                        Value::List(items) => arguments.extend(items.iter().cloned().map(Argument::Value)),
                        value => arguments.push(Argument::Value(value)),
                    },
                },
            }
        }
        arguments
    }

    /// PowerShell in PowerShell, whose `-Command` may be a block.
    fn shell(&mut self, name: &str, arguments: Vec<Argument>, input: Option<Vec<Value>>) -> Vec<Value> {
        let block = arguments.iter().find_map(|argument| match argument {
            Argument::Value(Value::Block(block)) => Some(std::rc::Rc::clone(block)),
            _ => None,
        });
        match block {
            Some(block) => self.call_block(&block, Vec::new(), Vec::new(), input.unwrap_or_default()),
            None => self.program(name, arguments, input),
        }
    }

    /// Starts a program with its arguments as PowerShell passes them on; what it prints is the result.
    pub(super) fn program(&mut self, name: &str, arguments: Vec<Argument>, input: Option<Vec<Value>>) -> Vec<Value> {
        let mut words = vec![name.to_owned()];
        let mut verbatim = String::new();
        for argument in arguments {
            match self.seen(argument) {
                Argument::Value(Value::List(items)) => {
                    for item in items.iter() {
                        let word = self.spelled(item);
                        words.push(word);
                    }
                }
                Argument::Value(Value::Nothing) => {}
                Argument::Value(value) => {
                    let word = self.spelled(&value);
                    words.push(word);
                }
                Argument::Parameter(raw, value) => {
                    let value = value.map(|value| self.spelled(&value)).unwrap_or_default();
                    words.push(raw + &value);
                }
                Argument::Verbatim(text) => verbatim = text,
            }
        }
        let mut command_line = words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ");
        if !verbatim.is_empty() {
            words.extend(switches::split_arguments(&verbatim));
            command_line = format!("{command_line} {verbatim}");
        }
        let before = self.emulation.fetches();
        let outer = self.emulation.piped_from;
        if let Some(values) = &input {
            self.emulation.piped_from = values.iter().find_map(|value| self.received_on(value));
        }
        let input = input.map(|values| self.as_input(&values));
        let keyboard = input.map(|input| std::mem::replace(&mut self.emulation.input, input));
        let capture = self.emulation.begin_capture();
        if self.emulation.enter() {
            self.emulation.start_words(&words, &command_line);
            self.emulation.leave();
        }
        let output = self.emulation.end_capture(capture);
        if let Some(keyboard) = keyboard {
            self.emulation.input = keyboard;
        }
        self.emulation.piped_from = outer;
        let values = self.printed(output);
        let launched = self.emulation.outcome.launches.get(before.0);
        match self.emulation.fetched_since(before) {
            // A client that is told all on its command line prints what it fetches.
            Some(line) if values.is_empty() && launched.is_none_or(|(launch, _)| launch.tells_all) => {
                vec![Value::unknown_from(command_line, Source::Printed(line))]
            }
            _ => values,
        }
    }

    /// Starts a program whose arguments are one text, in a directory, with a file for its input.
    pub(super) fn start_program(&mut self, program: &str, rest: &str, directory: Option<&str>, input: Option<String>) {
        if program.is_empty() {
            return;
        }
        let before = self.emulation.directory.clone();
        if let Some(directory) = directory {
            self.emulation.directory = Some(self.full_path(directory));
        }
        let keyboard = input.map(|path| {
            std::mem::replace(&mut self.emulation.input, crate::script::writer::emulation::Input::File(path))
        });
        let command_line = if rest.is_empty() { quoted(program) } else { format!("{} {rest}", quoted(program)) };
        let capture = self.emulation.begin_capture();
        if self.emulation.enter() {
            self.emulation.start(&command_line);
            self.emulation.leave();
        }
        self.emulation.end_capture(capture);
        if let Some(keyboard) = keyboard {
            self.emulation.input = keyboard;
        }
        self.emulation.directory = before;
    }
}

/// A word as PowerShell puts it on a command line: in quotes where it holds a blank.
fn quoted(word: &str) -> String {
    if word.contains([' ', '\t']) && !word.starts_with('"') { format!("\"{word}\"") } else { word.to_owned() }
}

/// The arguments of a function or a block: by name and by place.
pub(super) fn loose(arguments: Vec<Argument>) -> (Vec<(String, Value)>, Vec<Value>) {
    let (mut named, mut positional) = (Vec::new(), Vec::new());
    let mut arguments = arguments.into_iter().peekable();
    while let Some(argument) = arguments.next() {
        match argument {
            Argument::Value(value) => positional.push(value),
            Argument::Verbatim(_) => {}
            Argument::Parameter(raw, given) => {
                let name = raw.trim_start_matches('-').trim_end_matches(':').to_ascii_lowercase();
                let next = || match arguments.next_if(|next| matches!(next, Argument::Value(_))) {
                    Some(Argument::Value(value)) => Some(value),
                    _ => None,
                };
                named.push((name, given.or_else(next).unwrap_or(Value::Bool(true))));
            }
        }
    }
    (named, positional)
}

/// Whether the arguments are those of the program `curl` or `wget`, not of the command that has its name.
fn is_foreign(arguments: &[Argument]) -> bool {
    arguments.iter().any(|argument| match argument {
        Argument::Parameter(raw, _) => {
            matches!(raw.as_str(), "-T" | "-u" | "-s" | "-k" | "-O" | "-F" | "-P" | "-sS" | "-Q" | "-L")
                || raw.starts_with("--")
        }
        Argument::Value(Value::Text(text)) => text.content.starts_with("--"),
        _ => false,
    })
}

/// Whether a name has the form of a command of PowerShell, which is no program.
fn is_unknown_command(name: &str) -> bool {
    let Some((verb, noun)) = name.split_once('-') else { return false };
    verb.len() > 1
        && noun.len() > 1
        && verb.bytes().all(|byte| byte.is_ascii_alphabetic())
        && noun.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
