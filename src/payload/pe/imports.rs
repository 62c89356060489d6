//! What is imported: at the start, late, and by addresses that were fixed beforehand; and the hash over the first.

use super::image::Image;
use super::{BoundImport, Import, md5, ordinals, purpose};
use crate::base::anomaly::Cause;
use crate::base::escape::lossless;
use crate::base::fields::Fields;
use crate::base::limits::Limits;
use crate::base::number::to_u64;
use crate::base::time::Timestamp;
use crate::payload::oddity::Oddities;
use std::collections::BTreeMap;

/// A library with what is imported from it.
pub(super) struct Library {
    name: Vec<u8>,
    pub(super) symbols: Vec<Symbol>,
}

/// An imported symbol.
pub(super) enum Symbol {
    Name(Vec<u8>),
    Ordinal(u16),
}

const DESCRIPTOR: u32 = 20;
const LONGEST_NAME: usize = 0x200;

/// What is left of the caps of one file: descriptors may share one table, so that all are capped together.
pub(super) struct Budget {
    left: usize,
    limit: usize,
}

impl Budget {
    pub(super) fn new(limits: &Limits) -> Self {
        Self { left: limits.pe_symbols, limit: limits.pe_symbols }
    }

    /// Whether it is used up.
    pub(super) fn is_spent(&self) -> bool {
        self.left == 0
    }

    /// Tells it if it is used up.
    pub(super) fn tell(&self, note: &mut dyn FnMut(Cause)) {
        if self.is_spent() {
            let limit = to_u64(self.limit);
            note(Cause::Abridged { what: "imports of an executable", limit });
        }
    }
}

/// Walks the descriptors and their lookup tables.
pub(super) fn read(
    image: &Image<'_>,
    directory: Option<(u32, u32)>,
    budget: &mut Budget,
    oddities: &mut Oddities,
) -> Vec<Library> {
    let mut libraries = Vec::new();
    let left = &mut budget.left;
    let Some((mut address, _)) = directory else { return libraries };
    while let Some(descriptor) = image.at(address, 20) {
        let field = |index: usize| {
            let at = index.saturating_mul(4);
            descriptor.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |bytes| u32::from_le_bytes(*bytes))
        };
        let (lookup, name, addresses) = (field(0), field(3), field(4));
        *left = left.saturating_sub(1);
        if descriptor.iter().all(|byte| *byte == 0) || *left == 0 {
            return libraries;
        }
        address = address.saturating_add(DESCRIPTOR);
        let table = Some(thunks(image, lookup, left)).filter(|table| !table.is_empty());
        let table = table.unwrap_or_else(|| thunks(image, addresses, left));
        let symbols = symbols(image, &table);
        if symbols.is_empty() {
            let what =
                format!("the import descriptor at {:#x} leads to no symbols", address.saturating_sub(DESCRIPTOR));
            oddities.add("import-damaged", what);
            continue;
        }
        let name = image.string_at(name, LONGEST_NAME).unwrap_or_default();
        let name = if name.iter().all(|byte| is_file_name(*byte)) { name } else { b"*invalid*" };
        if !name.is_empty() {
            libraries.push(Library { name: name.to_vec(), symbols });
        }
    }
    oddities.add("import-table-cut", format!("the import table has no end; the file has no bytes for {address:#x}"));
    libraries
}

/// What is loaded when it is first called. Old linkers wrote addresses there that count from zero, not from the base.
pub(super) fn delayed(image: &Image<'_>, directory: Option<(u32, u32)>, budget: &mut Budget) -> Vec<Library> {
    const ENTRY: u32 = 32;
    let mut libraries = Vec::new();
    let Some((mut address, _)) = directory else { return libraries };
    while let Some(descriptor) = image.at(address, 32) {
        let fields = Fields(descriptor);
        budget.left = budget.left.saturating_sub(1);
        if fields.u32(4) == 0 || budget.left == 0 {
            break;
        }
        address = address.saturating_add(ENTRY);
        let relative = |at: usize| {
            let address = fields.u32(at);
            if fields.u32(0) & 1 == 1 { Some(address) } else { image.relative(u64::from(address)) }
        };
        let name = relative(4).and_then(|name| image.string_at(name, LONGEST_NAME)).unwrap_or_default();
        let table = relative(16).map(|lookup| thunks(image, lookup, &mut budget.left)).unwrap_or_default();
        let symbols = symbols(image, &table);
        if !name.is_empty() && name.iter().all(|byte| is_file_name(*byte)) {
            libraries.push(Library { name: name.to_vec(), symbols });
        }
    }
    libraries
}

/// The libraries whose addresses were fixed beforehand, with those that they forward to.
pub(super) fn bound(image: &Image<'_>, directory: Option<(u32, u32)>) -> Vec<BoundImport> {
    const MOST: usize = 256;
    let mut bound = Vec::new();
    let Some((start, _)) = directory else { return bound };
    let mut address = start;
    while let Some(descriptor) = image.at(address, 8).filter(|_| bound.len() < MOST) {
        let fields = Fields(descriptor);
        let name = image.string_at(start.saturating_add(u32::from(fields.u16(4))), LONGEST_NAME).unwrap_or_default();
        if fields.u32(0) == 0 || name.is_empty() || !name.iter().all(|byte| is_file_name(*byte)) {
            break;
        }
        bound.push(BoundImport { dll: lossless(name), timestamp: Timestamp::from_unix(i64::from(fields.u32(0)), 0) });
        address = address.saturating_add(8);
    }
    bound
}

