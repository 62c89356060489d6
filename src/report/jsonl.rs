//! The same records one a line, each with its `kind`: the report first, a trailer last that tells whether the file is whole.

use crate::base::escape::hex;
use crate::case::{Case, Scan, Tool};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::io::{self, Write};

/// A record with its kind in front.
#[derive(Serialize)]
struct Tagged<'a, T> {
    kind: &'a str,
    #[serde(flatten)]
    record: &'a T,
}

/// What stands for the report as a whole.
#[derive(Serialize)]
struct Head<'a> {
    schema: &'a str,
    tool: &'a Tool,
    scan: &'a Scan,
}

/// What ends the file.
#[derive(Serialize)]
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
}

/// Writes a case.
///
/// # Errors
/// What the output says.
pub fn write(case: &Case, out: &mut dyn Write) -> io::Result<()> {
    let mut lines = Lines { out, digest: Sha256::new(), count: 0 };
    lines.put("report", &Head { schema: &case.schema, tool: &case.tool, scan: &case.scan })?;
    lines.all("evidence", &case.evidence)?;
    lines.all("launch", &case.launches)?;
    lines.all("script", &case.scripts)?;
    lines.all("payload", &case.payloads)?;
    lines.all("event", &case.events)?;
    lines.all("run", &case.runs)?;
    lines.all("claim", &case.claims)?;
    lines.all("persistence", &case.persistence)?;
    lines.all("verdict", &case.verdicts)?;
    lines.all("timeline", &case.timeline)?;
    lines.all("playbook-step", &case.playbooks)?;
    lines.all("finding", &case.findings)?;
    lines.all("credential", &case.credentials)?;
    lines.all("coverage", &case.coverage)?;
    lines.all("error", &case.errors)?;
    let Lines { out, digest, count } = lines;
    let trailer = Trailer { records: count, sha256: hex(&digest.finalize()), complete: case.scan.complete };
    serde_json::to_writer(&mut *out, &Tagged { kind: "trailer", record: &trailer })?;
    out.write_all(b"\n")
}
