//! The shell of Unix.

use super::emulation::Emulation;
use crate::base::text::Text;

/// Whether a text is a shell script.
#[must_use]
pub fn is_script(_content: &str, _name: &str) -> bool {
    false
}

/// The words of a simple command, with quotes worked off.
#[must_use]
pub fn words(command_line: &str) -> Vec<String> {
    crate::script::client::switches::split_arguments(command_line)
}

/// Runs a text.
pub fn run_file(_emulation: &mut Emulation<'_>, _text: &Text) {}

/// Runs what `sh -c …` is given; false where that is nothing that can be run.
pub fn run_program(_emulation: &mut Emulation<'_>, _words: &[String]) -> bool {
    false
}
