//! Documents: compound files, Office Open XML, RTF and PDF. Reading ends, and what is told keeps its caps.
#![no_main]

use ftpsift::base::limits::Limits;
use ftpsift::payload;
use ftpsift::payload::authenticode::Authorities;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let limits =
        Limits { ascii_search_bytes: 1 << 22, archive_entries: 256, payload_parse_bytes: 4 << 20, ..Limits::default() };
    let (facts, anomalies) = payload::inspect(&bytes.to_vec(), "a.doc", "a.doc", &limits, &Authorities::default());
    if let Some(document) = &facts.document {
        assert!(matches!(document.format, "ole" | "ooxml" | "rtf" | "pdf"));
        assert!(document.embedded.len() <= 64 && document.external.len() <= 64 && document.streams.len() <= 64);
        assert!(document.macro_sheets.len() <= 64 && document.active.len() <= 32);
        if let Some(macros) = &document.macros {
            assert!(macros.modules.len() <= 256 && macros.addresses.len() <= 32);
            assert!(macros.source_bytes > 0 || macros.automatic.is_empty());
        }
        assert!(document.external.iter().all(|external| external.target.chars().count() <= 1024));
    }
    assert!(anomalies.len() < 1024);
});
