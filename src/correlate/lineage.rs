//! The processes above and below each run: by Sysmon's identity, else by number and time, for Windows gives numbers again.

use super::processes::{ProcessIndex, SAME_START, Start};
use super::{client, processes};
use crate::artifact::event::Process;
use crate::base::limits::Limits;
use crate::base::number::{to_u32, to_usize};
use crate::base::time::Timestamp;
use crate::case::Event;
use crate::case::run::{ClientRun, LinkedBy, ParentKind, Relative};
use std::collections::BTreeSet;

/// Processes below one run that are told.
const CHILDREN: usize = 256;

/// The indexes that are asked, the one with the events first.
#[derive(Clone, Copy)]
pub(super) struct Lineage<'a> {
    pub(super) indexes: [&'a ProcessIndex; 2],
    pub(super) events: &'a [&'a Event],
    pub(super) limits: &'a Limits,
}

#[derive(Clone, Copy)]
struct Found<'a> {
    index: &'a ProcessIndex,
    start: &'a Start,
}

impl<'a> Lineage<'a> {
    /// Fills in what is above and below a run. `parent` is what the record of its start says of its parent.
    pub(super) fn fill(&self, run: &mut ClientRun, parent: Option<&Process>) {
        run.parents = self.above(run, parent);
        let behind = run.parents.iter().map(|parent| parent.kind);
        let telling = behind.clone().find(|kind| !matches!(kind, ParentKind::Shell | ParentKind::Unknown));
        run.parent_kind = telling.or_else(|| behind.clone().next()).unwrap_or_default();
        run.children = self.below(run);
    }

    fn find(
        &self,
        guid: Option<&str>,
        host: Option<&str>,
        pid: Option<u64>,
        time: Option<Timestamp>,
    ) -> Option<(Found<'a>, LinkedBy)> {
        let by_guid = self.indexes.iter().find_map(|index| Some((*index, index.by_guid(guid)?)));
        let by_pid = || {
            let (pid, time) = (pid?, time?);
            self.indexes.iter().find_map(|index| Some((*index, index.by_pid(host, pid, time)?)))
        };
        let (found, linked) = by_guid
            .map(|found| (found, LinkedBy::Guid))
            .or_else(|| by_pid().map(|found| (found, LinkedBy::PidAndTime)))?;
        let (index, at) = found;
        Some((Found { index, start: index.start(at)? }, linked))
    }

    fn above(&self, run: &ClientRun, parent: Option<&Process>) -> Vec<Relative> {
        let mut relatives = Vec::new();
        let own = self.find(run.guid.as_deref(), run.host.as_deref(), run.pid, run.started).map(|(found, _)| found);
        let mut told: Option<Process> = parent.cloned().or_else(|| own.and_then(parent_told));
        let mut time = run.started;
        let mut seen: BTreeSet<(Option<String>, Option<u64>, Option<Timestamp>)> = BTreeSet::new();
        while let Some(process) = told.take() {
            if relatives.len() >= self.limits.lineage_depth {
                break;
            }
            let guid = processes::guid_of(process.guid.as_deref());
            let found = self.find(guid.as_deref(), run.host.as_deref(), process.pid, time);
            // A number may have been given again, by a start that no log holds: the program tells.
            let found = found.filter(|(found, linked)| {
                *linked == LinkedBy::Guid || same_program(found.index.image(found.start), process.executable.as_deref())
            });
            let depth = to_u32(relatives.len()).saturating_add(1);
            let relative = match found {
                Some((found, linked)) => self.relative(found, depth, linked, Some(&process)),
                None => Relative {
                    depth,
                    kind: process.executable.as_deref().map_or(ParentKind::Unknown, |path| {
                        kind_of(path, process.command_line.as_deref().unwrap_or_default())
                    }),
                    executable: process.executable.clone(),
                    command_line: process.command_line.clone(),
                    pid: process.pid,
                    guid,
                    linked_by: LinkedBy::NamedByChild,
                    ..Relative::default()
                },
            };
            if relative.executable.is_none()
                && relative.started.is_none()
                && relative.guid.is_none()
                && relative.pid.is_none()
            {
                break;
            }
            if !seen.insert((relative.guid.clone(), relative.pid, relative.started)) {
                break;
            }
            relatives.push(relative);
            time = found.and_then(|(found, _)| found.start.time);
            told = found.and_then(|(found, _)| parent_told(found));
        }
        relatives
    }

