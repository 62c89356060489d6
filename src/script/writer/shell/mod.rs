//! The shell of Unix: a parser and an interpreter of POSIX sh with the common extensions of bash and the Korn shell.
//!
//! It works over files and variables of its own and starts nothing. What the text does not tell stays as it is written:
//! variables, the output of programs, the names that a wildcard stands for. Where nobody knows which branch of a condition
//! is taken the text is run again for another branch. Remarks that hold a script are read as commented out.
//!
//! Sources: POSIX.1-2017, Shell Command Language; the manuals of bash, ksh93 and expect; and the real `dash` and `bash`,
//! with which `tests/real_shells.rs` compares it.

mod arithmetic;
mod commands;
mod compound;
mod control;
mod expand;
mod expect;
mod filters;
mod history;
mod parse;
mod pattern;
mod print;
mod programs;
mod quoted;
mod recognise;
mod recorded;
mod redirect;
mod run;
mod source;
mod starters;
mod syntax;
mod test;
mod words;

pub use history::is_named as is_history;
pub use recognise::is_script;

use super::emulation::{Emulation, Input, program_name};
use super::files::Piece;
use crate::base::text::Text;
use parse::Parser;
use recognise::Kind;
use run::{Flavour, Interpreter};
use source::Lines;

/// The words of a simple command, with quotes worked off; expansions stay as they are written.
#[must_use]
pub fn words(command_line: &str) -> Vec<String> {
    let mut parser = Parser::new(command_line, Lines::At(0));
    let mut words = Vec::new();
    loop {
        parser.skip_blanks();
        match parser.word() {
            Some(word) => words.push(word.as_written()),
            None if parser.source.bump().is_some() => {}
            None => return words,
        }
    }
}

/// Runs a text.
pub fn run_file(emulation: &mut Emulation<'_>, text: &Text) {
    let content = text.content.replace("\r\n", "\n");
    // A `.netrc` that is written serves a client that another text starts.
    let is_history = is_history(emulation.origin.name);
    let may_matter = quoted::may_start_client(&content) || content.contains("open") || content.contains("netrc");
    if !may_matter && !is_history && !hides_program(&content) {
        return;
    }
    let lines = || (1u32..).zip(content.split('\n'));
    match recognise::kind(&content, emulation.origin.name) {
        None => {}
        Some(Kind::Expect) => expect::run(emulation, &content, Lines::From(1)),
        Some(Kind::Crontab) => run_crontab(emulation, &content),
        Some(Kind::History) => Interpreter::new(emulation, Flavour::Bash).history(&content),
        Some(Kind::Recorded) => Interpreter::new(emulation, Flavour::Posix).recorded(&content),
        Some(Kind::Notes) => {
            let quoted: Vec<(u32, &str)> = lines().collect();
            let before = emulation.outcome.launches.len();
            let mut interpreter = Interpreter::new(emulation, Flavour::Bash);
            interpreter.quoted(&quoted, true);
            emulation.outcome.runs.clear();
            emulation.keep_fed_launches(before);
        }
        Some(Kind::Script(flavour)) => {
            run_script(emulation, &content, flavour);
            let mut interpreter = Interpreter::new(emulation, flavour);
            for block in quoted::remarks(lines()) {
                interpreter.dead("commented out", |shell| shell.quoted(&block, false));
            }
        }
    }
}

/// Whether a text may hold a program in Base64, which it decodes.
fn hides_program(content: &str) -> bool {
    let decodes = |rest: &str| ["-d", "-D", "--d"].iter().any(|switch| rest.trim_start().starts_with(switch));
    content.split("base64").skip(1).any(decodes)
}

/// Runs a script once for every branch that nobody knows to be taken.
fn run_script(emulation: &mut Emulation<'_>, content: &str, flavour: Flavour) {
    let mut choices = 1;
    let mut choice = 0usize;
    while choice < choices && !emulation.is_capped() && (choice == 0 || emulation.has_steps_left()) {
        if choice > 0 {
            emulation.begin_again();
        }
        let mut interpreter = Interpreter::new(emulation, flavour);
        interpreter.choice = choice;
        // A long script is never held as a whole.
        let mut parser = match flavour {
            Flavour::C => Parser::of_c_shell(content, Lines::From(1)),
            _ => Parser::new(content, Lines::From(1)),
        };
        interpreter.program(&mut std::iter::from_fn(|| parser.next_of_program()));
        choices = choices.max(interpreter.choices);
        choice = choice.saturating_add(1);
    }
}

/// Runs the commands of a crontab; a percent sign in them begins their input.
fn run_crontab(emulation: &mut Emulation<'_>, content: &str) {
    let has_user = recognise::crontab_has_users(content, emulation.origin);
    let mut interpreter = Interpreter::new(emulation, Flavour::Posix);
    for (number, line) in (1u32..).zip(content.split('\n')) {
        interpreter.emulation.line = number;
        match quoted::cron_command(line, has_user) {
            Some((command, input)) => {
                if let Some(text) = input {
                    interpreter.emulation.input = Input::Text(vec![Piece { text, line: number, file: None }]);
                }
                interpreter.subshell(|shell| shell.run_text(&command));
                interpreter.emulation.input = Input::Keyboard;
            }
            None if line.contains('=') && !line.trim_start().starts_with('#') => interpreter.run_text(line),
            None => {}
        }
    }
}

/// Runs what `sh -c …` is given; false where that is nothing that can be run.
pub fn run_program(emulation: &mut Emulation<'_>, words: &[String]) -> bool {
    let Some((program, arguments)) = words.split_first() else { return false };
    let flavour = recognise::flavour(&program_name(program)).unwrap_or_default();
    let mut interpreter = Interpreter::new(emulation, flavour);
    let text = arguments.iter().any(|word| word.starts_with('-') && word.ends_with('c') && !word.starts_with("--"));
    let file = arguments.iter().find(|word| !word.starts_with('-'));
    let runs = text
        || match file {
            Some(path) => interpreter.known_file(path).is_some(),
            None => interpreter.known_input().is_some(),
        };
    if runs {
        interpreter.run_shell(&quoted::values(arguments));
    }
    runs
}

#[cfg(test)]
mod tests;
