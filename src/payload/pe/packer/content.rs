//! Makers by what they leave at fixed places: behind the image, at its end, at the start of a section, in the resources.
//!
//! A mark counts only where its maker puts it: the whole file is never searched, since every analyst's tool holds all marks.

use super::Kind::{self, Bundler, Compiler, Installer, Packer, SelfExtractor};
use super::{Evidence, Maker};
use crate::base::escape::lossless;
use memchr::memmem;

/// Marks at the start of what stands behind the image: offset, bytes, maker.
const OVERLAY: &[(usize, &[u8], &str, Kind)] = &[
    (4, b"\xef\xbe\xad\xdeNullsoftInst", "NSIS", Installer),
    (0, b"zlb\x1a", "Inno Setup", Installer),
    (0, b"idska32", "Inno Setup", Installer),
    (0, b"Inno Setup Setup Data", "Inno Setup", Installer),
    (0, b"7z\xbc\xaf\x27\x1c", "7-Zip", SelfExtractor),
    (0, b";!@Install@!UTF-8!", "7-Zip", SelfExtractor),
    (0, b"\xef\xbb\xbf;!@Install@!UTF-8!", "7-Zip", SelfExtractor),
    (0, b"Rar!\x1a\x07", "WinRAR", SelfExtractor),
    (0, b"MSCF", "Microsoft cabinet", SelfExtractor),
    (0, b"InstallShield\0", "InstallShield", Installer),
    (0, b"ISSetupStream\0", "InstallShield", Installer),
    (0, b"KAX", "Nuitka", Bundler),
    (0, b"KAY", "Nuitka", Bundler),
    (0, b"\xa3\x48\x4b\xbe\x98\x6c\x4a\xa9\x99\x4c\x53\x0a\x86\xd6\x48\x7d", "AutoIt", Bundler),
    (16, b"AU3!EA06", "AutoIt", Bundler),
];

/// Bytes of the end that are looked at: the trailer of PyInstaller stands in the last 4 KiB before a signature.
const TAIL: usize = 8192;

/// Every maker that left a mark.
pub(super) fn find(evidence: &Evidence<'_>) -> impl Iterator<Item = Maker> {
    let mut makers = Vec::new();
    upx(evidence, &mut makers);
    overlay(evidence, &mut makers);
    resources(evidence, &mut makers);
    compilers(evidence, &mut makers);
    makers.into_iter()
}

fn maker(name: &'static str, kind: Kind, version: Option<String>, reason: impl Into<String>) -> Maker {
    Maker { name, kind, version, reason: reason.into() }
}

/// Where UPX leaves its mark: in the gap between headers and first section.
fn upx_window<'a>(evidence: &Evidence<'a>) -> &'a [u8] {
    evidence.bytes.get(..4096).unwrap_or(evidence.bytes)
}

pub(super) fn has_upx_mark(evidence: &Evidence<'_>) -> bool {
    memmem::find(upx_window(evidence), b"UPX!").is_some()
}

/// `3.96\0UPX!`.
fn upx(evidence: &Evidence<'_>, makers: &mut Vec<Maker>) {
    let window = upx_window(evidence);
    let Some(at) = memmem::find(window, b"UPX!") else { return };
    let before = window.get(at.saturating_sub(5)..at).unwrap_or_default();
    let version = match before {
        [major, b'.', tens, ones, 0] if [major, tens, ones].iter().all(|digit| digit.is_ascii_digit()) => {
            before.get(..4).map(lossless)
        }
        _ => None,
    };
    // The four letters alone are in the headers of no other linker, but text is cheap.
    if version.is_some() || evidence.sections.iter().any(|section| section.name.starts_with("UPX")) {
        makers.push(maker("UPX", Packer, version, format!("its mark at offset {at}")));
    }
}

fn overlay(evidence: &Evidence<'_>, makers: &mut Vec<Maker>) {
    let overlay = evidence.overlay;
    for (at, mark, name, kind) in OVERLAY {
        if overlay.get(*at..).is_some_and(|rest| rest.starts_with(mark)) {
            let reason = format!("its mark behind the image, at offset {}", evidence.overlay_offset);
            makers.push(maker(name, *kind, None, reason));
        }
    }
    let tail = overlay.get(overlay.len().saturating_sub(TAIL)..).unwrap_or(overlay);
    if let Some(at) = memmem::rfind(tail, b"MEI\x0c\x0b\x0a\x0b\x0e") {
        // Behind the mark: lengths and offsets, then the version of Python as 311 or 38, then the library's name.
        let trailer = tail.get(at..).unwrap_or_default();
        let python = trailer.get(20..24).and_then(|bytes| bytes.first_chunk()).map(|bytes| u32::from_be_bytes(*bytes));
        let python = python.filter(|number| (20..1000).contains(number)).map(|number| {
            let digits = number.to_string();
            let (major, minor) = digits.split_at_checked(1).unwrap_or_default();
            format!("{major}.{minor}")
        });
        let reason = python.map_or_else(String::new, |python| format!(" (Python {python})"));
        makers.push(maker("PyInstaller", Bundler, None, format!("its trailer behind the image{reason}")));
    }
    if memmem::rfind(tail, b"AU3!EA06").is_some() {
        makers.push(maker("AutoIt", Bundler, None, "its mark at the end of the file"));
    }
    if memmem::rfind(tail, b"PK\x05\x06").is_some() && overlay.starts_with(b"PK\x03\x04") {
        makers.push(maker(
            "ZIP",
            SelfExtractor,
            None,
            format!("a ZIP archive behind the image, at offset {}", evidence.overlay_offset),
        ));
    }
    let head = overlay.get(..1 << 16).unwrap_or(overlay);
    if let Some(version) = inno_version(head) {
        makers.push(maker("Inno Setup", Installer, version, "its data behind the image"));
    }
}

