//! Programs other than those of Windows and ELF, and what compilers and virtual machines write.

use super::super::Family::Program;
use super::super::signature::{Signature, asks, start, start_if};
use super::super::{FileType, file_type};
use super::{be16, be32, byte, le16, le32, other};

const fn program(extension: &'static str, mime: &'static str, description: &'static str) -> FileType {
    file_type(Program, extension, mime, description)
}

const MACH: &str = "application/x-mach-binary";
const FLASH: FileType = program("swf", "application/x-shockwave-flash", "Flash program");
const COFF: FileType = other("obj", "application/x-coff", "object file (COFF)");
const BYTECODE: FileType = program("pyc", "application/x-bytecode.python", "compiled Python");

pub(in super::super) const SIGNATURES: &[Signature] = &[
    asks(0, b"\xca\xfe\xba\xbe", universal),
    asks(0, b"\xca\xfe\xba\xbf", universal),
    asks(0, b"\xcf\xfa\xed\xfe", mach),
    asks(0, b"\xce\xfa\xed\xfe", mach),
    asks(0, b"\xfe\xed\xfa\xcf", mach),
    asks(0, b"\xfe\xed\xfa\xce", mach),
    start_if(b"dex\n", program("dex", "application/vnd.android.dex", "Android program"), has_dex_version),
    start_if(b"dey\n", program("dex", "application/vnd.android.dey", "optimised Android program"), has_dex_version),
    start_if(b"\0asm", program("wasm", "application/wasm", "WebAssembly program"), |head| {
        matches!(byte(head, 4), 1 | 13)
    }),
    start_if(b"FWS", FLASH, is_flash),
    start_if(b"CWS", FLASH, is_flash),
    start_if(b"ZWS", FLASH, is_flash),
    start(b"BC\xc0\xde", other("bc", "application/x-llvm", "LLVM bitcode")),
    start(b"\xde\xc0\x17\x0b", other("bc", "application/x-llvm", "LLVM bitcode (wrapped)")),
    start(b"\x1bLua", program("luac", "application/x-lua-bytecode", "compiled Lua")),
    start(b"\x1bLJ", program("luac", "application/x-lua-bytecode", "compiled Lua (LuaJIT)")),
    start(b"RITE0", program("mrb", "application/x-mruby-bytecode", "compiled Ruby")),
    start(b"FOR1", other("beam", "application/x-erlang-bytecode", "compiled Erlang")),
    start(
        b"#@~^",
        file_type(
            super::super::Family::Script,
            "vbe",
            "text/x-encoded-script",
            "encoded script (Windows Script Encoder)",
        ),
    ),
    start_if(b"\x64\x86", COFF, is_coff),
    start_if(b"\x4c\x01", COFF, is_coff),
    start_if(b"\x64\xaa", COFF, is_coff),
    start_if(b"\xc4\x01", COFF, is_coff),
    start_if(b"\0\0\xff\xff", other("obj", "application/x-coff", "object or import file (COFF)"), |head| {
        le16(head, 4) <= 2 && matches!(le16(head, 6), 0x14c | 0x8664 | 0xaa64 | 0x1c0 | 0x1c4)
    }),
    start_if(b"VZ", program("efi", "application/x-terse-executable", "EFI executable (terse)"), |head| {
        matches!(le16(head, 2), 0x14c | 0x8664 | 0xaa64 | 0x1c0 | 0x1c2 | 0x200 | 0xebc)
            && (1..=64).contains(&byte(head, 4))
    }),
    // Compiled Python: a number of the version, then CR LF; 3.7 and later follow it by flags, and all by a code object.
    asks(2, b"\r\n", bytecode),
];

/// `CAFEBABE` is told apart by what follows: Java has a version from 45 on, Mach-O a count of slices.
fn universal(head: &[u8]) -> Option<FileType> {
    if be32(head, 0) == 0xcafe_babe && be16(head, 6) >= 45 {
        return Some(program("class", "application/java-vm", "Java class"));
    }
    // The first slice names a processor and lies behind the header.
    let holds = (1..45).contains(&be32(head, 4)) && (head.len() < 20 || be32(head, 16) >= 20 || be32(head, 0) & 1 == 1);
    holds.then_some(program("macho", MACH, "Mach-O program (universal)"))
}

fn mach(head: &[u8]) -> Option<FileType> {
    let kind = if byte(head, 0) == 0xfe { be32(head, 12) } else { le32(head, 12) };
    Some(match kind {
        1 => other("o", MACH, "Mach-O object file"),
        2 => program("macho", MACH, "Mach-O program"),
        6 => program("dylib", MACH, "Mach-O dynamic library"),
        8 => program("bundle", MACH, "Mach-O bundle"),
        11 => program("kext", MACH, "Mach-O kernel extension"),
        _ => program("macho", MACH, "Mach-O file"),
    })
}

fn has_dex_version(head: &[u8]) -> bool {
    head.get(4..7).is_some_and(|version| version.iter().all(u8::is_ascii_digit)) && byte(head, 7) == 0
}

/// A version of Flash that was, and a length that is more than the header.
fn is_flash(head: &[u8]) -> bool {
    (1..=50).contains(&byte(head, 3)) && (9..256 << 20).contains(&le32(head, 4))
}

/// An object file: sections of a sane number, no optional header, and a name of a section where the first one stands.
fn is_coff(head: &[u8]) -> bool {
    let (sections, optional) = (le16(head, 2), le16(head, 16));
    (1..=4096).contains(&sections)
        && optional == 0
        && le32(head, 8) < 0x1000_0000
        && head
            .get(20..24)
            .is_some_and(|name| matches!(name.first(), Some(b'.' | b'/')) && name.iter().all(u8::is_ascii_graphic))
}

/// `TYPE_CODE`, with or without the mark of a reference, stands behind the header of 8, 12 or 16 bytes.
fn bytecode(head: &[u8]) -> Option<FileType> {
    let is_code = |at: usize| matches!(byte(head, at), 0x63 | 0xe3);
    let holds = match le16(head, 0) {
        // 3.7 (3390) and later; flags 0, 1 or 3.
        3390..=3999 => is_code(16) && le32(head, 4) < 4,
        3200..=3389 => is_code(12),
        3000..=3199 | 60_000..=62_299 | 20_000..=21_000 | 50_000..=50_999 => is_code(8),
        _ => false,
    };
    holds.then_some(BYTECODE)
}
