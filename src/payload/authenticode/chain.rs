//! From a certificate up to a root (RFC 5280, 6.1): several ways are tried, the best is kept.
//!
//! Issuers are looked for by name, as raw DER, those first whose key identifier fits. Authorities cross-certify each other,
//! so there may be circles and many ways: no certificate stands twice in a chain, and steps are counted.

use super::algorithm::Scheme;
use super::certificate::{Certificate, MAY_CERTIFY, name};
use super::key::Refusal;
use super::purpose::{self, Purpose};
use super::signature::{self, Budget, SPENT};
use super::tlv;
use super::trust::{Allowance, Anchor, TrustStore};
use super::verdict::{Check, Origin, Outcome, TimeBasis, TrustAnchor, Validity};
use crate::base::escape::hex;
use crate::base::time::Timestamp;
use sha2::Digest;
use std::collections::BTreeMap;

/// Certificates of one chain.
const DEPTH: usize = 10;
/// Steps of one search.
const STEPS: usize = 128;

/// A chain and what is known of it.
#[derive(Debug, Clone)]
pub(super) struct Chain<'a> {
    /// The signer first; the root only where it is at hand as a certificate of the bundle.
    pub(super) certificates: Vec<Certificate<'a>>,
    pub(super) chain: Check,
    pub(super) trust_anchor: TrustAnchor,
    pub(super) purpose: Check,
    pub(super) time: Validity,
    objections: usize,
}

/// What is asked of a chain.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question {
    pub(super) purpose: Purpose,
    /// The time for which validity is judged, if any, and who says so.
    pub(super) at: Option<Timestamp>,
    pub(super) basis: TimeBasis,
}

/// Where a way ends.
enum Top<'a> {
    Anchor(Box<Anchor<'a>>),
    /// Why it goes no further.
    End(Check),
}

/// Whether a certificate is signed by a key, as far as it was asked: the signatures of one file often share a chain.
pub(super) type Known<'a> = BTreeMap<(&'a [u8], Vec<u8>), Result<(), Refusal>>;

/// A search.
struct Search<'a, 'b> {
    bundle: &'b [Certificate<'a>],
    trust: &'a TrustStore,
    question: Question,
    budget: &'b mut Budget,
    steps: usize,
    known: &'b mut Known<'a>,
    best: Option<Chain<'a>>,
}

/// The best chain from a certificate upward.
pub(super) fn build<'a>(
    signer: &Certificate<'a>,
    bundle: &[Certificate<'a>],
    trust: &'a TrustStore,
    question: Question,
    (budget, known): (&mut Budget, &mut Known<'a>),
) -> Option<Chain<'a>> {
    let mut search = Search { bundle, trust, question, budget, steps: STEPS, known, best: None };
    search.climb(&mut vec![signer.clone()]);
    search.best
}

