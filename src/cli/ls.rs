//! `ftpsift ls`.

use super::args::{self, Hash, LineFormat, LsArguments};
use super::exit::Exit;
use super::message;
use super::sink::{check_standard_output, is_closed_pipe};
use crate::base::escape;
use crate::report::jsonl;
use crate::report::text::lines;
use crate::scan::list::{self, Item, Wanted};
use crate::scan::request::ScanRequest;
use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;

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
                    LineFormat::Jsonl => jsonl::line("entry", &**entry, &mut out),
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
                    LineFormat::Jsonl => jsonl::line("acquisition", &**verified, &mut out),
                }
            }
            Item::Error(error) => {
                errors = true;
                match arguments.format {
                    LineFormat::Text => {
                        message::say(&escape::terminal(&format!("{}: {}", error.path, error.message)));
                        Ok(())
                    }
                    LineFormat::Jsonl => jsonl::line("error", error, &mut out),
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
