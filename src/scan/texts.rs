//! The texts of the evidence that speak of FTP: swept up by content, or named by a launch.

use super::sweep::Candidate;
use super::variables;
use super::volume::VolumeView;
use crate::base::anomaly::{Anomaly, Cause, Stage};
use crate::base::bytes::{self, ReadAt};
use crate::base::digest::{Digests, Hasher};
use crate::base::limits::Limits;
use crate::base::number::to_u64;
use crate::base::shortcut;
use crate::base::text::{self, Text};
use crate::base::time::FileTimes;
use crate::case::Script;
use crate::evidence::FileSystem;
use crate::evidence::entry::EntryPath;
use crate::script::client::told;
use crate::script::launch::{Client, Launch};
use crate::script::local_path;
use crate::script::read;
use crate::script::reading::{Confidence, Feed, Form, TextReading};
use crate::script::store;
use crate::script::writer::emulation::Neighbours;
use crate::script::writer::outcome::Origin;
use std::cell::Cell;

/// Other texts of the volume that the emulation of one text may read.
const NEIGHBOURS: u32 = 32;

/// A text of the evidence and all that it says.
#[derive(Debug)]
pub(super) struct TextFile {
    pub(super) path: EntryPath,
    pub(super) size: u64,
    pub(super) digests: Digests,
    /// Bytes that could be read, where that is not all of them: the digests are of these.
    pub(super) examined: Option<u64>,
    pub(super) times: FileTimes,
    pub(super) text: Text,
    pub(super) reading: TextReading,
    /// The event that told it, where it is no file of its own.
    pub(super) event: Option<String>,
}

/// Bytes that a run keeps of any text, and of one of its lines where a client runs it: measured with scripts that move two files.
const A_TEXT: u64 = 4 << 10;
const A_LINE: u64 = 5 << 9;

impl TextFile {
    /// Bytes that the records of this text will take when it is run and judged, about.
    pub(super) fn weight(&self) -> u64 {
        let lines = |text: &Text| to_u64(text.content.lines().count());
        let written = self.reading.written.iter().map(|written| lines(&written.text));
        let lines = written.fold(lines(&self.text), u64::saturating_add);
        A_TEXT.saturating_add(lines.saturating_mul(A_LINE))
    }
}

/// Reads a text that the sweep handed up.
pub(super) fn read_swept(volume: &VolumeView<'_>, candidate: &Candidate<'_>, limits: &Limits) -> Option<TextFile> {
    let Candidate { path, bytes, size, times } = *candidate;
    let (text, reading) = match shortcut::read(bytes) {
        Some(shortcut) => {
            let directory = volume.directory(path);
            let beside = Beside { volume, near: &directory, limits, left: Cell::new(NEIGHBOURS) };
            let origin = Origin { directory: Some(&directory), name: "" };
            let reading = read::read_shortcut(&shortcut, origin, &beside, limits)?;
            (Text::from_content(shortcut.command_line()), reading)
        }
        None if store::is_binary(bytes) => {
            (Text::from_content(String::new()), read::of_store(store::read_binary(bytes)?))
        }
        None => {
            let text = text::decode(bytes)?;
            let reading = interpret(volume, path, &text, limits)?;
            (text, reading)
        }
    };
    let (digests, examined) = if size == to_u64(bytes.len()) {
        (Digests::of(bytes), None)
    } else {
        let opened = volume.file_system.open(path).ok()?;
        let (digests, examined, _) = digests(&opened.stream);
        (digests, Some(examined).filter(|examined| *examined < size))
    };
    Some(TextFile {
        path: path.clone(),
        size,
        digests,
        examined,
        times,
        text: kept(text, &reading),
        reading,
        event: None,
    })
}

/// Reads a file that a launch names as its script, whatever its content looks like.
pub(super) fn read_named(
    volume: &VolumeView<'_>,
    path: &EntryPath,
    limits: &Limits,
) -> Result<Option<TextFile>, Anomaly> {
    let display = volume.display(path);
    let opened = volume.file_system.open(path).map_err(|anomaly| Anomaly { path: display.clone(), ..anomaly })?;
    let io = |error: std::io::Error| Anomaly::new(Stage::Read, display.clone(), error);
    let size = opened.stream.len();
    let mut buffer = vec![0u8; usize::try_from(size.min(limits.script_bytes)).unwrap_or(0)];
    let length = bytes::read_full(&opened.stream, 0, &mut buffer).map_err(io)?;
    buffer.truncate(length);
    let Some(text) = text::decode(&buffer) else { return Ok(None) };
    let (digests, examined, failure) = digests(&opened.stream);
    if let Some(error) = failure {
        return Err(io(error));
    }
    let examined = Some(examined).filter(|examined| *examined < size);
    let told = interpret(volume, path, &text, limits).filter(|reading| !reading.says_nothing());
    let mut reading = told.unwrap_or(TextReading {
        form: Form::FtpScript,
        is_script: None,
        client: Client::WindowsFtp,
        sessions: Vec::new(),
        written: Vec::new(),
        launches: Vec::new(),
        runs: Vec::new(),
        renames: Vec::new(),
        diagnostics: Vec::new(),
        capped: false,
    });
    reading.is_script = Some(Confidence::Certain);
    Ok(Some(TextFile { path: path.clone(), size, digests, examined, times: opened.times, text, reading, event: None }))
}

