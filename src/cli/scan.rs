//! `ftpsift scan`.

use super::args::{self, FailOn, ScanArguments, ScanFormat};
use super::exit::Exit;
use super::progress::{self, Shown};
use super::sink::{self, Sink};
use crate::base::time::Timestamp;
use crate::case::Case;
use crate::finding::Severity;
use crate::finding::allow::AllowList;
use crate::report::{json, jsonl, playbook, secrets, text, timesketch};
use crate::scan::progress::Progress;
use crate::scan::request::ScanRequest;
use std::num::NonZero;
use std::path::Path;
use std::sync::Arc;

pub(super) fn run(arguments: &ScanArguments) -> Result<Exit, String> {
    let sink = Sink::begin(&arguments.output, &arguments.evidence.paths)?;
    let secrets = sink::secrets(&arguments.secrets)?;
    let processors = || std::thread::available_parallelism().map_or(1, NonZero::get);
    let limits = args::limits(&arguments.evidence.limits)?;
    let request = ScanRequest {
        paths: arguments.evidence.paths.clone(),
        drives: arguments.evidence.drives.clone(),
        authorities: args::authorities(&arguments.trust, &limits)?,
        limits,
        from: arguments.from,
        to: arguments.to,
        known: arguments.known.as_deref().map(known_hosts).transpose()?.unwrap_or_default(),
        geoip: crate::scan::geoip::open(&arguments.geoip)?,
        carve: arguments.carve,
        verify: arguments.verify,
        threads: arguments.threads.map_or_else(processors, usize::from),
        allow: arguments.allow.as_deref().map(allow_list).transpose()?.unwrap_or_default(),
        arguments: args::given(),
    };
    let progress = Arc::new(Progress::default());
    progress::end_on_interrupt(&progress);
    let shown = Shown::start(&progress, arguments.quiet);
    let scanned = crate::scan::run(&request, &progress);
    drop(shown);
    let mut case = scanned.map_err(|refused| {
        let reasons: Vec<String> = refused.iter().map(|one| format!("{}: {}", one.path, one.cause)).collect();
        reasons.join("; ")
    })?;
    let exit = if progress.is_cancelled() { Exit::Interrupted } else { exit(&case, arguments.fail_on) };
    secrets::protect(&mut case, &mut [], &secrets);
    let layout = sink.layout();
    sink.write(|out| match arguments.format {
        ScanFormat::Text => text::write(&case, layout, out),
        ScanFormat::Json => json::write(&case, out),
        ScanFormat::Jsonl => jsonl::write(&case, out),
        ScanFormat::Playbook => playbook::write(&case, layout, out),
        ScanFormat::Timesketch => timesketch::write(&case, out),
    })?;
    Ok(exit)
}

/// Hosts, one a line; what follows a `#` is a remark.
fn known_hosts(path: &Path) -> Result<Vec<String>, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let hosts = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim().to_owned());
    Ok(hosts.filter(|host| !host.is_empty()).collect())
}

fn allow_list(path: &Path) -> Result<AllowList, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
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
