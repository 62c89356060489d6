//! What the Program Compatibility Assistant of Windows 11 keeps in `C:\Windows\appcompat\pca`: `PcaAppLaunchDic.txt`, the
//! last start of each program that the Explorer started, and `PcaGeneralDb0.txt` and `PcaGeneralDb1.txt`, how programs ended.
//!
//! Source: Andrew Rathbun and Lucas Gonzalez, "New Windows 11 Pro (22H2) Evidence of Execution Artifact!" (2023). Times are
//! UTC. The first is in the ANSI code page, the others are in UTF-16.

use super::event::{Event, Process, Runs};
use super::small;
use crate::base::anomaly::Cause;
use crate::base::bytes::ReadAt;
use crate::base::limits::Limits;
use crate::base::number::to_u64;
use crate::base::text;
use crate::base::time::Timestamp;

/// Lines that are read.
const LINES: usize = 20_000;

/// Bytes of a path that are kept.
const PATH: usize = 4096;

/// Whether a file of this name, or path, is one of these; nothing in its content tells.
#[must_use]
pub fn is_pca(path: &str) -> bool {
    let name = path.rsplit(['\\', '/']).next().unwrap_or_default();
    ["PcaAppLaunchDic.txt", "PcaGeneralDb0.txt", "PcaGeneralDb1.txt"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(name))
}

/// Reads one of the files: an event for each line.
///
/// # Errors
/// What reading the bytes says.
pub fn read(
    stream: &dyn ReadAt,
    limits: &Limits,
    note: &mut dyn FnMut(Cause),
    visit: &mut dyn FnMut(Event),
) -> std::io::Result<()> {
    let bytes = small::bytes(stream, limits, note)?;
    let Some(text) = text::decode(&bytes) else {
        if !bytes.is_empty() {
            note(Cause::Corrupt {
                what: "list of the Program Compatibility Assistant is no text".to_owned(),
                offset: 0,
            });
        }
        return Ok(());
    };
    let mut strange = None;
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.text.trim().is_empty()) {
        if number >= LINES {
            let limit = to_u64(LINES);
            note(Cause::LimitReached { what: "lines of the Program Compatibility Assistant", limit });
            break;
        }
        match event(line.text) {
            Some(event) => visit(Event { record: line.offset, ..event }),
            None => strange = strange.or(Some(line.offset)),
        }
    }
    if let Some(offset) = strange {
        note(Cause::Corrupt {
            what: "line of the Program Compatibility Assistant is not understood".to_owned(),
            offset,
        });
    }
    Ok(())
}

/// `path|time`, or `time|kind|path|description|vendor|version|program|how it ended`.
fn event(line: &str) -> Option<Event> {
    let mut fields = line.trim().split('|');
    let first = fields.next()?;
    let ended = time(first);
    let (time, path, last) = match ended {
        Some(time) => (time, fields.nth(1)?, Vec::new()),
        None => time(fields.next()?).map(|time| (time, first, vec![time]))?,
    };
    let path = path.get(..path.floor_char_boundary(PATH)).filter(|path| !path.is_empty())?;
    Some(Event {
        time: Some(time),
        source: "pca".to_owned(),
        action: Some(if ended.is_some() { "ended" } else { "started" }.to_owned()),
        process: Some(Process {
            executable: Some(path.to_owned()),
            company: fields.nth(1).map(str::to_owned).filter(|vendor| ended.is_some() && !vendor.is_empty()),
            ..Process::default()
        }),
        runs: (!last.is_empty()).then(|| Runs { last, ..Runs::default() }),
        ..Event::default()
    })
}

/// `2022-12-28 16:40:44.123`, in UTC.
fn time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let dated = text.as_bytes().get(4) == Some(&b'-') && text.len() <= 32;
    dated.then(|| Timestamp::parse(&format!("{}Z", text.replacen(' ', "T", 1))))?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(bytes: &[u8]) -> (Vec<Event>, Vec<String>) {
        let (mut events, mut notes) = (Vec::new(), Vec::new());
        let mut note = |cause: Cause| notes.push(cause.to_string());
        read(&bytes.to_vec(), &Limits::default(), &mut note, &mut |event| events.push(event)).unwrap();
        (events, notes)
    }

    #[test]
    fn launches_and_ends_are_read() {
        let launches =
            b"C:\\Users\\Ren\xe9\\a b.exe|2022-12-28 16:40:44.123\r\nC:\\x.exe|2022-12-29 00:00:00.000\r\n\r\nrest\r\n";
        let (found, notes) = events(launches);
        let told: Vec<_> = found
            .iter()
            .map(|event| {
                let program = event.process.as_ref().unwrap().executable.as_deref().unwrap();
                (event.record, program, event.time.unwrap().to_string(), event.action.as_deref())
            })
            .collect();
        assert_eq!(
            told,
            [
                (0, "C:\\Users\\René\\a b.exe", "2022-12-28T16:40:44.123Z".to_owned(), Some("started")),
                (47, "C:\\x.exe", "2022-12-29T00:00:00Z".to_owned(), Some("started")),
            ]
        );
        assert_eq!(notes, ["line of the Program Compatibility Assistant is not understood at offset 83"]);

        let line = "2022-05-12 18:04:42.943|2|%programfiles%\\f\\f.exe|f|f.org|11.20|0006|Abnormal process exit with code 0x2\r\n";
        let wide: Vec<u8> = [0xfeffu16].into_iter().chain(line.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let (found, notes) = events(&wide);
        let process = found[0].process.as_ref().unwrap();
        assert_eq!(process.executable.as_deref(), Some("%programfiles%\\f\\f.exe"));
        assert_eq!((process.company.as_deref(), found[0].action.as_deref()), (Some("f.org"), Some("ended")));
        assert_eq!((found[0].record, found[0].runs.as_ref(), notes.len()), (2, None, 0));
    }

    #[test]
    fn lines_that_lie_are_told_once() {
        let cases: [(&[u8], usize, usize); 6] = [
            (b"", 0, 0),
            (b"|2022-12-28 16:40:44.123", 0, 1),
            (b"a\nb\nC:\\x.exe|2022-13-28 16:40:44\n", 0, 1),
            (b"2022-12-28 16:40:44.123|2", 0, 1),
            (b"\0\0\0\0\0\0\0\0", 0, 1),
            (b"C:\\x.exe|2022-12-28 16:40:44|more|fields", 1, 0),
        ];
        for (bytes, count, told) in cases {
            let (events, notes) = events(bytes);
            assert_eq!((events.len(), notes.len()), (count, told), "{bytes:?} {notes:?}");
        }
        let (events, notes) = events(&b"C:\\x.exe|2022-12-28 16:40:44\n".repeat(30_000));
        assert_eq!((events.len(), notes.len()), (20_000, 1));
    }

    #[test]
    fn names() {
        let cases = [
            ("C:\\Windows\\appcompat\\pca\\PcaAppLaunchDic.txt", true),
            ("a/pcageneraldb1.TXT", true),
            ("PcaGeneralDb2.txt", false),
            ("", false),
        ];
        for (path, expected) in cases {
            assert_eq!(is_pca(path), expected, "{path}");
        }
    }
}