/// The digests of a stream as far as it can be read, how far that is, and what forbade more.
fn digests(stream: &dyn ReadAt) -> (Digests, u64, Option<std::io::Error>) {
    let mut hasher = Hasher::default();
    let mut buffer = bytes::AlignedBuffer::new(64 << 10);
    let mut offset = 0u64;
    loop {
        let (count, failure) = bytes::read_as_far(stream, offset, buffer.space());
        hasher.update(buffer.filled(count));
        offset = offset.saturating_add(to_u64(count));
        if count == 0 || failure.is_some() {
            return (hasher.finish(), offset, failure);
        }
    }
}

/// Has a client run each text of the volume in this way, whatever it looks like.
pub(super) fn launch_all(
    volume: &VolumeView<'_>,
    file_system: &dyn FileSystem,
    launch: &Launch,
    texts: &mut Vec<TextFile>,
    limits: &Limits,
    anomalies: &mut Vec<Anomaly>,
) {
    for entry in file_system.list(&EntryPath::default()) {
        match read_named(volume, &entry.path, limits) {
            Ok(Some(mut text)) => {
                text.reading.launches.push((launch.clone(), Feed::Itself));
                texts.retain(|swept| swept.path != text.path);
                texts.push(text);
            }
            Ok(None) => {}
            Err(anomaly) => anomalies.push(anomaly),
        }
    }
    texts.sort_by(|a, b| a.path.cmp(&b.path));
}

/// What a limit costs a named script.
pub(super) fn cut(path: String, limits: &Limits) -> Anomaly {
    Anomaly::new(Stage::Script, path, Cause::LimitReached { what: "bytes of one script", limit: limits.script_bytes })
}

/// Tells which texts were not emulated to their end, and drops those that say nothing up to there.
pub(super) fn tell_capped(
    texts: &mut Vec<TextFile>,
    volume: &VolumeView<'_>,
    limits: &Limits,
    anomalies: &mut Vec<Anomaly>,
) {
    let limit = to_u64(limits.batch_steps);
    texts.retain(|text| {
        if text.reading.capped {
            let cause = Cause::LimitReached { what: "what the emulation of one text may do", limit };
            anomalies.push(Anomaly::new(Stage::Script, volume.display(&text.path), cause));
        }
        !text.reading.says_nothing()
    });
}

/// Tells which scripts were not run to their end.
pub(super) fn tell_cut(scripts: &[Script], limits: &Limits, anomalies: &mut Vec<Anomaly>) {
    let causes = [
        ("too-many-lines", "lines of one script", limits.script_lines),
        ("long-line", "bytes of one line", limits.line_bytes),
        ("too-many-sessions", "sessions of one script", told::SESSIONS),
        ("transfers-left-out", "transfers of one script", told::TRANSFERS),
    ];
    for script in scripts {
        let cut = |code: &str| script.diagnostics.iter().any(|diagnostic| diagnostic.code == code);
        for (_, what, limit) in causes.iter().filter(|(code, ..)| cut(code)) {
            let cause = Cause::LimitReached { what, limit: to_u64(*limit) };
            anomalies.push(Anomaly::new(Stage::Script, script.path.clone(), cause));
        }
    }
}

fn interpret(volume: &VolumeView<'_>, path: &EntryPath, text: &Text, limits: &Limits) -> Option<TextReading> {
    let directory = volume.directory(path);
    let name = path.display();
    let name = name.rsplit('/').next().unwrap_or_default();
    let beside = Beside { volume, near: &directory, limits, left: Cell::new(NEIGHBOURS) };
    read::read(text, Origin { directory: Some(&directory), name }, &beside, limits)
}

/// Other texts of the volume that one text may name.
struct Beside<'v> {
    volume: &'v VolumeView<'v>,
    near: &'v str,
    limits: &'v Limits,
    left: Cell<u32>,
}

impl Neighbours for Beside<'_> {
    fn text(&self, path: &str, directory: Option<&str>) -> Option<String> {
        self.left.set(self.left.get().checked_sub(1)?);
        let path = path.trim_matches('"');
        let place = local_path::join(directory.unwrap_or(self.near), path);
        let paths = variables::expand(&place, self.near, self.volume);
        let (path, _) = paths.iter().find_map(|path| self.volume.find(path).into_iter().next())?;
        let opened = self.volume.file_system.open(&path).ok()?;
        let size = usize::try_from(opened.stream.len()).ok()?;
        if opened.stream.len() > self.limits.script_bytes {
            return None;
        }
        let mut buffer = vec![0u8; size];
        let length = bytes::read_full(&opened.stream, 0, &mut buffer).ok()?;
        buffer.truncate(length);
        text::decode(&buffer).map(|text| text.content)
    }
}

/// A text that only writes or starts others need not be kept; the macros of a `.netrc` are looked up later.
fn kept(text: Text, reading: &TextReading) -> Text {
    if reading.is_script.is_some() || reading.form == Form::Netrc {
        return text;
    }
    Text { content: String::new(), ..text }
}
