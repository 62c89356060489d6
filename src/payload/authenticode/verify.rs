//! The verification of one signer, whatever the content is: a file's digest, a catalog, a list of roots.

use super::certificate::{Certificate, Signer};
use super::chain::{self, Known, Question};
use super::oid;
use super::pkcs7::{self, SignedData, SignerInfo};
use super::purpose::{self, Purpose};
use super::signature::{self, Budget, SPENT};
use super::timestamp;
use super::tlv;
use super::trust::Authorities;
use super::verdict::{Check, Outcome, SignerChecks, TimeBasis, TimeStamp, TrustAnchor, Validity};
use crate::base::limits::Limits;
use crate::base::time::Timestamp;

/// What is known of one signer.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// Question by question; [`SignerChecks::status`] sums them up.
    pub checks: SignerChecks,
    /// The signer's certificate, then each one's issuer; empty where the signer's is not at hand.
    pub chain: Vec<Signer>,
    /// The time stamps.
    pub time_stamps: Vec<TimeStamp>,
    /// The time of signing: attested, or else as a time stamp that does not hold or the signer says.
    pub signed_at: Option<Timestamp>,
    /// Weak algorithms and keys.
    pub weak: Vec<String>,
}

/// Verifies every signer of a `SignedData` (DER), as one who signs code, over its own content or over a detached one.
/// Nothing comes back if it cannot be read.
#[must_use]
pub fn signed_data(bytes: &[u8], detached: Option<&[u8]>, authorities: &Authorities, limits: &Limits) -> Vec<Judged> {
    let Some(data) = SignedData::from_der(bytes) else { return Vec::new() };
    let own = data.octets().unwrap_or_default();
    let mut verifier = Verifier::new(authorities, limits);
    let signers = data.signers.iter().take(limits.signatures);
    signers.map(|signer| verifier.verify(&data, signer, detached.unwrap_or(&own), Purpose::CodeSigning)).collect()
}

/// The chain of the first of some certificates (DER, one behind another), by the others and the roots, as one who signs code
/// at the time for which `authorities` ask: its certificates, whether they hold, and the root. Nothing comes back if the
/// first cannot be read.
#[must_use]
pub fn chain_of(bytes: &[u8], authorities: &Authorities, limits: &Limits) -> Option<(Vec<Signer>, SignerChecks)> {
    let mut rest = bytes;
    let elements = std::iter::from_fn(|| tlv::take(&mut rest)).take(BUNDLE);
    let bundle: Vec<Certificate<'_>> = elements.filter_map(Certificate::read).collect();
    let (purpose, basis) = (Purpose::CodeSigning, TimeBasis::Reference);
    let question = Question { purpose, at: authorities.at, basis };
    let mut budget = Budget::new(limits.signature_checks);
    let found = chain::build(bundle.first()?, &bundle, &authorities.trust, question, (&mut budget, &mut Known::new()))?;
    let certificates = found.certificates.iter().map(Certificate::describe).collect();
    let (chain, trust_anchor, purpose, time) = (found.chain, found.trust_anchor, found.purpose, found.time);
    Some((certificates, SignerChecks { chain, trust_anchor, purpose, time, ..SignerChecks::default() }))
}

/// Certificates of a bundle that are looked at.
const BUNDLE: usize = 64;

/// Verifies the signers of one file; the work that it may do is capped for the file as a whole.
pub(in crate::payload) struct Verifier<'a> {
    authorities: &'a Authorities,
    budget: Budget,
    known: Known<'a>,
}

impl<'a> Verifier<'a> {
    /// For one file.
    pub(in crate::payload) fn new(authorities: &'a Authorities, limits: &Limits) -> Self {
        Self { authorities, budget: Budget::new(limits.signature_checks), known: Known::new() }
    }

    /// Whether the cap was reached, so that something was not checked.
    pub(in crate::payload) fn is_spent(&self) -> bool {
        self.budget.is_spent()
    }

