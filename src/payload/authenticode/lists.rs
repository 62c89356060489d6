//! What lists say of certificates that they know by their digests alone: roots of the root program, and certificates that are
//! not trusted.

use super::certificate::{self, Certificate};
use super::properties::Properties;
use super::purpose::Purpose;
use super::trust::Anchor;
use super::trust_list::{self, Certificates};
use super::verdict::Origin;
use sha2::Digest;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The lists that were added.
#[derive(Debug, Clone, Default)]
pub struct Lists {
    /// By the SHA-1 of the certificate.
    roots: BTreeMap<[u8; 20], Listed>,
    disallowed: Vec<(Arc<str>, BTreeSet<Vec<u8>>)>,
}

#[derive(Debug, Clone)]
struct Listed {
    sha256: Option<[u8; 32]>,
    properties: Properties,
    origin: Origin,
    source: Arc<str>,
}

impl Lists {
    /// Adds a list of roots (`authroot.stl`) or of certificates that are not trusted (`disallowedcert.stl`) and says how many
    /// it holds; nothing if it is neither. `source` says where it is from, for the report. A root that is listed twice counts
    /// as the first list has it.
    pub fn add(&mut self, bytes: &[u8], origin: Origin, source: &str) -> Option<usize> {
        let list = trust_list::read(bytes)?;
        let source: Arc<str> = source.into();
        Some(match list.certificates {
            Certificates::Roots(roots) => {
                let count = roots.len();
                for (sha1, root) in roots {
                    let (sha256, properties) = (root.sha256, root.properties);
                    let listed = Listed { sha256, properties, origin, source: source.clone() };
                    self.roots.entry(sha1).or_insert(listed);
                }
                count
            }
            Certificates::Disallowed(digests) => {
                let count = digests.len();
                self.disallowed.push((source, digests));
                count
            }
        })
    }

    /// Adds a certificate (DER) that is not trusted: one of the registry's store `Disallowed`.
    pub fn disallow(&mut self, der: &[u8], source: &str) {
        let key = Certificate::from_der(der).map(|certificate| md5::Md5::digest(certificate.key.whole).to_vec());
        let digests = key.into_iter().chain([sha2::Sha256::digest(der).to_vec()]).collect();
        self.disallowed.push((source.into(), digests));
    }

    /// The certificate as a root, if it is listed as one. SHA-1 finds it; where the list has the SHA-256, that decides.
    pub(super) fn anchor<'a>(&self, certificate: &Certificate<'a>) -> Option<Anchor<'a>> {
        if self.roots.is_empty() || !certificate.is_self_issued() {
            return None;
        }
        let sha1: [u8; 20] = sha1::Sha1::digest(certificate.whole).into();
        let listed = self.roots.get(&sha1)?;
        let sha256: [u8; 32] = sha2::Sha256::digest(certificate.whole).into();
        listed.sha256.is_none_or(|listed| listed == sha256).then(|| Anchor {
            key: Cow::Borrowed(certificate.key.whole),
            certificate: Some(certificate.whole),
            subject: certificate::name(certificate.subject),
            origin: listed.origin,
            source: listed.source.to_string(),
            not_before: certificate.not_before,
            not_after: certificate.not_after,
            code_signing: listed.properties.allowance(Purpose::CodeSigning),
            time_stamping: listed.properties.allowance(Purpose::TimeStamping),
        })
    }

    /// What speaks against the certificates of a chain and its root.
    pub(super) fn objections(&self, chain: &[Certificate<'_>], anchor: Option<&Anchor<'_>>) -> Vec<String> {
        let mut objections = Vec::new();
        if self.disallowed.is_empty() {
            return objections;
        }
        for certificate in chain {
            let source = self.disallows(|digests| trust_list::is_disallowed(digests, certificate.whole));
            objections.extend(source.map(|source| objection(&certificate::name(certificate.subject), source)));
        }
        // A root that is known by its key alone is only found by its key.
        if let Some(anchor) = anchor {
            let source = self.disallows(|digests| match anchor.certificate {
                Some(certificate) => trust_list::is_disallowed(digests, certificate),
                None => digests.contains(md5::Md5::digest(&anchor.key).as_slice()),
            });
            objections.extend(source.map(|source| objection(&anchor.subject, source)));
        }
        objections.dedup();
        objections
    }

    /// The list that names something.
    fn disallows(&self, names: impl Fn(&BTreeSet<Vec<u8>>) -> bool) -> Option<&str> {
        self.disallowed.iter().find(|(_, digests)| names(digests)).map(|(source, _)| &**source)
    }
}

