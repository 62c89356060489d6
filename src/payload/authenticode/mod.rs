//! Authenticode: is a Windows executable signed, by whom, and are its bytes still those that were signed?
//!
//! Source: *Windows Authenticode Portable Executable Signature Format* (Microsoft, 2008); PKCS #7 (RFC 2315, RFC 5652);
//! time stamps (RFC 3161). What is checked here is the digest: trust in the signer is another question, and `not-verified`
//! says that it was not asked.

pub mod catalog;
mod certificate;
pub mod certificate_blob;
mod checksum;
pub mod ctl;
mod layout;
mod list_oid;
pub mod page_hashes;
mod pkcs7;
pub mod properties;
mod ranges;
pub mod stuffing;
mod tlv;
pub mod trust_list;
mod unused;
#[cfg(test)]
mod written;

use crate::base::anomaly::Cause;
use crate::base::bytes::{ReadAt, read_full};
use crate::base::limits::Limits;
use crate::base::time::Timestamp;
pub use certificate::Signer;
pub use ranges::DigestAlgorithm;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// What is known of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// The file holds no signature. Windows signs many of its own files in catalogs instead.
    #[default]
    Unsigned,
    /// The file holds a signature, and its bytes are not those that were signed.
    DigestMismatch,
    /// The file holds a certificate table that holds no readable signature.
    Malformed,
    /// The bytes are those that were signed; nothing more was checked.
    NotVerified,
}

/// The signature of an executable.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct Authenticode {
    /// Of the first signature, which is the one that old and new systems read.
    pub status: Status,
    /// Digest algorithm of the first signature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest_algorithm: Option<DigestAlgorithm>,
    /// The digest that was signed, lower-case hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest_stored: Option<String>,
    /// The digest of the bytes as they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest_computed: Option<String>,
    /// Every signature, nested ones after the one that holds them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub signatures: Vec<Signature>,
    /// Whether signatures in catalogs were looked for.
    pub catalogs_examined: bool,
}

/// One signature.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Signature {
    /// As for the whole.
    pub status: Status,
    /// Digest algorithm.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest_algorithm: Option<DigestAlgorithm>,
    /// The digest that was signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest_stored: Option<String>,
    /// The digest of the bytes as they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest_computed: Option<String>,
    /// Whose key signed; absent where the signature brings no such certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signer: Option<Signer>,
    /// What the signer called the program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub program_name: Option<String>,
    /// Where the signer tells more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// When it was signed, by the countersignature, or else by the signer's own word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_at: Option<Timestamp>,
    /// Who countersigned the time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp_authority: Option<String>,
    /// How the time is countersigned; not verified here.
    pub counter_signature: CounterSignature,
}

/// How the time of a signature is attested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CounterSignature {
    /// By nobody.
    #[default]
    None,
    /// By a PKCS #9 countersignature.
    Pkcs9,
    /// By an RFC 3161 time stamp.
    Rfc3161,
}

/// Bytes of a certificate table that are read: real ones take tens of kilobytes.
const TABLE_BYTES: u32 = 4 << 20;
/// Header of one entry: length, revision, type.
const ENTRY_HEADER: usize = 8;
/// The entry type that holds PKCS #7.
const PKCS_SIGNED_DATA: u16 = 2;

/// Reads the signatures of a file of `size` bytes. `table` is its certificate table: offset in the file and length.
pub fn read(
    stream: &dyn ReadAt,
    size: u64,
    table: Option<(u32, u32)>,
    limits: &Limits,
    note: &mut dyn FnMut(Cause),
) -> Authenticode {
    let Some((offset, length)) = table.filter(|(_, length)| *length > 0) else { return Authenticode::default() };
    let malformed = || Authenticode { status: Status::Malformed, ..Authenticode::default() };
    let corrupt = |what: &str| Cause::Corrupt { what: what.to_owned(), offset: u64::from(offset) };
    if u64::from(offset).saturating_add(u64::from(length)) > size || length > TABLE_BYTES {
        note(corrupt("the certificate table does not lie in the file"));
        return malformed();
    }
    let mut bytes = vec![0u8; usize::try_from(length).unwrap_or_default()];
    match read_full(stream, u64::from(offset), &mut bytes) {
        Ok(count) => bytes.truncate(count),
        Err(error) => {
            note(error.into());
            return malformed();
        }
    }
    let mut found = Vec::new();
    for entry in entries(&bytes) {
        pkcs7::signatures(entry, limits.signatures, &mut found);
    }
    if found.is_empty() {
        note(corrupt("the certificate table holds no signature that can be read"));
        return malformed();
    }
    if found.len() >= limits.signatures {
        let limit = u64::try_from(limits.signatures).unwrap_or(u64::MAX);
        note(Cause::LimitReached { what: "signatures of an executable", limit });
    }
    let computed = digests(stream, size, (offset, length), &found, note);
    let signatures: Vec<Signature> = found.into_iter().map(|signed| judge(signed, &computed)).collect();
    let first = signatures.first();
    Authenticode {
        status: first.map(|first| first.status).unwrap_or_default(),
        digest_algorithm: first.and_then(|first| first.digest_algorithm),
        digest_stored: first.and_then(|first| first.digest_stored.clone()),
        digest_computed: first.and_then(|first| first.digest_computed.clone()),
        signatures,
        catalogs_examined: false,
    }
}

/// The PKCS #7 entries of the table, each aligned to eight bytes.
fn entries(table: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = table;
    std::iter::from_fn(move || {
        loop {
            let length = usize::try_from(u32::from_le_bytes(*rest.first_chunk()?)).ok()?;
            let kind = u16::from_le_bytes(*rest.get(6..)?.first_chunk()?);
            let content = rest.get(ENTRY_HEADER..length.min(rest.len()))?;
            rest = rest.get(length.max(ENTRY_HEADER).next_multiple_of(8)..).unwrap_or_default();
            if kind == PKCS_SIGNED_DATA {
                return Some(content);
            }
        }
    })
}

/// The file's digest by each algorithm that a signature uses.
fn digests(
    stream: &dyn ReadAt,
    size: u64,
    table: (u32, u32),
    found: &[pkcs7::Signed],
    note: &mut dyn FnMut(Cause),
) -> BTreeMap<DigestAlgorithm, String> {
    let mut computed = BTreeMap::new();
    let Some(ranges) = ranges::of(stream, size, table) else { return computed };
    for algorithm in found.iter().filter_map(|signed| signed.digest_algorithm) {
        if computed.contains_key(&algorithm) {
            continue;
        }
        match ranges::digest(stream, &ranges, algorithm) {
            Ok(digest) => {
                computed.insert(algorithm, digest);
            }
            Err(error) => note(error.into()),
        }
    }
    computed
}

fn judge(signed: pkcs7::Signed, computed: &BTreeMap<DigestAlgorithm, String>) -> Signature {
    let digest_computed = signed.digest_algorithm.and_then(|algorithm| computed.get(&algorithm).cloned());
    let status = match (&signed.digest, &digest_computed) {
        (Some(stored), Some(computed)) if stored == computed => Status::NotVerified,
        (Some(_), Some(_)) => Status::DigestMismatch,
        _ => Status::Malformed,
    };
    Signature {
        status,
        digest_algorithm: signed.digest_algorithm,
        digest_stored: signed.digest,
        digest_computed,
        signer: signed.signer,
        program_name: signed.program_name,
        url: signed.url,
        signed_at: signed.signed_at,
        timestamp_authority: signed.timestamp_authority,
        counter_signature: signed.counter_signature,
    }
}
