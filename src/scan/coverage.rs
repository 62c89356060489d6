//! What was looked at and what was not: a reader must not take silence for absence.

use super::sweep;
use crate::base::anomaly::{Anomaly, Cause, Stage};
use crate::base::number::to_u64;
use crate::case::Coverage;
use crate::case::host::Unread;
use crate::evidence::entry::{EntryPath, Origin};
use crate::evidence::live::Skipped;
use crate::evidence::nested::{Met, Nested};
use crate::evidence::walk;

/// What a walk came upon besides ordinary files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Origins {
    pub(super) deleted: u64,
    pub(super) streams: u64,
    pub(super) fragments: u64,
    pub(super) shadow_copies: u64,
}

impl Origins {
    pub(super) fn count(&mut self, origin: Origin) {
        let counter = match origin {
            Origin::Deleted(_) => &mut self.deleted,
            Origin::AlternateStream => &mut self.streams,
            Origin::Unallocated => &mut self.fragments,
            Origin::ShadowCopy => &mut self.shadow_copies,
            _ => return,
        };
        *counter = counter.saturating_add(1);
    }
}

/// What all images of a run together brought.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Images {
    origins: Origins,
    examined: bool,
    carved: bool,
    journals: u64,
    events: u64,
}

impl Images {
    pub(super) fn add(&mut self, origins: &Origins, is_image: bool, carved: bool) {
        self.examined |= is_image;
        self.carved |= carved;
        self.origins.deleted = self.origins.deleted.saturating_add(origins.deleted);
        self.origins.streams = self.origins.streams.saturating_add(origins.streams);
        self.origins.fragments = self.origins.fragments.saturating_add(origins.fragments);
        self.origins.shadow_copies = self.origins.shadow_copies.saturating_add(origins.shadow_copies);
    }
}

impl Images {
    /// Counts the change journals that were read, and their events that bear on the case.
    pub(super) fn journals(&mut self, journals: u64, events: usize) {
        self.journals = self.journals.saturating_add(journals);
        self.events = self.events.saturating_add(to_u64(events));
    }
}

/// Errors by which files may have gone unread.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Gaps {
    opening: u64,
    listing: u64,
    reading: u64,
    /// The cap of files, where it was reached.
    cap: Option<u64>,
}

impl Gaps {
    /// Counts an anomaly by what it costs; most cost no file.
    pub(super) fn count(&mut self, anomaly: &Anomaly) {
        let counter = match (anomaly.stage, &anomaly.cause) {
            (Stage::Walk, Cause::LimitReached { what: walk::FILES, limit }) => {
                self.cap = Some(*limit);
                return;
            }
            // Special files, and what a run that ended early left: that is told by itself.
            (Stage::Walk, Cause::Unsupported(_)) => return,
            (Stage::Read, Cause::Unsupported(what)) if what == sweep::CHANGED => return,
            (Stage::Script, Cause::Unsupported(what)) if what == sweep::FAILED => &mut self.reading,
            (Stage::Open, _) => &mut self.opening,
            (Stage::Walk, _) => &mut self.listing,
            (Stage::Read, _) => &mut self.reading,
            _ => return,
        };
        *counter = counter.saturating_add(1);
    }
}

/// Images and archives that lie in the evidence and were not opened.
#[derive(Debug, Default)]
pub(super) struct Unopened {
    images: u64,
    archives: u64,
    /// The first of them as the report writes them, images before archives.
    places: Vec<(Nested, String)>,
}

impl Unopened {
    /// Adds what a sweep met; `display` writes its paths.
    pub(super) fn add(&mut self, met: &Met, display: &dyn Fn(&EntryPath) -> String) {
        self.images = self.images.saturating_add(met.images);
        self.archives = self.archives.saturating_add(met.archives);
        self.places.extend(met.first.iter().map(|(nested, path)| (*nested, display(path))));
        self.places.sort_by_key(|(nested, _)| *nested);
        self.places.truncate(Met::KEPT);
    }

    /// The row that says so, if there are any.
    pub(super) fn row(&self) -> Option<Coverage> {
        let count = self.images.saturating_add(self.archives);
        let named: Vec<&str> = self.places.iter().map(|(_, place)| place.as_str()).collect();
        let kinds = [counted(self.images, "disk image"), counted(self.archives, "archive")];
        let kinds: Vec<String> = kinds.into_iter().flatten().collect();
        let more = count.saturating_sub(to_u64(named.len()));
        let more = if more > 0 { format!(", and {more} more") } else { String::new() };
        let (kinds, named) = (kinds.join(" and "), named.join(", "));
        let why = if count == 1 {
            format!("{kinds} inside the evidence was not opened: give it as evidence by itself: {named}")
        } else {
            format!("{kinds} inside the evidence were not opened: give each as evidence by itself: {named}{more}")
        };
        (count > 0).then(|| Coverage { records: Some(count), ..unread(Coverage::UNOPENED, &why) })
    }
}

fn counted(count: u64, what: &str) -> Option<String> {
    match count {
        0 => None,
        1 => Some(format!("1 {what}")),
        count => Some(format!("{count} {what}s")),
    }
}

/// What was made of the files, in words that hold for this run.
fn files_read(gaps: &Gaps, unread: Option<&Unread>) -> String {
    let mut left = Vec::new();
    if let Some(Unread { why, files, folders, .. }) = unread {
        let known: Vec<String> = [counted(*files, "file"), counted(*folders, "folder")].into_iter().flatten().collect();
        left.push(format!("known and left ({why}): {}", if known.is_empty() { "0".into() } else { known.join(", ") }));
    }
    left.extend(gaps.cap.map(|limit| format!("only the first {limit} files were looked at")));
    let errors =
        [("opening evidence", gaps.opening), ("listing folders", gaps.listing), ("reading files", gaps.reading)];
    left.extend(errors.iter().filter_map(|(doing, count)| Some(format!("{} {doing}", counted(*count, "error")?))));
    let read = match left.as_slice() {
        [] => "every regular file was opened".to_owned(),
        left => format!("not every regular file was read: {}", left.join("; ")),
    };
    format!("{read}; binary files were not searched for scripts")
}

