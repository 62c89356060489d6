//! Lists of root certificates as Windows gets them: `authroot.stl`, and `disallowedcert.stl` with what is not trusted.
//!
//! The first names roots by SHA-1 and adds their SHA-256; the second names certificates by the digest that their issuer
//! signed, or by the MD5 of their public key (`CERT_SIGNATURE_HASH_PROP_ID`, `CERT_SUBJECT_PUBLIC_KEY_MD5_HASH_PROP_ID`).

use super::Authorities;
use super::ctl::{self, Kind};
use super::list_oid as oid;
use super::list_signature::{self, ListSignature};
use super::properties::{FRIENDLY_NAME, Properties, SHA256};
use super::purpose::Purpose;
use super::tlv;
use crate::base::limits::Limits;
use crate::base::time::Timestamp;
use crate::base::wide;
use sha2::Digest;
use std::collections::{BTreeMap, BTreeSet};

/// Certificates of one list that are kept; the root program has some 500.
const MOST: usize = 20_000;

/// A list of certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustList {
    /// When it was made, by its own word.
    pub listed_at: Option<Timestamp>,
    /// Whether the list ends early or is longer than what is kept of it.
    pub is_cut: bool,
    /// What it lists.
    pub certificates: Certificates,
}

/// What a list lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Certificates {
    /// Roots by the SHA-1 of the certificate.
    Roots(BTreeMap<[u8; 20], Root>),
    /// Certificates that are not trusted, by digests of their parts; see [`is_disallowed`].
    Disallowed(BTreeSet<Vec<u8>>),
}

/// A root certificate of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Root {
    /// SHA-256 of the certificate.
    pub sha256: Option<[u8; 32]>,
    /// What the list calls it.
    pub friendly_name: Option<String>,
    /// What it is trusted for, and since when not.
    pub properties: Properties,
}

/// What the signature of a list of certificates is worth.
#[must_use]
pub fn signature(bytes: &[u8], authorities: &Authorities, limits: &Limits) -> ListSignature {
    list_signature::of(bytes, Purpose::TrustList, authorities, limits)
}

/// Reads a list of certificates; nothing if the bytes are none. Whether its [`signature`] is good is not asked here.
#[must_use]
pub fn read(bytes: &[u8]) -> Option<TrustList> {
    let list = ctl::read(bytes)?;
    let certificates = match list.kind {
        Kind::Roots => Certificates::Roots(list.subjects().take(MOST).filter_map(root).collect()),
        Kind::Disallowed => {
            let digests = list.subjects().take(MOST).map(|subject| subject.identifier);
            Certificates::Disallowed(digests.filter(|digest| digest.len() <= 64).map(<[u8]>::to_vec).collect())
        }
        Kind::Catalog | Kind::Other => return None,
    };
    Some(TrustList {
        listed_at: list.listed_at,
        is_cut: list.is_cut() || list.subjects().nth(MOST).is_some(),
        certificates,
    })
}

fn root(subject: ctl::Subject<'_>) -> Option<([u8; 20], Root)> {
    let mut root = Root::default();
    for (identifier, value) in subject.attributes() {
        let Some(number) = oid::certificate_property(identifier) else { continue };
        match number {
            SHA256 => root.sha256 = value.content.try_into().ok(),
            FRIENDLY_NAME => root.friendly_name = Some(wide::until_nul(value.content)).filter(|name| !name.is_empty()),
            _ => root.properties.take(number, value.content),
        }
    }
    Some((subject.identifier.try_into().ok()?, root))
}

