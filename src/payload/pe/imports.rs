//! The import table, and the hash over it.

use super::image::Image;
use super::{Import, md5, ordinals};
use crate::base::escape::lossless;
use crate::base::limits::Limits;

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

/// Walks the descriptors and their lookup tables. Both counts are capped together: descriptors may share one table.
pub(super) fn read(image: &Image<'_>, directory: Option<(u32, u32)>, limits: &Limits) -> Vec<Library> {
    let mut libraries = Vec::new();
    let mut left = limits.pe_symbols;
    let Some((mut address, _)) = directory else { return libraries };
    while let Some(descriptor) = image.at(address, 20) {
        let field = |index: usize| {
            let at = index.saturating_mul(4);
            descriptor.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |bytes| u32::from_le_bytes(*bytes))
        };
        let (lookup, name, addresses) = (field(0), field(3), field(4));
        left = left.saturating_sub(1);
        if descriptor.iter().all(|byte| *byte == 0) || left == 0 {
            break;
        }
        address = address.saturating_add(DESCRIPTOR);
        let table = Some(thunks(image, lookup, &mut left)).filter(|table| !table.is_empty());
        let table = table.unwrap_or_else(|| thunks(image, addresses, &mut left));
        let symbols = symbols(image, &table);
        if symbols.is_empty() {
            continue;
        }
        let name = image.string_at(name, LONGEST_NAME).unwrap_or_default();
        let name = if name.iter().all(|byte| is_file_name(*byte)) { name } else { b"*invalid*" };
        if !name.is_empty() {
            libraries.push(Library { name: name.to_vec(), symbols });
        }
    }
    libraries
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
