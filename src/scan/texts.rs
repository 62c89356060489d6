//! The texts of the evidence that speak of FTP: swept up by content, or named by a launch.

use super::sweep::Candidate;
use super::volume::VolumeView;
use crate::base::anomaly::{Anomaly, Cause, Stage};
use crate::base::bytes::{self, ReadAt};
use crate::base::digest::{Digests, Hasher};
use crate::base::limits::Limits;
use crate::base::text::{self, Text};
use crate::base::time::FileTimes;
use crate::evidence::entry::EntryPath;
use crate::script::read;
use crate::script::reading::{Confidence, Form, TextReading};
use crate::script::writer::batch::Origin;

/// A text of the evidence and all that it says.
#[derive(Debug)]
pub(super) struct TextFile {
    pub(super) path: EntryPath,
    pub(super) size: u64,
    pub(super) digests: Digests,
    pub(super) times: FileTimes,
    pub(super) text: Text,
    pub(super) reading: TextReading,
}

/// Reads a text that the sweep handed up.
pub(super) fn read_swept(volume: &VolumeView<'_>, candidate: &Candidate<'_>, limits: &Limits) -> Option<TextFile> {
    let Candidate { path, bytes, size, times } = *candidate;
    let text = text::decode(bytes)?;
    let reading = interpret(volume, path, &text, limits)?;
    let digests = if size == u64::try_from(bytes.len()).unwrap_or(u64::MAX) {
        Digests::of(bytes)
    } else {
        let opened = volume.file_system.open(path).ok()?;
        digests(&opened.stream).ok()?
    };
    Some(TextFile { path: path.clone(), size, digests, times, text: kept(text, &reading), reading })
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
    let digests = digests(&opened.stream).map_err(io)?;
    let mut reading = interpret(volume, path, &text, limits).unwrap_or(TextReading {
        form: Form::FtpScript,
        is_script: None,
        written: Vec::new(),
        launches: Vec::new(),
        runs: Vec::new(),
        diagnostics: Vec::new(),
    });
    reading.is_script = Some(Confidence::Certain);
    Ok(Some(TextFile { path: path.clone(), size, digests, times: opened.times, text, reading }))
}

/// The digests of a whole stream.
fn digests(stream: &dyn ReadAt) -> std::io::Result<Digests> {
    let mut hasher = Hasher::default();
    let mut buffer = bytes::AlignedBuffer::new(64 << 10);
    let mut offset = 0u64;
    loop {
        let count = bytes::read_full(stream, offset, buffer.space())?;
        if count == 0 {
            return Ok(hasher.finish());
        }
        hasher.update(buffer.filled(count));
        offset = offset.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
    }
}

/// What a limit costs a named script.
pub(super) fn cut(path: String, limits: &Limits) -> Anomaly {
    Anomaly::new(Stage::Script, path, Cause::LimitReached { what: "bytes of one script", limit: limits.script_bytes })
}

fn interpret(volume: &VolumeView<'_>, path: &EntryPath, text: &Text, limits: &Limits) -> Option<TextReading> {
    let directory = volume.directory(path);
    let name = path.display();
    let name = name.rsplit('/').next().unwrap_or_default();
    read::read(text, Origin { directory: Some(&directory), name }, limits)
}

/// A text that only writes or starts others need not be kept.
fn kept(text: Text, reading: &TextReading) -> Text {
    if reading.is_script.is_some() {
        return text;
    }
    Text { content: String::new(), ..text }
}
