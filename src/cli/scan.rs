//! `ftpsift scan`.

use super::args::{self, FailOn, ReportArguments, ScanArguments, ScanFormat};
use super::exit::Exit;
use super::given;
use super::interrupt;
use super::message;
use super::progress::Shown;
use super::sink::{self, Sink};
use crate::base::escape;
use crate::base::time::Timestamp;
use crate::case::Case;
use crate::finding::Severity;
use crate::finding::allow::AllowList;
use crate::report::{json, jsonl, playbook, secrets, text, timesketch};
use crate::scan::bounds::{Bounds, Budget};
use crate::scan::overlap;
use crate::scan::progress::Progress;
use crate::scan::request::ScanRequest;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A longer file is no list of known hosts, and none of what is allowed, in bytes.
const LONGEST_LIST: u64 = 64 << 20;

pub(super) fn run(arguments: &ScanArguments) -> Result<Exit, String> {
    let bounds = Bounds { time: arguments.report.time_budget.map(Budget::from_now), ..Bounds::default() };
    let processors = || std::thread::available_parallelism().map_or(1, NonZero::get);
    let request = ScanRequest {
        paths: arguments.evidence.paths.clone(),
        drives: arguments.evidence.drives.clone(),
        limits: args::limits(&arguments.evidence.limits)?,
        carve: arguments.carve,
        verify: arguments.verify,
        threads: arguments.report.threads.map_or_else(processors, usize::from),
        ..ScanRequest::default()
    };
    report(request, bounds, &arguments.report)
}

/// Runs a scan and writes its report.
pub(super) fn report(mut request: ScanRequest, bounds: Bounds, arguments: &ReportArguments) -> Result<Exit, String> {
    if let (Some(from), Some(to)) = (arguments.from, arguments.to)
        && from > to
    {
        return Err(format!("--from {from} lies after --to {to}: no time lies between"));
    }
    let progress = Arc::new(Progress::within(bounds));
    interrupt::listen(&progress.cancelled);
    let sink = Sink::begin(&arguments.output, &request.paths)?;
    let secrets = sink::secrets(&arguments.secrets)?;
    request.authorities = args::authorities(&arguments.trust, &request.limits)?;
    (request.from, request.to) = (arguments.from, arguments.to);
    request.geoip = crate::scan::geoip::open(&arguments.geoip)?;
    request.known = arguments.known.as_deref().map(known_hosts).transpose()?.unwrap_or_default();
    request.allow = arguments.allow.as_deref().map(allow_list).transpose()?.unwrap_or_default();
    request.arguments = args::given();
    if !arguments.quiet {
        message::privilege();
    }
    tell_overlaps(&request.paths);
    let shown = Shown::start(&progress, arguments.quiet);
    let scanned = crate::scan::run(&request, &progress);
    drop(shown);
    let mut case = scanned.map_err(|refused| message::refused(&refused))?;
    secrets::protect(&mut case, &mut [], &secrets);
    let layout = sink.layout();
    sink.write(|out| match arguments.format {
        ScanFormat::Text => text::write(&case, layout, out),
        ScanFormat::Json => json::write(&case, out),
        ScanFormat::Jsonl => jsonl::write(&case, out),
        ScanFormat::Playbook => playbook::write(&case, layout, out),
        ScanFormat::Timesketch => timesketch::write(&case, out),
    })?;
    Ok(match progress.ended() {
        _ if progress.is_cancelled() => Exit::Interrupted,
        Some(_) => Exit::Incomplete,
        None => exit(&case, arguments.fail_on),
    })
}

/// Says which evidence is given twice.
pub(super) fn tell_overlaps(paths: &[PathBuf]) {
    for overlap in overlap::among(paths) {
        message::say(&escape::terminal(&format!("{} {}", overlap.path.display(), overlap.message())));
    }
}

/// Hosts, one a line; what follows a `#` is a remark.
fn known_hosts(path: &Path) -> Result<Vec<String>, String> {
    let text = given::text(path, LONGEST_LIST)?;
    let hosts = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim().to_owned());
    Ok(hosts.filter(|host| !host.is_empty()).collect())
}

fn allow_list(path: &Path) -> Result<AllowList, String> {
    let text = given::text(path, LONGEST_LIST)?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    AllowList::parse(&text, &name, Timestamp::now())
}

pub(super) fn exit(case: &Case, fail_on: FailOn) -> Exit {
    let least = match fail_on {
        FailOn::Informational => Some(Severity::Informational),
        FailOn::Low => Some(Severity::Low),
        FailOn::Medium => Some(Severity::Medium),
        FailOn::High => Some(Severity::High),
        FailOn::Critical => Some(Severity::Critical),
        FailOn::Never => None,
    };
    let counts = |finding: &&crate::finding::Finding| finding.allowed_by.is_none();
    let mut found = case.findings.iter().filter(counts);
    if least.is_some_and(|least| found.any(|finding| finding.severity >= least)) {
        Exit::Findings
    } else if case.scan.complete {
        Exit::Complete
    } else {
        Exit::Incomplete
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_may_begin_with_a_byte_order_mark() {
        let folder = tempfile::tempdir().unwrap();
        let (known, allow) = (folder.path().join("known.txt"), folder.path().join("allow.toml"));
        for mark in ["", "\u{feff}"] {
            std::fs::write(&known, format!("{mark}ftp.example # ours\r\n\r\n# all\r\n 10.0.0.0/8\r\n")).unwrap();
            assert_eq!(known_hosts(&known).unwrap(), ["ftp.example", "10.0.0.0/8"], "{mark:?}");
            std::fs::write(&allow, format!("{mark}[[allow]]\nhost = 'ftp.example'\nreason = 'known'\n")).unwrap();
            assert!(allow_list(&allow).is_ok(), "{mark:?}");
        }
    }
}
