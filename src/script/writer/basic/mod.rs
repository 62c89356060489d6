//! BASIC: VBScript, VBA and Visual Basic 6, emulated.
//!
//! A program runs from its first line; then the procedures that nothing has called run with parameters of which only the
//! names are known, as an office document's or a form's events would call them. Where a condition is not known all its
//! branches run. Source: [MS-VBAL], and Microsoft's reference of VBScript.

mod evaluate;
mod expression;
mod files;
mod functions;
mod operators;
mod parse;
mod run;
mod statement;
mod syntax;
#[cfg(test)]
mod tests;
mod token;

use super::automation::Automation;
use super::emulation::Emulation;
use super::written::Numbering;
use crate::base::text::Text;
use run::Interpreter;

/// Whether a text is a script, a macro or a module in BASIC.
#[must_use]
pub fn is_script(content: &str, name: &str) -> bool {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).unwrap_or_default();
    match extension.as_str() {
        "vbs" | "bas" | "cls" | "frm" | "vba" => true,
        "vb" | "js" | "jse" | "html" | "htm" | "hta" | "wsf" | "ps1" | "psm1" | "bat" | "cmd" | "py" | "php" | "pl"
        | "c" | "cpp" | "cs" | "java" | "sql" | "sh" => false,
        _ => speaks_basic(content),
    }
}

/// Whether the lines of a text are those of BASIC, and at least one of them does what a script for another client would.
fn speaks_basic(content: &str) -> bool {
    let (mut signs, mut basic, mut others) = (0u32, 0u32, 0u32);
    for line in content.lines().map(str::trim).filter(|line| !line.is_empty()).take(400) {
        let lower = line.get(..line.floor_char_boundary(200)).unwrap_or(line).to_ascii_lowercase();
        if lower.starts_with("imports ") || lower.starts_with("namespace ") {
            return false;
        }
        if lower.starts_with('\'') {
            continue;
        }
        let acts = ["createobject(", "wscript.", ".writeline ", ".writeline(", "vbcrlf", "attribute vb_"]
            .iter()
            .any(|sign| lower.contains(sign))
            || ["print #", "vba macro", "shell \"", "shell(", "call shell"].iter().any(|sign| lower.starts_with(sign))
            || lower.starts_with("open ") && lower.contains(" for ") && lower.contains(" as ");
        let speaks = acts && !lower.ends_with(';')
            || [
                "dim ",
                "set ",
                "sub ",
                "private ",
                "public ",
                "function ",
                "end ",
                "if ",
                "on error",
                "next",
                "loop",
                "do",
                "close",
            ]
            .iter()
            .any(|word| lower.starts_with(word))
                && !lower.ends_with(['{', ';']);
        signs = signs.saturating_add(u32::from(acts));
        if speaks {
            basic = basic.saturating_add(1);
        } else {
            others = others.saturating_add(1);
        }
    }
    signs > 0 && basic >= others
}

/// Runs a text.
pub fn run_file(emulation: &mut Emulation<'_>, text: &Text) {
    run_text(emulation, &text.content, Numbering::Own);
}

/// Runs a program whose lines belong to lines of the emulated text.
pub fn run_text(emulation: &mut Emulation<'_>, text: &str, numbering: Numbering<'_>) {
    let mut interpreter = Interpreter::new(Automation::new(emulation));
    interpreter.run(parse::program(text, numbering));
    interpreter.finish();
}