/// The functions whose purpose is known, by purpose.
pub(super) fn purposes<'a>(libraries: impl Iterator<Item = &'a Library>) -> BTreeMap<&'static str, Vec<String>> {
    let mut purposes: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    for library in libraries {
        let full = lossless(&library.name).to_ascii_lowercase();
        for symbol in &library.symbols {
            let name = match symbol {
                Symbol::Name(name) => lossless(name),
                Symbol::Ordinal(number) => match known(&full, *number) {
                    Some(name) => name.to_owned(),
                    None => continue,
                },
            };
            let Some(purpose) = purpose::of(&name) else { continue };
            let functions = purposes.entry(purpose).or_default();
            if !functions.contains(&name) {
                functions.push(name);
            }
        }
    }
    purposes
}

/// The entries of one lookup table up to its zero.
fn thunks(image: &Image<'_>, start: u32, left: &mut usize) -> Vec<u64> {
    let width: u32 = if image.is_64 { 8 } else { 4 };
    let flag = if image.is_64 { 1u64 << 63 } else { 1 << 31 };
    let mut table = Vec::new();
    let mut address = start;
    while address != 0 && *left > 0 {
        let Some(bytes) = image.at(address, usize::try_from(width).unwrap_or(8)) else { return Vec::new() };
        let mut wide = [0u8; 8];
        wide.iter_mut().zip(bytes).for_each(|(target, source)| *target = *source);
        let entry = u64::from_le_bytes(wide);
        let within = (u64::from(start)..=u64::from(address)).contains(&entry);
        if entry == 0 || within {
            break;
        }
        if entry & flag != 0 && entry & 0x7fff_ffff > 0xffff {
            return Vec::new();
        }
        table.push(entry);
        *left = left.saturating_sub(1);
        address = address.saturating_add(width);
    }
    table
}

/// What the entries name; one that names nothing readable ends the library's list of symbols with none.
fn symbols(image: &Image<'_>, table: &[u64]) -> Vec<Symbol> {
    let flag = if image.is_64 { 1u64 << 63 } else { 1 << 31 };
    let mut symbols = Vec::new();
    for entry in table {
        if entry & flag != 0 {
            let ordinal = u16::try_from(entry & 0xffff).unwrap_or_default();
            if ordinal != 0 {
                symbols.push(Symbol::Ordinal(ordinal));
            }
            continue;
        }
        let address = u32::try_from(*entry).ok().and_then(|address| address.checked_add(2));
        let Some(name) = address.and_then(|address| image.string_at(address, LONGEST_NAME)) else { return Vec::new() };
        if !name.is_empty() && name.iter().all(|byte| is_function_name(*byte)) {
            symbols.push(Symbol::Name(name.to_vec()));
        }
    }
    symbols
}

fn is_file_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'()-@^_`{}~+,.;=[]:\\/".contains(&byte)
}

fn is_function_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._?@$()<>".contains(&byte)
}

/// The hash: `library.function` in lower case, joined by commas, in the order of the table; numbers by their known names.
pub(super) fn imphash(libraries: &[Library]) -> Option<String> {
    let mut all = String::new();
    for library in libraries {
        let full = lossless(&library.name).to_lowercase();
        let stem = match full.rsplit_once('.') {
            Some((stem, "dll" | "ocx" | "sys")) => stem,
            _ => &full,
        };
        for symbol in &library.symbols {
            if !all.is_empty() {
                all.push(',');
            }
            all.push_str(stem);
            all.push('.');
            match symbol {
                Symbol::Name(name) => all.push_str(&lossless(name).to_lowercase()),
                Symbol::Ordinal(number) => match known(&full, *number) {
                    Some(name) => all.push_str(&name.to_lowercase()),
                    None => all.push_str(&format!("ord{number}")),
                },
            }
        }
    }
    (!all.is_empty()).then(|| md5(&all))
}

fn known(library: &str, number: u16) -> Option<&'static str> {
    ordinals::name(library.strip_suffix(".dll")?, number)
}

impl Library {
    /// As the report lists it.
    pub(super) fn into_import(self) -> Import {
        let function = |symbol: &Symbol| match symbol {
            Symbol::Name(name) => lossless(name),
            Symbol::Ordinal(number) => format!("#{number}"),
        };
        Import { dll: lossless(&self.name), functions: self.symbols.iter().map(function).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_over_names_in_order() {
        let library = |name: &[u8], symbols| Library { name: name.to_vec(), symbols };
        let libraries = [
            library(b"KERNEL32.dll", vec![Symbol::Name(b"ExitProcess".to_vec()), Symbol::Ordinal(7)]),
            library(b"WS2_32.dll", vec![Symbol::Ordinal(115)]),
            library(b"odd.drv", vec![Symbol::Name(b"X".to_vec())]),
        ];
        let expected = md5("kernel32.exitprocess,kernel32.ord7,ws2_32.wsastartup,odd.drv.x");
        assert_eq!(imphash(&libraries), Some(expected));
        assert_eq!(imphash(&[]), None);
    }
}
