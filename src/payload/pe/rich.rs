//! The DOS stub and the Rich header behind it, in which Microsoft's linker counts the objects that it was given by the
//! tool that made them.
//!
//! The format is not documented by Microsoft; source: Daniel Pistelli, *Microsoft's Rich Signature (undocumented)*, and
//! Webster et al., *Finding the Needle: A Study of the PE32 Rich Header* (DIMVA 2017).

use crate::base::digest::Digests;
use crate::base::escape::lossless;
use crate::base::fields::Fields;
use crate::base::number::{to_u32, to_usize};
use crate::payload::oddity::Oddities;
use memchr::memmem;
use schemars::JsonSchema;
use serde::Serialize;

/// What the linker was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Rich {
    /// The key it is hidden with, which is a checksum of what it covers, in hexadecimal.
    pub key: String,
    /// Whether the checksum holds; where not, header or stub were changed or taken from another file.
    pub checksum_valid: bool,
    /// MD5 of the header in clear without its end (the hash that is exchanged).
    pub hash: String,
    /// The tools, in the order of the header.
    pub tools: Vec<Tool>,
}

/// A tool and how much it made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Tool {
    /// Product number: the sort of tool.
    pub product: u16,
    /// Its build.
    pub build: u16,
    /// How many objects it made.
    pub count: u32,
    /// The sort of tool in words, where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool: Option<&'static str>,
}

/// The program that DOS runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DosStub {
    /// Bytes between the DOS header and the PE header, or the Rich header if there is one.
    pub size: usize,
    /// What it says on the screen, where it says something.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Whether it is that of a known linker.
    pub known: bool,
}

const DANS: u32 = 0x536e_6144;
/// Where the search for the end of the Rich header starts, as the hash is defined.
const START: usize = 0x80;
/// Header and stub are looked at up to here.
const LONGEST: usize = 0x2000;

/// Reads both. `pointer` is where the PE header starts.
pub(super) fn read(bytes: &[u8], pointer: u32, oddities: &mut Oddities) -> (Option<Rich>, Option<DosStub>) {
    let end = to_usize(pointer).min(bytes.len()).min(LONGEST);
    let before = bytes.get(..end).unwrap_or_default();
    let found = rich(before);
    let stub_end = found.as_ref().map_or(before.len(), |(start, _)| *start);
    let stub = before.get(0x40..stub_end).filter(|stub| stub.iter().any(|byte| *byte != 0)).map(stub);
    let rich = found.map(|(_, rich)| rich);
    if rich.as_ref().is_some_and(|rich| !rich.checksum_valid) {
        oddities.add("rich-checksum", "the checksum of the Rich header does not hold".to_owned());
    }
    (rich, stub)
}

/// The header and where it starts.
fn rich(before: &[u8]) -> Option<(usize, Rich)> {
    let end = memmem::find(before.get(START..)?, b"Rich")?.checked_add(START)?;
    let key = Fields(before).u32(end.checked_add(4)?);
    // It starts with the word `DanS`, hidden, and is aligned to four bytes counted from its end.
    let start = (0..=end.checked_div(4)?)
        .map_while(|back| end.checked_sub(back.checked_mul(4)?))
        .take_while(|at| *at >= 0x40)
        .find(|at| Fields(before).u32(*at) == DANS ^ key)?;
    let hidden = before.get(start..end)?;
    let clear: Vec<u8> = hidden.iter().zip(key.to_le_bytes().iter().cycle()).map(|(byte, key)| byte ^ key).collect();
    let (entries, _) = clear.get(16..).unwrap_or_default().as_chunks::<8>();
    let tools: Vec<Tool> = entries
        .iter()
        .map(|entry| {
            let fields = Fields(entry);
            let product = fields.u16(2);
            Tool { product, build: fields.u16(0), count: fields.u32(4), tool: tool(product) }
        })
        .collect();
    let checksum_valid = checksum(before, start, &tools) == key;
    let key = format!("{key:08x}");
    Some((start, Rich { key, checksum_valid, hash: Digests::of(&clear).md5, tools }))
}

/// The offset, every byte before turned left by its offset (the PE pointer counts as zero), every tool by its count.
fn checksum(before: &[u8], start: usize, tools: &[Tool]) -> u32 {
    let turned = |value: u32, by: usize| value.rotate_left(u32::try_from(by % 32).unwrap_or(0));
    let mut sum = to_u32(start);
    for (at, byte) in before.iter().take(start).enumerate() {
        if !(0x3c..0x40).contains(&at) {
            sum = sum.wrapping_add(turned(u32::from(*byte), at));
        }
    }
    for tool in tools {
        let word = (u32::from(tool.product) << 16) | u32::from(tool.build);
        sum = sum.wrapping_add(word.rotate_left(tool.count % 32));
    }
    sum
}

