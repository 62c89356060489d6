//! Consumers of events that WMI keeps, `OBJECTS.DATA`: programs and scripts that start when a query matches.
//!
//! Microsoft has published no layout. Sources: libyal, "WMI repository file format"; Ballenthin, Graeber and Teodorescu,
//! "Windows Management Instrumentation (WMI) Offense, Defense, and Forensics" (2015). An instance ends with its texts: their
//! size with the highest bit set, then the name of its class and the texts of its properties, in the order of the
//! properties' names. Each stands behind a byte that says whether it has one byte a character (0) or two (1), and before a
//! NUL. Among them lies the SID of who made it, behind its size. Instances are searched for by that, so those deleted are
//! found as well, while those whose texts are scattered over pages are not.

use super::event::{Event, Starts};
use crate::base::anomaly::Cause;
use crate::base::bytes::{ReadAt, read_full};
use crate::base::fields::Fields;
use crate::base::number::to_u64;
use crate::base::wide;
use memchr::memmem;
use std::collections::{BTreeMap, BTreeSet};
use std::io;

const MECHANISM: &str = "wmi-consumer";

/// Bytes that are searched at once.
const WINDOW: usize = 256 << 10;

/// Bytes of the texts of an instance.
const INSTANCE: usize = 64 << 10;

/// Bytes in front of a class's name: the size of the texts, and what the name is written in.
const BEFORE: usize = 5;

/// Texts of an instance.
const TEXTS: usize = 32;

/// Queries told of one consumer.
const QUERIES: usize = 16;

/// Instances of each kind that are kept, and bytes of all their strings.
const INSTANCES: usize = 1000;
const BYTES: usize = 4 << 20;

/// Bytes of a store that are searched, and bytes of texts that are looked at.
const STORE: u64 = 1 << 30;
const WORK: usize = 256 << 20;

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

/// The texts of an instance.
#[derive(Debug, Default, PartialEq, Eq)]
struct Instance {
    texts: Vec<String>,
    /// How many of them stand in front of the SID of who made it.
    before: usize,
    maker: Option<String>,
}

/// What the search found.
#[derive(Default)]
struct Found {
    /// Programs and scripts, and where their class's name stands.
    consumers: Vec<(u64, Class, Instance)>,
    filters: Vec<Instance>,
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
    let mut buffer = vec![0u8; WINDOW.saturating_add(INSTANCE).saturating_add(2 * BEFORE)];
    let (mut at, mut work) = (0u64, WORK);
    let end = stream.len().min(STORE);
    if end < stream.len() {
        note(Cause::LimitReached { what: "bytes of WMI's objects", limit: STORE });
    }
    while at < end {
        let count = read_full(stream, at, &mut buffer)?;
        let bytes = buffer.get(..count).unwrap_or_default();
        for (finder, class) in &finders {
            // A name that begins behind the window is met in the next, with what is in front of it.
            for place in finder.find_iter(bytes).take_while(|place| *place < WINDOW.saturating_add(BEFORE)) {
                if work == 0 {
                    found.capped = true;
                    break;
                }
                let Some(start) = place.checked_sub(BEFORE) else { continue };
                let texts = bytes.get(start..).and_then(|bytes| instance(bytes, finder.needle().len(), &mut work));
                let offset = at.saturating_add(to_u64(place));
                if let Some(texts) = texts {
                    found.take(*class, offset, texts);
                }
            }
        }
        at = at.saturating_add(to_u64(WINDOW));
    }
    if found.capped {
        note(Cause::LimitReached { what: "objects of WMI", limit: to_u64(INSTANCES) });
    }
    found.tell(visit);
    Ok(())
}

