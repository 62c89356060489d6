//! What is known of a signature, question by question, and the one word that sums it up.

use super::{CounterSignature, Signer, Status};
use crate::base::time::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// The answer to one question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It holds.
    Pass,
    /// It does not hold.
    Fail,
    /// It could not be told.
    #[default]
    NotChecked,
}

/// One thing that a good signature needs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Check {
    /// Whether it holds.
    pub result: Outcome,
    /// Why, where there is more to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Check {
    pub(in crate::payload) fn pass() -> Self {
        Self { result: Outcome::Pass, reason: None }
    }

    pub(in crate::payload) fn fail(reason: impl Into<String>) -> Self {
        Self { result: Outcome::Fail, reason: Some(reason.into()) }
    }

    pub(in crate::payload) fn unknown(reason: impl Into<String>) -> Self {
        Self { result: Outcome::NotChecked, reason: Some(reason.into()) }
    }

    /// Passes if there is nothing to object.
    pub(super) fn of(objections: &[String]) -> Self {
        if objections.is_empty() { Self::pass() } else { Self::fail(objections.join("; ")) }
    }
}

/// Where the trust in a chain comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// The roots that this program knows.
    BuiltIn,
    /// A root that the examiner gave.
    TrustRoot,
    /// A root that the examined machine trusts. Whoever ruled that machine may have put it there: it alone makes no
    /// signature `valid`.
    Evidence,
}

/// The root under which a chain stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TrustAnchor {
    /// Whether there is one that is trusted for this.
    pub result: Outcome,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Where it is from; absent without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// The list or file that has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// SHA-256 of its `SubjectPublicKeyInfo`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_sha256: Option<String>,
}

/// The time for which the validity of the certificates was judged.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Validity {
    /// Whether all certificates of the chain were valid then.
    pub result: Outcome,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// Who says so.
    pub basis: TimeBasis,
}

/// Where a time comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TimeBasis {
    /// From nobody: the time of signing is not attested.
    #[default]
    None,
    /// From a verified RFC 3161 time stamp.
    Rfc3161,
    /// From a verified PKCS #9 countersignature.
    Pkcs9,
    /// From the examiner, or else the day of the built-in roots: the time for which trust was asked.
    Reference,
}

/// What is asked of every signer: of a program, of its time, of a catalog.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SignerChecks {
    /// The digest of the signed content is the one that the signer's attributes hold.
    pub message_digest: Check,
    /// The signature is that of the signer's key.
    pub signature: Check,
    /// Each certificate is signed by the next, up to a trusted root, and may do what it does.
    pub chain: Check,
    /// The root.
    pub trust_anchor: TrustAnchor,
    /// The certificates are meant for this use.
    pub purpose: Check,
    /// The certificates were valid at the time.
    pub time: Validity,
}

/// What is asked of the signature of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Checks {
    /// The signature lies where the format wants it; absent where it is not in the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<Check>,
    /// The file's digest is the one that was signed.
    pub digest: Check,
    /// The signer.
    #[serde(flatten)]
    pub signer: SignerChecks,
    /// Whether a certificate was revoked.
    pub revocation: Revocation,
}

/// Whether a certificate was revoked: nobody is asked over a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, JsonSchema)]
pub enum Revocation {
    /// Not asked.
    #[default]
    #[serde(rename = "not checked (offline)")]
    NotChecked,
}

/// A time stamp or countersignature.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct TimeStamp {
    /// Its kind.
    pub kind: CounterSignature,
    /// The time that it attests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// It is made for this signature.
    pub imprint: Check,
    /// Its own signer.
    pub checks: SignerChecks,
    /// The certificates of the authority, its own first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub chain: Vec<Signer>,
    /// Weak algorithms and keys that it rests on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub weak: Vec<String>,
}

impl TimeStamp {
    /// Whether its time can be relied on.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.at.is_some() && self.imprint.result == Outcome::Pass && self.checks.status() == Status::Valid
    }
}

