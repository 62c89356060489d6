//! Pages that hold scripts: HTML applications (`.hta`), web pages with ActiveX, files of the Windows Script Host (`.wsf`),
//! and the addresses `vbscript:` and `javascript:` that `mshta` and `rundll32` are given.
//!
//! All blocks of one language run as one program, each at its own lines. Handlers of events in attributes are passed over.

use super::emulation::Emulation;
use super::written::Numbering;
use super::{basic, batch, command_lines, jscript};
use crate::base::text::Text;
use crate::script::url;

/// What a script says that starts programs or writes files.
const SIGNS: [&str; 6] = ["activexobject", "createobject", "wscript", ".run(", ".run ", "shellexecute"];

/// A language of scripts in a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Language {
    Basic,
    Jscript,
}

/// A block of script.
#[derive(Debug, Clone, Copy)]
struct Block<'t> {
    language: Language,
    begin: usize,
    code: &'t str,
}

/// Whether a text is a page with scripts that do more than show something.
#[must_use]
pub fn is_script(content: &str, name: &str) -> bool {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).unwrap_or_default();
    let named = matches!(extension.as_str(), "hta" | "htm" | "html" | "wsf" | "wsc" | "sct" | "asp" | "xml");
    if !named && !content.trim_start().starts_with('<') {
        return false;
    }
    let lower = content.to_ascii_lowercase();
    lower.contains("<script") && SIGNS.iter().any(|sign| lower.contains(sign))
}

/// Runs a text.
pub fn run_file(emulation: &mut Emulation<'_>, text: &Text) {
    run_text(emulation, &text.content, Numbering::Own);
}

/// Runs a page whose lines belong to lines of the emulated text; what it shows may quote command lines.
pub fn run_text(emulation: &mut Emulation<'_>, text: &str, numbering: Numbering<'_>) {
    let blocks = blocks(text);
    let mut languages: Vec<Language> = Vec::new();
    for block in &blocks {
        if !languages.contains(&block.language) {
            languages.push(block.language);
        }
    }
    for language in languages {
        let program = only(text, blocks.iter().filter(|block| block.language == language));
        match language {
            Language::Basic => basic::run_text(emulation, &program, numbering),
            Language::Jscript => jscript::run_text(emulation, &program, numbering),
        }
    }
    let shown = without(text, &blocks);
    let lines = (1u32..).zip(shown.lines()).map(|(number, line)| (numbering.of(number), line));
    let quoted = command_lines::of(lines);
    let borrowed = quoted.iter().map(|(number, line)| (*number, line.as_str())).collect();
    batch::Interpreter::new(emulation, borrowed).run_command_lines();
}

/// Runs an address of script on a command line; false where it holds none.
pub fn run_address(emulation: &mut Emulation<'_>, command_line: &str) -> bool {
    let lower = command_line.to_ascii_lowercase();
    let found = [("vbscript:", Language::Basic), ("javascript:", Language::Jscript), ("jscript:", Language::Jscript)]
        .into_iter()
        .filter_map(|(scheme, language)| Some((lower.find(scheme)?, scheme.len(), language)))
        .min_by_key(|(at, ..)| *at);
    let Some((at, length, language)) = found else { return false };
    let quoted = command_line.get(..at).is_some_and(|before| before.ends_with('"'));
    let mut code = command_line.get(at.saturating_add(length)..).unwrap_or_default().trim_end();
    if quoted {
        code = code.strip_suffix('"').unwrap_or(code);
    }
    let code = url::percent_decoded(&code.replace("\\\"", "\""));
    if !emulation.enter() {
        return true;
    }
    let line = emulation.line;
    match language {
        Language::Basic => basic::run_text(emulation, &code, Numbering::Fixed(line)),
        Language::Jscript => jscript::run_text(emulation, &code, Numbering::Fixed(line)),
    }
    emulation.line = line;
    emulation.leave();
    true
}

/// The blocks of script in their order.
fn blocks(text: &str) -> Vec<Block<'_>> {
    let lower = text.to_ascii_lowercase();
    let mut blocks = Vec::new();
    // A page without a word of its language speaks JScript; in a page that names one, the first named goes on.
    let mut default = Language::Jscript;
    let mut at = 0usize;
    while let Some(found) = lower.get(at..).and_then(|rest| rest.find("<script")) {
        let tag = at.saturating_add(found);
        let Some(end) = lower.get(tag..).and_then(|rest| rest.find('>')) else { break };
        let begin = tag.saturating_add(end).saturating_add(1);
        at = begin;
        let head = lower.get(tag..begin).unwrap_or_default();
        if head.ends_with("/>") {
            continue;
        }
        let length = lower.get(begin..).map_or(0, |rest| rest.find("</script").unwrap_or(rest.len()));
        at = begin.saturating_add(length);
        let language = if head.contains("vbs") {
            Language::Basic
        } else if head.contains("javascript") || head.contains("jscript") || head.contains("ecmascript") {
            Language::Jscript
        } else {
            default
        };
        if blocks.is_empty() {
            default = language;
        }
        if let Some(code) = text.get(begin..at) {
            blocks.push(Block { language, begin, code });
        }
    }
    blocks
}

/// The code of some blocks, each at its own line.
fn only<'t>(text: &str, blocks: impl Iterator<Item = &'t Block<'t>>) -> String {
    let mut program = String::with_capacity(text.len());
    let mut at = 0usize;
    for block in blocks {
        keep_lines(text.get(at..block.begin).unwrap_or_default(), &mut program);
        // What ends the block before.
        program.push(if block.language == Language::Basic { ':' } else { ';' });
        program.push_str(&block.code.replace("<![CDATA[", "").replace("]]>", ""));
        at = block.begin.saturating_add(block.code.len());
    }
    program
}

/// The text with its blocks of script left out, line by line.
fn without(text: &str, blocks: &[Block<'_>]) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut at = 0usize;
    for block in blocks {
        shown.push_str(text.get(at..block.begin).unwrap_or_default());
        keep_lines(block.code, &mut shown);
        at = block.begin.saturating_add(block.code.len());
    }
    shown.push_str(text.get(at..).unwrap_or_default());
    shown
}

fn keep_lines(passed: &str, out: &mut String) {
    out.extend(passed.chars().filter(|character| *character == '\n'));
}
