//! Every start of a process that the logs hold, small: who started what, to be asked once it is known what matters.
//!
//! A record takes some hundred bytes besides its command line. Where the memory that it may take up is used, later starts
//! come without their command line, and in the end not at all; how many is said.

use super::kinds::{self, Kind};
use crate::artifact::event::Event;
use crate::artifact::seen::{self, Actor, Seen};
use crate::base::number::to_usize;
use crate::base::time::Timestamp;
use std::collections::HashMap;

/// Bytes of a command line that are kept.
const COMMAND_LINE: usize = 1 << 10;
/// What one record takes up besides its texts.
const RECORD: usize = size_of::<Start>() + 5 * size_of::<u32>();
/// Bytes of a list beyond which it gets room for all at once, and how much that may be: growing step by step leaves holes in
/// memory as large as what was grown.
const LARGE: usize = 1 << 20;
const ALL: usize = 64 << 20;
/// Seconds by which the records of one start may differ: Sysmon's and the Security log's.
pub(super) const SAME_START: f64 = 5.0;

/// The starts and ends of processes, of all hosts.
#[derive(Debug, Clone, Default)]
pub struct ProcessIndex {
    starts: Vec<Start>,
    ends: Vec<End>,
    names: Vec<String>,
    numbers: HashMap<String, u32>,
    /// The computer that came last, and its number: it is the same nearly always.
    last_host: Option<(String, u32)>,
    texts: String,
    named_bytes: usize,
    by_guid: Vec<u32>,
    by_pid: Vec<u32>,
    by_parent_guid: Vec<u32>,
    by_parent_pid: Vec<u32>,
    is_sealed: bool,
    /// Starts that found no room.
    pub dropped: u64,
    /// Starts whose command line found no room.
    pub without_command_line: u64,
}

/// One start.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Start {
    pub(super) time: Option<Timestamp>,
    guid: u128,
    parent_guid: u128,
    pub(super) pid: Option<u64>,
    pub(super) parent_pid: Option<u64>,
    host: u32,
    image: u32,
    parent_image: u32,
    user: u32,
    command_line: (u32, u16),
    /// The event that records it, by the caller's number.
    pub(super) event: Option<u32>,
}

#[derive(Debug, Clone, Copy)]
struct End {
    host: u32,
    pid: u64,
    time: Timestamp,
}

impl ProcessIndex {
    /// Takes the start or the end of a process that an event records; others are passed over. `budget` is how many bytes the
    /// whole index may take up.
    pub fn add(&mut self, event: &Event, budget: usize) {
        self.add_numbered(event, None, budget);
    }

    pub(super) fn add_numbered(&mut self, event: &Event, number: Option<u32>, budget: usize) {
        self.take(kinds::of(event), &Seen::of(event), number, budget);
    }

    /// Takes what was seen of the start or the end of a process, as [`add`](Self::add) does.
    pub fn add_seen(&mut self, seen: &Seen<'_>, budget: usize) {
        self.take(kinds::of_seen(seen), seen, None, budget);
    }

    fn take(&mut self, kind: Kind, seen: &Seen<'_>, number: Option<u32>, budget: usize) {
        let Some(process) = &seen.process else { return };
        match kind {
            Kind::ProcessStart => self.add_start(seen, process, number, budget),
            Kind::ProcessEnd => {
                if let (Some(pid), Some(time)) = (process.pid, seen.time)
                    && self.bytes() < budget
                {
                    let host = self.host_number(seen.host);
                    self.ends.push(End { host, pid, time });
                    self.is_sealed = false;
                }
            }
            _ => {}
        }
    }

    fn add_start(&mut self, seen: &Seen<'_>, process: &Actor<'_>, number: Option<u32>, budget: usize) {
        if self.bytes().saturating_add(RECORD) > budget || u32::try_from(self.starts.len()).is_err() {
            self.dropped = self.dropped.saturating_add(1);
            return;
        }
        let parent = seen.parent.unwrap_or_default();
        let mut start = Start {
            time: seen.time,
            guid: process.guid,
            parent_guid: parent.guid,
            pid: process.pid,
            parent_pid: parent.pid,
            host: self.host_number(seen.host),
            image: self.number(process.executable.unwrap_or_default()),
            parent_image: self.number(parent.executable.unwrap_or_default()),
            user: self.number(seen.user.unwrap_or_default()),
            command_line: (0, 0),
            event: number,
        };
        let text = process.command_line.unwrap_or_default();
        let text = text.get(..text.floor_char_boundary(COMMAND_LINE)).unwrap_or_default();
        // The last eighth is kept for what has no command line.
        let room = budget.saturating_sub(budget / 8);
        if self.bytes().saturating_add(text.len()) <= room {
            if let (Ok(at), Ok(length)) = (u32::try_from(self.texts.len()), u16::try_from(text.len())) {
                let all = room.min(ALL);
                if self.texts.len() > LARGE && self.texts.capacity() < all {
                    self.texts.reserve_exact(all.saturating_sub(self.texts.len()));
                }
                self.texts.push_str(text);
                start.command_line = (at, length);
            }
        } else if !text.is_empty() {
            self.without_command_line = self.without_command_line.saturating_add(1);
        }
        let all = budget.min(ALL) / RECORD;
        if self.starts.len() > LARGE / RECORD && self.starts.capacity() < all {
            self.starts.reserve_exact(all.saturating_sub(self.starts.len()));
        }
        self.starts.push(start);
        self.is_sealed = false;
    }

