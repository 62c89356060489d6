//! The same three events as each tool exports them: ftp.exe is started (Sysmon 1, Security 4688) and connects (Sysmon 3).

use super::*;
use crate::base::random::Random;
use std::collections::BTreeSet;

/// An export with what it does not carry of a record: `provider`, `channel`, … or the names of data.
type Case = (&'static str, &'static [u8], Form, &'static [&'static str]);

macro_rules! export {
    ($name:literal, $form:ident, $lacks:expr) => {
        ($name, include_bytes!(concat!("tests/", $name)), Form::$form, $lacks)
    };
}

/// What Winlogbeat's modules drop or write in other words.
const MODULES: &[&str] = &["UtcTime", "SourceIsIpv6", "DestinationIsIpv6", "fraction"];
/// What only the message of an event tells.
const MESSAGE: &[&str] =
    &["fraction", "time-3", "channel", "computer", "version", "process_id", "record_id", "user_id"];

const CASES: &[Case] = &[
    export!("wevtutil.xml", Xml, &[]),
    export!("event_viewer.xml", Xml, &[]),
    export!("evtx_dump.xml", Xml, &["ticks"]),
    export!("evtx_dump.jsonl", Json, &["ticks"]),
    export!("evtx_dump.json", Json, &["ticks"]),
    export!("evtx_dump_separate.jsonl", Json, &["ticks"]),
    export!("evtxecmd.json", Json, &["version"]),
    export!("evtxecmd.csv", Csv, &["version"]),
    export!("winlogbeat.ndjson", Json, &["fraction"]),
    export!("ecs_modules.ndjson", Json, MODULES),
    export!("ecs_dotted.json", Json, MODULES),
    export!("velociraptor.jsonl", Json, &["ticks"]),
    export!("velociraptor_rows.json", Json, &["version", "process_id"]),
    export!("velociraptor_rows.csv", Csv, &["version", "process_id"]),
    export!("splunk.json", Json, &[]),
    export!("splunk.csv", Csv, &[]),
    export!("nxlog.json", Json, &["fraction", "time-3"]),
    export!("mordor.json", Json, &["fraction", "time-3"]),
    export!("wazuh.json", Json, &["user_id"]),
    export!("convertto_json.json", Json, &["fraction"]),
    export!("export_csv.csv", Csv, &["fraction", "time-3"]),
    export!("event_viewer.csv", Csv, MESSAGE),
    export!("sysmon.csv", Csv, &["fraction", "channel", "version", "process_id", "user_id", "time-3", "time-4688"]),
];

fn read_all(
    form: Form,
    bytes: &[u8],
    limits: &Limits,
    wanted: &Wanted<'_>,
) -> (Vec<LogRecord>, Vec<String>, ExportFacts) {
    let (mut records, mut notes) = (Vec::new(), Vec::new());
    let bytes = bytes.to_vec();
    let facts = read(form, &bytes, limits, wanted, &mut |cause| notes.push(cause.to_string()), &mut |record| {
        records.push(record);
    });
    (records, notes, facts)
}

fn everything(form: Form, bytes: &[u8]) -> (Vec<LogRecord>, Vec<String>, ExportFacts) {
    read_all(form, bytes, &Limits::default(), &|_, _| true)
}

/// A record in the words that all forms share: GUIDs and numbers are written in many ways, and `-` is nothing.
fn plain(record: &LogRecord, lacks: &[&str]) -> BTreeSet<String> {
    let has = |name: &str| !lacks.contains(&name);
    let time = record.time.map(|time| time.to_string()).unwrap_or_default();
    let time = time.trim_end_matches('Z');
    let length = if !has("fraction") {
        19
    } else if !has("ticks") {
        26
    } else {
        30
    };
    let system = [
        ("provider", record.provider.clone()),
        ("channel", record.channel.clone()),
        ("event_id", record.event_id.to_string()),
        ("version", record.version.to_string()),
        ("time", time.get(..length).unwrap_or(time).to_owned()),
        ("record_id", record.record_id.to_string()),
        ("computer", record.computer.clone()),
        ("user_id", record.user_id.clone().unwrap_or_default()),
        ("process_id", record.process_id.map(|id| id.to_string()).unwrap_or_default()),
    ];
    let late = has(&format!("time-{}", record.event_id));
    let system = system.into_iter().filter(|(name, _)| *name != "time" || late);
    let data = record.data.iter().map(|(name, _)| {
        (name.as_str(), {
            let text = record.get(name).unwrap_or_default();
            record
                .number(name)
                .map_or_else(|| text.trim_matches(['{', '}']).to_ascii_uppercase(), |number| number.to_string())
        })
    });
    let all = system.chain(data).filter(|(name, text)| has(name) && !text.is_empty());
    all.map(|(name, text)| format!("{name}={text}")).collect()
}

