//! When something was signed, by the word of another: RFC 3161 time stamps and PKCS #9 countersignatures, each verified as
//! a signature of its own.

use super::certificate::Certificate;
use super::oid;
use super::pkcs7::{self, SignedData, SignerInfo};
use super::purpose::Purpose;
use super::tlv::{self, Element};
use super::verdict::{Check, TimeBasis, TimeStamp};
use super::verify::Verifier;
use super::{CounterSignature, algorithm::DigestAlgorithm};
use crate::base::time::Timestamp;
use sha2::Digest;

/// Time stamps of one signature that are judged.
const MOST: usize = 4;

/// All time stamps of a signature. `bundle` is the certificates of what holds it.
pub(super) fn all<'a>(
    signer: &SignerInfo<'a>,
    bundle: &[Certificate<'a>],
    verifier: &mut Verifier<'a>,
) -> Vec<TimeStamp> {
    let tokens = signer.unsigned_attributes(oid::TIME_STAMP).filter_map(SignedData::read);
    let mut stamps: Vec<TimeStamp> =
        tokens.take(MOST).filter_map(|token| rfc3161(&token, signer.signature, bundle, verifier)).collect();
    let countersigners = signer.unsigned_attributes(oid::COUNTER_SIGNATURE).filter_map(SignerInfo::read);
    for countersigner in countersigners.take(MOST.saturating_sub(stamps.len())) {
        stamps.push(pkcs9(&countersigner, signer.signature, bundle, verifier));
    }
    stamps
}

fn rfc3161<'a>(
    token: &SignedData<'a>,
    stamped: &[u8],
    bundle: &[Certificate<'a>],
    verifier: &mut Verifier<'a>,
) -> Option<TimeStamp> {
    let signer = token.signers.first()?;
    let content = token.octets().unwrap_or_default();
    let info = tlv::take(&mut &*content).filter(|_| token.content_type == oid::TST_INFO);
    let at = info.and_then(|info| info.child(tlv::GENERALIZED_TIME)).and_then(pkcs7::time);
    let at_hand = [token.certificates.as_slice(), bundle].concat();
    let mut imprint = info.map_or_else(|| Check::fail("the token holds no time"), |info| imprint(info, stamped));
    if imprint.reason.is_none() && !names_signer(signer, &at_hand) {
        imprint = Check::fail("the token was made for another certificate of its authority");
    }
    let kind = CounterSignature::Rfc3161;
    let basis = (at, TimeBasis::Rfc3161);
    Some(stamp(kind, basis, imprint, signer, &at_hand, (&content, Some(token.content_type)), verifier))
}

/// A countersignature signs the signature's octets; the time is an attribute of its own.
fn pkcs9<'a>(
    signer: &SignerInfo<'a>,
    stamped: &[u8],
    bundle: &[Certificate<'a>],
    verifier: &mut Verifier<'a>,
) -> TimeStamp {
    let at = signer.signed_attribute(oid::SIGNING_TIME).and_then(pkcs7::time);
    // Its message digest is the imprint: both are judged by the same comparison.
    let basis = (at, TimeBasis::Pkcs9);
    let kind = CounterSignature::Pkcs9;
    let mut stamp = stamp(kind, basis, Check::default(), signer, bundle, (stamped, Some(oid::DATA)), verifier);
    stamp.imprint = stamp.checks.message_digest.clone();
    stamp
}

fn stamp<'a>(
    kind: CounterSignature,
    (at, basis): (Option<Timestamp>, TimeBasis),
    imprint: Check,
    signer: &SignerInfo<'a>,
    at_hand: &[Certificate<'a>],
    content: (&[u8], Option<&[u8]>),
    verifier: &mut Verifier<'a>,
) -> TimeStamp {
    let (checks, chain, weak) = verifier.signer(signer, at_hand, content, Purpose::TimeStamping, (at, basis));
    TimeStamp { kind, at, imprint, checks, chain, weak }
}

/// `TSTInfo`: version, policy, imprint (algorithm and digest), serial number, time.
fn imprint(info: Element<'_>, stamped: &[u8]) -> Check {
    let read = || {
        let imprint = info.children().nth(2)?;
        let algorithm = imprint.first()?.first()?.content;
        Some((algorithm, imprint.child(tlv::OCTET_STRING)?.content))
    };
    let Some((algorithm, digest)) = read() else { return Check::fail("the token holds no imprint") };
    match DigestAlgorithm::of(algorithm) {
        None => Check::unknown(format!("digest algorithm {}", oid::dotted(algorithm))),
        Some(algorithm) if algorithm.digest(&[stamped]) == digest => Check::pass(),
        Some(_) => Check::fail("the token was made for another signature"),
    }
}

/// Whether the certificate that the signer names is the one by which the token's signature is bound (RFC 2634, 5.4;
/// RFC 5035, 4); a token without such an attribute binds none.
fn names_signer(signer: &SignerInfo<'_>, at_hand: &[Certificate<'_>]) -> bool {
    let Some(certificate) = signer.certificate(at_hand) else { return true };
    // SigningCertificate: certs: ESSCertID: [algorithm,] digest.
    let first = |kind: &[u8]| signer.signed_attribute(kind).and_then(Element::first).and_then(Element::first);
    let (digest, algorithm) = if let Some(id) = first(oid::SIGNING_CERTIFICATE_V2) {
        let algorithm = id.first().filter(|first| first.tag == tlv::SEQUENCE).and_then(Element::first);
        let algorithm = algorithm.map_or(Some(DigestAlgorithm::Sha256), |name| DigestAlgorithm::of(name.content));
        (id.child(tlv::OCTET_STRING), algorithm)
    } else if let Some(id) = first(oid::SIGNING_CERTIFICATE) {
        (id.child(tlv::OCTET_STRING), Some(DigestAlgorithm::Sha1))
    } else {
        return true;
    };
    match (digest, algorithm) {
        (Some(digest), Some(algorithm)) => algorithm.digest(&[certificate.whole]) == digest.content,
        // Sha1::output_size tells a digest of the first version in an attribute of the second apart: none is known.
        (Some(digest), None) => digest.content.len() != sha1::Sha1::output_size(),
        (None, _) => true,
    }
}
