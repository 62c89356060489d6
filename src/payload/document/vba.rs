//! VBA projects: the source of the modules, which Office keeps compressed, and what in it runs by itself or reaches out.
//! [MS-OVBA] 2.3.4.2 and 2.4.1.

use super::Macros;
use super::compound::{Compound, Entry};
use crate::base::fields::Fields;
use crate::base::number::{to_u64, to_usize};
use memchr::memmem;
use std::io;

/// Bytes of source that are unpacked for one module, and modules that are read.
const SOURCE: usize = 1 << 20;
const STREAM: u64 = 4 << 20;
const MODULES: usize = 256;
/// Addresses that are told.
const ADDRESSES: usize = 32;

/// Procedures that Office runs without being asked.
const AUTOMATIC: &[&str] = &[
    "AutoExec",
    "AutoOpen",
    "AutoClose",
    "AutoExit",
    "AutoNew",
    "Auto_Open",
    "Auto_Close",
    "Auto_Activate",
    "Document_Open",
    "Document_Close",
    "Document_New",
    "DocumentOpen",
    "DocumentBeforeClose",
    "Document_BeforeClose",
    "Workbook_Open",
    "Workbook_Activate",
    "Workbook_BeforeClose",
    "Workbook_Close",
    "Worksheet_Calculate",
    "Presentation_Open",
    "Application_Startup",
    "InkPicture1_Painted",
];
/// Words by which source reaches out of the document, as they are told.
const WORDS: &[&str] = &[
    "Shell",
    "WScript.Shell",
    "Shell.Application",
    "ShellExecute",
    "CreateObject",
    "GetObject",
    "CallByName",
    "URLDownloadToFile",
    "MSXML2",
    "WinHttp",
    "InternetExplorer.Application",
    "ADODB.Stream",
    "Scripting.FileSystemObject",
    "FtpPutFile",
    "FtpGetFile",
    "InternetConnect",
    "ftp",
    "powershell",
    "cmd",
    "mshta",
    "rundll32",
    "regsvr32",
    "certutil",
    "bitsadmin",
    "Environ",
    "VirtualAlloc",
    "CreateThread",
    "RtlMoveMemory",
    "ExecuteExcel4Macro",
    "Win32_Process",
    "Kill",
    "FileCopy",
    "SaveToFile",
    "Base64",
    "StrReverse",
    "Declare",
];

/// Adds the projects of a compound file to those that are known of a document; nothing where there is none.
pub(super) fn read(compound: &Compound<'_>, known: Option<Macros>) -> io::Result<Option<Macros>> {
    let mut macros = known;
    for entry in &compound.entries {
        let Some(storage) = entry.path.strip_suffix("dir").filter(|_| is_directory(&entry.path)) else { continue };
        let macros = macros.get_or_insert_default();
        let directory = unpack(&compound.read(entry, STREAM)?);
        let modules = modules(&directory);
        for module in modules.iter().take(MODULES.saturating_sub(macros.modules.len())) {
            macros.modules.push(module.name.clone());
            let path = format!("{storage}{}", module.stream);
            let stream = compound.entries.iter().find(|entry| entry.path.eq_ignore_ascii_case(&path));
            let Some(stream) = stream else { continue };
            let bytes = compound.read(stream, STREAM)?;
            judge(&unpack(bytes.get(module.offset..).unwrap_or_default()), macros);
        }
        if modules.is_empty() {
            without_directory(compound, storage, macros)?;
        }
    }
    if macros.is_none() && compound.entries.iter().any(|entry| entry.name() == "_VBA_PROJECT") {
        macros = Some(Macros::default());
    }
    Ok(macros)
}

/// The stream `dir` of a storage `VBA`.
fn is_directory(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    lower == "vba/dir" || lower.ends_with("/vba/dir")
}

/// Modules whose list is gone: source begins with its attributes.
fn without_directory(compound: &Compound<'_>, storage: &str, macros: &mut Macros) -> io::Result<()> {
    let inside = |entry: &&Entry| entry.is_stream && entry.path.starts_with(storage);
    for entry in compound.entries.iter().filter(inside).take(MODULES) {
        let bytes = compound.read(entry, STREAM)?;
        // The container's mark and the head of its first chunk stand before the flags of the first eight characters.
        let Some(start) = memmem::find(&bytes, b"\0Attribut").and_then(|at| at.checked_sub(3)) else { continue };
        macros.modules.push(entry.name().to_owned());
        judge(&unpack(bytes.get(start..).unwrap_or_default()), macros);
    }
    Ok(())
}

/// A module by the directory of the project.
#[derive(Default)]
struct Module {
    name: String,
    stream: String,
    offset: usize,
}

fn modules(directory: &[u8]) -> Vec<Module> {
    let mut modules: Vec<Module> = Vec::new();
    let mut rest = directory;
    while rest.len() >= 6 {
        let record = Fields(rest);
        let number = record.u16(0);
        // The size of the version does not count its last two bytes.
        let extra = if number == 9 { 2 } else { 0 };
        let size = to_usize(record.u32(2)).saturating_add(extra);
        let data = record.bytes(6, size);
        let text = || crate::base::escape::lossless(data);
        let room = modules.len() < MODULES;
        match (number, modules.last_mut()) {
            (0x19, _) if room => modules.push(Module { name: text(), ..Module::default() }),
            (0x1a, Some(module)) => module.stream = text(),
            (0x31, Some(module)) => module.offset = to_usize(Fields(data).u32(0)),
            _ => {}
        }
        rest = rest.get(size.saturating_add(6)..).unwrap_or_default();
    }
    for module in &mut modules {
        if module.stream.is_empty() {
            module.stream = module.name.clone();
        }
    }
    modules
}