impl<'a> Search<'a, '_> {
    /// Goes on from the last certificate of the way; the recursion is as deep as the way is long.
    fn climb(&mut self, way: &mut Vec<Certificate<'a>>) {
        let Some(last) = way.last().cloned() else { return };
        if self.steps == 0 {
            return self.offer(way, Top::End(Check::unknown("too many ways lead upward")));
        }
        self.steps = self.steps.saturating_sub(1);
        let same = self.trust.anchors(last.subject).into_iter().filter(|anchor| *anchor.key == *last.key.whole);
        same.for_each(|anchor| self.offer(way, Top::Anchor(anchor.into())));
        self.trust.lists().anchor(&last).into_iter().for_each(|anchor| self.offer(way, Top::Anchor(anchor.into())));
        let mut end = Check::fail(format!("the certificate of {} is missing", name(last.issuer)));
        for anchor in self.trust.anchors(last.issuer) {
            if self.is_done() {
                return;
            }
            if *anchor.key == *last.key.whole && last.is_self_issued() {
                continue;
            }
            match self.is_signed(&last, &anchor.key.clone()) {
                Ok(()) => self.offer(way, Top::Anchor(anchor.into())),
                Err(refusal) => end = refused(&last, refusal),
            }
        }
        if last.is_self_issued() && self.is_signed(&last, last.key.whole).is_ok() {
            end = Check { reason: Some(format!("{} is self-signed", name(last.subject))), ..Check::pass() };
        }
        if way.len() >= DEPTH {
            return self.offer(way, Top::End(Check::unknown(format!("the chain has more than {DEPTH} certificates"))));
        }
        let mut issuers: Vec<Certificate<'a>> =
            self.bundle.iter().filter(|issuer| issuer.subject == last.issuer).cloned().collect();
        issuers.extend(self.trust.intermediates(last.issuer));
        issuers.retain(|issuer| !way.contains(issuer));
        let wanted = last.extensions.authority_key_id;
        issuers.sort_by_key(|issuer| wanted.is_some() && issuer.extensions.subject_key_id != wanted);
        let mut climbed = false;
        for issuer in issuers {
            if self.is_done() {
                return;
            }
            match self.is_signed(&last, issuer.key.whole) {
                Ok(()) => {
                    climbed = true;
                    way.push(issuer);
                    self.climb(way);
                    way.pop();
                }
                Err(refusal) => end = refused(&last, refusal),
            }
        }
        if !climbed {
            self.offer(way, Top::End(end));
        }
    }

    /// Whether there is a chain that leaves nothing to wish for, or no way to find another.
    fn is_done(&self) -> bool {
        self.best.as_ref().is_some_and(|best| best.objections == 0)
    }

    fn is_signed(&mut self, certificate: &Certificate<'a>, key: &[u8]) -> Result<(), Refusal> {
        let pair = (certificate.whole, key.to_vec());
        if let Some(known) = self.known.get(&pair) {
            return known.clone();
        }
        let element = tlv::take(&mut &*key).ok_or_else(|| Refusal::Unreadable("no public key".to_owned()))?;
        let signed = signature::of_certificate(certificate, element, self.budget);
        self.known.insert(pair, signed.clone());
        signed
    }

    /// Keeps the way if it is better than the best so far: fewer objections, or else longer.
    fn offer(&mut self, way: &[Certificate<'a>], top: Top<'a>) {
        let chain = judge(way, top, self.question, self.trust);
        let rank = |chain: &Chain<'_>| (chain.objections, usize::MAX.saturating_sub(chain.certificates.len()));
        if self.best.as_ref().is_none_or(|best| rank(&chain) < rank(best)) {
            self.best = Some(chain);
        }
    }
}

fn refused(certificate: &Certificate<'_>, refusal: Refusal) -> Check {
    match refusal {
        Refusal::Wrong => {
            let (subject, issuer) = (name(certificate.subject), name(certificate.issuer));
            Check::fail(format!("the signature of {subject} is not that of {issuer}"))
        }
        Refusal::Unreadable(what) if what == SPENT => Check::unknown(SPENT),
        Refusal::Unreadable(what) => {
            Check::fail(format!("the signature of {} is not taken: {what}", name(certificate.subject)))
        }
    }
}

/// What is known of a way and its end.
fn judge<'a>(way: &[Certificate<'a>], top: Top<'a>, question: Question, trust: &TrustStore) -> Chain<'a> {
    let (anchor, end) = match top {
        Top::Anchor(anchor) => (Some(*anchor), Check::pass()),
        Top::End(end) => (None, end),
    };
    let mut objections = constraints(way, anchor.as_ref());
    objections.extend(trust.lists().objections(way, anchor.as_ref()));
    let chain = if objections.is_empty() { end } else { Check::of(&objections) };
    let trust_anchor = match &anchor {
        Some(anchor) => trusted(anchor, way, question),
        None => TrustAnchor {
            result: if chain.result == Outcome::NotChecked { Outcome::NotChecked } else { Outcome::Fail },
            reason: Some("the chain ends without a trusted root".to_owned()),
            ..TrustAnchor::default()
        },
    };
    let purpose = Check::of(&purpose::objections(way, question.purpose));
    let time = validity(way, anchor.as_ref(), question);
    // A chain that is not anchored comes after every one that is.
    let weights = [(chain.result, 2), (trust_anchor.result, if anchor.is_some() { 1 } else { 8 })];
    let weights = weights.into_iter().chain([(purpose.result, 1), (time.result, 1)]);
    let objections = weights
        .filter(|(result, _)| *result == Outcome::Fail)
        .map(|(_, weight)| weight)
        .fold(usize::from(chain.result == Outcome::NotChecked), usize::saturating_add);
    Chain { certificates: way.to_vec(), chain, trust_anchor, purpose, time, objections }
}

