//! Executables of Windows, DOS and OS/2, and ELF files: their kinds by their headers.
//!
//! Sources: Microsoft's PE specification; the System V ABI (ELF header, program headers, dynamic section).

use super::Family::{Other, Pe, Program};
use super::{FileType, Sample, file_type};
use crate::base::fields::Fields;
use crate::base::number::to_usize;

const PE: &str = "application/vnd.microsoft.portable-executable";
const DOS: &str = "application/x-dosexec";

/// Whether the head is that of a PE file: `MZ`, and `PE\0\0` where its field says.
#[must_use]
pub fn is_pe(head: &[u8]) -> bool {
    let at = to_usize(Fields(head).u32(0x3c));
    head.starts_with(b"MZ") && Fields(head).bytes(at, 4) == b"PE\0\0"
}

/// A file that begins with `MZ`, by the header that its field names.
pub(super) fn dos(sample: &Sample<'_>) -> Option<FileType> {
    let head = sample.head;
    if !head.starts_with(b"MZ") && !head.starts_with(b"ZM") || head.len() < 28 {
        return None;
    }
    let at = Fields(head).u32(0x3c);
    let header = if head.len() < 0x40 { Vec::new() } else { sample.bytes(u64::from(at), 264) };
    let new = Fields(&header);
    Some(match header.get(..4).and_then(|signature| signature.first_chunk::<2>()) {
        _ if head.starts_with(b"MZ") && header.starts_with(b"PE\0\0") => portable(new),
        Some(b"NE") => match new.u16(0x0c) & 0x8000 {
            0 => file_type(Program, "exe", "application/x-ms-ne-executable", "16-bit Windows executable (NE)"),
            _ => file_type(Program, "dll", "application/x-ms-ne-executable", "16-bit Windows library or driver (NE)"),
        },
        Some(b"LE" | b"LX") => file_type(
            Program,
            "exe",
            "application/x-ms-le-executable",
            "OS/2 or Windows virtual device executable (LE)",
        ),
        _ => file_type(Program, "exe", DOS, "DOS executable, or a PE file whose header is damaged"),
    })
}

/// The kind by subsystem, characteristics and the directory of the common language run time.
fn portable(new: Fields<'_>) -> FileType {
    let (characteristics, optional) = (new.u16(22), 24usize);
    let directories = match new.u16(optional) {
        0x20b => optional.saturating_add(112),
        _ => optional.saturating_add(96),
    };
    let count = new.u32(directories.saturating_sub(4));
    let managed = count > 14 && new.u32(directories.saturating_add(14 * 8)) != 0;
    let library = characteristics & 0x2000 != 0;
    let (extension, description) = match new.u16(optional.saturating_add(68)) {
        1 => ("sys", "Windows driver"),
        8 => ("exe", "Windows native program"),
        10..=13 => ("efi", "EFI executable"),
        _ if library && managed => ("dll", "Windows dynamic link library (.NET)"),
        _ if library => ("dll", "Windows dynamic link library"),
        3 if managed => ("exe", "Windows console program (.NET)"),
        3 => ("exe", "Windows console program"),
        2 if managed => ("exe", "Windows program (.NET)"),
        2 => ("exe", "Windows program"),
        5 => ("exe", "OS/2 program"),
        7 => ("exe", "POSIX program for Windows"),
        9 => ("exe", "Windows CE program"),
        14 => ("xbe", "Xbox program"),
        16 => ("efi", "Windows boot application"),
        _ => ("exe", "Windows executable"),
    };
    file_type(Pe, extension, PE, description)
}

/// An ELF file. A shared object that names a program interpreter, or whose dynamic section says so, is a program that may
/// lie anywhere in memory.
pub(super) fn elf(sample: &Sample<'_>) -> Option<FileType> {
    let head = sample.head;
    if !head.starts_with(b"\x7fELF") {
        return None;
    }
    let record = Elf { head: Fields(head), big: Fields(head).u8(5) == 2, wide: Fields(head).u8(4) == 2 };
    Some(match record.u16(Fields(head), 16) {
        1 if record.is_kernel_module() => file_type(Program, "ko", "application/x-object", "Linux kernel module"),
        1 => file_type(Other, "o", "application/x-object", "ELF object file"),
        2 => file_type(Program, "elf", "application/x-executable", "ELF program"),
        3 if record.is_program(sample) => file_type(Program, "elf", "application/x-pie-executable", "ELF program"),
        3 => file_type(Program, "so", "application/x-sharedlib", "ELF shared library"),
        4 => file_type(Other, "core", "application/x-coredump", "core dump (memory of one process)"),
        _ => file_type(Program, "elf", "application/x-elf", "ELF file"),
    })
}

struct Elf<'a> {
    head: Fields<'a>,
    big: bool,
    wide: bool,
}

impl Elf<'_> {
    fn u16(&self, fields: Fields<'_>, at: usize) -> u16 {
        let value = fields.u16(at);
        if self.big { value.swap_bytes() } else { value }
    }

    fn u32(&self, fields: Fields<'_>, at: usize) -> u32 {
        let value = fields.u32(at);
        if self.big { value.swap_bytes() } else { value }
    }

    /// A word of the file's class.
    fn word(&self, fields: Fields<'_>, at: usize) -> u64 {
        match (self.wide, self.big) {
            (false, _) => u64::from(self.u32(fields, at)),
            (true, false) => fields.u64(at),
            (true, true) => fields.u64(at).swap_bytes(),
        }
    }

    fn is_kernel_module(&self) -> bool {
        memchr::memmem::find(self.head.0, b"vermagic=").is_some()
    }

    /// Whether the dynamic section has `DF_1_PIE`, or the file names an interpreter and does not name itself as a library.
    fn is_program(&self, sample: &Sample<'_>) -> bool {
        let (table, size, count) = if self.wide { (32, 54, 56) } else { (28, 42, 44) };
        let at = self.word(self.head, table);
        let (size, count) = (u64::from(self.u16(self.head, size)), self.u16(self.head, count).min(128));
        let (mut interpreted, mut named) = (false, true);
        for number in 0..u64::from(count) {
            let header = sample.bytes(at.saturating_add(number.saturating_mul(size)), 56);
            let fields = Fields(&header);
            match self.u32(fields, 0) {
                3 => interpreted = true,
                2 => {
                    let (offset, length) = if self.wide { (8, 32) } else { (4, 16) };
                    match self.dynamic(sample, self.word(fields, offset), self.word(fields, length)) {
                        (true, _) => return true,
                        (false, name) => named = name,
                    }
                }
                _ => {}
            }
        }
        interpreted && !named
    }

    /// Whether the dynamic section has `DF_1_PIE`, and whether it has `DT_SONAME` or makes no sense.
    fn dynamic(&self, sample: &Sample<'_>, offset: u64, length: u64) -> (bool, bool) {
        let entry = if self.wide { 16 } else { 8 };
        let section = sample.bytes(offset, usize::try_from(length.min(4096)).unwrap_or(4096));
        let tags = section.chunks_exact(entry).map(|entry_bytes| {
            let fields = Fields(entry_bytes);
            (self.word(fields, 0), self.word(fields, entry / 2))
        });
        let (mut program, mut named, mut tables) = (false, false, false);
        for (tag, value) in tags {
            program |= tag == 0x6fff_fffb && value & 0x0800_0000 != 0;
            named |= tag == 14;
            tables |= tag == 5;
        }
        (program, named || !tables)
    }
}
