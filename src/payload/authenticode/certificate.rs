//! Certificates: who signed. Each is read by itself, so that one that cannot be read costs only itself.

use super::tlv::{self, Element};
use crate::base::escape::hex;
use crate::base::time::Timestamp;
use der::Decode;
use schemars::JsonSchema;
use serde::Serialize;
use sha2::Digest;
use x509_cert::certificate::{CertificateInner, Rfc5280, TbsCertificateInner};
use x509_cert::time::Time;

/// Whose key signed (RFC 5280).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Signer {
    /// Distinguished name (RFC 4514).
    pub subject: String,
    /// Who vouches for it.
    pub issuer: String,
    /// Serial number, lower-case hexadecimal.
    pub serial: String,
    /// Start of validity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
    /// End of validity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_after: Option<Timestamp>,
    /// SHA-1 of the certificate, which Windows calls its thumbprint.
    pub thumbprint_sha1: String,
    /// SHA-256 of the certificate.
    pub thumbprint_sha256: String,
}

/// The certificate of a bag whose issuer and serial number a signer names.
pub(super) fn named<'a>(bag: &[Element<'a>], issuer_and_serial: Element<'_>) -> Option<Element<'a>> {
    let mut parts = issuer_and_serial.children();
    let (issuer, serial) = (parts.next()?, parts.next()?);
    bag.iter().copied().find(|certificate| {
        let Some(fields) = certificate.first() else { return false };
        // version [0], serial, signature, issuer: the version is left out in the oldest.
        let mut fields = fields.children().skip_while(|field| field.tag == tlv::context(0));
        let found = fields.next();
        found.is_some_and(|found| found.content == serial.content)
            && fields.nth(1).is_some_and(|found| found.content == issuer.content)
    })
}

/// What a certificate says of its holder.
pub(super) fn signer(certificate: Element<'_>) -> Option<Signer> {
    let read = CertificateInner::<Rfc5280>::from_der(certificate.whole).ok()?;
    let fields: &TbsCertificateInner<Rfc5280> = read.tbs_certificate();
    let time = |time: &Time| Timestamp::from_unix(i64::try_from(time.to_unix_duration().as_secs()).ok()?, 0);
    Some(Signer {
        subject: fields.subject().to_string(),
        issuer: fields.issuer().to_string(),
        serial: hex(fields.serial_number().as_bytes()),
        not_before: time(&fields.validity().not_before),
        not_after: time(&fields.validity().not_after),
        thumbprint_sha1: hex(&sha1::Sha1::digest(certificate.whole)),
        thumbprint_sha256: hex(&sha2::Sha256::digest(certificate.whole)),
    })
}