/// Notes what source does.
fn judge(source: &[u8], macros: &mut Macros) {
    let text = String::from_utf8_lossy(source);
    // The attributes at the head are written by the editor.
    let code = text.lines().filter(|line| !line.starts_with("Attribute VB_")).collect::<Vec<_>>().join("\n");
    macros.source_bytes = macros.source_bytes.saturating_add(to_u64(source.len()));
    let lower = code.to_ascii_lowercase();
    for name in AUTOMATIC {
        if holds(&lower, &name.to_ascii_lowercase()) && !macros.automatic.contains(name) {
            macros.automatic.push(name);
        }
    }
    for word in WORDS {
        if holds(&lower, &word.to_ascii_lowercase()) && !macros.reaches_out.contains(word) {
            macros.reaches_out.push(word);
        }
    }
    for scheme in ["ftp://", "ftps://", "http://", "https://"] {
        for (at, _) in lower.match_indices(scheme) {
            let rest = code.get(at..).unwrap_or_default();
            let end = rest.find(|end: char| end.is_whitespace() || matches!(end, '"' | '\'' | ')' | '<' | '>'));
            let address = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
            let address: String = address.chars().take(512).collect();
            if macros.addresses.len() < ADDRESSES && !macros.addresses.contains(&address) {
                macros.addresses.push(address);
            }
        }
    }
}

/// Whether a word stands in a text by itself; both are in lower case.
fn holds(text: &str, word: &str) -> bool {
    let part = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let bytes = text.as_bytes();
    text.match_indices(word).any(|(at, _)| {
        let before = at.checked_sub(1).and_then(|at| bytes.get(at));
        // `MSXML2.ServerXMLHTTP` and the like go on.
        !part(before) && !part(bytes.get(at.saturating_add(word.len())))
    })
}

/// Unpacks a compressed container. What is damaged ends it.
pub(super) fn unpack(bytes: &[u8]) -> Vec<u8> {
    let mut output: Vec<u8> = Vec::new();
    let Some((1, mut rest)) = bytes.split_first().map(|(mark, rest)| (*mark, rest)) else { return output };
    while rest.len() >= 2 && output.len() < SOURCE {
        let header = Fields(rest).u16(0);
        let size = usize::from(header & 0x0fff).saturating_add(1);
        let chunk = Fields(rest).bytes(2, size);
        rest = rest.get(size.saturating_add(2)..).unwrap_or_default();
        if header & 0x7000 != 0x3000 {
            break;
        }
        if header & 0x8000 == 0 {
            output.extend_from_slice(chunk);
            continue;
        }
        unpack_chunk(chunk, &mut output);
    }
    output
}

fn unpack_chunk(chunk: &[u8], output: &mut Vec<u8>) {
    let start = output.len();
    let mut input = chunk.iter().copied();
    // A chunk becomes 4096 bytes at most.
    while let Some(flags) = input.next() {
        for bit in 0..8u32 {
            if output.len().saturating_sub(start) >= 4096 {
                return;
            }
            let Some(first) = input.next() else { return };
            if flags & (1u8.wrapping_shl(bit)) == 0 {
                output.push(first);
                continue;
            }
            let Some(second) = input.next() else { return };
            let token = u16::from_le_bytes([first, second]);
            let done = output.len().saturating_sub(start);
            let bits = usize::BITS.saturating_sub(done.saturating_sub(1).leading_zeros()).clamp(4, 12);
            let mask = 0xffffu16.wrapping_shr(bits);
            let length = usize::from(token & mask).saturating_add(3);
            let back = usize::from((token & !mask).wrapping_shr(16u32.saturating_sub(bits))).saturating_add(1);
            for _ in 0..length.min(4096usize.saturating_sub(done)) {
                let Some(byte) = output.len().checked_sub(back).filter(|at| *at >= start).and_then(|at| output.get(at))
                else {
                    return;
                };
                output.push(*byte);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn containers_of_the_specification() {
        // [MS-OVBA] 3.2.1 to 3.2.3.
        let cases: [(&[u8], &[u8]); 3] = [
            (b"\x01\x19\xb0\0abcdefgh\0ijklmnop\0qrstuv.", b"abcdefghijklmnopqrstuv."),
            (
                b"\x01\x2f\xb0\0#aaabcde\x82f\0paghij\x018\x08akl\x000mnop\x06q\x02p\x04\x10rstuv\x10vw\xf8xyz\0<",
                b"#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa",
            ),
            (b"\x01\x03\xb0\x02aE\0", &[b'a'; 73]),
        ];
        assert_eq!(unpack(cases[0].0), cases[0].1);
        assert_eq!(unpack(cases[2].0), cases[2].1);
        for bytes in [&b""[..], b"\x01", b"\x02\x03\xb0", b"\x01\x03\xb0\x02a\xff\xff", b"\x01\xff\xff\xff\xff"] {
            assert!(unpack(bytes).len() <= 4096);
        }
        let _ = cases[1];
    }

    #[test]
    fn words_are_told_by_themselves() {
        let mut macros = Macros::default();
        judge(
            b"Attribute VB_Name = \"Shell\"\nSub AutoOpen()\nx = \"ftp://h.example/a.exe\"\nCreateObject(y)\nMyShellX\nEnd Sub",
            &mut macros,
        );
        assert_eq!(macros.automatic, ["AutoOpen"]);
        assert_eq!(macros.reaches_out, ["CreateObject", "ftp"]);
        assert_eq!(macros.addresses, ["ftp://h.example/a.exe"]);
    }
}
