//! The same records one a line, each with its `kind`: the report first, a trailer last that tells whether the file is whole.
//!
//! No line has a name twice (RFC 8259, section 4: what readers make of that is not foreseeable; some refuse it, most keep the last).
//! Where a record has a `kind` of its own, that one is `evidence_kind` and `timeline_kind` here.

use crate::base::escape::hex;
use crate::case::{Case, Scan, Tool};
use serde::ser::{Error, Serialize, Serializer};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::io::{self, Write};

/// A record with its kind in front.
#[derive(serde::Serialize)]
struct Tagged<'a, T> {
    kind: &'a str,
    #[serde(flatten)]
    record: &'a T,
}

/// Writes one record as a line, its kind in front. It has no `kind` of its own.
///
/// # Errors
/// What the output says.
pub fn line(kind: &str, record: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &Tagged { kind, record })?;
    out.write_all(b"\n")
}

/// A record whose own `kind` goes by another name.
struct Renamed<'a, T> {
    name: &'a str,
    record: &'a T,
}

impl<T: Serialize> Serialize for Renamed<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Value::Object(fields) = serde_json::to_value(self.record).map_err(S::Error::custom)? else {
            return Err(S::Error::custom("a record is an object"));
        };
        serializer.collect_map(fields.iter().map(|(name, value)| match name.as_str() {
            "kind" => (self.name, value),
            other => (other, value),
        }))
    }
}

/// What stands for the report as a whole.
#[derive(serde::Serialize)]
struct Head<'a> {
    schema: &'a str,
    tool: &'a Tool,
    scan: &'a Scan,
}

/// What ends the file.
#[derive(serde::Serialize)]
struct Trailer {
    /// Lines before this one.
    records: u64,
    /// SHA-256 of the bytes before this line.
    sha256: String,
    complete: bool,
}

/// Lines on their way out.
struct Lines<'a> {
    out: &'a mut dyn Write,
    digest: Sha256,
    count: u64,
}

impl Lines<'_> {
    fn put<T: Serialize>(&mut self, kind: &str, record: &T) -> io::Result<()> {
        let mut line = serde_json::to_vec(&Tagged { kind, record })?;
        line.push(b'\n');
        self.digest.update(&line);
        self.count = self.count.saturating_add(1);
        self.out.write_all(&line)
    }

    fn all<T: Serialize>(&mut self, kind: &str, records: &[T]) -> io::Result<()> {
        records.iter().try_for_each(|record| self.put(kind, record))
    }

    fn all_renamed<T: Serialize>(&mut self, kind: &str, name: &str, records: &[T]) -> io::Result<()> {
        records.iter().try_for_each(|record| self.put(kind, &Renamed { name, record }))
    }
}

/// Writes a case.
///
/// # Errors
/// What the output says.
pub fn write(case: &Case, out: &mut dyn Write) -> io::Result<()> {
    let mut lines = Lines { out, digest: Sha256::new(), count: 0 };
    lines.put("report", &Head { schema: &case.schema, tool: &case.tool, scan: &case.scan })?;
    lines.all_renamed("evidence", "evidence_kind", &case.evidence)?;
    lines.all("launch", &case.launches)?;
    lines.all("script", &case.scripts)?;
    lines.all("payload", &case.payloads)?;
    lines.all("event", &case.events)?;
    lines.all("run", &case.runs)?;
    lines.all("claim", &case.claims)?;
    lines.all("persistence", &case.persistence)?;
    lines.all("verdict", &case.verdicts)?;
    lines.all_renamed("timeline", "timeline_kind", &case.timeline)?;
    lines.all("playbook-step", &case.playbooks)?;
    lines.all("finding", &case.findings)?;
    lines.all("credential", &case.credentials)?;
    lines.all("coverage", &case.coverage)?;
    lines.all("error", &case.errors)?;
    let Lines { out, digest, count } = lines;
    let trailer = Trailer { records: count, sha256: hex(&digest.finalize()), complete: case.scan.complete };
    line("trailer", &trailer, out)
}
