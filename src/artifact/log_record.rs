//! A record of a Windows event log, whatever it was read from: the log itself or one of the exports that analysts have.
//!
//! Source: Microsoft, "Windows Event Log", Event Schema. What the system wrote of a record and what the program that logged it
//! gave are kept apart: a `Computer` among the event's data is no computer name.

use crate::base::time::Timestamp;

/// One record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogRecord {
    /// `System/Provider/@Name`, such as `Microsoft-Windows-Sysmon`.
    pub provider: String,
    /// `System/Channel`, such as `Security`.
    pub channel: String,
    /// `System/EventID`.
    pub event_id: u32,
    /// `System/Version`.
    pub version: u32,
    /// `System/TimeCreated/@SystemTime`.
    pub time: Option<Timestamp>,
    /// Its number in the log that it was read from. That is `System/EventRecordID`, except in a log that was filtered or
    /// forwarded, whose records are counted anew.
    pub record_id: u64,
    /// `System/Computer`.
    pub computer: String,
    /// `System/Security/@UserID`: the SID of the account that logged it.
    pub user_id: Option<String>,
    /// `System/Execution/@ProcessID`: the process that logged it.
    pub process_id: Option<u32>,
    /// `EventData/Data` or the elements of `UserData`, in their order; without a name where the schema has none.
    pub data: Vec<(String, String)>,
    /// Where it lies in what it was read from, in bytes.
    pub offset: u64,
    /// Whether the log no longer lists it: it was found in what is left of records from before.
    pub recovered: bool,
}

impl LogRecord {
    /// The text of a named datum; nothing where it is absent, empty or `-`, which Windows writes for nothing.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let (_, text) = self.data.iter().find(|(known, _)| known == name)?;
        (!text.is_empty() && text != "-").then_some(text)
    }

    /// A number: decimal, or hexadecimal after `0x`.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<u64> {
        number(self.get(name)?)
    }
}

/// A number as text: decimal, or hexadecimal after `0x`.
pub(super) fn number(text: &str) -> Option<u64> {
    let text = text.trim();
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_windows_writes_for_nothing_is_nothing() {
        let datum = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        let data = vec![datum("a", "-"), datum("b", ""), datum("c", "0x1f4"), datum("d", "500"), datum("e", "x")];
        let record = LogRecord { data, ..LogRecord::default() };
        assert_eq!((record.get("a"), record.get("b"), record.get("c")), (None, None, Some("0x1f4")));
        assert_eq!((record.number("c"), record.number("d"), record.number("e")), (Some(500), Some(500), None));
    }
}
