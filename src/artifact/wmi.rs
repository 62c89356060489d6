//! Consumers of events that WMI keeps, `OBJECTS.DATA`: programs and scripts that start when a query matches.
//!
//! The repository has no published layout. What is known (libyal's "WMI repository file format"; the paper of William
//! Ballenthin, Matt Graeber and Claudiu Teodorescu, 2015) is enough for a search: the strings of an instance lie behind the
//! name of its class, each behind a byte that says whether it is in one byte a character (0) or two (1), each ended by a
//! NUL. So what was deleted is found as well, and what is scattered over pages is not; an instance that is whole is told by
//! its binding, or else by where its strings stand.

use super::event::{Event, Starts};
use crate::base::anomaly::Cause;
use crate::base::bytes::{ReadAt, read_full};
use memchr::memmem;
use std::collections::{BTreeMap, BTreeSet};
use std::io;

/// Bytes that are searched at once.
const WINDOW: usize = 256 << 10;

/// Bytes behind a name of a class that belong to its instance at most.
const INSTANCE: usize = 64 << 10;

/// Strings of an instance that are read.
const STRINGS: usize = 12;

/// Instances of each kind that are kept, and bytes of all their strings.
const INSTANCES: usize = 1000;
const BYTES: usize = 4 << 20;

/// Bytes of a store that are searched, and bytes that are looked at behind names of classes.
const STORE: u64 = 1 << 30;
const WORK: usize = 256 << 20;

/// Names that stand behind a class itself, where its properties and qualifiers are listed.
const DEFINITIONS: [&str; 9] = [
    "CommandLineTemplate",
    "ExecutablePath",
    "ScriptText",
    "ScriptingEngine",
    "Query",
    "Consumer",
    "locale",
    "string",
    "Name",
];

/// What a class's instances are to this reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Program,
    Script,
    Filter,
    Binding,
}

const CLASSES: [(&str, Class); 4] = [
    ("CommandLineEventConsumer", Class::Program),
    ("ActiveScriptEventConsumer", Class::Script),
    ("__EventFilter", Class::Filter),
    ("__FilterToConsumerBinding", Class::Binding),
];

/// What the search found.
#[derive(Default)]
struct Found {
    /// Programs and scripts: where their class's name stands, and their strings.
    consumers: Vec<(u64, Class, Vec<String>)>,
    filters: Vec<Vec<String>>,
    /// The names of the filters that start a consumer, by its name.
    bindings: BTreeMap<String, BTreeSet<String>>,
    bytes: usize,
    capped: bool,
}

/// Whether a file of this name, or path, is the store of WMI's objects; nothing in its content tells.
#[must_use]
pub fn is_objects(path: &str) -> bool {
    path.rsplit(['\\', '/']).next().is_some_and(|name| name.eq_ignore_ascii_case("OBJECTS.DATA"))
}

/// Searches the store for consumers: an event for each that starts a program or runs a script.
///
/// # Errors
/// What reading the bytes says.
pub fn read(stream: &dyn ReadAt, note: &mut dyn FnMut(Cause), visit: &mut dyn FnMut(Event)) -> io::Result<()> {
    let finders = CLASSES.map(|(name, class)| (memmem::Finder::new(name), class));
    let mut found = Found::default();
    let mut buffer = vec![0u8; WINDOW.saturating_add(INSTANCE)];
    let (mut at, mut work) = (0u64, WORK);
    let end = stream.len().min(STORE);
    if end < stream.len() {
        note(Cause::LimitReached { what: "bytes of WMI's objects", limit: STORE });
    }
    while at < end {
        let count = read_full(stream, at, &mut buffer)?;
        let bytes = buffer.get(..count).unwrap_or_default();
        for (finder, class) in &finders {
            // A name that begins behind the window is met in the next.
            for place in finder.find_iter(bytes).take_while(|place| *place < WINDOW) {
                if work == 0 {
                    found.capped = true;
                    break;
                }
                let behind = place.saturating_add(finder.needle().len());
                let instance = bytes.get(behind..behind.saturating_add(INSTANCE).min(count)).unwrap_or_default();
                let strings = strings(instance, &mut work);
                let offset = at.saturating_add(u64::try_from(place).unwrap_or(u64::MAX));
                found.take(*class, offset, strings);
            }
        }
        at = at.saturating_add(u64::try_from(WINDOW).unwrap_or(u64::MAX));
    }
    if found.capped {
        note(Cause::LimitReached { what: "objects of WMI", limit: u64::try_from(INSTANCES).unwrap_or(u64::MAX) });
    }
    found.tell(visit);
    Ok(())
}

