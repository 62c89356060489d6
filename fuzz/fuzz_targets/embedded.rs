//! Executables hidden in anything: what is told lies within the bytes, and a PE that is put behind them is found.
#![no_main]

use ftpsift::base::digest::Digests;
use ftpsift::base::limits::Limits;
use ftpsift::payload;
use ftpsift::payload::authenticode::Authorities;
use libfuzzer_sys::fuzz_target;

/// As little as passes for a PE.
fn pe() -> Vec<u8> {
    let mut pe = vec![0u8; 0x400];
    let parts: [(usize, &[u8]); 8] = [
        (0, b"MZ"),
        (0x3c, &[0x80]),
        (0x80, b"PE\0\0\x4c\x01\x01"),
        (0x94, &[224, 0, 2]),
        (0x98, &[0x0b, 1]),
        (0x178, b".text"),
        (0x188, &[0, 2]),
        (0x18c, &[0, 2]),
    ];
    for (at, bytes) in parts {
        pe[at..at + bytes.len()].copy_from_slice(bytes);
    }
    pe
}

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { ascii_search_bytes: 1 << 22, payload_parse_bytes: 1 << 20, ..Limits::default() };
    let embedded = |bytes: &[u8]| payload::inspect(&bytes.to_vec(), "a", "a", &limits, &Authorities::default());
    let (facts, anomalies) = embedded(bytes);
    assert!(facts.embedded.len() <= 32);
    for found in &facts.embedded {
        assert!(found.offset < bytes.len() as u64);
        assert!(found.size.is_none_or(|size| size <= limits.payload_parse_bytes.max(bytes.len() as u64)));
    }
    // An archive tells its members itself, a compound file need not hold them in one piece, and findings are capped.
    let plain = facts.archive.is_none() && !bytes.starts_with(b"\xd0\xcf\x11\xe0") && facts.embedded.is_empty();
    let plain = plain && anomalies.is_empty();
    if plain && bytes.len() > 4 && !bytes.starts_with(b"MZ") {
        let pe = pe();
        let digests = Digests::of(&pe);
        let (behind, _) = embedded(&[bytes, &[0xee; 64], &pe].concat());
        let told = behind.embedded.iter().any(|found| found.digests.as_ref() == Some(&digests));
        assert!(told || !behind.embedded.is_empty() || behind.archive.is_some());
    }
});