    fn relative(&self, found: Found<'a>, depth: u32, linked_by: LinkedBy, told: Option<&Process>) -> Relative {
        let Found { index, start } = found;
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let line = text(index.command_line(start)).or_else(|| told.and_then(|told| told.command_line.clone()));
        let executable = text(index.image(start)).or_else(|| told.and_then(|told| told.executable.clone()));
        let event = start.event.and_then(|number| self.events.get(usize::try_from(number).ok()?));
        Relative {
            depth,
            kind: kind_of(executable.as_deref().unwrap_or_default(), line.as_deref().unwrap_or_default()),
            executable,
            command_line: line,
            pid: start.pid,
            guid: ProcessIndex::guid(start),
            user: text(index.user(start)),
            started: start.time,
            linked_by,
            event: event.map(|event| event.id.clone()),
        }
    }

    fn below(&self, run: &ClientRun) -> Vec<Relative> {
        let mut relatives: Vec<Relative> = Vec::new();
        let mut queue: Vec<(Found<'a>, u32, LinkedBy)> = Vec::new();
        let own = self.find(run.guid.as_deref(), run.host.as_deref(), run.pid, run.started).map(|(found, _)| found);
        match own {
            Some(found) => self.children(found, 1, &mut queue),
            // The start of the run itself is in no record.
            None => {
                for index in self.indexes {
                    for at in index.children_of(run.guid.as_deref(), CHILDREN) {
                        queue.extend(index.start(at).map(|start| (Found { index, start }, 1, LinkedBy::Guid)));
                    }
                }
            }
        }
        let mut at = 0usize;
        while let Some((found, depth, linked)) = queue.get(at).copied() {
            at = at.saturating_add(1);
            let relative = self.relative(found, depth, linked, None);
            let known = relatives.iter().any(|known| {
                known.pid == relative.pid
                    && known.guid.is_none_or_equal(&relative.guid)
                    && known.started.zip(relative.started).is_none_or(|(a, b)| a.seconds_since(b).abs() <= SAME_START)
            });
            let is_itself = relative.guid.is_some() && relative.guid == run.guid;
            if known || is_itself || relatives.len() >= CHILDREN {
                continue;
            }
            relatives.push(relative);
            if to_usize(depth) < self.limits.lineage_depth && queue.len() < CHILDREN {
                self.children(found, depth.saturating_add(1), &mut queue);
            }
        }
        relatives.sort_by_key(|relative| (relative.started, relative.depth, relative.pid));
        relatives
    }

    fn children(&self, parent: Found<'a>, depth: u32, queue: &mut Vec<(Found<'a>, u32, LinkedBy)>) {
        for index in self.indexes {
            let other;
            let start = if std::ptr::eq(index, parent.index) {
                parent.start
            } else {
                let time = parent.start.time;
                let found = index
                    .by_guid(ProcessIndex::guid(parent.start).as_deref())
                    .or_else(|| index.by_pid(Some(parent.index.host(parent.start)), parent.start.pid?, time?));
                let Some(start) = found.and_then(|at| index.start(at)) else { continue };
                other = start;
                other
            };
            for at in index.children(start, CHILDREN) {
                let Some(child) = index.start(at) else { continue };
                let is_by_guid = ProcessIndex::parent_guid(child).is_some() && ProcessIndex::has_guid(start);
                let linked = if is_by_guid { LinkedBy::Guid } else { LinkedBy::PidAndTime };
                queue.push((Found { index, start: child }, depth, linked));
            }
        }
    }
}

trait NoneOrEqual {
    fn is_none_or_equal(&self, other: &Self) -> bool;
}

impl NoneOrEqual for Option<String> {
    fn is_none_or_equal(&self, other: &Self) -> bool {
        self.is_none() || other.is_none() || self == other
    }
}

/// What the record of a start says of the parent.
fn parent_told(found: Found<'_>) -> Option<Process> {
    let Found { index, start } = found;
    let image = index.parent_image(start);
    let process = Process {
        executable: (!image.is_empty()).then(|| image.to_owned()),
        pid: start.parent_pid,
        guid: ProcessIndex::parent_guid(start),
        ..Process::default()
    };
    (process != Process::default()).then_some(process)
}

