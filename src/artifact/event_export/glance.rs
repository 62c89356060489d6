//! A glance at a JSON text that tells whether it is worth reading: nearly all records of a large export are not.
//!
//! What stands behind the names by which a record may tell its provider and its number is gathered. If there is no pair of them
//! that is asked for, the record is not asked for. Names inside of strings do not count: their quotes are escaped.

use super::when::{self, When};
use super::{Wanted, origin};
use aho_corasick::AhoCorasick;
use std::sync::LazyLock;

/// What a name tells.
#[derive(Clone, Copy)]
enum Kind {
    Number,
    Provider,
    Channel,
    Time,
    /// A time that often has no zone.
    Local,
    /// A field that only one provider has.
    Field(&'static str),
    /// What holds a record in a way that cannot be seen from here.
    Opaque,
}

const NAMES: &[(&str, Kind)] = &[
    ("EventID\"", Kind::Number),
    ("EventId\"", Kind::Number),
    ("eventID\"", Kind::Number),
    ("event_id\"", Kind::Number),
    ("Event ID\"", Kind::Number),
    ("EventCode\"", Kind::Number),
    ("code\"", Kind::Number),
    ("\"Id\"", Kind::Number),
    ("\"id\"", Kind::Number),
    ("Name\"", Kind::Provider),
    ("_name\"", Kind::Provider),
    ("Provider\"", Kind::Provider),
    ("provider\"", Kind::Provider),
    ("Source\"", Kind::Provider),
    ("Channel\"", Kind::Channel),
    ("channel\"", Kind::Channel),
    ("LogName\"", Kind::Channel),
    ("log_name\"", Kind::Channel),
    ("SystemTime\"", Kind::Time),
    ("systemTime\"", Kind::Time),
    ("@timestamp\"", Kind::Time),
    ("TimeCreated\"", Kind::Time),
    ("EventTime\"", Kind::Local),
    ("UtcTime", Kind::Field(origin::SYSMON)),
    ("NewProcessName", Kind::Field(origin::SECURITY)),
    ("_raw\"", Kind::Opaque),
];
const KEPT: usize = 64;

static SEARCH: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::new(NAMES.iter().map(|(name, _)| name)).ok());

/// A record that is not asked for.
pub(super) struct Unwanted {
    pub(super) log: String,
    pub(super) when: Option<When>,
}

/// Whether nothing in this text can be asked for; nothing where that cannot be told without reading it.
pub(super) fn unwanted(text: &str, wanted: &Wanted<'_>) -> Option<Unwanted> {
    let (mut numbers, mut providers, mut channels) = (Vec::<u32>::new(), Vec::<&str>::new(), Vec::<&str>::new());
    let (mut zoned, mut local, mut utc) = (None, None, None);
    for found in SEARCH.as_ref()?.find_iter(text) {
        let (_, kind) = NAMES.get(found.pattern().as_usize())?;
        let rest = text.get(found.end()..)?;
        match kind {
            Kind::Opaque => return None,
            Kind::Field(provider) => {
                push(&mut providers, *provider)?;
                utc = utc.or_else(|| time(rest.strip_prefix('"')?).map(|when| When { zoned: true, ..when }));
            }
            Kind::Number => match number(rest)? {
                Value::Plain(number) => push(&mut numbers, number)?,
                Value::Other => {}
            },
            Kind::Provider => match string(rest)? {
                Value::Plain(name) => push(&mut providers, origin::provider(name))?,
                Value::Other => {}
            },
            Kind::Channel => match string(rest)? {
                Value::Plain(name) => push(&mut channels, name)?,
                Value::Other => {}
            },
            Kind::Time => zoned = zoned.or_else(|| time(rest)),
            Kind::Local => local = local.or_else(|| time(rest)),
        }
    }
    if numbers.is_empty() || (providers.is_empty() && channels.is_empty()) {
        return None;
    }
    let any = numbers.iter().any(|number| {
        let by_channel = channels.iter().map(|channel| origin::of_channel(channel, *number));
        providers.iter().copied().chain(by_channel).any(|provider| wanted(provider, *number))
    });
    let log = channels.first().or(providers.first()).copied().unwrap_or_default();
    // As it is chosen where the record is read.
    let when = match local {
        Some(local) if !local.zoned => utc.or(zoned.filter(|when: &When| when.zoned)).or(Some(local)),
        _ => local.or(zoned.filter(|when| when.zoned)).or(utc).or(zoned),
    };
    (!any).then(|| Unwanted { log: log.to_owned(), when })
}

