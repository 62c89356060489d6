//! Tasks of the Task Scheduler: `<Exec>` with `<Command>`, `<Arguments>` and `<WorkingDirectory>`.
//!
//! Source: MS-TSCH, section 2.5.7.2. The files are UTF-16 with a byte-order mark; only decoded text comes here, so the
//! encoding that the declaration names does not matter.

use super::super::emulation::Emulation;
use super::start;
use crate::base::number::to_usize;
use crate::base::text::Text;
use crate::base::xml::{self, Lines};
use quick_xml::events::Event;

/// Events of one document that are read.
const EVENTS: usize = 200_000;

/// What a task starts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Exec {
    line: u32,
    command: String,
    arguments: String,
    directory: String,
}

pub(super) fn run_file(emulation: &mut Emulation<'_>, text: &Text) {
    for exec in read(&text.content) {
        emulation.line = exec.line;
        let directory = exec.directory.trim().trim_matches('"');
        emulation.directory = (!directory.is_empty()).then(|| directory.to_owned());
        let command = exec.command.trim();
        let quoted = command.contains(' ') && !command.starts_with('"');
        let command = if quoted { format!("\"{command}\"") } else { command.to_owned() };
        start(emulation, &format!("{command} {}", exec.arguments.trim()));
    }
}

fn read(content: &str) -> Vec<Exec> {
    let mut reader = xml::reader(content);
    let mut found = Vec::new();
    let mut open: Option<Exec> = None;
    let mut field = String::new();
    let mut lines = Lines::of(content);
    for _ in 0..EVENTS {
        let begins = to_usize(reader.buffer_position());
        let Ok(event) = reader.read_event() else { break };
        match event {
            Event::Start(element) => {
                let name = element.local_name().as_ref().to_owned();
                if name == "Exec" {
                    open = Some(Exec { line: lines.at(begins), ..Exec::default() });
                }
                field = name;
            }
            Event::End(element) => {
                if element.local_name().as_ref() == "Exec" {
                    found.extend(open.take().filter(|exec| !exec.command.trim().is_empty()));
                }
                field.clear();
            }
            Event::Text(words) => add(&mut open, &field, &words.xml10_content()),
            Event::CData(words) => add(&mut open, &field, &words.xml10_content()),
            Event::GeneralRef(reference) => {
                add(&mut open, &field, &xml::referenced(&reference).map_or(String::new(), String::from));
            }
            Event::Eof => break,
            _ => {}
        }
    }
    found
}

fn add(open: &mut Option<Exec>, field: &str, words: &str) {
    let Some(exec) = open else { return };
    match field {
        "Command" => exec.command.push_str(words),
        "Arguments" => exec.arguments.push_str(words),
        "WorkingDirectory" => exec.directory.push_str(words),
        _ => {}
    }
}
