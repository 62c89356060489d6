//! Whom to trust: the roots that are built in, those that the examiner gives, and those that the examined machine trusted.
//!
//! A root is its name and its whole `SubjectPublicKeyInfo`, parameters of a curve included: two keys with the same point on
//! different curves are two keys (CVE-2020-0601).

use super::catalog::Catalogs;
use super::certificate::{self, Certificate};
use super::lists::Lists;
use super::pkcs7::SignedData;
use super::purpose::Purpose;
use super::roots;
use super::verdict::Origin;
use crate::base::base64;
use crate::base::time::Timestamp;
use std::borrow::Cow;
use std::sync::Arc;

/// Who is trusted, and when.
#[derive(Debug, Clone, Default)]
pub struct Authorities {
    /// The roots.
    pub trust: TrustStore,
    /// The time for which signatures are judged that no time stamp attests; without it such a signature is never called
    /// valid, since its certificate may have ended.
    pub at: Option<Timestamp>,
    /// The catalogs that vouch for files without a signature of their own.
    pub catalogs: Arc<Catalogs>,
}

/// Roots, and certificates that lead to them. The default holds the roots that are built in.
#[derive(Debug, Clone)]
pub struct TrustStore {
    built_in: bool,
    roots: Vec<Held>,
    intermediates: Vec<Held>,
    lists: Lists,
}

impl Default for TrustStore {
    fn default() -> Self {
        Self { built_in: true, ..Self::empty() }
    }
}

/// A certificate that is kept.
#[derive(Debug, Clone)]
struct Held {
    der: Vec<u8>,
    subject: Vec<u8>,
    origin: Origin,
    source: String,
}

/// A root by which a chain may be anchored.
#[derive(Debug, Clone)]
pub(super) struct Anchor<'a> {
    /// `SubjectPublicKeyInfo`.
    pub(super) key: Cow<'a, [u8]>,
    /// Its certificate, where that is at hand.
    pub(super) certificate: Option<&'a [u8]>,
    pub(super) subject: String,
    pub(super) origin: Origin,
    pub(super) source: String,
    pub(super) not_before: Option<Timestamp>,
    pub(super) not_after: Option<Timestamp>,
    /// What Windows allows it for; a root that was given may do all.
    pub(super) code_signing: Allowance,
    pub(super) time_stamping: Allowance,
}

/// What a root may be used for, by the list that has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Allowance {
    /// Nothing.
    Never,
    /// For what was signed before the first time, by certificates issued until the second; absent is for ever.
    Until(Option<Timestamp>, Option<Timestamp>),
}

impl Anchor<'_> {
    /// What it may do for a purpose.
    pub(super) fn allowance(&self, purpose: Purpose) -> Allowance {
        match purpose {
            Purpose::CodeSigning | Purpose::TrustList => self.code_signing,
            Purpose::TimeStamping => self.time_stamping,
        }
    }
}

impl TrustStore {
    /// Trusts nobody.
    #[must_use]
    pub fn empty() -> Self {
        Self { built_in: false, roots: Vec::new(), intermediates: Vec::new(), lists: Lists::default() }
    }

    /// Adds the certificates of a file, as its bytes: PEM with one or several, DER, or PKCS #7 in either; says how many there
    /// were. Those that are self-issued or may certify others become roots, the rest only help to build chains. `source`
    /// says where they are from, for the report.
    pub fn add(&mut self, bytes: &[u8], origin: Origin, source: &str) -> usize {
        let blocks = pem(bytes);
        let blocks: Vec<&[u8]> =
            if blocks.is_empty() { vec![bytes] } else { blocks.iter().map(Vec::as_slice).collect() };
        blocks.into_iter().map(|block| self.add_block(block, origin, source)).fold(0, usize::saturating_add)
    }

    fn add_block(&mut self, der: &[u8], origin: Origin, source: &str) -> usize {
        if let Some(data) = SignedData::from_der(der) {
            let certificates = &data.certificates;
            certificates.iter().for_each(|certificate| self.hold(certificate, origin, source));
            return certificates.len();
        }
        let Some(certificate) = Certificate::from_der(der) else { return 0 };
        self.hold(&certificate, origin, source);
        1
    }

    /// Adds one certificate, as DER, that is no root: it only helps to build chains. Says whether it could be read.
    pub fn add_intermediate(&mut self, der: &[u8], origin: Origin, source: &str) -> bool {
        let read = Certificate::from_der(der);
        self.intermediates.extend(read.iter().map(|certificate| Held::of(certificate, origin, source)));
        read.is_some()
    }

    fn hold(&mut self, certificate: &Certificate<'_>, origin: Origin, source: &str) {
        let is_root = certificate.is_self_issued() || certificate.is_authority();
        let list = if is_root { &mut self.roots } else { &mut self.intermediates };
        if list.iter().all(|held| held.der != certificate.whole || held.origin != origin) {
            list.push(Held::of(certificate, origin, source));
        }
    }

    /// The roots of a name (raw DER), those that are built in first, those of the evidence last.
    pub(super) fn anchors(&self, subject: &[u8]) -> Vec<Anchor<'_>> {
        let mut anchors = if self.built_in { roots::named(subject) } else { Vec::new() };
        let mut held: Vec<&Held> = self.roots.iter().filter(|held| held.subject == subject).collect();
        held.sort_by_key(|held| held.origin);
        anchors.extend(held.into_iter().filter_map(Held::anchor));
        anchors
    }

    /// What lists say of certificates by their digests.
    pub(super) fn lists(&self) -> &Lists {
        &self.lists
    }

    /// Adds what such lists say.
    pub fn lists_mut(&mut self) -> &mut Lists {
        &mut self.lists
    }

    /// The certificates of a name that are no roots.
    pub(super) fn intermediates<'a>(&'a self, subject: &'a [u8]) -> impl Iterator<Item = Certificate<'a>> {
        let held = self.intermediates.iter().filter(move |held| held.subject == subject);
        held.filter_map(|held| Certificate::from_der(&held.der))
    }
}

impl Held {
    fn of(certificate: &Certificate<'_>, origin: Origin, source: &str) -> Self {
        let (der, subject) = (certificate.whole.to_vec(), certificate.subject.to_vec());
        Self { der, subject, origin, source: source.to_owned() }
    }

    fn anchor(&self) -> Option<Anchor<'_>> {
        let certificate = Certificate::from_der(&self.der)?;
        Some(Anchor {
            key: Cow::Borrowed(certificate.key.whole),
            certificate: Some(&self.der),
            subject: certificate::name(certificate.subject),
            origin: self.origin,
            source: self.source.clone(),
            not_before: certificate.not_before,
            not_after: certificate.not_after,
            code_signing: Allowance::Until(None, None),
            time_stamping: Allowance::Until(None, None),
        })
    }
}

/// The blocks of PEM (RFC 7468) that hold certificates.
fn pem(bytes: &[u8]) -> Vec<Vec<u8>> {
    let text = String::from_utf8_lossy(bytes);
    let mut blocks = Vec::new();
    for block in text.split("-----BEGIN ").skip(1) {
        let Some((label, rest)) = block.split_once("-----") else { continue };
        let Some((body, _)) = rest.split_once("-----END ") else { continue };
        if label == "PKCS7" || label.ends_with("CERTIFICATE") {
            blocks.extend(base64::decode(body));
        }
    }
    blocks
}
