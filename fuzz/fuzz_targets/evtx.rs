//! Event logs: no more records come out than are counted, each with no more text than it may have, the same twice, and what
//! is not asked for is counted all the same, and what is glanced at is counted or read.
#![no_main]

use ftpsift::artifact::evtx::{Asked, Glance, LogFacts, Visitor, Wanted, is_event_log, look_through, read};
use ftpsift::artifact::log_record::LogRecord;
use ftpsift::artifact::windows_log::glance::{Sight, columns, see};
use ftpsift::artifact::windows_log::{ScriptBlocks, event_of};
use ftpsift::base::limits::Limits;
use libfuzzer_sys::fuzz_target;

fn all(bytes: &Vec<u8>, wanted: &Wanted<'_>) -> (LogFacts, Vec<LogRecord>) {
    let limits = Limits { event_record_bytes: 1 << 17, ..Limits::default() };
    let mut records = Vec::new();
    let facts = read(bytes, &limits, wanted, &mut |_| (), &mut |record| records.push(record));
    (facts, records)
}

/// Glances at what it can, and takes the rest.
#[derive(Default)]
struct Onlooker {
    seen: u64,
    taken: u64,
}

impl Visitor for Onlooker {
    fn asks(&mut self, provider: &str, event_id: u32) -> Asked {
        columns(provider, event_id).map_or(Asked::Whole, Asked::Glance)
    }

    fn glance(&mut self, glance: &Glance<'_>) -> bool {
        let mut texts = String::new();
        match see(glance, &mut texts) {
            Sight::Seen(seen) => assert!(!seen.source.is_empty()),
            Sight::Nothing => {}
            Sight::Unclear => return true,
        }
        self.seen += 1;
        false
    }

    fn take(&mut self, _: LogRecord) {
        self.taken += 1;
    }
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
    let mut onlooker = Onlooker::default();
    let glanced = look_through(&bytes, &Limits::default(), &mut |_| (), &mut onlooker);
    assert!(onlooker.seen + onlooker.taken <= glanced.records + glanced.recovered);
    assert_eq!((glanced.records, &glanced.gaps, glanced.first), (facts.records, &facts.gaps, facts.first));
    let (counted, none) = all(&bytes, &|_, _| false);
    assert!(none.is_empty());
    assert_eq!((counted.records, counted.gaps, counted.first), (facts.records, facts.gaps, facts.first));
});
