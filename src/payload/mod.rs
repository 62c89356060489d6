//! Payloads: what the bytes of a file are, whatever its name says.
//!
//! One pass over the stream gives digests and entropy; the head gives the type; the structure of an executable is read from
//! as much as [`crate::base::limits::Limits::payload_parse_bytes`] allows.
#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss
    )
)]

pub mod archive;
pub mod ascii_damage;
pub mod authenticode;
pub mod document;
pub mod dos;
pub mod elf;
pub mod embedded;
pub mod entropy;
pub mod filetype;
pub mod macho;
pub mod mismatch;
pub mod name;
pub mod oddity;
pub mod pe;
pub mod renamed;

use crate::base::anomaly::{Anomaly, Cause, Stage};
use crate::base::bytes::{AlignedBuffer, ReadAt, read_as_far};
use crate::base::digest::{Digests, Hasher};
use crate::base::limits::Limits;
use crate::base::number::{to_u64, to_usize};
use authenticode::{Authorities, Vouched};
use entropy::{Entropy, Profile};
use filetype::FileType;
use mismatch::Mismatch;
use name::NameTrick;
use schemars::JsonSchema;
use serde::Serialize;

/// What the bytes of a payload are.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct Facts {
    /// Size in bytes: what the file has, whether all of it could be read or not.
    pub size: u64,
    /// Bytes from the start that were read, where that is not all of them: everything below rests on these alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes_examined: Option<u64>,
    /// The digests of all bytes; absent where not all were read.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub digests: Option<Digests>,
    /// Shannon entropy; absent for an empty file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entropy: Option<Entropy>,
    /// The type by content.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub file_type: Option<FileType>,
    /// Where name and content disagree.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mismatch: Option<Mismatch>,
    /// What the name does to deceive.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub name_tricks: Vec<NameTrick>,
    /// The catalog that lists a file which is no executable; those have theirs beside their own signature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub catalog: Option<Vouched>,
    /// Structure of a Windows executable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pe: Option<pe::Pe>,
    /// Where the program was called otherwise when it was built.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub renamed: Option<renamed::Renamed>,
    /// A program for DOS or 16-bit Windows, or what is left of a Windows executable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dos: Option<dos::Dos>,
    /// Structure of an ELF program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub elf: Option<elf::Elf>,
    /// Structure of a Mach-O program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub macho: Option<macho::MachO>,
    /// Members of an archive, whether the payload is one or carries one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub archive: Option<archive::Archive>,
    /// What a document holds that runs, reaches out or is hidden.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<document::Document>,
    /// Executables and scripts that are hidden in the payload.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub embedded: Vec<embedded::Embedded>,
    /// What a transfer in ASCII mode did to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ascii_damage: Option<ascii_damage::AsciiDamage>,
}

/// Bytes read at a time.
const CHUNK: usize = 1 << 18;
/// Bytes of the head by which the type is told; an ISO 9660 volume descriptor stands at 32769.
const HEAD: usize = 40 << 10;

