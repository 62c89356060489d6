//! QCOW2, the disks of QEMU, versions 2 and 3 (QEMU, docs/interop/qcow2.rst).
//!
//! The crates that read it give wrong bytes without an error for backing files and subclusters, or refuse them.

mod header;
pub(super) mod legacy;
mod map;

use super::family::{Family, Reference};
use super::unpack::Codec;
use super::{Disk, fields};
use crate::base::anomaly::Cause;
use crate::base::source::Source;
use header::Header;
use map::Clusters;

/// Bytes of the name of a backing file, at most (section "Header").
const NAME: u64 = 1023;

pub(super) fn open(source: Source, family: &Family<'_>) -> Result<Disk, Cause> {
    let header = Header::read(&source)?;
    let mut damage = header.notes();
    let parent = if header.backing.1 == 0 {
        None
    } else {
        let stated = fields::bounded(&source, header.backing.0, header.backing.1, NAME)?;
        let stated = String::from_utf8_lossy(&stated).trim_start_matches("file:").to_owned();
        let raw = header.backing_format.as_deref() == Some(b"raw");
        family.parent(&[Reference { stated, raw }], &mut damage, |_| true)
    };
    let tables = family.pooled(source.clone());
    let data = match &header.data_file {
        None => None,
        Some(name) => {
            let stated = String::from_utf8_lossy(name).trim_start_matches("file:").to_owned();
            let found = family.beside(&Reference { stated, raw: true }, &mut damage);
            let missing = || Cause::Unsupported("the file that holds the data of the disk is not beside it".to_owned());
            Some(found.ok_or_else(missing)?.1)
        }
    };
    let clusters = Clusters::new(&header, tables.clone(), data.is_some());
    let data = data.map_or(tables, |data| family.pooled(data));
    Ok(Disk::layer(clusters, data, parent, damage))
}

#[cfg(test)]
mod tests {
    use super::super::testimage::{self as build, Below, Filled, Folder, Zeros, put};

    fn changed(changes: &[(usize, &[u8])]) -> Vec<u8> {
        let mut image = build::qcow2("", &[Filled(1), Below, Zeros]);
        for (at, bytes) in changes {
            put(&mut image, *at, bytes);
        }
        image
    }

    #[test]
    fn the_state_of_the_disk_is_told() {
        let cases: [(&[(usize, &[u8])], &[&str]); 3] = [
            (&[(79, &[3])], &["was not closed", "marked as corrupt"]),
            (&[(60, &[0, 0, 0, 2])], &["not its snapshots (2)"]),
            (&[], &[]),
        ];
        for (changes, words) in cases {
            let (bytes, told) = Folder::new([("disk", changed(changes))]).read();
            assert_eq!((bytes[0], told.len()), (1, words.len()), "{told:?}");
            assert!(told.iter().zip(words).all(|(told, words)| told.contains(words)), "{told:?}");
        }
    }

    #[test]
    fn impossible_headers_are_refused() {
        let cases: [(usize, &[u8], &str); 8] = [
            (4, &[0, 0, 0, 9], "QCOW version 9"),
            (20, &[0, 0, 0, 8], "clusters have an impossible size"),
            (20, &[0xff; 4], "clusters have an impossible size"),
            (24, &[0x7f; 8], "does not cover the disk"),
            (36, &[0x7f; 4], "first table lies outside the file"),
            (40, &[0xff; 8], "first table lies outside the file"),
            (32, &[0, 0, 0, 1], "AES"),
            (79, &[4], "does not name the file that holds the data"),
        ];
        for (at, bytes, words) in cases {
            let error = Folder::new([("disk", changed(&[(at, bytes)]))]).open().map(|_| ()).unwrap_err();
            assert!(error.contains(words), "{error}");
        }
    }

    #[test]
    fn data_in_a_file_of_their_own() {
        let extension = [&b"DATA\0\0\0\x06../out"[..], &[0; 10]].concat();
        // Clusters anywhere in that file, the first too.
        let image = changed(&[
            (79, &[4]),
            (112, &extension),
            (1024, &(1u64 << 63).to_be_bytes()),
            (1032, &512u64.to_be_bytes()),
        ]);
        let folder = Folder::new([("disk", image.clone()), ("out", [[7u8; 512], [8; 512]].concat())]);
        let (bytes, told) = folder.read();
        assert_eq!((bytes[0], bytes[512], bytes[1024]), (7, 8, 0));
        assert!(told.len() == 1 && told[0].contains("\"../out\" is not followed"), "{told:?}");
        let error = Folder::new([("disk", image)]).open().map(|_| ()).unwrap_err();
        assert!(error.contains("is not beside it"), "{error}");
    }

    #[test]
    fn a_backing_file_that_is_said_to_be_raw_is() {
        let mut image = build::qcow2("base", &[Below]);
        put(&mut image, 112, &[&0xe279_2aca_u32.to_be_bytes()[..], b"\0\0\0\x03raw\0\0\0\0\0\0\0\0\0"].concat());
        let base = build::qcow2("", &[Filled(1)]);
        let (bytes, _) = Folder::new([("disk", image), ("base", base.clone())]).read();
        assert!(bytes == base[..512]);
    }

    #[test]
    fn subclusters() {
        let mut image = changed(&[(79, &[16]), (24, &(2 * 512u64).to_be_bytes())]);
        let data = u64::try_from(image.len() - 512).unwrap();
        // Of the first cluster, 8 subclusters of 16 bytes are data and 8 are zeros; one is both, which cannot be.
        put(&mut image, 1024, &(data | 1 << 63).to_be_bytes());
        put(&mut image, 1032, &0x8000_ff00_8000_00ff_u64.to_be_bytes());
        put(&mut image, 1040, &[0; 8]);
        put(&mut image, 1048, &(1u64 << 63 | 1).to_be_bytes());
        let (bytes, told) = Folder::new([("disk", image)]).read();
        assert!(bytes[..128].iter().all(|byte| *byte == 1) && bytes[128..496].iter().all(|byte| *byte == 0));
        assert!(told.len() == 2 && told.iter().any(|told| told.contains("both data and zeros")), "{told:?}");
    }
}