/// A time, as a string or a number.
fn time(rest: &str) -> Option<When> {
    if let Some(Value::Plain(text)) = string(rest) {
        return when::parse(text);
    }
    let value = behind(rest)?;
    let end = value.bytes().position(|byte| !byte.is_ascii_digit() && byte != b'.').unwrap_or(value.len());
    when::parse(value.get(..end)?)
}

/// Keeps a candidate; nothing where there are too many.
fn push<T: PartialEq>(kept: &mut Vec<T>, value: T) -> Option<()> {
    if !kept.contains(&value) {
        kept.push(value);
    }
    (kept.len() <= KEPT).then_some(())
}

/// What stands behind a name.
#[derive(Debug, PartialEq, Eq)]
enum Value<T> {
    Plain(T),
    /// Something that cannot be what is looked for.
    Other,
}

/// What stands behind the colon that follows a name.
fn behind(rest: &str) -> Option<&str> {
    Some(rest.trim_start().strip_prefix(':')?.trim_start())
}

/// A number, perhaps in quotes, or with its type (`{"Value":1}`); nothing where it is within something else.
fn number(rest: &str) -> Option<Value<u32>> {
    let Some(value) = behind(rest) else { return Some(Value::Other) };
    let value = match value.strip_prefix('{') {
        Some(inner) => behind(inner.trim_start().strip_prefix("\"Value\"")?)?,
        None if value.starts_with('[') => return None,
        None => value,
    };
    let value = value.strip_prefix('"').map_or(value, str::trim_start);
    let end = value.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(value.len());
    Some(value.get(..end)?.parse().map_or(Value::Other, Value::Plain))
}

/// A string; nothing where it is in a list, or holds escapes.
fn string(rest: &str) -> Option<Value<&str>> {
    let Some(value) = behind(rest) else { return Some(Value::Other) };
    if value.starts_with('[') {
        return None;
    }
    let Some(value) = value.strip_prefix('"') else { return Some(Value::Other) };
    let end = memchr::memchr2(b'"', b'\\', value.as_bytes())?;
    // What is escaped is not read here.
    (value.as_bytes().get(end) == Some(&b'"')).then_some(Value::Plain(value.get(..end)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_asked_for_is_read() {
        let wanted = |provider: &str, number: u32| provider == origin::SYSMON && number == 1;
        let cases = [
            (r#"{"EventID":1,"SourceName":"Microsoft-Windows-Sysmon"}"#, false),
            (r#"{"EventID":"1","Channel":"Microsoft-Windows-Sysmon/Operational"}"#, false),
            (r#"{"EventID":{"Value":1},"Provider":{"Name":"Microsoft-Windows-Sysmon"}}"#, false),
            (r#"{"EventID" : 1, "UtcTime" : ""}"#, false),
            (r#"{"EventID":2,"SourceName":"Microsoft-Windows-Sysmon"}"#, true),
            (r#"{"EventID":{"Value":7},"Provider":{"Name":"Microsoft-Windows-Sysmon"}}"#, true),
            (r#"{"winlog":{"event_id":"12","provider_name":"Microsoft-Windows-Sysmon"}}"#, true),
            (r#"{"EventID":1,"SourceName":"Microsoft-Windows-Kernel-General"}"#, true),
            // What cannot be told is read.
            (r##"{"EventID":{"#attributes":{"Qualifiers":0},"#text":2},"Name":"x"}"##, false),
            (r#"{"event_id":[2],"provider":"x"}"#, false),
            (r#"{"EventID":2}"#, false),
            (r#"{"_raw":"<Event ","EventCode":2,"Source":"x"}"#, false),
            // What stands in a string is no name.
            (r#"{"EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational","CommandLine":"\"EventID\":2"}"#, false),
            (r#"{"EventID":2,"Channel":"Microsoft-Windows-Sysmon/Operational","CommandLine":"\"EventID\":1"}"#, true),
        ];
        for (text, expected) in cases {
            assert_eq!(unwanted(text, &wanted).is_some(), expected, "{text}");
        }
    }
}
