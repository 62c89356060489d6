//! The verbs that print what the program itself knows: `rules`, `schema`, `completions`.

use super::args::{Arguments, ListFormat, Output, SchemaOf};
use super::exit::Exit;
use super::sink::Sink;
use crate::finding::rules::RULES;
use crate::report::text::lines;
use crate::report::{json, schema};
use clap::CommandFactory;
use serde_json::json;

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

pub(super) fn completions(shell: clap_complete::Shell) -> Result<Exit, String> {
    // It takes a failing writer for a fault of its own.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "ftpsift", &mut script);
    Sink::Standard.write(|out| out.write_all(&script))?;
    Ok(Exit::Complete)
}
