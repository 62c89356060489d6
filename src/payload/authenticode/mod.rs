//! Authenticode: is a Windows executable signed, by whom, and are its bytes still those that were signed?
//!
//! Source: *Windows Authenticode Portable Executable Signature Format* (Microsoft, 2008); PKCS #7 (RFC 2315, RFC 5652);
//! time stamps (RFC 3161); certificates (RFC 5280). Every question that Windows asks of a signature is answered by itself
//! ([`Checks`]); the status is their summary. Nobody is asked over a network: revocation is not checked.

#[cfg(test)]
mod against_openssl;
mod algorithm;
pub mod catalog;
mod certificate;
pub mod certificate_blob;
mod chain;
mod checksum;
pub mod ctl;
mod indirect;
mod key;
#[cfg(test)]
mod laboratory;
mod layout;
mod list_oid;
mod list_signature;
mod lists;
mod oid;
pub mod page_hashes;
mod pkcs7;
pub mod properties;
mod purpose;
mod ranges;
pub mod roots;
mod signature;
pub mod stuffing;
#[cfg(test)]
mod tests;
mod timestamp;
mod tlv;
mod trust;
pub mod trust_list;
mod unused;
mod verdict;
mod verify;
#[cfg(test)]
mod written;

use crate::base::anomaly::Cause;
use crate::base::bytes::{ReadAt, read_full};
use crate::base::limits::Limits;
use crate::base::number::to_u64;
use crate::base::time::Timestamp;
pub use algorithm::DigestAlgorithm;
pub use catalog::Vouched;
pub use certificate::Signer;
pub use list_signature::ListSignature;
pub use lists::Lists;
use page_hashes::PageHashes;
use pkcs7::{SignedData, SignerInfo};
use purpose::Purpose;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;
use stuffing::Stuffing;
use tlv::Element;
pub use trust::{Authorities, TrustStore};
pub use verdict::{
    Check, Checks, Origin, Outcome, Revocation, SignerChecks, TimeBasis, TimeStamp, TrustAnchor, Validity,
};
use verify::Verifier;
pub use verify::{Judged, chain_of, signed_data};

/// What is known of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// The file holds no signature. Windows signs many of its own files in catalogs instead.
    #[default]
    Unsigned,
    /// The bytes are those that were signed, by a signer whom a trusted root vouches for, at a time that is attested and at
    /// which all certificates were valid. Whether one was revoked is not known.
    Valid,
    /// The file holds a signature, and its bytes are not those that were signed.
    DigestMismatch,
    /// The signature is not that of the signer's key, or not over this content.
    SignatureInvalid,
    /// The signature is the signer's; no trusted root vouches for the signer in this use.
    ChainUntrusted,
    /// A trusted root vouches for the signer; a certificate was not valid at the time.
    Expired,
    /// The file holds a certificate table that holds no readable signature.
    Malformed,
    /// The bytes are those that were signed; something else could not be told, and nothing that could speaks against it. Or
    /// there is a certificate table, and it could not be read, because the file is cut off.
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
    /// The catalog that lists the file. The status of a file without a signature of its own is that of this catalog's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub catalog: Option<Vouched>,
    /// What lies where the signature does not look.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stuffing: Vec<Stuffing>,
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
    /// The signer's certificate and those above it, as far as they are at hand.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub chain: Vec<Signer>,
    /// Each thing that a good signature needs.
    pub checks: Checks,
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
    /// How the time is countersigned.
    pub counter_signature: CounterSignature,
    /// The countersignatures, verified.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub time_stamps: Vec<TimeStamp>,
    /// Weak algorithms and keys on which the signature rests, for the reader; they do not change the status.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub weak: Vec<String>,
    /// Digests of single pages that were signed as well, and whether they are those of the file.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub page_hashes: Vec<PageHashes>,
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
/// Nested signatures are held by signatures: at most so many deep.
const DEPTH: usize = 8;

