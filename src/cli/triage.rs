//! `ftpsift triage`.

use super::args::{self, TriageArguments};
use super::exit::Exit;
use super::message;
use super::scan;
use crate::scan::bounds::{Bounds, Budget, MemoryCap};
use crate::scan::pace::Pace;
use crate::scan::process;
use crate::scan::request::{Live, ScanRequest};

pub(super) fn run(arguments: &TriageArguments) -> Result<Exit, String> {
    // Before any thread is started: those that follow inherit it.
    if !arguments.full_speed
        && let Err(error) = process::lower_priority()
    {
        message::say(&format!("the priority could not be lowered: {error}"));
    }
    let bounds = Bounds {
        time: arguments.report.time_budget.map(Budget::from_now),
        memory: arguments.max_memory.map(MemoryCap::new),
        pace: arguments.max_cpu.map(|percent| Pace::new(u32::from(percent))),
    };
    if let Some(bytes) = arguments.max_memory {
        match process::limit_memory(bytes) {
            Ok(true) => {}
            Ok(false) => message::say("this system does not enforce --max-memory; the run counts for itself"),
            Err(error) => return Err(format!("--max-memory: {error}")),
        }
    }
    let wanted = arguments.report.threads.map_or(1, usize::from);
    let threads = bounds.memory.as_ref().map_or(wanted, |memory| memory.room_for(wanted));
    if threads < wanted {
        message::say(&format!("--max-memory has room for no more reading threads than {threads}"));
    }
    // The host as a whole has no outside that a report could be written to: without a path, it may go anywhere.
    let request = ScanRequest {
        paths: arguments.paths.clone(),
        limits: args::limits(&arguments.limits)?,
        threads,
        live: Some(Live { all_disks: arguments.all_disks }),
        ..ScanRequest::default()
    };
    scan::report(request, bounds, &arguments.report)
}
