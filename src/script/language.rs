//! In which language a text is written, told by its content; its name only decides between languages that fit.

use super::client::{self, switches};
use super::launch::Platform;
use super::reading::Form;
use super::source::Tongue;
use super::writer::containers::{self, Container};
use super::writer::{basic, command_lines, jcl, jscript, literals, page, powershell, shell};
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
    /// VBScript, VBA, Visual Basic 6.
    Basic,
    /// JScript.
    Jscript,
    /// A page that holds scripts of these.
    Page,
    /// Job control of z/OS that runs its FTP client.
    Jcl,
    /// Entries that are command lines: a task, an export of the registry.
    Container(Container),
    /// A programming language, SQL among them.
    Source(Tongue),
    /// None that is known: notes, logs, markup, which may quote command lines.
    Unknown,
}

/// The language of a text.
#[must_use]
pub fn of(text: &Text, name: &str) -> Language {
    if let Some(container) = containers::of(&text.content) {
        Language::Container(container)
    } else if shell::is_script(&text.content, name) {
        Language::Shell
    } else if powershell::is_script(&text.content, name) {
        Language::Powershell
    } else if jcl::is_script(&text.content) {
        Language::Jcl
    } else if page::is_script(&text.content, name) {
        Language::Page
    } else if basic::is_script(&text.content, name) {
        Language::Basic
    } else if jscript::is_script(&text.content, name) {
        Language::Jscript
    } else if let Some(tongue) = literals::tongue_of(&text.content, name) {
        Language::Source(tongue)
    } else if command_lines::is_batch(text.lines().map(|line| line.text)) || is_named_batch(text, name) {
        Language::Batch
    } else {
        Language::Unknown
    }
}

/// Whether a file is called a batch file and calls a client that its lines alone would not tell from prose.
fn is_named_batch(text: &Text, name: &str) -> bool {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let calls = |line: &str| {
        let words = switches::split_arguments(line.trim_start_matches(['@', ' ', '\t']));
        client::launch(&words, line, Platform::Windows)
            .is_some_and(|launch| launch.tells_all || launch.script_path.is_some() || line.contains('<'))
    };
    (extension.eq_ignore_ascii_case("bat") || extension.eq_ignore_ascii_case("cmd"))
        && text.lines().any(|line| calls(line.text))
}

impl Language {
    /// The system that its command lines are for.
    #[must_use]
    pub fn platform(self) -> Platform {
        match self {
            Self::Shell => Platform::Unix,
            _ => Platform::Windows,
        }
    }

    /// Whether its texts can build every word of a command line, so that none need stand in them.
    #[must_use]
    pub fn builds_words(self) -> bool {
        matches!(self, Self::Basic | Self::Jscript | Self::Page)
    }

    /// What kind of text a report calls it. `itself` tells that it feeds itself to a client, as only batch files do.
    #[must_use]
    pub fn form(self, itself: bool) -> Form {
        match self {
            Self::Batch => Form::Batch,
            Self::Powershell => Form::Powershell,
            Self::Shell => Form::Shell,
            Self::Basic => Form::Vbscript,
            Self::Jscript | Self::Page => Form::Jscript,
            Self::Jcl => Form::Jcl,
            Self::Container(Container::Task) => Form::ScheduledTask,
            Self::Container(Container::Registry) => Form::Registry,
            Self::Container(Container::InternetShortcut) => Form::Url,
            Self::Container(_) => Form::Text,
            Self::Source(Tongue::Python) => Form::Python,
            Self::Source(Tongue::Perl) => Form::Perl,
            Self::Source(Tongue::Php) => Form::Php,
            Self::Source(Tongue::Sql) => Form::Sql,
            Self::Source(_) => Form::Text,
            Self::Unknown if itself => Form::Batch,
            Self::Unknown => Form::Text,
        }
    }
}
