//! Programs that start with `MZ` and are no PE: DOS, 16-bit Windows and OS/2, and PE files whose header is lost.

use super::filetype;
use crate::base::anomaly::Cause;
use crate::base::escape::lossless;
use crate::base::fields::Fields;
use crate::base::number::to_usize;
use schemars::JsonSchema;
use serde::Serialize;

/// What it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Dos {
    /// `dos`, `ne` (16-bit Windows or OS/2), `le` (virtual device, DOS extender), `lx` (OS/2), or `pe-damaged`.
    pub kind: &'static str,
    /// Where the newer header starts or should start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header_offset: Option<u32>,
    /// Bytes that the DOS header says belong to the program.
    pub declared_size: u64,
    /// Name of a 16-bit module.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub module: Option<String>,
    /// Why a newer header is missed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A file whose DOS relocations start here has a newer header, says Microsoft's definition of the field at 3C.
const NEW: u16 = 0x40;

/// Reads the head of a file of `size` bytes; nothing from one that is a PE or does not start with `MZ` or `ZM`.
pub fn read(head: &[u8], size: u64, note: &mut dyn FnMut(Cause)) -> Option<Dos> {
    let fields = Fields(head);
    if !(head.starts_with(b"MZ") || head.starts_with(b"ZM")) || head.len() < 28 || filetype::is_pe(head) {
        return None;
    }
    let (last, pages) = (u64::from(fields.u16(2)), u64::from(fields.u16(4)));
    let short = if last == 0 { 0 } else { 512u64.saturating_sub(last) };
    let mut dos = Dos { declared_size: (pages.saturating_mul(512)).saturating_sub(short), ..Dos::default() };
    let pointer = fields.u32(0x3c);
    let at = to_usize(pointer);
    let header = if pointer == 0 { &[] } else { head.get(at..).unwrap_or_default() };
    let kind = match header {
        [b'N', b'E', ..] => "ne",
        [b'L', b'E', ..] => "le",
        [b'L', b'X', ..] => "lx",
        _ => "",
    };
    if !kind.is_empty() {
        dos.kind = kind;
        dos.header_offset = Some(pointer);
        if kind == "ne" {
            let names = header.get(usize::from(Fields(header).u16(0x26))..).unwrap_or_default();
            let name = names.split_first().and_then(|(length, name)| name.get(..usize::from(*length)));
            dos.module = name.filter(|name| !name.is_empty() && name.iter().all(u8::is_ascii_graphic)).map(lossless);
        }
        return Some(dos);
    }
    // A DOS program has its relocations, or other data, where newer ones have the pointer.
    let says_windows = String::from_utf8_lossy(head.get(..512).unwrap_or(head)).contains("This program ");
    if fields.u16(0x18) != NEW && !says_windows && head.len() >= 0x40 {
        dos.kind = "dos";
        return Some(dos);
    }
    let reason = if head.len() < 0x40 {
        format!("the file ends inside the DOS header, after {} bytes", head.len())
    } else if u64::from(pointer) >= size {
        format!("its header should start at {pointer:#x}, behind the end of the file")
    } else if u64::from(pointer).saturating_add(4) > size {
        format!("the file ends inside the signature of its header at {pointer:#x}")
    } else if at >= head.len() {
        format!("its header, at {pointer:#x}, lies deeper than headers are looked for")
    } else {
        format!("there is no header of a known kind at {pointer:#x}")
    };
    note(Cause::Corrupt { what: format!("a Windows executable without its header: {reason}"), offset: 0x3c });
    dos.kind = "pe-damaged";
    dos.header_offset = Some(pointer).filter(|_| head.len() >= 0x40);
    dos.reason = Some(reason);
    Some(dos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_starts_with_mz_is_told_apart() {
        let file = |relocations: u8, pointer: u32, length: usize, header: &[u8]| {
            let mut bytes = vec![0u8; length];
            for (at, byte) in b"MZ".iter().enumerate().chain([(0x18, &relocations)]) {
                bytes[at] = *byte;
            }
            bytes.splice(0x3c.min(length)..0x40.min(length), pointer.to_le_bytes());
            let at = pointer as usize;
            if !header.is_empty() {
                bytes.splice(at..at + header.len(), header.iter().copied());
            }
            bytes
        };
        let mut ne = [0u8; 0x60];
        ne[..2].copy_from_slice(b"NE");
        ne[0x26] = 0x50;
        ne[0x50..0x54].copy_from_slice(b"\x03ABC");
        let cases: Vec<(Vec<u8>, Option<&str>, usize)> = vec![
            (file(0x1e, 0, 512, b""), Some("dos"), 0),
            (file(0x40, 0x80, 512, &ne), Some("ne"), 0),
            (file(0x40, 0x80, 512, b"LE"), Some("le"), 0),
            (file(0x40, 0x80, 512, b"LX"), Some("lx"), 0),
            (file(0x40, 0x80, 512, b"PE\0\0"), None, 0),
            (file(0x40, 0, 512, b""), Some("pe-damaged"), 1),
            (file(0x40, u32::MAX, 512, b""), Some("pe-damaged"), 1),
            (file(0x40, 511, 512, b""), Some("pe-damaged"), 1),
            (file(0x40, 0x20, 512, b""), Some("pe-damaged"), 1),
            (b"MZ and then nothing but this text, cut".to_vec(), Some("pe-damaged"), 1),
            (b"MZ".to_vec(), None, 0),
        ];
        for (bytes, kind, notes) in cases {
            let mut told = 0;
            let dos = read(&bytes, bytes.len() as u64, &mut |_| told += 1);
            assert_eq!((dos.as_ref().map(|dos| dos.kind), told), (kind, notes), "{bytes:02x?}");
            if kind == Some("ne") {
                assert_eq!(dos.and_then(|dos| dos.module).as_deref(), Some("ABC"));
            }
        }
    }
}
