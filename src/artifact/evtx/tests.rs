//! Event logs made record by record, whole and damaged in every place.

use super::made::{Chunk, Made, Value, log};
use super::*;
use crate::artifact::event::Event;
use crate::artifact::seen::{Actor, Digests, Seen};
use crate::artifact::windows_log::{self, glance, glance::Sight};
use crate::base::random::Random;

const SYSMON: &str = "Microsoft-Windows-Sysmon";
const START: Made<'_> = Made {
    provider: SYSMON,
    event_id: 1,
    data: &[("Image", r"C:\Windows\System32\ftp.exe"), ("CommandLine", "ftp -s:a.txt"), ("Computer", "a lie")],
};
const OTHER: Made<'_> = Made { provider: "Other", event_id: 7, data: &[("x", "y")] };

fn chunk(first: u64, events: &[&Made<'_>]) -> Vec<u8> {
    let mut chunk = Chunk::new();
    chunk.records = first - 1;
    events.iter().for_each(|event| chunk.event(event));
    chunk.finish(first)
}

struct Read {
    records: Vec<LogRecord>,
    notes: Vec<String>,
    facts: LogFacts,
}

fn read_all(bytes: &[u8]) -> Read {
    read_some(bytes, &|_, _| true)
}

fn read_some(bytes: &[u8], wanted: &Wanted<'_>) -> Read {
    let (mut records, mut notes) = (Vec::new(), Vec::new());
    let mut note = |cause: Cause| notes.push(cause.to_string());
    let facts = read(&bytes.to_vec(), &Limits::default(), wanted, &mut note, &mut |record| records.push(record));
    Read { records, notes, facts }
}

fn ids(records: &[LogRecord]) -> Vec<u64> {
    records.iter().map(|record| record.record_id).collect()
}

#[test]
fn records_come_with_what_the_system_and_the_program_wrote_apart() {
    let bytes = log(&[chunk(1, &[&START, &OTHER, &START])], 0);
    let read = read_all(&bytes);
    assert_eq!((ids(&read.records), read.notes.len()), (vec![1, 2, 3], 0));
    let first = &read.records[0];
    assert_eq!((first.provider.as_str(), first.event_id, first.version), (SYSMON, 1, 2));
    assert_eq!((first.channel.as_str(), first.computer.as_str()), ("Test/Operational", "PC.example"));
    assert_eq!((first.user_id.as_deref(), first.process_id), (Some("S-1-5-18"), Some(4321)));
    assert_eq!(first.time, Timestamp::from_filetime(made::TIME + 1));
    assert_eq!((first.offset, first.recovered), (4096 + 512, false));
    let expected: Vec<_> = START.data.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    assert_eq!(first.data, expected);
    assert_eq!(read.records[2].data, expected);
    let facts = read.facts;
    assert_eq!((facts.records, facts.recovered, facts.chunks, facts.damaged_chunks), (3, 0, 1, 0));
    assert_eq!((facts.first, facts.last), (read.records[0].time, read.records[2].time));
    assert_eq!((facts.channels, facts.computers), (vec!["Test/Operational".to_owned()], vec!["PC.example".to_owned()]));
    assert!(!facts.dirty && !facts.headless && !facts.renumbered && facts.gaps.is_empty());
}

#[test]
fn only_what_is_asked_for_is_read_but_all_is_counted() {
    let bytes = log(&[chunk(1, &[&START, &OTHER]), chunk(9, &[&OTHER])], 1);
    let read = read_some(&bytes, &|provider, id| provider == "Other" && id == 7);
    assert_eq!(ids(&read.records), [2, 9]);
    assert_eq!((read.facts.records, read.facts.dirty), (3, true));
    assert_eq!((read.facts.gaps, read.facts.gap_count, read.facts.lowest), (vec![(3, 8)], 1, Some(1)));
}

/// A change to a log of two chunks with three records each, the records that are left, and how many of them are recovered.
type Case = (&'static str, fn(&mut Vec<u8>), &'static [u64], usize);

const CASES: &[Case] = &[
    ("nothing", |_| (), &[1, 2, 3, 4, 5, 6], 0),
    ("no magic of the file", |log| log[..8].fill(0), &[1, 2, 3, 4, 5, 6], 0),
    ("only chunks", |log| drop(log.drain(..4096)), &[1, 2, 3, 4, 5, 6], 0),
    ("bytes lost before the chunks", |log| drop(log.drain(1000..2000)), &[1, 2, 3, 4, 5, 6], 0),
    ("no magic of a chunk", |log| log[4096..4104].fill(0), &[1, 2, 3, 4, 5, 6], 3),
    ("no header of a chunk", |log| log[4096..4608].fill(0), &[1, 2, 3, 4, 5, 6], 3),
    ("a number of chunks that is a lie", |log| log[42] = 200, &[1, 2, 3, 4, 5, 6], 0),
    ("a wrong checksum", |log| log[4096 + 52] ^= 1, &[1, 2, 3, 4, 5, 6], 0),
    ("free space that starts behind the end", |log| log[4096 + 51] = 0xff, &[1, 2, 3, 4, 5, 6], 0),
    ("free space that starts in the header", |log| log[4096 + 48..4096 + 52].fill(0), &[1, 2, 3, 4, 5, 6], 0),
    ("a record of size 0", |log| size_of(log, 2, 0), &[1, 3, 4, 5, 6], 0),
    ("a record smaller than its header", |log| size_of(log, 2, 27), &[1, 3, 4, 5, 6], 0),
    ("a record of 3 099 113 656 bytes", |log| size_of(log, 2, 3_099_113_656), &[1, 3, 4, 5, 6], 0),
    ("a record without a magic", |log| at_record(log, 2)[0] = 0, &[1, 3, 4, 5, 6], 0),
    ("a token that is none", |log| at_record(log, 2)[24] = 0x3f, &[1, 3, 4, 5, 6], 0),
    ("no chunk left but a part", |log| log.truncate(4096 + 65_536 + 700), &[1, 2, 3], 0),
    ("a chunk that ends in a record", |log| log.truncate(4096 + record_offset(log, 3) + 30), &[1, 2], 0),
    ("a log that ends in its header", |log| log.truncate(100), &[], 0),
];

fn record_offset(log: &[u8], number: u64) -> usize {
    let starts = memchr::memmem::find_iter(&log[4096..], b"**\0\0");
    starts.into_iter().find(|at| log[4096 + at + 8..][..8] == number.to_le_bytes()).unwrap()
}

fn at_record(log: &mut [u8], number: u64) -> &mut [u8] {
    let at = record_offset(log, number) + 4096;
    &mut log[at..]
}

fn size_of(log: &mut [u8], number: u64, size: u32) {
    at_record(log, number)[4..8].copy_from_slice(&size.to_le_bytes());
}

#[test]
fn what_is_damaged_costs_only_itself() {
    let whole = log(&[chunk(1, &[&START, &START, &START]), chunk(4, &[&START, &OTHER, &START])], 0);
    for (what, change, left, recovered) in CASES {
        let mut bytes = whole.clone();
        change(&mut bytes);
        let read = read_all(&bytes);
        assert_eq!(ids(&read.records), *left, "{what}");
        assert_eq!(read.records.iter().filter(|record| record.recovered).count(), *recovered, "{what}");
        for record in &read.records {
            let expected = if record.provider == SYSMON { START.data } else { OTHER.data };
            assert_eq!(record.data.len(), expected.len(), "{what}");
        }
    }
}

#[test]
fn records_that_a_chunk_no_longer_lists_are_recovered_once() {
    let mut bytes = chunk(1, &[&START, &START, &START]);
    let second = memchr::memmem::find_iter(&bytes, b"**\0\0").nth(1).unwrap();
    // The chunk was begun anew: it lists one record, and the second is still there, as is a copy of the first.
    bytes[48..52].copy_from_slice(&u32::try_from(second).unwrap().to_le_bytes());
    let copy: Vec<u8> = bytes[512..second].to_vec();
    bytes[60_000..60_000 + copy.len()].copy_from_slice(&copy);
    let read = read_all(&log(&[bytes.clone()], 0));
    assert_eq!(ids(&read.records), [1, 2, 3]);
    assert_eq!(read.records.iter().map(|record| record.recovered).collect::<Vec<_>>(), [false, true, true]);
    assert_eq!((read.facts.records, read.facts.recovered), (1, 2));
    // Their template was overwritten by another: what would be made of them is nonsense.
    let id = memchr::memmem::find(&bytes, &77u32.to_le_bytes()).unwrap();
    let mut foreign = bytes.clone();
    foreign[id..id + 4].fill(9);
    let definition = memchr::memmem::find(&foreign, &77u32.to_le_bytes()).unwrap();
    foreign[definition..definition + 4].fill(9);
    let read = read_all(&log(&[foreign], 0));
    assert_eq!((ids(&read.records), read.facts.lost), (vec![1], 2));
}

#[test]
fn templates_that_name_themselves_end() {
    let mut chunk = Chunk::new();
    chunk.event(&START);
    // A definition whose content is an instance of itself, thrice.
    chunk.record(|chunk| {
        let at = u32::try_from(chunk.bytes.len() + 14).unwrap();
        chunk.instance("loop", &[], |chunk| {
            chunk.open("Event", &[]);
            chunk.open("System", &[]);
            chunk.open("EventID", &[]);
            chunk.value(&Value::Text("1"));
            chunk.close();
            chunk.close();
            for _ in 0..3 {
                chunk.bytes.extend([0x0c, 1, 79, 0, 0, 0]);
                chunk.bytes.extend(at.to_le_bytes());
                chunk.bytes.extend([0; 4]);
            }
            chunk.close();
        });
    });
    // Elements within elements without end, and a template that lies nowhere.
    chunk.record(|chunk| (0..1000).for_each(|_| chunk.open("Event", &[])));
    chunk.record(|chunk| chunk.bytes.extend([0x0f, 1, 1, 0, 0x0c, 1, 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]));
    // So many values that they would take 14 GB.
    chunk.record(|chunk| chunk.bytes.extend([0x0f, 1, 1, 0, 0x0c, 1, 1, 0, 0, 0, 0, 2, 0, 0, 0xff, 0xff, 0xff, 0xd0]));
    chunk.event(&START);
    let read = read_all(&log(&[chunk.finish(1)], 0));
    assert_eq!(ids(&read.records), [1, 2, 6]);
    assert_eq!((read.facts.records, read.facts.unreadable, read.notes.len()), (6, 4, 4), "{:?}", read.notes);
    assert!(read.notes[0].contains("event record 2: templates that are nested too deep"), "{:?}", read.notes);
}

#[test]
fn wrong_checksums_are_told_except_of_a_log_in_use() {
    // Flags of the log and of the chunk, the checksum, how many are wrong, and how many anomalies are told.
    for (log_flags, chunk_flags, flip, wrong, told) in
        [(0, 0, 0, 0, 0), (0, 0, 1, 1, 1), (1, 0, 1, 1, 0), (0, 4, 1, 0, 0)]
    {
        let mut bytes = chunk(1, &[&START]);
        (bytes[120], bytes[52]) = (chunk_flags, bytes[52] ^ flip);
        let read = read_all(&log(&[bytes], log_flags));
        assert_eq!((read.facts.wrong_checksums, read.notes.len()), (wrong, told), "{log_flags} {chunk_flags} {flip}");
        assert_eq!(read.records.len(), 1);
    }
}

#[test]
fn a_name_is_not_given_to_every_value_of_an_array_without_end() {
    let name = "n".repeat(20_000);
    let mut chunk = Chunk::new();
    chunk.record(|chunk| {
        chunk.instance("array", &[(0x84, vec![7; 20_000])], |chunk| {
            chunk.open("Event", &[]);
            chunk.open("System", &[]);
            chunk.open("EventID", &[]);
            chunk.value(&Value::Text("1"));
            chunk.close();
            chunk.close();
            chunk.open("EventData", &[]);
            chunk.open("Data", &[("Name", Value::Text(&name))]);
            chunk.value(&Value::Place(0, 0x84));
            (0..3).for_each(|_| chunk.close());
        });
    });
    let read = read_all(&log(&[chunk.finish(1)], 0));
    let bytes: usize = read.records[0].data.iter().map(|(name, text)| name.len() + text.len()).sum();
    assert!(bytes > 40_000 && bytes <= 2 << 20, "{bytes}");
    assert_eq!(read.facts.unreadable, 1);
}

#[test]
fn text_has_a_cap() {
    let long = "x".repeat(20_000);
    let event = Made { provider: SYSMON, event_id: 1, data: &[("a", "b"), ("c", &long)] };
    let bytes = log(&[chunk(1, &[&event])], 0);
    let mut records = Vec::new();
    let limits = Limits { event_record_bytes: 10_000, ..Limits::default() };
    let facts = read(&bytes, &limits, &|_, _| true, &mut |_| (), &mut |record| records.push(record));
    assert_eq!((records[0].get("a"), records[0].get("c"), facts.unreadable), (Some("b"), None, 1));
}

#[test]
fn mutants_neither_panic_nor_grow() {
    let whole = log(&[chunk(1, &[&START, &OTHER, &START])], 0);
    let used = 4096 + 512 + 2500;
    let mut random = Random::new(0x9e37_79b9_7f4a_7c15);
    let mut next = || usize::try_from(random.number() >> 1).unwrap();
    for _ in 0..3000 {
        let mut bytes = whole.clone();
        for _ in 0..1 + next() % 6 {
            let at = if next() % 4 == 0 { next() % used } else { 4096 + 512 + next() % 2500 };
            bytes[at] = u8::try_from(next() % 256).unwrap();
        }
        let read = read_all(&bytes);
        let text: usize =
            read.records.iter().flat_map(|record| &record.data).map(|(name, text)| name.len() + text.len()).sum();
        assert!(read.records.len() <= 16 && text <= 1 << 20);
        assert!(read.facts.records + read.facts.recovered >= u64::try_from(read.records.len()).unwrap());
    }
}

#[test]
fn logs_of_the_generator_are_read_whole() {
    let root = std::path::Path::new(file!()).ancestors().nth(4).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let script = root.join("testdata/generate/make_event_logs.py");
    let made = std::process::Command::new("python3").arg("-B").arg(script).arg(folder.path()).status();
    if !made.is_ok_and(|status| status.success()) {
        println!("skipped: there is no python3 here");
        return;
    }
    let mut counts = Vec::new();
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let read = read_all(&std::fs::read(entry.unwrap().path()).unwrap());
        assert!(read.notes.is_empty() && read.facts.wrong_checksums == 0, "{:?}", read.notes);
        let events = read.records.iter().filter_map(crate::artifact::windows_log::event_of).count();
        counts.push((read.records.len(), events));
    }
    counts.sort_unstable();
    assert_eq!(counts, [(3, 3), (5, 5), (12, 12)]);
}