/// Reads the signatures of a file of `size` bytes: its own, and that of a catalog that lists it. `table` is its certificate
/// table: offset in the file and length.
pub fn read(
    stream: &dyn ReadAt,
    size: u64,
    table: Option<(u32, u32)>,
    limits: &Limits,
    authorities: &Authorities,
    note: &mut dyn FnMut(Cause),
) -> Authenticode {
    let mut read = embedded(stream, size, table, limits, authorities, note);
    if !authorities.catalogs.is_empty() {
        read.catalogs_examined = true;
        let table = table.filter(|(_, length)| *length > 0);
        read.catalog = listed(stream, size, table, &read.signatures, limits, authorities, note);
        if let Some(vouched) = read.catalog.as_ref().filter(|_| read.status == Status::Unsigned) {
            read.status = vouched.status;
        }
    }
    read
}

/// The catalog that lists the file, by the digests that its signatures needed, or else by those that catalogs use.
fn listed(
    stream: &dyn ReadAt,
    size: u64,
    table: Option<(u32, u32)>,
    signatures: &[Signature],
    limits: &Limits,
    authorities: &Authorities,
    note: &mut dyn FnMut(Cause),
) -> Option<Vouched> {
    let catalogs = &authorities.catalogs;
    let known = signatures.iter().filter_map(|signature| {
        Some((signature.digest_algorithm?, catalog::file_digest::from_hex(signature.digest_computed.as_deref()?)?))
    });
    let known: Vec<(DigestAlgorithm, Vec<u8>)> = known.collect();
    if let Some(vouched) = catalogs.vouches(&known, limits, authorities, note) {
        return Some(vouched);
    }
    let ranges = ranges::of(stream, size, table.unwrap_or((u32::try_from(size).ok()?, 0)))?;
    match catalog::file_digest::of(stream, &ranges, size) {
        Ok(digests) => catalogs.vouches(&digests, limits, authorities, note),
        Err(error) => {
            note(error.into());
            None
        }
    }
}

