//! `ftpsift collect`.

use super::args::{self, CollectArguments};
use super::exit::Exit;
use super::interrupt;
use super::message;
use super::progress::Shown;
use super::scan;
use super::sink::{self, Sink};
use crate::base::time::FileTimes;
use crate::report::collection::{Collected, Collection};
use crate::report::secrets;
use crate::report::text::lines;
use crate::scan::exhibits::Exhibit;
use crate::scan::progress::Progress;
use crate::scan::request::ScanRequest;
use std::num::NonZero;
use std::sync::Arc;

pub(super) fn run(arguments: &CollectArguments) -> Result<Exit, String> {
    let paths = &arguments.evidence.paths;
    let limits = args::limits(&arguments.evidence.limits)?;
    let secrets = sink::secrets(&arguments.secrets)?;
    let authorities = args::authorities(&arguments.trust, &limits)?;
    let mut collection = Collection::begin(&arguments.output, paths).map_err(|refused| refused.to_string())?;
    let request = ScanRequest {
        paths: paths.clone(),
        drives: arguments.evidence.drives.clone(),
        limits,
        carve: arguments.carve,
        authorities,
        threads: std::thread::available_parallelism().map_or(1, NonZero::get),
        arguments: args::given(),
        ..ScanRequest::default()
    };
    let progress = Arc::new(Progress::default());
    interrupt::listen(&progress.cancelled);
    if !arguments.quiet {
        message::privilege();
    }
    scan::tell_overlaps(paths);
    let shown = Shown::start(&progress, arguments.quiet);
    let scanned = crate::scan::run_and_take(
        &request,
        &progress,
        Some(&mut |exhibit| collection.add(exhibit.bytes, found(exhibit))),
    );
    drop(shown);
    let mut case = scanned.map_err(|refused| message::refused(&refused))?;
    secrets::protect(&mut case, &mut [], &secrets);
    let files = collection.finish(&case).map_err(|error| format!("{}: {error}", arguments.output.display()))?;
    Sink::Standard.write(|out| lines::collected(&files, &case, out))?;
    Ok(match (progress.is_cancelled(), case.scan.complete) {
        (true, _) => Exit::Interrupted,
        (false, true) => Exit::Complete,
        (false, false) => Exit::Incomplete,
    })
}

fn found(exhibit: &Exhibit<'_>) -> Collected {
    Collected {
        file: String::new(),
        record: exhibit.record.to_owned(),
        evidence: exhibit.evidence.to_owned(),
        evidence_path: String::new(),
        volume: exhibit.volume.clone(),
        path: exhibit.path.to_owned(),
        source: exhibit.source,
        recovery: exhibit.recovery,
        extents: exhibit.extents.clone(),
        size: 0,
        md5: String::new(),
        sha1: String::new(),
        sha256: String::new(),
        times: FileTimes::default(),
    }
}