fn objection(name: &str, source: &str) -> String {
    format!("{name} is not trusted ({source})")
}

#[cfg(test)]
mod tests {
    use super::super::list_oid as oid;
    use super::super::list_signature;
    use super::super::written::{attribute, list, octets, sequence, set, signed};
    use super::super::{Authorities, Status, TrustStore};
    use super::*;
    use crate::base::base64;
    use crate::base::limits::Limits;
    use crate::base::time::Timestamp;
    use std::path::Path;

    /// A file that `testdata/generate/make_catalog.py` made.
    fn made(name: &str) -> Vec<u8> {
        let root = Path::new(file!()).ancestors().nth(4).unwrap();
        std::fs::read(root.join("testdata/signed/catalog").join(name)).unwrap()
    }

    /// The root of the catalogs, DER.
    fn root() -> Vec<u8> {
        let pem = String::from_utf8(made("root.pem")).unwrap();
        base64::decode(pem.split("-----").nth(2).unwrap()).unwrap()
    }

    fn roots(sha1: &[u8], sha256: &[u8]) -> Vec<u8> {
        let sha256 = attribute(&[oid::CERTIFICATE_PROPERTY, &[98]].concat(), octets(sha256));
        signed(&list(oid::ROOT_LIST, &[0x2a], &[sequence(&[octets(sha1), set(&[sha256])])], &[]))
    }

    fn disallowed(digest: &[u8]) -> Vec<u8> {
        signed(&list(oid::DISALLOWED_LIST, &[0x2a], &[sequence(&[octets(digest)])], &[]))
    }

    #[test]
    fn lists_make_roots_and_unmake_them() {
        let (sha1, sha256) = (sha1::Sha1::digest(root()), sha2::Sha256::digest(root()));
        let whole = roots(&sha1, &sha256);
        let forged = roots(&sha1, &[7; 32]);
        let gone = disallowed(&sha1);
        let (given, found) = (Origin::TrustRoot, Origin::Evidence);
        let cases = [
            (vec![], Status::ChainUntrusted, None),
            (vec![(&whole, given)], Status::Valid, Some(given)),
            (vec![(&whole, found)], Status::ChainUntrusted, Some(found)),
            (vec![(&forged, given)], Status::ChainUntrusted, None),
            (vec![(&whole, given), (&gone, found)], Status::ChainUntrusted, Some(given)),
        ];
        for (number, (lists, status, origin)) in cases.into_iter().enumerate() {
            let mut trust = TrustStore::empty();
            for (bytes, origin) in lists {
                assert_eq!(trust.lists_mut().add(bytes, origin, "a.stl"), Some(1));
            }
            let authorities =
                Authorities { trust, at: Timestamp::parse("2026-06-01T00:00:00Z"), ..Authorities::default() };
            let judged = list_signature::of(&made("old.cat"), Purpose::CodeSigning, &authorities, &Limits::default());
            assert_eq!((judged.status, judged.checks.trust_anchor.origin), (status, origin), "case {number}");
        }
    }

    #[test]
    fn a_certificate_of_the_store_of_distrust_is_named() {
        let mut trust = TrustStore::empty();
        trust.add(&root(), Origin::TrustRoot, "root");
        trust.lists_mut().disallow(&root(), "SOFTWARE");
        let authorities = Authorities { trust, ..Authorities::default() };
        let judged = list_signature::of(&made("old.cat"), Purpose::CodeSigning, &authorities, &Limits::default());
        let reason = judged.checks.chain.reason.unwrap();
        assert_eq!(reason, "CN=Example Catalog Root,O=Example Tools is not trusted (SOFTWARE)");
        assert_eq!(trust_list_of(b"text"), None);
    }

    fn trust_list_of(bytes: &[u8]) -> Option<usize> {
        Lists::default().add(bytes, Origin::Evidence, "a.stl")
    }
}
