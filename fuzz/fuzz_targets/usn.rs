//! Change journals of NTFS: no more events come out than there are records, and the same twice.
#![no_main]

use ftpsift::evidence::recover::usn::{Journal, Wanted, names_of};
use libfuzzer_sys::fuzz_target;
use std::ops::ControlFlow;

fuzz_target!(|bytes: &[u8]| {
    let stream = bytes.to_vec();
    let journal = Journal::open(&stream, &[]);
    let mut wanted = Wanted::default();
    let mut records = 0;
    journal.walk(&mut |record| {
        assert!(record.offset < bytes.len() as u64);
        let name = record.name();
        assert!(name.len() <= bytes.len().saturating_mul(3));
        if records % 3 == 0 {
            wanted.names.insert(name.to_lowercase());
        } else if records % 3 == 1 {
            wanted.files.insert(record.file);
        }
        records += 1;
        ControlFlow::Continue(())
    });
    assert!(records <= bytes.len() / 60);
    let (events, _) = names_of(&journal, &wanted, 64);
    assert!(events.len() <= 64 && events.len() <= records * 4);
    assert_eq!(events, names_of(&journal, &wanted, 64).0);
});