fn stub(stub: &[u8]) -> DosStub {
    let message = stub
        .split(|byte| !matches!(byte, b' '..=b'~'))
        .find(|run| run.len() >= 12)
        // The last byte of `int 21h` before the text happens to be an exclamation mark.
        .map(|run| lossless(run).trim_start_matches('!').trim_end_matches('$').trim().to_owned());
    let known = message.as_deref().is_some_and(|message| KNOWN.iter().any(|known| message.contains(known)));
    DosStub { size: stub.len(), message, known }
}

/// What the stubs of Microsoft's, GNU's, LLVM's, Borland's and Watcom's linkers say.
const KNOWN: &[&str] = &[
    "This program cannot be run in DOS mode",
    "This program must be run under Win32",
    "This program must be run under Win64",
    "This program must be run under Microsoft Windows",
    "This program requires Microsoft Windows",
    "This is a Windows NT character-mode executable",
    "Win32 only",
];

/// Ranges of product numbers by the tool (names that Microsoft's `msobj` library gave them).
fn tool(product: u16) -> Option<&'static str> {
    let name = match product {
        0x01 => "imports",
        0x02 | 0x04 | 0x3d | 0x5a | 0x78 | 0x91 | 0x9d | 0xcc | 0xde | 0xf0 | 0x102 => "linker",
        0x06 | 0x45 | 0x5e | 0x7c | 0x94 | 0x9a | 0xc9 | 0xdb | 0xed | 0xff => "resource converter",
        0x0e | 0x0f | 0x12 | 0x40 | 0x7d | 0x95 | 0x9e | 0xcd | 0xdf | 0xf1 | 0x103 => "assembler",
        0x0a | 0x15 | 0x1c | 0x5f | 0x6d | 0x83 | 0xaa | 0xce | 0xe0 | 0x104 => "C compiler",
        0x0b | 0x16 | 0x1d | 0x60 | 0x6e | 0x84 | 0xab | 0xcf | 0xe1 | 0x105 => "C++ compiler",
        0x19 | 0x5d | 0x7b | 0x93 | 0x9c | 0xcb | 0xdd | 0xef | 0x101 => "import library",
        0x7a | 0x92 | 0x9b | 0xca | 0xdc | 0xee | 0x100 => "exports",
        0x106..=0x10e => "compiler with link-time code generation",
        _ => return None,
    };
    Some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A DOS header and stub with a Rich header of two tools behind it, rightly summed.
    fn with_rich() -> Vec<u8> {
        let mut bytes = vec![0u8; 0x80];
        bytes[..2].copy_from_slice(b"MZ");
        bytes[0x3c] = 0xc0;
        bytes[0x4e..0x74].copy_from_slice(b"This program cannot be run in DOS mode");
        let tools = [
            Tool { product: 0x105, build: 30_133, count: 7, tool: None },
            Tool { product: 1, build: 0, count: 90, tool: None },
        ];
        let key = checksum(&bytes, 0x80, &tools);
        let mut clear = vec![DANS, 0, 0, 0];
        for tool in tools {
            clear.extend([(u32::from(tool.product) << 16) | u32::from(tool.build), tool.count]);
        }
        clear.iter().for_each(|word| bytes.extend((word ^ key).to_le_bytes()));
        bytes.extend(b"Rich");
        bytes.extend(key.to_le_bytes());
        bytes.resize(0xc0, 0);
        bytes
    }

    #[test]
    fn the_header_is_decoded_and_its_checksum_holds() {
        let mut oddities = Oddities::default();
        let (rich, stub) = read(&with_rich(), 0xc0, &mut oddities);
        let (rich, stub) = (rich.unwrap(), stub.unwrap());
        assert!(rich.checksum_valid);
        let tools: Vec<_> = rich.tools.iter().map(|tool| (tool.product, tool.build, tool.count, tool.tool)).collect();
        assert_eq!(tools, [(0x105, 30_133, 7, Some("C++ compiler")), (1, 0, 90, Some("imports"))]);
        assert_eq!((stub.size, stub.known), (0x40, true));
        assert_eq!(stub.message.as_deref(), Some("This program cannot be run in DOS mode"));
        assert!(oddities.finish().is_empty());
    }

    #[test]
    fn a_changed_stub_breaks_the_checksum() {
        let mut bytes = with_rich();
        bytes[0x50] ^= 1;
        let mut oddities = Oddities::default();
        assert!(!read(&bytes, 0xc0, &mut oddities).0.unwrap().checksum_valid);
        assert_eq!(oddities.finish()[0].code, "rich-checksum");
    }
}
