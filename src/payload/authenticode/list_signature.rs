//! The signature of a list: of a catalog, or of roots.

use super::pkcs7::SignedData;
use super::purpose::Purpose;
use super::verify::Verifier;
use super::{Authorities, CounterSignature, Signer, SignerChecks, Status, TimeStamp};
use crate::base::limits::Limits;
use crate::base::time::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// The signature of a list.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct ListSignature {
    /// The summary; `unsigned` for a list without a signer.
    pub status: Status,
    /// Whose key signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signer: Option<Signer>,
    /// The signer's certificate and those above it, as far as they are at hand.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub chain: Vec<Signer>,
    /// Each thing that a good signature needs.
    pub checks: SignerChecks,
    /// When it was signed, by the countersignature, or else by the signer's own word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_at: Option<Timestamp>,
    /// How the time is countersigned.
    pub counter_signature: CounterSignature,
    /// The countersignatures, verified.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub time_stamps: Vec<TimeStamp>,
    /// Weak algorithms and keys on which the signature rests.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub weak: Vec<String>,
}

/// The first signer of a list, verified; others are for systems that are older or newer.
pub(super) fn of(bytes: &[u8], purpose: Purpose, authorities: &Authorities, limits: &Limits) -> ListSignature {
    let Some(data) = SignedData::from_der(bytes) else { return ListSignature::default() };
    let Some(signer) = data.signers.first() else { return ListSignature::default() };
    let octets = data.octets().unwrap_or_default();
    let judged = Verifier::new(authorities, limits).verify(&data, signer, &octets, purpose);
    let stamp = judged.time_stamps.iter().find(|stamp| stamp.holds()).or(judged.time_stamps.first());
    ListSignature {
        status: judged.checks.status(),
        signer: judged.chain.first().cloned(),
        counter_signature: stamp.map(|stamp| stamp.kind).unwrap_or_default(),
        chain: judged.chain,
        checks: judged.checks,
        signed_at: judged.signed_at,
        time_stamps: judged.time_stamps,
        weak: judged.weak,
    }
}

/// Of several lists, the one whose signature is worth most comes first.
pub(super) fn rank(status: Status) -> u8 {
    match status {
        Status::Valid => 0,
        Status::NotVerified => 1,
        Status::Expired => 2,
        Status::ChainUntrusted => 3,
        Status::SignatureInvalid | Status::DigestMismatch => 4,
        Status::Malformed | Status::Unsigned => 5,
    }
}

#[cfg(test)]
mod tests {
    use super::super::catalog::Catalogs;
    use super::super::{Origin, TrustStore};
    use super::*;
    use crate::base::bytes::ReadAt;
    use crate::base::source::Source;
    use crate::payload::{Facts, inspect};
    use std::path::Path;
    use std::sync::Arc;

    /// A file that `testdata/generate/make_catalog.py` made.
    fn made(name: &str) -> Vec<u8> {
        let root = Path::new(file!()).ancestors().nth(4).unwrap();
        std::fs::read(root.join("testdata/signed/catalog").join(name)).unwrap()
    }

    fn authorities(is_trusted: bool, catalogs: &[&str]) -> Authorities {
        let mut trust = TrustStore::empty();
        if is_trusted {
            assert_eq!(trust.add(&made("root.pem"), Origin::TrustRoot, "root.pem"), 1);
        }
        let mut authorities =
            Authorities { trust, at: Timestamp::parse("2026-06-01T00:00:00Z"), ..Authorities::default() };
        let mut all = Catalogs::default();
        for (number, name) in catalogs.iter().enumerate() {
            let bytes = made(name);
            // Every other is read again for its signature.
            let again: Option<Source> = if number % 2 == 0 { Some(Arc::new(bytes.clone())) } else { None };
            let mut note = |cause| panic!("{cause}");
            assert!(all.add(name, &bytes, again, &Limits::default(), &authorities, &mut note));
        }
        all.seal();
        authorities.catalogs = Arc::new(all);
        authorities
    }

