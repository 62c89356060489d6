//! Any bytes as `SignedData` through the verifier: it ends, says the same twice, calls valid only what holds in every check,
//! and trusts nobody where no root is trusted.
#![no_main]

use ftpsift::base::limits::Limits;
use ftpsift::payload::authenticode::{self, Authorities, Outcome, Status, TrustStore};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { signature_checks: 256, ..Limits::default() };
    let nobody = Authorities { trust: TrustStore::empty(), ..Authorities::default() };
    let known = Authorities::default();
    let judged = authenticode::signed_data(bytes, None, &known, &limits);
    assert!(judged.len() <= limits.signatures);
    assert_eq!(judged, authenticode::signed_data(bytes, None, &known, &limits));
    for signer in &judged {
        let checks = &signer.checks;
        if checks.status() == Status::Valid {
            let all = [checks.message_digest.result, checks.signature.result, checks.chain.result];
            assert_eq!(all, [Outcome::Pass; 3]);
            assert!(signer.time_stamps.iter().any(|stamp| stamp.holds()));
        }
        assert!(signer.chain.len() <= 10);
        assert!(signer.chain.windows(2).all(|pair| pair[0].issuer == pair[1].subject));
    }
    for signer in authenticode::signed_data(bytes, Some(b"another content"), &nobody, &limits) {
        assert_ne!(signer.checks.trust_anchor.result, Outcome::Pass);
        assert_ne!(signer.checks.status(), Status::Valid);
        assert!(signer.time_stamps.iter().all(|stamp| !stamp.holds()));
    }
});
