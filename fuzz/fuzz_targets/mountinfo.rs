//! Tables of mounts: no point is both read and skipped, and the same twice.
#![no_main]

use ftpsift::evidence::entry::EntryPath;
use ftpsift::evidence::live::judge;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let (first, table) = bytes.split_first().unwrap_or((&0, &[]));
    let root = EntryPath::new(["", "mnt", "dev/shm", "home/u"][usize::from(first >> 1) % 4]);
    let all_disks = first & 1 == 1;
    let (skipped, read) = judge(table, &root, all_disks);
    assert!(read.iter().all(|point| skipped.iter().all(|skipped| skipped.point != *point)));
    assert!(skipped.iter().all(|skipped| !skipped.reason().is_empty()));
    assert_eq!((skipped, read), judge(table, &root, all_disks));
});
