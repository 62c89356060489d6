//! PowerShell, emulated: texts of scripts, and what `powershell …` is given on a command line.
//!
//! A parser that never fails (`parse`, `expression`) makes a tree (`syntax`); an interpreter (`run`) walks it over
//! values (`value`) that know from which lines of the script they come. Commands that write files, start programs and
//! move data are carried out on the [`Emulation`]; classes of .NET that speak FTP become sessions
//! ([`crate::script::client::dotnet`]). What is not understood is passed over, what is not known stays as written.
//!
//! Source: Windows PowerShell Language Specification 3.0; Microsoft's reference of the commands and of .NET.

mod arguments;
mod classes;
mod commands;
mod cursor;
mod encoding;
mod evaluate;
mod expression;
mod invoke;
mod members;
mod modules;
mod operators;
mod output;
mod parameters;
mod parse;
mod pattern;
mod program;
mod quotes;
mod received;
mod requests;
mod run;
mod sniff;
mod statics;
mod syntax;
#[cfg(test)]
mod tests;
mod value;
mod variables;

use super::emulation::Emulation;
use crate::base::text::Text;

/// Whether a text is a PowerShell script.
#[must_use]
pub fn is_script(content: &str, name: &str) -> bool {
    sniff::is_script(content, name)
}

/// Whether a script may put together the words that it hides from a search for them.
#[must_use]
pub fn may_hide(content: &str) -> bool {
    sniff::may_hide(content)
}

/// Runs a text.
pub fn run_file(emulation: &mut Emulation<'_>, text: &Text) {
    run::Interpreter::new(emulation, false).run_script(&text.content);
}

/// Whether `powershell …` is given no commands but its input.
#[must_use]
pub fn reads_input(words: &[String]) -> bool {
    program::reads_input(words)
}

/// Runs what `powershell …` is given on its command line; false where that is nothing that can be run.
pub fn run_program(emulation: &mut Emulation<'_>, words: &[String], _command_line: &str) -> bool {
    program::run(emulation, words)
}
