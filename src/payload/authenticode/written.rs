//! Lists written for tests: the least that is valid.

use super::list_oid as oid;

/// 1.3.6.1.4.1.311.12.1.3: members of a catalog of version 2.
pub(super) const MEMBER_2: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x0c, 0x01, 0x03];

/// An element of a tag.
pub(super) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut bytes = vec![tag];
    match length {
        0..=0x7f => bytes.push(u8::try_from(length).unwrap()),
        0x80..=0xff => bytes.extend([0x81, u8::try_from(length).unwrap()]),
        _ => bytes.extend([&[0x83][..], &u32::try_from(length).unwrap().to_be_bytes()[1..]].concat()),
    }
    bytes.extend(content);
    bytes
}

pub(super) fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    element(0x30, &parts.concat())
}

pub(super) fn set(parts: &[Vec<u8>]) -> Vec<u8> {
    element(0x31, &parts.concat())
}

pub(super) fn octets(content: &[u8]) -> Vec<u8> {
    element(0x04, content)
}

pub(super) fn identifier(content: &[u8]) -> Vec<u8> {
    element(0x06, content)
}

pub(super) fn integer(value: u8) -> Vec<u8> {
    element(0x02, &[value])
}

pub(super) fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect()
}

pub(super) fn attribute(name: &[u8], value: Vec<u8>) -> Vec<u8> {
    sequence(&[identifier(name), set(&[value])])
}

/// A list of subjects with extensions.
pub(super) fn list(usage: &[u8], algorithm: &[u8], subjects: &[Vec<u8>], extensions: &[Vec<u8>]) -> Vec<u8> {
    sequence(&[
        sequence(&[identifier(usage)]),
        octets(&[7; 16]),
        integer(1),
        element(0x17, b"260102030405Z"),
        sequence(&[identifier(algorithm), element(0x05, &[])]),
        sequence(subjects),
        element(0xa0, &sequence(extensions)),
    ])
}

/// `SignedData` around a list, with nobody's signature.
pub(super) fn signed(list: &[u8]) -> Vec<u8> {
    let content = sequence(&[identifier(oid::TRUST_LIST), element(0xa0, list)]);
    let data = sequence(&[integer(1), set(&[]), content, set(&[])]);
    sequence(&[identifier(oid::SIGNED_DATA), element(0xa0, &data)])
}

/// An `SpcIndirectDataContent` with a digest.
pub(super) fn indirect(algorithm: &[u8], digest: &[u8]) -> Vec<u8> {
    let data = sequence(&[identifier(&[0x2b, 6, 1, 4, 1, 0x82, 0x37, 2, 1, 0x19]), element(0xa2, &element(0x80, &[]))]);
    sequence(&[data, sequence(&[sequence(&[identifier(algorithm), element(0x05, &[])]), octets(digest)])])
}

/// A name and a value of a catalog or a member.
pub(super) fn name_value(name: &str, value: &str) -> Vec<u8> {
    let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_be_bytes).collect();
    sequence(&[element(0x1e, &name), element(0x02, &[0x10, 1, 0, 1]), octets(&wide(value))])
}