#[test]
fn every_form_gives_the_same_records() {
    let (expected, notes, _) = everything(Form::Xml, include_bytes!("tests/wevtutil.xml"));
    assert_eq!(notes, Vec::<String>::new());
    let first = &expected[0];
    assert_eq!((expected.len(), first.provider.as_str(), first.event_id), (3, "Microsoft-Windows-Sysmon", 1));
    assert_eq!((first.record_id, first.version, first.process_id), (4711, 5, Some(2012)));
    assert_eq!((first.user_id.as_deref(), first.computer.as_str()), (Some("S-1-5-18"), "WS01.corp.example"));
    assert_eq!(first.time.unwrap().to_string(), "2026-03-02T09:15:01.4581131Z");
    assert_eq!(first.get("CommandLine"), Some(r#"ftp.exe -i -s:"C:\Users\bob\a & b.txt" 192.0.2.21"#));
    assert_eq!((first.data.len(), expected[1].data.len(), expected[2].data.len()), (23, 18, 15));
    assert_eq!((expected[2].number("NewProcessId"), expected[2].user_id.as_deref()), (Some(4092), None));
    for (name, bytes, form, lacks) in CASES {
        assert_eq!(sniff(bytes), Some(*form), "{name}");
        let (records, notes, facts) = everything(*form, bytes);
        assert_eq!((records.len(), facts.records, facts.others, facts.unreadable), (3, 3, 0, 0), "{name}: {notes:?}");
        for (record, expected) in records.iter().zip(&expected) {
            let (found, wanted) = (plain(record, lacks), plain(expected, lacks));
            let missing: Vec<_> = wanted.difference(&found).collect();
            let extra: Vec<_> = found.difference(&wanted).collect();
            assert!(
                missing.is_empty() && extra.is_empty(),
                "{name} {}: lacks {missing:?}, adds {extra:?}",
                record.event_id
            );
        }
    }
}

#[test]
fn what_is_not_asked_for_is_counted_only() {
    for (name, bytes, form, _) in CASES {
        let wanted = |provider: &str, id: u32| provider == "Microsoft-Windows-Sysmon" && id == 3;
        let (records, _, facts) = read_all(*form, bytes, &Limits::default(), &wanted);
        assert_eq!((records.len(), facts.records), (1, 3), "{name}");
        assert_eq!(records.first().map(|record| record.event_id), Some(3), "{name}");
        let (_, _, all) = everything(*form, bytes);
        assert_eq!((facts.first, facts.last, facts.logs), (all.first, all.last, all.logs), "{name}");
    }
}

#[test]
fn exports_may_be_encoded_otherwise_and_broken_anywhere() {
    for (name, bytes, form, _) in CASES {
        let (expected, _, _) = everything(*form, bytes);
        let text = crate::base::text::decode(bytes).unwrap().content;
        let wide: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(sniff(&wide), Some(*form), "{name}");
        let numbered = |records: Vec<LogRecord>| -> Vec<_> {
            let own = |record: LogRecord| LogRecord { record_id: record.record_id.min(1), ..record };
            records.into_iter().map(own).collect()
        };
        assert_eq!(numbered(everything(*form, &wide).0), numbered(expected.clone()), "{name}");
        // What is cut off costs the last record only.
        for cut in (1..bytes.len()).step_by(97) {
            let (records, _, _) = everything(*form, &bytes[..cut]);
            let whole = records.len().saturating_sub(usize::from(*form == Form::Csv));
            assert!(records.len() <= 3, "{name} {cut}");
            for (record, expected) in records.iter().zip(&expected).take(whole) {
                assert_eq!(record, expected, "{name} {cut}");
            }
        }
    }
}

#[test]
fn a_damaged_record_costs_only_itself() {
    let line =
        |id: u32| format!(r#"{{"EventID":1,"SourceName":"Microsoft-Windows-Sysmon","RecordNumber":{id},"Image":"x"}}"#);
    let pretty = |id: u32, with: &str| {
        format!(
            "{{\n  \"System\": {{\n    \"EventID\": 1,\n    \"EventRecordID\": {id}\n  }},{with}\n  \"EventData\": {{\n    \"a\": \"b\"\n  }}\n}}"
        )
    };
    let xml = |id: u32| {
        format!("<Event><System><EventID>1</EventID><EventRecordID>{id}</EventRecordID></System><EventData/></Event>")
    };
    let half = |text: String| text[..text.len() - 12].to_owned();
    let row = |id: u32| format!("1,x,{id},y");
    let header = "EventID,Channel,RecordId,Image";
    let cases = [
        (Form::Json, format!("{}\n{}\n{}", line(1), half(line(2)), line(3)), vec![1, 3], 1),
        (Form::Json, format!("{}\n{}\n{}", line(1), &line(2)[..30], line(3)), vec![1, 3], 1),
        (Form::Json, format!("{}\n{{\"a\":x}}\n{}", line(1), line(3)), vec![1, 3], 1),
        (Form::Json, format!("{}{}\nnoise {}", line(1), line(2), line(3)), vec![1, 2, 3], 0),
        (Form::Json, format!("[{},{},{}]", line(1), line(2), line(3)), vec![1, 2, 3], 0),
        (Form::Json, format!("{{\"Events\":[{},{}]}}", line(1), line(2)), vec![1, 2], 0),
        (Form::Json, format!("{}\n{}\n{}", pretty(1, ""), pretty(2, "\"x\": \"y"), pretty(3, "")), vec![1, 3], 1),
        (Form::Json, format!("{}\n{}\n{}", pretty(1, ""), &pretty(2, "")[..40], pretty(3, "")), vec![1, 3], 1),
        // A half of a pair is no text, but the record is one.
        (Form::Json, line(1).replace("\"x\"", r#""\ud83d\ude00\ud800\\u""#), vec![1], 0),
        (Form::Xml, format!("{}{}{}", xml(1), half(xml(2)), xml(3)), vec![1, 3], 1),
        (Form::Xml, format!("{}<Event >x</Event>{}", xml(1), xml(3)), vec![1, 3], 1),
        (Form::Csv, format!("{header}\n{}\n1,x,2\n{}\n", row(1), row(3)), vec![1, 2, 3], 0),
        (Form::Csv, format!("{header}\n{}\n1,x,2,\"y\n{}\n", row(1), row(3)), vec![1, 3], 1),
    ];
    for (form, text, expected, damaged) in cases {
        let (records, notes, facts) = everything(form, text.as_bytes());
        let found: Vec<_> = records.iter().map(|record| record.record_id).collect();
        assert_eq!((found, facts.unreadable), (expected, damaged), "{text}: {notes:?}");
    }
}

#[test]
fn what_is_too_large_is_cut_or_passed_over() {
    let limits = Limits { event_record_bytes: 4096, ..Limits::default() };
    let long = "é".repeat(20_000);
    let line = |id: u32, text: &str| {
        format!(r#"{{"EventID":1,"SourceName":"S","RecordNumber":{id},"Image":"{text}","CommandLine":"c"}}"#)
    };
    let json = format!("{}\n{}\n{}\n", line(1, ""), line(2, &long), line(3, ""));
    let (records, _, _) = read_all(Form::Json, json.as_bytes(), &limits, &|_, _| true);
    assert_eq!(records.len(), 3);
    assert_eq!((records[1].get("Image").unwrap().len(), records[1].get("CommandLine")), (1024, Some("c")));
    for (escaped, kept) in [(r"\u0041b\\", 342..345), (r"\ud83d\ude00", 340..345), (r#"\""#, 512..515)] {
        let json = line(2, &escaped.repeat(9000));
        let (records, _, facts) = read_all(Form::Json, json.as_bytes(), &limits, &|_, _| true);
        assert_eq!((records.len(), facts.others, facts.unreadable), (1, 0, 0), "{escaped}");
        assert!(
            kept.contains(&records[0].get("Image").unwrap().len()),
            "{escaped} {}",
            records[0].get("Image").unwrap().len()
        );
        assert_eq!(records[0].get("CommandLine"), Some("c"), "{escaped}");
    }

    let xml = |id: u32, text: &str| {
        let data = format!("<EventData><Data Name='a'>b</Data><Data Name='c'>{text}</Data></EventData>");
        format!("<Event ><System><EventID>1</EventID><EventRecordID>{id}</EventRecordID></System>{data}</Event>")
    };
    let text = format!("{}{}{}", xml(1, ""), xml(2, &long), xml(3, ""));
    let (records, notes, facts) = read_all(Form::Xml, text.as_bytes(), &limits, &|_, _| true);
    assert_eq!((records.len(), facts.unreadable, records[1].get("a")), (3, 1, Some("b")));
    assert!((3000..4096).contains(&records[1].get("c").unwrap().len()));
    assert_eq!(notes, ["limit reached: bytes of one record of an exported event log (limit 4096)"]);

    let csv = format!("EventID,Channel,Image,CommandLine\n1,x,{long},c\n1,x,y,d\n");
    let (records, _, facts) = read_all(Form::Csv, csv.as_bytes(), &limits, &|_, _| true);
    assert_eq!((records.len(), facts.unreadable, records[0].get("CommandLine")), (2, 1, Some("c")));

    // A document of many fields is passed over, one that is a list of records is looked into.
    let many = format!("{}\n{{\"EventID\":1,{}\"z\":0}}\n{}", line(1, ""), "\"a\":1,".repeat(9000), line(3, ""));
    let (records, _, facts) = read_all(Form::Json, many.as_bytes(), &limits, &|_, _| true);
    assert_eq!((records.len(), facts.unreadable), (2, 0));
    let list: Vec<_> = (1..=99).map(|id| line(id, "")).collect();
    let list = format!(r#"{{"took":1,"hits":{{"total":{{"value":99}},"hits":[{}]}}}}"#, list.join(","));
    let (records, _, _) = read_all(Form::Json, list.as_bytes(), &limits, &|_, _| true);
    assert_eq!(records.len(), 99);
}

#[test]
fn documents_may_be_wrapped_or_of_other_versions() {
    let raw = "03/02/2026 09:15:01 AM\\nLogName=Microsoft-Windows-Sysmon/Operational\\nEventCode=1\\nEventType=4\\nComputerName=h\\n\
               SourceName=Microsoft-Windows-Sysmon\\nType=Information\\nRecordNumber=9\\nKeywords=None\\nTaskCategory=x\\nOpCode=Info\\n\
               Message=Process Create:\\r\\nUtcTime: 2026-03-02 09:15:01.000\\r\\nImage: i=j";
    let event = r#"{"Event":{"System":{"Provider_attributes":{"Name":"Microsoft-Windows-Sysmon"},"EventID":1,"EventRecordID":9,
        "Channel":"Microsoft-Windows-Sysmon/Operational","TimeCreated_attributes":{"SystemTime":"2026-03-02T09:15:01Z"},
        "Computer":"h"},"EventData":{"Image":"i=j"}}}"#;
    let winlogbeat = r#"{"@timestamp":"2026-03-02T09:15:01Z","event_id":1,"log_name":"Microsoft-Windows-Sysmon/Operational",
        "source_name":"Microsoft-Windows-Sysmon","computer_name":"h","record_number":"9","process_id":7,"thread_id":8,"level":"x",
        "event_data":{"Image":"i=j"},"user":{"identifier":"S-1-5-18"},"task":"x","message":"x"}"#;
    let kibana = r#"{"_index":"x","fields":{"winlog.event_id":["1"],"winlog.channel":["Microsoft-Windows-Sysmon/Operational"],
        "@timestamp":["2026-03-02T09:15:01.000Z"],"winlog.provider_name":["Microsoft-Windows-Sysmon"],"winlog.record_id":[9],
        "winlog.computer_name":["h"],"winlog.event_data.Image":["i=j"]}}"#;
    let cases = [
        event.to_owned(),
        winlogbeat.to_owned(),
        kibana.to_owned(),
        format!(r#"{{"group":"x","document":{{"kind":"evtx","data":{event}}}}}"#),
        format!(r#"{{"result":{{"_raw":"{raw}","_time":"2026-03-02T09:15:01.000+00:00","host":"h"}}}}"#),
        format!(r#"{{"hits":{{"hits":[{{"_source":{kibana}}}]}}}}"#),
    ];
    for text in cases {
        assert_eq!(sniff(text.as_bytes()), Some(Form::Json), "{text}");
        let (records, notes, facts) = everything(Form::Json, text.as_bytes());
        assert_eq!((records.len(), facts.others, facts.zoneless), (1, 0, 0), "{text}: {notes:?}");
        let record = &records[0];
        assert_eq!((record.event_id, record.record_id, record.computer.as_str()), (1, 9, "h"), "{text}");
        assert_eq!(
            (record.provider.as_str(), record.channel.split('/').next()),
            (origin::SYSMON, Some(origin::SYSMON))
        );
        assert_eq!(record.time.map(|time| time.to_string()).as_deref(), Some("2026-03-02T09:15:01Z"), "{text}");
        let data: Vec<_> = record.data.iter().filter(|(name, _)| name != "UtcTime").collect();
        assert_eq!(data, [&("Image".to_owned(), "i=j".to_owned())], "{text}");
    }
}

#[test]
fn nothing_is_read_again_and_again() {
    let limits = Limits { event_record_bytes: 1 << 20, ..Limits::default() };
    let cases = [
        (Form::Json, "{\"a\":0} x ", "\n"),
        (Form::Json, "{\"a\":0},", ""),
        (Form::Json, "{", ""),
        (Form::Json, "{\"a\":", ""),
        (Form::Json, "{\n", ""),
        (Form::Json, "{\"\n", ""),
        (Form::Json, "\\u{\"", ""),
        (Form::Xml, "<Event ", ""),
        (Form::Xml, "<Event ><System>", ""),
        (Form::Xml, "<Event ></Event>", ""),
        (Form::Xml, "</Event>", "<Event >"),
        (Form::Xml, "<Event ><a></Event ", ""),
        (Form::Csv, "\"", ""),
        (Form::Csv, "EventID,Channel\n\"", ""),
        (Form::Csv, ",", ""),
        (Form::Csv, "a,\"b\n", ""),
    ];
    for (form, piece, end) in cases {
        let text = piece.repeat((3 << 20) / piece.len()) + end;
        let (records, _, _) = read_all(form, text.as_bytes(), &limits, &|_, _| true);
        assert_eq!(records.len(), 0, "{piece}");
    }
}

#[test]
fn other_files_are_no_exports() {
    let cases: [&[u8]; 12] = [
        b"",
        b"{",
        b"name,value\na,b\n",
        b"{\"name\":\"x\",\"version\":\"1\"}",
        b"[1,2,3]",
        b"<html><body>Event</body></html>",
        b"<?xml version=\"1.0\"?><Events><EventList/></Events>",
        b"open 192.0.2.1\r\nuser bob secret\r\nget a.exe\r\n",
        b"Id,Name\n1,x\n",
        b"ElfFile\0\0\0\0\0\0\0\0\0\0\0\0\0",
        b"MZ\x90\0\x03\0\0\0",
        b"#TYPE x",
    ];
    for head in cases {
        assert_eq!(sniff(head), None, "{}", String::from_utf8_lossy(head));
    }
}

#[test]
fn parts_are_kept_apart() {
    let text = "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='P'/><EventID \
                Qualifiers='16384'>7045</EventID><Computer>own</Computer></System><EventData><Data Name='Computer'>other</Data>\
                <Data>a</Data><Data>\n  <string>b</string><string>&#99;&lt;&x;</string></Data><Data Name='e'/></EventData></Event>\
                <Event ><System><EventID>104</EventID><Channel>System</Channel></System><UserData><LogFileCleared><Channel>Security\
                </Channel><BackupPath>\n </BackupPath></LogFileCleared></UserData></Event>";
    let (records, _, facts) = everything(Form::Xml, text.as_bytes());
    let pair = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    let expected = vec![pair("Computer", "other"), pair("", "a"), pair("", "b"), pair("", "c<&x;"), pair("e", "")];
    assert_eq!((records[0].computer.as_str(), &records[0].data), ("own", &expected));
    assert_eq!((records[0].event_id, records[0].record_id, records[1].channel.as_str()), (7045, 0, "System"));
    assert_eq!(records[1].data, [pair("Channel", "Security"), pair("BackupPath", "")]);
    assert!(records[1].record_id > 300);
    assert_eq!(facts.logs.keys().collect::<Vec<_>>(), ["P", "System"]);
}

#[test]
fn mutants_do_no_harm() {
    let mut random = Random::new(0x2545_f491_4f6c_dd1d);
    let mut next = move || usize::try_from(random.number() >> 33).unwrap();
    let limits = Limits { event_record_bytes: 2048, ..Limits::default() };
    for round in 0..3000 {
        let (name, bytes, form, _) = CASES[round % CASES.len()];
        let mut bytes = bytes.to_vec();
        for _ in 0..1 + next() % 6 {
            let at = next() % bytes.len();
            match next() % 4 {
                0 => bytes[at] = b"\"\\{}[]<>&;,\n\0\xff"[next() % 14],
                1 => bytes.truncate(at + 1),
                2 => drop(bytes.drain(at..(at + next() % 40).min(bytes.len() - 1).max(at))),
                _ => bytes.extend_from_within(at..(at + 300).min(bytes.len())),
            }
        }
        let form = sniff(&bytes).unwrap_or(form);
        let limits = if round % 2 == 0 { &limits } else { &Limits::default() };
        let (records, _, facts) = read_all(form, &bytes, limits, &|_, _| true);
        assert!(u64::try_from(records.len()).unwrap() <= facts.records, "{name}");
        assert_eq!(read_all(form, &bytes, limits, &|_, _| true).0, records, "{name}");
    }
}
