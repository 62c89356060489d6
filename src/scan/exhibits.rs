//! What is copied out of the evidence: the scripts that were found, and the files that they name.

use super::payloads::Located;
use super::texts::TextFile;
use super::tie::TextId;
use super::volume::VolumeView;
use crate::base::anomaly::{Anomaly, Cause, Stage};
use crate::base::bytes::ReadAt;
use crate::case::{Extent, Script, Source};
use crate::evidence::entry::{EntryPath, Recovery};
use std::collections::BTreeMap;
use std::io;

/// One thing to be copied out.
pub struct Exhibit<'a> {
    /// The record of the report that speaks of it, `s1` or `p1`.
    pub record: &'a str,
    /// The evidence that holds it.
    pub evidence: &'a str,
    /// The volume that holds it.
    pub volume: Option<String>,
    /// Where it lies, as the report writes it.
    pub path: &'a str,
    /// How its bytes are come by.
    pub source: Source,
    /// Of a deleted entry, how much of its content can be had.
    pub recovery: Option<Recovery>,
    /// Where its bytes lie, on the volume or in the file that holds them; empty where the file system does not tell.
    pub extents: Vec<Extent>,
    /// The bytes.
    pub bytes: &'a dyn ReadAt,
}

/// Takes one thing that is copied out.
pub type Take<'t> = dyn FnMut(&Exhibit<'_>) -> io::Result<()> + 't;

/// Hands out the scripts of one piece of evidence that are files, records of logs or written by others, and then the payloads.
/// What cannot be read or written is told.
pub(super) fn hand_out(
    evidence: &str,
    volume: &VolumeView<'_>,
    scripts: &[Script],
    texts: &BTreeMap<String, (&TextFile, &TextId)>,
    payloads: &[Located],
    take: &mut Take<'_>,
    anomalies: &mut Vec<Anomaly>,
) {
    for script in scripts {
        let Some((text, id)) = texts.get(&script.id) else { continue };
        match id {
            // A record of a log is no file; its text is what counts.
            TextId::File(_) if text.event.is_some() => {
                held(evidence, script, &text.text.content, take, anomalies);
            }
            TextId::File(path) => {
                file(evidence, volume, (&script.id, &script.path), path, take, anomalies);
            }
            TextId::Written(_, index) => {
                let Some(written) = text.reading.written.get(*index) else { continue };
                held(evidence, script, &written.text.content, take, anomalies);
            }
            // A command line is in the report as it stands.
            TextId::CommandLine(..) => {}
        }
    }
    for Located { payload, path } in payloads {
        if let (Some(path), Some(shown)) = (path, &payload.path) {
            file(evidence, volume, (&payload.id, shown), path, take, anomalies);
        }
    }
}

/// Hands out a script that is no file by itself, but is held as a text.
fn held(evidence: &str, script: &Script, content: &str, take: &mut Take<'_>, anomalies: &mut Vec<Anomaly>) {
    let exhibit = Exhibit {
        record: &script.id,
        evidence,
        volume: script.volume.clone(),
        path: &script.path,
        source: script.source,
        recovery: None,
        extents: Vec::new(),
        bytes: &content.as_bytes().to_vec(),
    };
    note(take(&exhibit), &script.path, anomalies);
}

fn file(
    evidence: &str,
    volume: &VolumeView<'_>,
    (record, shown): (&str, &str),
    path: &EntryPath,
    take: &mut Take<'_>,
    anomalies: &mut Vec<Anomaly>,
) {
    let opened = match volume.file_system.open(path) {
        Ok(opened) => opened,
        Err(anomaly) => {
            anomalies.push(Anomaly { path: shown.to_owned(), ..anomaly });
            return;
        }
    };
    let (source, recovery) = volume.source(path);
    let exhibit = Exhibit {
        record,
        evidence,
        volume: volume.id(path),
        path: shown,
        source,
        recovery,
        extents: volume.extents(path),
        bytes: &opened.stream,
    };
    note(take(&exhibit), shown, anomalies);
}

fn note(taken: io::Result<()>, path: &str, anomalies: &mut Vec<Anomaly>) {
    if let Err(error) = taken {
        anomalies.push(Anomaly { stage: Stage::Read, path: path.to_owned(), cause: Cause::Io(error) });
    }
}
