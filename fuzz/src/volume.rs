//! Volumes of a file system: whatever the bytes are, the walk ends, and the same is read twice.

use ftpsift::base::bytes::ReadAt;
use ftpsift::base::limits::Limits;
use ftpsift::base::source::Source;
use ftpsift::evidence::entry::EntryKind;
use ftpsift::evidence::filesystem::{self, signature::Kind};
use ftpsift::evidence::{FileSystem, Walked};
use std::ops::ControlFlow;
use std::sync::Arc;

/// The entries with the first and the last bytes of their contents.
fn walked(kind: Kind, volume: &Source, limits: &Limits) -> Vec<String> {
    let Ok(mounted) = filesystem::mount(kind, volume.clone(), limits) else { return Vec::new() };
    let mut seen = Vec::new();
    mounted.walk(limits, &mut |walked| {
        if let Walked::Entry(entry) = walked {
            let mut content = Vec::new();
            if entry.kind == EntryKind::File
                && let Ok(opened) = mounted.open(&entry.path)
            {
                for offset in [0, opened.stream.len().saturating_sub(64)] {
                    let mut bytes = [0u8; 256];
                    let count = opened.stream.read_at(offset, &mut bytes).unwrap_or(0);
                    assert!(offset.saturating_add(count as u64) <= opened.stream.len());
                    content.extend_from_slice(&bytes[..count]);
                }
            }
            seen.push(format!("{entry:?}{content:?}"));
        }
        ControlFlow::Continue(())
    });
    assert!(mounted.tree().len() as u64 <= limits.files);
    assert!(mounted.free_space().iter().all(|range| range.start < range.end && range.end <= volume.len()));
    for slack in mounted.slack() {
        assert!(slack.ranges.windows(2).all(|pair| pair[0].end <= pair[1].start));
    }
    seen
}

/// Mounts and walks a volume twice.
pub fn walk_twice(kind: Kind, bytes: &[u8]) {
    let limits = Limits { files: 500, directory_depth: 32, ..Limits::default() };
    let volume: Source = Arc::new(bytes.to_vec());
    let seen = walked(kind, &volume, &limits);
    assert_eq!(walked(kind, &volume, &limits), seen);
}
