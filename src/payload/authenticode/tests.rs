//! What becomes of a signature that is wrong in one place, and of one that is right.

use super::laboratory::{self, Signing, Spec, authority, countersignature, leaf, token};
use super::*;
use crate::base::random::Random;

/// Everything that a case may change.
struct Case {
    root: Spec,
    middle: Spec,
    signer: Spec,
    stamper: Spec,
    /// Certificates of the bundle beside the signer's and the stamper's.
    bag: Vec<Spec>,
    stamp: Stamp,
    attributes: Vec<Vec<u8>>,
    disordered: bool,
    plain: bool,
    at: Option<&'static str>,
    origin: Option<Origin>,
    /// What is done to the file at last.
    damage: fn(&mut Vec<u8>),
}

/// How the time is attested.
#[derive(Clone, Copy, PartialEq)]
enum Stamp {
    None,
    Rfc3161(&'static str),
    Pkcs9(&'static str),
    /// A good token, for another signature.
    Foreign,
}

const THEN: &str = "2024-01-01T00:00:00Z";

fn good() -> Case {
    let middle = authority("Middle", "Root", 2, 1);
    let stamping: &[&[u8]] = &[oid::TIME_STAMPING];
    Case {
        root: authority("Root", "Root", 1, 1),
        signer: leaf("Signer", "Middle", 3, 2),
        stamper: Spec { usages: stamping, ..leaf("Stamper", "Root", 4, 1) },
        bag: vec![middle.clone()],
        middle,
        stamp: Stamp::Rfc3161(THEN),
        attributes: Vec::new(),
        disordered: false,
        plain: false,
        at: None,
        origin: Some(Origin::TrustRoot),
        damage: |_| {},
    }
}

impl Case {
    fn authorities(&self) -> Authorities {
        let mut trust = TrustStore::empty();
        if let Some(origin) = self.origin {
            assert_eq!(trust.add(&self.root.make(), origin, "root.pem"), 1);
        }
        Authorities { trust, at: self.at.map(|at| Timestamp::parse(at).unwrap()), ..Authorities::default() }
    }

    fn signed(&self) -> Vec<u8> {
        let content = laboratory::indirect_data(&laboratory::program());
        let octets = tlv::take(&mut content.as_slice()).unwrap().content;
        let mut bag = vec![self.signer.make(), self.stamper.make()];
        bag.extend(self.bag.iter().map(Spec::make));
        let unsigned = |signature: &[u8]| match self.stamp {
            Stamp::None => Vec::new(),
            Stamp::Rfc3161(at) => token(&self.stamper, at, signature, &[self.stamper.make()]),
            Stamp::Pkcs9(at) => countersignature(&self.stamper, at, signature),
            Stamp::Foreign => token(&self.stamper, THEN, b"another", &[self.stamper.make()]),
        };
        let (attributes, disordered, plain) = (self.attributes.clone(), self.disordered, self.plain);
        let signing = Signing { attributes, disordered, plain, unsigned: &unsigned, ..Signing::by(&self.signer) };
        signing.data(oid::INDIRECT_DATA, &content, octets, &bag)
    }

    fn read(&self) -> Authenticode {
        let (mut file, table) = laboratory::with_table(&laboratory::program(), &[self.signed()]);
        (self.damage)(&mut file);
        let size = u64::try_from(file.len()).unwrap();
        read(&file, size, Some(table), &Limits::default(), &self.authorities(), &mut |_| {})
    }
}

/// Turns one bit of the last place where the bytes stand.
fn turn(file: &mut [u8], bytes: &[u8], offset: usize) {
    let at = file.windows(bytes.len()).rposition(|window| window == bytes).unwrap();
    file[at + offset] ^= 1;
}

#[test]
fn one_thing_wrong_at_a_time() {
    type Change = fn(&mut Case);
    let cases: [(&str, Status, Change); 44] = [
        ("good, RFC 3161", Status::Valid, |_| {}),
        ("good, PKCS #9", Status::Valid, |case| case.stamp = Stamp::Pkcs9(THEN)),
        ("attributes out of order", Status::Valid, |case| case.disordered = true),
        ("no attributes", Status::Valid, |case| case.plain = true),
        ("no usage named: all allowed", Status::Valid, |case| case.signer.usages = &[]),
        ("any usage", Status::Valid, |case| case.signer.usages = &[oid::ANY_USAGE]),
        ("the root in the bundle", Status::Valid, |case| case.bag.push(case.root.clone())),
        ("no key usage", Status::Valid, |case| case.signer.key_usage = None),
        ("path length that suffices", Status::Valid, |case| case.bag[0].authority = Some((true, Some(0)))),
        ("signed by the root itself", Status::Valid, |case| {
            case.signer = leaf("Signer", "Root", 3, 1);
            case.bag.clear();
        }),
        ("another of the same name and another key", Status::Valid, |case| {
            case.bag.insert(0, Spec { key: 9, ..case.middle.clone() });
        }),
        ("one that is old and one that is not", Status::Valid, |case| {
            case.bag.insert(0, Spec { to: "2023-06-01T00:00:00Z", ..case.middle.clone() });
        }),
        ("authorities in a circle", Status::Valid, |case| {
            case.bag.insert(0, authority("Middle", "Other", 2, 8));
            case.bag.insert(0, authority("Other", "Middle", 8, 2));
        }),
        ("no stamp, no time to judge for", Status::NotVerified, |case| case.stamp = Stamp::None),
        ("no stamp, judged while valid", Status::Valid, |case| {
            case.stamp = Stamp::None;
            case.at = Some("2024-12-31T00:00:00Z");
        }),
        ("no stamp, judged after the end", Status::Expired, |case| {
            case.stamp = Stamp::None;
            case.at = Some("2025-01-02T00:00:00Z");
        }),
        ("a stamp keeps it valid after the end", Status::Valid, |case| case.at = Some("2030-01-01T00:00:00Z")),
        ("stamped after the end", Status::Expired, |case| {
            case.stamp = Stamp::Rfc3161("2025-02-01T00:00:00Z");
            case.stamper.to = "2040-01-01T00:00:00Z";
        }),
        ("countersigned after the end", Status::Expired, |case| {
            case.stamp = Stamp::Pkcs9("2025-02-01T00:00:00Z");
            case.stamper.to = "2040-01-01T00:00:00Z";
        }),
        ("stamped before the start", Status::Expired, |case| {
            case.stamp = Stamp::Rfc3161("2022-12-31T00:00:00Z");
            case.stamper.from = "2020-01-01T00:00:00Z";
        }),
        ("an authority that had ended", Status::Expired, |case| case.bag[0].to = "2023-06-01T00:00:00Z"),
        ("a stamp for another signature", Status::NotVerified, |case| case.stamp = Stamp::Foreign),
        ("a stamp for another signature, while valid", Status::NotVerified, |case| {
            case.stamp = Stamp::Foreign;
            case.at = Some(THEN);
        }),
        ("a stamper not meant for it", Status::NotVerified, |case| case.stamper.usages = &[oid::CODE_SIGNING]),
        ("a stamper that names no usage", Status::NotVerified, |case| case.stamper.usages = &[]),
        ("a stamper nobody trusts", Status::NotVerified, |case| {
            case.stamper = Spec { key: 4, signed_by: 4, ..case.stamper.clone() }
        }),
        ("lifetime signing, stamped", Status::NotVerified, |case| {
            case.signer.usages = &[oid::CODE_SIGNING, oid::LIFETIME_SIGNING];
        }),
        ("lifetime signing, while valid", Status::Valid, |case| {
            case.signer.usages = &[oid::CODE_SIGNING, oid::LIFETIME_SIGNING];
            case.at = Some("2024-06-01T00:00:00Z");
        }),
        ("lifetime signing, after the end", Status::Expired, |case| {
            case.signer.usages = &[oid::CODE_SIGNING, oid::LIFETIME_SIGNING];
            case.at = Some("2025-06-01T00:00:00Z");
        }),
        ("meant for servers", Status::ChainUntrusted, |case| case.signer.usages = &[&[0x2b, 6, 1, 5, 5, 7, 3, 1]]),
        ("under one that is meant for servers", Status::ChainUntrusted, |case| {
            case.bag[0].usages = &[&[0x2b, 6, 1, 5, 5, 7, 3, 1]];
        }),
        ("a key that may not sign", Status::ChainUntrusted, |case| case.signer.key_usage = Some(0x20)),
        ("one in the middle that is no authority", Status::ChainUntrusted, |case| case.bag[0].authority = None),
        ("one that says it is none", Status::ChainUntrusted, |case| case.bag[0].authority = Some((false, None))),
        ("one whose key may not certify", Status::ChainUntrusted, |case| case.bag[0].key_usage = Some(0x80)),
        ("too many authorities", Status::ChainUntrusted, |case| {
            case.bag[0].authority = Some((true, Some(0)));
            case.bag.push(authority("Lower", "Middle", 5, 2));
            case.signer = leaf("Signer", "Lower", 3, 5);
        }),
        ("a critical extension that nobody knows", Status::ChainUntrusted, |case| case.signer.strange = true),
        ("one in the middle is missing", Status::ChainUntrusted, |case| case.bag.clear()),
        ("one in the middle whose issuer did not sign it", Status::ChainUntrusted, |case| case.bag[0].signed_by = 7),
        ("nobody trusts the root", Status::ChainUntrusted, |case| case.origin = None),
        ("only the examined machine trusts the root", Status::ChainUntrusted, |case| {
            case.origin = Some(Origin::Evidence)
        }),
        // CVE-2020-0601: the point of the root's key on a curve of one's own choice.
        ("a root's point with parameters of its own", Status::ChainUntrusted, |case| {
            let forged = Spec { explicit_curve: true, ..case.root.clone() };
            (case.bag, case.signer) = (vec![forged], leaf("Signer", "Root", 3, 7));
        }),
        ("a byte of the program", Status::DigestMismatch, |case| case.damage = |file| file[0x150] ^= 1),
        ("an entry that is no signature", Status::Malformed, |case| case.damage = |file| file[0x208] ^= 1),
    ];
    for (what, status, change) in cases {
        let mut case = good();
        change(&mut case);
        let read = case.read();
        assert_eq!(read.status, status, "{what}: {:#?}", read.signatures.first().map(|signature| &signature.checks));
    }
}

#[test]
fn the_reader_is_told_why() {
    let told = |change: fn(&mut Case)| {
        let mut case = good();
        change(&mut case);
        case.read().signatures.remove(0)
    };
    let valid = told(|_| {});
    let subjects: Vec<&str> = valid.chain.iter().map(|certificate| certificate.subject.as_str()).collect();
    assert_eq!(subjects, ["CN=Signer", "CN=Middle"]);
    assert_eq!(valid.chain[0].extended_key_usage.as_deref(), Some(&["code signing".to_owned()][..]));
    let anchor = &valid.checks.signer.trust_anchor;
    assert_eq!((anchor.subject.as_deref(), anchor.origin), (Some("CN=Root"), Some(Origin::TrustRoot)));
    assert_eq!(anchor.source.as_deref(), Some("root.pem"));
    assert_eq!(valid.checks.signer.time.basis, TimeBasis::Rfc3161);
    assert_eq!(valid.checks.signer.time.at.map(|at| at.to_string()).as_deref(), Some(THEN));
    assert_eq!(valid.timestamp_authority.as_deref(), Some("CN=Stamper"));
    type Reason = fn(&Signature) -> &Option<String>;
    let reasons: [(fn(&mut Case), Reason, &str); 4] = [
        (|case| case.bag.clear(), |read| &read.checks.signer.chain.reason, "the certificate of CN=Middle is missing"),
        (
            |case| case.bag[0].signed_by = 7,
            |read| &read.checks.signer.chain.reason,
            "the signature of CN=Middle is not that of CN=Root",
        ),
        (
            |case| case.signer.usages = &[oid::TIME_STAMPING],
            |read| &read.checks.signer.purpose.reason,
            "CN=Signer is not meant for code signing",
        ),
        (
            |case| case.stamp = Stamp::Foreign,
            |read| &read.time_stamps[0].imprint.reason,
            "the token was made for another signature",
        ),
    ];
    for (change, reason, expected) in reasons {
        assert_eq!(reason(&told(change)).as_deref(), Some(expected));
    }
}

#[test]
fn every_part_of_a_signature_that_is_changed_is_noticed() {
    let digest_value = |file: &[u8]| {
        let content = laboratory::indirect_data(&file[..0x200]);
        content[content.len() - 32..].to_vec()
    };
    let parts: [(&str, Status, fn(&mut Vec<u8>)); 4] = [
        ("the message digest", Status::SignatureInvalid, |file| turn(file, oid::MESSAGE_DIGEST, 9 + 10)),
        ("the attributes", Status::SignatureInvalid, |file| turn(file, oid::INDIRECT_DATA, 9)),
        ("the signature", Status::SignatureInvalid, |file| turn(file, &[0x02, 0x21, 0x00], 10)),
        ("what the certificate says", Status::ChainUntrusted, |file| {
            let at = file.windows(8).position(|window| window == b"20250101").unwrap();
            file[at + 3] ^= 1;
        }),
    ];
    for (what, status, damage) in parts {
        let case = Case { damage, stamp: Stamp::None, ..good() };
        assert_eq!(case.read().status, status, "{what}");
    }
    // Both the file and the digest that is stored: the message digest tells.
    let case = good();
    let (mut file, table) = laboratory::with_table(&laboratory::program(), &[case.signed()]);
    let old = digest_value(&file);
    file[0x150] ^= 1;
    let new = digest_value(&file);
    let at = file.windows(32).position(|window| window == old).unwrap();
    file[at..at + 32].copy_from_slice(&new);
    let size = u64::try_from(file.len()).unwrap();
    let read = read(&file, size, Some(table), &Limits::default(), &case.authorities(), &mut |_| {});
    assert_eq!(read.status, Status::SignatureInvalid);
    assert_eq!(read.digest_stored, read.digest_computed);
}

#[test]
fn each_of_several_signatures_is_judged() {
    let untrusted = Case { origin: None, signer: leaf("Nobody", "Nobody", 6, 6), ..good() }.signed();
    let case = good();
    let nested = {
        let content = laboratory::indirect_data(&laboratory::program());
        let octets = tlv::take(&mut content.as_slice()).unwrap().content;
        let unsigned = |_: &[u8]| laboratory::attribute(oid::NESTED, &untrusted);
        let signing = Signing { unsigned: &unsigned, ..Signing::by(&case.signer) };
        signing.data(oid::INDIRECT_DATA, &content, octets, &[case.signer.make(), case.middle.make()])
    };
    let (file, table) = laboratory::with_table(&laboratory::program(), &[nested, case.signed(), untrusted]);
    let size = u64::try_from(file.len()).unwrap();
    let authorities = case.authorities();
    let read = |limits: &Limits| read(&file, size, Some(table), limits, &authorities, &mut |_| {});
    let all: Vec<Status> = read(&Limits::default()).signatures.iter().map(|signature| signature.status).collect();
    assert_eq!(all, [Status::NotVerified, Status::ChainUntrusted, Status::Valid, Status::ChainUntrusted]);
    let capped = read(&Limits { signature_checks: 12, ..Limits::default() });
    assert_eq!(capped.signatures.len(), 4);
    assert!(capped.signatures.iter().all(|signature| signature.status != Status::Valid));
}

#[test]
fn roots_in_every_form() {
    let (root, other) = (authority("Root", "Root", 1, 1).make(), authority("Other", "Other", 2, 2).make());
    let signer = leaf("Signer", "Root", 3, 1).make();
    let base64 = |bytes: &[u8]| -> String {
        const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let three = |chunk: &[u8]| (0..3).fold(0u32, |all, n| all << 8 | u32::from(*chunk.get(n).unwrap_or(&0)));
        let digits = |chunk: &[u8]| {
            let all = three(chunk);
            (0..=chunk.len()).map(move |n| char::from(DIGITS[(all >> (18 - 6 * n) & 63) as usize])).collect::<String>()
        };
        bytes.chunks(3).map(digits).collect()
    };
    let pem = |bytes: &[u8]| {
        format!("noise\n-----BEGIN CERTIFICATE-----\r\n{}\r\n-----END CERTIFICATE-----\n", base64(bytes))
    };
    let bundle =
        Signing::by(&authority("Root", "Root", 1, 1)).data(oid::DATA, &[5, 0], &[], &[root.clone(), other.clone()]);
    let cases: [(&str, Vec<u8>, usize); 7] = [
        ("DER", root.clone(), 1),
        ("PEM", pem(&root).into_bytes(), 1),
        ("PEM of several", [pem(&root), pem(&other), pem(&signer)].concat().into_bytes(), 3),
        ("PKCS #7", bundle, 2),
        ("text", b"no certificate".to_vec(), 0),
        ("nothing", Vec::new(), 0),
        ("cut", root[..root.len() - 9].to_vec(), 0),
    ];
    let name = certificate::Certificate::from_der(&root).unwrap().subject.to_vec();
    for (what, bytes, count) in cases {
        let mut trust = TrustStore::empty();
        assert_eq!(trust.add(&bytes, Origin::TrustRoot, what), count, "{what}");
        assert_eq!(trust.anchors(&name).len(), usize::from(count > 0), "{what}");
        let leaf_name = certificate::Certificate::from_der(&signer).unwrap().subject.to_vec();
        assert!(trust.anchors(&leaf_name).is_empty(), "a signer is no root: {what}");
    }
}

#[test]
fn damage_of_any_kind_ends_and_never_makes_valid_what_was_not() {
    let case = Case { origin: None, ..good() };
    let (file, table) = laboratory::with_table(&laboratory::program(), &[case.signed()]);
    let size = u64::try_from(file.len()).unwrap();
    let authorities = Authorities::default();
    let limits = Limits { signature_checks: 4, ..Limits::default() };
    let mut random = Random::new(0x9e37_79b9_7f4a_7c15);
    for _ in 0..3000 {
        let mut changed = file.clone();
        for _ in 0..=random.below(4) {
            let at = 0x208 + random.below(file.len() - 0x208);
            changed[at] = match random.below(4) {
                0 => 0xff,
                1 => 0x80,
                2 => changed[at] ^ (1 << random.below(8)),
                _ => u8::try_from(random.below(256)).unwrap(),
            };
        }
        let read = read(&changed, size, Some(table), &limits, &authorities, &mut |_| {});
        assert_ne!(read.status, Status::Valid);
        assert!(read.signatures.iter().all(|signature| signature.status == signature.checks.status()));
    }
}
