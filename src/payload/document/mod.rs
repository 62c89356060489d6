//! Documents: what in them runs, reaches out, is hidden inside or encrypted, and who wrote them.

mod compound;
mod office;
mod ole;
mod package;
mod pdf;
mod rtf;
mod summary;
mod vba;

use super::archive::Archive;
use super::filetype::{self, Family};
use crate::base::anomaly::Cause;
use crate::base::bytes::ReadAt;
use crate::base::limits::Limits;
use crate::base::time::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use std::io;

/// What a document holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Document {
    /// `ole` (compound file), `ooxml`, `rtf` or `pdf`.
    pub format: &'static str,
    /// By what the document is encrypted; absent where it is not. Then nothing else of its content is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encrypted: Option<&'static str>,
    /// Class of the root storage, where it is known: the program that the file belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<&'static str>,
    /// The VBA project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub macros: Option<Macros>,
    /// Sheets of Excel 4.0 macros, with `hidden` or `very hidden` where they are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub macro_sheets: Vec<String>,
    /// Files and objects inside.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub embedded: Vec<Object>,
    /// What is fetched from elsewhere when the document is opened or clicked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub external: Vec<External>,
    /// What else is active, and how often: actions of PDF, updates of objects in RTF, DDE.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub active: Vec<Active>,
    /// Who wrote it and when, by its own word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub properties: Option<Properties>,
    /// Streams of a compound file and their sizes in bytes, as many as are listed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub streams: Vec<Stream>,
}

/// A VBA project.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Macros {
    /// Names of the modules.
    pub modules: Vec<String>,
    /// Bytes of source in all; 0 where only compiled code is there.
    pub source_bytes: u64,
    /// Procedures that Office runs by itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub automatic: Vec<&'static str>,
    /// Words by which the source starts programs, loads files or goes into the network.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reaches_out: Vec<&'static str>,
    /// Addresses in the source.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<String>,
}

/// A file or object inside a document.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Object {
    /// Name of the file, or of the object's class.
    pub name: String,
    /// Where it lies in the document.
    pub found_in: String,
    /// The path that it had where it was put in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_path: Option<String>,
    /// Bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// Media type by content, where the first bytes could be had.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mime: Option<&'static str>,
    /// It is a program or script by content or name.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub executable: bool,
}

/// Something outside the document.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct External {
    /// Such as `attachedTemplate`, `oleObject`, `hyperlink`, `URI`.
    pub kind: String,
    /// The address.
    pub target: String,
}

/// Something active.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Active {
    /// The term of the format.
    pub what: &'static str,
    /// How often it stands there.
    pub count: u64,
    /// What it would run or open, of the first that say so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// Who wrote a document and when.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Properties {
    /// Title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Author.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// Who saved it last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_saved_by: Option<String>,
    /// The template it was made from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// The program that wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application: Option<String>,
    /// When it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
    /// When it was saved last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub saved: Option<Timestamp>,
}

/// A stream of a compound file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Stream {
    /// Path; names of Windows Installer packages are decoded.
    pub path: String,
    /// Bytes.
    pub size: u64,
}

/// Objects, targets and streams that are listed.
const LISTED: usize = 64;

/// Reads a document. `archive` is what the payload is as an archive: OOXML is one.
pub(super) fn read(
    stream: &dyn ReadAt,
    head: &[u8],
    extension: &str,
    archive: Option<&Archive>,
    limits: &Limits,
    note: &mut dyn FnMut(Cause),
) -> Option<Document> {
    let mut document = Document::default();
    let outcome = match extension {
        _ if head.starts_with(compound::SIGNATURE) => ole::read(stream, &mut document, note),
        _ if archive.is_some_and(office::is_office) => office::read(stream, &mut document, note),
        "rtf" => rtf::read(stream, limits, &mut document, note),
        "pdf" => pdf::read(stream, limits, &mut document, note),
        _ => return None,
    };
    if let Err(error) = outcome {
        note(error.into());
    }
    Some(document).filter(|document| !document.format.is_empty())
}

impl Document {
    fn add_object(&mut self, object: Object) {
        if self.embedded.len() < LISTED {
            self.embedded.push(object);
        }
    }

    fn add_external(&mut self, kind: &str, target: &str) {
        let target: String = target.chars().take(1024).collect();
        let external = External { kind: kind.to_owned(), target };
        if self.external.len() < LISTED && !self.external.contains(&external) {
            self.external.push(external);
        }
    }

    fn add_active(&mut self, what: &'static str, detail: Option<String>) {
        match self.active.iter_mut().find(|active| active.what == what) {
            Some(active) => {
                active.count = active.count.saturating_add(1);
                active.detail = active.detail.take().or(detail);
            }
            None => self.active.push(Active { what, count: 1, detail }),
        }
    }
}

/// An object with what its first bytes and its name say of it.
fn object(name: String, found_in: &str, size: u64, head: &[u8]) -> Object {
    let found = (!head.is_empty()).then(|| filetype::detect(head, size));
    let runs = found.is_some_and(|found| matches!(found.family, Family::Pe | Family::Program | Family::Script));
    let by_name = super::archive::runs(&name);
    Object {
        name,
        found_in: found_in.to_owned(),
        source_path: None,
        size: Some(size),
        mime: found.map(|found| found.mime),
        executable: runs || by_name,
    }
}

/// Reads with an error as nothing: a part that cannot be read is damage of the document.
fn or_empty(read: io::Result<Vec<u8>>) -> Vec<u8> {
    read.unwrap_or_default()
}

#[cfg(test)]
mod tests;
