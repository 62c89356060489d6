//! Any file as an archive: its walk ends within the caps, reads stay inside what they may become, and twice is the same.
#![no_main]

use ftpsift::base::bytes::read_full;
use ftpsift::base::limits::Limits;
use ftpsift::base::source::Source;
use ftpsift::evidence::filesystem::archive::{self, Found};
use ftpsift::evidence::{FileSystem, Walked};
use libfuzzer_sys::fuzz_target;
use std::ops::ControlFlow;
use std::sync::Arc;

const READ: usize = 64 << 10;

fn walked(bytes: &[u8], limits: &Limits) -> Option<Vec<String>> {
    let source: Source = Arc::new(bytes.to_vec());
    let Ok(Found::Archive { mounted, .. }) = archive::open(&source, b"evidence.gz", limits)? else { return None };
    let mut seen = Vec::new();
    mounted.walk(limits, &mut |walked| {
        match walked {
            Walked::Anomaly(anomaly) => seen.push(format!("{}: {}", anomaly.path, anomaly.cause)),
            Walked::Entry(entry) => {
                seen.push(entry.path.display());
                if let Ok(file) = mounted.open(&entry.path) {
                    let mut buffer = vec![0u8; READ];
                    let head = read_full(&file.stream, 0, &mut buffer).unwrap_or(0) as u64;
                    assert!(head <= file.stream.len());
                    seen.push(format!("{head} {:?}", &buffer[..(head as usize).min(64)]));
                    let middle = file.stream.len() / 2;
                    let count = read_full(&file.stream, middle, &mut buffer[..512]).unwrap_or(0) as u64;
                    assert!(middle + count <= file.stream.len());
                }
            }
        }
        ControlFlow::Continue(())
    });
    assert!(mounted.tree().len() as u64 <= limits.archive_entries);
    Some(seen)
}

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits {
        archive_entries: 256,
        archive_member_bytes: 1 << 20,
        archive_bytes: 4 << 20,
        archive_spool_bytes: 4 << 20,
        ..Limits::default()
    };
    assert_eq!(walked(bytes, &limits), walked(bytes, &limits));
});
