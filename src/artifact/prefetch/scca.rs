//! The layout of a Prefetch file, versions 17 to 31, decompressed.
//!
//! Source: libyal, "Windows Prefetch File (PF) format". Every offset, length and count is checked against the bytes that
//! are there; what does not fit is left out, and told.

use crate::artifact::event::Volume;
use crate::base::anomaly::Cause;
use crate::base::fields::Fields;
use crate::base::limits::Limits;
use crate::base::number::{to_u64, to_usize};
use crate::base::time::Timestamp;
use crate::base::wide;

/// Size of the file header.
const HEAD: usize = 84;

/// Volumes that are read of one file; Windows lists a handful.
const VOLUMES: usize = 64;

/// Bytes of the path of a device, and of the program's.
const DEVICE: usize = 2048;
const PATH: usize = 65_536;

/// What a Prefetch file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scca {
    /// The version of its layout.
    pub version: u32,
    /// The program's name in capitals, of at most 29 characters.
    pub name: String,
    /// The hash of its path.
    pub hash: u32,
    /// How often it ran.
    pub count: Option<u32>,
    /// When it ran last, the latest first; one time before version 26, then eight.
    pub last: Vec<Timestamp>,
    /// The files that it touched, by their device paths.
    pub files: Vec<String>,
    /// The volumes that it touched.
    pub volumes: Vec<Volume>,
    /// The path of the program, where version 30 and later keep it.
    pub path: Option<String>,
    /// Whether all of it was there to be read.
    pub whole: bool,
}

/// Where a version keeps what differs, as offsets from the start of the file.
struct Layout {
    last: usize,
    lasts: usize,
    count: usize,
    path: Option<usize>,
    /// Bytes of an entry of the volumes.
    volume: usize,
}

fn layout(version: u32, metrics: u32) -> Option<Layout> {
    let (old, new) = (
        Layout { last: 120, lasts: 1, count: 144, path: None, volume: 40 },
        Layout { last: 128, lasts: 8, count: 208, path: None, volume: 104 },
    );
    match version {
        17 => Some(old),
        23 => Some(Layout { lasts: 1, count: 152, ..new }),
        26 => Some(new),
        // Later builds of Windows 10 took eight bytes out in front of the count; where the arrays begin tells which.
        30 | 31 if metrics == 0x130 => Some(Layout { path: Some(220), volume: 96, ..new }),
        30 | 31 => Some(Layout { count: 200, path: Some(212), volume: 96, ..new }),
        _ => None,
    }
}

/// Whether bytes begin like a Prefetch file that is not compressed.
#[must_use]
pub(super) fn is_scca(head: &[u8]) -> bool {
    head.get(4..8) == Some(b"SCCA")
}

/// Reads the file; nothing where it is none, or of a version that is not known.
pub(super) fn parse(bytes: &[u8], limits: &Limits, note: &mut dyn FnMut(Cause)) -> Option<Scca> {
    let mut damaged = false;
    let mut note = |cause: Cause| {
        damaged = true;
        note(cause);
    };
    let fields = Fields(bytes);
    if !is_scca(bytes) || bytes.len() < HEAD {
        note(corrupt("Prefetch file cut off in its header", 0));
        return None;
    }
    let version = fields.u32(0);
    let Some(layout) = layout(version, fields.u32(HEAD)) else {
        note(Cause::Unsupported(format!("Prefetch file of version {version}")));
        return None;
    };
    let mut scca =
        Scca { version, name: wide::until_nul(fields.bytes(16, 60)), hash: fields.u32(76), ..Scca::default() };
    let times = (0..layout.lasts).map(|slot| fields.u64(layout.last.saturating_add(slot.saturating_mul(8))));
    scca.last = times.filter_map(Timestamp::from_filetime).collect();
    scca.count = (bytes.len() >= layout.count.saturating_add(4)).then(|| fields.u32(layout.count));
    if scca.count.is_none() {
        note(corrupt("Prefetch file cut off in front of its count of runs", bytes.len()));
    }
    if usize::try_from(fields.u32(12)).is_ok_and(|size| size > bytes.len()) {
        note(corrupt("Prefetch file cut off", bytes.len()));
    }
    files(bytes, &mut scca, limits, &mut note);
    volumes(bytes, &layout, &mut scca, &mut note);
    if let Some(at) = layout.path {
        let path = part(bytes, fields.u32(at), fields.u32(at.saturating_add(4))).filter(|path| path.len() <= PATH);
        scca.path = path.map(wide::until_nul).filter(|path| path.starts_with('\\'));
    }
    scca.whole = !damaged;
    Some(scca)
}

/// The names of files: one after the other, each ended by a NUL.
fn files(bytes: &[u8], scca: &mut Scca, limits: &Limits, note: &mut dyn FnMut(Cause)) {
    let (at, size) = (Fields(bytes).u32(HEAD + 16), Fields(bytes).u32(HEAD + 20));
    let names = part(bytes, at, size).unwrap_or_else(|| {
        note(corrupt("names of files lie outside the Prefetch file", HEAD + 16));
        usize::try_from(at).ok().and_then(|at| bytes.get(at..)).unwrap_or_default()
    });
    let (units, _) = names.as_chunks::<2>();
    for name in units.split(|unit| *unit == [0, 0]).filter(|name| !name.is_empty()) {
        if scca.files.len() >= limits.prefetch_files {
            let limit = to_u64(limits.prefetch_files);
            note(Cause::LimitReached { what: "files of a Prefetch file", limit });
            return;
        }
        scca.files.push(wide::text(name.iter().map(|unit| u16::from_le_bytes(*unit))));
    }
}

fn volumes(bytes: &[u8], layout: &Layout, scca: &mut Scca, note: &mut dyn FnMut(Cause)) {
    let fields = Fields(bytes);
    let (at, count) = (fields.u32(HEAD + 24), fields.u32(HEAD + 28));
    let Some(section) = usize::try_from(at).ok().and_then(|at| bytes.get(at..)).filter(|rest| !rest.is_empty()) else {
        note(corrupt("volumes lie outside the Prefetch file", HEAD + 24));
        return;
    };
    let count = to_usize(count);
    if count > VOLUMES {
        note(Cause::LimitReached { what: "volumes of a Prefetch file", limit: 64 });
    }
    for entry in section.chunks_exact(layout.volume).take(count.min(VOLUMES)) {
        let entry = Fields(entry);
        // The length is of characters.
        let device =
            part(section, entry.u32(0), entry.u32(4).saturating_mul(2)).filter(|device| device.len() <= DEVICE);
        let Some(device) = device.map(wide::until_nul) else { continue };
        scca.volumes.push(Volume {
            device,
            serial: Some(format!("{:08X}", entry.u32(16))),
            created: Timestamp::from_filetime(entry.u64(8)),
        });
    }
    if scca.volumes.len() < count.min(VOLUMES) {
        note(corrupt("volumes or their devices lie outside the Prefetch file", HEAD + 24));
    }
}

fn part(bytes: &[u8], at: u32, size: u32) -> Option<&[u8]> {
    let at = usize::try_from(at).ok()?;
    bytes.get(at..at.checked_add(usize::try_from(size).ok()?)?)
}

fn corrupt(what: &str, offset: usize) -> Cause {
    Cause::Corrupt { what: what.to_owned(), offset: to_u64(offset) }
}