/// The texts of an instance behind their size; nothing where they are not of an instance: those of a class have numbers
/// between them. `work` is what may still be looked at.
fn instance(bytes: &[u8], name: usize, work: &mut usize) -> Option<Instance> {
    let size = Fields(bytes).u32(0);
    let size = usize::try_from(size & 0x7fff_ffff).ok().filter(|length| size >> 31 == 1 && *length <= INSTANCE)?;
    let texts = bytes.get(4..size.saturating_add(4))?;
    let mut rest = texts.strip_prefix(&[0])?.get(name..)?.strip_prefix(&[0])?;
    *work = work.saturating_sub(rest.len());
    let mut found = Instance::default();
    while let Some((kind, text)) = rest.split_first() {
        if found.texts.len() >= TEXTS {
            return None;
        }
        if let Some((maker, behind)) = sid(rest).filter(|_| found.maker.is_none()) {
            found.maker = Some(maker);
            found.before = found.texts.len();
            rest = behind;
            continue;
        }
        let (units, _) = text.as_chunks::<2>();
        let end = match kind {
            0 => memchr::memchr(0, text)?,
            1 => units.iter().position(|unit| *unit == [0, 0])?.saturating_mul(2),
            _ => return None,
        };
        let read: String = if *kind == 0 {
            encoding_rs::mem::decode_latin1(text.get(..end).unwrap_or_default()).into_owned()
        } else {
            wide::text(wide::units(text).take(end / 2))
        };
        if read.chars().any(|letter| letter.is_control() && !matches!(letter, '\t' | '\r' | '\n')) {
            return None;
        }
        rest = text.get(end.saturating_add(if *kind == 0 { 1 } else { 2 })..).unwrap_or_default();
        if !read.is_empty() {
            found.texts.push(read);
        }
    }
    Some(found).filter(|found| !found.texts.is_empty())
}

/// A SID (MS-DTYP, section 2.4.2.2) behind its size, and what comes behind it.
fn sid(bytes: &[u8]) -> Option<(String, &[u8])> {
    let fields = Fields(bytes);
    let size = usize::try_from(fields.u32(0)).ok()?;
    let count = usize::from(fields.u8(5));
    if fields.u8(4) != 1 || count > 15 || size != count.saturating_mul(4).saturating_add(8) {
        return None;
    }
    let behind = bytes.get(size.saturating_add(4)..)?;
    let authority = fields.bytes(6, 6).iter().fold(0u64, |value, byte| value << 8 | u64::from(*byte));
    let mut text = format!("S-1-{authority}");
    for part in 0..count {
        text.push_str(&format!("-{}", fields.u32(part.saturating_mul(4).saturating_add(12))));
    }
    Some((text, behind))
}

impl Found {
    fn take(&mut self, class: Class, offset: u64, instance: Instance) {
        let count = match class {
            Class::Program | Class::Script => self.consumers.len(),
            Class::Filter => self.filters.len(),
            Class::Binding => self.bindings.len(),
        };
        let bytes = instance.texts.iter().fold(self.bytes, |bytes, text| bytes.saturating_add(text.len()));
        if count >= INSTANCES || bytes > BYTES {
            self.capped = true;
            return;
        }
        self.bytes = bytes;
        match class {
            Class::Program | Class::Script => self.consumers.push((offset, class, instance)),
            Class::Filter => self.filters.push(instance),
            Class::Binding => {
                let consumer = instance.texts.iter().find_map(|text| key(text, "EventConsumer.Name="));
                let filter = instance.texts.iter().find_map(|text| key(text, "__EventFilter.Name="));
                if let Some(consumer) = consumer {
                    self.bindings.entry(consumer).or_default().extend(filter);
                }
            }
        }
    }

    fn tell(&self, visit: &mut dyn FnMut(Event)) {
        let mut told = BTreeSet::new();
        for (offset, class, instance) in &self.consumers {
            let mut starts = match class {
                Class::Script => self.script(instance),
                _ => self.program(instance),
            };
            let filters = self.bindings.get(&starts.name).into_iter().flatten();
            starts.triggers = filters.take(QUERIES).map(|filter| self.trigger(filter)).collect();
            starts.author.clone_from(&instance.maker);
            if told.insert((starts.name.clone(), starts.command_line.clone(), starts.script.clone())) {
                let source = starts.mechanism.clone();
                visit(Event { source, record: *offset, starts: Some(starts), ..Event::default() });
            }
        }
    }

    /// `CommandLineTemplate`, SID, `ExecutablePath`, `Name`, `WorkingDirectory`, and others that are seldom set.
    fn program(&self, instance: &Instance) -> Starts {
        let (before, behind) = instance.texts.split_at_checked(instance.before).unwrap_or_default();
        let (command, behind) = match before {
            [command, ..] => (Some(command), behind),
            // The SID is missing, or the path of the program stands for its command line.
            [] => behind.split_first().map_or((None, behind), |(command, rest)| (Some(command), rest)),
        };
        let bound = behind.iter().position(|text| self.bindings.contains_key(text));
        let at = bound.or_else(|| behind.iter().rposition(|text| !is_path(text))).unwrap_or(0);
        let directory = behind.get(at.saturating_add(1)..).unwrap_or_default().iter().rfind(|text| is_path(text));
        Starts {
            mechanism: MECHANISM.to_owned(),
            name: behind.get(at).cloned().unwrap_or_default(),
            command_line: command.cloned(),
            working_directory: directory.cloned(),
            ..Starts::default()
        }
    }

