//! Event logs: no more records come out than are counted, each with no more text than it may have, the same twice, and what
//! is not asked for is counted all the same.
#![no_main]

use ftpsift::artifact::evtx::{LogFacts, Wanted, is_event_log, read};
use ftpsift::artifact::log_record::LogRecord;
use ftpsift::artifact::windows_log::{ScriptBlocks, event_of};
use ftpsift::base::limits::Limits;
use libfuzzer_sys::fuzz_target;

fn all(bytes: &Vec<u8>, wanted: &Wanted<'_>) -> (LogFacts, Vec<LogRecord>) {
    let limits = Limits { event_record_bytes: 1 << 17, ..Limits::default() };
    let mut records = Vec::new();
    let facts = read(bytes, &limits, wanted, &mut |_| (), &mut |record| records.push(record));
    (facts, records)
}

fuzz_target!(|bytes: &[u8]| {
    let _ = is_event_log(bytes);
    let bytes = bytes.to_vec();
    let (facts, records) = all(&bytes, &|_, _| true);
    assert!(records.len() as u64 <= facts.records + facts.recovered);
    assert!(records.iter().all(|record| record.offset < bytes.len() as u64));
    let (mut parts, mut given) = (0, 0);
    let mut blocks = ScriptBlocks::new(1 << 16);
    for record in &records {
        // The name of an element is not counted as its text; there are no more than a template has bytes.
        let text: usize = record.data.iter().map(|(_, text)| text.len()).sum();
        assert!(text <= 1 << 17);
        if let Some(event) = event_of(record) {
            parts += 1;
            blocks.push(event, &mut |_| given += 1);
        }
    }
    blocks.finish(&mut |_| given += 1);
    assert!(given <= parts);
    assert_eq!((&facts, &records), (&all(&bytes, &|_, _| true).0, &all(&bytes, &|_, _| true).1));
    let (counted, none) = all(&bytes, &|_, _| false);
    assert!(none.is_empty());
    assert_eq!((counted.records, counted.gaps, counted.first), (facts.records, facts.gaps, facts.first));
});
