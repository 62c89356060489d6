//! gzip (RFC 1952): one or more members, each a header, deflated data, and a trailer with CRC-32 and length.

use super::decoder::{Decoder, Deflate, cut_off, damaged};
use super::input::Input;
use crate::base::number::to_u64;
use std::io;

/// Bytes of a member's stored name that are kept.
const NAME: usize = 1024;

/// What the next byte of the input belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    /// The first member, which must be there.
    Start,
    /// A further member, or the end.
    Between,
    /// Deflated data.
    Data,
    /// The end, or what is no gzip any more.
    End,
}

/// The members of a gzip file, as one.
#[derive(Clone)]
pub(super) struct Gzip {
    data: Deflate,
    at: At,
    crc: crc32fast::Hasher,
    length: u64,
}

impl Gzip {
    pub(super) fn new(input: Input) -> Self {
        Self { data: Deflate::new(input), at: At::Start, crc: crc32fast::Hasher::new(), length: 0 }
    }

    /// The header of the next member, and whether there is one.
    fn begin(&mut self) -> io::Result<bool> {
        let first = self.at == At::Start;
        let header = header(&mut self.data.input);
        let found = match header {
            Ok(_) => true,
            Err(error) if first => return Err(error),
            // Padding and foreign bytes behind the last member are left out, as gzip itself does.
            Err(_) => false,
        };
        self.crc.reset();
        self.length = 0;
        if !first {
            self.data.restart();
        }
        Ok(found)
    }

    fn end(&mut self) -> io::Result<()> {
        let mut trailer = [0u8; 8];
        for byte in &mut trailer {
            *byte = self.data.input.byte()?.ok_or_else(cut_off)?;
        }
        let [a, b, c, d, e, f, g, h] = trailer;
        let length = u32::from_le_bytes([e, f, g, h]);
        let told = self.crc.clone().finalize() == u32::from_le_bytes([a, b, c, d]);
        let counted = u32::try_from(self.length & u64::from(u32::MAX)) == Ok(length);
        (told && counted).then_some(()).ok_or_else(|| damaged("gzip: the data is not what its CRC-32 says"))
    }
}

impl Decoder for Gzip {
    fn decode(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.at {
                At::Start | At::Between => self.at = if self.begin()? { At::Data } else { At::End },
                At::Data => {
                    let count = self.data.decode(buffer)?;
                    if count > 0 {
                        self.crc.update(buffer.get(..count).unwrap_or_default());
                        self.length = self.length.saturating_add(to_u64(count));
                        return Ok(count);
                    }
                    self.at = At::End;
                    self.end()?;
                    self.at = At::Between;
                }
                At::End => return Ok(0),
            }
        }
    }

    fn fork(&self) -> Option<Box<dyn Decoder>> {
        Some(Box::new(self.clone()))
    }
}

/// What the header of a member says. RFC 1952, section 2.3.
pub(super) struct Header {
    /// The name of the file, in bytes, where it is stored.
    pub(super) name: Option<Vec<u8>>,
    /// The file's modification time, in seconds since 1970; zero where it is not stored.
    pub(super) modified: u32,
}

/// Reads the header of a member.
pub(super) fn header(input: &mut Input) -> io::Result<Header> {
    let mut next = || input.byte()?.ok_or_else(cut_off);
    if [next()?, next()?, next()?] != [0x1f, 0x8b, 8] {
        return Err(damaged("gzip: no header"));
    }
    let flags = next()?;
    let modified = u32::from_le_bytes([next()?, next()?, next()?, next()?]);
    let (_level, _system) = (next()?, next()?);
    if flags & 0x04 != 0 {
        for _ in 0..u16::from_le_bytes([next()?, next()?]) {
            next()?;
        }
    }
    let mut text = |kept: usize| -> io::Result<Vec<u8>> {
        let mut text = Vec::new();
        loop {
            match next()? {
                0 => return Ok(text),
                byte if text.len() < kept => text.push(byte),
                _ => {}
            }
        }
    };
    let name = if flags & 0x08 != 0 { Some(text(NAME)?) } else { None };
    if flags & 0x10 != 0 {
        text(0)?;
    }
    if flags & 0x02 != 0 {
        for _ in 0..2 {
            input.byte()?.ok_or_else(cut_off)?;
        }
    }
    Ok(Header { name, modified })
}
