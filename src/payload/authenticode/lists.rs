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
        self.disallowed.push((source.into(), BTreeSet::from([sha2::Sha256::digest(der).to_vec()])));
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
            subject: certificate::name(certificate.subject),
            origin: listed.origin,
            source: listed.source.to_string(),
            not_before: certificate.not_before,
            not_after: certificate.not_after,
            code_signing: listed.properties.allowance(Purpose::CodeSigning),
            time_stamping: listed.properties.allowance(Purpose::TimeStamping),
        })
    }

    /// What speaks against a certificate.
    pub(super) fn objection(&self, certificate: &Certificate<'_>) -> Option<String> {
        let mut lists = self.disallowed.iter();
        let (source, _) = lists.find(|(_, digests)| trust_list::is_disallowed(digests, certificate.whole))?;
        Some(format!("{} is not trusted ({source})", certificate::name(certificate.subject)))
    }
}
