//! Files that the Windows Overlay Filter compressed (CompactOS): their content lies in the stream `WofCompressedData`, a
//! table of the chunks' ends and then the chunks.

use super::chunked::Chunks;
use super::lzx::{self, Lzx};
use super::reparse::Compression;
use super::runs::{damaged, number_at};
use crate::base::bytes::{ReadAt, read_full};
use crate::base::compression::xpress::Xpress;
use crate::base::number::to_u64;
use std::io;

/// The name of the stream.
pub(super) const NAME: &str = "WofCompressedData";

/// The name in UTF-16LE, as attributes have it.
pub(super) const STREAM: &[u8] = b"W\0o\0f\0C\0o\0m\0p\0r\0e\0s\0s\0e\0d\0D\0a\0t\0a\0";

/// The chunks of a content.
pub(super) struct Overlay {
    stream: Box<dyn ReadAt>,
    decoder: Decoder,
    chunks: u64,
    /// Bytes of an entry of the table.
    width: usize,
    data: Vec<u8>,
}

enum Decoder {
    Xpress(Box<Xpress>),
    Lzx(Box<Lzx>),
}

impl Overlay {
    /// Of a content of `size` bytes; the second is the bytes of a chunk.
    pub(super) fn new(stream: Box<dyn ReadAt>, compression: Compression, size: u64) -> (Self, usize) {
        let (decoder, chunk) = match compression {
            Compression::Xpress(chunk) => (Decoder::Xpress(Box::default()), chunk),
            Compression::Lzx => (Decoder::Lzx(Box::new(Lzx::new())), lzx::CHUNK),
        };
        let width = if size > u64::from(u32::MAX) { 8 } else { 4 };
        let chunks = size.div_ceil(chunk.max(1));
        (Self { stream, decoder, chunks, width, data: Vec::new() }, usize::try_from(chunk).unwrap_or(0))
    }

    /// Where a chunk ends, behind the table.
    fn end(&self, number: u64) -> Option<u64> {
        let width = u64::try_from(self.width).ok()?;
        let table = self.chunks.checked_sub(1)?.checked_mul(width)?;
        if number.checked_add(1)? >= self.chunks {
            return Some(self.stream.len());
        }
        number_at(&*self.stream, number.checked_mul(width)?, self.width)?.checked_add(table)
    }
}

impl Chunks for Overlay {
    fn fill(&mut self, number: u64, content: &mut [u8]) -> io::Result<()> {
        let bad = || damaged("WOF: table of chunks");
        let table = self.chunks.saturating_sub(1).saturating_mul(to_u64(self.width));
        let start = if number == 0 { table } else { self.end(number.saturating_sub(1)).ok_or_else(bad)? };
        let end = self.end(number).ok_or_else(bad)?;
        let length = end.checked_sub(start).and_then(|length| usize::try_from(length).ok()).ok_or_else(bad)?;
        if length > content.len() {
            return Err(bad());
        }
        if length == content.len() {
            // A chunk that would not become smaller is stored as it is.
            return if read_full(&*self.stream, start, content)? == length { Ok(()) } else { Err(bad()) };
        }
        self.data.resize(length, 0);
        if read_full(&*self.stream, start, &mut self.data)? < length {
            return Err(bad());
        }
        match &mut self.decoder {
            Decoder::Xpress(xpress) => xpress.decompress(&self.data, content),
            Decoder::Lzx(lzx) => lzx.decompress(&self.data, content),
        }
        .map_err(damaged)
    }
}

#[cfg(test)]
mod tests {
    use super::super::chunked::Chunked;
    use super::*;
    use crate::base::random::Random;
    use std::process::{Command, Stdio};

    fn read(data: &[u8], compression: Compression, size: usize) -> io::Result<Vec<u8>> {
        let (overlay, chunk) = Overlay::new(Box::new(data.to_vec()), compression, size as u64);
        let mut content = vec![9u8; size];
        let count = read_full(&Chunked::new(overlay, size as u64, chunk), 0, &mut content)?;
        assert_eq!(count, size);
        Ok(content)
    }

    /// Text with the targets of calls in it, 33,500 bytes.
    fn calls() -> Vec<u8> {
        let mut content = Vec::new();
        for number in 0.. {
            if content.len() >= 33_500 {
                break;
            }
            let text = format!("open 192.0.2.{}\r\nput {}.zip\r\n", number % 7, number * number % 13);
            content.extend_from_slice(text.as_bytes());
        }
        content.truncate(33_500);
        for at in (100..33_000).step_by(3000) {
            content[at] = 0xe8;
            content[at + 1..at + 5].copy_from_slice(&(5000 - at as i32 % 32_768).to_le_bytes());
        }
        content
    }

