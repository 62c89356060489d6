//! The type of a file by its content: `infer` for what it knows, our own signatures for what an examiner meets besides.
//!
//! Own signatures come first where they are more exact: `infer` calls every `MZ` file an executable of Windows and every
//! compound file a Word document.

mod compound;
mod executable;
mod inferred;
mod magic;
mod signature;
mod text;
mod zip;

pub use executable::is_pe;

use crate::base::bytes::{ReadAt, read_full};
use crate::base::fields::Fields;
use crate::base::number::{to_u64, to_usize};

use schemars::JsonSchema;
use serde::Serialize;

/// What sort of thing a type is; the rules of mismatch speak of sorts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// A Windows executable.
    Pe,
    /// Another program: ELF, Mach-O, DOS, Java, WebAssembly.
    Program,
    /// Text that an interpreter runs.
    Script,
    /// Any other text.
    Text,
    /// A container of files.
    Archive,
    /// A picture.
    Image,
    /// Sound or moving pictures.
    Media,
    /// A document.
    Document,
    /// A font.
    Font,
    /// Any other known binary format.
    Other,
    /// Bytes of no known format.
    Unknown,
    /// No bytes.
    Empty,
}

/// A type by content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FileType {
    /// Media type.
    pub mime: &'static str,
    /// The extension that such files bear.
    pub extension: &'static str,
    /// In words.
    pub description: &'static str,
    /// What sort of thing it is.
    #[serde(skip)]
    pub family: Family,
}

const fn file_type(family: Family, extension: &'static str, mime: &'static str, description: &'static str) -> FileType {
    FileType { mime, extension, description, family }
}

/// What of a file is at hand: its first bytes, and a way to more of them where a container tells its kind further on.
pub(crate) struct Sample<'a> {
    /// The first bytes, 40 KiB or the whole file.
    head: &'a [u8],
    stream: Option<&'a dyn ReadAt>,
    size: u64,
}

impl Sample<'_> {
    /// Bytes at an offset, as many of them as there are.
    fn bytes(&self, at: u64, length: usize) -> Vec<u8> {
        let end = at.saturating_add(to_u64(length));
        let held = to_u64(self.head.len());
        match self.stream {
            Some(stream) if end > held && at < self.size => {
                let rest = to_usize(self.size.saturating_sub(at));
                let mut bytes = vec![0u8; length.min(rest)];
                // An error of the stream is told where the whole of it is read; here it only means that less is known.
                let count = read_full(stream, at, &mut bytes).unwrap_or(0);
                bytes.truncate(count);
                bytes
            }
            _ => Fields(self.head).bytes(to_usize(at), length).to_vec(),
        }
    }
}

/// Tells the type of a file of `size` bytes from its first bytes alone (40 KiB suffice for most).
#[must_use]
pub fn detect(head: &[u8], size: u64) -> FileType {
    tell(&Sample { head, stream: None, size })
}

/// Tells the type of a file from its first bytes and, where a container needs it, from a few more further on.
#[must_use]
pub fn identify(head: &[u8], stream: &dyn ReadAt, size: u64) -> FileType {
    tell(&Sample { head, stream: Some(stream), size })
}

fn tell(sample: &Sample<'_>) -> FileType {
    let head = sample.head;
    if sample.size == 0 {
        return file_type(Family::Empty, "", "application/x-empty", "empty file");
    }
    executable::dos(sample)
        .or_else(|| executable::elf(sample))
        .or_else(|| compound::ole(sample))
        .or_else(|| zip::zip(sample))
        .or_else(|| signature::find(head))
        .or_else(|| text::early(head))
        .or_else(|| text::kind(head))
        .or_else(|| magic::is_old_tar(head))
        .or_else(|| inferred::find(head))
        .or_else(|| text::late(head))
        .unwrap_or(file_type(Family::Unknown, "bin", "application/octet-stream", "data"))
}

#[cfg(test)]
mod tests;
