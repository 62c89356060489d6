//! Times of files for people: those of a volume that keeps local times are no UTC.

use crate::base::time::Timestamp;
use crate::case::Case;
use std::collections::BTreeSet;

/// The volumes of a case whose times are local times of the host.
pub(super) struct Clocks<'c> {
    local: BTreeSet<&'c str>,
}

impl<'c> Clocks<'c> {
    pub(super) fn of(case: &'c Case) -> Self {
        let volumes = case.evidence.iter().flat_map(|evidence| &evidence.volumes);
        Self { local: volumes.filter(|volume| volume.clock.is_some()).map(|volume| volume.id.as_str()).collect() }
    }

    /// The time of a file on that volume.
    pub(super) fn shown(&self, volume: Option<&String>, time: Timestamp) -> String {
        let text = time.to_string();
        match volume {
            Some(volume) if self.local.contains(volume.as_str()) => {
                format!("{} (local time of the host, whose zone is not told)", text.trim_end_matches('Z'))
            }
            _ => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_local_time_is_no_utc() {
        let clocks = Clocks { local: BTreeSet::from(["e1v1"]) };
        let time = Timestamp::parse("2024-07-01T16:00:00Z").unwrap();
        for (volume, shown) in [
            (Some("e1v1"), "2024-07-01T16:00:00 (local time of the host, whose zone is not told)"),
            (Some("e1v2"), "2024-07-01T16:00:00Z"),
            (None, "2024-07-01T16:00:00Z"),
        ] {
            assert_eq!(clocks.shown(volume.map(str::to_owned).as_ref(), time), shown);
        }
    }
}
