//! Whether a file is what its name claims: rules that name both sides and stay quiet on legitimate pairs.

use super::filetype::{Family, FileType};
use schemars::JsonSchema;
use serde::Serialize;

/// A contradiction of name and content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Mismatch {
    /// The extension that the name bears, lower case.
    pub declared: String,
    /// The extension that such content bears.
    pub detected: String,
    /// In words.
    pub reason: String,
}

/// What files of an extension hold: families and, where a family is too wide, extensions.
struct Expectation {
    declared: &'static [&'static str],
    families: &'static [Family],
    extensions: &'static [&'static str],
    /// Whether such a file always has a signature, so that unknown bytes contradict the name too.
    always_recognized: bool,
}

const fn expect(
    declared: &'static [&'static str],
    families: &'static [Family],
    extensions: &'static [&'static str],
) -> Expectation {
    Expectation { declared, families, extensions, always_recognized: true }
}

const fn loosely(
    declared: &'static [&'static str],
    families: &'static [Family],
    extensions: &'static [&'static str],
) -> Expectation {
    Expectation { declared, families, extensions, always_recognized: false }
}

/// One line a group of extensions. An extension that is not here promises nothing.
const EXPECTATIONS: &[Expectation] = &[
    // 16-bit programs and help resources bear these names as well as PE files do.
    expect(
        &[
            "exe", "dll", "scr", "ocx", "cpl", "drv", "ax", "tsp", "acm", "mui", "efi", "pyd", "node", "xll", "winmd",
            "msstyles", "ime", "rll", "iec", "mun", "flt",
        ],
        &[Family::Pe],
        // A driver is the same kind of file; Node loads the shared libraries of every system under one name.
        &["exe", "dll", "sys", "efi", "so", "macho", "dylib", "bundle"],
    ),
    // Memory goes to files of this name too, and old setups read their settings from one.
    expect(&["sys"], &[Family::Pe, Family::Text], &["exe", "dll", "sys"]),
    // A .com program has no signature at all, and may be nothing but text.
    loosely(&["com"], &[Family::Pe, Family::Text], &["exe"]),
    loosely(&["tlb", "olb"], &[Family::Pe], &["tlb", "ole"]),
    expect(&["msi", "msp", "mst", "msm"], &[], &["msi", "msp", "mst", "ole"]),
    expect(&["class"], &[], &["class"]),
    expect(&["jar", "war", "ear"], &[], &["jar", "war", "zip"]),
    expect(&["apk", "xapk", "aab"], &[], &["apk", "aab", "jar", "zip"]),
    expect(&["wasm"], &[], &["wasm"]),
    expect(&["dex"], &[], &["dex"]),
    expect(&["jpg", "jpeg", "jpe", "jfif"], &[], &["jpg", "jpeg"]),
    expect(&["png"], &[], &["png"]),
    expect(&["gif"], &[], &["gif"]),
    expect(&["bmp", "dib"], &[], &["bmp"]),
    expect(&["tif", "tiff"], &[], &["tif"]),
    expect(&["webp"], &[], &["webp"]),
    expect(&["psd", "psb"], &[], &["psd"]),
    expect(&["heic", "heif", "avif"], &[], &["heic", "avif", "mp4"]),
    loosely(&["ico", "cur", "ani"], &[Family::Image], &[]),
    loosely(&["emf", "wmf"], &[Family::Image], &[]),
    loosely(&["svg"], &[Family::Text], &["svg"]),
    expect(&["pdf"], &[], &["pdf"]),
    expect(&["rtf"], &[], &["rtf"]),
    // Word and Excel open rich text, HTML, XML and separated values under the old names; programs write them so.
    loosely(
        &["doc", "dot", "wri", "wbk"],
        &[Family::Text],
        &["doc", "ole", "rtf", "docx", "docm", "dotx", "dotm", "msg", "wps"],
    ),
    loosely(&["xls", "xlt", "xla", "xlw"], &[Family::Text], &["xls", "ole", "xlsx", "xlsm", "xltx", "xltm", "xlsb"]),
    loosely(&["ppt", "pps", "pot"], &[], &["ppt", "ole", "pptx", "pptm", "ppsx", "ppsm", "potx", "potm"]),
    // An encrypted document is a compound file under the new name. What holds macros is refused under the others' names.
    expect(&["docx", "dotx"], &[], &["docx", "dotx", "ole", "zip"]),
    expect(&["docm", "dotm"], &[], &["docm", "dotm", "docx", "dotx", "ole", "zip"]),
    expect(&["xlsx", "xltx"], &[], &["xlsx", "xltx", "ole", "zip"]),
    expect(&["xlsm", "xltm", "xlam", "xlsb"], &[], &["xlsm", "xltm", "xlam", "xlsb", "xlsx", "xltx", "ole", "zip"]),
    expect(&["pptx", "ppsx", "potx"], &[], &["pptx", "ppsx", "potx", "ole", "zip"]),
    expect(
        &["pptm", "ppsm", "potm", "ppam"],
        &[],
        &["pptm", "ppsm", "potm", "ppam", "pptx", "ppsx", "potx", "ole", "zip"],
    ),
    expect(&["vsd", "vss", "vst"], &[], &["vsd", "ole", "vsdx", "vsdm", "xml"]),
    // Tcl calls its message catalogues so.
    expect(&["msg", "oft"], &[], &["msg", "ole", "tcl"]),
    expect(&["one"], &[], &["one"]),
    expect(
        &["odt", "ods", "odp", "odg", "ott", "ots", "otp"],
        &[],
        &["odt", "ods", "odp", "odg", "ott", "ots", "otp", "zip", "xml"],
    ),
    expect(&["epub"], &[], &["epub", "zip"]),
    expect(&["chm"], &[], &["chm"]),
    // What is a ZIP archive may be called one.
    expect(
        &["zip"],
        &[],
        &[
            "zip", "docx", "docm", "xlsx", "xlsm", "xlsb", "pptx", "pptm", "jar", "war", "apk", "epub", "odt", "ods",
            "odp", "whl", "egg", "xpi", "nupkg", "vsix", "appx", "ipa", "kmz", "aab", "vsdx", "xps", "ora", "kra",
            "dotx", "xltx", "potx",
        ],
    ),
    expect(
        &["xpi", "whl", "nupkg", "vsix", "appx", "msix", "ipa", "kmz", "egg"],
        &[Family::Text],
        &["xpi", "whl", "nupkg", "vsix", "appx", "ipa", "kmz", "egg", "zip", "jar"],
    ),
    expect(&["rar", "cbr"], &[], &["rar", "zip"]),
    expect(&["7z"], &[], &["7z"]),
    expect(&["gz", "tgz"], &[], &["gz"]),
    expect(&["bz2", "tbz2", "tbz"], &[], &["bz2"]),
    expect(&["xz", "txz"], &[], &["xz"]),
    expect(&["zst", "tzst"], &[], &["zst"]),
    expect(&["lz4"], &[], &["lz4"]),
    expect(&["tar"], &[], &["tar"]),
    expect(&["cab"], &[], &["cab"]),
    expect(&["arj"], &[], &["arj"]),
    expect(&["lzh", "lha"], &[], &["lzh"]),
    expect(&["wim", "esd"], &[], &["wim"]),
    expect(&["deb"], &[], &["deb"]),
    expect(&["rpm"], &[], &["rpm"]),
    expect(&["iso"], &[Family::Archive], &[]),
    expect(&["vhdx"], &[], &["vhdx"]),
    expect(&["e01", "ex01"], &[], &["E01", "Ex01"]),
    expect(&["lnk"], &[], &["lnk"]),
    expect(&["evtx"], &[], &["evtx"]),
    expect(&["evt"], &[], &["evt"]),
    expect(&["pst", "ost"], &[], &["pst"]),
    expect(&["kdbx"], &[], &["kdbx"]),
    expect(&["sqlite", "sqlite3"], &[], &["sqlite"]),
    expect(&["mdb", "accdb"], &[], &["mdb", "accdb"]),
    expect(&["pcap", "pcapng"], &[], &["pcap", "pcapng", "gz"]),
    loosely(&["dmp", "mdmp", "hdmp"], &[], &["dmp", "gz", "sql", "dump"]),
    // Certificates and keys are binary or text, and often in the other's name.
    loosely(&["cer", "crt", "der", "p7b", "p7c", "p7m", "p7s", "crl", "csr", "cat", "spc"], SECRET, &[]),
    // Presentations of Keynote are ZIP archives, documents of Publisher compound files.
    loosely(&["pem", "key", "pub", "ppk", "asc", "gpg", "pgp", "pfx", "p12", "jks"], SECRET, &["pub", "zip"]),
    loosely(
        &[
            "mp3", "wav", "mp4", "avi", "mov", "mkv", "wmv", "wma", "flac", "ogg", "mpg", "mpeg", "m4a", "m4v", "aac",
            "webm", "flv",
        ],
        &[Family::Media],
        &[],
    ),
    loosely(&["ttf", "otf", "ttc", "woff", "woff2", "eot", "fon"], &[Family::Font], &["exe", "dll"]),
    // A registry's log is called after its hive, and a database's is binary.
    loosely(&["log"], &[Family::Text, Family::Script, Family::Other], &["rtf", "gz"]),
    loosely(
        &[
            "txt", "csv", "tsv", "ini", "cfg", "conf", "inf", "xml", "json", "md", "htm", "html", "css", "js", "jse",
            "vbs", "vbe", "wsf", "wsh", "sct", "hta", "bat", "cmd", "ps1", "psm1", "psd1", "reg", "sql", "yml", "yaml",
            "toml", "c", "h", "cpp", "cs", "vb", "java", "py", "pl", "rb", "sh", "php", "asp", "aspx", "jsp", "url",
            "eml", "ics", "vcf", "nfo", "readme", "ftp",
        ],
        &[Family::Text, Family::Script],
        // A gzipped page, a compiled or signed script, or an encoded one has nothing that tells it from other data.
        &["rtf", "svg", "ps", "xpm", "pbm", "pgm", "ppm"],
    ),
    // What stands for any data may hold anything but a program.
    loosely(&["dat", "db", "cache", "idx"], DATA, &[]),
    loosely(KEPT, DATA, &[]),
];

