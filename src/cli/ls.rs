//! `ftpsift ls`.

use super::args::{self, Hash, LineFormat, LsArguments};
use super::exit::Exit;
use super::message;
use super::sink::{check_standard_output, is_closed_pipe};
use crate::base::escape;
use crate::report::text::lines;
use crate::scan::list::{self, Item, Wanted};
use crate::scan::request::ScanRequest;
use serde::Serialize;
use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;

#[derive(Serialize)]
struct Tagged<'a, T> {
    kind: &'a str,
    #[serde(flatten)]
    record: &'a T,
}

pub(super) fn run(arguments: &LsArguments) -> Result<Exit, String> {
    check_standard_output()?;
    let request = ScanRequest {
        paths: arguments.evidence.paths.clone(),
        drives: arguments.evidence.drives.clone(),
        limits: args::limits(&arguments.evidence.limits)?,
        verify: arguments.verify,
        ..ScanRequest::default()
    };
    let asked = |hash| arguments.hash.contains(&hash);
    let wanted = Wanted { md5: asked(Hash::Md5), sha1: asked(Hash::Sha1), sha256: asked(Hash::Sha256) };
    let mut out = BufWriter::new(io::stdout().lock());
    let mut failed = Ok(());
    let (mut told, mut errors) = (false, false);
    list::list(&request, wanted, &mut |item| {
        let written = match &item {
            Item::Entry(entry) => {
                told = true;
                match arguments.format {
                    LineFormat::Text => lines::entry(entry, &mut out),
                    LineFormat::Jsonl => line(&mut out, "entry", &**entry),
                }
            }
            Item::Verified(verified) => {
                told = true;
                match arguments.format {
                    LineFormat::Text => {
                        let told = lines::acquisition(&verified.acquisition);
                        message::line(&format!("{}: {told}", escape::terminal(&verified.path)));
                        Ok(())
                    }
                    LineFormat::Jsonl => line(&mut out, "acquisition", &**verified),
                }
            }
            Item::Error(error) => {
                errors = true;
                match arguments.format {
                    LineFormat::Text => {
                        message::say(&format!("{}: {}", escape::terminal(&error.path), error.message));
                        Ok(())
                    }
                    LineFormat::Jsonl => line(&mut out, "error", error),
                }
            }
        };
        failed = written;
        if failed.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    match failed.and_then(|()| out.flush()) {
        Err(error) if !is_closed_pipe(&error) => return Err(error.to_string()),
        _ => {}
    }
    Ok(match (told, errors) {
        (_, false) => Exit::Complete,
        (true, true) => Exit::Incomplete,
        (false, true) => Exit::Usage,
    })
}

fn line(out: &mut dyn Write, kind: &str, record: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &Tagged { kind, record })?;
    out.write_all(b"\n")
}