/// Whether a certificate (DER) is among those that are not trusted. Windows' list names it by the digest of what its issuer
/// signed, by the algorithm of that signature, or by the MD5 of its public key; lists of other makers by SHA-1 or SHA-256 of
/// the certificate. A digest fits by one of these or not at all.
#[must_use]
pub fn is_disallowed(disallowed: &BTreeSet<Vec<u8>>, certificate: &[u8]) -> bool {
    if disallowed.is_empty() {
        return false;
    }
    let has = |digest: &[u8]| disallowed.contains(digest);
    let all_ways = |bytes: &[u8]| {
        has(&md5::Md5::digest(bytes))
            || has(&sha1::Sha1::digest(bytes))
            || has(&sha2::Sha256::digest(bytes))
            || has(&sha2::Sha384::digest(bytes))
            || has(&sha2::Sha512::digest(bytes))
    };
    let mut rest = certificate;
    let Some(read) = tlv::take(&mut rest) else { return false };
    let Some(signed) = read.first() else { return false };
    // version [0], serial number, signature, issuer, validity, subject, key.
    let mut fields = signed.children().skip_while(|field| field.tag == tlv::context(0));
    let key = fields.nth(5);
    let bits = key.and_then(|key| key.children().nth(1)).and_then(|bits| bits.content.get(1..));
    has(&sha1::Sha1::digest(read.whole))
        || has(&sha2::Sha256::digest(read.whole))
        || all_ways(signed.whole)
        || key.is_some_and(|key| has(&md5::Md5::digest(key.whole)))
        || bits.is_some_and(|bits| has(&md5::Md5::digest(bits)))
}

#[cfg(test)]
mod tests {
    use super::super::trust::Allowance;
    use super::super::written::{attribute, element, identifier, integer, list, octets, sequence, set, signed, wide};
    use super::*;

    fn property(number: u8, value: &[u8]) -> Vec<u8> {
        attribute(&[oid::CERTIFICATE_PROPERTY, &[number]].concat(), octets(value))
    }

    #[test]
    fn roots_have_names_purposes_and_dates() {
        let attributes = [
            property(98, &[9; 32]),
            property(11, &wide("Example Root")),
            property(9, &sequence(&[identifier(&[0x2b, 6, 1, 5, 5, 7, 3, 8])])),
        ];
        let subjects = [sequence(&[octets(&[1; 20]), set(&attributes)]), sequence(&[octets(&[2; 20])])];
        let read = read(&signed(&list(oid::ROOT_LIST, &[0x2b, 0x0e, 0x03, 0x02, 0x1a], &subjects, &[]))).unwrap();
        let Certificates::Roots(roots) = read.certificates else { panic!("no roots") };
        let first = &roots[&[1; 20]];
        assert_eq!((first.sha256, first.friendly_name.as_deref()), (Some([9; 32]), Some("Example Root")));
        assert_eq!(first.properties.allowance(Purpose::CodeSigning), Allowance::Never);
        assert_eq!(roots[&[2; 20]], Root::default());
        assert!(!read.is_cut);
    }

    #[test]
    fn disallowed_certificates_are_known_by_each_digest() {
        let key = sequence(&[sequence(&[]), element(0x03, &[0, 1, 2, 3])]);
        let parts =
            [element(0xa0, &integer(2)), integer(5), sequence(&[]), sequence(&[]), sequence(&[]), sequence(&[])];
        let body = sequence(&[parts.concat(), key.clone()]);
        let certificate = sequence(&[body.clone(), sequence(&[]), element(0x03, &[0])]);
        let digests: [Vec<u8>; 6] = [
            sha2::Sha256::digest(&body).to_vec(),
            sha1::Sha1::digest(&body).to_vec(),
            md5::Md5::digest(&key).to_vec(),
            md5::Md5::digest([1, 2, 3]).to_vec(),
            sha1::Sha1::digest(&certificate).to_vec(),
            sha2::Sha384::digest(&body).to_vec(),
        ];
        for digest in digests {
            let bytes = signed(&list(oid::DISALLOWED_LIST, &[0x2a, 3], &[sequence(&[octets(&digest)])], &[]));
            let Certificates::Disallowed(listed) = read(&bytes).unwrap().certificates else { panic!("no digests") };
            assert!(is_disallowed(&listed, &certificate), "{digest:02x?}");
            assert!(!is_disallowed(&listed, &sequence(&[sequence(&[])])));
        }
        assert!(!is_disallowed(&BTreeSet::new(), &certificate));
    }

    #[test]
    fn catalogs_and_noise_are_no_lists_of_certificates() {
        for bytes in [signed(&list(oid::CATALOG, &[0x2a], &[], &[])), vec![], b"text".to_vec()] {
            assert_eq!(read(&bytes), None);
        }
    }
}
