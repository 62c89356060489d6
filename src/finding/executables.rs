//! Rules over the files that were moved.

use super::judge::{Draft, Matter};
use super::{Severity, contents};
use crate::case::{PathMatch, Payload, PayloadStatus};
use crate::payload::authenticode::Status;
use crate::payload::authenticode::stuffing::Place;
use crate::payload::filetype::Family;
use crate::payload::{Facts, name::NameTrick};

/// Entropy in bits per byte from which on an executable counts as packed, and any other unknown file as encrypted.
const DENSE_EXECUTABLE: f64 = 7.2;
const DENSE_DATA: f64 = 7.9;
/// Smaller files are dense by chance.
const DENSE_SIZE: u64 = 2048;

pub(super) fn judge(matter: &Matter<'_>) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for payload in &matter.case.payloads {
        if matter.transfers_of(payload).is_empty() {
            continue;
        }
        let from = drafts.len();
        if payload.status == PayloadStatus::Missing {
            drafts.extend(missing(matter, payload));
        }
        if let Some(facts) = &payload.facts {
            drafts.extend(tampered(payload, facts));
            drafts.extend(stuffed(payload, facts));
            drafts.extend(mismatch(payload, facts));
            drafts.extend(name(payload, facts));
            drafts.extend(dense(payload, facts));
            drafts.extend(contents::judge(matter, payload, facts));
            if matter.is_downloaded(payload) {
                drafts.extend(unsigned(payload, facts));
                drafts.extend(untrusted(payload, facts));
            }
        }
        if payload.status == PayloadStatus::Candidate {
            let why = match payload.path_match {
                Some(PathMatch::NameOnly) | None => " It only shares its name with the transfer's file.",
                Some(PathMatch::InitialLost) => {
                    " It was deleted, and shares all of its name that is left with the transfer's file."
                }
                Some(_) => " It fits the transfer's pattern, and may have been there before.",
            };
            for draft in drafts.iter_mut().skip(from) {
                draft.severity = Some(Severity::Low);
                draft.explanation.push_str(why);
            }
        }
    }
    drafts
}

pub(super) fn draft(rule: &'static str, payload: &Payload, explanation: String) -> Draft {
    let refs = [vec![payload.id.clone()], payload.transfers.clone()].concat();
    Draft::new(rule, refs, explanation)
}

pub(super) fn path(payload: &Payload) -> &str {
    payload.path.as_deref().unwrap_or("A file")
}

fn missing(matter: &Matter<'_>, payload: &Payload) -> Option<Draft> {
    let wildcard = matter.transfers_of(payload).iter().all(|(_, _, transfer)| transfer.pattern);
    let downloaded = matter.is_downloaded(payload);
    let place = payload.path.as_deref();
    let explanation = match (downloaded, place) {
        (true, Some(place)) => format!("{place}, which {} downloads, is not there.", payload.transfers.join(", ")),
        (false, Some(place)) => format!("{place}, which {} uploads, is not there.", payload.transfers.join(", ")),
        (_, None) => format!("The file of {} is nowhere on the evidence.", payload.transfers.join(", ")),
    };
    (!wildcard).then(|| Draft {
        severity: (!downloaded).then_some(Severity::Informational),
        ..draft("payload.missing", payload, explanation)
    })
}

fn tampered(payload: &Payload, facts: &Facts) -> Option<Draft> {
    let signature = &facts.pe.as_ref()?.authenticode;
    match signature.status {
        Status::DigestMismatch => {
            let signer = signature.signatures.first().and_then(|signature| signature.signer.as_ref());
            let explanation = format!(
                "{} was signed by {} with the digest {}, its bytes have the digest {}.",
                path(payload),
                signer.map_or("an unknown signer", |signer| &signer.subject),
                signature.digest_stored.as_deref().unwrap_or("?"),
                signature.digest_computed.as_deref().unwrap_or("?"),
            );
            Some(draft("payload.tampered-executable", payload, explanation))
        }
        Status::SignatureInvalid => {
            let reason = signature.signatures.first().and_then(|first| first.checks.first_failure());
            let reason = reason.map_or("it does not verify".to_owned(), ToOwned::to_owned);
            let explanation = format!("The signature of {} is not its signer's: {reason}.", path(payload));
            Some(draft("payload.forged-signature", payload, explanation))
        }
        Status::Malformed => {
            let explanation = format!("{} has a certificate table without a readable signature.", path(payload));
            Some(draft("payload.malformed-signature", payload, explanation))
        }
        _ => None,
    }
}

