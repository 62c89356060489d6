//! Emulates a text in the language that it is written in.

use super::language::Language;
use super::writer::containers::Container;
use super::writer::emulation::{Emulation, Neighbours};
use super::writer::outcome::{Origin, Outcome};
use super::writer::{basic, batch, command_lines, containers, jcl, jscript, literals, page, powershell, shell};
use crate::base::limits::Limits;
use crate::base::text::Text;

/// Emulates a text; nothing comes of one that has no language and quotes no command lines.
pub(super) fn emulate(
    text: &Text,
    language: Language,
    origin: Origin<'_>,
    neighbours: &dyn Neighbours,
    limits: &Limits,
) -> Outcome {
    if !may_hold_commands(&text.content, language) {
        return Outcome::default();
    }
    let lines = || text.lines().map(|line| (line.number, line.text));
    let mut emulation = Emulation::new(origin, language.platform(), neighbours, limits);
    emulation.allow(text.content.len());
    match language {
        Language::Batch => batch::Interpreter::new(&mut emulation, lines().collect()).run_file(),
        Language::Powershell => powershell::run_file(&mut emulation, text),
        Language::Shell => shell::run_file(&mut emulation, text),
        Language::Basic => basic::run_file(&mut emulation, text),
        Language::Jscript => jscript::run_file(&mut emulation, text),
        Language::Page => page::run_file(&mut emulation, text),
        Language::Jcl => jcl::run_file(&mut emulation, text),
        Language::Container(container) => {
            emulation.only_quotes = true;
            containers::run_file(&mut emulation, text, container);
        }
        Language::Source(tongue) => {
            if !literals::run_file(&mut emulation, text, tongue) {
                run_quoted(&mut emulation, text);
            }
        }
        Language::Unknown => run_quoted(&mut emulation, text),
    }
    emulation.finish()
}

/// Runs the command lines that a text quotes, and takes for written the files that it shows.
fn run_quoted(emulation: &mut Emulation<'_>, text: &Text) {
    let lines = || text.lines().map(|line| (line.number, line.text));
    emulation.only_quotes = true;
    for (name, body) in command_lines::quoted_files(lines()) {
        emulation.files.open(&name, None, false);
        for (number, line) in body {
            emulation.line = number;
            emulation.write_file(&name, &format!("{line}\r\n"), true);
        }
    }
    let quoted = command_lines::of(lines());
    let borrowed = quoted.iter().map(|(number, line)| (*number, line.as_str())).collect();
    batch::Interpreter::new(emulation, borrowed).run_command_lines();
}

/// A cheap look before the emulation: it takes a word that writes or one that starts.
fn may_hold_commands(content: &str, language: Language) -> bool {
    // The registry writes some strings as bytes.
    if language.builds_words() || language == Language::Container(Container::Registry) {
        return true;
    }
    if language == Language::Powershell && powershell::may_hide(content) {
        return true;
    }
    let bytes = content.as_bytes();
    let holds = |word: &[u8]| bytes.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word));
    // The words may be written with carets, or put together from variables.
    let carets = || bytes.windows(2).filter(|pair| matches!(pair, [b'^', next] if next.is_ascii_alphabetic())).count();
    let percents = || bytes.iter().filter(|byte| **byte == b'%').count();
    holds(b"ftp")
        || holds(b"echo")
        || holds(b"scp")
        || holds(b"rclone")
        || holds(b"netrc")
        || holds(b"base64")
        || holds(b"powershell")
        || holds(b"pwsh")
        || holds(b":~")
        || carets() > 2
        || holds(b"set ") && percents() >= 8
}
