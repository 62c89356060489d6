//! When a host was off, and when it ended without a shutdown: what it could not have recorded.
//!
//! Source: Microsoft, events 6005 (the event log was started), 6006 (it was stopped: a shutdown), 6008 (the shutdown before was
//! unexpected) of EventLog, and 41 of Kernel-Power (the host started without having been shut down).

use crate::artifact::event::Event;
use crate::base::time::Timestamp;
use crate::case::Coverage;

/// Spans and ends that are told of one host.
const TOLD: usize = 32;

/// The starts and ends of one host.
#[derive(Debug, Clone, Default)]
pub(super) struct Uptime {
    starts: Vec<Timestamp>,
    stops: Vec<Timestamp>,
    unclean: Vec<Timestamp>,
}

/// What is said of an end without a shutdown.
const UNCLEAN: &str = "ended without a shutdown before";

/// Whether a gap of a row is an end without a shutdown.
pub(super) fn is_unclean(gap: &str) -> bool {
    gap.contains(UNCLEAN)
}

impl Uptime {
    pub(super) fn add(&mut self, event: &Event) {
        let Some(time) = event.time else { return };
        match event.source.as_str() {
            "system-6005" => self.starts.push(time),
            "system-6006" => self.stops.push(time),
            _ => self.unclean.push(time),
        }
    }

    pub(super) fn settle(&mut self) {
        for times in [&mut self.starts, &mut self.stops, &mut self.unclean] {
            times.sort_unstable();
            times.dedup();
        }
        // 41 and 6008 tell of the same start.
        self.unclean.dedup_by(|later, earlier| later.seconds_since(*earlier) < 300.0);
    }

    /// Ends without a shutdown: what was not yet written then is lost.
    pub(super) fn unclean(&self, host: &str) -> Vec<String> {
        let told = self.unclean.iter().take(TOLD);
        told.map(|time| format!("{host} {UNCLEAN} {time}: what it had not written by then is lost")).collect()
    }

    /// Spans between a shutdown and the next start.
    fn off(&self) -> Vec<(Timestamp, Timestamp)> {
        let mut spans = Vec::new();
        for stop in &self.stops {
            let at = self.starts.partition_point(|start| start <= stop);
            if let Some(start) = self.starts.get(at) {
                spans.push((*stop, *start));
            }
        }
        spans
    }

    /// The row of the report.
    pub(super) fn row(&self, host: &str) -> Coverage {
        let off = self.off();
        let mut gaps: Vec<String> =
            off.iter().take(TOLD).map(|(from, to)| format!("it was off from {from} to {to}")).collect();
        gaps.extend(self.unclean(host));
        let all = || self.starts.iter().chain(&self.stops).chain(&self.unclean);
        let count = all().count();
        Coverage {
            source: format!("uptime:{host}"),
            examined: true,
            records: u64::try_from(count).ok(),
            from: all().min().copied(),
            to: all().max().copied(),
            gaps,
            why: Some("starts and ends of the host, by its System log".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_that_a_host_was_off() {
        let mut uptime = Uptime::default();
        for (source, time) in [
            ("system-6005", "2026-03-01T08:00:00Z"),
            ("system-6006", "2026-03-01T18:00:00Z"),
            ("system-6005", "2026-03-02T08:00:00Z"),
            ("system-41", "2026-03-03T08:00:01Z"),
            ("system-6008", "2026-03-03T08:00:20Z"),
            ("system-6005", "2026-03-03T08:00:20Z"),
            ("system-6006", "2026-03-03T18:00:00Z"),
        ] {
            uptime.add(&Event { source: source.to_owned(), time: Timestamp::parse(time), ..Event::default() });
        }
        uptime.settle();
        let row = uptime.row("PC");
        assert_eq!(
            row.gaps,
            [
                "it was off from 2026-03-01T18:00:00Z to 2026-03-02T08:00:00Z",
                "PC ended without a shutdown before 2026-03-03T08:00:01Z: what it had not written by then is lost",
            ]
        );
        assert_eq!((row.source.as_str(), row.records), ("uptime:PC", Some(6)));
    }
}
