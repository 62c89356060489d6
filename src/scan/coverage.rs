//! What was looked at and what was not: a reader must not take silence for absence.

use crate::case::Coverage;
use crate::evidence::entry::Origin;
use crate::evidence::live::Skipped;

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
        self.events = self.events.saturating_add(u64::try_from(events).unwrap_or(u64::MAX));
    }
}

/// The coverage of a run over so many files, with so many links that were not followed.
pub(super) fn coverage(files: u64, links: u64, images: &Images) -> Vec<Coverage> {
    let mut coverage =
        vec![examined("files", files, "every regular file was opened; binary files were not searched for scripts")];
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
