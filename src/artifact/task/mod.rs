//! Scheduled tasks: the XML of `System32\Tasks` and of what carries it elsewhere (event 4698, exports), and the `.job`
//! files of older Windows.
//!
//! Source: MS-TSCH, sections 2.4 (`.job`) and 2.5 (XML).

mod job;
mod trigger;
mod xml;

pub use job::is_job;
pub use xml::{is_task_xml, starts_of_xml};

use super::event::{Event, Starts};
use super::small;
use crate::base::anomaly::Cause;
use crate::base::bytes::ReadAt;
use crate::base::limits::Limits;
use crate::base::text;
use crate::base::time::Timestamp;

/// Whether bytes begin like a task; some hundred are needed.
#[must_use]
pub fn is_task(head: &[u8]) -> bool {
    is_job(head) || is_task_xml(head)
}

/// Reads a task into one event for each of its actions; `name` is what the task is called where its file does not say it.
///
/// # Errors
/// What reading the bytes says.
pub fn read(
    stream: &dyn ReadAt,
    name: &str,
    limits: &Limits,
    note: &mut dyn FnMut(Cause),
    visit: &mut dyn FnMut(Event),
) -> std::io::Result<()> {
    let bytes = small::bytes(stream, limits, note)?;
    if is_job(&bytes) {
        visit(event(job::starts(&bytes, name, note)));
    } else if let Some(text) = text::decode(&bytes) {
        starts_of_xml(&text.content, name, limits, note).into_iter().map(event).for_each(visit);
    } else {
        note(Cause::Corrupt { what: "task is no text".to_owned(), offset: 0 });
    }
    Ok(())
}

/// What tells of a task that is there. Its time is that of its making, where that is not told in the host's local time.
fn event(starts: Starts) -> Event {
    Event {
        time: starts.registered.as_deref().and_then(Timestamp::parse),
        source: starts.mechanism.clone(),
        starts: Some(starts),
        ..Event::default()
    }
}

/// The command line of a program and its arguments.
fn command_line(program: &str, arguments: &str) -> String {
    let (program, arguments) = (program.trim(), arguments.trim());
    let bare = program.contains(char::is_whitespace) && !program.starts_with('"');
    let program = if bare { format!("\"{program}\"") } else { program.to_owned() };
    if arguments.is_empty() { program } else { format!("{program} {arguments}") }
}

fn told(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests;
