//! Prefetch files: no more than one event or none with a word why, its lists capped, and the same twice.
#![no_main]

use ftpsift::artifact::prefetch;
use ftpsift::base::limits::Limits;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { prefetch_bytes: 1 << 20, prefetch_files: 1000, ..Limits::default() };
    let stream = bytes.to_vec();
    let read = || {
        let (mut events, mut notes) = (Vec::new(), Vec::new());
        let mut note = |cause: ftpsift::base::anomaly::Cause| notes.push(cause.to_string());
        prefetch::read(&stream, "FTP.EXE-0FFFB5A3.pf", &limits, &mut note, &mut |event| events.push(event)).unwrap();
        (events, notes)
    };
    let (events, notes) = read();
    assert!(events.len() <= 1 && events.len() + notes.len() > 0 && notes.len() < 12);
    for event in &events {
        assert!(prefetch::is_prefetch(bytes) && event.process.is_some());
        let runs = event.runs.as_ref().unwrap();
        assert!(runs.files.len() <= 1001 && runs.last.len() <= 8 && runs.volumes.len() <= 64);
    }
    assert_eq!((events, notes), read());
});