    fn inspected(name: &str, authorities: &Authorities) -> Facts {
        let (facts, anomalies) = inspect(&made(name), name, name, &Limits::default(), authorities);
        assert!(anomalies.is_empty(), "{anomalies:?}");
        facts
    }

    #[test]
    fn programs_are_worth_what_their_catalog_is() {
        let sha1 = "e29b792fe616d46ce3abb5e6d73ced89c4a5afe6";
        let cases: [(&[&str], bool, Status, Option<(&str, &str)>); 8] = [
            (&[], true, Status::Unsigned, None),
            (&["vouching.cat"], true, Status::Valid, Some(("vouching.cat", "program.exe"))),
            (&["old.cat"], true, Status::Valid, Some(("old.cat", sha1))),
            (&["vouching.cat"], false, Status::ChainUntrusted, Some(("vouching.cat", "program.exe"))),
            (&["tampered.cat"], true, Status::SignatureInvalid, Some(("tampered.cat", "program.exe"))),
            (&["tampered.cat", "vouching.cat"], true, Status::Valid, Some(("vouching.cat", "program.exe"))),
            (&["tampered.cat", "old.cat"], true, Status::Valid, Some(("old.cat", sha1))),
            (&["old.cat", "tampered.cat"], false, Status::ChainUntrusted, Some(("old.cat", sha1))),
        ];
        for (catalogs, is_trusted, status, vouched) in cases {
            let pe = inspected("program.exe", &authorities(is_trusted, catalogs)).pe.unwrap();
            let catalog = pe.authenticode.catalog.as_ref();
            assert_eq!(pe.authenticode.status, status, "{catalogs:?}");
            assert_eq!(pe.authenticode.catalogs_examined, !catalogs.is_empty());
            let found = catalog.map(|catalog| (catalog.path.as_str(), catalog.member.as_str()));
            assert_eq!(found, vouched, "{catalogs:?}");
            if let Some(catalog) = catalog {
                let signer = catalog.signature.as_ref().unwrap().signer.as_ref().unwrap();
                assert_eq!(signer.subject, "CN=Example Catalog Signer,O=Example Tools");
            }
        }
    }

    #[test]
    fn other_files_are_listed_by_all_their_bytes() {
        let good = inspected("note.txt", &authorities(true, &["vouching.cat"])).catalog.unwrap();
        assert_eq!((good.status, good.member.as_str()), (Status::Valid, "note.txt"));
        // The tampered catalog lists another digest in its place.
        assert_eq!(inspected("note.txt", &authorities(true, &["tampered.cat"])).catalog, None);
        assert_eq!(inspected("root.pem", &authorities(true, &["vouching.cat"])).catalog, None);
        assert_eq!(inspected("note.txt", &authorities(true, &[])).catalog, None);
    }

    #[test]
    fn a_changed_program_is_in_no_catalog() {
        let mut program = made("program.exe");
        program[0x400] ^= 1;
        let authorities = authorities(true, &["vouching.cat", "old.cat"]);
        let (facts, _) = inspect(&program, "program.exe", "program.exe", &Limits::default(), &authorities);
        let authenticode = facts.pe.unwrap().authenticode;
        assert_eq!((authenticode.status, authenticode.catalog), (Status::Unsigned, None));
        assert!(authenticode.catalogs_examined);
    }

    #[test]
    fn a_catalog_that_changes_is_told_and_vouches_for_nothing() {
        let mut authorities = authorities(true, &[]);
        let mut catalogs = Catalogs::default();
        let again: Source = Arc::new(made("old.cat"));
        let bytes = made("vouching.cat");
        assert!(bytes.len() as u64 != again.len());
        catalogs.add("a.cat", &bytes, Some(again), &Limits::default(), &authorities, &mut |cause| panic!("{cause}"));
        authorities.catalogs = Arc::new(catalogs);
        let (facts, anomalies) = inspect(&made("note.txt"), "note.txt", "note.txt", &Limits::default(), &authorities);
        let vouched = facts.catalog.unwrap();
        assert_eq!((vouched.status, vouched.signature), (Status::NotVerified, None));
        assert!(anomalies[0].cause.to_string().starts_with("the catalog a.cat is not what it was"));
    }
}