    /// SID, `Name`, then `ScriptFileName`, `ScriptingEngine`, `ScriptText`, of which the first or the last is set.
    fn script(&self, instance: &Instance) -> Starts {
        let texts = &instance.texts;
        let bound = texts.iter().position(|text| self.bindings.contains_key(text));
        let at = bound.or_else(|| texts.iter().position(|text| !is_engine(text))).unwrap_or(0);
        let others = texts.iter().enumerate().filter(|(other, text)| *other != at && !is_engine(text));
        let work = others.max_by_key(|(_, text)| text.len()).map(|(_, text)| text.clone());
        let (command_line, script) = if work.as_deref().is_some_and(is_path) { (work, None) } else { (None, work) };
        let name = texts.get(at).cloned().unwrap_or_default();
        Starts { mechanism: MECHANISM.to_owned(), name, command_line, script, ..Starts::default() }
    }

    /// A filter in words: its query, where that is found.
    fn trigger(&self, filter: &str) -> String {
        let found = self.filters.iter().find(|found| found.texts.iter().any(|text| text == filter));
        let query = found.and_then(|found| {
            found.texts.iter().find(|text| text.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("select ")))
        });
        query.map_or_else(|| format!("upon the filter {filter}"), |query| format!("upon {query}"))
    }
}