/// What there is to see, with the digests as they are compared.
fn shown(seen: Seen<'_>) -> String {
    fn bare(actor: Actor<'_>) -> (Actor<'_>, Option<String>) {
        (Actor { digests: Digests::None, ..actor }, actor.sha256())
    }
    let parent = seen.parent.filter(|parent| *parent != Actor::default());
    let (process, parent, file) = (seen.process.map(bare), parent.map(bare), seen.file_digests.sha256());
    let rest = Seen { process: None, parent: None, file_digests: Digests::None, ..seen };
    format!("{rest:?} {process:?} {parent:?} {file:?}")
}

/// Sees what it is asked for, and takes nothing but what cannot be seen.
#[derive(Default)]
struct Onlooker {
    seen: Vec<Option<String>>,
    taken: usize,
}

impl Visitor for Onlooker {
    fn asks(&mut self, provider: &str, event_id: u32) -> Asked {
        glance::columns(provider, event_id).map_or(Asked::Whole, Asked::Glance)
    }

    fn glance(&mut self, glance: &Glance<'_>) -> bool {
        let mut texts = String::new();
        self.seen.push(match glance::see(glance, &mut texts) {
            Sight::Seen(seen) => Some(shown(seen)),
            Sight::Nothing => None,
            Sight::Unclear => return true,
        });
        false
    }