fn untrusted(payload: &Payload, facts: &Facts) -> Option<Draft> {
    let signature = &facts.pe.as_ref()?.authenticode;
    (signature.status == Status::ChainUntrusted).then(|| {
        let signer = signature.signatures.first().and_then(|signature| signature.signer.as_ref());
        let signer = signer.map_or("an unknown signer", |signer| &signer.subject);
        let explanation = format!("{} is signed by {signer}, for whom no trusted root vouches.", path(payload));
        draft("payload.untrusted-signature", payload, explanation)
    })
}

/// Data that a signature does not cover is told where it can hide something: zeros and old habits of tools are not.
fn stuffed(payload: &Payload, facts: &Facts) -> Option<Draft> {
    let signature = &facts.pe.as_ref()?.authenticode;
    let hides = |place: Place| {
        matches!(place, Place::BehindSignature | Place::BehindEntries | Place::UnsignedAttribute | Place::BehindTable)
    };
    let hidden = signature.stuffing.iter().filter(|one| hides(one.place) && !one.signed && !one.zeros);
    let first = hidden.max_by_key(|one| one.size)?;
    let explanation = format!(
        "{} holds {} bytes at offset {} that its signature does not cover.",
        path(payload),
        first.size,
        first.offset
    );
    Some(draft("payload.stuffed-signature", payload, explanation))
}

fn unsigned(payload: &Payload, facts: &Facts) -> Option<Draft> {
    let signature = &facts.pe.as_ref()?.authenticode;
    (signature.status == Status::Unsigned).then(|| {
        let looked = if signature.catalogs_examined { "" } else { "; catalogs were not examined" };
        let explanation = format!("{} is a Windows executable without an embedded signature{looked}.", path(payload));
        draft("payload.unsigned-executable", payload, explanation)
    })
}

fn mismatch(payload: &Payload, facts: &Facts) -> Option<Draft> {
    let mismatch = facts.mismatch.as_ref()?;
    let family = facts.file_type.as_ref()?.family;
    let severity = match family {
        Family::Pe | Family::Program | Family::Script => Some(Severity::High),
        Family::Image | Family::Media | Family::Document | Family::Font => Some(Severity::Low),
        _ => None,
    };
    let explanation = format!("{}: {}.", path(payload), mismatch.reason);
    Some(Draft { severity, ..draft("payload.type-mismatch", payload, explanation) })
}

fn name(payload: &Payload, facts: &Facts) -> Option<Draft> {
    let words: Vec<&str> = facts
        .name_tricks
        .iter()
        .map(|trick| match trick {
            NameTrick::DoubleExtension => "a double extension",
            NameTrick::BidirectionalOverride => "a bidirectional override",
            NameTrick::Padding => "padding",
            NameTrick::InvisibleCharacter => "an invisible character",
        })
        .collect();
    (!words.is_empty()).then(|| {
        let explanation = format!("The name of {} has {}.", path(payload), words.join(" and "));
        draft("payload.deceptive-name", payload, explanation)
    })
}

fn dense(payload: &Payload, facts: &Facts) -> Option<Draft> {
    let overall = facts.entropy?.overall;
    let family = facts.file_type.as_ref()?.family;
    let (bound, severity) = match family {
        Family::Pe | Family::Program => (DENSE_EXECUTABLE, Some(Severity::Medium)),
        Family::Unknown => (DENSE_DATA, None),
        _ => return None,
    };
    (overall >= bound && facts.size >= DENSE_SIZE).then(|| {
        let packer = facts.pe.as_ref().and_then(|pe| pe.packer.as_deref());
        let packer = packer.map(|packer| format!(" and bears the marks of {packer}")).unwrap_or_default();
        let explanation = format!("{} has {overall:.2} bits of entropy per byte{packer}.", path(payload));
        Draft { severity, ..draft("payload.high-entropy", payload, explanation) }
    })
}
