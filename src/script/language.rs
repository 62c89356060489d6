//! In which language a text is written, told by its content; its name only decides between languages that fit.

use super::launch::Platform;
use super::reading::Form;
use super::writer::{command_lines, powershell, shell};
use crate::base::text::Text;

/// A language whose texts are emulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Batch files of cmd.exe.
    Batch,
    /// PowerShell.
    Powershell,
    /// The shell of Unix.
    Shell,
    /// None that is known: notes, logs, markup, which may quote command lines.
    Unknown,
}

/// The language of a text.
#[must_use]
pub fn of(text: &Text, name: &str) -> Language {
    if shell::is_script(&text.content, name) {
        Language::Shell
    } else if powershell::is_script(&text.content, name) {
        Language::Powershell
    } else if command_lines::is_batch(text.lines().map(|line| line.text)) {
        Language::Batch
    } else {
        Language::Unknown
    }
}

impl Language {
    /// The system that its command lines are for.
    #[must_use]
    pub fn platform(self) -> Platform {
        match self {
            Self::Shell => Platform::Unix,
            Self::Batch | Self::Powershell | Self::Unknown => Platform::Windows,
        }
    }

    /// What kind of text a report calls it. `itself` tells that it feeds itself to a client, as only batch files do.
    #[must_use]
    pub fn form(self, itself: bool) -> Form {
        match self {
            Self::Batch => Form::Batch,
            Self::Powershell => Form::Powershell,
            Self::Shell => Form::Shell,
            Self::Unknown if itself => Form::Batch,
            Self::Unknown => Form::Text,
        }
    }
}
