//! `ftpsift inspect`, and the verbs that print what the program itself knows.

use super::args::{self, Format, InspectArguments, ListFormat, Output, SchemaOf};
use super::exit::Exit;
use super::sink::Sink;
use crate::finding::rules::RULES;
use crate::report::text::lines;
use crate::report::{json, schema};
use serde_json::json;

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
            for payload in &inspection.payloads {
                writeln!(out, "{}", serde_json::to_string(payload)?)?;
            }
            for error in &inspection.errors {
                writeln!(out, "{}", json!({ "kind": "error", "path": error.path, "message": error.message }))?;
            }
            Ok(())
        }
    })?;
    Ok(if inspection.complete { Exit::Complete } else { Exit::Incomplete })
}

fn to_standard_output() -> Output {
    Output { output: None, force: false }
}

pub(super) fn rules(format: ListFormat) -> Result<Exit, String> {
    let sink = Sink::begin(&to_standard_output(), &[])?;
    let layout = sink.layout();
    sink.write(|out| match format {
        ListFormat::Text => lines::rules(layout, out),
        ListFormat::Json => json::write(&json!({ "rules": RULES }), out),
    })?;
    Ok(Exit::Complete)
}

pub(super) fn schema(of: SchemaOf) -> Result<Exit, String> {
    let of = match of {
        SchemaOf::Scan => schema::Of::Case,
        SchemaOf::Inspect => schema::Of::Inspection,
        SchemaOf::Ls => schema::Of::Entry,
    };
    let schema = schema::schema(of).map_err(|error| error.to_string())?;
    Sink::begin(&to_standard_output(), &[])?.write(|out| json::write(&schema, out))?;
    Ok(Exit::Complete)
}
