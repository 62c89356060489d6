//! Inspects files that are named one by one.

use crate::base::anomaly::{Anomaly, Cause, Stage};
use crate::base::guard::guarded;
use crate::base::limits::Limits;
use crate::case::ScanError;
use crate::case::listing::{Inspected, Inspection};
use crate::evidence::FileSystem;
use crate::evidence::entry::EntryPath;
use crate::evidence::filesystem::host::Host;
use crate::payload;
use crate::payload::authenticode::Authorities;
use std::path::PathBuf;

/// Inspects the files; a directory is an error of its own.
#[must_use]
pub fn inspect(paths: &[PathBuf], limits: &Limits, authorities: &Authorities) -> Inspection {
    let mut inspection = Inspection { complete: true, payloads: Vec::new(), errors: Vec::new() };
    for path in paths {
        let shown = path.to_string_lossy().into_owned();
        let mut note = |anomaly: Anomaly| {
            inspection.complete &= !anomaly.costs();
            inspection.errors.push(ScanError {
                evidence: String::new(),
                path: shown.clone(),
                stage: anomaly.stage,
                message: anomaly.cause.to_string(),
            });
        };
        let opened = Host::open(path, limits).and_then(|host| {
            if !host.is_single_file() {
                let cause = Cause::Unsupported("a directory; scan takes directories".to_owned());
                return Err(Anomaly::new(Stage::Open, shown.clone(), cause));
            }
            let entry = host.list(&EntryPath::default()).into_iter().next();
            host.open(&entry.map(|entry| entry.path).unwrap_or_default())
        });
        let opened = match opened {
            Ok(opened) => opened,
            Err(anomaly) => {
                note(anomaly);
                continue;
            }
        };
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let Some((facts, anomalies)) = guarded(|| payload::inspect(&opened.stream, &name, &shown, limits, authorities))
        else {
            let cause = Cause::Unsupported("the inspection of this file failed inside".to_owned());
            note(Anomaly::new(Stage::Payload, shown.clone(), cause));
            inspection.complete = false;
            continue;
        };
        anomalies.into_iter().for_each(&mut note);
        let id = format!("p{}", inspection.payloads.len().saturating_add(1));
        inspection.payloads.push(Inspected { id, path: shown, times: opened.times, facts });
    }
    inspection
}
