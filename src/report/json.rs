//! One JSON object, indented, with a line end.

use serde::Serialize;
use std::io::{self, Write};

/// Writes a report.
///
/// # Errors
/// What the output says.
pub fn write(report: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, report)?;
    out.write_all(b"\n")
}