impl SignerChecks {
    /// The summary for the signer alone.
    #[must_use]
    pub fn status(&self) -> Status {
        let all = |outcomes: &[Outcome], bad: Status, good: Status| {
            if outcomes.contains(&Outcome::Fail) {
                bad
            } else if outcomes.contains(&Outcome::NotChecked) {
                Status::NotVerified
            } else {
                good
            }
        };
        let signed = all(&[self.message_digest.result, self.signature.result], Status::SignatureInvalid, Status::Valid);
        let trusted = || {
            let outcomes = [self.chain.result, self.trust_anchor.result, self.purpose.result];
            all(&outcomes, Status::ChainUntrusted, Status::Valid)
        };
        let timely = || all(&[self.time.result], Status::Expired, Status::Valid);
        let steps: [&dyn Fn() -> Status; 3] = [&|| signed, &trusted, &timely];
        steps.into_iter().map(|step| step()).find(|status| *status != Status::Valid).unwrap_or(Status::Valid)
    }
}

impl Checks {
    /// Why the first thing that does not hold does not.
    #[must_use]
    pub fn first_failure(&self) -> Option<&str> {
        let of = &self.signer;
        let all = [
            (self.digest.result, &self.digest.reason),
            (of.message_digest.result, &of.message_digest.reason),
            (of.signature.result, &of.signature.reason),
            (of.chain.result, &of.chain.reason),
            (of.trust_anchor.result, &of.trust_anchor.reason),
            (of.purpose.result, &of.purpose.reason),
            (of.time.result, &of.time.reason),
        ];
        all.into_iter().find(|(result, _)| *result == Outcome::Fail)?.1.as_deref()
    }

    /// The summary: the first thing that does not hold, in the order in which Windows would stumble over it.
    #[must_use]
    pub fn status(&self) -> Status {
        match self.digest.result {
            Outcome::Fail => Status::DigestMismatch,
            Outcome::NotChecked => Status::Malformed,
            Outcome::Pass if self.table.as_ref().is_some_and(|table| table.result == Outcome::Fail) => {
                Status::Malformed
            }
            Outcome::Pass => self.signer.status(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_thing_that_fails_is_the_summary_and_only_all_together_are_valid() {
        let good = || {
            let signer = SignerChecks {
                message_digest: Check::pass(),
                signature: Check::pass(),
                chain: Check::pass(),
                trust_anchor: TrustAnchor { result: Outcome::Pass, ..TrustAnchor::default() },
                purpose: Check::pass(),
                time: Validity { result: Outcome::Pass, ..Validity::default() },
            };
            Checks { table: Some(Check::pass()), digest: Check::pass(), signer, ..Checks::default() }
        };
        assert_eq!(good().status(), Status::Valid);
        let cases: [(fn(&mut Checks) -> &mut Outcome, Status, Status); 7] = [
            (|checks| &mut checks.digest.result, Status::DigestMismatch, Status::Malformed),
            (|checks| &mut checks.signer.message_digest.result, Status::SignatureInvalid, Status::NotVerified),
            (|checks| &mut checks.signer.signature.result, Status::SignatureInvalid, Status::NotVerified),
            (|checks| &mut checks.signer.chain.result, Status::ChainUntrusted, Status::NotVerified),
            (|checks| &mut checks.signer.trust_anchor.result, Status::ChainUntrusted, Status::NotVerified),
            (|checks| &mut checks.signer.purpose.result, Status::ChainUntrusted, Status::NotVerified),
            (|checks| &mut checks.signer.time.result, Status::Expired, Status::NotVerified),
        ];
        let mut worse = good();
        for (check, failed, unknown) in cases.into_iter().rev() {
            for (outcome, status) in [(Outcome::Fail, failed), (Outcome::NotChecked, unknown)] {
                let mut checks = good();
                *check(&mut checks) = outcome;
                assert_eq!(checks.status(), status);
            }
            *check(&mut worse) = Outcome::Fail;
            assert_eq!(worse.status(), failed);
        }
    }
}
