//! Any bytes, damaged in each way that is undone exactly, come back as they were; whatever is judged stays bounded, what is
//! proven holds, and text is not judged.
#![no_main]

use ftpsift::base::bytes::read_full;
use ftpsift::base::digest::Digests;
use ftpsift::base::limits::Limits;
use ftpsift::payload::ascii_damage::{Conversion, undo};
use ftpsift::payload::{self, filetype};
use ftpsift::payload::authenticode::Authorities;
use libfuzzer_sys::fuzz_target;

fn converted(bytes: &[u8], lf: &[u8], cr: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for byte in bytes {
        match byte {
            b'\n' => out.extend_from_slice(lf),
            b'\r' => out.extend_from_slice(cr),
            other => out.push(*other),
        }
    }
    out
}

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { ascii_search_bytes: 1 << 18, ..Limits::default() };
    let damaged = [
        (converted(bytes, b"\r\n", b"\r"), Conversion::LfToCrlf),
        (converted(bytes, b"\r\r\n", b"\r"), Conversion::LfToCrlfTwice),
        (converted(bytes, b"\r\n", b"\r\0"), Conversion::Nvt),
    ];
    for (damaged, conversion) in &damaged {
        let restored = undo(*conversion, damaged, |view| {
            let mut restored = vec![0u8; bytes.len() + 1];
            let count = read_full(view, 0, &mut restored).unwrap();
            restored.truncate(count);
            restored
        });
        assert_eq!(restored.unwrap().unwrap(), bytes);
    }
    let [(all, _), ..] = damaged;
    for bytes in [bytes.to_vec(), all] {
        let (facts, _) = payload::inspect(&bytes, "a.bin", "a.bin", &limits, &Authorities::default());
        let Some(damage) = facts.ascii_damage else { continue };
        let family = filetype::detect(&bytes, bytes.len() as u64).family;
        let text = matches!(family, filetype::Family::Script | filetype::Family::Text);
        assert!(!text || damage.evidence.signature_damaged || damage.candidates.iter().any(|one| !one.proofs.is_empty()));
        assert!(damage.candidates.len() <= limits.candidates);
        for candidate in &damage.candidates {
            let digests = candidate.restored(&bytes, |view| {
                let mut restored = vec![0u8; bytes.len() * 2 + 64];
                let count = read_full(view, 0, &mut restored).unwrap();
                Digests::of(&restored[..count])
            });
            assert_eq!(digests.unwrap(), candidate.digests);
        }
    }
});