/// Whether two paths name the same program, as far as both tell.
fn same_program(a: &str, b: Option<&str>) -> bool {
    let b = b.unwrap_or_default();
    a.is_empty() || b.is_empty() || client::stem(a) == client::stem(b)
}

const KINDS: &[(ParentKind, &[&str])] = &[
    (
        ParentKind::Office,
        &[
            "winword",
            "excel",
            "powerpnt",
            "outlook",
            "msaccess",
            "mspub",
            "onenote",
            "visio",
            "winproj",
            "eqnedt32",
            "wordpad",
            "soffice",
            "soffice.bin",
            "acrord32",
            "acrobat",
            "foxitreader",
            "foxitpdfreader",
            "hwp",
            "et",
            "wps",
            "wpp",
            "thunderbird",
            "olk",
        ],
    ),
    (
        ParentKind::Browser,
        &["chrome", "firefox", "msedge", "iexplore", "opera", "brave", "microsoftedge", "vivaldi", "safari"],
    ),
    (
        ParentKind::ScriptHost,
        &[
            "wscript",
            "cscript",
            "mshta",
            "powershell",
            "pwsh",
            "powershell_ise",
            "rundll32",
            "regsvr32",
            "python",
            "pythonw",
            "perl",
            "php",
            "ruby",
            "java",
            "javaw",
            "node",
            "msbuild",
            "installutil",
            "hh",
            "scriptrunner",
            "autoit3",
        ],
    ),
    (
        ParentKind::Shell,
        &["cmd", "command.com", "bash", "sh", "conhost", "windowsterminal", "openconsole", "forfiles", "pcalua"],
    ),
    (ParentKind::Scheduler, &["taskeng", "taskhostw", "taskhost", "taskhostex", "schtasks", "at"]),
    (ParentKind::Explorer, &["explorer", "userinit", "runonce", "sihost"]),
    (
        ParentKind::Remote,
        &[
            "wmiprvse",
            "wsmprovhost",
            "winrshost",
            "psexesvc",
            "psexec",
            "mstsc",
            "sshd",
            "paexec",
            "wmic",
            "screenconnect.clientservice",
            "anydesk",
            "teamviewer",
        ],
    ),
    (
        ParentKind::Server,
        &["w3wp", "sqlservr", "httpd", "nginx", "tomcat", "php-cgi", "mysqld", "postgres", "umworkerprocess"],
    ),
    (ParentKind::Service, &["services", "svchost", "dllhost", "lsass", "wininit", "spoolsv", "msiexec", "tiworker"]),
];

/// What kind of program a path and its command line show.
pub(super) fn kind_of(path: &str, command_line: &str) -> ParentKind {
    if path.is_empty() {
        return ParentKind::Unknown;
    }
    let stem = client::stem(path);
    if stem == "svchost" {
        // The scheduler is a service of the group `netsvcs`, by its own name since Windows 10.
        let line = command_line.to_ascii_lowercase();
        let is_scheduler =
            line.split_whitespace().any(|word| word == "schedule") || line.trim_end().ends_with("-k netsvcs");
        return if is_scheduler { ParentKind::Scheduler } else { ParentKind::Service };
    }
    if client::dedicated(path).is_some() {
        return ParentKind::FtpClient;
    }
    KINDS.iter().find(|(_, names)| names.contains(&stem.as_str())).map_or(ParentKind::Other, |(kind, _)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_programs() {
        let cases = [
            ("C:\\Program Files\\Microsoft Office\\WINWORD.EXE", "", ParentKind::Office),
            ("C:\\Windows\\System32\\cmd.exe", "cmd /c x", ParentKind::Shell),
            ("C:\\Windows\\System32\\svchost.exe", "svchost.exe -k netsvcs -p -s Schedule", ParentKind::Scheduler),
            ("C:\\Windows\\System32\\svchost.exe", "svchost.exe -k LocalService", ParentKind::Service),
            ("C:\\Windows\\System32\\wscript.exe", "", ParentKind::ScriptHost),
            ("C:\\Windows\\explorer.exe", "", ParentKind::Explorer),
            ("C:\\Windows\\System32\\ftp.exe", "", ParentKind::FtpClient),
            ("C:\\x\\a.exe", "", ParentKind::Other),
            ("", "", ParentKind::Unknown),
        ];
        for (path, line, kind) in cases {
            assert_eq!(kind_of(path, line), kind, "{path}");
        }
    }
}
