//! The artifacts of one piece of evidence: found by the sweep, read into events.

mod log;
mod read;
mod records;
mod told;

use crate::artifact::event_export::{self, Form};
use crate::artifact::{evtx, launchd, mof, pca, policy_scripts, prefetch, startup, task, wmi};
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
    PolicyScripts,
    LaunchJob,
    Mof,
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
    if is_launch_job(path) {
        return Some(Kind::LaunchJob);
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
    if mof::is_mof(name) {
        return Some(Kind::Mof);
    }
    if path.parent().name().eq_ignore_ascii_case(b"Scripts") && policy_scripts::is_list(&path.display()) {
        return Some(Kind::PolicyScripts);
    }
    match begins(head) {
        Begins::Markup if task::is_task(head) => Some(Kind::Task),
        Begins::Markup | Begins::Documents | Begins::Columns => event_export::sniff(head).map(Kind::Export),
        Begins::Otherwise => None,
    }
}

/// How a text begins. Nearly every text is none of an export's: they are told apart before anything is decoded.
enum Begins {
    Markup,
    Documents,
    Columns,
    Otherwise,
}

fn begins(head: &[u8]) -> Begins {
    /// Bytes of the first line that are looked at.
    const LINE: usize = 4096;
    /// A part of the names of columns that no export is without.
    const COLUMNS: [&[u8]; 5] = [b"event", b"utctime", b"newprocess", b"providername", b"_raw"];
    let is_filling = |byte: &u8| matches!(byte, 0 | 0xef | 0xbb | 0xbf | 0xfe | 0xff) || byte.is_ascii_whitespace();
    let start = head.iter().take(64).position(|byte| !is_filling(byte)).unwrap_or(0);
    let rest = head.get(start..).unwrap_or_default();
    match rest.first() {
        Some(b'<') => return Begins::Markup,
        Some(b'{' | b'[') => return Begins::Documents,
        Some(b'R') if rest.starts_with(b"Record ") => return Begins::Documents,
        _ => {}
    }
    let line = rest.get(..rest.len().min(LINE)).unwrap_or_default();
    let line = line.get(..memchr::memchr(b'\n', line).unwrap_or(line.len())).unwrap_or_default();
    if memchr::memchr3(b',', b';', b'\t', line).is_none() {
        return Begins::Otherwise;
    }
    let lower: Vec<u8> = line.iter().filter(|byte| **byte != 0).map(u8::to_ascii_lowercase).collect();
    let named = COLUMNS.iter().any(|name| memchr::memmem::find(&lower, name).is_some());
    if named { Begins::Columns } else { Begins::Otherwise }
}

/// Whether a file lies in a Startup folder. The folder's name is looked for first: most paths have none.
fn is_below_startup(path: &EntryPath) -> bool {
    let parent = path.parent();
    parent.name().eq_ignore_ascii_case(b"Startup") && startup::is_startup(&path.display())
}

/// Whether a file is a job of launchd, a text or not.
fn is_launch_job(path: &EntryPath) -> bool {
    path.name().ends_with(b".plist") && launchd::is_job(&path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn artifacts_are_known_by_content_or_place() {
        let task = "<?xml version=\"1.0\"?>\n<Task version=\"1.2\" xmlns=\"http://schemas.microsoft.com/windows/2004/02/mit/task\">";
        let wide = |text: &str| [vec![0xff, 0xfe], text.encode_utf16().flat_map(u16::to_le_bytes).collect()].concat();
        let event = r#"{"Event":{"System":{"EventID":1,"Channel":"Security"}}}"#;
        let startup = "Users/k/AppData/Roaming/Microsoft/Windows/Start Menu/Programs/Startup/a.lnk";
        let cases: Vec<(&str, Vec<u8>, bool, Option<Kind>)> = vec![
            ("a.evtx", b"ElfFile\0".to_vec(), false, Some(Kind::EventLog)),
            ("SYSTEM", b"regf".to_vec(), false, Some(Kind::Hive)),
            ("Tasks/a", task.into(), true, Some(Kind::Task)),
            ("Tasks/b", wide(task), true, Some(Kind::Task)),
            ("a.json", event.into(), true, Some(Kind::Export(Form::Json))),
            ("a.csv", b"EventID,Channel,UtcTime\n1,x,y\n".to_vec(), true, Some(Kind::Export(Form::Csv))),
            ("b.csv", b"name,price\nevent,1\n".to_vec(), true, None),
            ("a.txt", b"open 192.0.2.1\nget a\n".to_vec(), true, None),
            ("a.xml", b"<a/>".to_vec(), true, None),
            ("a.exe:Zone.Identifier", b"[ZoneTransfer]\nZoneId=3\n".to_vec(), true, Some(Kind::Zone)),
            (startup, b"L\0\0\0".to_vec(), false, Some(Kind::Startup)),
            ("Library/LaunchAgents/a.plist", b"<?xml version=\"1.0\"?>".to_vec(), true, Some(Kind::LaunchJob)),
            ("Library/LaunchAgents/b.plist", b"bplist00".to_vec(), false, Some(Kind::LaunchJob)),
            ("Library/Preferences/a.plist", b"<?xml version=\"1.0\"?>".to_vec(), true, None),
            ("G/Machine/Scripts/scripts.ini", wide("[Logon]\r\n"), true, Some(Kind::PolicyScripts)),
            ("mirc/scripts.ini", b"[x]\n".to_vec(), true, None),
            ("t/a.mof", b"#pragma x\n".to_vec(), true, Some(Kind::Mof)),
            ("a.exe", b"MZ".to_vec(), false, None),
        ];
        for (path, head, is_text, kind) in cases {
            assert_eq!(kind_of(&EntryPath::new(path), &head, is_text), kind, "{path}");
        }
    }
}
