//! ELF files: the section table at the end, and the names of the sections.

use super::{Bytes, Finding, Proof};

/// Integers of an ELF file, in its own order and width.
struct Elf<'a> {
    file: Bytes<'a>,
    wide: bool,
    big: bool,
}

impl Elf<'_> {
    fn u16(&self, at: u64) -> Option<u64> {
        let bytes = self.file.array(at)?;
        Some(u64::from(if self.big { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) }))
    }

    fn u32(&self, at: u64) -> Option<u64> {
        let bytes = self.file.array(at)?;
        Some(u64::from(if self.big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }))
    }

    fn word(&self, at: u64) -> Option<u64> {
        if !self.wide {
            return self.u32(at);
        }
        let bytes = self.file.array(at)?;
        Some(if self.big { u64::from_be_bytes(bytes) } else { u64::from_le_bytes(bytes) })
    }

    /// By the width of the file: the offset for 32 bits or for 64.
    fn pick(&self, narrow: u64, wide: u64) -> u64 {
        if self.wide { wide } else { narrow }
    }

    /// Type, name, offset and size of a section.
    fn section(&self, at: u64) -> Option<[u64; 4]> {
        Some([
            self.u32(at.checked_add(4)?)?,
            self.u32(at)?,
            self.word(at.checked_add(self.pick(16, 24))?)?,
            self.word(at.checked_add(self.pick(20, 32))?)?,
        ])
    }
}

pub(super) fn check(file: Bytes<'_>) -> Option<Finding> {
    const NO_BITS: u64 = 8;
    let ident = file.array::<6>(0)?;
    let elf = Elf { file, wide: ident.get(4) == Some(&2), big: ident.get(5) == Some(&2) };
    let table = elf.word(elf.pick(32, 40))?;
    let each = elf.u16(elf.pick(46, 58))?;
    let count = elf.u16(elf.pick(48, 60))?;
    let names = elf.u16(elf.pick(50, 62))?;
    if table == 0 || count == 0 {
        return segments(&elf);
    }
    let declared = table.checked_add(each.checked_mul(count)?)?;
    let broken = |why: &str| Some(Finding::broken(why).declaring(declared));
    if declared > file.len() {
        return broken("the section table ends outside the file");
    }
    let [kind, _, strings, strings_size] = elf.section(table.checked_add(each.checked_mul(names)?)?)?;
    let end = strings.checked_add(strings_size).and_then(|end| end.checked_sub(1));
    let bounds = (file.array::<1>(strings), end.and_then(|end| file.array::<1>(end)));
    if kind != 3 || bounds != (Some([0]), Some([0])) {
        return broken("the names of the sections do not stand where the header says");
    }
    for index in 0..count {
        let [kind, name, at, size] = elf.section(table.checked_add(each.checked_mul(index)?)?)?;
        if name >= strings_size || kind != NO_BITS && at.checked_add(size)? > file.len() {
            return broken("a section lies outside the file");
        }
    }
    Some(Finding::proven(Proof::Structure).declaring(declared))
}

/// Without a section table only the segments say how large the file is.
fn segments(elf: &Elf<'_>) -> Option<Finding> {
    let table = elf.word(elf.pick(28, 32))?;
    let each = elf.u16(elf.pick(42, 54))?;
    let count = elf.u16(elf.pick(44, 56))?;
    let mut declared = 0u64;
    for index in 0..count {
        let at = table.checked_add(each.checked_mul(index)?)?;
        let offset = elf.word(at.checked_add(elf.pick(4, 8))?)?;
        declared = declared.max(offset.checked_add(elf.word(at.checked_add(elf.pick(16, 32))?)?)?);
    }
    let found = Finding::default().declaring(declared);
    Some(match declared.cmp(&elf.file.len()) {
        std::cmp::Ordering::Greater => Finding { broken: Some("a segment ends outside the file".to_owned()), ..found },
        std::cmp::Ordering::Equal => Finding { proofs: vec![Proof::Structure], ..found },
        std::cmp::Ordering::Less => found,
    })
}
