//! Startup folders: what Windows starts as soon as someone logs on, whatever the file's kind.

use super::event::{Event, File, Starts};
use super::small;
use crate::base::anomaly::Cause;
use crate::base::bytes::ReadAt;
use crate::base::limits::Limits;
use crate::base::{shortcut, text};

/// The end of the path of every Startup folder; those of Windows XP have other names in other languages.
const FOLDER: [&str; 3] = ["start menu", "programs", "startup"];

/// Bytes of a command line or a folder that are kept.
const LONGEST: usize = 32 << 10;

/// Whether a file lies in a Startup folder and is one that is started.
#[must_use]
pub fn is_startup(path: &str) -> bool {
    let mut parts = path.rsplit(['\\', '/']);
    let name = parts.next().unwrap_or_default();
    let above = FOLDER.iter().rev().all(|folder| parts.next().is_some_and(|part| part.eq_ignore_ascii_case(folder)));
    above && !name.is_empty() && !name.eq_ignore_ascii_case("desktop.ini")
}

/// Reads a file of a Startup folder into one event: a shortcut or an address tells what is started, any other file is.
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
    let kept =
        |text: String| Some(text.get(..text.floor_char_boundary(LONGEST))?.to_owned()).filter(|text| !text.is_empty());
    visit(Event {
        source: "startup-folder".to_owned(),
        file: Some(File { path: path.to_owned(), size: Some(stream.len()), ..File::default() }),
        starts: Some(Starts {
            mechanism: "startup-folder".to_owned(),
            name: name.to_owned(),
            command_line: kept(command_line),
            working_directory: working_directory.and_then(kept),
            run_as: profile(path),
            ..Starts::default()
        }),
        ..Event::default()
    });
    Ok(())
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

    fn told(bytes: &[u8], path: &str) -> (Starts, Vec<String>) {
        let (mut starts, mut notes) = (None, Vec::new());
        let mut note = |cause: Cause| notes.push(cause.to_string());
        read(&bytes.to_vec(), path, &Limits::default(), &mut note, &mut |event| starts = event.starts).unwrap();
        (starts.unwrap(), notes)
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
