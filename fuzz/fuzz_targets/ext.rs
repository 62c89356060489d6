//! Any volume through the reader of ext2, ext3 and ext4: it ends, the tree keeps its caps, reads stay inside their file and
//! free space inside the volume, and a second reading says the same.
#![no_main]

use ftpsift::base::bytes::read_full;
use ftpsift::base::limits::Limits;
use ftpsift::evidence::filesystem::{mount, signature::Kind};
use ftpsift::evidence::mounted::Mounted;
use ftpsift::evidence::{FileSystem, Walked};
use libfuzzer_sys::fuzz_target;
use std::ops::ControlFlow;
use std::sync::Arc;

/// Bytes read of each file at its start and at its end.
const READ: usize = 4096;

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { files: 1000, directory_depth: 32, errors: 100, ..Limits::default() };
    let volume = Arc::new(bytes.to_vec());
    let Ok(mounted) = mount(Kind::Ext, volume.clone(), &limits) else { return };
    let told = told(&mounted, &limits);
    assert!(mounted.tree().len() as u64 <= limits.files);
    for slack in mounted.slack() {
        assert!(slack.ranges.windows(2).all(|pair| pair[0].end <= pair[1].start));
    }
    let free = mounted.free_space();
    assert!(free.iter().all(|range| range.start < range.end && range.end <= bytes.len() as u64));
    assert!(free.windows(2).all(|pair| pair[0].end < pair[1].start));
    let again = mount(Kind::Ext, volume, &limits).expect("was read before");
    assert_eq!(told, self::told(&again, &limits));
});

/// Everything that is told of a volume, with the first and last bytes of its files.
fn told(mounted: &Mounted, limits: &Limits) -> Vec<String> {
    let mut told = Vec::new();
    let mut buffer = vec![0u8; READ];
    mounted.walk(limits, &mut |walked| {
        match walked {
            Walked::Anomaly(anomaly) => told.push(format!("{}: {}", anomaly.path, anomaly.cause)),
            Walked::Entry(entry) => {
                told.push(format!("{entry:?}"));
                if let Ok(opened) = mounted.open(&entry.path) {
                    let length = opened.stream.len();
                    for offset in [0, length.saturating_sub(READ as u64 / 2), u64::MAX] {
                        let read = read_full(&opened.stream, offset, &mut buffer);
                        let most = length.saturating_sub(offset);
                        assert!(read.as_ref().is_ok_and(|read| *read as u64 <= most) || read.is_err());
                        told.push(format!("{:?}", read.map(|read| buffer[..read].to_vec()).ok()));
                    }
                }
            }
        }
        ControlFlow::Continue(())
    });
    told
}