/// Names that a file bears beside its own: `a.exe.bak` is as good as `a.exe`.
const KEPT: &[&str] = &["bak", "old", "orig"];

const SECRET: &[Family] = &[Family::Text, Family::Other];

const DATA: &[Family] = &[
    Family::Text,
    Family::Script,
    Family::Archive,
    Family::Image,
    Family::Media,
    Family::Document,
    Family::Font,
    Family::Other,
];

/// Judges the name against the content; an empty file and a name without an extension claim nothing.
#[must_use]
pub fn judge(name: &str, detected: &FileType, size: u64) -> Option<Mismatch> {
    let name = name.trim_end_matches([' ', '.']);
    let (stem, declared) = name.rsplit_once('.').map(|(stem, extension)| (stem, extension.to_lowercase()))?;
    let expected = expectation(&declared)?;
    // Terminals are called what they are called: `ansi.sys`, `xterm.js`.
    if detected.family == Family::Empty || detected.extension == "terminfo" || detected.extension == declared {
        return None;
    }
    let inner = || {
        let (_, extension) = stem.rsplit_once('.')?;
        expectation(&extension.to_lowercase())
    };
    let kept = KEPT.contains(&declared.as_str()) && inner().is_some_and(|inner| inner.fits(detected, size));
    (!expected.fits(detected, size) && !kept).then(|| Mismatch {
        reason: format!("the name says .{declared}, the content is: {}", detected.description),
        declared,
        detected: detected.extension.to_owned(),
    })
}