    fn take(&mut self, _: LogRecord) {
        self.taken += 1;
    }
}

#[test]
fn what_is_seen_at_a_glance_is_what_is_read() {
    const SECURITY: &str = "Microsoft-Windows-Security-Auditing";
    const GUID: &str = "{365ABB72-55F1-5CD8-0000-0010781C3300}";
    let digest = format!("SHA1={},SHA256={}", "A1".repeat(20), "0C".repeat(32));
    let cases: &[(&str, u16, &[(&str, &str)])] = &[
        (
            SYSMON,
            1,
            &[
                ("UtcTime", "2019-05-12 17:20:49.261"),
                ("ProcessGuid", GUID),
                ("ProcessId", "2392"),
                ("Image", r"C:\Windows\System32\ftp.exe"),
                ("OriginalFileName", "ftp.exe"),
                ("CommandLine", "ftp -s:\u{e9}.txt"),
                ("User", r"PC\bob"),
                ("Hashes", &digest),
                ("ParentProcessGuid", "365abb72-55f1-5cd8-0000-0010781c3301"),
                ("ParentProcessId", "3668"),
                ("ParentImage", r"C:\Windows\System32\cmd.exe"),
                ("ParentCommandLine", "cmd /c x"),
            ],
        ),
        (SYSMON, 1, &[("Image", "-"), ("UtcTime", "then"), ("CommandLine", ""), ("Image", "b"), ("ProcessId", "x")]),
        (
            SYSMON,
            3,
            &[("Image", "a"), ("SourceIp", "10.0.0.5"), ("DestinationPort", "21"), ("DestinationHostname", "h")],
        ),
        (SYSMON, 5, &[("Image", "a"), ("ProcessId", "5"), ("UtcTime", "2019-05-12 17:20:49.261")]),
        (SYSMON, 5, &[("RuleName", "-")]),
        (SYSMON, 7, &[("ImageLoaded", "a.dll"), ("Signature", "Microsoft Windows"), ("SignatureStatus", "Valid")]),
        (SYSMON, 7, &[("ImageLoaded", "a.dll"), ("Signature", "Microsoft Windows"), ("SignatureStatus", "Expired")]),
        (
            SYSMON,
            7,
            &[
                ("Image", "a.exe"),
                ("ImageLoaded", "a.exe"),
                ("Signature", "Microsoft Windows"),
                ("SignatureStatus", "Valid"),
                ("Hashes", &digest),
            ],
        ),
        (SYSMON, 11, &[("TargetFilename", r"C:\a.txt"), ("ProcessGuid", GUID)]),
        (SYSMON, 11, &[("TargetFilename", "-"), ("ProcessGuid", GUID)]),
        (SYSMON, 13, &[("EventType", "SetValue"), ("TargetObject", r"HKU\a\b"), ("Details", "c.exe")]),
        (SYSMON, 14, &[("EventType", "RenameKey"), ("TargetObject", r"HKU\a\b"), ("NewName", r"HKU\a\c")]),
        (SYSMON, 12, &[("EventType", "CreateKey")]),
        (SYSMON, 22, &[("QueryName", "ftp.example"), ("QueryResults", "192.0.2.1;"), ("Image", "a")]),
        (SYSMON, 23, &[("TargetFilename", r"C:\a.txt"), ("User", "PC\\bob"), ("Hashes", &digest)]),
        (
            SECURITY,
            4624,
            &[("TargetUserName", "bob"), ("TargetLogonId", "0x3e7"), ("ProcessId", "0x4"), ("ProcessName", "-")],
        ),
        (SECURITY, 4624, &[("TargetUserName", "bob"), ("TargetLogonId", "0x0")]),
        (
            SECURITY,
            4688,
            &[
                ("SubjectUserSid", "S-1-5-18"),
                ("SubjectUserName", "PC$"),
                ("SubjectDomainName", "D"),
                ("NewProcessId", "0x9a8"),
                ("NewProcessName", r"C:\Windows\System32\ftp.exe"),
                ("ProcessId", "0x1f4"),
                ("CommandLine", "ftp -A"),
                ("TargetUserSid", "S-1-0-0"),
                ("TargetUserName", "-"),
                ("ParentProcessName", r"C:\Windows\explorer.exe"),
            ],
        ),
        (SECURITY, 4688, &[("SubjectUserSid", "S-1-0-0"), ("SubjectDomainName", "D"), ("NewProcessName", "a")]),
        (SECURITY, 4688, &[("SubjectUserName", "u"), ("TargetUserName", "t"), ("TargetDomainName", "D")]),
        (SECURITY, 4689, &[("SubjectUserSid", "S-1-5-18"), ("ProcessId", "0x10"), ("ProcessName", "a")]),
        (
            SECURITY,
            5156,
            &[("ProcessID", "7"), ("Application", r"\device\a"), ("DestAddress", "192.0.2.1"), ("DestPort", "21")],
        ),
        (SECURITY, 5158, &[("ProcessId", "7"), ("Application", "a"), ("SourcePort", "70000")]),
    ];
    for (provider, event_id, data) in cases {
        let made = Made { provider, event_id: *event_id, data };
        let bytes = log(&[chunk(1, &[&made, &made])], 0);
        let read: Vec<Option<Event>> = read_all(&bytes).records.iter().map(windows_log::event_of).collect();
        let expected: Vec<Option<String>> =
            read.iter().map(|event| event.as_ref().map(|event| shown(Seen::of(event)))).collect();
        let mut onlooker = Onlooker::default();
        let facts = look_through(&bytes, &Limits::default(), &mut |_| (), &mut onlooker);
        assert_eq!((onlooker.seen, onlooker.taken, facts.records), (expected, 0, 2), "{provider} {event_id} {data:?}");
    }
}