/// Whether a text is a path of a drive and nothing more.
fn is_path(text: &str) -> bool {
    text.get(1..3) == Some(":\\") && text.len() < 260 && !text.contains(['\r', '\n', '"'])
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
    use crate::base::random::Random;

    /// Built-in administrators, behind its size.
    const SID: &[u8] = &[16, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 32, 2, 0, 0];

    /// An instance as Windows 10 writes it: numbers, the size of its texts, and these, with the SID for an empty one.
    fn made(class: &str, texts: &[&str]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for text in [class].iter().chain(texts) {
            if text.is_empty() {
                bytes.extend(SID);
            } else if text.is_ascii() {
                bytes.extend([&[0], text.as_bytes(), &[0]].concat());
            } else {
                bytes.push(1);
                bytes.extend(text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes));
            }
        }
        let size = (bytes.len() as u32 | 1 << 31).to_le_bytes();
        [&[0xff, 0xff, 4, 0, 0, 0, 1], &size[..], &bytes, b"0\0A\0"].concat()
    }

    fn starts(bytes: &[u8]) -> (Vec<Starts>, usize) {
        let (mut found, mut notes) = (Vec::new(), 0);
        read(&bytes.to_vec(), &mut |_| notes += 1, &mut |event| found.extend(event.starts)).unwrap();
        (found, notes)
    }

    const COMMAND: &str = "cmd /c ftp -s:c:\\a.txt";
    const SCRIPT: &str = "Set s = CreateObject(\"WScript.Shell\")\r\n' é";
    const PROGRAM: &str = "CommandLineEventConsumer";
    const BINDING: &str = "__FilterToConsumerBinding";

    fn repository() -> Vec<u8> {
        let mut class = made(PROGRAM, &["CommandLineTemplate", "8", "Name"]);
        let place = class.iter().position(|byte| *byte == b'8').unwrap();
        class[place] = 8;
        let provider = [b"\x2d\0\0\0\0", PROGRAM.as_bytes(), b"\0\0\\\\.\\root:__Win32Provider.Name=\"x\"\0"].concat();
        let path = "\\\\.\\root\\subscription:ActiveScriptEventConsumer.Name=\"Schrift\"";
        [
            class,
            provider,
            made(PROGRAM, &[COMMAND, "", "C:\\Windows\\cmd.exe", "Updater", "C:\\t"]),
            vec![0xee; 300_000],
            made("ActiveScriptEventConsumer", &["", "Schrift", "VBScript", SCRIPT]),
            made("ActiveScriptEventConsumer", &["", "File", "C:\\t\\a.vbs", "VBScript"]),
            made("__EventFilter", &["", "root\\cimv2", "Started", "SELECT * FROM __InstanceModificationEvent", "WQL"]),
            made(BINDING, &["CommandLineEventConsumer.Name=\"Updater\"", "", "__EventFilter.Name=\"Started\""]),
            made(BINDING, &[path, "", "__EventFilter.Name=\"Gone\""]),
            made(PROGRAM, &[COMMAND, "", "C:\\Windows\\cmd.exe", "Updater", "C:\\t"]),
        ]
        .concat()
    }

    #[test]
    fn consumers_are_found_with_what_starts_them() {
        let (found, notes) = starts(&repository());
        let base = || Starts {
            mechanism: "wmi-consumer".to_owned(),
            author: Some("S-1-5-32-544".to_owned()),
            ..Starts::default()
        };
        let program = Starts {
            name: "Updater".to_owned(),
            command_line: Some(COMMAND.to_owned()),
            working_directory: Some("C:\\t".to_owned()),
            triggers: vec!["upon SELECT * FROM __InstanceModificationEvent".to_owned()],
            ..base()
        };
        let script = Starts {
            name: "Schrift".to_owned(),
            script: Some(SCRIPT.to_owned()),
            triggers: vec!["upon the filter Gone".to_owned()],
            ..base()
        };
        let file = Starts { name: "File".to_owned(), command_line: Some("C:\\t\\a.vbs".to_owned()), ..base() };
        assert_eq!((found, notes), (vec![program, script, file], 0));
    }

    #[test]
    fn names_are_told_without_bindings() {
        let cases: [(&[&str], &str, &str); 4] = [
            (&[COMMAND, "", "Updater"], COMMAND, "Updater"),
            (&[COMMAND, "", "C:\\a.exe", "Updater", "C:\\t"], COMMAND, "Updater"),
            (&["", "C:\\a.exe", "Updater"], "C:\\a.exe", "Updater"),
            (&[COMMAND], COMMAND, ""),
        ];
        for (texts, command, name) in cases {
            let (found, _) = starts(&made(PROGRAM, texts));
            assert_eq!((found[0].command_line.as_deref(), found[0].name.as_str()), (Some(command), name), "{texts:?}");
        }
    }

    #[test]
    fn instances_at_any_place_of_a_window_are_found_once() {
        let instance = made(PROGRAM, &[&"x".repeat(60_000), "", "y"]);
        for before in
            [0, 1, WINDOW - 30, WINDOW - 11, WINDOW - 6, WINDOW - 1, WINDOW, WINDOW + 7, WINDOW + INSTANCE - 3]
        {
            let (found, _) = starts(&[vec![0xee; before], instance.clone()].concat());
            assert!(found.len() == 1 && found[0].name == "y", "{before}");
        }
    }

    #[test]
    fn what_is_no_instance_is_left() {
        let good = made(PROGRAM, &[COMMAND, "", "x"]);
        let sized = |size: u32| [&good[..7], &size.to_le_bytes(), &good[11..]].concat();
        let many = (0..3000).flat_map(|number| made(PROGRAM, &[&format!("x {number}")])).collect();
        let cases: [(&str, Vec<u8>, usize, usize); 10] = [
            ("good", good.clone(), 1, 0),
            ("nothing", Vec::new(), 0, 0),
            ("a class alone", made(PROGRAM, &[]), 0, 0),
            ("cut off", good[..good.len() - 10].to_vec(), 0, 0),
            ("too small a size", sized(0x8000_0020), 0, 0),
            ("too large a size", sized(0xffff_ffff), 0, 0),
            ("no size", sized(0x30), 0, 0),
            ("what is no text", made(PROGRAM, &["a\u{1}b", "x"]), 0, 0),
            ("many texts", made(PROGRAM, &["x"; 40]), 0, 0),
            ("thousands", many, 1000, 1),
        ];
        for (what, bytes, count, notes) in cases {
            let (found, told) = starts(&bytes);
            assert_eq!((found.len(), told), (count, notes), "{what}");
        }
    }

    #[test]
    fn names_that_cost_much_are_given_up() {
        let name = [b"\xff\xff\0\x80\0", PROGRAM.as_bytes(), b"\0\x01"].concat();
        let (found, notes) = starts(&name.repeat(300_000));
        assert_eq!((found.len(), notes), (0, 1));
    }

    #[test]
    fn mutants_are_bounded() {
        let pristine: Vec<u8> = repository().into_iter().filter(|byte| *byte != 0xee).collect();
        let mut random = Random::new(0x9e37_79b9_7f4a_7c15);
        for _ in 0..4000 {
            let mut bytes = pristine.clone();
            for _ in 0..4 {
                let state = random.number();
                let at = state as usize % bytes.len();
                bytes[at] = [0, 1, 0xff, (state >> 40) as u8][(state >> 32) as usize % 4];
            }
            let (found, _) = starts(&bytes);
            let works = found.iter().filter_map(|starts| starts.command_line.as_ref().or(starts.script.as_ref()));
            assert!(works.map(String::len).sum::<usize>() <= bytes.len() * 3);
        }
    }
}
