//! Signs of packing: sections that packers name after themselves, and a layout that compilers do not make.

use super::Section;
use super::imports::Library;

/// Names of sections and what makes them.
const NAMES: &[(&str, &str)] = &[
    ("UPX0", "UPX"),
    ("UPX1", "UPX"),
    ("UPX!", "UPX"),
    (".aspack", "ASPack"),
    (".adata", "ASPack"),
    (".MPRESS1", "MPRESS"),
    (".MPRESS2", "MPRESS"),
    (".petite", "Petite"),
    ("petite", "Petite"),
    (".vmp0", "VMProtect"),
    (".vmp1", "VMProtect"),
    (".themida", "Themida"),
    ("Themida", "Themida"),
    (".winlice", "WinLicense"),
    (".enigma1", "Enigma"),
    (".enigma2", "Enigma"),
    (".nsp0", "NsPack"),
    (".nsp1", "NsPack"),
    ("nsp0", "NsPack"),
    ("PEC2", "PECompact"),
    ("pec1", "PECompact"),
    ("PEC2TO", "PECompact"),
    ("PECompact2", "PECompact"),
    (".yP", "Y0da Protector"),
    (".perplex", "Perplex"),
    ("FSG!", "FSG"),
    ("kkrunchy", "kkrunchy"),
    (".shrink1", "Shrinker"),
    (".ccg", "CCG"),
    (".pelock", "PELock"),
    ("BitArts", "Crunch"),
    (".RLPack", "RLPack"),
    (".packed", "RLPack"),
    ("MEW", "MEW"),
    (".ndata", "NSIS installer"),
    ("_winzip_", "WinZip self-extractor"),
];

/// The packer or installer that a section names.
pub(super) fn name(sections: &[Section]) -> Option<String> {
    let known = |section: &Section| NAMES.iter().find(|(name, _)| *name == section.name).map(|(_, packer)| *packer);
    sections.iter().find_map(known).map(str::to_owned)
}

/// Entropy of code from which on it is compressed or encrypted: compiled code stays below 6.8.
const PACKED: f64 = 7.2;

/// What else speaks for packing, in words.
pub(super) fn signs(sections: &[Section], imports: &[Library], entry_point: u32, is_dll: bool) -> Vec<String> {
    let mut signs = Vec::new();
    let within = |section: &&Section| {
        (section.virtual_address..section.virtual_address.saturating_add(section.virtual_size)).contains(&entry_point)
    };
    match sections.iter().find(within) {
        Some(section) => {
            if section.entropy.is_some_and(|entropy| entropy >= PACKED) {
                signs.push(format!("the entry point lies in section {} whose bytes are dense", section.name));
            }
            if section.flags.contains(&"write") {
                signs.push(format!("the entry point lies in the writable section {}", section.name));
            }
        }
        None if entry_point != 0 && !sections.is_empty() => {
            signs.push("the entry point lies outside all sections".to_owned());
        }
        None => {}
    }
    let unpacked = |section: &&Section| {
        section.raw_size == 0 && section.virtual_size > 0x1000 && section.flags.contains(&"execute")
    };
    if let Some(section) = sections.iter().find(unpacked) {
        signs.push(format!("section {} is executable but has no bytes in the file", section.name));
    }
    let symbols: usize = imports.iter().map(|library| library.symbols.len()).sum();
    if !is_dll && !imports.is_empty() && symbols < 10 && !signs.is_empty() {
        signs.push(format!("only {symbols} functions are imported"));
    }
    signs
}
