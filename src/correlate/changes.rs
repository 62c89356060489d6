//! What happened to logs, clocks and what is recorded: a line each, for the coverage.

use super::kinds::Kind;
use crate::artifact::event::Event;

/// The line for an event of that kind, if it is one that tells what silence is worth.
pub(super) fn of(event: &Event, kind: Kind, host: &str, at: &str) -> Option<String> {
    let source = &event.source;
    let log = event.log.as_ref();
    let by = event.user.as_ref().map(|user| format!(" by {user}")).unwrap_or_default();
    let detail = log.and_then(|log| log.detail.as_deref()).map(|detail| format!(": {detail}")).unwrap_or_default();
    match kind {
        Kind::LogCleared => {
            let what = log.map_or_else(|| "a log".to_owned(), |log| format!("the log {}", log.channel));
            Some(format!("{what} of {host} was cleared at {at} ({source}){by}{detail}"))
        }
        Kind::TimeChanged => {
            let clock = event.clock.clone().unwrap_or_default();
            let by_seconds =
                clock.from.zip(clock.to).map(|(from, to)| format!(", by {:+.0} s", to.seconds_since(from)));
            Some(format!("the clock of {host} was set at {at}{}", by_seconds.unwrap_or_default()))
        }
        Kind::PolicyChanged => {
            let channel = log.map_or("a log", |log| log.channel.as_str());
            Some(match log.map(|log| log.change.as_str()) {
                Some("started") => format!("{channel} of {host} began to be recorded at {at} ({source}){detail}"),
                Some("stopped") => {
                    format!("{channel} of {host} was no longer recorded from {at} on ({source}){detail}")
                }
                Some("events-lost") => format!("{channel} of {host} lost records at {at} ({source}){detail}"),
                Some("configuration") => {
                    format!("the configuration of {channel} of {host} was changed at {at} ({source}){detail}")
                }
                Some("audit-policy") => format!("what {host} audits was changed at {at} ({source}){by}{detail}"),
                _ => format!("what {host} records was changed at {at} ({source})"),
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::event::{ClockChange, LogChange};
    use crate::base::time::Timestamp;
    use crate::correlate::kinds;

    #[test]
    fn each_change_in_words() {
        let log = |source: &str, change: &str, detail: &str| Event {
            source: source.to_owned(),
            user: Some("CORP\\eve".to_owned()),
            log: Some(LogChange {
                channel: "Security".to_owned(),
                change: change.to_owned(),
                detail: (!detail.is_empty()).then(|| detail.to_owned()),
            }),
            ..Event::default()
        };
        let clock = |to: &str, reason| Event {
            source: "system-1".to_owned(),
            clock: Some(ClockChange {
                from: Timestamp::parse("2026-03-01T10:00:00Z"),
                to: Timestamp::parse(to),
                reason,
            }),
            ..Event::default()
        };
        let cases = [
            (
                log("security-1102", "cleared", ""),
                Some("the log Security of PC was cleared at T (security-1102) by CORP\\eve"),
            ),
            (log("system-104", "cleared", "saved as a.evtx"), Some("(system-104) by CORP\\eve: saved as a.evtx")),
            (log("security-1100", "stopped", ""), Some("was no longer recorded from T on")),
            (log("sysmon-4", "started", ""), Some("began to be recorded at T")),
            (
                log("sysmon-16", "configuration", "c.xml"),
                Some("configuration of Security of PC was changed at T (sysmon-16): c.xml"),
            ),
            (log("sysmon-255", "events-lost", ""), Some("lost records")),
            (
                log("security-4719", "audit-policy", "success removed"),
                Some("audits was changed at T (security-4719) by CORP\\eve: success"),
            ),
            (clock("2026-03-01T11:00:00Z", None), Some("the clock of PC was set at T, by +3600 s")),
            (clock("2026-03-01T09:00:00Z", Some(1)), Some("by -3600 s")),
            // The service of time, every day, and a host that woke.
            (clock("2026-03-01T10:00:00.1Z", None), None),
            (clock("2026-03-01T18:00:00Z", Some(2)), None),
        ];
        for (event, expected) in cases {
            let text = of(&event, kinds::of(&event), "PC", "T");
            match expected {
                Some(expected) => {
                    assert!(text.as_ref().is_some_and(|text| text.contains(expected)), "{expected}: {text:?}")
                }
                None => assert_eq!(text, None),
            }
        }
    }
}
