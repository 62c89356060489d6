//! The programs of clients as they lie on the evidence: which files are clients under another name, and who signed those
//! that ran.

use super::authorities;
use super::volume::VolumeView;
use crate::base::guard::guarded;
use crate::base::limits::Limits;
use crate::case;
use crate::case::run::{ClientRun, ProgramLocation};
use crate::correlate::interest;
use crate::correlate::sources::ProgramFile;
use crate::evidence::FileSystem;
use crate::evidence::entry::EntryPath;
use crate::payload;
use crate::payload::authenticode::{Authenticode, Authorities, Status};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Where Windows has its clients.
const CLIENTS: [&str; 2] = ["C:\\Windows\\System32\\ftp.exe", "C:\\Windows\\SysWOW64\\ftp.exe"];
/// Programs that are looked at, of one piece of evidence.
const PROGRAMS: usize = 64;

/// Looks at Windows' own clients, and at programs whose command line only a client understands: a record of the Security log
/// tells no digest of them. Nothing is looked at where no record tells of a process.
pub(super) fn of_evidence(volume: &VolumeView<'_>, events: &[case::Event], limits: &Limits) -> Vec<ProgramFile> {
    if events.is_empty() {
        return Vec::new();
    }
    let suspects: BTreeSet<&str> = events.iter().flat_map(|event| interest::suspects(&event.fact)).collect();
    let nobody = Authorities::default();
    let mut programs = Vec::new();
    for path in CLIENTS.into_iter().chain(suspects.into_iter().take(PROGRAMS)) {
        for file in present(volume, path) {
            let Some(facts) = inspect(volume, &file, limits, &nobody) else { continue };
            let Some(digests) = facts.digests else { continue };
            let original_file_name = facts.pe.and_then(|pe| pe.version.get("OriginalFilename").cloned());
            programs.push(ProgramFile { path: path.to_owned(), sha256: digests.sha256, original_file_name });
        }
    }
    programs
}

/// Tells of the runs of one piece of evidence what their programs' signatures say, as the files lie there now.
pub(super) fn sign(
    volume: &VolumeView<'_>,
    file_system: &Arc<dyn FileSystem>,
    runs: &mut [&mut ClientRun],
    given: &Authorities,
    limits: &Limits,
) {
    let mut files: BTreeMap<String, EntryPath> = BTreeMap::new();
    for path in runs.iter().filter_map(|run| place(run)) {
        if files.len() < PROGRAMS && !files.contains_key(&path) {
            let found = present(volume, &path).into_iter().next();
            files.extend(found.map(|file| (path, file)));
        }
    }
    if files.is_empty() {
        return;
    }
    // What is wrong with the catalogs is told where payloads are inspected; a run alone needs no more than the answer.
    let authorities = authorities::with_catalogs_of(volume, file_system, given, limits, &mut Vec::new());
    let mut signed: BTreeMap<&str, (String, String)> = BTreeMap::new();
    for (path, file) in &files {
        let facts = inspect(volume, file, limits, &authorities);
        let told = facts.and_then(|facts| Some((facts.digests?.sha256, words(&facts.pe?.authenticode))));
        signed.extend(told.map(|told| (path.as_str(), told)));
    }
    for run in runs.iter_mut() {
        let Some((sha256, words)) = place(run).and_then(|path| signed.get(path.as_str())) else { continue };
        let program = &mut run.program;
        if program.sha256.as_ref().is_some_and(|ran| !ran.eq_ignore_ascii_case(sha256)) {
            run.notes
                .push(format!("the file that lies at its path now is another than the one that ran: SHA-256 {sha256}"));
            continue;
        }
        let same = if program.sha256.is_some() { "the file that ran" } else { "the file that lies there now" };
        let file = format!("{words}: {same}");
        program.signature = Some(match program.signature.take() {
            Some(recorded) => format!("{recorded}; {file}"),
            None => file,
        });
    }
}

/// The path of a run's program; Prefetch tells a name and a folder.
fn place(run: &ClientRun) -> Option<String> {
    let path = run.program.path.as_deref()?;
    match run.program.location {
        _ if path.contains('\\') => Some(path.to_owned()),
        ProgramLocation::System32 => Some(format!("C:\\Windows\\System32\\{path}")),
        ProgramLocation::Syswow64 => Some(format!("C:\\Windows\\SysWOW64\\{path}")),
        _ => None,
    }
}

/// The files at a path that were not deleted.
fn present(volume: &VolumeView<'_>, path: &str) -> Vec<EntryPath> {
    let found = volume.find(path).into_iter().map(|(file, _)| file);
    found.filter(|file| !volume.is_deleted(file)).take(1).collect()
}

fn inspect(
    volume: &VolumeView<'_>,
    file: &EntryPath,
    limits: &Limits,
    authorities: &Authorities,
) -> Option<payload::Facts> {
    let opened = volume.file_system.open(file).ok()?;
    let name = String::from_utf8_lossy(file.name()).into_owned();
    let display = volume.display(file);
    guarded(|| payload::inspect(&opened.stream, &name, &display, limits, authorities)).map(|(facts, _)| facts)
}

/// A signature in a few words: its state, who signed, by which catalog.
fn words(signature: &Authenticode) -> String {
    let state = match signature.status {
        Status::Unsigned if signature.catalogs_examined => "unsigned, and no catalog vouches for it",
        Status::Unsigned => "unsigned, and no catalog was examined",
        Status::Valid => "valid",
        Status::DigestMismatch => "changed after signing",
        Status::SignatureInvalid => "not the signer's",
        Status::ChainUntrusted => "of a signer for whom no trusted root vouches",
        Status::Expired => "expired",
        Status::Malformed => "not readable",
        Status::NotVerified => "not verified in full",
    };
    let signer = signature.signatures.first().and_then(|one| one.signer.as_ref());
    let signer = signer.map(|signer| format!(", {}", signer.subject)).unwrap_or_default();
    let catalog = signature.catalog.as_ref().map(|vouched| format!(", by the catalog {}", vouched.path));
    format!("{state}{signer}{}", catalog.unwrap_or_default())
}