/// Inspects one file. `name` is its name on the evidence, for what it claims to be; `path` is for the anomalies;
/// `authorities` are whom signatures are held against.
pub fn inspect(
    stream: &dyn ReadAt,
    name: &str,
    path: &str,
    limits: &Limits,
    authorities: &Authorities,
) -> (Facts, Vec<Anomaly>) {
    let mut anomalies = Vec::new();
    let mut tell = |cause: Cause| anomalies.push(Anomaly { stage: Stage::Payload, path: path.to_owned(), cause });
    let pass = read_through(stream, limits, &mut tell);
    let size = stream.len().max(pass.examined);
    let bytes_examined = Some(pass.examined).filter(|_| pass.digests.is_none());
    if pass.examined == 0 && size > 0 {
        return (Facts { size, bytes_examined, name_tricks: name::tricks(name), ..Facts::default() }, anomalies);
    }
    // That bytes are not there was told once.
    let mut note = |cause: Cause| match cause {
        Cause::Io(_) if pass.broken => {}
        cause => tell(cause),
    };
    let file_type = filetype::identify(&pass.head, stream, size);
    let mut pe = None;
    if file_type.family == filetype::Family::Pe {
        pe = pe::read(&pass.kept, stream, size, limits, authorities, &mut note);
    }
    let pe = pe.or_else(|| pe::te::read(&pass.kept, limits));
    let pe_read = pe.is_some();
    let digests = pass.digests.as_ref().filter(|_| file_type.family != filetype::Family::Pe);
    let catalogs = &authorities.catalogs;
    let catalog = digests.and_then(|digests| catalogs.vouch_for_bytes(digests, limits, authorities, &mut note));
    let overlay = pe.as_ref().and_then(|pe| pe.overlay.as_ref()).map(|overlay| overlay.offset);
    let archive = archive::read(stream, &pass.head, file_type.family, overlay, limits, &mut note);
    let document = document::read(stream, &pass.head, file_type.extension, archive.as_ref(), limits, &mut note);
    let embedded = embedded::read(stream, &pass.head, &file_type, archive.as_ref(), pass.scanner, limits, &mut note);
    // Of a file that was not read whole the counts say nothing.
    let ascii_damage = pass.digests.as_ref().and_then(|_| {
        let counts = pass.profile.counts();
        ascii_damage::judge(stream, &pass.head, &pass.line_ends, &counts, limits, &mut note)
    });
    let facts = Facts {
        size,
        bytes_examined,
        catalog,
        digests: pass.digests,
        entropy: pass.profile.finish(),
        mismatch: mismatch::judge(name, &file_type, size),
        file_type: Some(file_type),
        name_tricks: name::tricks(name),
        renamed: pe.as_ref().and_then(|pe| renamed::judge(name, pe)),
        pe,
        dos: if pe_read { None } else { dos::read(&pass.head, size, &mut note) },
        elf: elf::read(&pass.kept, size, limits, &mut note),
        macho: macho::read(&pass.kept, size, limits, &mut note),
        archive,
        document,
        embedded,
        ascii_damage,
    };
    (facts, anomalies)
}

/// What one pass over a stream leaves.
struct Pass {
    /// Bytes that were read.
    examined: u64,
    /// Whether bytes are missing that should be there, or could not be read.
    broken: bool,
    digests: Option<Digests>,
    profile: Profile,
    line_ends: ascii_damage::Census,
    head: Vec<u8>,
    /// The bytes held for structure: of an executable, as much as the limits allow; else nothing.
    kept: Vec<u8>,
    scanner: embedded::Scanner,
}

/// Whether a file is a program whose structure is read. The header of a PE may lie behind the head: the loader follows the
/// pointer of an `MZ` file wherever it leads.
fn has_structure(head: &[u8]) -> bool {
    head.starts_with(b"MZ") || pe::te::is_te(head) || elf::is_elf(head) || macho::is_macho(head)
}

