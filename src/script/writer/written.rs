//! Files that the text has written and then runs: a batch file that a page echoes together, a script that a batch file
//! leaves behind.

use super::emulation::{Emulation, program_name};
use super::{basic, batch, jscript, page};
use crate::base::number::to_usize;

/// Which line of the emulated text a line belongs to.
#[derive(Debug, Clone, Copy)]
pub enum Numbering<'n> {
    /// Its own number: the text itself.
    Own,
    /// Always this one: code in a string.
    Fixed(u32),
    /// By its number in a file that was written, from 1: the line that wrote it.
    Table(&'n [u32]),
    /// Its own number, counted on from the line where a part of the text begins.
    From(u32),
}

impl Numbering<'_> {
    /// The line of the emulated text.
    #[must_use]
    pub fn of(self, line: u32) -> u32 {
        match self {
            Self::Own => line,
            Self::Fixed(fixed) => fixed,
            Self::Table(lines) => {
                let index = to_usize(line).saturating_sub(1);
                lines.get(index).or(lines.last()).copied().unwrap_or(line)
            }
            Self::From(first) => first.saturating_add(line).saturating_sub(1),
        }
    }
}

/// Runs a program that is a file which the text has written, or a script host that is given one; false where it is none.
pub fn run(emulation: &mut Emulation<'_>, words: &[String], command_line: &str) -> bool {
    let Some((program, arguments)) = words.split_first() else { return false };
    match program_name(program).as_str() {
        "wscript" | "cscript" => {
            let script = arguments.iter().find(|argument| !argument.starts_with("//"));
            script.is_some_and(|script| run_file(emulation, script))
        }
        "mshta" | "rundll32" => {
            page::run_address(emulation, command_line)
                || arguments.first().is_some_and(|first| run_file(emulation, first))
        }
        _ => run_file(emulation, program),
    }
}

/// Runs a file that the text has written, in the language that its name tells.
fn run_file(emulation: &mut Emulation<'_>, path: &str) -> bool {
    let path = path.trim_matches('"');
    let extension = path.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).unwrap_or_default();
    if !matches!(extension.as_str(), "bat" | "cmd" | "vbs" | "js" | "wsf" | "hta") {
        return false;
    }
    let directory = emulation.directory.clone();
    let Some(file) = emulation.files.get(path, directory.as_deref()) else { return false };
    let content = file.content();
    let lines = lines_of(file);
    // An interpreter of expressions goes deeper than one of command lines does: it counts twice.
    if !emulation.enter() {
        return true;
    }
    if !emulation.enter() {
        emulation.leave();
        return true;
    }
    let line = emulation.line;
    let numbering = Numbering::Table(&lines);
    match extension.as_str() {
        "vbs" => basic::run_text(emulation, &content, numbering),
        "js" => jscript::run_text(emulation, &content, numbering),
        "wsf" | "hta" => page::run_text(emulation, &content, numbering),
        _ => {
            let numbered = content.lines().enumerate().map(|(at, text)| (lines.get(at).copied().unwrap_or(line), text));
            batch::Interpreter::new(emulation, numbered.collect()).run_file();
        }
    }
    emulation.line = line;
    emulation.leave();
    emulation.leave();
    true
}

/// For each line of a written file the line of the writer that begins it.
fn lines_of(file: &super::files::VirtualFile) -> Vec<u32> {
    let mut lines = Vec::new();
    let mut at_start = true;
    for piece in &file.pieces {
        for part in piece.text.split_inclusive('\n') {
            if at_start {
                lines.push(piece.line);
            }
            at_start = part.ends_with('\n');
        }
    }
    lines
}
