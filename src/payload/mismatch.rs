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
            "exe", "dll", "sys", "scr", "ocx", "cpl", "drv", "ax", "tsp", "acm", "mui", "efi", "pyd", "node", "xll",
            "winmd", "msstyles", "ime",
        ],
        &[Family::Pe],
        &["exe"],
    ),
    // A .com program has no signature at all.
    loosely(&["com"], &[Family::Pe], &["exe"]),
    expect(&["jpg", "jpeg", "jpe", "jfif"], &[], &["jpg", "jpeg"]),
    expect(&["png"], &[], &["png"]),
    expect(&["gif"], &[], &["gif"]),
    expect(&["bmp", "dib"], &[], &["bmp"]),
    expect(&["tif", "tiff"], &[], &["tif"]),
    expect(&["webp"], &[], &["webp"]),
    loosely(&["ico", "cur"], &[Family::Image], &[]),
    expect(&["pdf"], &[], &["pdf"]),
    expect(&["rtf"], &[], &["rtf"]),
    // Word and Excel open rich text, HTML, XML and separated values under the old names; programs write them so.
    loosely(&["doc", "dot", "wri"], &[Family::Text], &["doc", "ole", "rtf", "docx", "html", "xml", "txt", "msg"]),
    loosely(&["xls", "xlt", "xla"], &[Family::Text], &["xls", "ole", "xlsx", "html", "xml", "txt"]),
    loosely(&["ppt", "pps", "pot"], &[], &["ppt", "ole", "pptx"]),
    // An encrypted document is a compound file under the new name.
    expect(&["docx", "docm", "dotx", "dotm"], &[], &["docx", "ole", "zip"]),
    expect(&["xlsx", "xlsm", "xlsb", "xltx"], &[], &["xlsx", "ole", "zip"]),
    expect(&["pptx", "pptm", "ppsx"], &[], &["pptx", "ole", "zip"]),
    expect(&["zip"], &[], &["zip", "docx", "xlsx", "pptx", "jar", "apk", "epub", "odt"]),
    expect(&["jar", "war", "ear"], &[], &["jar", "zip"]),
    expect(&["apk"], &[], &["apk", "jar", "zip"]),
    expect(&["odt", "ods", "odp", "odg"], &[], &["odt", "zip"]),
    expect(&["rar"], &[], &["rar"]),
    expect(&["7z"], &[], &["7z"]),
    expect(&["gz", "tgz"], &[], &["gz"]),
    expect(&["bz2", "tbz2"], &[], &["bz2"]),
    expect(&["xz", "txz"], &[], &["xz"]),
    expect(&["cab"], &[], &["cab"]),
    expect(&["msi", "msp", "mst"], &[], &["msi", "ole"]),
    expect(&["lnk"], &[], &["lnk"]),
    expect(&["evtx"], &[], &["evtx"]),
    expect(&["chm"], &[], &["chm"]),
    expect(&["sqlite", "sqlite3"], &[], &["sqlite"]),
    loosely(
        &["mp3", "wav", "mp4", "avi", "mov", "mkv", "wmv", "wma", "flac", "ogg", "mpg", "mpeg"],
        &[Family::Media],
        &[],
    ),
    loosely(&["ttf", "otf", "woff", "woff2", "eot", "fon"], &[Family::Font], &[]),
    loosely(
        &[
            "txt", "log", "csv", "tsv", "ini", "cfg", "conf", "inf", "xml", "json", "md", "htm", "html", "css", "js",
            "jse", "vbs", "vbe", "wsf", "hta", "bat", "cmd", "ps1", "psm1", "psd1", "reg", "sql", "yml", "yaml",
            "toml", "c", "h", "cpp", "cs", "py", "pl", "rb", "sh", "php", "asp", "aspx", "jsp", "url", "eml", "ics",
            "vcf", "nfo", "readme", "svg",
        ],
        &[Family::Text, Family::Script],
        // A gzipped page, a compiled or signed script, or an encoded one has nothing that tells it from other data.
        &["rtf"],
    ),
    // What stands for any data may hold anything but a program.
    loosely(&["dat", "db", "bak", "old", "cache", "idx"], DATA, &[]),
];

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
    let declared = name.rsplit_once('.').map(|(_, extension)| extension.to_lowercase())?;
    let expected = EXPECTATIONS.iter().find(|expected| expected.declared.contains(&declared.as_str()))?;
    let fits = match detected.family {
        Family::Empty => true,
        Family::Unknown => !expected.always_recognized || size < 16,
        family => expected.families.contains(&family) || expected.extensions.contains(&detected.extension),
    };
    (!fits).then(|| Mismatch {
        reason: format!("the name says .{declared}, the content is: {}", detected.description),
        declared,
        detected: detected.extension.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payload::filetype::{detect, refine_pe};

    fn judged(name: &str, content: &[u8]) -> Option<(String, String)> {
        let mismatch = judge(name, &detect(content, content.len() as u64), content.len() as u64)?;
        Some((mismatch.declared, mismatch.detected))
    }

    fn pe() -> Vec<u8> {
        let mut bytes = vec![0u8; 512];
        bytes[..2].copy_from_slice(b"MZ");
        bytes[0x3c] = 0x80;
        bytes[0x80..0x84].copy_from_slice(b"PE\0\0");
        bytes
    }

    #[test]
    fn contradictions_name_both_sides() {
        let cases: [(&str, Vec<u8>, &str, &str); 9] = [
            ("invoice.pdf", pe(), "pdf", "exe"),
            ("photo.JPG", pe(), "jpg", "exe"),
            ("update.dat", pe(), "dat", "exe"),
            ("notes.txt", b"PK\x03\x04rest of an archive".to_vec(), "txt", "zip"),
            ("tool.exe", b"<html>404 not found</html>".to_vec(), "exe", "html"),
            ("tool.exe", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec(), "exe", "elf"),
            ("picture.png", b"\xff\xd8\xff\xe0\0\x10JFIF\0".to_vec(), "png", "jpg"),
            ("logo.jpg", b"open 192.0.2.1\r\nuser a b\r\n".to_vec(), "jpg", "txt"),
            ("data.zip", (0..=255).collect(), "zip", "bin"),
        ];
        for (name, content, declared, detected) in cases {
            assert_eq!(judged(name, &content), Some((declared.into(), detected.into())), "{name}");
        }
    }

    #[test]
    fn legitimate_pairs_are_quiet() {
        let quiet: [(&str, Vec<u8>); 12] = [
            ("a.dll", pe()),
            ("a.sys", pe()),
            ("a.scr", pe()),
            ("a.ocx", pe()),
            ("a.cpl", pe()),
            ("a.tmp", pe()),
            ("noextension", pe()),
            ("a.doc", b"{\\rtf1\\ansi}".to_vec()),
            ("a.xls", b"<html><table></table></html>".to_vec()),
            ("a.log", b"@echo off\r\necho a\r\n".to_vec()),
            ("a.com", (0..=255).collect()),
            ("a.exe", vec![]),
        ];
        for (name, content) in quiet {
            assert_eq!(judged(name, &content), None, "{name}");
        }
        let library = refine_pe(detect(&pe(), 512), true, "windows-gui");
        assert_eq!(judge("a.exe", &library, 512), None);
    }
}