/// `Inno Setup Setup Data (5.5.7) (u)` starts the data behind the image, or stands behind the files that it carries.
fn inno_version(overlay: &[u8]) -> Option<Option<String>> {
    let at = memmem::find(overlay, b"Inno Setup Setup Data (")?;
    let rest = overlay.get(at.saturating_add(23)..)?;
    let version = rest.split(|byte| *byte == b')').next().filter(|version| version.len() < 16);
    Some(version.map(lossless))
}

fn resources(evidence: &Evidence<'_>, makers: &mut Vec<Maker>) {
    let Some(resources) = evidence.resources else { return };
    for resource in &resources.entries {
        let found = match (resource.kind.as_str(), resource.name.as_str()) {
            ("rcdata", "#11111") => Some(("Inno Setup", Installer)),
            ("rcdata", "SCRIPT") => Some(("AutoIt", Bundler)),
            ("rcdata", "DVCLAL" | "PACKAGEINFO") => Some(("Delphi or C++Builder", Compiler)),
            ("PYTHONSCRIPT", _) => Some(("py2exe", Bundler)),
            ("PYTHON", _) => Some(("cx_Freeze or py2exe", Bundler)),
            ("INTEGRITY", "ELECTRONASAR") | ("Integrity", "ElectronAsar") => Some(("Electron", Bundler)),
            ("rcdata", "CABINET") => Some(("IExpress", SelfExtractor)),
            ("NODE_SEA_BLOB", _) | ("rcdata", "NODE_SEA_BLOB") => Some(("Node.js single executable", Bundler)),
            ("WIXBURN" | "UX", _) => Some(("WiX Burn", Installer)),
            ("B7", _) => Some(("Bat To Exe", Bundler)),
            _ => None,
        };
        if let Some((name, kind)) = found {
            makers.push(maker(name, kind, None, format!("resource {} {}", resource.kind, resource.name)));
        }
    }
}

/// Delphi's linker wrote this instant (1992-06-19) into every program until 2007.
const DELPHI: u32 = 0x2a42_5e19;

fn compilers(evidence: &Evidence<'_>, makers: &mut Vec<Maker>) {
    if evidence.timestamp == DELPHI {
        makers.push(maker("Delphi or C++Builder", Compiler, None, "its fixed time stamp of 1992"));
    } else if evidence.stub.is_some_and(|stub| stub.contains("must be run under Win")) {
        makers.push(maker("Delphi or C++Builder", Compiler, None, "its DOS stub"));
    }
    let text = evidence.named(".text");
    if memmem::find(text.get(..256).unwrap_or(text), b"Go build ID: \"").is_some() {
        makers.push(maker("Go", Compiler, go_version(evidence), "its build identity at the start of the code"));
    }
    let data = evidence.named(".rdata");
    let rust = data.get(..4 << 20).unwrap_or(data);
    if let Some(at) = memmem::find(rust, b"/rustc/") {
        let hash = rust.get(at.saturating_add(7)..at.saturating_add(47)).unwrap_or_default();
        if hash.len() == 40 && hash.iter().all(u8::is_ascii_hexdigit) {
            let reason =
                format!("paths of its library in the data (commit {})", lossless(hash.get(..9).unwrap_or(hash)));
            makers.push(maker("Rust", Compiler, None, reason));
        }
    }
    if evidence.sections.iter().any(|section| section.name == ".managed") {
        makers.push(maker(".NET native ahead-of-time", Compiler, None, "section .managed"));
    }
}

/// The build information at the start of the data: mark, size of a pointer, flags, then a length and `go1.22.1`.
fn go_version(evidence: &Evidence<'_>) -> Option<String> {
    let data = evidence.named(".data");
    let data = data.get(..1 << 16).unwrap_or(data);
    let at = memmem::find(data, b"\xff Go buildinf:")?;
    let text = data.get(at.checked_add(32)?..)?;
    let (length, text) = text.split_first()?;
    let version = text.get(..usize::from(*length))?;
    version.starts_with(b"go").then(|| lossless(version))
}
