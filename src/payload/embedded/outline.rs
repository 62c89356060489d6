//! How large a PE is by its headers: the end of its last section or of its certificates.

use crate::base::fields::Fields;

/// Sections that are counted.
const SECTIONS: u16 = 96;

/// What the headers say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outline {
    /// Bytes of the file.
    pub(super) size: u64,
    machine: u16,
    library: bool,
}

impl Outline {
    /// Reads the headers, which stand within the first bytes. Nothing where no section is there.
    pub(super) fn read(head: &[u8]) -> Option<Self> {
        let at = usize::try_from(Fields(head).u32(0x3c)).ok()?;
        let header = Fields(head.get(at..)?);
        let (machine, sections, optional) = (header.u16(4), header.u16(6), usize::from(header.u16(20)));
        // Machines that Windows ran on; anything else is text that looks like a header.
        let known = matches!(machine, 0x14c | 0x8664 | 0xaa64 | 0x1c0 | 0x1c2 | 0x1c4 | 0x200 | 0xebc);
        if !known || sections == 0 || sections > SECTIONS || !matches!(header.u16(24), 0x10b | 0x20b) {
            return None;
        }
        let mut size = 0u64;
        for index in 0..usize::from(sections) {
            let at = index.saturating_mul(40).saturating_add(optional).saturating_add(24);
            // The table may go on behind the bytes that are at hand; then the size is that of what is known.
            let section = Fields(header.0.get(at..).unwrap_or_default());
            if section.u32(20) != 0 {
                size = size.max(u64::from(section.u32(20)).saturating_add(section.u32(16).into()));
            }
        }
        // The fifth directory, after the optional header of either width.
        let certificates: usize = if header.u16(24) == 0x20b { 24 + 112 + 32 } else { 24 + 96 + 32 };
        let (start, length) = (header.u32(certificates), header.u32(certificates.saturating_add(4)));
        if optional >= certificates.saturating_sub(24).saturating_add(8)
            && u64::from(start) >= size
            && length < 16 << 20
        {
            size = size.max(u64::from(start).saturating_add(length.into()));
        }
        (size != 0).then_some(Self { size, machine, library: header.u16(22) & 0x2000 != 0 })
    }

    /// In words.
    pub(super) fn description(&self) -> String {
        let machine = match self.machine {
            0x14c => "x86",
            0x8664 => "x64",
            0xaa64 => "ARM64",
            0x1c0 | 0x1c2 | 0x1c4 => "ARM",
            0x200 => "Itanium",
            _ => "EFI byte code",
        };
        format!("Windows {}, {machine}", if self.library { "library" } else { "executable" })
    }
}
