//! Windows executables: section ends, certificate table, symbol table, checksum and Authenticode digest.

use super::{Bytes, Depth, Finding, Proof};
use crate::base::fields::Fields;
use crate::base::limits::Limits;
use crate::payload::authenticode::{self, Authorities, TrustStore};

/// Where the parts of an executable lie in its file, as its headers say.
pub(in crate::payload::ascii_damage) struct Layout {
    /// Offset of the checksum.
    pub(in crate::payload::ascii_damage) checksum_at: u64,
    /// The checksum of the header; nought says nothing.
    pub(in crate::payload::ascii_damage) checksum: u32,
    /// Address at which the image is to be loaded.
    pub(in crate::payload::ascii_damage) base: u64,
    /// Bytes of the loaded image.
    pub(in crate::payload::ascii_damage) image: u64,
    /// Bytes of headers.
    headers: u64,
    /// Sections: address in memory, size there, offset in the file, bytes there.
    pub(in crate::payload::ascii_damage) sections: Vec<[u64; 4]>,
    /// Directories: address and size.
    pub(in crate::payload::ascii_damage) directories: Vec<(u32, u32)>,
    /// Symbol table with its strings: where it ends.
    symbols_end: u64,
}

impl Layout {
    pub(in crate::payload::ascii_damage) fn read(file: Bytes<'_>) -> Option<Self> {
        let at = u64::from(u32::from_le_bytes(file.array(0x3c)?));
        let head = file.array::<24>(at)?;
        if !head.starts_with(b"PE\0\0") {
            return None;
        }
        let coff = Fields(&head);
        let optional_size = usize::from(coff.u16(20));
        let optional_at = at.checked_add(24)?;
        let optional = file.get(optional_at, optional_size)?;
        let fields = Fields(&optional);
        let tables = match fields.u16(0) {
            0x10b => 92usize,
            0x20b => 108,
            _ => return None,
        };
        let count = usize::try_from(fields.u32(tables)).ok()?.min(16);
        let directory = |index: usize| {
            let at = tables.saturating_add(4).saturating_add(index.saturating_mul(8));
            (fields.u32(at), fields.u32(at.saturating_add(4)))
        };
        let sections_at = optional_at.checked_add(u64::from(coff.u16(20)))?;
        let table = file.get(sections_at, usize::from(coff.u16(6)).checked_mul(40)?)?;
        let sections = table.chunks_exact(40).map(|entry| {
            let entry = Fields(entry);
            [entry.u32(12), entry.u32(8), entry.u32(20), entry.u32(16)].map(u64::from)
        });
        Some(Self {
            checksum_at: optional_at.checked_add(64)?,
            checksum: fields.u32(64),
            base: if tables == 92 { u64::from(fields.u32(28)) } else { fields.u64(24) },
            image: u64::from(fields.u32(56)),
            headers: u64::from(fields.u32(60)),
            sections: sections.collect(),
            directories: (0..count).map(directory).collect(),
            symbols_end: symbols_end(file, coff.u32(12), coff.u32(16)),
        })
    }

    /// The certificate table: offset in the file and bytes.
    pub(in crate::payload::ascii_damage) fn certificates(&self) -> Option<(u32, u32)> {
        self.directories.get(4).copied().filter(|(at, length)| *at != 0 && *length != 0)
    }

    /// Where the sections end.
    pub(in crate::payload::ascii_damage) fn image_end(&self) -> u64 {
        let ends = self.sections.iter().filter(|[.., raw]| *raw > 0).map(|[.., at, raw]| at.saturating_add(*raw));
        ends.max().unwrap_or(self.headers)
    }

    /// How many bytes the headers account for.
    pub(in crate::payload::ascii_damage) fn declared(&self) -> u64 {
        let table = self.certificates().map_or(0, |(at, length)| u64::from(at).saturating_add(u64::from(length)));
        self.image_end().max(table).max(self.symbols_end)
    }

    /// Where an address of the loaded image stands in the file.
    pub(in crate::payload::ascii_damage) fn offset(&self, address: u32) -> Option<u64> {
        let address = u64::from(address);
        self.sections.iter().find_map(|[start, size, raw, length]| {
            let within = address.checked_sub(*start)?;
            (within < (*size).max(*length)).then(|| raw.saturating_add(within))
        })
    }

    /// Whether the tables that begin with something known do begin so: none known, all, or one that does not.
    fn tables(&self, file: Bytes<'_>) -> Option<bool> {
        let at = |index: usize| {
            let (address, size) = self.directories.get(index).copied()?;
            (address != 0 && size != 0).then(|| self.offset(address)).flatten()
        };
        let checks = [
            at(1).map(|at| self.imports_hold(file, at)),
            at(2).map(|at| resources_hold(file, at)),
            at(5).map(|at| relocations_hold(file, at)),
        ];
        checks.into_iter().flatten().reduce(|all, holds| all && holds)
    }

