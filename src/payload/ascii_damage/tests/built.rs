//! Binaries of many formats, built in code.

use super::super::proof;
use crate::base::random::Random;
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use std::io::Write;

/// Content that looks random and is always the same.
pub(super) struct Numbers(Random);

impl Numbers {
    pub(super) fn new(seed: u64) -> Self {
        Self(Random::new(seed))
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0.number()
    }

    pub(super) fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| (self.next() >> 32) as u8).collect()
    }

    /// Something that deflates: words in no order, with bytes between.
    pub(super) fn words(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        while bytes.len() < count {
            bytes.extend_from_slice(
                [&b"kernel"[..], b"\0\0\0", b"function ", b"\x8b\xec", b"return;\n"][(self.next() % 5) as usize],
            );
            let noise = (self.next() % 9) as usize;
            bytes.extend(self.bytes(noise));
        }
        bytes
    }
}

pub(super) fn deflate(content: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

pub(super) fn zip(members: &[(&str, Vec<u8>)], deflated: bool) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in members {
        let data = if deflated { deflate(content) } else { content.clone() };
        let fields = [
            &[20u8, 0, 0, 0, if deflated { 8 } else { 0 }, 0, 0, 0, 0, 0][..],
            &crc32fast::hash(content).to_le_bytes(),
            &(data.len() as u32).to_le_bytes(),
            &(content.len() as u32).to_le_bytes(),
            &(name.len() as u16).to_le_bytes(),
            &[0, 0],
        ]
        .concat();
        directory.extend([b"PK\x01\x02\x14\0", &fields[..], &[0; 10], &(file.len() as u32).to_le_bytes()].concat());
        directory.extend_from_slice(name.as_bytes());
        file.extend([b"PK\x03\x04", &fields[..], name.as_bytes(), &data].concat());
    }
    let count = (members.len() as u16).to_le_bytes();
    let (size, at) = ((directory.len() as u32).to_le_bytes(), (file.len() as u32).to_le_bytes());
    [&file[..], &directory, b"PK\x05\x06\0\0\0\0", &count, &count, &size, &at, &[0, 0]].concat()
}

pub(super) fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

pub(super) fn png(chunks: &[Vec<u8>]) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut add = |kind: &[u8], data: &[u8]| {
        let body = [kind, data].concat();
        file.extend([&(data.len() as u32).to_be_bytes()[..], &body, &crc32fast::hash(&body).to_be_bytes()].concat());
    };
    add(b"IHDR", b"\0\0\0\x40\0\0\0\x40\x08\x02\0\0\0");
    chunks.iter().for_each(|chunk| add(b"IDAT", chunk));
    add(b"IEND", b"");
    file
}

/// An executable with a stub, a section of code, one with a text, and a checksum.
pub(super) fn pe(code: &[u8], text: &[u8]) -> Vec<u8> {
    let mut file = vec![0u8; 0x400];
    file[..2].copy_from_slice(b"MZ");
    file[0x3c] = 0x80;
    file[0x4e..0x79].copy_from_slice(b"This program cannot be run in DOS mode.\r\r\n$");
    file[0x80..0x84].copy_from_slice(b"PE\0\0");
    let mut put = |at: usize, bytes: &[u8]| file[at..at + bytes.len()].copy_from_slice(bytes);
    put(0x84, &[0x4c, 1, 2, 0]);
    put(0x94, &[0xe0, 0, 2, 1]);
    put(0x98, &[0x0b, 1]);
    put(0xb4, &0x0040_0000u32.to_le_bytes());
    put(0xb8, &[0, 0x10, 0, 0, 0, 2, 0, 0]);
    put(0xd0, &0x0004_0000u32.to_le_bytes());
    put(0xd4, &[0, 4, 0, 0]);
    put(0xdc, &[3, 0]);
    put(0xf4, &[16]);
    let code_size = code.len().next_multiple_of(512);
    let text_size = text.len().next_multiple_of(512);
    for (at, name, address, content, raw, offset) in [
        (0x178, b".text", 0x1000u32, code, code_size, 0x400),
        (0x1a0, b".rsrc", 0x3_0000, text, text_size, 0x400 + code_size),
    ] {
        put(at, name);
        let fields = [content.len() as u32, address, raw as u32, offset as u32];
        fields.iter().enumerate().for_each(|(nth, field)| put(at + 8 + nth * 4, &field.to_le_bytes()));
    }
    file.extend_from_slice(code);
    file.resize(0x400 + code_size, 0);
    file.extend_from_slice(text);
    file.resize(0x400 + code_size + text_size, 0);
    let checksum = proof::pe_checksum(&file, 0xd8);
    file[0xd8..0xdc].copy_from_slice(&checksum.to_le_bytes());
    file
}

pub(super) fn pdf(numbers: &mut Numbers) -> Vec<u8> {
    let mut file = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n".to_vec();
    let mut table = b"xref\n0 4\n0000000000 65535 f \n".to_vec();
    for object in 1..4 {
        table.extend(format!("{:010} 00000 n \n", file.len()).into_bytes());
        let stream = numbers.bytes(3000);
        file.extend(format!("{object} 0 obj\n<</Length 3000>>\nstream\n").into_bytes());
        file.extend([&stream[..], b"\nendstream\nendobj\n"].concat());
    }
    let at = file.len();
    file.extend([&table[..], format!("trailer\n<</Size 4>>\nstartxref\n{at}\n%%EOF\n").as_bytes()].concat());
    file
}

