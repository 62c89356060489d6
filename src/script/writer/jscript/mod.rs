//! JScript as the Windows Script Host and `mshta` run it, emulated.
//!
//! A program runs from its first line; then the functions that nothing has called run with parameters of which only the
//! names are known. Where a condition is not known all its branches run. Source: ECMA-262, third edition.

mod evaluate;
mod expression;
mod methods;
mod operators;
mod parse;
mod run;
mod syntax;
#[cfg(test)]
mod tests;
mod token;

use super::automation::Automation;
use super::emulation::Emulation;
use super::written::Numbering;
use crate::base::text::Text;
use run::Interpreter;

/// Whether a text is a script for the Windows Script Host.
#[must_use]
pub fn is_script(content: &str, name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let extension = lower.rsplit_once('.').map_or("", |(_, extension)| extension);
    let may = matches!(extension, "js" | "jse" | "txt" | "log" | "dat" | "") || !lower.contains('.');
    if !may || content.trim_start().starts_with('<') {
        return false;
    }
    let uses_com =
        ["new ActiveXObject", "WScript.CreateObject", "WScript.Shell"].iter().any(|sign| content.contains(sign));
    let is_statement =
        |line: &str| line.ends_with([';', '{', '}']) || line.starts_with("//") || line.starts_with("var ");
    uses_com && {
        let lines = content.lines().map(str::trim).filter(|line| !line.is_empty()).take(400);
        let (all, statements) = lines.fold((0usize, 0usize), |(all, statements), line| {
            (all.saturating_add(1), statements.saturating_add(usize::from(is_statement(line))))
        });
        matches!(extension, "js" | "jse") || statements.saturating_mul(2) >= all
    }
}

/// Runs a text.
pub fn run_file(emulation: &mut Emulation<'_>, text: &Text) {
    run_text(emulation, &text.content, Numbering::Own);
}

/// Runs a program whose lines belong to lines of the emulated text.
pub fn run_text(emulation: &mut Emulation<'_>, text: &str, numbering: Numbering<'_>) {
    let mut interpreter = Interpreter::new(Automation::new(emulation));
    interpreter.run(parse::program(text, numbering, 0));
    interpreter.finish();
}