/// The strings behind a class's name: first the NUL that ends it. `work` is what may still be looked at.
fn strings(bytes: &[u8], work: &mut usize) -> Vec<String> {
    let mut found = Vec::new();
    let Some((0, mut rest)) = bytes.split_first().map(|(first, rest)| (*first, rest)) else { return found };
    while found.len() < STRINGS {
        let Some((kind, text)) = rest.split_first() else { break };
        let (units, _) = text.as_chunks::<2>();
        let end = match kind {
            0 => memchr::memchr(0, text).map(|end| (end, 1usize)),
            1 => units.iter().position(|unit| *unit == [0, 0]).map(|end| (end.saturating_mul(2), 2)),
            _ => None,
        };
        *work = work.saturating_sub(end.map_or(text.len(), |(end, _)| end));
        let Some((end, nul)) = end else { break };
        let behind = end.saturating_add(nul);
        let read: String = if *kind == 0 {
            encoding_rs::mem::decode_latin1(text.get(..end).unwrap_or_default()).into_owned()
        } else {
            let units = units.iter().take(end / 2).map(|unit| u16::from_le_bytes(*unit));
            char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        };
        if read.is_empty() || read.chars().any(|letter| letter.is_control() && !matches!(letter, '\t' | '\r' | '\n')) {
            break;
        }
        rest = text.get(behind..).unwrap_or_default();
        found.push(read);
    }
    found
}

impl Found {
    fn take(&mut self, class: Class, offset: u64, strings: Vec<String>) {
        if strings.is_empty() || strings.iter().any(|text| DEFINITIONS.contains(&text.as_str())) {
            return;
        }
        let count = match class {
            Class::Program | Class::Script => self.consumers.len(),
            Class::Filter => self.filters.len(),
            Class::Binding => self.bindings.len(),
        };
        let bytes = strings.iter().fold(self.bytes, |bytes, text| bytes.saturating_add(text.len()));
        if count >= INSTANCES || bytes > BYTES {
            self.capped = true;
            return;
        }
        self.bytes = bytes;
        match class {
            Class::Program | Class::Script => self.consumers.push((offset, class, strings)),
            Class::Filter => self.filters.push(strings),
            Class::Binding => {
                let consumer = strings.iter().find_map(|text| key(text, "EventConsumer.Name="));
                let filter = strings.iter().find_map(|text| key(text, "__EventFilter.Name="));
                if let Some(consumer) = consumer {
                    self.bindings.entry(consumer).or_default().extend(filter);
                }
            }
        }
    }

    fn tell(&self, visit: &mut dyn FnMut(Event)) {
        let mut told = BTreeSet::new();
        for (offset, class, strings) in &self.consumers {
            let bound = strings.iter().find(|text| self.bindings.contains_key(*text));
            let name = bound.or(strings.last().filter(|_| strings.len() > 1));
            let others = strings.iter().filter(|text| Some(*text) != name && !is_engine(text));
            let Some(work) = others.max_by_key(|text| text.len()).filter(|work| told.insert((name, *work))) else {
                continue;
            };
            let filters = bound.and_then(|name| self.bindings.get(name)).into_iter().flatten();
            let (command_line, script) = match class {
                Class::Script => (None, Some(work.clone())),
                _ => (Some(work.clone()), None),
            };
            visit(Event {
                source: "wmi-consumer".to_owned(),
                record: *offset,
                starts: Some(Starts {
                    mechanism: "wmi-consumer".to_owned(),
                    name: name.cloned().unwrap_or_default(),
                    command_line,
                    script,
                    triggers: filters.take(STRINGS).map(|filter| self.trigger(filter)).collect(),
                    ..Starts::default()
                }),
                ..Event::default()
            });
        }
    }

    /// A filter in words: its query, where that is found.
    fn trigger(&self, filter: &str) -> String {
        let strings = self.filters.iter().find(|strings| strings.iter().any(|text| text == filter));
        let query = strings.and_then(|strings| {
            strings.iter().find(|text| text.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("select ")))
        });
        query.map_or_else(|| format!("upon the filter {filter}"), |query| format!("upon {query}"))
    }
}

/// What a path of an object names in quotes behind a key.
fn key(path: &str, key: &str) -> Option<String> {
    let (_, value) = path.split_once(key)?;
    let value = value.strip_prefix('"')?.strip_suffix('"')?;
    Some(value.replace("\\\"", "\"").replace("\\\\", "\\"))
}

