//! PowerShell.

use super::emulation::Emulation;
use crate::base::text::Text;

/// Whether a text is a PowerShell script.
#[must_use]
pub fn is_script(_content: &str, _name: &str) -> bool {
    false
}

/// Runs a text.
pub fn run_file(_emulation: &mut Emulation<'_>, _text: &Text) {}

/// Runs what `powershell …` is given on its command line; false where that is nothing that can be run.
pub fn run_program(_emulation: &mut Emulation<'_>, _words: &[String], _command_line: &str) -> bool {
    false
}
