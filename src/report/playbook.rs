//! Both playbooks as a checklist: each step with its answer and what it rests on, or why there is none. Plain text, for a
//! ticket; everything that comes from evidence is escaped.

use super::text::Layout;
use crate::base::escape;
use crate::case::Case;
use crate::case::playbook::{Answer, Step};
use std::io::{self, Write};
use textwrap::Options;

/// Records named after one step.
const REFS: usize = 16;

/// Writes the checklist of a case.
///
/// # Errors
/// What the output says.
pub fn write(case: &Case, layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    for (playbook, title) in [
        (1, "Playbook 1: FTP.exe Network Connection (Sysmon EID 3)"),
        (2, "Playbook 2: FTP.exe Process Execution (Process Creation)"),
    ] {
        writeln!(out, "{title}")?;
        let mut section = "";
        for step in case.playbooks.iter().filter(|step| step.playbook == playbook) {
            if step.section != section {
                section = &step.section;
                writeln!(out, "\n  {section}")?;
            }
            write_step(step, layout.width, out)?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn write_step(step: &Step, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let (mark, word) = match step.answer {
        Answer::Answered => ("[x]", "answered"),
        Answer::NothingFound => ("[x]", "nothing found"),
        Answer::NotExamined => ("[ ]", "not examined"),
        Answer::NotApplicable => ("[-]", "not applicable"),
    };
    wrapped(&format!("{mark} {} ({word})", step.step), 2, 6, width, out)?;
    for line in &step.text {
        wrapped(line, 6, 8, width, out)?;
    }
    if !step.refs.is_empty() {
        let named: Vec<&str> = step.refs.iter().take(REFS).map(String::as_str).collect();
        let more = step.refs.len().saturating_sub(REFS);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        wrapped(&format!("see {}{more}", named.join(" ")), 6, 8, width, out)?;
    }
    Ok(())
}

fn wrapped(text: &str, first: usize, rest: usize, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let (first, rest) = (" ".repeat(first), " ".repeat(rest));
    let options = Options::new(width.max(20)).initial_indent(&first).subsequent_indent(&rest);
    for line in textwrap::wrap(&escape::terminal(text), options) {
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_step_with_what_it_rests_on() {
        let step = Step {
            id: "1.x".to_owned(),
            playbook: 1,
            section: "S".to_owned(),
            step: "Look".to_owned(),
            answer: Answer::Answered,
            text: vec!["r1: a\u{1b}[2Jb".to_owned()],
            refs: BTreeSet::from(["r1".to_owned()]),
        };
        let mut out = Vec::new();
        write_step(&step, 80, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.starts_with("  [x] Look (answered)\n      r1: a"), "{text}");
        assert!(text.ends_with("      see r1\n") && !text.contains('\u{1b}'), "{text}");
    }
}