/// What speaks against the certificates of a chain as authorities (RFC 5280, 6.1.4).
fn constraints(way: &[Certificate<'_>], anchor: Option<&Anchor<'_>>) -> Vec<String> {
    let mut objections = Vec::new();
    // Authorities below that count for the length of the path.
    let mut below = 0usize;
    for (index, certificate) in way.iter().enumerate() {
        let who = || name(certificate.subject);
        for extension in &certificate.extensions.refused {
            objections.push(format!(
                "{} has an extension that is not judged ({})",
                who(),
                super::oid::dotted(extension)
            ));
        }
        if index == 0 {
            continue;
        }
        // Roots of the first version say nothing of themselves; that they are trusted is enough.
        let is_root =
            certificate.is_self_issued() && anchor.is_some_and(|anchor| *anchor.key == *certificate.key.whole);
        match certificate.extensions.authority {
            Some((true, longest)) => {
                if longest.is_some_and(|longest| below > longest) {
                    objections.push(format!("{} allows no authority so far below it", who()));
                }
            }
            None if is_root => {}
            _ => objections.push(format!("{} is no authority", who())),
        }
        if certificate.extensions.key_usage.is_some_and(|usage| usage & MAY_CERTIFY == 0) {
            objections.push(format!("the key of {} may not certify", who()));
        }
        if !certificate.is_self_issued() {
            below = below.saturating_add(1);
        }
    }
    objections
}

/// Whether a root is trusted for this.
fn trusted(anchor: &Anchor<'_>, way: &[Certificate<'_>], question: Question) -> TrustAnchor {
    let issued = way.first().and_then(|signer| signer.not_before);
    let reason = match anchor.allowance(question.purpose) {
        _ if anchor.origin == Origin::Evidence => Some("only the examined machine trusts this root".to_owned()),
        Allowance::Never => Some("Windows does not trust this root for this use".to_owned()),
        Allowance::Until(Some(end), _) if question.at.is_none_or(|at| at >= end) => {
            Some(format!("Windows trusts this root only for what was signed before {end}"))
        }
        Allowance::Until(_, Some(end)) if issued.is_none_or(|issued| issued > end) => {
            Some(format!("Windows trusts this root only for certificates issued before {end}"))
        }
        Allowance::Until(..) => None,
    };
    TrustAnchor {
        result: if reason.is_some() { Outcome::Fail } else { Outcome::Pass },
        reason,
        origin: Some(anchor.origin),
        source: Some(anchor.source.clone()),
        subject: Some(anchor.subject.clone()),
        key_sha256: Some(hex(&sha2::Sha256::digest(&anchor.key))),
    }
}

/// Whether all certificates were valid at the time, the root too.
fn validity(way: &[Certificate<'_>], anchor: Option<&Anchor<'_>>, question: Question) -> Validity {
    let Some(at) = question.at else { return Validity::default() };
    let spans = way.iter().map(|certificate| (certificate.subject, certificate.not_before, certificate.not_after));
    let mut objections: Vec<String> = spans
        .filter(|(_, start, end)| !(start.is_some_and(|start| start <= at) && end.is_some_and(|end| at <= end)))
        .map(|(subject, _, _)| format!("{} was not valid at that time", name(subject)))
        .collect();
    if let Some(anchor) = anchor.filter(|anchor| anchor.not_before > Some(at) || anchor.not_after < Some(at)) {
        objections.push(format!("{} was not valid at that time", anchor.subject));
    }
    objections.dedup();
    let check = Check::of(&objections);
    Validity { result: check.result, reason: check.reason, at: Some(at), basis: question.basis }
}

/// The weak algorithms and keys on which a chain rests; a root's own signature proves nothing and is not asked.
pub(super) fn weaknesses(chain: &Chain<'_>) -> Vec<String> {
    let mut weak = Vec::new();
    for certificate in &chain.certificates {
        let [_, algorithm] = certificate.algorithms;
        let digest = Scheme::of(algorithm, None).ok().and_then(|scheme| scheme.digest.weakness());
        if let Some(digest) = digest.filter(|_| !certificate.is_self_issued()) {
            weak.push(format!("the certificate of {} is signed over {digest}", name(certificate.subject)));
        }
        let bits = certificate.public_key().ok().and_then(super::key::PublicKey::modulus_bits);
        if let Some(bits) = bits.filter(|bits| *bits < 2048) {
            weak.push(format!("the key of {} has {bits} bits", name(certificate.subject)));
        }
    }
    weak
}
