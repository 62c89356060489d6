//! A folder of what was copied out of the evidence, with a manifest that says where each file comes from.
//!
//! The names are made of the record's identity and what is harmless of the file's own name. No file can be started by a
//! mistaken click: scripts end in `.txt`, everything else in `.bin`.

use super::output::{OutputFolder, Refused};
use crate::base::bytes::{AlignedBuffer, ReadAt, read_full};
use crate::base::digest::Hasher;
use crate::base::number::to_u64;
use crate::base::time::{FileTimes, Timestamp};
use crate::case::index::Index;
use crate::case::{Case, Extent, Source, Tool};
use crate::evidence::entry::Recovery;
use serde::Serialize;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Bytes copied at a time.
const BLOCK: usize = 1 << 20;
/// Characters of a file's own name that are kept.
const NAME: usize = 80;

/// Says of a folder of collected files where they come from.
#[derive(Debug, Serialize)]
struct Manifest<'a> {
    schema: &'static str,
    tool: &'a Tool,
    collected: Timestamp,
    arguments: &'a [String],
    /// Whether everything that was to be read was read, and all that was found copied; else the report's `errors` tell what not.
    complete: bool,
    files: &'a [Collected],
}

/// One collected file.
#[derive(Debug, Clone, Serialize)]
pub struct Collected {
    /// Its name in the folder, with `/`.
    pub file: String,
    /// The record of the report that speaks of it.
    pub record: String,
    /// The evidence that held it, `e1`.
    pub evidence: String,
    /// The path of that evidence, as given.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub evidence_path: String,
    /// The volume that held it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volume: Option<String>,
    /// Where it lay.
    pub path: String,
    /// How its bytes were come by.
    pub source: Source,
    /// Of a deleted entry, how much of its content could be had.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovery: Option<Recovery>,
    /// Where its bytes lie on the volume.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub extents: Vec<Extent>,
    /// Size in bytes.
    pub size: u64,
    /// MD5 of what was written.
    pub md5: String,
    /// SHA-1 of what was written.
    pub sha1: String,
    /// SHA-256 of what was written.
    pub sha256: String,
    /// The file's times in the evidence.
    #[serde(skip_serializing_if = "FileTimes::is_empty")]
    pub times: FileTimes,
}

/// A folder in the making.
#[derive(Debug)]
pub struct Collection {
    folder: OutputFolder,
    files: Vec<Collected>,
    buffer: AlignedBuffer,
}

impl Collection {
    /// Makes the folder.
    ///
    /// # Errors
    /// It is not empty, lies in the evidence, or cannot be made.
    pub fn begin(target: &Path, evidence: &[PathBuf]) -> Result<Self, Refused> {
        let folder = OutputFolder::begin(target, evidence)?;
        Ok(Self { folder, files: Vec::new(), buffer: AlignedBuffer::new(BLOCK) })
    }

    /// Copies one thing. `found` says where it comes from; its name, size and digests are set here.
    ///
    /// # Errors
    /// The bytes cannot be read or written; what was written until then stays, and is not in the manifest.
    pub fn add(&mut self, bytes: &dyn ReadAt, found: Collected) -> io::Result<()> {
        let folder = if found.record.starts_with('s') { "scripts" } else { "payloads" };
        let name = safe_name(&found.record, &found.path, folder == "scripts");
        let mut out = self.folder.create(folder, &name)?;
        let mut hasher = Hasher::default();
        let mut offset = 0u64;
        loop {
            let count = read_full(bytes, offset, self.buffer.space())?;
            if count == 0 {
                break;
            }
            let block = self.buffer.filled(count);
            hasher.update(block);
            out.write_all(block)?;
            offset = offset.saturating_add(to_u64(count));
        }
        out.flush()?;
        let digests = hasher.finish();
        self.files.push(Collected {
            file: format!("{folder}/{name}"),
            size: offset,
            md5: digests.md5,
            sha1: digests.sha1,
            sha256: digests.sha256,
            ..found
        });
        Ok(())
    }

    /// Writes the manifest and the report beside the files, and gives back what is in the manifest.
    ///
    /// # Errors
    /// They cannot be written.
    pub fn finish(mut self, case: &Case) -> io::Result<Vec<Collected>> {
        let index = Index::of(case);
        for file in &mut self.files {
            let held_by = case.evidence.iter().find(|evidence| evidence.id == file.evidence);
            file.evidence_path = held_by.map(|evidence| evidence.path.clone()).unwrap_or_default();
            let script = index.script(&file.record).map(|script| script.times);
            let payload = || index.payload(&file.record).map(|payload| payload.times);
            file.times = script.or_else(payload).unwrap_or_default();
        }
        let manifest = Manifest {
            schema: "ftpsift.collection/1",
            tool: &case.tool,
            collected: case.scan.finished,
            arguments: &case.scan.arguments,
            complete: case.scan.complete,
            files: &self.files,
        };
        let mut out = self.folder.create("", "manifest.json")?;
        super::json::write(&manifest, &mut out)?;
        out.flush()?;
        let mut out = self.folder.create("", "report.json")?;
        super::json::write(case, &mut out)?;
        out.flush()?;
        Ok(self.files)
    }
}

/// The record's identity and what is harmless of the name, with an ending that nothing runs.
fn safe_name(record: &str, path: &str, is_script: bool) -> String {
    let own = path.rsplit(['/', '\\']).next().unwrap_or_default();
    let mut name = format!("{record}-");
    for character in own.chars().take(NAME) {
        let harmless = character.is_ascii_alphanumeric() || matches!(character, '.' | '_' | '-' | '+' | '@');
        name.push(if harmless { character } else { '_' });
    }
    let ending = if is_script { ".txt" } else { ".bin" };
    if !name.ends_with(ending) {
        name.push_str(ending);
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_harmless_everywhere() {
        let cases = [
            (("s1", "C:\\Users\\Public\\a.txt", true), "s1-a.txt"),
            (("s2", "/tmp/..", true), "s2-...txt"),
            (("s3", "C:\\x.bat:evil\u{202e}\n", true), "s3-x.bat_evil__.txt"),
            (("p1", "C:\\Windows\\Temp\\nc.exe", false), "p1-nc.exe.bin"),
            (("p2", "con", false), "p2-con.bin"),
            (("p3", "x. ", false), "p3-x._.bin"),
        ];
        for ((record, path, is_script), expected) in cases {
            assert_eq!(safe_name(record, path, is_script), expected);
        }
        assert!(safe_name("p4", &"é".repeat(4000), false).len() < 100);
    }
}
