//! What packed, wrapped or made the program: by its sections, by its entry point, by what stands behind the image.

mod content;
mod entry;
mod sections;

use super::Section;
use super::imports::Library;
use crate::base::number::to_usize;
use schemars::JsonSchema;
use serde::Serialize;

/// What a program was made with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Maker {
    /// Its name.
    pub name: &'static str,
    /// What it does with a program.
    pub kind: Kind,
    /// Its version, where the program tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// By what it was recognised.
    pub reason: String,
}

/// What a maker does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Compresses the program.
    Packer,
    /// Hides what the program does.
    Protector,
    /// Installs what it carries.
    Installer,
    /// Unpacks what it carries.
    SelfExtractor,
    /// Carries a script or another language's program with its interpreter.
    Bundler,
    /// Compiles.
    Compiler,
}

/// What recognises a maker looks at.
pub(super) struct Evidence<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) sections: &'a [Section],
    /// The bytes from the entry point on.
    pub(super) entry: &'a [u8],
    /// Those behind the image up to the certificate table, and where they start.
    pub(super) overlay: &'a [u8],
    pub(super) overlay_offset: u64,
    pub(super) timestamp: u32,
    pub(super) stub: Option<&'a str>,
    pub(super) resources: Option<&'a super::Resources>,
}

impl Evidence<'_> {
    /// The bytes of a section.
    fn section(&self, section: &Section) -> &[u8] {
        let start = to_usize(section.raw_offset);
        let rest = self.bytes.get(start..).unwrap_or_default();
        rest.get(..to_usize(section.raw_size)).unwrap_or(rest)
    }

    /// The bytes of the section of a name.
    fn named(&self, name: &str) -> &[u8] {
        self.sections.iter().find(|section| section.name == name).map_or(&[], |section| self.section(section))
    }
}

/// All makers that are recognised, each once, packers before those that only compile.
pub(super) fn makers(evidence: &Evidence<'_>) -> Vec<Maker> {
    let mut makers: Vec<Maker> = Vec::new();
    let found = sections::find(evidence).chain(entry::find(evidence)).chain(content::find(evidence));
    for maker in found.collect::<Vec<_>>() {
        match makers.iter_mut().find(|known| known.name == maker.name) {
            Some(known) => {
                known.version = known.version.take().or(maker.version);
                if !known.reason.contains(&maker.reason) {
                    known.reason.push_str("; ");
                    known.reason.push_str(&maker.reason);
                }
            }
            None => makers.push(maker),
        }
    }
    makers.sort_by_key(|maker| maker.kind);
    makers
}

/// The one that is named first: what hides the program or carries another, not what compiled it.
pub(super) fn name(makers: &[Maker]) -> Option<String> {
    let suffix = |kind: Kind| match kind {
        Kind::Installer => " installer",
        Kind::SelfExtractor => " self-extractor",
        _ => "",
    };
    makers
        .iter()
        .find(|maker| maker.kind != Kind::Compiler)
        .map(|maker| format!("{}{}", maker.name, suffix(maker.kind)))
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
