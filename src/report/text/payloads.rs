//! Payloads for people.

use super::clocks::Clocks;
use super::page::{Page, Tone};
use super::{contents, size};
use crate::case::listing::Inspection;
use crate::case::{Case, PathMatch, Payload, PayloadStatus};
use crate::payload::Facts;
use crate::payload::authenticode::{Authenticode, Status};
use crate::payload::elf::Elf;
use crate::payload::macho::MachO;
use crate::payload::oddity::Oddity;
use crate::payload::pe::Pe;
use std::io::{self, Write};

pub(super) fn write(case: &Case, page: &mut Page<'_>) -> io::Result<()> {
    let there: Vec<&Payload> = case.payloads.iter().filter(|payload| payload.facts.is_some()).collect();
    if !there.is_empty() {
        page.heading("PAYLOADS")?;
    }
    let clocks = Clocks::of(case);
    for payload in there {
        let path = payload.path.as_deref().unwrap_or("?");
        page.toned(1, Tone::Strong, &format!("{:<4} {path}", payload.id))?;
        let known = match payload.path_match {
            Some(PathMatch::InitialLost) => ": deleted, its name without its first character",
            Some(PathMatch::Exact | PathMatch::CaseInsensitive) if payload.status == PayloadStatus::Candidate => {
                ", whose pattern it fits"
            }
            Some(PathMatch::NameOnly) => " by its name alone",
            Some(PathMatch::DirectoryAssumed) => " in the folder of its script",
            Some(PathMatch::CaseInsensitive) => " without regard to case",
            Some(PathMatch::Exact) | None => "",
        };
        let status = match payload.status {
            PayloadStatus::Candidate => "candidate",
            PayloadStatus::Deleted => "deleted",
            _ => "found",
        };
        page.field(6, status, &format!("for {}{known}", payload.transfers.join(" ")))?;
        if let Some(time) = payload.times.modified {
            page.field(6, "modified", &clocks.shown(payload.volume.as_ref(), time))?;
        }
        if let Some(facts) = &payload.facts {
            describe(facts, page)?;
        }
    }
    Ok(())
}

/// Writes an inspection.
///
/// # Errors
/// What the output says.
pub(super) fn write_inspection(inspection: &Inspection, layout: super::Layout, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(layout, out);
    for payload in &inspection.payloads {
        page.toned(0, Tone::Strong, &payload.path)?;
        describe(&payload.facts, &mut page)?;
    }
    for error in &inspection.errors {
        page.toned(0, Tone::Warning, &format!("{} [{}] {}", error.path, error.stage, error.message))?;
    }
    Ok(())
}

fn describe(facts: &Facts, page: &mut Page<'_>) -> io::Result<()> {
    if let Some(kind) = &facts.file_type {
        page.field(6, "type", &format!("{} ({})", kind.description, kind.mime))?;
    }
    if let Some(mismatch) = &facts.mismatch {
        page.field(6, "MISMATCH", &mismatch.reason)?;
    }
    page.field(6, "size", &size(facts.size))?;
    if let Some(examined) = facts.bytes_examined {
        let cut =
            format!("no digests: only the first {} were read, and all that follows rests on them", size(examined));
        page.field(6, "PARTLY", &cut)?;
    }
    if let Some(digests) = &facts.digests {
        page.field(6, "md5", &digests.md5)?;
        page.field(6, "sha1", &digests.sha1)?;
        page.field(6, "sha256", &digests.sha256)?;
    }
    if let Some(entropy) = &facts.entropy {
        let blocks = entropy.blocks;
        let profile = format!(
            "{:.2} bits per byte; blocks {:.2} to {:.2}, mean {:.2}",
            entropy.overall, blocks.min, blocks.max, blocks.mean
        );
        page.field(6, "entropy", &profile)?;
    }
    if let Some(renamed) = &facts.renamed {
        page.field(6, "RENAMED", &renamed.reason)?;
    }
    if let Some(dos) = &facts.dos {
        let reason = dos.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
        page.field(6, "program", &format!("{}{reason}", dos.kind))?;
    }
    if let Some(elf) = &facts.elf {
        elf_program(elf, page)?;
    }
    if let Some(macho) = &facts.macho {
        macho_program(macho, page)?;
    }
    if let Some(pe) = &facts.pe {
        executable(pe, page)?;
    }
    if let Some(vouched) = &facts.catalog {
        page.field(6, "catalog", &format!("{} in {}", vouched.member, vouched.path))?;
    }
    contents::write(facts, page)
}

fn elf_program(elf: &Elf, page: &mut Page<'_>) -> io::Result<()> {
    let mut words = vec![format!("ELF {}", elf.bits), elf.machine.clone(), elf.kind.clone()];
    words.extend(elf.is_static.then(|| "static".to_owned()));
    words.extend((elf.stripped == Some(true)).then(|| "stripped".to_owned()));
    page.field(6, "program", &words.join(", "))?;
    let fields = [("loader", &elf.interpreter), ("build id", &elf.build_id), ("packer", &elf.packer)];
    for (name, value) in fields {
        if let Some(value) = value {
            page.field(6, name, value)?;
        }
    }
    if !elf.needed.is_empty() {
        page.field(6, "needs", &elf.needed.join(" "))?;
    }
    odd(&elf.anomalies, page)
}

