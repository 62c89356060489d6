//! The version resource: what the file says of itself (`VS_VERSIONINFO`, Windows SDK).

use crate::base::fields::Fields;
use crate::base::wide;
use crate::payload::oddity::Oddities;
use crate::payload::pe::names;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// The numbers of the version resource, and its strings language by language.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct VersionInfo {
    /// Version of the file by the fixed numbers, which tools that change the strings often forget.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_version: Option<String>,
    /// Version of the product by the fixed numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_version: Option<String>,
    /// What it calls itself: `application`, `dll`, `driver`, `font`, … or the number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_type: Option<String>,
    /// Marks: `debug`, `prerelease`, `patched`, `private-build`, `special-build`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<&'static str>,
    /// Strings of each table where there is more than one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<Language>,
    /// Languages and code pages that it says it supports, as eight hexadecimal digits.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub translations: Vec<String>,
}

/// One table of strings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Language {
    /// Language and code page as eight hexadecimal digits.
    pub language: String,
    /// Its strings.
    pub strings: BTreeMap<String, String>,
}

/// Bytes of the resource that are read, strings and tables that are kept.
const BYTES: usize = 1 << 16;
const STRINGS: usize = 256;
const TABLES: usize = 64;
const SIGNATURE: u32 = 0xfeef_04bd;
const FLAGS: &[(u32, &str)] =
    &[(0x1, "debug"), (0x2, "prerelease"), (0x4, "patched"), (0x8, "private-build"), (0x20, "special-build")];

/// The strings of all tables together, of which the first wins, and all else.
pub(super) fn read(bytes: &[u8], oddities: &mut Oddities) -> (BTreeMap<String, String>, VersionInfo) {
    let bytes = bytes.get(..BYTES).unwrap_or(bytes);
    let (mut all, mut info) = (BTreeMap::new(), VersionInfo::default());
    let Some(root) = Node::read(bytes) else {
        oddities.add("version-damaged", "the version resource cannot be read".to_owned());
        return (all, info);
    };
    if root.key != "VS_VERSION_INFO" {
        let start: String = root.key.chars().take(16).collect();
        oddities.add("version-damaged", format!("the version resource starts with \"{start}\""));
    }
    fixed(root.value(), &mut info);
    let mut left = STRINGS;
    for child in root.children() {
        match child.key.as_str() {
            "StringFileInfo" => {
                for table in child.children().take(TABLES) {
                    let mut strings = BTreeMap::new();
                    for string in table.children().take(left) {
                        left = left.saturating_sub(1);
                        let value = string.text();
                        if !string.key.is_empty() && !value.is_empty() {
                            strings.entry(string.key.clone()).or_insert(value);
                        }
                    }
                    for (key, value) in &strings {
                        all.entry(key.clone()).or_insert_with(|| value.clone());
                    }
                    info.languages.push(Language { language: table.key.clone(), strings });
                }
            }
            "VarFileInfo" => {
                for translation in child.children().filter(|child| child.key == "Translation") {
                    let (pairs, _) = translation.value().as_chunks::<4>();
                    let pair = |pair: &[u8; 4]| format!("{:04x}{:04x}", Fields(pair).u16(0), Fields(pair).u16(2));
                    let room = TABLES.saturating_sub(info.translations.len());
                    info.translations.extend(pairs.iter().take(room).map(pair));
                }
            }
            _ => {}
        }
    }
    if info.languages.len() < 2 {
        info.languages.clear();
    }
    (all, info)
}

/// `VS_FIXEDFILEINFO`.
fn fixed(value: &[u8], info: &mut VersionInfo) {
    let fields = Fields(value);
    if value.len() < 52 || fields.u32(0) != SIGNATURE {
        return;
    }
    let version = |at: usize| {
        let (high, low) = (fields.u32(at), fields.u32(at.saturating_add(4)));
        format!("{}.{}.{}.{}", high >> 16, high & 0xffff, low >> 16, low & 0xffff)
    };
    info.file_version = Some(version(8));
    info.product_version = Some(version(16));
    info.flags = names::flags(fields.u32(24) & fields.u32(28), FLAGS);
    info.file_type = match fields.u32(36) {
        0 => None,
        1 => Some("application".to_owned()),
        2 => Some("dll".to_owned()),
        3 => Some("driver".to_owned()),
        4 => Some("font".to_owned()),
        5 => Some("virtual-device".to_owned()),
        7 => Some("static-library".to_owned()),
        other => Some(other.to_string()),
    };
}

/// One node: length, length of the value, type, key, value, children, all aligned to four bytes.
struct Node<'a> {
    whole: &'a [u8],
    key: String,
    value_at: usize,
    /// As the node says: bytes, or UTF-16 units of a text.
    value_length: usize,
    is_text: bool,
}

impl<'a> Node<'a> {
    const HEADER: usize = 6;

    /// A node at the start of the bytes; one that claims more than there is ends with them.
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let fields = Fields(bytes);
        let length = usize::from(fields.u16(0)).min(bytes.len());
        let whole = bytes.get(..length).filter(|whole| whole.len() >= Self::HEADER)?;
        let (key, taken) = text(whole.get(Self::HEADER..)?);
        let value_at = Self::HEADER.saturating_add(taken).next_multiple_of(4);
        Some(Self { whole, key, value_at, value_length: usize::from(fields.u16(2)), is_text: fields.u16(4) == 1 })
    }

    fn rest(&self) -> &'a [u8] {
        self.whole.get(self.value_at..).unwrap_or_default()
    }

    /// The value as bytes.
    fn value(&self) -> &'a [u8] {
        let rest = self.rest();
        rest.get(..self.value_length).unwrap_or(rest)
    }

    /// The value as text. Compilers disagree on what its length counts, so that it ends at its NUL.
    fn text(&self) -> String {
        text(self.rest()).0
    }

    fn children(&self) -> Children<'a> {
        let length = if self.is_text { self.value_length.saturating_mul(2) } else { self.value_length };
        let at = self.value_at.saturating_add(length).next_multiple_of(4);
        Children(self.whole.get(at..).unwrap_or_default())
    }
}