    /// Verifies one signer of `data` over the octets of its content ([`SignedData::octets`], or those that a detached
    /// signature is for).
    pub(in crate::payload) fn verify(
        &mut self,
        data: &SignedData<'a>,
        signer: &SignerInfo<'a>,
        content: &[u8],
        purpose: Purpose,
    ) -> Judged {
        let time_stamps = timestamp::all(signer, &data.certificates, self);
        let attested = time_stamps.iter().find(|stamp| stamp.holds());
        let time = attested.map_or((self.authorities.at, TimeBasis::Reference), |stamp| (stamp.at, basis(stamp)));
        let time = if time.0.is_none() { (None, TimeBasis::None) } else { time };
        let kind = Some(data.content_type);
        let (mut checks, chain, weak) = self.signer(signer, &data.certificates, (content, kind), purpose, time);
        let ends = signer.certificate(&data.certificates).is_some_and(purpose::is_lifetime);
        self.settle(&mut checks.time, attested, &time_stamps, ends.then(|| chain.first()).flatten());
        let claimed = || time_stamps.first().and_then(|stamp| stamp.at);
        let own = || signer.signed_attribute(oid::SIGNING_TIME).and_then(pkcs7::time);
        let signed_at = attested.and_then(|stamp| stamp.at).or_else(claimed).or_else(own);
        Judged { checks, chain, time_stamps, signed_at, weak }
    }

    /// What becomes of the time where no time stamp holds, or where none counts. `ending` is the signer's certificate if its
    /// end is that of the signature.
    fn settle(&self, time: &mut Validity, attested: Option<&TimeStamp>, stamps: &[TimeStamp], ending: Option<&Signer>) {
        if time.result == Outcome::Fail {
            return;
        }
        let mut doubt = |reason: &str| (time.result, time.reason) = (Outcome::NotChecked, Some(reason.to_owned()));
        match (attested, self.authorities.at) {
            (None, _) if !stamps.is_empty() => doubt("the time stamp does not hold"),
            (None, None) => doubt("the time of signing is not attested, and the certificate may have ended"),
            (Some(_), None) if ending.is_some() => doubt("the signature ends with its certificate (lifetime signing)"),
            (Some(_), Some(now)) if ending.is_some_and(|signer| signer.not_after < Some(now)) => {
                time.result = Outcome::Fail;
                time.reason = Some("the signature ended with its certificate (lifetime signing)".to_owned());
            }
            _ => {}
        }
    }

    /// What is asked of every signer.
    pub(super) fn signer(
        &mut self,
        signer: &SignerInfo<'a>,
        at_hand: &[Certificate<'a>],
        (content, content_type): (&[u8], Option<&[u8]>),
        purpose: Purpose,
        (at, basis): (Option<Timestamp>, TimeBasis),
    ) -> (SignerChecks, Vec<Signer>, Vec<String>) {
        let certificate = signer.certificate(at_hand);
        let (message_digest, signature) =
            signature::of_signer(signer, certificate, content, content_type, &mut self.budget);
        let mut weak = Vec::new();
        if let Some(digest) = signer.digest_algorithm().and_then(super::DigestAlgorithm::weakness) {
            weak.push(format!("the signature is over {digest}"));
        }
        let mut checks = SignerChecks { message_digest, signature, ..SignerChecks::default() };
        let question = Question { purpose, at, basis };
        let chain = certificate.and_then(|certificate| {
            let work = (&mut self.budget, &mut self.known);
            chain::build(certificate, at_hand, &self.authorities.trust, question, work)
        });
        let Some(chain) = chain else {
            let why = if self.budget.is_spent() { SPENT } else { "the signer's certificate is not in the bundle" };
            checks.chain = Check::unknown(why);
            checks.purpose = Check::unknown(why);
            checks.trust_anchor = TrustAnchor { reason: Some(why.to_owned()), ..TrustAnchor::default() };
            return (checks, Vec::new(), weak);
        };
        weak.extend(chain::weaknesses(&chain));
        let certificates = chain.certificates.iter().map(Certificate::describe).collect();
        (checks.chain, checks.trust_anchor) = (chain.chain, chain.trust_anchor);
        (checks.purpose, checks.time) = (chain.purpose, chain.time);
        (checks, certificates, weak)
    }
}

fn basis(stamp: &TimeStamp) -> TimeBasis {
    match stamp.kind {
        super::CounterSignature::Rfc3161 => TimeBasis::Rfc3161,
        super::CounterSignature::Pkcs9 => TimeBasis::Pkcs9,
        super::CounterSignature::None => TimeBasis::None,
    }
}