fn expectation(extension: &str) -> Option<&'static Expectation> {
    EXPECTATIONS.iter().find(|expected| expected.declared.contains(&extension))
}

impl Expectation {
    fn fits(&self, detected: &FileType, size: u64) -> bool {
        match detected.family {
            Family::Empty => true,
            Family::Unknown => !self.always_recognized || size < 16,
            family => self.families.contains(&family) || self.extensions.contains(&detected.extension),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payload::filetype::detect;

    fn judged(name: &str, content: &[u8]) -> Option<(String, String)> {
        let mismatch = judge(name, &detect(content, content.len() as u64), content.len() as u64)?;
        Some((mismatch.declared, mismatch.detected))
    }

    fn pe(characteristics: u16, subsystem: u16) -> Vec<u8> {
        let mut bytes = vec![0u8; 512];
        bytes[..2].copy_from_slice(b"MZ");
        bytes[0x3c] = 0x80;
        bytes[0x80..0x84].copy_from_slice(b"PE\0\0");
        bytes[0x96..0x98].copy_from_slice(&characteristics.to_le_bytes());
        bytes[0x98..0x9a].copy_from_slice(&0x20bu16.to_le_bytes());
        bytes[0x98 + 68..0x98 + 70].copy_from_slice(&subsystem.to_le_bytes());
        bytes
    }

    #[test]
    fn contradictions_name_both_sides() {
        let exe = || pe(2, 3);
        let cases: [(&str, Vec<u8>, &str, &str); 20] = [
            ("invoice.pdf", exe(), "pdf", "exe"),
            ("photo.JPG", exe(), "jpg", "exe"),
            ("notes.txt", exe(), "txt", "exe"),
            ("setup.log", pe(0x2000, 2), "log", "dll"),
            ("update.dat", exe(), "dat", "exe"),
            ("update.bak", exe(), "bak", "exe"),
            ("readme.txt.bak", exe(), "bak", "exe"),
            ("driver.png", pe(0, 1), "png", "sys"),
            ("notes.txt", b"PK\x03\x04rest of an archive".to_vec(), "txt", "zip"),
            ("tool.exe", b"<html>404 not found</html>".to_vec(), "exe", "html"),
            ("tool.exe", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec(), "exe", "elf"),
            ("picture.png", b"\xff\xd8\xff\xe0\0\x10JFIF\0".to_vec(), "png", "jpg"),
            ("logo.jpg", b"open 192.0.2.1\r\nuser a b\r\n".to_vec(), "jpg", "txt"),
            ("logo.gif", b"@echo off\r\ncopy a b\r\n".to_vec(), "gif", "bat"),
            ("logo.png", b"<?php system($_GET['c']); ?>".to_vec(), "png", "php"),
            ("data.zip", (0..=255).collect(), "zip", "bin"),
            ("notes.txt", b"regf\x01\0\0\0\x01\0\0\0".to_vec(), "txt", "dat"),
            ("song.mp3", b"Rar!\x1a\x07\x01\0".to_vec(), "mp3", "rar"),
            ("font.ttf", b"#!/bin/sh\nls\n".to_vec(), "ttf", "sh"),
            ("report.docx", b"{\\rtf1\\ansi}".to_vec(), "docx", "rtf"),
        ];
        for (name, content, declared, detected) in cases {
            assert_eq!(judged(name, &content), Some((declared.into(), detected.into())), "{name}");
        }
        let words = judge("logo.jpg", &detect(b"open 192.0.2.1\r\nuser a b\r\n", 26), 26).map(|found| found.reason);
        assert_eq!(words.as_deref(), Some("the name says .jpg, the content is: FTP script"));
    }

    #[test]
    fn legitimate_pairs_are_quiet() {
        let library = || pe(0x2000, 2);
        let quiet: Vec<(&str, Vec<u8>)> = vec![
            ("a.exe", pe(2, 2)),
            ("a.exe", library()),
            ("a.dll", library()),
            ("a.dll", pe(0x2000, 1)),
            ("a.sys", pe(0, 1)),
            ("a.scr", pe(2, 2)),
            ("a.ocx", library()),
            ("a.cpl", library()),
            ("a.ax", library()),
            ("a.drv", library()),
            ("a.mui", library()),
            ("a.tlb", library()),
            ("a.tlb", b"MSFT\x02\0\x01\0".iter().copied().chain([0; 90]).collect()),
            ("a.efi", pe(2, 10)),
            ("a.tmp", pe(2, 2)),
            ("a.bin", pe(2, 2)),
            ("a.exe.bak", pe(2, 2)),
            ("a.dll.old", library()),
            ("noextension", pe(2, 2)),
            ("a.doc", b"{\\rtf1\\ansi}".to_vec()),
            ("a.xls", b"<html><table></table></html>".to_vec()),
            ("a.log", b"@echo off\r\necho a\r\n".to_vec()),
            ("NTUSER.DAT.LOG", b"regf\x01\0\0\0\x01\0\0\0".to_vec()),
            ("a.txt", b"#!/bin/sh\nls\n".to_vec()),
            ("a.txt", b"{\"a\": 1}".to_vec()),
            ("a.html", b"<?xml version=\"1.0\"?><html xmlns=\"http://www.w3.org/1999/xhtml\"></html>".to_vec()),
            ("a.svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>".to_vec()),
            ("a.jpeg", b"\xff\xd8\xff\xe0\0\x10JFIF\0".to_vec()),
            ("a.jfif", b"\xff\xd8\xff\xe0\0\x10JFIF\0".to_vec()),
            ("a.cer", b"-----BEGIN CERTIFICATE-----\r\nMIIB\r\n".to_vec()),
            ("a.mdb", b"\0\x01\0\0Standard ACE DB\0".to_vec()),
            ("a.com", (0..=255).collect()),
            ("a.jse", (0..=255).collect()),
            ("ansi.sys", b"\x1a\x01\x05\0\0\0\0\0\0\0\0\0ansi\0".to_vec()),
            ("a.exe", vec![]),
        ];
        for (name, content) in quiet {
            assert_eq!(judged(name, &content), None, "{name}");
        }
    }
}
