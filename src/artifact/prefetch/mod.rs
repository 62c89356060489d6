//! Prefetch files, `C:\Windows\Prefetch\NAME-HASH.pf`: which program ran, how often, when, from where, and what it
//! touched in its first seconds.
//!
//! Source: libyal, "Windows Prefetch File (PF) format". Since Windows 10 they are compressed (`MAM`, XPRESS with Huffman
//! codes); the size in that header is only believed as far as content comes out.

mod hash;
mod scca;
#[cfg(test)]
mod tests;

pub use hash::path_hash;
pub use scca::Scca;

use super::event::{Event, Process, Runs};
use crate::base::anomaly::Cause;
use crate::base::bytes::{ReadAt, read_full};
use crate::base::compression::xpress::Xpress;
use crate::base::fields::Fields;
use crate::base::limits::Limits;
use crate::base::number::{to_u64, to_usize};

/// Whether bytes begin like a Prefetch file; eight are enough.
#[must_use]
pub fn is_prefetch(head: &[u8]) -> bool {
    is_compressed(head) || scca::is_scca(head)
}

fn is_compressed(head: &[u8]) -> bool {
    matches!(head, [b'M', b'A', b'M', 0x04 | 0x84, ..])
}

/// Reads a Prefetch file into one event; `name` is what the file is called.
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
    let Some(scca) = parse(stream, limits, note)? else { return Ok(()) };
    if let Some(told) = renamed(&scca, name) {
        note(told);
    }
    visit(event(scca));
    Ok(())
}

/// Reads what a Prefetch file says; nothing where it cannot be read at all, which is told.
///
/// # Errors
/// What reading the bytes says.
pub fn parse(stream: &dyn ReadAt, limits: &Limits, note: &mut dyn FnMut(Cause)) -> std::io::Result<Option<Scca>> {
    let cap = to_u64(limits.prefetch_bytes);
    let size = stream.len().min(cap);
    if size < stream.len() {
        note(Cause::LimitReached { what: "bytes of a Prefetch file", limit: cap });
    }
    let mut bytes = vec![0u8; usize::try_from(size).unwrap_or(0)];
    let count = read_full(stream, 0, &mut bytes)?;
    bytes.truncate(count);
    if is_compressed(&bytes) {
        bytes = expanded(&bytes, limits, note);
    }
    Ok(scca::parse(&bytes, limits, note))
}

/// The content of a compressed file, as far as there is any.
fn expanded(bytes: &[u8], limits: &Limits, note: &mut dyn FnMut(Cause)) -> Vec<u8> {
    let stated = to_usize(Fields(bytes).u32(4));
    let size = stated.min(limits.prefetch_bytes);
    if size < stated {
        let limit = to_u64(limits.prefetch_bytes);
        note(Cause::LimitReached { what: "bytes of a Prefetch file", limit });
    }
    // The high bit of the fourth byte says that a checksum comes before the data.
    let data = bytes.get(if Fields(bytes).u8(3) & 0x80 == 0 { 8 } else { 12 }..).unwrap_or_default();
    let (content, trouble) = Xpress::new().stream(data, size);
    if let Some(what) = trouble {
        let what = format!("Prefetch file: {what} after {} of {stated} bytes", content.len());
        note(Cause::Corrupt { what, offset: 8 });
    }
    content
}

/// What is to be said where the file's name is not `NAME-HASH.pf` of its content.
fn renamed(scca: &Scca, name: &str) -> Option<Cause> {
    let own = format!("{}-{:08X}", scca.name, scca.hash);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let what = format!("Prefetch file called {name:?} is that of {own}");
    (!name.is_empty() && !stem.eq_ignore_ascii_case(&own)).then_some(Cause::Corrupt { what, offset: 16 })
}

fn event(scca: Scca) -> Event {
    let mut files = scca.files;
    if let Some(path) = scca.path.filter(|path| !files.contains(path)) {
        files.push(path);
    }
    let devices: Vec<String> = scca.volumes.iter().map(|volume| volume.device.clone()).collect();
    let known = hash::Known {
        version: scca.version,
        hash: scca.hash,
        name: &scca.name,
        files: &files,
        devices: &devices,
        whole: scca.whole,
    };
    let place = known.place();
    Event {
        time: scca.last.first().copied(),
        source: "prefetch".to_owned(),
        process: Some(Process { executable: Some(place.path.unwrap_or(scca.name)), ..Process::default() }),
        runs: Some(Runs {
            count: scca.count,
            last: scca.last,
            files,
            path_hash: Some(format!("{:08X}", scca.hash)),
            started_from: place.folder.map(str::to_owned),
            volumes: scca.volumes,
        }),
        ..Event::default()
    }
}
