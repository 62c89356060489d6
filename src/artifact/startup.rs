//! Startup folders: what Windows starts as soon as someone logs on, whatever the file's kind.

use super::event::{Event, File, Starts};
use super::small;
use crate::base::anomaly::Cause;
use crate::base::bytes::{ReadAt, read_full};
use crate::base::digest::Hasher;
use crate::base::limits::Limits;
use crate::base::number::to_u64;
use crate::base::{shortcut, text};
use std::collections::BTreeMap;

/// The end of the path of every Startup folder; those of Windows XP have other names in other languages.
const FOLDER: [&str; 3] = ["start menu", "programs", "startup"];

/// Bytes of a command line or a folder that are kept.
const LONGEST: usize = 32 << 10;

/// Files up to this size are compared with others by their digest, bytes.
const HASHED: u64 = 256 << 20;
/// Bytes hashed at a time.
const BLOCK: usize = 64 << 10;
/// A script of more bytes than this is not looked into for what it starts.
const SCRIPT: u64 = 256 << 10;
/// Lines of one script that are told.
const LINES: usize = 64;
/// Endings of scripts that Windows runs when they are opened.
const SCRIPTS: [&str; 9] = ["bat", "cmd", "vbs", "js", "wsf", "hta", "ps1", "vbe", "jse"];

/// Whether a file lies in a Startup folder and is one that is started.
#[must_use]
pub fn is_startup(path: &str) -> bool {
    let mut parts = path.rsplit(['\\', '/']);
    let name = parts.next().unwrap_or_default();
    let above = FOLDER.iter().rev().all(|folder| parts.next().is_some_and(|part| part.eq_ignore_ascii_case(folder)));
    above && !name.is_empty() && !name.eq_ignore_ascii_case("desktop.ini")
}

/// Reads a file of a Startup folder into an event: a shortcut or an address tells what is started, any other file is, with its
/// digests. Each line of a script that names a path is an event of its own: what it starts.
///
/// # Errors
/// What reading the bytes says.
pub fn read(
    stream: &dyn ReadAt,
    path: &str,
    limits: &Limits,
    note: &mut dyn FnMut(Cause),
    visit: &mut dyn FnMut(Event),
) -> std::io::Result<()> {
    let name = path.rsplit(['\\', '/']).next().unwrap_or_default();
    let (mut command_line, mut working_directory) = (quoted(path), None);
    let ending = |known: &str| {
        name.len() > 4 && name.get(name.len().saturating_sub(4)..).is_some_and(|end| end.eq_ignore_ascii_case(known))
    };
    if ending(".lnk") {
        let bytes = small::bytes(stream, limits, note)?;
        match shortcut::read(&bytes) {
            Some(found) => {
                command_line = found.command_line();
                working_directory = found.working_directory;
            }
            None => note(Cause::Corrupt { what: "shortcut in a Startup folder is none".to_owned(), offset: 0 }),
        }
    } else if ending(".url") {
        let bytes = small::bytes(stream, limits, note)?;
        match text::decode(&bytes).and_then(|text| address(&text.content)) {
            Some(found) => command_line = found,
            None => {
                note(Cause::Corrupt { what: "Internet shortcut in a Startup folder is none".to_owned(), offset: 0 })
            }
        }
    }
    let is_link = ending(".lnk") || ending(".url");
    let hashes = if is_link { BTreeMap::new() } else { hashes(stream)? };
    let kept =
        |text: String| Some(text.get(..text.floor_char_boundary(LONGEST))?.to_owned()).filter(|text| !text.is_empty());
    let event = |name: String, command_line: String, working_directory: Option<String>, hashes| Event {
        source: "startup-folder".to_owned(),
        file: Some(File { path: path.to_owned(), size: Some(stream.len()), hashes, ..File::default() }),
        starts: Some(Starts {
            mechanism: "startup-folder".to_owned(),
            name,
            command_line: kept(command_line),
            working_directory: working_directory.and_then(kept),
            run_as: profile(path),
            ..Starts::default()
        }),
        ..Event::default()
    };
    visit(event(name.to_owned(), command_line, working_directory, hashes));
    for (number, line) in started_by(stream, name)? {
        visit(event(format!("{name} line {number}"), line, None, BTreeMap::new()));
    }
    Ok(())
}

