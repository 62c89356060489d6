//! Some certificates, one behind another: the first is the signer, the last is trusted. The search ends; a chain leads from
//! issuer to subject and has no certificate twice; and what is anchored is so by the root that was given.
#![no_main]

use ftpsift::base::limits::Limits;
use ftpsift::base::time::Timestamp;
use ftpsift::payload::authenticode::{self, Authorities, Origin, Outcome, TrustStore};
use libfuzzer_sys::fuzz_target;
use std::collections::BTreeSet;

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { signature_checks: 512, ..Limits::default() };
    let mut authorities = Authorities {
        trust: TrustStore::empty(),
        at: Timestamp::parse("2026-01-01T00:00:00Z"),
        ..Authorities::default()
    };
    // The last certificate starts where the last sequence with a length of two octets does that reaches to the end.
    let starts = (0..bytes.len().saturating_sub(4)).rev().filter(|at| bytes[*at..].starts_with(&[0x30, 0x82]));
    let last = starts
        .into_iter()
        .find(|at| at + 4 + usize::from(u16::from_be_bytes([bytes[at + 2], bytes[at + 3]])) == bytes.len());
    let given = last.map_or(0, |at| authorities.trust.add(&bytes[at..], Origin::TrustRoot, "root"));
    let Some((chain, checks)) = authenticode::chain_of(bytes, &authorities, &limits) else { return };
    assert!((1..=10).contains(&chain.len()));
    assert!(chain.windows(2).all(|pair| pair[0].issuer == pair[1].subject));
    let different: BTreeSet<_> = chain.iter().map(|certificate| &certificate.thumbprint_sha256).collect();
    assert_eq!(different.len(), chain.len());
    if checks.trust_anchor.result == Outcome::Pass {
        assert!(given > 0);
        assert_eq!(checks.trust_anchor.origin, Some(Origin::TrustRoot));
    }
});