fn is_engine(text: &str) -> bool {
    ["VBScript", "JScript", "VBS", "JavaScript"].iter().any(|engine| text.eq_ignore_ascii_case(engine))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An instance as the repository holds it: numbers, then its class's name and its strings.
    fn instance(class: &str, strings: &[&str]) -> Vec<u8> {
        let mut bytes = vec![0x11, 0, 0, 0x80, 0xff, 0];
        for text in [class].iter().chain(strings) {
            if text.is_ascii() {
                bytes.extend([&[0], text.as_bytes(), &[0]].concat());
            } else {
                bytes.push(1);
                bytes.extend(text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes));
            }
        }
        bytes.extend([0x1c, 0, 0, 0, 1, 5]);
        bytes
    }

    fn starts(bytes: &[u8]) -> (Vec<Starts>, usize) {
        let (mut found, mut notes) = (Vec::new(), 0);
        read(&bytes.to_vec(), &mut |_| notes += 1, &mut |event| found.extend(event.starts)).unwrap();
        (found, notes)
    }

    const COMMAND: &str = "cmd /c ftp -s:c:\\a.txt";

    fn repository() -> Vec<u8> {
        let definition = instance("CommandLineEventConsumer", &["Name", "ExecutablePath", "CommandLineTemplate"]);
        [
            definition,
            instance("CommandLineEventConsumer", &[COMMAND, "Updater"]),
            vec![0xee; 300_000],
            instance(
                "ActiveScriptEventConsumer",
                &["Schrift", "VBScript", "Set s = CreateObject(\"WScript.Shell\")\r\n' é"],
            ),
            instance("__EventFilter", &["root\\cimv2", "Started", "SELECT * FROM __InstanceModificationEvent", "WQL"]),
            instance(
                "__FilterToConsumerBinding",
                &["CommandLineEventConsumer.Name=\"Updater\"", "__EventFilter.Name=\"Started\""],
            ),
            instance(
                "__FilterToConsumerBinding",
                &[
                    "\\\\.\\root\\subscription:ActiveScriptEventConsumer.Name=\"Schrift\"",
                    "__EventFilter.Name=\"Gone\"",
                ],
            ),
            instance("CommandLineEventConsumer", &[COMMAND, "Updater"]),
        ]
        .concat()
    }

    #[test]
    fn consumers_are_found_with_what_starts_them() {
        let (found, notes) = starts(&repository());
        let program = Starts {
            mechanism: "wmi-consumer".to_owned(),
            name: "Updater".to_owned(),
            command_line: Some(COMMAND.to_owned()),
            triggers: vec!["upon SELECT * FROM __InstanceModificationEvent".to_owned()],
            ..Starts::default()
        };
        let script = Starts {
            mechanism: "wmi-consumer".to_owned(),
            name: "Schrift".to_owned(),
            script: Some("Set s = CreateObject(\"WScript.Shell\")\r\n' é".to_owned()),
            triggers: vec!["upon the filter Gone".to_owned()],
            ..Starts::default()
        };
        assert_eq!((found, notes), (vec![program, script], 0));
    }

    #[test]
    fn instances_at_any_place_of_a_window_are_found_once() {
        for before in [0, 1, WINDOW - 30, WINDOW - 1, WINDOW, WINDOW + 7, WINDOW + INSTANCE - 3] {
            let bytes = [vec![0xee; before], instance("CommandLineEventConsumer", &[COMMAND, "x"])].concat();
            assert_eq!(starts(&bytes).0.len(), 1, "{before}");
        }
    }

    #[test]
    fn what_is_no_instance_is_left() {
        let cases: [(&str, Vec<u8>, usize, usize); 7] = [
            ("nothing", Vec::new(), 0, 0),
            ("a class alone", instance("CommandLineEventConsumer", &[]), 0, 0),
            ("a path", b"\0CommandLineEventConsumer.Name=\"x\"\0\0ftp -s:a\0".to_vec(), 0, 0),
            ("cut off", b"\0CommandLineEventConsumer\0\0ftp -s:a".to_vec(), 0, 0),
            ("one string", instance("CommandLineEventConsumer", &[COMMAND]), 1, 0),
            ("what is no text", instance("CommandLineEventConsumer", &["a\u{1}b", "x"]), 0, 0),
            (
                "thousands",
                (0..3000).flat_map(|number| instance("CommandLineEventConsumer", &[&format!("x {number}")])).collect(),
                1000,
                1,
            ),
        ];
        for (what, bytes, count, notes) in cases {
            let (found, told) = starts(&bytes);
            assert_eq!((found.len(), told), (count, notes), "{what}");
        }
    }

    #[test]
    fn names_that_cost_much_are_given_up() {
        let (found, notes) = starts(&b"CommandLineEventConsumer\0\x01".repeat(400_000));
        assert_eq!((found.len(), notes), (0, 1));
    }

    #[test]
    fn mutants_are_bounded() {
        let pristine: Vec<u8> = repository().into_iter().filter(|byte| *byte != 0xee).collect();
        let mut state = 0x9e37_79b9_7f4a_7c15u64;
        for _ in 0..2000 {
            let mut bytes = pristine.clone();
            for _ in 0..4 {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                let at = state as usize % bytes.len();
                bytes[at] = [0, 1, 0xff, (state >> 40) as u8][(state >> 32) as usize % 4];
            }
            let (found, _) = starts(&bytes);
            let held: usize = found
                .iter()
                .filter_map(|starts| starts.command_line.as_ref().or(starts.script.as_ref()))
                .map(String::len)
                .sum();
            assert!(held <= bytes.len() * 3);
        }
    }
}