/// Reads the signatures in the file.
fn embedded(
    stream: &dyn ReadAt,
    size: u64,
    table: Option<(u32, u32)>,
    limits: &Limits,
    authorities: &Authorities,
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
    let unread = match read_full(stream, u64::from(offset), &mut bytes) {
        Ok(count) if count < bytes.len() => {
            Some(corrupt("the file is cut off before the end of its certificate table"))
        }
        Ok(_) => None,
        Err(error) => Some(error.into()),
    };
    if let Some(cause) = unread {
        note(cause);
        return Authenticode { status: Status::NotVerified, ..Authenticode::default() };
    }
    let mut found = Vec::new();
    for entry in entries(&bytes) {
        tlv::take(&mut &*entry).into_iter().for_each(|content| collect(content, limits.signatures, DEPTH, &mut found));
    }
    if found.is_empty() {
        note(corrupt("the certificate table holds no signature that can be read"));
        return malformed();
    }
    if found.len() >= limits.signatures {
        let limit = to_u64(limits.signatures);
        note(Cause::LimitReached { what: "signatures of an executable", limit });
    }
    let computed = digests(stream, size, (offset, length), &found, note);
    let mut verifier = Verifier::new(authorities, limits);
    let mut signatures: Vec<Signature> =
        found.iter().map(|signed| judge(signed, &computed, offset, &mut verifier)).collect();
    page_hashes(stream, size, &found, &mut signatures, limits, note);
    if verifier.is_spent() {
        let limit = to_u64(limits.signature_checks);
        note(Cause::LimitReached { what: "signature checks of one file", limit });
    }
    let first = signatures.first();
    Authenticode {
        status: first.map(|first| first.status).unwrap_or_default(),
        digest_algorithm: first.and_then(|first| first.digest_algorithm),
        digest_stored: first.and_then(|first| first.digest_stored.clone()),
        digest_computed: first.and_then(|first| first.digest_computed.clone()),
        signatures,
        ..Authenticode::default()
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
    found: &[Signed<'_>],
    note: &mut dyn FnMut(Cause),
) -> BTreeMap<DigestAlgorithm, String> {
    let mut computed = BTreeMap::new();
    let Some(ranges) = ranges::of(stream, size, table) else { return computed };
    for algorithm in found.iter().filter_map(|signed| signed.digest.0) {
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

/// Compares the page hashes of each signature with the file. Where they are off, the digest of the file does not make it good:
/// Windows would not load such pages of a driver, and osslsigncode and signify refuse the file.
fn page_hashes(
    stream: &dyn ReadAt,
    size: u64,
    found: &[Signed<'_>],
    signatures: &mut [Signature],
    limits: &Limits,
    note: &mut dyn FnMut(Cause),
) {
    let mut compared = 0usize;
    for (signed, signature) in found.iter().zip(signatures) {
        let lists = signed.data.content.map(page_hashes::lists).unwrap_or_default();
        let Some(layout) = lists.first().and_then(|_| layout::read(stream, limits)) else { continue };
        for list in lists {
            if compared == page_hashes::LISTS {
                let limit = to_u64(page_hashes::LISTS);
                return note(Cause::LimitReached { what: "lists of page hashes of one file", limit });
            }
            compared = compared.saturating_add(1);
            match page_hashes::verify(stream, size, &layout, list) {
                Ok(hashes) => {
                    if hashes.mismatched > 0 && signature.checks.digest.result == Outcome::Pass {
                        signature.checks.digest = Check::fail("the signed hashes of pages are not those of the file's");
                        signature.status = signature.checks.status();
                    }
                    signature.page_hashes.push(hashes);
                }
                Err(error) => note(error.into()),
            }
        }
    }
}

/// One signer of the table, with what holds it.
struct Signed<'a> {
    data: SignedData<'a>,
    signer: SignerInfo<'a>,
    /// The file's digest that was signed.
    digest: (Option<DigestAlgorithm>, Option<String>),
}

/// Collects the signers of one `ContentInfo`, nested ones after their holder, until there are `most`.
fn collect<'a>(content_info: Element<'a>, most: usize, depth: usize, found: &mut Vec<Signed<'a>>) {
    let Some(data) = SignedData::read(content_info).filter(|_| depth > 0) else { return };
    for signer in data.signers.iter().copied() {
        if found.len() >= most {
            return;
        }
        found.push(Signed { digest: indirect::digest(&data), data: data.clone(), signer });
        for nested in signer.unsigned_attributes(oid::NESTED) {
            collect(nested, most, depth.saturating_sub(1), found);
        }
    }
}

fn judge<'a>(
    signed: &Signed<'a>,
    computed: &BTreeMap<DigestAlgorithm, String>,
    table: u32,
    verifier: &mut Verifier<'a>,
) -> Signature {
    let (digest_algorithm, digest_stored) = signed.digest.clone();
    let digest_computed = digest_algorithm.and_then(|algorithm| computed.get(&algorithm).cloned());
    let digest = match (&digest_stored, &digest_computed) {
        (Some(stored), Some(computed)) if stored == computed => Check::pass(),
        (Some(_), Some(_)) => Check::fail("the file's bytes are not those that were signed"),
        (Some(_), None) => Check::unknown("the file's digest cannot be computed"),
        (None, _) => Check::unknown("the signature holds no digest of a file"),
    };
    let octets = signed.data.octets().unwrap_or_default();
    let judged = verifier.verify(&signed.data, &signed.signer, &octets, Purpose::CodeSigning);
    let Judged { checks, chain, time_stamps, signed_at, weak } = judged;
    // What Windows makes of it is not known; it changes nothing that is signed.
    let misplaced = "the certificate table is not aligned to eight bytes".to_owned();
    let table = Check { reason: (!table.is_multiple_of(8)).then_some(misplaced), ..Check::pass() };
    let checks = Checks { table: Some(table), digest, signer: checks, revocation: Revocation::NotChecked };
    let (program_name, url) = indirect::program(&signed.signer);
    // The one that attests the time, or else the first.
    let stamp = time_stamps.iter().find(|stamp| stamp.holds()).or(time_stamps.first());
    let weak_digest = digest_algorithm.and_then(DigestAlgorithm::weakness);
    let weak_digest = weak_digest.map(|digest| format!("the file's digest is {digest}"));
    Signature {
        status: checks.status(),
        digest_algorithm,
        digest_stored,
        digest_computed,
        signer: chain.first().cloned(),
        program_name,
        url,
        signed_at,
        timestamp_authority: stamp.and_then(|stamp| stamp.chain.first()).map(|signer| signer.subject.clone()),
        counter_signature: stamp.map(|stamp| stamp.kind).unwrap_or_default(),
        chain,
        checks,
        weak: weak_digest.into_iter().chain(weak).collect(),
        time_stamps,
        page_hashes: Vec::new(),
    }
}
