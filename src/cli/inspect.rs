//! `ftpsift inspect`.

use super::args::{self, Format, InspectArguments};
use super::exit::Exit;
use super::sink::Sink;
use crate::report::text::lines;
use crate::report::{json, jsonl};

pub(super) fn run(arguments: &InspectArguments) -> Result<Exit, String> {
    let sink = Sink::begin(&arguments.output, &arguments.paths)?;
    let limits = args::limits(&arguments.limits)?;
    let authorities = args::authorities(&arguments.trust, &limits)?;
    let inspection = crate::scan::inspect::inspect(&arguments.paths, &limits, &authorities);
    if inspection.payloads.is_empty() {
        let reasons: Vec<String> =
            inspection.errors.iter().map(|error| format!("{}: {}", error.path, error.message)).collect();
        return Err(reasons.join("; "));
    }
    let layout = sink.layout();
    sink.write(|out| match arguments.format {
        Format::Text => lines::inspection(&inspection, layout, out),
        Format::Json => json::write(&inspection, out),
        Format::Jsonl => {
            inspection.payloads.iter().try_for_each(|payload| jsonl::line("payload", payload, out))?;
            inspection.errors.iter().try_for_each(|error| jsonl::line("error", error, out))
        }
    })?;
    Ok(if inspection.complete { Exit::Complete } else { Exit::Incomplete })
}
