//! Any file through the inspection of payloads: it ends, digests cover all bytes, and what is listed keeps the caps.
#![no_main]

use ftpsift::base::digest::Digests;
use ftpsift::base::limits::Limits;
use ftpsift::payload;
use ftpsift::payload::authenticode::Authorities;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { pe_symbols: 512, ..Limits::default() };
    let (facts, _) = payload::inspect(&bytes.to_vec(), "a.exe", "a.exe", &limits, &Authorities::default());
    assert_eq!(facts.size, bytes.len() as u64);
    assert_eq!(facts.digests, Some(Digests::of(bytes)));
    assert!(facts.entropy.is_none_or(|entropy| (0.0..=8.0).contains(&entropy.overall)));
    if let Some(pe) = facts.pe {
        assert!(pe.sections.len() <= limits.pe_sections);
        assert!(pe.imports.iter().map(|import| import.functions.len()).sum::<usize>() <= limits.pe_symbols);
        assert!(pe.exports.len() <= limits.pe_symbols);
        assert!(pe.overlay.is_none_or(|overlay| overlay.offset < bytes.len() as u64));
    }
});
