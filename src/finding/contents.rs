//! Rules over what the moved files hold: damage, hidden programs, encryption, macros, secrets.

use super::Severity;
use super::executables::{draft, path};
use super::judge::{Draft, Matter};
use crate::case::Payload;
use crate::payload::Facts;
use crate::payload::ascii_damage::Verdict;
use crate::payload::document::Document;
use crate::script::transfer::Direction;

/// Registry hives that hold secrets, and the database of a domain, by the names that Windows gives them.
const SECRET_HIVES: [&str; 3] = ["sam", "security", "system"];

pub(super) fn judge(matter: &Matter<'_>, payload: &Payload, facts: &Facts) -> Vec<Draft> {
    let uploaded = matter.transfers_of(payload).iter().any(|(_, _, transfer)| transfer.direction == Direction::Upload);
    let found = [
        ascii_damage(matter, payload, facts),
        hidden(payload, facts),
        encrypted(payload, facts, uploaded),
        macros(payload, facts),
        renamed(payload, facts),
        secrets(payload, facts, uploaded),
    ];
    found.into_iter().flatten().collect()
}

fn ascii_damage(matter: &Matter<'_>, payload: &Payload, facts: &Facts) -> Option<Draft> {
    let damage = facts.ascii_damage.as_ref().filter(|damage| damage.verdict > Verdict::Possible)?;
    let transfers = matter.transfers_of(payload);
    let cause = transfers.iter().find(|(_, _, transfer)| transfer.mode == crate::script::transfer::Mode::Ascii);
    let cause = cause.map_or(String::new(), |(script, _, transfer)| {
        format!(" Line {} of {} transfers it in ASCII mode.", transfer.line, script.path)
    });
    let restored = match (damage.proven(), damage.candidates.len()) {
        (Some(candidate), _) => {
            let by = candidate.recorded_by.first().map(|record| {
                format!(
                    ", whose {} the host recorded ({}, {})",
                    record.algorithm.to_uppercase(),
                    record.event,
                    record.source
                )
            });
            format!(" Undone it has the SHA-256 {}{}.", candidate.digests.sha256, by.unwrap_or_default())
        }
        (None, 0) => String::new(),
        (None, 1) => " One restored form fits and is not proven.".to_owned(),
        (None, count) => format!(" {count} restored forms are possible."),
    };
    let explanation = format!("{}: {}.{cause}{restored}", path(payload), damage.conversion);
    Some(draft("payload.ascii-damage", payload, explanation))
}

fn hidden(payload: &Payload, facts: &Facts) -> Option<Draft> {
    let first = facts.embedded.iter().find(|embedded| embedded.what == "pe" || embedded.encoding != "plain")?;
    let digest = first.digests.as_ref().map(|digests| format!(" with the SHA-256 {}", digests.sha256));
    let key = first.key.as_ref().map(|key| format!(" by {key}")).unwrap_or_default();
    let more = match facts.embedded.len().saturating_sub(1) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let explanation = format!(
        "{} holds, at offset {}, a {} as {}{key}{}{more}.",
        path(payload),
        first.offset,
        if first.what == "pe" { "Windows executable" } else { first.what },
        first.encoding,
        digest.unwrap_or_default(),
    );
    Some(draft("payload.hidden-executable", payload, explanation))
}

fn encrypted(payload: &Payload, facts: &Facts, uploaded: bool) -> Option<Draft> {
    let archive = facts.archive.as_ref().and_then(|archive| Some((archive, archive.encrypted.as_ref()?)));
    let what = match (archive, facts.document.as_ref().and_then(|document| document.encrypted)) {
        (Some((archive, encrypted)), _) => {
            let methods = encrypted.methods.join(", ");
            let by = if methods.is_empty() { String::new() } else { format!(" ({methods})") };
            let names = if encrypted.names_visible { "its names can be read" } else { "its names too" };
            format!("is a {} archive, encrypted{by}, {names}", archive.format)
        }
        (None, Some(by)) => format!("is a document, encrypted ({by})"),
        (None, None) => return None,
    };
    let what = if uploaded { format!("{what}; it left the host") } else { what };
    let severity = uploaded.then_some(Severity::High);
    Some(Draft { severity, ..draft("payload.encrypted", payload, format!("{} {what}.", path(payload))) })
}

fn macros(payload: &Payload, facts: &Facts) -> Option<Draft> {
    let document = facts.document.as_ref()?;
    let reasons = active(document);
    let automatic = document.macros.as_ref().is_some_and(|macros| !macros.automatic.is_empty());
    let severity = automatic.then_some(Severity::High);
    (!reasons.is_empty()).then(|| Draft {
        severity,
        ..draft("payload.active-document", payload, format!("{} {}.", path(payload), reasons.join("; ")))
    })
}

/// What a document does by itself.
fn active(document: &Document) -> Vec<String> {
    let mut reasons = Vec::new();
    if let Some(macros) = &document.macros {
        let runs = macros.automatic.join(" ");
        let words = macros.reaches_out.join(" ");
        let runs = if runs.is_empty() { String::new() } else { format!(" that run by themselves ({runs})") };
        let words = if words.is_empty() { String::new() } else { format!(" and reach out by {words}") };
        reasons.push(format!("holds macros{runs}{words}"));
    }
    if !document.macro_sheets.is_empty() {
        reasons.push(format!("holds sheets of Excel 4.0 macros: {}", document.macro_sheets.join(", ")));
    }
    let programs: Vec<&str> =
        document.embedded.iter().filter(|object| object.executable).map(|object| object.name.as_str()).collect();
    if !programs.is_empty() {
        reasons.push(format!("carries {}", programs.join(", ")));
    }
    reasons
}

fn renamed(payload: &Payload, facts: &Facts) -> Option<Draft> {
    let renamed = facts.renamed.as_ref()?;
    Some(draft("payload.renamed-program", payload, format!("{}: {}.", path(payload), renamed.reason)))
}

/// What an intruder takes along.
fn secrets(payload: &Payload, facts: &Facts, uploaded: bool) -> Option<Draft> {
    let kind = facts.file_type.as_ref().filter(|_| uploaded)?;
    let name = path(payload).rsplit(['\\', '/']).next().unwrap_or_default().to_lowercase();
    let stem = name.split('.').next().unwrap_or_default();
    let rule = match kind.mime {
        "application/x-windows-registry-hive" if SECRET_HIVES.iter().any(|hive| stem.contains(hive)) => {
            "payload.credential-store"
        }
        "application/x-ms-ese" if stem.contains("ntds") => "payload.credential-store",
        "application/x-keepass" | "application/x-keepass2" => "payload.credential-store",
        "application/x-pkcs12"
        | "application/x-java-keystore"
        | "application/x-putty-private-key"
        | "application/x-openssh-key" => "payload.private-key",
        "application/x-pem-file" | "application/pgp-keys" if kind.description.contains("private key") => {
            "payload.private-key"
        }
        "application/vnd.ms-outlook-pst" | "application/x-outlook-express" | "application/mbox" => "payload.mail-store",
        "application/x-dmp" | "application/x-minidump" => "payload.memory-dump",
        _ => return None,
    };
    Some(draft(rule, payload, format!("{} is a {}; it left the host.", path(payload), kind.description)))
}