/// The coverage of a run over so many files, with so many links that were not followed.
pub(super) fn coverage(
    files: u64,
    links: u64,
    images: &Images,
    (gaps, left): (&Gaps, Option<&Unread>),
) -> Vec<Coverage> {
    let mut coverage =
        vec![Coverage { examined: files > 0 || left.is_none(), ..examined("files", files, &files_read(gaps, left)) }];
    if links > 0 {
        let why = "symbolic links and junctions are not followed".to_owned();
        coverage.push(Coverage { records: Some(links), ..unread("links", &why) });
    }
    let looked_for = ["event-logs", "prefetch", "registry", "scheduled-tasks"];
    coverage.extend(looked_for.map(|source| unread(source, "none was found on the evidence")));
    coverage.extend(["srum", "network-logs"].map(|source| unread(source, "this version does not read it")));
    coverage.push(if images.journals > 0 {
        examined("usn-journal", images.events, "change journals were read for the paths of scripts and payloads")
    } else {
        unread("usn-journal", "no image showed one, or there was no script or payload to look for")
    });
    let mounted = "a mounted file system does not show it: give the image itself";
    if images.examined {
        coverage.push(examined(
            "deleted-files",
            images.origins.deleted,
            "deleted entries that the file systems still name",
        ));
        coverage.push(examined("alternate-streams", images.origins.streams, "named streams of files and folders"));
        let why = "entries of shadow copies that differ from their volume as it is";
        coverage.push(examined("shadow-copies", images.origins.shadow_copies, why));
    } else {
        coverage.push(unread("deleted-files", mounted));
        coverage.push(unread("alternate-streams", mounted));
        coverage.push(unread("shadow-copies", mounted));
    }
    coverage.push(if images.carved {
        examined("unallocated", images.origins.fragments, "fragments of text that may be a script")
    } else {
        unread("unallocated", "not asked for: --carve searches it")
    });
    coverage
}

/// The disks of a live host that were not read.
pub(super) fn disks(skipped: &[Skipped]) -> Vec<Coverage> {
    let of = |skipped: &Skipped| unread(&format!("disk {}", skipped.place()), &skipped.reason());
    skipped.iter().map(of).collect()
}

fn examined(source: &str, records: u64, why: &str) -> Coverage {
    Coverage {
        source: source.to_owned(),
        examined: true,
        records: Some(records),
        why: Some(why.to_owned()),
        ..Coverage::default()
    }
}

fn unread(source: &str, why: &str) -> Coverage {
    Coverage { source: source.to_owned(), why: Some(why.to_owned()), ..Coverage::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    #[test]
    fn every_file_was_opened_only_where_nothing_was_left() {
        let met = |anomalies: Vec<Anomaly>| {
            let mut gaps = Gaps::default();
            anomalies.iter().for_each(|anomaly| gaps.count(anomaly));
            gaps
        };
        let denied = |stage| Anomaly::new(stage, "a", io::Error::from(io::ErrorKind::PermissionDenied));
        let said = |stage, what: &str| Anomaly::new(stage, "a", Cause::Unsupported(what.to_owned()));
        let capped = Anomaly::new(Stage::Walk, "", Cause::LimitReached { what: walk::FILES, limit: 3 });
        let left = |files, folders| Some(Unread { why: "time-budget".to_owned(), files, folders, places: Vec::new() });
        let harmless =
            || vec![said(Stage::Read, sweep::CHANGED), said(Stage::Walk, "a socket"), denied(Stage::Payload)];
        let whole = "every regular file was opened";
        for (gaps, unread, says) in [
            (met(vec![]), None, whole.to_owned()),
            (met(harmless()), None, whole.to_owned()),
            (met(vec![denied(Stage::Read)]), None, "1 error reading files".to_owned()),
            (
                met(vec![said(Stage::Read, "encrypted"), said(Stage::Script, sweep::FAILED)]),
                None,
                "2 errors reading files".to_owned(),
            ),
            (
                met(vec![denied(Stage::Walk), denied(Stage::Open)]),
                None,
                "1 error opening evidence; 1 error listing folders".to_owned(),
            ),
            (met(vec![capped]), None, "only the first 3 files were looked at".to_owned()),
            (met(vec![]), left(11475, 1), "known and left (time-budget): 11475 files, 1 folder".to_owned()),
            (met(vec![]), left(0, 0), "known and left (time-budget): 0".to_owned()),
            (
                met(vec![denied(Stage::Read)]),
                left(1, 0),
                "known and left (time-budget): 1 file; 1 error reading files".to_owned(),
            ),
        ] {
            let row = coverage(7, 0, &Images::default(), (&gaps, unread.as_ref())).remove(0);
            let says = if says == whole { says } else { format!("not every regular file was read: {says}") };
            assert_eq!(row.why.unwrap(), format!("{says}; binary files were not searched for scripts"));
            assert!(row.examined && row.records == Some(7));
        }
        let nothing = coverage(0, 0, &Images::default(), (&Gaps::default(), left(0, 1).as_ref())).remove(0);
        assert!(!nothing.examined);
        assert!(coverage(0, 0, &Images::default(), (&Gaps::default(), None)).remove(0).examined);
    }
}