/// Reads a stream from its start as far as the limits allow and it can be read.
fn read_through(stream: &dyn ReadAt, limits: &Limits, note: &mut dyn FnMut(Cause)) -> Pass {
    let length = stream.len();
    let end = length.min(limits.payload_hash_bytes);
    let mut buffer = AlignedBuffer::new(CHUNK.min(usize::try_from(end).unwrap_or(CHUNK)).max(1));
    let mut hasher = Hasher::default();
    let mut pass = Pass {
        examined: 0,
        broken: false,
        digests: None,
        profile: Profile::default(),
        line_ends: ascii_damage::Census::default(),
        scanner: embedded::Scanner::default(),
        head: Vec::new(),
        kept: Vec::new(),
    };
    let mut keep = 0usize;
    let mut failure = None;
    while pass.examined < end && failure.is_none() {
        let wanted = usize::try_from(end.saturating_sub(pass.examined)).unwrap_or(CHUNK).min(CHUNK);
        let space = buffer.space().get_mut(..wanted).unwrap_or_default();
        let (count, failed) = read_as_far(stream, pass.examined, space);
        failure = failed;
        if count == 0 {
            break;
        }
        let bytes = buffer.filled(count);
        if pass.examined == 0 {
            pass.head = bytes.get(..HEAD).unwrap_or(bytes).to_vec();
            if has_structure(&pass.head) {
                keep = to_usize(length.min(limits.payload_parse_bytes));
            }
        }
        let room = keep.saturating_sub(pass.kept.len()).min(count);
        pass.kept.extend_from_slice(bytes.get(..room).unwrap_or_default());
        hasher.update(bytes);
        pass.profile.update(bytes);
        pass.scanner.update(bytes);
        pass.line_ends.update(bytes);
        pass.examined = pass.examined.saturating_add(to_u64(count));
    }
    if let Some(error) = failure {
        pass.broken = true;
        note(error.into());
    } else if pass.examined < end {
        pass.broken = true;
        note(Cause::Corrupt {
            what: format!("the file is cut off, or changed while it was read: it should have {length} bytes and ends"),
            offset: pass.examined,
        });
    } else if end < length {
        note(Cause::LimitReached { what: "bytes of a payload that are hashed", limit: limits.payload_hash_bytes });
    } else {
        pass.digests = Some(hasher.finish());
        if stream.read_at(length, &mut [0u8; 1]).is_ok_and(|more| more > 0) {
            note(Cause::Corrupt {
                what: format!("the file changed while it was read: it had {length} bytes when it was opened"),
                offset: pass.examined,
            });
        }
    }
    pass
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_digests_entropy_and_type() {
        let (facts, anomalies) =
            inspect(&b"hello\r\n".to_vec(), "hello.txt", "hello.txt", &Limits::default(), &Authorities::default());
        assert!(anomalies.is_empty());
        assert_eq!(facts.size, 7);
        assert_eq!(facts.digests, Some(Digests::of(b"hello\r\n")));
        assert_eq!(facts.file_type.unwrap().mime, "text/plain");
        assert_eq!(facts.mismatch, None);
    }

    #[test]
    fn a_capped_file_has_no_digests_and_says_so() {
        let limits = Limits { payload_hash_bytes: 4, ..Limits::default() };
        let (facts, anomalies) = inspect(&vec![0u8; 9], "a.bin", "a.bin", &limits, &Authorities::default());
        assert_eq!((facts.size, facts.bytes_examined, facts.digests), (9, Some(4), None));
        assert_eq!(anomalies[0].cause.to_string(), "limit reached: bytes of a payload that are hashed (limit 4)");
    }

    /// A stream that is shorter, or longer, than its length said.
    struct Changing(Vec<u8>, u64);

    impl ReadAt for Changing {
        fn read_at(&self, offset: u64, buffer: &mut [u8]) -> std::io::Result<usize> {
            self.0.read_at(offset, buffer)
        }

        fn len(&self) -> u64 {
            self.1
        }
    }

    #[test]
    fn a_file_that_changes_while_it_is_read_is_told() {
        for (length, examined) in [(5, None), (15, Some(10))] {
            let (facts, anomalies) =
                inspect(&Changing(vec![b'x'; 10], length), "a", "a", &Limits::default(), &Authorities::default());
            assert!(anomalies[0].cause.to_string().contains("changed while it was read"), "{length}");
            assert_eq!((facts.size, facts.bytes_examined), (length, examined));
            assert_eq!(facts.digests.is_some(), examined.is_none());
        }
    }

    /// A stream that cannot be read behind its first bytes.
    struct Failing(Vec<u8>, u64);

    impl ReadAt for Failing {
        fn read_at(&self, offset: u64, buffer: &mut [u8]) -> std::io::Result<usize> {
            match self.0.read_at(offset, buffer)? {
                0 => Err(std::io::Error::other("no further")),
                count => Ok(count),
            }
        }

        fn len(&self) -> u64 {
            self.1
        }
    }

    #[test]
    fn of_a_file_that_fails_halfway_its_size_is_told_and_what_was_read_but_no_digest() {
        let text = b"a line of text\r\n".repeat(10);
        for held in [text, Vec::new()] {
            let examined = held.len() as u64;
            let (facts, anomalies) =
                inspect(&Failing(held, 3 << 40), "a", "a", &Limits::default(), &Authorities::default());
            assert_eq!((facts.size, facts.bytes_examined, facts.digests), (3 << 40, Some(examined), None));
            assert_eq!(facts.file_type.map(|kind| kind.mime), (examined > 0).then_some("text/plain"));
            assert_eq!(facts.ascii_damage, None);
            let told: Vec<String> = anomalies.iter().map(|anomaly| anomaly.cause.to_string()).collect();
            assert_eq!(told, ["no further"]);
        }
    }
}
