//! NTFS volumes, master file tables alone, and the records of a volume in use: whatever the bytes are, the walk ends, reads stay
//! inside, and both are the same when repeated.
#![no_main]

use ftpsift::base::bytes::ReadAt;
use ftpsift::base::limits::Limits;
use ftpsift::evidence::entry::{EntryKind, EntryPath};
use ftpsift::evidence::filesystem::ntfs::{NamedStreams, Records};
use ftpsift::evidence::filesystem::{mount, signature::Kind};
use ftpsift::evidence::mounted::Mounted;
use ftpsift::evidence::{FileSystem, Walked};
use libfuzzer_sys::fuzz_target;
use std::ops::ControlFlow;
use std::sync::Arc;

/// Bytes that are read of each file, from its start and from its middle.
const READ: usize = 16 << 10;

fn contents(mounted: &Mounted, limits: &Limits) -> Vec<(EntryPath, Vec<u8>)> {
    let mut paths = Vec::new();
    mounted.walk(limits, &mut |walked| {
        if let Walked::Entry(entry) = walked
            && entry.kind == EntryKind::File
        {
            paths.push(entry.path);
        }
        ControlFlow::Continue(())
    });
    assert!(paths.len() as u64 <= limits.files);
    let read = |path: EntryPath| {
        let mut bytes = Vec::new();
        if let Ok(opened) = mounted.open(&path) {
            let length = opened.stream.len();
            for offset in [0, length / 2] {
                let mut buffer = vec![0u8; READ];
                let count = opened.stream.read_at(offset, &mut buffer).unwrap_or(0);
                assert!(count as u64 <= length.saturating_sub(offset) && count <= READ);
                bytes.extend_from_slice(&buffer[..count]);
            }
        }
        (path, bytes)
    };
    paths.into_iter().map(read).collect()
}

/// The bytes of slack, each range inside the volume and behind the last.
fn slack(mounted: &Mounted, length: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    for slack in mounted.slack() {
        assert!(slack.ranges.windows(2).all(|pair| pair[0].end <= pair[1].start));
        assert!(slack.ranges.iter().all(|range| range.start < range.end && range.end <= length));
        for range in slack.ranges.iter().take(64) {
            let Some(source) = &slack.source else { break };
            let mut buffer = vec![0u8; (range.end - range.start) as usize];
            let count = source.read_at(range.start, &mut buffer).unwrap_or(0);
            bytes.extend_from_slice(&buffer[..count]);
        }
    }
    bytes
}

/// The named streams of a volume in use, and what is read of its first files by their references.
fn in_use(volume: Arc<Vec<u8>>, limits: &Limits) -> Option<(NamedStreams, Vec<u8>)> {
    let records = Records::of(volume).ok()?;
    let told = records.named_streams(limits, &|| true);
    assert!(told.by_path.values().map(Vec::len).sum::<usize>() <= limits.host_streams);
    let mut bytes = Vec::new();
    let names = told.by_path.values().flatten().map(Vec::as_slice).take(4);
    for stream in std::iter::once(&b""[..]).chain(names) {
        // A sequence of zero means any.
        for number in 0..64 {
            let Ok(opened) = records.open(number, stream) else { continue };
            let mut buffer = vec![0u8; 1 << 10];
            let count = opened.read_at(0, &mut buffer).unwrap_or(0);
            assert!(count as u64 <= opened.len() && count <= buffer.len());
            bytes.extend_from_slice(&buffer[..count]);
        }
    }
    Some((told, bytes))
}

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { files: 2000, directory_depth: 64, ..Limits::default() };
    for kind in [Kind::Ntfs, Kind::Mft] {
        let once = || {
            let mounted = mount(kind, Arc::new(bytes.to_vec()), &limits).ok()?;
            let free = mounted.free_space();
            assert!(free.windows(2).all(|pair| pair[0].end <= pair[1].start));
            assert!(free.last().is_none_or(|last| last.end <= bytes.len() as u64));
            Some((contents(&mounted, &limits), free, slack(&mounted, bytes.len() as u64)))
        };
        assert!(once() == once());
    }
    let volume = Arc::new(bytes.to_vec());
    assert!(in_use(volume.clone(), &limits) == in_use(volume, &limits));
});