pub(super) fn tar(numbers: &mut Numbers) -> Vec<u8> {
    let mut header = [0u8; 512];
    header[..5].copy_from_slice(b"a.bin");
    header[124..135].copy_from_slice(b"00000010000");
    header[257..263].copy_from_slice(b"ustar\0");
    header[148..156].copy_from_slice(b"        ");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    [&header[..], &numbers.bytes(4096), &[0; 1024]].concat()
}

pub(super) fn riff(numbers: &mut Numbers) -> Vec<u8> {
    let data = numbers.bytes(5000);
    let size = (data.len() as u32 + 12).to_le_bytes();
    [b"RIFF", &size[..], b"WAVEdata", &(data.len() as u32).to_le_bytes(), &data].concat()
}

pub(super) fn seven_zip(numbers: &mut Numbers) -> Vec<u8> {
    let (packed, header) = (numbers.bytes(4000), numbers.bytes(300));
    let start = [
        &(packed.len() as u64).to_le_bytes()[..],
        &(header.len() as u64).to_le_bytes(),
        &crc32fast::hash(&header).to_le_bytes(),
    ]
    .concat();
    [b"7z\xbc\xaf\x27\x1c\0\x04", &crc32fast::hash(&start).to_le_bytes()[..], &start, &packed, &header].concat()
}

/// A PDF file of streams packed by zlib, with lines that end as given.
pub(super) fn packed_pdf(streams: &[Vec<u8>], line_end: &str) -> Vec<u8> {
    let mut file = format!("%PDF-1.4{line_end}").into_bytes();
    file.extend([b"%\xe2\xe3\xcf\xd3", line_end.as_bytes()].concat());
    let entry_end = if line_end.len() == 1 { " \n" } else { "\r\n" };
    let mut table = format!("xref{line_end}0 {}{line_end}0000000000 65535 f{entry_end}", streams.len() + 1);
    for (number, stream) in (1..).zip(streams) {
        table += &format!("{:010} 00000 n{entry_end}", file.len());
        let dictionary = format!("<</Length {}/Filter/FlateDecode>>", stream.len());
        file.extend(format!("{number} 0 obj{line_end}{dictionary}{line_end}stream{line_end}").into_bytes());
        file.extend([stream, format!("{line_end}endstream{line_end}endobj{line_end}").as_bytes()].concat());
    }
    let at = file.len();
    let size = streams.len() + 1;
    let trailer =
        format!("trailer{line_end}<</Size {size}>>{line_end}startxref{line_end}{at}{line_end}%%EOF{line_end}");
    [&file[..], table.as_bytes(), trailer.as_bytes()].concat()
}

/// A cabinet of one file in blocks that are not compressed.
pub(super) fn cabinet(blocks: &[Vec<u8>]) -> Vec<u8> {
    let start = 36 + 8 + 16 + 6;
    let size: usize = blocks.iter().map(|block| block.len() + 8).sum();
    let content: usize = blocks.iter().map(Vec::len).sum();
    let mut file = vec![0u8; start];
    let mut put = |at: usize, bytes: &[u8]| file[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, b"MSCF");
    put(8, &((start + size) as u32).to_le_bytes());
    put(16, &44u32.to_le_bytes());
    put(24, &[3, 1, 1, 0, 1, 0]);
    put(36, &(start as u32).to_le_bytes());
    put(40, &[blocks.len() as u8, 0, 0, 0]);
    put(44, &(content as u32).to_le_bytes());
    put(60, b"a.bin");
    for block in blocks {
        let sizes = [(block.len() as u16).to_le_bytes(), (block.len() as u16).to_le_bytes()].concat();
        let sum = proof::cabinet_sum(&sizes, &[], block);
        file.extend([&sum.to_le_bytes()[..], &sizes, block].concat());
    }
    file
}

/// The binaries that the test builds, several of each kind.
pub(super) fn built() -> Vec<(String, Vec<u8>)> {
    let mut numbers = Numbers::new(0x9e37_79b9_7f4a_7c15);
    let mut files = Vec::new();
    for round in 0..20 {
        let size = 2000 + round * 1500;
        let manifest = b"<assembly>\r\n  <trustInfo>\r\n  </trustInfo>\r\n</assembly>\r\n".to_vec();
        let members = [("a.txt", numbers.words(size)), ("word/b.bin", numbers.words(size / 2))];
        let chunks = [numbers.bytes(size), numbers.bytes(700)];
        let cases = [
            ("zip", zip(&members, true)),
            ("stored", zip(&members, false)),
            ("gzip", gzip(&numbers.words(size * 2))),
            ("png", png(&chunks)),
            ("pe", pe(&numbers.bytes(size), &manifest)),
            ("pdf", pdf(&mut numbers)),
            ("tar", tar(&mut numbers)),
            ("riff", riff(&mut numbers)),
            ("7z", seven_zip(&mut numbers)),
        ];
        files.extend(cases.into_iter().map(|(name, bytes)| (format!("{name} {round}"), bytes)));
    }
    files
}