    /// Bytes that the index takes up.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let starts = self.starts.len().saturating_mul(RECORD);
        let ends = self.ends.len().saturating_mul(size_of::<End>());
        starts.saturating_add(ends).saturating_add(self.texts.len()).saturating_add(self.named_bytes)
    }

    /// How many starts it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Whether it holds no start.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// Sorts what was taken in; nothing is found before.
    pub fn seal(&mut self) {
        if self.is_sealed {
            return;
        }
        let starts = &self.starts;
        let sorted = |keep: &dyn Fn(&Start) -> bool, key: &dyn Fn(&Start) -> Key| {
            let mut order: Vec<u32> = (0..).zip(starts).filter(|(_, start)| keep(start)).map(|(at, _)| at).collect();
            order.sort_by_key(|at| starts.get(to_usize(*at)).map(key));
            order
        };
        self.by_guid = sorted(&|start| start.guid != 0, &|start| (0, start.guid, start.time));
        self.by_parent_guid = sorted(&|start| start.parent_guid != 0, &|start| (0, start.parent_guid, start.time));
        self.by_pid = sorted(&|start| start.pid.is_some(), &|start| pid_key(start.host, start.pid, start.time));
        self.by_parent_pid =
            sorted(&|start| start.parent_pid.is_some(), &|start| pid_key(start.host, start.parent_pid, start.time));
        self.ends.sort_by_key(|end| (end.host, end.pid, end.time));
        self.is_sealed = true;
    }

    /// Whether nothing was taken in since it was sorted.
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        self.is_sealed || self.starts.is_empty()
    }

    pub(super) fn start(&self, at: u32) -> Option<&Start> {
        self.starts.get(to_usize(at))
    }

    pub(super) fn image(&self, start: &Start) -> &str {
        self.name(start.image)
    }

    pub(super) fn parent_image(&self, start: &Start) -> &str {
        self.name(start.parent_image)
    }

    pub(super) fn user(&self, start: &Start) -> &str {
        self.name(start.user)
    }

    pub(super) fn host(&self, start: &Start) -> &str {
        self.name(start.host)
    }

    pub(super) fn guid(start: &Start) -> Option<String> {
        (start.guid != 0).then(|| guid_text(start.guid))
    }

    pub(super) fn has_guid(start: &Start) -> bool {
        start.guid != 0
    }

    pub(super) fn parent_guid(start: &Start) -> Option<String> {
        (start.parent_guid != 0).then(|| guid_text(start.parent_guid))
    }

    pub(super) fn command_line(&self, start: &Start) -> &str {
        let (at, length) = start.command_line;
        let at = to_usize(at);
        self.texts.get(at..at.saturating_add(usize::from(length))).unwrap_or_default()
    }

    /// The start of a process by what Sysmon calls it.
    pub(super) fn by_guid(&self, guid: Option<&str>) -> Option<u32> {
        let key = seen::guid(guid);
        if key == 0 {
            return None;
        }
        let from = self.by_guid.partition_point(|at| self.start(*at).is_some_and(|start| start.guid < key));
        self.by_guid.get(from).copied().filter(|at| self.start(*at).is_some_and(|start| start.guid == key))
    }

    /// The last process of that number that had started by then and had not ended.
    pub(super) fn by_pid(&self, host: Option<&str>, pid: u64, time: Timestamp) -> Option<u32> {
        let host = *self.numbers.get(&host_key(host))?;
        let to = self.by_pid.partition_point(|at| {
            self.start(*at).is_some_and(|start| {
                (start.host, start.pid) < (host, Some(pid))
                    || (start.host, start.pid) == (host, Some(pid))
                        && start.time.is_none_or(|started| time.seconds_since(started) > -SAME_START)
            })
        });
        let at = *self.by_pid.get(to.checked_sub(1)?)?;
        let start = self.start(at).filter(|start| (start.host, start.pid) == (host, Some(pid)))?;
        let ended = self.end_after(host, pid, start.time?);
        let is_over = ended.is_some_and(|ended| time.seconds_since(ended) > SAME_START);
        (!is_over).then_some(at)
    }

    /// When a process ended: the first end of its number after its start, and before its number was given again.
    pub(super) fn ended(&self, start: &Start) -> Option<Timestamp> {
        let ended = self.end_after(start.host, start.pid?, start.time?)?;
        self.next_of_number(start).is_none_or(|next| ended <= next).then_some(ended)
    }

    fn end_after(&self, host: u32, pid: u64, time: Timestamp) -> Option<Timestamp> {
        let from = self.ends.partition_point(|end| (end.host, end.pid, end.time) < (host, pid, time));
        self.ends.get(from).filter(|end| (end.host, end.pid) == (host, pid)).map(|end| end.time)
    }

    fn next_of_number(&self, start: &Start) -> Option<Timestamp> {
        let key = pid_key(start.host, start.pid, start.time);
        let from = self.by_pid.partition_point(|at| {
            self.start(*at).is_some_and(|other| pid_key(other.host, other.pid, other.time) <= key)
        });
        self.by_pid
            .get(from..)
            .unwrap_or_default()
            .iter()
            .take(16)
            .filter_map(|at| self.start(*at))
            .take_while(|other| (other.host, other.pid) == (start.host, start.pid))
            .filter_map(|other| other.time)
            .find(|time| start.time.is_some_and(|started| time.seconds_since(started) > SAME_START))
    }

    /// The processes that one started, at most so many, in order of time.
    pub(super) fn children(&self, start: &Start, most: usize) -> Vec<u32> {
        let mut found = self.children_of_guid(start.guid, most);
        let (Some(pid), Some(from)) = (start.pid, start.time) else { return found };
        let until = self.ended(start).or_else(|| self.next_of_number(start));
        let name = file_name(self.name(start.image));
        for at in self.children_of_pid(start.host, pid, from, until, most) {
            let Some(child) = self.start(at) else { continue };
            let told = file_name(self.name(child.parent_image));
            let is_other = child.parent_guid != 0 && start.guid != 0;
            if !is_other && (told.is_empty() || name.is_empty() || told.eq_ignore_ascii_case(name)) {
                found.push(at);
            }
        }
        found
    }

    pub(super) fn children_of(&self, guid: Option<&str>, most: usize) -> Vec<u32> {
        self.children_of_guid(seen::guid(guid), most)
    }

    fn children_of_guid(&self, guid: u128, most: usize) -> Vec<u32> {
        if guid == 0 {
            return Vec::new();
        }
        let from =
            self.by_parent_guid.partition_point(|at| self.start(*at).is_some_and(|start| start.parent_guid < guid));
        let rest = self.by_parent_guid.get(from..).unwrap_or_default().iter().copied().take(most);
        rest.take_while(|at| self.start(*at).is_some_and(|start| start.parent_guid == guid)).collect()
    }

    fn children_of_pid(&self, host: u32, pid: u64, from: Timestamp, until: Option<Timestamp>, most: usize) -> Vec<u32> {
        let key = pid_key(host, Some(pid), Some(from));
        let first = self.by_parent_pid.partition_point(|at| {
            self.start(*at).is_some_and(|start| pid_key(start.host, start.parent_pid, start.time) < key)
        });
        let rest = self.by_parent_pid.get(first..).unwrap_or_default().iter().copied().take(most);
        rest.take_while(|at| {
            self.start(*at).is_some_and(|start| {
                (start.host, start.parent_pid) == (host, Some(pid))
                    && until.zip(start.time).is_none_or(|(until, time)| time.seconds_since(until) <= SAME_START)
            })
        })
        .collect()
    }

    /// A number for a text that many records share.
    fn number(&mut self, text: &str) -> u32 {
        let text = text.get(..text.floor_char_boundary(COMMAND_LINE)).unwrap_or_default();
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let Ok(number) = u32::try_from(self.names.len()) else { return 0 };
        self.named_bytes = self.named_bytes.saturating_add(text.len().saturating_mul(2)).saturating_add(96);
        self.names.push(text.to_owned());
        self.numbers.insert(text.to_owned(), number);
        number
    }

    fn host_number(&mut self, host: Option<&str>) -> u32 {
        let host = host.unwrap_or_default();
        if let Some((_, number)) = self.last_host.as_ref().filter(|(last, _)| last == host) {
            return *number;
        }
        let number = self.number(&host_key(Some(host)));
        self.last_host = Some((host.to_owned(), number));
        number
    }

    fn name(&self, number: u32) -> &str {
        self.names.get(to_usize(number)).map(String::as_str).unwrap_or_default()
    }
}

type Key = (u32, u128, Option<Timestamp>);

fn pid_key(host: u32, pid: Option<u64>, time: Option<Timestamp>) -> Key {
    (host, pid.map_or(0, u128::from), time)
}

fn file_name(path: &str) -> &str {
    crate::script::local_path::file_name(path)
}

/// A computer's name by which two are compared: one log gives it with its domain, another without.
pub(super) fn host_key(host: Option<&str>) -> String {
    let host = host.unwrap_or_default().trim();
    let is_address = host.parse::<std::net::IpAddr>().is_ok();
    let name = if is_address { host } else { host.split('.').next().unwrap_or_default() };
    name.to_lowercase()
}

fn guid_text(key: u128) -> String {
    let digits = format!("{key:032x}");
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}

/// Sysmon's identity of a process in one spelling; nothing where it is none.
pub(super) fn guid_of(guid: Option<&str>) -> Option<String> {
    let key = seen::guid(guid);
    (key != 0).then(|| guid_text(key))
}