/// The nodes that stand one behind the other.
struct Children<'a>(&'a [u8]);

impl<'a> Iterator for Children<'a> {
    type Item = Node<'a>;

    fn next(&mut self) -> Option<Node<'a>> {
        // Some compilers fill up with more than alignment asks for.
        while self.0.len() >= 4 && self.0.starts_with(&[0, 0]) {
            self.0 = self.0.get(4..).unwrap_or_default();
        }
        let node = Node::read(self.0)?;
        self.0 = self.0.get(node.whole.len().next_multiple_of(4)..).unwrap_or_default();
        Some(node)
    }
}

/// UTF-16 text up to its NUL or the end, and the bytes that it took with the NUL.
fn text(bytes: &[u8]) -> (String, usize) {
    let units = wide::units(bytes).take_while(|unit| *unit != 0);
    (wide::text(units.clone()).trim().to_owned(), units.count().saturating_add(1).saturating_mul(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wide(text: &str) -> Vec<u8> {
        text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect()
    }

    fn node(key: &str, is_text: bool, value: &[u8], children: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = vec![0u8; 6];
        bytes.extend(wide(key));
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes.extend(value);
        for child in children {
            bytes.resize(bytes.len().next_multiple_of(4), 0);
            bytes.extend(child);
        }
        let length = bytes.len() as u16;
        bytes[..2].copy_from_slice(&length.to_le_bytes());
        let value_length = if is_text { value.len() / 2 } else { value.len() } as u16;
        bytes[2..4].copy_from_slice(&value_length.to_le_bytes());
        bytes[4] = u8::from(is_text);
        bytes
    }

    fn sample() -> Vec<u8> {
        let mut numbers = [0u8; 52];
        for (at, value) in
            [(0, SIGNATURE), (8, 10 << 16), (12, 19_041 << 16 | 7), (16, 1), (24, 0x3f), (28, 1), (36, 2)]
        {
            numbers[at..at + 4].copy_from_slice(&value.to_le_bytes());
        }
        let string = |key: &str, value: &str| node(key, true, &wide(value), &[]);
        let english =
            node("040904b0", true, &[], &[string("OriginalFilename", "ftp.exe"), string("FileVersion", "10.0")]);
        let german = node(
            "040704b0",
            true,
            &[],
            &[string("OriginalFilename", "ftp.exe.mui"), string("Comments", "Übertragung")],
        );
        let strings = node("StringFileInfo", true, &[], &[english, german]);
        let translation = node("Translation", false, &[0x09, 0x04, 0xb0, 0x04], &[]);
        node("VS_VERSION_INFO", false, &numbers, &[strings, node("VarFileInfo", true, &[], &[translation])])
    }

    #[test]
    fn all_tables_are_read() {
        let mut oddities = Oddities::default();
        let (all, info) = read(&sample(), &mut oddities);
        assert_eq!(all["OriginalFilename"], "ftp.exe");
        assert_eq!(all["Comments"], "Übertragung");
        assert_eq!(info.file_version.as_deref(), Some("10.0.19041.7"));
        assert_eq!((info.file_type.as_deref(), info.flags.as_slice()), (Some("dll"), &["debug"][..]));
        assert_eq!(
            info.languages.iter().map(|table| table.language.as_str()).collect::<Vec<_>>(),
            ["040904b0", "040704b0"]
        );
        assert_eq!(info.languages[1].strings["OriginalFilename"], "ftp.exe.mui");
        assert_eq!(info.translations, ["040904b0"]);
        assert!(oddities.finish().is_empty());
    }

    #[test]
    fn every_cut_ends_and_keeps_what_stands_before_it() {
        let whole = sample();
        let at = whole.windows(4).position(|window| window == [b'f', 0, b't', 0]).unwrap();
        for end in 0..whole.len() {
            let (all, _) = read(&whole[..end], &mut Oddities::default());
            if end > at + 16 {
                assert_eq!(all.get("OriginalFilename").map(String::as_str), Some("ftp.exe"), "{end}");
            }
        }
    }

    #[test]
    fn every_changed_byte_ends_and_keeps_the_caps() {
        let whole = sample();
        for at in 0..whole.len() {
            for value in [0, 1, 0x7f, 0x80, 0xd8, 0xff] {
                let mut bytes = whole.clone();
                bytes[at] = value;
                let (all, info) = read(&bytes, &mut Oddities::default());
                assert!(all.len() <= 8 && info.languages.len() <= 8 && info.translations.len() <= TABLES, "{at}");
            }
        }
        // A table of empty strings: each takes six bytes and says nothing.
        let strings = vec![vec![6u8, 0, 0, 0, 0, 0]; 8000];
        let table = node("StringFileInfo", true, &[], &[node("040904b0", true, &[], &strings)]);
        assert!(read(&node("VS_VERSION_INFO", false, &[], &[table]), &mut Oddities::default()).0.is_empty());
    }
}
