//! The XML of tasks. A document type is told and never followed; nothing is fetched.

use super::trigger::{self, Said};
use super::{command_line, told};
use crate::artifact::event::Starts;
use crate::base::anomaly::Cause;
use crate::base::limits::Limits;
use crate::base::number::to_u64;
use crate::base::{text, xml};
use quick_xml::events::{BytesStart, Event};

/// Parts of a document that are read.
const PARTS: usize = 200_000;

/// Depth of elements that are looked into; those of a task need seven.
const DEPTH: usize = 32;

/// Attributes of an element that are looked at.
const ATTRIBUTES: usize = 8;

/// Actions of a task; Windows allows no more.
const ACTIONS: usize = 32;

/// Principals of a task, and what is said of a trigger.
const MOST: usize = 64;

/// Bytes of all words for the triggers of a task, and of each text that its actions share.
const SHARED: usize = 4096;

/// Actions of a document.
const STARTS: usize = 1024;

/// The namespace of tasks.
const NAMESPACE: &str = "schemas.microsoft.com/windows/2004/02/mit/task";

/// Whether bytes begin like the XML of a task, or of many.
#[must_use]
pub fn is_task_xml(head: &[u8]) -> bool {
    let head = head.get(..head.len().min(1024) & !1).unwrap_or_default();
    let Some(text) = text::decode(head) else { return false };
    let begins = text.content.trim_start().starts_with('<');
    begins && (text.content.contains(NAMESPACE) || text.content.contains("<Task version"))
}

/// What the XML of a task starts, one for each action; one without an action where the text ends before the first. `name`
/// stands where the task does not say its own. Several tasks may follow each other, as `schtasks /query /xml` writes them.
#[must_use]
pub fn starts_of_xml(content: &str, name: &str, limits: &Limits, note: &mut dyn FnMut(Cause)) -> Vec<Starts> {
    let content = content.get(..content.floor_char_boundary(limits.artifact_bytes)).unwrap_or_default();
    let mut reader = xml::reader(content);
    let mut document = Document { name: name.to_owned(), ..Document::default() };
    let mut ended = false;
    for _ in 0..PARTS {
        let offset = reader.buffer_position();
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(error) => {
                note(Cause::Corrupt { what: format!("task: {error}"), offset });
                ended = true;
                break;
            }
        };
        match event {
            Event::Start(start) => document.open(&start),
            Event::Empty(start) => {
                document.open(&start);
                document.close(start.local_name().as_ref());
            }
            Event::End(end) => document.close(end.local_name().as_ref()),
            Event::Text(words) => document.text.push_str(&words.xml10_content()),
            Event::CData(words) => document.text.push_str(&words.xml10_content()),
            Event::GeneralRef(reference) => document.text.extend(xml::referenced(&reference)),
            Event::Comment(words) => document.comment(&words.xml10_content()),
            Event::DocType(_) => {
                note(Cause::Corrupt { what: "task with a document type, which is not followed".to_owned(), offset });
            }
            Event::Eof => {
                ended = true;
                break;
            }
            Event::Decl(_) | Event::PI(_) => {}
        }
    }
    document.end_task();
    if !ended {
        note(Cause::LimitReached { what: "parts of a task", limit: to_u64(PARTS) });
    }
    if let Some((what, limit)) = document.capped {
        note(Cause::LimitReached { what, limit: to_u64(limit) });
    }
    document.starts
}

/// A document while it is read.
#[derive(Default)]
struct Document {
    name: String,
    /// The names of the elements that are open.
    path: Vec<String>,
    /// Elements that are open below the deepest that is looked into.
    below: usize,
    /// The text of the element that was opened last.
    text: String,
    task: Option<Task>,
    starts: Vec<Starts>,
    capped: Option<(&'static str, usize)>,
}

/// A task while it is read.
#[derive(Default)]
struct Task {
    uri: String,
    author: String,
    date: String,
    hidden: bool,
    disabled: bool,
    context: String,
    principals: Vec<Principal>,
    said: Said,
    triggers: Vec<String>,
    actions: Vec<Action>,
}

#[derive(Default)]
struct Principal {
    id: String,
    account: String,
    elevated: bool,
}

#[derive(Default)]
struct Action {
    command: String,
    arguments: String,
    directory: String,
    class: String,
}

impl Document {
    fn open(&mut self, start: &BytesStart<'_>) {
        self.text.clear();
        if self.path.len() >= DEPTH {
            self.below = self.below.saturating_add(1);
            return;
        }
        let name = start.local_name().as_ref().to_owned();
        if name == "Task" {
            self.end_task();
            self.path.clear();
            self.task = Some(Task::default());
            return;
        }
        self.path.push(name);
        let Some(task) = &mut self.task else { return };
        match self.path.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["Principals", "Principal"] if task.principals.len() < MOST => {
                task.principals.push(Principal { id: attribute(start, "id"), ..Principal::default() });
            }
            ["Actions"] => task.context = attribute(start, "Context"),
            ["Actions", "Exec" | "ComHandler" | "SendEmail" | "ShowMessage"] => {
                if task.actions.len() < ACTIONS {
                    task.actions.push(Action::default());
                } else {
                    self.capped = Some(("actions of a task", ACTIONS));
                }
            }
            ["Triggers", _] => task.said.clear(),
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        let text = std::mem::take(&mut self.text);
        if self.below > 0 {
            self.below = self.below.saturating_sub(1);
            return;
        }
        if name == "Task" {
            self.end_task();
            self.path.clear();
            return;
        }
        // An end that nothing began is passed over; one that others are open in ends them.
        let Some(depth) = self.path.iter().rposition(|open| open == name) else { return };
        self.path.truncate(depth.saturating_add(1));
        if let Some(task) = &mut self.task {
            let path: Vec<&str> = self.path.iter().map(String::as_str).collect();
            task.take(&path, text.trim());
            if let ["Triggers", kind] = path[..] {
                let words = trigger::words(kind, &task.said);
                let before: usize = task.triggers.iter().map(String::len).sum();
                if before.saturating_add(words.len()) <= SHARED {
                    task.triggers.push(words);
                } else {
                    self.capped = Some(("bytes of a task's triggers", SHARED));
                }
            }
        }
        self.path.truncate(depth);
    }