/// The digests of the whole file, where it is not too large and not empty.
fn hashes(stream: &dyn ReadAt) -> std::io::Result<BTreeMap<String, String>> {
    if stream.is_empty() || stream.len() > HASHED {
        return Ok(BTreeMap::new());
    }
    let (mut hasher, mut block, mut offset) = (Hasher::default(), vec![0u8; BLOCK], 0u64);
    while offset < stream.len() {
        let count = read_full(stream, offset, &mut block)?;
        if count == 0 {
            break;
        }
        hasher.update(block.get(..count).unwrap_or_default());
        offset = offset.saturating_add(to_u64(count));
    }
    let digests = hasher.finish();
    let named = [("md5", digests.md5), ("sha1", digests.sha1), ("sha256", digests.sha256)];
    Ok(named.into_iter().map(|(name, digest)| (name.to_owned(), digest)).collect())
}

/// The lines of a script that name a path, with their numbers; remarks left out.
fn started_by(stream: &dyn ReadAt, name: &str) -> std::io::Result<Vec<(u32, String)>> {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    if !SCRIPTS.contains(&ending.as_str()) || stream.len() > SCRIPT {
        return Ok(Vec::new());
    }
    let mut bytes = vec![0u8; usize::try_from(stream.len()).unwrap_or(0)];
    let count = read_full(stream, 0, &mut bytes)?;
    bytes.truncate(count);
    let Some(text) = text::decode(&bytes) else { return Ok(Vec::new()) };
    let names_path = |line: &str| line.contains('\\');
    let is_remark = |line: &str| {
        let line = line.trim_start_matches(['@', ' ', '\t']);
        let word = line.split([' ', '\t']).next().unwrap_or_default();
        word.eq_ignore_ascii_case("rem") || ["::", "'", "//", "#"].iter().any(|mark| line.starts_with(mark))
    };
    let lines = text.lines().filter(|line| names_path(line.text) && !is_remark(line.text));
    Ok(lines.take(LINES).map(|line| (line.number, line.text.trim().to_owned())).collect())
}

/// The address of an Internet shortcut.
fn address(text: &str) -> Option<String> {
    let mut inside = false;
    for line in text.split(['\r', '\n']).map(str::trim) {
        if line.starts_with('[') {
            inside = line.eq_ignore_ascii_case("[InternetShortcut]");
        } else if let Some((key, value)) = line.split_once('=').filter(|_| inside)
            && key.trim().eq_ignore_ascii_case("url")
        {
            return Some(value.trim().to_owned());
        }
    }
    None
}

/// The account whose profile a path lies in; nothing where it is everyone's.
fn profile(path: &str) -> Option<String> {
    let mut parts = path.split(['\\', '/']);
    parts.find(|part| ["users", "documents and settings"].iter().any(|known| part.eq_ignore_ascii_case(known)))?;
    let name = parts.next()?;
    let shared =
        ["all users", "default", "default user", "public"].iter().any(|known| name.eq_ignore_ascii_case(known));
    (!shared).then(|| name.to_owned())
}

