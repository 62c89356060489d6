//! `ftpsift script`.

use super::args::{self, FailOn, Format, ScriptArguments};
use super::exit::Exit;
use super::message;
use super::sink::{self, Sink};
use crate::base::limits::Limits;
use crate::base::text;
use crate::report::text::explained;
use crate::report::{json, jsonl, secrets};
use crate::scan::request::ScanRequest;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

pub(super) fn run(arguments: &ScriptArguments) -> Result<Exit, String> {
    let standard_input = arguments.path == Path::new("-");
    let evidence = if standard_input { Vec::new() } else { vec![arguments.path.clone()] };
    let sink = Sink::begin(&arguments.output, &evidence)?;
    let secrets = sink::secrets(&arguments.secrets)?;
    let limits = Limits::default();
    let bytes = read(&arguments.path, standard_input, limits.script_bytes)
        .map_err(|error| format!("{}: {error}", arguments.path.display()))?;
    let name = match arguments.path.file_name() {
        Some(name) if !standard_input => name.to_string_lossy().into_owned(),
        _ => "standard-input".to_owned(),
    };
    let request = ScanRequest { limits, threads: 1, arguments: args::given(), ..ScanRequest::default() };
    let mut source: Vec<String> = text::decode(&bytes)
        .iter()
        .flat_map(|text| text.lines().map(|line| line.text.to_owned()).collect::<Vec<_>>())
        .collect();
    let mut case = crate::scan::explain::explain(&name, bytes, arguments.arguments.as_deref(), &request);
    if case.scripts.is_empty() {
        message::say("nothing in it reads like an FTP script; --arguments \"-n\" runs it as one all the same");
    }
    secrets::protect(&mut case, &mut source, &secrets);
    let layout = sink.layout();
    sink.write(|out| match arguments.format {
        Format::Text => explained::write(&case, &source, layout, out),
        Format::Json => json::write(&case, out),
        Format::Jsonl => jsonl::write(&case, out),
    })?;
    Ok(super::scan::exit(&case, FailOn::Never))
}

/// The bytes of the script, one more than the limit at most.
fn read(path: &Path, standard_input: bool, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = limit.saturating_add(1);
    if standard_input {
        io::stdin().lock().take(most).read_to_end(&mut bytes)?;
    } else {
        File::open(path)?.take(most).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}
