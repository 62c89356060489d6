//! Exports of event logs, in the form that they look like or in any: the same comes out twice, nothing of what was not asked for,
//! and no more than was counted.
#![no_main]

use ftpsift::artifact::event_export::{Form, read, sniff};
use ftpsift::base::limits::Limits;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((first, text)) = bytes.split_first() else { return };
    let forms = [Form::Xml, Form::Json, Form::Csv];
    let form = sniff(text).unwrap_or(forms[usize::from(*first) % 3]);
    let text = text.to_vec();
    // Small caps are met with small inputs.
    let cap = if *first < 128 { 512 } else { 1 << 20 };
    let limits = Limits { event_record_bytes: cap, ..Limits::default() };
    let all = |wanted: bool| {
        let mut records = Vec::new();
        let mut notes = 0u64;
        let facts = read(form, &text, &limits, &|_, _| wanted, &mut |_| notes += 1, &mut |record| records.push(record));
        (records, notes, facts)
    };
    let (records, notes, facts) = all(true);
    assert!(records.len() as u64 <= facts.records);
    assert!(notes <= facts.unreadable + 2 && notes <= 20);
    assert!(facts.zoneless <= facts.records && facts.first <= facts.last);
    for record in &records {
        assert!(record.time.is_none() || (facts.first <= record.time && record.time <= facts.last));
        assert!(record.data.iter().map(|(_, text)| text.len()).sum::<usize>() <= 8 * text.len());
    }
    assert!(all(true) == (records, notes, facts));
    assert!(all(false).0.is_empty());
});
