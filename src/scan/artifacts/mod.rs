//! The artifacts of one piece of evidence: found by the sweep, read into events.

mod read;
mod records;
mod told;

use crate::artifact::event_export::{self, Form};
use crate::artifact::{evtx, pca, prefetch, startup, task, wmi};
use crate::evidence::entry::EntryPath;
pub(super) use read::{Gathered, gather, gather_named};
pub(super) use told::texts;

/// An artifact that the sweep came upon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Artifact {
    pub(super) path: EntryPath,
    pub(super) kind: Kind,
}

/// What kind of artifact a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    EventLog,
    Export(Form),
    Prefetch,
    Hive,
    Task,
    Startup,
    LaunchList,
    WmiObjects,
    Zone,
}

/// What a file is by its first bytes, or by its place where content alone does not tell.
pub(super) fn kind_of(path: &EntryPath, head: &[u8], is_text: bool) -> Option<Kind> {
    let name = path.name();
    if !is_text {
        let by_content = [
            (evtx::is_event_log(head), Kind::EventLog),
            (head.starts_with(b"regf"), Kind::Hive),
            (prefetch::is_prefetch(head), Kind::Prefetch),
        ];
        if let Some((_, kind)) = by_content.into_iter().find(|(is, _)| *is) {
            return Some(kind);
        }
        if name.eq_ignore_ascii_case(b"OBJECTS.DATA") && wmi::is_objects("OBJECTS.DATA") {
            return Some(Kind::WmiObjects);
        }
        let is_job = name.len() > 4
            && name.get(name.len().saturating_sub(4)..).is_some_and(|end| end.eq_ignore_ascii_case(b".job"));
        if is_job && task::is_task(head) {
            return Some(Kind::Task);
        }
    }
    if is_below_startup(path) {
        return Some(Kind::Startup);
    }
    if !is_text {
        return None;
    }
    if name.ends_with(b":Zone.Identifier") {
        return Some(Kind::Zone);
    }
    if name.starts_with(b"Pca") && std::str::from_utf8(name).is_ok_and(pca::is_pca) {
        return Some(Kind::LaunchList);
    }
    if task::is_task(head) {
        return Some(Kind::Task);
    }
    event_export::sniff(head).map(Kind::Export)
}

/// Whether a file lies in a Startup folder. The folder's name is looked for first: most paths have none.
fn is_below_startup(path: &EntryPath) -> bool {
    let parent = path.parent();
    parent.name().eq_ignore_ascii_case(b"Startup") && startup::is_startup(&path.display())
}
