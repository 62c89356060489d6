//! Sections that makers name after themselves.

use super::Kind::{self, Bundler, Compiler, Installer, Packer, Protector, SelfExtractor};
use super::{Evidence, Maker};

const NAMES: &[(&str, &str, Kind)] = &[
    ("UPX0", "UPX", Packer),
    ("UPX1", "UPX", Packer),
    ("UPX!", "UPX", Packer),
    (".aspack", "ASPack", Packer),
    (".adata", "ASPack", Packer),
    (".ASPack", "ASPack", Packer),
    (".MPRESS1", "MPRESS", Packer),
    (".MPRESS2", "MPRESS", Packer),
    (".petite", "Petite", Packer),
    ("petite", "Petite", Packer),
    (".vmp0", "VMProtect", Protector),
    (".vmp1", "VMProtect", Protector),
    (".vmp2", "VMProtect", Protector),
    (".themida", "Themida", Protector),
    ("Themida", "Themida", Protector),
    (".winlice", "WinLicense", Protector),
    (".enigma1", "Enigma", Protector),
    (".enigma2", "Enigma", Protector),
    (".nsp0", "NsPack", Packer),
    (".nsp1", "NsPack", Packer),
    ("nsp0", "NsPack", Packer),
    ("nsp1", "NsPack", Packer),
    ("PEC2", "PECompact", Packer),
    ("pec1", "PECompact", Packer),
    ("PEC2TO", "PECompact", Packer),
    ("PEC2MO", "PECompact", Packer),
    ("PECompact2", "PECompact", Packer),
    (".yP", "Y0da Protector", Protector),
    (".perplex", "Perplex", Protector),
    ("FSG!", "FSG", Packer),
    ("kkrunchy", "kkrunchy", Packer),
    (".shrink1", "Shrinker", Packer),
    (".ccg", "CCG", Packer),
    (".pelock", "PELock", Protector),
    ("BitArts", "Crunch", Packer),
    (".RLPack", "RLPack", Packer),
    ("MEW", "MEW", Packer),
    (".MaskPE", "MaskPE", Packer),
    (".Upack", "Upack", Packer),
    ("ExeS", "EXE Stealth", Protector),
    (".sforce3", "StarForce", Protector),
    (".svkp", "SVKP", Protector),
    ("PELOCKnt", "PELock NT", Protector),
    (".ndata", "NSIS", Installer),
    ("_winzip_", "WinZip", SelfExtractor),
    (".wixburn", "WiX Burn", Installer),
    ("pydata", "PyInstaller", Bundler),
    (".gosymtab", "Go", Compiler),
];

/// Every section that names its maker.
pub(super) fn find<'a>(evidence: &'a Evidence<'_>) -> impl Iterator<Item = Maker> + 'a {
    evidence.sections.iter().filter_map(|section| {
        let (.., name, kind) = NAMES.iter().find(|(known, ..)| *known == section.name)?;
        Some(Maker { name, kind: *kind, version: None, reason: format!("section {}", section.name) })
    })
}
