//! The debug directory: symbols, features and whether the build is reproducible.

use super::image::Image;
use super::names;
use crate::base::escape::{hex, lossless};
use crate::base::fields::Fields;
use crate::base::number::to_usize;
use crate::base::time::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Debug {
    /// Its kind: `codeview`, `pogo`, `repro`, `vc-feature`, … or the number.
    #[serde(rename = "type")]
    pub kind: String,
    /// When it was made; of a reproducible build a hash.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<Timestamp>,
    /// Its bytes.
    pub size: u32,
    /// Identity of the symbols: GUID and age of a PDB 7, signature and age of a PDB 2, hash of a reproducible build.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Path of the symbols as the linker wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pdb: Option<String>,
}

const ENTRY: u32 = 28;
const MOST: u32 = 64;
const CODEVIEW: u32 = 2;
const REPRO: u32 = 16;
/// Bytes of one record that are read.
const LONGEST: usize = 4096;

/// The entries.
pub(super) fn read(image: &Image<'_>, directory: Option<(u32, u32)>) -> Vec<Debug> {
    let Some((address, size)) = directory else { return Vec::new() };
    (0..(size / ENTRY).min(MOST))
        .map_while(|index| image.at(address.checked_add(index.checked_mul(ENTRY)?)?, 28))
        .map(|entry| {
            let fields = Fields(entry);
            let (kind, size) = (fields.u32(12), fields.u32(16));
            let start = to_usize(fields.u32(24));
            let length = to_usize(size).min(LONGEST);
            let rest = image.bytes.get(start..).filter(|_| start != 0).unwrap_or_default();
            let (id, pdb) = identity(kind, rest.get(..length).unwrap_or(rest));
            let timestamp = Some(fields.u32(4)).filter(|stamp| *stamp != 0);
            let timestamp = timestamp.and_then(|stamp| Timestamp::from_unix(i64::from(stamp), 0));
            Debug { kind: names::debug(kind), timestamp, size, id, pdb }
        })
        .collect()
}

/// Whether the time stamps of the file are hashes of what it was built from.
pub(super) fn is_reproducible(entries: &[Debug]) -> bool {
    entries.iter().any(|entry| entry.kind == "repro")
}

fn identity(kind: u32, record: &[u8]) -> (Option<String>, Option<String>) {
    let fields = Fields(record);
    let path = |at: usize| {
        let path = record.get(at..).unwrap_or_default().split(|byte| *byte == 0).next().unwrap_or_default();
        (!path.is_empty()).then(|| lossless(path))
    };
    match kind {
        CODEVIEW if record.starts_with(b"RSDS") => {
            (Some(format!("{}-{:x}", guid(record, 4), fields.u32(20))), path(24))
        }
        CODEVIEW if record.starts_with(b"NB10") => {
            (Some(format!("{:08x}-{:x}", fields.u32(8), fields.u32(12))), path(16))
        }
        REPRO => {
            let length = to_usize(fields.u32(0)).min(64);
            (Some(hex(fields.bytes(4, length))).filter(|hash| !hash.is_empty()), None)
        }
        _ => (None, None),
    }
}

/// A GUID as it is written.
pub(super) fn guid(bytes: &[u8], at: usize) -> String {
    let fields = Fields(bytes);
    let at = |by: usize| at.saturating_add(by);
    format!(
        "{:08x}-{:04x}-{:04x}-{}-{}",
        fields.u32(at(0)),
        fields.u16(at(4)),
        fields.u16(at(6)),
        hex(&fields.array::<2>(at(8))),
        hex(&fields.array::<6>(at(10)))
    )
}