    /// [`calls`], compressed by wimlib 1.13.5 with LZX in chunks of 32 KiB.
    const CALLS: &str = "7c010000003200004402005433008a5c41867a649f4e87f2a05b1c3016d02503b8bfc8680000080051d5144014d03e645007\
        10c0757de8b487a5294dbee5cad33e6de0531208b4db002000005402404030533c018023db83f593ecd568d85a3210b4fa5b\
        03c6c56477ff673f69bb9cdecba5edf473f47bf8fdf61fbf3f6f77a7758f7c9f53dccebef62bfcf93dbd8e9d7ffbae225f3d\
        d3798dc7f0eb89933f31660a5707d7960f8f98cd0bcc833c0598a7bc4af7e9a44b8c818d57a23b34983179163007790bef4f\
        7baa463ac625d1c09a2b981d0accbf5a4bd69eea99ce12c060e395680ecd66cc2d05eb5ff5257a4f3a73b89c1ad87325b743\
        bb5aaf9692f5a7fa39bd4e9d6c5c3e0d75bdbf7cdff625cdfdabbe64eca9e7e9e2b03a5dd73f3b34ab753fbfdf86ea6be09e\
        fffd5877cc031f00f37f396c307e0064f9017b02f4e0a0012c206d0700f0201b603eef760e8066807d04ed0f14f04206de03\
        db06d4e34006e820ed8000be0cc81a90f18000df0174870609b482ef0d80231000fc2d2000c20000000040233300c84ad24b\
        1fcf0ee540d73268b400fd1db4fc00000000230000400422de317d994373c91b65fb26fb0000000004008860126409437f71\
        8454bf1ff67ed795937908182418afb24d3cad032cab7ea9b155f31dd86768befdf0b058ec34d8de6ae802f4068d2e00b31f\
        c491437ec0ff929b1a3c00bd41a30b80ec8700e4";

    fn bytes_of(hex: &str) -> Vec<u8> {
        hex.as_bytes()
            .chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect()
    }

    #[test]
    fn lzx_is_decompressed() {
        assert!(read(&bytes_of(CALLS), Compression::Lzx, 33_500).unwrap() == calls());
    }

    #[test]
    fn mutants_are_bounded() {
        let pristine = bytes_of(CALLS);
        let mut random = Random::new(0x9e37_79b9_7f4a_7c15);
        for compression in [Compression::Lzx, Compression::Xpress(4096)] {
            for _ in 0..500 {
                let mut data = pristine.clone();
                for _ in 0..3 {
                    let state = random.number();
                    let at = state as usize % data.len();
                    data[at] = (state >> 40) as u8;
                }
                let _ = read(&data, compression, 33_500);
            }
        }
    }

    /// The first file of a WIM archive that is compressed, as it lies there: the same table and chunks.
    fn resource(archive: &[u8]) -> Option<(&[u8], usize)> {
        let field = |at: usize, width: usize| {
            let bytes = archive.get(at..at + width)?;
            Some(bytes.iter().rev().fold(0usize, |value, byte| value << 8 | usize::from(*byte)))
        };
        let (length, start) = (field(48, 7)?, field(56, 8)?);
        (0..length / 50).map(|entry| start + entry * 50).find_map(|at| {
            let (size, flags, offset, whole) =
                (field(at, 7)?, field(at + 7, 1)?, field(at + 8, 8)?, field(at + 16, 8)?);
            (flags & 6 == 4).then(|| archive.get(offset..offset + size).map(|data| (data, whole)))?
        })
    }

    fn noise(length: usize) -> Vec<u8> {
        let mut random = Random::new(77);
        (0..length).map(|_| random.number() as u8).collect()
    }

    #[test]
    fn archives_of_wimlib_are_decompressed() {
        let letters: Vec<u8> = noise(100_000).iter().map(|byte| b'a' + byte % 11).collect();
        let skewed: Vec<u8> = noise(70_000).iter().map(|byte| byte & byte.rotate_left(3)).collect();
        let mixed = [noise(50_000), vec![7; 40_000], calls(), noise(9), skewed.clone()].concat();
        let program = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        let contents =
            [calls(), letters, skewed, mixed, program.get(..2 << 20).unwrap_or(&program).to_vec(), b"abc".repeat(3)];
        let folder = tempfile::tempdir().unwrap();
        let (source, archive) = (folder.path().join("source"), folder.path().join("a.wim"));
        std::fs::create_dir(&source).unwrap();
        for (name, chunk, compression) in [
            ("xpress", 4096, Compression::Xpress(4096)),
            ("xpress", 8192, Compression::Xpress(8192)),
            ("xpress", 16_384, Compression::Xpress(16_384)),
            ("lzx", 32_768, Compression::Lzx),
        ] {
            for content in &contents {
                std::fs::write(source.join("a"), content).unwrap();
                let _ = std::fs::remove_file(&archive);
                let made = Command::new("wimlib-imagex")
                    .args(["capture".as_ref(), source.as_os_str(), archive.as_os_str()])
                    .args([format!("--compress={name}"), format!("--chunk-size={chunk}")])
                    .stdout(Stdio::null())
                    .stderr(Stdio::null())
                    .status();
                if !made.is_ok_and(|status| status.success()) {
                    eprintln!("skipped: wimlib-imagex is not here");
                    return;
                }
                let bytes = std::fs::read(&archive).unwrap();
                let Some((data, size)) = resource(&bytes) else { continue };
                assert!(size == content.len() && read(data, compression, size).unwrap() == *content, "{name} {chunk}");
            }
        }
    }
}
