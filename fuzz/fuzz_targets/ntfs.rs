//! NTFS volumes and master file tables alone: whatever the bytes are, the walk ends, reads stay inside, and both are the
//! same when repeated.
#![no_main]

use ftpsift::base::bytes::ReadAt;
use ftpsift::base::limits::Limits;
use ftpsift::evidence::entry::{EntryKind, EntryPath};
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
});