    /// `schtasks /query /xml` writes the name of each task in a comment in front of it.
    fn comment(&mut self, text: &str) {
        let text = text.trim();
        if self.task.is_none() && text.starts_with('\\') {
            text.clone_into(&mut self.name);
        }
    }

    fn end_task(&mut self) {
        let Some(task) = self.task.take() else { return };
        if self.starts.len() < STARTS {
            task.finish(&self.name, &mut self.starts);
        } else {
            self.capped = Some(("actions of a document of tasks", STARTS));
        }
    }
}

impl Task {
    /// Takes the text of an element that ended.
    fn take(&mut self, path: &[&str], text: &str) {
        let field = match path {
            ["RegistrationInfo", ..] | ["Settings", ..] | ["Principals", ..] => {
                return self.take_shared(path, shared(text));
            }
            ["Triggers", _, rest @ ..] => return self.say(rest, shared(text)),
            ["Actions", "Exec" | "ComHandler", field] => {
                let Some(action) = self.actions.last_mut() else { return };
                match *field {
                    "Command" => &mut action.command,
                    "Arguments" => &mut action.arguments,
                    "WorkingDirectory" => &mut action.directory,
                    "ClassId" => &mut action.class,
                    _ => return,
                }
            }
            _ => return,
        };
        text.clone_into(field);
    }

    /// Takes the text of an element that all actions share.
    fn take_shared(&mut self, path: &[&str], text: &str) {
        let field = match path {
            ["RegistrationInfo", "URI"] => &mut self.uri,
            ["RegistrationInfo", "Author"] => &mut self.author,
            ["RegistrationInfo", "Date"] => &mut self.date,
            ["Settings", "Hidden"] => {
                self.hidden = matches!(text, "true" | "1");
                return;
            }
            ["Settings", "Enabled"] => {
                self.disabled = matches!(text, "false" | "0");
                return;
            }
            ["Principals", "Principal", field] => {
                if let Some(principal) = self.principals.last_mut() {
                    match *field {
                        "UserId" | "GroupId" => text.clone_into(&mut principal.account),
                        "RunLevel" => principal.elevated = text == "HighestAvailable",
                        _ => {}
                    }
                }
                return;
            }
            _ => return,
        };
        text.clone_into(field);
    }

    /// Keeps what an element inside a trigger says.
    fn say(&mut self, path: &[&str], text: &str) {
        let (name, text) = match path {
            [.., list @ ("DaysOfWeek" | "Months" | "DaysOfMonth" | "Weeks"), one] => {
                (*list, if text.is_empty() { one } else { text })
            }
            [.., "DaysOfWeek" | "Months" | "DaysOfMonth" | "Weeks"] | [] => return,
            [.., schedule] if schedule.starts_with("ScheduleBy") => ("Schedule", *schedule),
            [.., name] => (*name, text),
        };
        if self.said.len() < MOST {
            self.said.push((name.to_owned(), text.to_owned()));
        }
    }

    fn finish(self, name: &str, starts: &mut Vec<Starts>) {
        let of_context = self.principals.iter().find(|principal| principal.id == self.context);
        let principal = of_context.or(self.principals.first());
        let common = Starts {
            mechanism: "scheduled-task".to_owned(),
            name: told(&self.uri).unwrap_or_else(|| shared(name).to_owned()),
            run_as: principal.and_then(|principal| told(&principal.account)),
            elevated: principal.is_some_and(|principal| principal.elevated),
            triggers: self.triggers,
            author: told(&self.author),
            registered: told(&self.date),
            hidden: self.hidden,
            disabled: self.disabled,
            ..Starts::default()
        };
        if self.actions.is_empty() {
            starts.push(common);
            return;
        }
        starts.extend(self.actions.into_iter().map(|action| Starts {
            command_line: told(&command_line(&action.command, &action.arguments)),
            working_directory: told(action.directory.trim().trim_matches('"')),
            class_id: told(&action.class),
            ..common.clone()
        }));
    }
}

/// The value of an attribute. Others of its name are not looked for, so that many attributes cost no more than their length.
fn attribute(start: &BytesStart<'_>, name: &str) -> String {
    let mut attributes = start.attributes();
    let found =
        attributes.with_checks(false).take(ATTRIBUTES).flatten().find(|attribute| attribute.key.as_ref() == name);
    found.map(|attribute| attribute.value.into_owned()).unwrap_or_default()
}

fn shared(text: &str) -> &str {
    text.get(..text.floor_char_boundary(SHARED)).unwrap_or_default()
}
