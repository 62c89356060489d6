//! What Authenticode puts into a signature: the digest of the file (`SpcIndirectDataContent`), and what the signer tells of
//! the program (`SpcSpOpusInfo`).

use super::algorithm::DigestAlgorithm;
use super::oid;
use super::pkcs7::{SignedData, SignerInfo};
use super::tlv::{self, Element};
use crate::base::escape::hex;
use crate::base::wide;

/// Algorithm and digest of the file that was signed.
pub(super) fn digest(data: &SignedData<'_>) -> (Option<DigestAlgorithm>, Option<String>) {
    let read = || {
        let content = data.content.filter(|_| data.content_type == oid::INDIRECT_DATA)?;
        let digest_info = content.children().nth(1)?;
        let algorithm = digest_info.first()?.first()?.content;
        let digest = digest_info.child(tlv::OCTET_STRING)?;
        Some((DigestAlgorithm::of(algorithm), Some(hex(digest.content))))
    };
    read().unwrap_or_default()
}

/// Name and address of a program.
pub(super) fn program(signer: &SignerInfo<'_>) -> (Option<String>, Option<String>) {
    let Some(info) = signer.signed_attribute(oid::OPUS_INFO) else { return (None, None) };
    let name = info.child(tlv::context(0)).and_then(Element::first).map(spc_string);
    let url = info.child(tlv::context(1)).and_then(Element::first);
    // SpcLink: url [0], moniker [1], file [2].
    let url = url.filter(|link| link.tag == 0x80).map(|link| String::from_utf8_lossy(link.content).into_owned());
    (name.filter(|name| !name.is_empty()), url.filter(|url| !url.is_empty()))
}

/// `SpcString`: UTF-16 with the high byte first [0], or ASCII [1].
fn spc_string(string: Element<'_>) -> String {
    if string.tag == 0x80 {
        let (units, _) = string.content.as_chunks::<2>();
        wide::text(units.iter().map(|unit| u16::from_be_bytes(*unit)))
    } else {
        String::from_utf8_lossy(string.content).into_owned()
    }
}