fn macho_program(macho: &MachO, page: &mut Page<'_>) -> io::Result<()> {
    for slice in &macho.slices {
        let signed = match (slice.signed, slice.ad_hoc) {
            (false, _) => "not signed",
            (true, true) => "signed by nobody (ad hoc)",
            (true, false) => "signed; the signature was not verified",
        };
        page.field(6, "program", &format!("Mach-O, {}, {}, {signed}", slice.machine, slice.kind))?;
        for damage in &slice.damage {
            page.field(6, "odd", damage)?;
        }
    }
    Ok(())
}

fn odd(oddities: &[Oddity], page: &mut Page<'_>) -> io::Result<()> {
    oddities.iter().try_for_each(|oddity| page.field(6, "odd", &oddity.detail))
}

/// Purposes of imports that not every program has.
const TELLING: [&str; 8] =
    ["capture", "credentials", "ftp", "http", "keylogging", "network", "process-injection", "services"];

fn executable(pe: &Pe, page: &mut Page<'_>) -> io::Result<()> {
    let linked = pe.timestamp.map(|time| format!(", linked {time}")).unwrap_or_default();
    page.field(6, "program", &format!("{}, {}{linked}", pe.machine, pe.subsystem))?;
    let names = ["OriginalFilename", "ProductName", "CompanyName", "FileDescription", "FileVersion"];
    let version: Vec<String> =
        names.iter().filter_map(|name| Some(format!("{name} {}", pe.version.get(*name)?))).collect();
    if !version.is_empty() {
        page.field(6, "version", &version.join("; "))?;
    }
    let fields = [("imphash", &pe.imphash), ("pdb", &pe.pdb), ("packer", &pe.packer), ("exports", &pe.export_name)];
    for (name, value) in fields {
        if let Some(value) = value {
            page.field(6, name, value)?;
        }
    }
    for maker in &pe.made_with {
        let version = maker.version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
        page.field(6, "made with", &format!("{}{version} ({})", maker.name, maker.reason))?;
    }
    for sign in &pe.packing_signs {
        page.field(6, "packing", sign)?;
    }
    // What the lines above say already is not said twice.
    let told = |oddity: &&Oddity| !pe.packing_signs.contains(&oddity.detail);
    for oddity in pe.anomalies.iter().filter(told) {
        page.field(6, "odd", &oddity.detail)?;
    }
    if let Some(level) = pe.manifest.as_ref().and_then(|manifest| manifest.execution_level.as_ref()) {
        page.field(6, "rights", level)?;
    }
    if let Some(dotnet) = &pe.dotnet {
        let name = dotnet.assembly.as_deref().or(dotnet.module.as_deref()).unwrap_or("?");
        let version = dotnet.assembly_version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
        let framework = dotnet.metadata_version.as_deref().unwrap_or("an unknown framework");
        page.field(6, ".NET", &format!("{name}{version} for {framework}"))?;
    }
    for (purpose, functions) in pe.purposes.iter().filter(|(purpose, _)| TELLING.contains(purpose)) {
        page.field(6, "imports", &format!("{purpose}: {}", functions.join(" ")))?;
    }
    for resource in pe.resources.iter().flat_map(|resources| &resources.entries) {
        if let Some(content) = resource.content.filter(|_| resource.kind != "manifest") {
            let what = format!("{} {}: {content}, {}", resource.kind, resource.name, size(u64::from(resource.size)));
            page.field(6, "resource", &what)?;
        }
    }
    if let Some(overlay) = &pe.overlay {
        let dense = overlay.entropy.map(|entropy| format!(", entropy {entropy:.2}")).unwrap_or_default();
        page.field(6, "overlay", &format!("{} at offset {}{dense}", size(overlay.size), overlay.offset))?;
    }
    signature(&pe.authenticode, page)
}

fn signature(signature: &Authenticode, page: &mut Page<'_>) -> io::Result<()> {
    let status = match signature.status {
        Status::Unsigned if signature.catalogs_examined => "none embedded, and no catalog vouches for it",
        Status::Unsigned => "none embedded; no catalog was examined",
        Status::DigestMismatch => "CHANGED AFTER SIGNING: the digest is not the one that was signed",
        Status::Malformed => "a certificate table without a readable signature",
        Status::Valid => "valid; revocation was not checked (offline)",
        Status::SignatureInvalid => "NOT THE SIGNER'S: the signature does not verify",
        Status::ChainUntrusted => "the digest is the one that was signed; no trusted root vouches for the signer",
        Status::Expired => "the digest is the one that was signed; a certificate was not valid at the time",
        Status::NotVerified if signature.signatures.is_empty() && signature.catalog.is_none() => {
            "there is one, which could not be read: the file is cut off"
        }
        Status::NotVerified => "the digest is the one that was signed; trust could not be verified in full",
    };
    page.field(6, "signature", status)?;
    if let Some(vouched) = &signature.catalog {
        page.field(6, "catalog", &vouched.path)?;
    }
    for one in &signature.signatures {
        let signer = one.signer.as_ref().map_or("an unknown signer", |signer| &signer.subject);
        let at = one.signed_at.map(|time| format!(" at {time}")).unwrap_or_default();
        page.field(6, "signer", &format!("{signer}{at}"))?;
        if let Some(reason) = one.checks.first_failure() {
            page.field(6, "", reason)?;
        }
    }
    Ok(())
}
