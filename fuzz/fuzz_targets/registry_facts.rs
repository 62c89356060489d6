//! What hives say: as many events as are allowed and no more, each with what it must have, the same twice.
#![no_main]

use ftpsift::artifact::registry::{self, HiveKind};
use ftpsift::base::hive::Hive;
use ftpsift::base::limits::Limits;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let stream = bytes.to_vec();
    let limits = Limits { registry_events: 500, ..Limits::default() };
    let read = || {
        let hive = Hive::open(&stream)?;
        let (mut events, mut notes) = (Vec::new(), Vec::new());
        let kind = HiveKind::of(&hive);
        let facts = registry::read(kind, &hive, &limits, &mut |event| events.push(event), &mut |cause| {
            notes.push(cause.to_string());
        });
        Some((kind, events, facts, notes, registry::certificates(&hive)))
    };
    let found = read();
    if let Some((kind, events, _, _, certificates)) = &found {
        assert!(events.len() <= limits.registry_events);
        assert!(certificates.iter().all(|(_, blob)| !blob.is_empty() && blob.len() <= bytes.len()));
        for event in events {
            assert!(!event.source.is_empty());
            // A time of a key is told as such.
            assert!(event.time.is_some() || event.time_quality.is_none());
            if let Some(starts) = &event.starts {
                assert_eq!(starts.mechanism, event.source);
            }
            if let Some(file) = &event.file {
                assert!(!file.path.is_empty() && file.hashes.values().all(|digest| digest.len() == 40));
                assert!(file.hashed_bytes.is_none_or(|hashed| file.size > Some(hashed)));
            }
            assert!(matches!(kind, HiveKind::Amcache) || event.source != "amcache");
        }
    }
    assert_eq!(found, read());
});
