//! Whether a signer's signature is over these octets and by this key (RFC 2315, 9.3 and 9.4; RFC 5652, 5.4 to 5.6).

use super::algorithm::Scheme;
use super::certificate::Certificate;
use super::key::{PublicKey, Refusal};
use super::oid;
use super::pkcs7::SignerInfo;
use super::tlv::Element;
use super::verdict::Check;

/// What may still be spent on one file: uses of an RSA key of 2048 bits, or octets that are hashed for them.
#[derive(Debug)]
pub(super) struct Budget {
    left: usize,
    refused: bool,
}

/// Octets whose hashing counts as one operation.
const OCTETS: usize = 1 << 16;

impl Budget {
    pub(super) fn new(operations: usize) -> Self {
        Self { left: operations, refused: false }
    }

    /// Takes what hashing so many octets and one use of the key cost, if it is there.
    pub(super) fn take(&mut self, octets: usize, key: Option<PublicKey<'_>>) -> bool {
        let cost = octets.checked_div(OCTETS).unwrap_or_default().saturating_add(key.map_or(1, PublicKey::cost));
        let rest = self.left.checked_sub(cost);
        self.refused |= rest.is_none();
        self.left = rest.unwrap_or(self.left);
        rest.is_some()
    }

    /// Whether something was refused.
    pub(super) fn is_spent(&self) -> bool {
        self.refused
    }
}

/// Why a signature was not looked at.
pub(super) const SPENT: &str = "the limit of signature checks of one file is reached";

/// Whether the signer's attributes hold the digest of the content, and the signature is that of the certificate's key.
/// `content_type` is what the attributes must name, where the content has a kind.
pub(super) fn of_signer(
    signer: &SignerInfo<'_>,
    certificate: Option<&Certificate<'_>>,
    content: &[u8],
    content_type: Option<&[u8]>,
    budget: &mut Budget,
) -> (Check, Check) {
    let Some(algorithm) = signer.digest_algorithm() else {
        let unknown = Check::unknown(format!("digest algorithm {}", oid::dotted(signer.digest_name)));
        return (unknown.clone(), unknown);
    };
    let key = certificate.map(Certificate::public_key);
    if !budget.take(content.len(), key.as_ref().and_then(|key| key.as_ref().ok()).copied()) {
        return (Check::unknown(SPENT), Check::unknown(SPENT));
    }
    let digest = algorithm.digest(&[content]);
    let (message_digest, signed_digest) = match signer.signed_octets() {
        None => {
            let whole =
                Check { reason: Some("no attributes: the content itself is signed".to_owned()), ..Check::pass() };
            (whole, digest)
        }
        Some(attributes) => {
            let stored = signer.signed_attribute(oid::MESSAGE_DIGEST).map(|stored| stored.content);
            let kind = signer.signed_attribute(oid::CONTENT_TYPE).map(|kind| kind.content);
            let check = match stored {
                None => Check::fail("the signed attributes hold no message digest"),
                Some(stored) if stored != digest => Check::fail("the content is not what was signed"),
                Some(_) if content_type.is_some() && kind.is_some() && kind != content_type => {
                    Check::fail("the signed attributes name another type of content")
                }
                Some(_) => Check::pass(),
            };
            (check, algorithm.digest(&[&attributes]))
        }
    };
    let Some(key) = key else {
        return (message_digest, Check::unknown("the signer's certificate is not in the bundle"));
    };
    let verified = (|| {
        let scheme = Scheme::of(signer.algorithm, Some(algorithm)).map_err(Refusal::Unreadable)?;
        let key = key.map_err(Refusal::Unreadable)?;
        let digest = if scheme.digest == algorithm {
            signed_digest
        } else {
            // The parameters of RSASSA-PSS name their own.
            scheme.digest.digest(&[signer.signed_octets().as_deref().unwrap_or(content)])
        };
        key.verify(scheme, &digest, signer.signature)
    })();
    let signature = match verified {
        Ok(()) => Check::pass(),
        Err(Refusal::Wrong) => Check::fail("the signature is not that of the signer's key"),
        Err(Refusal::Unreadable(what)) => Check::unknown(format!("not supported: {what}")),
    };
    (message_digest, signature)
}

/// Whether a certificate is signed by a key (`SubjectPublicKeyInfo`).
pub(super) fn of_certificate(
    certificate: &Certificate<'_>,
    key: Element<'_>,
    budget: &mut Budget,
) -> Result<(), Refusal> {
    let [inner, outer] = certificate.algorithms;
    if inner.whole != outer.whole {
        return Err(Refusal::Unreadable("a certificate that names two signature algorithms".to_owned()));
    }
    let scheme = Scheme::of(outer, None).map_err(Refusal::Unreadable)?;
    let key = PublicKey::read(key).map_err(Refusal::Unreadable)?;
    if !budget.take(certificate.signed.len(), Some(key)) {
        return Err(Refusal::Unreadable(SPENT.to_owned()));
    }
    key.verify(scheme, &scheme.digest.digest(&[certificate.signed]), certificate.signature)
}