/// What is laid out in another way than Windows lays it out is read whole.
#[test]
fn nothing_is_passed_over_that_cannot_be_seen() {
    const DATA: &str = "Data";
    let layouts: &[fn(&mut Chunk)] = &[
        |chunk| {
            chunk.open("Other", &[]);
            chunk.value(&Value::Place(0, 1));
            chunk.close();
        },
        |chunk| {
            chunk.open(DATA, &[("Name", Value::Text("Image"))]);
            chunk.value(&Value::Place(0, 1));
            chunk.value(&Value::Text("more"));
            chunk.close();
        },
        |chunk| {
            for _ in 0..2 {
                chunk.open(DATA, &[("Name", Value::Text("Image"))]);
                chunk.value(&Value::Place(0, 1));
                chunk.close();
            }
        },
        |chunk| {
            chunk.open(DATA, &[("Name", Value::Place(0, 1))]);
            chunk.close();
        },
    ];
    for (number, layout) in layouts.iter().enumerate() {
        let mut made = Chunk::new();
        made.record(|chunk| {
            chunk.instance("whole", &[(1, b"a\0".to_vec())], |chunk| {
                chunk.open("Event", &[]);
                chunk.open("System", &[]);
                chunk.open("Provider", &[("Name", Value::Text(SYSMON))]);
                chunk.close();
                chunk.open("EventID", &[]);
                chunk.value(&Value::Text("1"));
                chunk.close();
                chunk.close();
                chunk.open("EventData", &[]);
                layout(chunk);
                chunk.close();
                chunk.close();
            });
        });
        let mut onlooker = Onlooker::default();
        look_through(&log(&[made.finish(1)], 0), &Limits::default(), &mut |_| (), &mut onlooker);
        assert_eq!((onlooker.seen.len(), onlooker.taken), (0, 1), "{number}");
    }
}