fn quoted(path: &str) -> String {
    if path.contains(char::is_whitespace) { format!("\"{path}\"") } else { path.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVE: &str = "C:\\Users\\eve\\AppData\\Roaming\\Microsoft\\Windows\\Start Menu\\Programs\\Startup\\";

    fn link(arguments: &str) -> Vec<u8> {
        let mut bytes = vec![0x4c, 0, 0, 0, 1, 0x14, 2, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46];
        bytes.extend((0x80u32 | 0x8 | 0x10 | 0x20).to_le_bytes());
        bytes.resize(76, 0);
        for text in ["..\\ftp.exe", "C:\\t", arguments] {
            bytes.extend((text.len() as u16).to_le_bytes());
            bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
        }
        bytes
    }

    fn events(bytes: &[u8], path: &str) -> (Vec<Event>, Vec<String>) {
        let (mut events, mut notes) = (Vec::new(), Vec::new());
        let mut note = |cause: Cause| notes.push(cause.to_string());
        read(&bytes.to_vec(), path, &Limits::default(), &mut note, &mut |event| events.push(event)).unwrap();
        (events, notes)
    }

    fn told(bytes: &[u8], path: &str) -> (Starts, Vec<String>) {
        let (events, notes) = events(bytes, path);
        (events[0].starts.clone().unwrap(), notes)
    }

    #[test]
    fn a_program_has_its_digest_and_a_script_tells_what_it_starts() {
        let sha256 = |name: &str, bytes: &[u8]| {
            let (events, _) = events(bytes, &format!("{EVE}{name}"));
            events[0].file.as_ref().unwrap().hashes.get("sha256").cloned()
        };
        let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256("nc.exe", b"abc").as_deref(), Some(known));
        assert_eq!([sha256("a.lnk", &link("x")), sha256("empty.exe", b"")], [None, None]);
        let script =
            "@echo off\r\nrem C:\\a.exe\r\n:: C:\\b.exe\r\nstart C:\\Users\\Public\\nc.exe\r\necho hi\r\n".as_bytes();
        let lines = |name: &str, bytes: &[u8]| -> Vec<(String, Option<String>)> {
            let (events, _) = events(bytes, &format!("{EVE}{name}"));
            let starts = events.into_iter().skip(1).filter_map(|event| event.starts);
            starts.map(|starts| (starts.name, starts.command_line)).collect()
        };
        let line = ("go.bat line 4".to_owned(), Some("start C:\\Users\\Public\\nc.exe".to_owned()));
        assert_eq!(lines("go.bat", script), [line]);
        assert!(lines("go.txt", script).is_empty() && lines("b.bat", b"MZ\0\0\\").is_empty());
        assert_eq!(lines("many.cmd", &b"C:\\a.exe\n".repeat(1000)).len(), LINES);
        assert!(lines("huge.cmd", &b"C:\\a.exe\n".repeat(100_000)).is_empty());
    }

    #[test]
    fn paths() {
        let cases = [
            (format!("{EVE}a.lnk"), true, Some("eve")),
            ("/ProgramData/Microsoft/Windows/Start Menu/Programs/StartUp/x.bat".to_owned(), true, None),
            ("C:\\Documents and Settings\\All Users\\Start Menu\\Programs\\Startup\\x.exe".to_owned(), true, None),
            (format!("{EVE}desktop.ini"), false, Some("eve")),
            (EVE.to_owned(), false, Some("eve")),
            ("C:\\Programs\\Startup\\a.lnk".to_owned(), false, None),
            (String::new(), false, None),
        ];
        for (path, startup, user) in cases {
            assert_eq!((is_startup(&path), profile(&path).as_deref()), (startup, user), "{path}");
        }
    }

    #[test]
    fn what_is_started() {
        let url = b"[{000214A0-0000-0000-C000-000000000046}]\r\nProp3=19,2\r\n[InternetShortcut]\r\nURL=file:///C:/t/a.exe\r\n";
        let cases: [(&str, Vec<u8>, String, usize); 6] = [
            ("a.lnk", link("-s:x.txt"), "..\\ftp.exe -s:x.txt".to_owned(), 0),
            ("a.LNK", b"MZ".to_vec(), format!("\"{EVE}a.LNK\""), 1),
            ("a.url", url.to_vec(), "file:///C:/t/a.exe".to_owned(), 0),
            ("a.url", b"[x]\r\nURL=a".to_vec(), format!("\"{EVE}a.url\""), 1),
            ("a.bat", b"ftp -s:x".to_vec(), format!("\"{EVE}a.bat\""), 0),
            ("é", Vec::new(), format!("\"{EVE}é\""), 0),
        ];
        for (name, bytes, line, notes) in cases {
            let (starts, told) = told(&bytes, &format!("{EVE}{name}"));
            assert_eq!((starts.command_line, told.len()), (Some(line), notes), "{name}");
            assert_eq!((starts.name.as_str(), starts.run_as.as_deref()), (name, Some("eve")));
        }
        let (starts, _) = told(&link(&"x ".repeat(30_000)), &format!("{EVE}a.lnk"));
        assert!(starts.command_line.is_some_and(|line| line.len() <= 32 << 10));
        assert_eq!(starts.working_directory.as_deref(), Some("C:\\t"));
    }
}
