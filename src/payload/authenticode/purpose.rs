//! What a certificate may be used for (RFC 5280, 4.2.1.12), as Windows reads it: who says nothing allows everything, and an
//! authority that names usages allows only these below it.

use super::certificate::{Certificate, MAY_SIGN, name};
use super::oid;

/// What a signature is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::payload) enum Purpose {
    /// A program, or a catalog of files.
    CodeSigning,
    /// A time.
    TimeStamping,
    /// A list of trusted roots.
    TrustList,
}

/// Root list signer, trust list signer (1.3.6.1.4.1.311.10.3.9 and .1).
const LIST_SIGNERS: [&[u8]; 2] = [
    &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x0a, 0x03, 0x09],
    &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x0a, 0x03, 0x01],
];

impl Purpose {
    fn allowed_by(self, usages: &[&[u8]]) -> bool {
        usages.iter().any(|usage| match self {
            _ if *usage == oid::ANY_USAGE => true,
            Self::CodeSigning => *usage == oid::CODE_SIGNING,
            Self::TimeStamping => *usage == oid::TIME_STAMPING,
            Self::TrustList => LIST_SIGNERS.contains(usage),
        })
    }

    fn text(self) -> &'static str {
        match self {
            Self::CodeSigning => "code signing",
            Self::TimeStamping => "time stamping",
            Self::TrustList => "trust list signing",
        }
    }
}

/// What speaks against using a chain, its signer first, for a purpose.
pub(super) fn objections(chain: &[Certificate<'_>], purpose: Purpose) -> Vec<String> {
    let mut objections = Vec::new();
    if let Some(signer) = chain.first() {
        if signer.extensions.key_usage.is_some_and(|usage| usage & MAY_SIGN == 0) {
            objections.push(format!("the key of {} may not sign", name(signer.subject)));
        }
        // RFC 3161, 2.3: a time stamping authority must say that it is one.
        if purpose == Purpose::TimeStamping && signer.extensions.extended_key_usage.is_none() {
            objections.push(format!("{} is not named for time stamping", name(signer.subject)));
        }
    }
    for certificate in chain {
        let usages = certificate.extensions.extended_key_usage.as_ref();
        if usages.is_some_and(|usages| !purpose.allowed_by(usages)) {
            objections.push(format!("{} is not meant for {}", name(certificate.subject), purpose.text()));
        }
    }
    objections
}

/// Whether the signer's certificate ends the validity of what it signed, time stamp or not (lifetime signing).
pub(super) fn is_lifetime(signer: &Certificate<'_>) -> bool {
    signer.extensions.extended_key_usage.as_ref().is_some_and(|usages| usages.contains(&oid::LIFETIME_SIGNING))
}
