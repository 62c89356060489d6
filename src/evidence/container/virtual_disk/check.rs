//! Goes over a map once and tells which ranges of the disk it has lost.

use super::map::{Map, Place, Run};
use super::pool::{Pooled, RUNS};
use crate::base::anomaly::Cause;
use std::ops::Range;

/// Lost ranges that are named; further ones are summed up.
const NAMED: usize = 32;

/// A range of the disk, and why it is lost.
struct Lost {
    range: Range<u64>,
    why: &'static str,
}

/// What is lost of a disk whose data lie in a file.
pub(super) fn check(map: &dyn Map, data: &Pooled) -> Vec<Cause> {
    let length = data.source.len();
    let tables = map.tables();
    let end = length.checked_next_multiple_of(map.tail().max(1)).unwrap_or(length);
    let mut lost: Vec<Lost> = Vec::new();
    let (mut further, mut further_bytes) = (0u64, 0u64);
    let mut causes = Vec::new();
    let mut offset = 0u64;
    while offset < map.len() {
        if !data.may_check() {
            causes.push(Cause::LimitReached {
                what: "entries of the tables of a virtual disk that are checked",
                limit: RUNS,
            });
            break;
        }
        let run = match map.locate(offset) {
            Ok(run) => run,
            Err(error) => {
                causes.push(Cause::Io(error));
                break;
            }
        };
        let next = offset.saturating_add(run.length.max(1)).min(map.len());
        if let Some((why, good)) = fault(run, length, end, tables) {
            let offset = offset.saturating_add(good);
            if let Some(last) = lost.last_mut().filter(|last| last.range.end == offset && last.why == why) {
                last.range.end = next;
            } else if lost.len() < NAMED {
                lost.push(Lost { range: offset..next, why });
            } else {
                further = further.saturating_add(1);
                further_bytes = further_bytes.saturating_add(next.saturating_sub(offset));
            }
        }
        offset = next;
    }
    let mut told: Vec<Cause> = lost.into_iter().map(cause).collect();
    if further > 0 {
        let what = format!("{further} further runs of the disk ({further_bytes} bytes) are lost; the map ends");
        told.push(Cause::Corrupt { what, offset: map.len() });
    }
    told.append(&mut causes);
    told
}

fn cause(lost: Lost) -> Cause {
    let Range { start, end } = lost.range;
    let what = format!("{} bytes of the disk are lost ({}), up to {end},", end.saturating_sub(start), lost.why);
    Cause::Corrupt { what, offset: start }
}

/// Why a run cannot be had, and how many bytes of it can. `end` is where the last unit of the file would end if it were
/// whole.
fn fault(run: Run, length: u64, end: u64, tables: &[Range<u64>]) -> Option<(&'static str, u64)> {
    let (at, bytes, known) = match run.place {
        Place::Zeros | Place::Below => return None,
        Place::Lost(why) => return Some((why, 0)),
        Place::Stored(at) => (at, run.length, end),
        Place::Packed { unit, .. } => (unit.at, 1, length),
    };
    if at >= length || at.saturating_add(bytes) > known {
        return Some((
            "it would lie beyond the end of the file",
            if at < length { known.saturating_sub(at) } else { 0 },
        ));
    }
    let inside = |table: &Range<u64>| at < table.end && table.start < at.saturating_add(bytes);
    tables.iter().any(inside).then_some(("it would lie in the tables", 0))
}

#[cfg(test)]
mod tests {
    use super::super::testimage::{self as build, Below, Filled, Folder, Packed, Zeros, put};

    #[test]
    fn lost_ranges_are_named_and_read_as_zeros() {
        let pieces = [Filled(1), Filled(2), Below, Zeros, Filled(3)];
        let changed = |mut image: Vec<u8>, at: usize, bytes: &[u8]| {
            put(&mut image, at, bytes);
            image
        };
        let qcow2 = build::qcow2("", &pieces);
        let vhd = build::vhd(1, None, &pieces);
        let vmdk = build::vmdk(b"", &pieces);
        let vhdx = build::vhdx(1, None, &pieces);
        let first = 400usize << 10;
        let cases = [
            (
                "data beyond",
                changed(qcow2.clone(), 1024, &(1u64 << 40).to_be_bytes()),
                0..512,
                "beyond the end of the file",
            ),
            ("data in the table", changed(qcow2.clone(), 1032, &512u64.to_be_bytes()), 512..1024, "in the tables"),
            (
                "table beyond",
                changed(qcow2.clone(), 512, &(1u64 << 40).to_be_bytes()),
                0..2560,
                "its table lies outside",
            ),
            ("table in itself", changed(qcow2, 512, &512u64.to_be_bytes()), 0..2560, "in the tables above it"),
            ("vhd block beyond", changed(vhd.clone(), 2048, &0x7fff_ffffu32.to_be_bytes()), 0..4096, "beyond the end"),
            ("vhd block in the table", changed(vhd, 2048, &3u32.to_be_bytes()), 0..4096, "in the tables"),
            ("grain beyond", changed(vmdk.clone(), 1024, &0x7fff_ffffu32.to_le_bytes()), 0..4096, "beyond the end"),
            ("grains' table in itself", changed(vmdk, 512, &1u32.to_le_bytes()), 0..20480, "in the tables above it"),
            (
                "vhdx block beyond",
                changed(vhdx.clone(), first, &(1u64 << 40 | 6).to_le_bytes()),
                0..1 << 20,
                "beyond the end",
            ),
            ("vhdx state", changed(vhdx, first, &5u64.to_le_bytes()), 0..1 << 20, "unknown state"),
        ];
        for (name, image, lost, words) in cases {
            let (bytes, told) = Folder::new([("disk", image)]).read();
            let [told] = told.as_slice() else { panic!("{name}: {told:?}") };
            assert!(told.contains(words) && told.starts_with(&format!("{} bytes", lost.len())), "{name}: {told}");
            // What lies in the tables is told, and still shown as it lies there.
            assert!(words.contains("in the tables") || bytes[lost].iter().all(|byte| *byte == 0), "{name}");
        }
    }

    #[test]
    fn many_lost_ranges_are_summed_up() {
        let pieces: Vec<_> = (0..64).map(|number| if number % 2 == 0 { Filled(1) } else { Below }).collect();
        let mut image = build::qcow2("", &pieces);
        image.truncate(1024 + 512);
        let (_, told) = Folder::new([("disk", image)]).read();
        assert_eq!(told.len(), 32, "{told:?}");
        let mut image = build::vhd(1, None, &[Filled(1); 120]);
        for number in 0..60 {
            put(&mut image, 2048 + number * 8, &0x7fff_ffffu32.to_be_bytes());
        }
        let (_, told) = Folder::new([("disk", image)]).read();
        assert_eq!(told.len(), 33);
        assert!(told[32].contains("28 further runs of the disk (114688 bytes) are lost"), "{told:?}");
    }

    #[test]
    fn damaged_compressed_data_are_an_error_where_they_are_and_nowhere_else() {
        let mut image = build::qcow2("", &[Packed(1), Packed(2), Filled(3)]);
        put(&mut image, 2048, &[0xff; 512]);
        let medium = Folder::new([("disk", image)]).open().unwrap();
        let mut buffer = [0u8; 1536];
        assert_eq!(medium.source.read_at(0, &mut buffer).unwrap(), 512);
        let error = medium.source.read_at(512, &mut buffer).unwrap_err().to_string();
        assert!(error.contains("compressed data at offset 2048"), "{error}");
        assert_eq!((medium.source.read_at(1024, &mut buffer).unwrap(), buffer[0]), (512, 3));
    }
}
