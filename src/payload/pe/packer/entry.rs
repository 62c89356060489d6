//! Unpackers by their first instructions.
//!
//! Source: the unpackers' own code as their authors or PEiD's list publish it; only patterns of eight fixed bytes or more.

use super::Kind::{self, Packer, Protector};
use super::{Evidence, Maker};

/// Bytes in hexadecimal, `??` for any.
const PATTERNS: &[(&str, Kind, &str)] = &[
    ("UPX", Packer, "60 BE ?? ?? ?? ?? 8D BE ?? ?? ?? FF 57 83 CD FF"),
    ("UPX", Packer, "60 BE ?? ?? ?? ?? 8D BE ?? ?? ?? FF 57 89 E5 8D 9C 24"),
    ("UPX", Packer, "60 BE ?? ?? ?? ?? 8D BE ?? ?? ?? FF 57 EB 0B 90 8A 06"),
    ("UPX", Packer, "60 BE ?? ?? ?? ?? 8D BE ?? ?? ?? FF 57 EB 10 90 90 90"),
    ("UPX", Packer, "60 BE ?? ?? ?? ?? 8D BE ?? ?? ?? FF C7 87 ?? ?? ?? ?? ?? ?? ?? ?? 57 83 CD FF"),
    ("UPX", Packer, "80 7C 24 08 01 0F 85 ?? ?? ?? ?? 60 BE ?? ?? ?? ?? 8D BE"),
    ("UPX", Packer, "53 56 57 55 48 8D 35 ?? ?? ?? ?? 48 8D BE"),
    ("UPX", Packer, "48 89 4C 24 08 48 89 54 24 10 4C 89 44 24 18 80 FA 01 0F 85 ?? ?? ?? ?? 53 56 57 55"),
    ("ASPack", Packer, "60 E8 03 00 00 00 E9 EB 04 5D 45 55 C3 E8 01"),
    ("PECompact", Packer, "B8 ?? ?? ?? ?? 50 64 FF 35 00 00 00 00 64 89 25 00 00 00 00 33 C0 89 08 50 45 43"),
    ("MPRESS", Packer, "60 E8 00 00 00 00 58 05 ?? ?? ?? ?? 8B 30 03 F0"),
    ("MPRESS", Packer, "57 56 53 51 52 41 50 48 8D 05 ?? ?? ?? ?? 48 8B 30"),
    ("Petite", Packer, "B8 ?? ?? ?? ?? 68 ?? ?? ?? ?? 64 FF 35 00 00 00 00 64 89 25 00 00 00 00 66 9C 60 50"),
    ("FSG", Packer, "87 25 ?? ?? ?? ?? 61 94 55 A4 B6 80 FF 13"),
    ("NsPack", Packer, "9C 60 E8 00 00 00 00 5D 83 ED 07 8D"),
    ("Upack", Packer, "BE ?? ?? ?? ?? AD 50 FF 76 34 EB 7C 48 01"),
    ("Upack", Packer, "BE ?? ?? ?? ?? AD 8B F8 95 AD 91 F3 A5 AD B5"),
    ("Themida", Protector, "B8 00 00 00 00 60 0B C0 74 68 E8 00 00 00 00 58 05"),
    ("Themida", Protector, "B8 ?? ?? ?? ?? 60 0B C0 74 58 E8 00 00 00 00 58 05"),
    ("Enigma", Protector, "60 E8 00 00 00 00 5D 81 ED ?? ?? ?? ?? 81 ED ?? ?? ?? ?? E9"),
    ("Enigma", Protector, "55 8B EC 83 C4 F0 B8 00 10 40 00 E8 01 00 00 00 9A 83 C4"),
    ("ASProtect", Protector, "68 01 ?? ?? ?? E8 01 00 00 00 C3 C3"),
    ("Y0da Protector", Protector, "55 8B EC 53 56 57 60 E8 00 00 00 00 5D 81 ED"),
    ("MEW", Packer, "E9 ?? ?? ?? FF 0C ?? ?? 00 00 00 00 00 00 00 00 00"),
];

/// Every unpacker that stands at the entry point. UPX whose own mark or sections are gone was changed to hide it.
pub(super) fn find<'a>(evidence: &'a Evidence<'_>) -> impl Iterator<Item = Maker> + 'a {
    PATTERNS.iter().filter(|(.., pattern)| matches(pattern, evidence.entry)).map(|(name, kind, _)| {
        let mut reason = "its unpacker at the entry point".to_owned();
        if *name == "UPX" && !super::content::has_upx_mark(evidence) {
            reason.push_str(", without its mark: changed after packing");
        }
        Maker { name, kind: *kind, version: None, reason }
    })
}

fn matches(pattern: &str, bytes: &[u8]) -> bool {
    let mut bytes = bytes.iter();
    pattern.split(' ').all(|wanted| {
        bytes
            .next()
            .is_some_and(|byte| wanted == "??" || u8::from_str_radix(wanted, 16).is_ok_and(|wanted| wanted == *byte))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_whole_and_sharp() {
        for (name, _, pattern) in PATTERNS {
            let fixed = pattern.split(' ').filter(|byte| *byte != "??").count();
            assert!(fixed >= 8, "{name}");
            let bytes: Vec<u8> = pattern
                .split(' ')
                .map(|byte| if byte == "??" { 0xaa } else { u8::from_str_radix(byte, 16).unwrap() })
                .collect();
            assert!(matches(pattern, &bytes), "{name}");
            assert!(!matches(pattern, &bytes[..bytes.len() - 1]) && !matches(pattern, &[0; 64]), "{name}");
        }
    }
}