    /// The first import descriptor names a library.
    fn imports_hold(&self, file: Bytes<'_>, at: u64) -> bool {
        let Some(descriptor) = file.array::<20>(at) else { return false };
        let name = self.offset(Fields(&descriptor).u32(12)).and_then(|at| file.array::<5>(at));
        name.is_some_and(|name| name.iter().all(|byte| byte.is_ascii_graphic()))
    }
}

/// The root of the resources counts its entries; those with names come first, and sub-directories follow soon.
fn resources_hold(file: Bytes<'_>, at: u64) -> bool {
    let Some(root) = file.array::<24>(at) else { return false };
    let root = Fields(&root);
    let entries = u32::from(root.u16(12)).saturating_add(u32::from(root.u16(14)));
    let child = root.u32(20);
    root.u32(0) == 0 && entries < 4096 && (entries == 0 || child & 0x8000_0000 != 0 && child & 0x7fff_ffff < 1 << 20)
}

/// The first block of relocations is for a page and has a size that fits.
fn relocations_hold(file: Bytes<'_>, at: u64) -> bool {
    let Some(block) = file.array::<8>(at) else { return false };
    let block = Fields(&block);
    block.u32(0).is_multiple_of(4096) && block.u32(4).is_multiple_of(2) && (8..=0x2008).contains(&block.u32(4))
        || block.u32(4) == 0
}

fn symbols_end(file: Bytes<'_>, at: u32, count: u32) -> u64 {
    if at == 0 || count == 0 {
        return 0;
    }
    let strings = u64::from(at).saturating_add(u64::from(count).saturating_mul(18));
    let length = file.array(strings).map_or(4, u32::from_le_bytes);
    strings.saturating_add(u64::from(length))
}

pub(super) fn check(file: Bytes<'_>, depth: Depth, limits: &Limits) -> Option<Finding> {
    let Some(layout) = Layout::read(file) else {
        return Some(Finding::broken("the executable has no readable header"));
    };
    let declared = layout.declared();
    let mut found = Finding::default().declaring(declared);
    if file.len() < declared {
        found.broken = Some(format!("its parts end at byte {declared}, the file at {}", file.len()));
        return Some(found);
    }
    match layout.tables(file) {
        Some(false) => found.broken = Some("a table of the executable does not stand where its header says".to_owned()),
        Some(true) => found.proofs.push(Proof::Structure),
        None if file.len() == declared => found.proofs.push(Proof::Structure),
        None => {}
    }
    if let Some((at, length)) = layout.certificates() {
        let entry = file.array::<8>(u64::from(at))?;
        let entry = Fields(&entry);
        if entry.u32(0) > length || !matches!(entry.u16(4), 0x100 | 0x200) {
            found.broken = Some("the certificate table does not stand where the header says".to_owned());
        }
    }
    if depth == Depth::Quick {
        return Some(found);
    }
    if layout.checksum != 0 && checksum(file, layout.checksum_at) == Some(layout.checksum) {
        found.proofs.insert(0, Proof::PeChecksum);
    }
    // The digests alone are asked for; whose they are is found when the file is inspected.
    let digests = Limits { signature_checks: 0, ..limits.clone() };
    let nobody = Authorities { trust: TrustStore::empty(), ..Authorities::default() };
    let signed = authenticode::read(file.0, file.len(), layout.certificates(), &digests, &nobody, &mut |_| {});
    match (&signed.digest_stored, &signed.digest_computed) {
        (Some(stored), Some(computed)) if stored == computed => found.proofs.insert(0, Proof::AuthenticodeDigest),
        // A file that fits to the byte and is signed for other bytes was changed before the transfer.
        (Some(_), Some(_)) if file.len() == declared && found.proofs.contains(&Proof::Structure) => {}
        (Some(_), Some(_)) => found.broken = Some("the Authenticode digest is another".to_owned()),
        _ => {}
    }
    Some(found)
}

/// The checksum of an executable: 16-bit words added with the carry brought round, its own field left out, and the size.
pub(in crate::payload::ascii_damage) fn checksum(file: Bytes<'_>, at: u64) -> Option<u32> {
    let mut sum = 0u64;
    let mut odd = None::<u8>;
    let mut add = |bytes: &[u8]| {
        let mut bytes = bytes;
        if let (Some(low), Some((high, rest))) = (odd, bytes.split_first()) {
            sum = sum.saturating_add(u64::from(u16::from_le_bytes([low, *high])));
            (odd, bytes) = (None, rest);
        }
        let words = bytes.chunks_exact(2);
        odd = words.remainder().first().copied().or(odd);
        sum = words.fold(sum, |sum, word| sum.saturating_add(u64::from(Fields(word).u16(0))));
    };
    let rest = at.checked_add(4)?;
    let whole = file.each(0, at, &mut add) && {
        add(&[0; 4]);
        file.each(rest, file.len().checked_sub(rest)?, &mut add)
    };
    sum = sum.saturating_add(odd.map_or(0, u64::from));
    while sum >> 16 != 0 {
        sum = (sum & 0xffff).saturating_add(sum >> 16);
    }
    let length = u32::try_from(file.len()).ok()?;
    whole.then(|| u32::try_from(sum).unwrap_or(0).wrapping_add(length))
}
