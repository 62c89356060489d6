//! Scheduled tasks as XML and as job files, and what hostile ones cost.

use super::*;
use crate::base::random::Random;

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-16\"?>\r\n<Task version=\"1.2\" \
                    xmlns=\"http://schemas.microsoft.com/windows/2004/02/mit/task\">\r\n";

/// A task as the Task Scheduler writes it.
fn task(triggers: &str, actions: &str) -> String {
    format!(
        "{HEAD}  <RegistrationInfo>\r\n    <Date>2026-03-01T10:00:00.123</Date>\r\n    <Author>LAB\\eve</Author>\r\n    \
         <URI>\\Updates\\Nightly &amp; more</URI>\r\n  </RegistrationInfo>\r\n  <Triggers>{triggers}</Triggers>\r\n  \
         <Principals>\r\n    <Principal id=\"Other\"><UserId>S-1-5-19</UserId></Principal>\r\n    \
         <Principal id=\"Author\">\r\n      <UserId>S-1-5-18</UserId>\r\n      <RunLevel>HighestAvailable</RunLevel>\r\n    \
         </Principal>\r\n  </Principals>\r\n  <Settings><Enabled>true</Enabled><Hidden>true</Hidden></Settings>\r\n  \
         <Actions Context=\"Author\">{actions}</Actions>\r\n</Task>"
    )
}

const EXEC: &str = "<Exec><Command>C:\\Windows\\System32\\ftp.exe</Command><Arguments>-i -s:up.txt</Arguments>\
                    <WorkingDirectory>\"C:\\Program Data\\x\"</WorkingDirectory></Exec>";

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn marked(text: &str) -> Vec<u8> {
    [vec![0xff, 0xfe], utf16(text)].concat()
}

fn events(bytes: &[u8], name: &str) -> (Vec<Event>, Vec<String>) {
    let (mut events, mut notes) = (Vec::new(), Vec::new());
    let mut note = |cause: Cause| notes.push(cause.to_string());
    read(&bytes.to_vec(), name, &Limits::default(), &mut note, &mut |event| events.push(event)).unwrap();
    (events, notes)
}

fn starts(xml: &str) -> (Vec<Starts>, Vec<String>) {
    let mut notes = Vec::new();
    let found = starts_of_xml(xml, "named", &Limits::default(), &mut |cause| notes.push(cause.to_string()));
    (found, notes)
}

#[test]
fn tasks_are_read_in_any_encoding() {
    let xml = task("<BootTrigger />", EXEC);
    let expected = Starts {
        mechanism: "scheduled-task".to_owned(),
        name: "\\Updates\\Nightly & more".to_owned(),
        command_line: Some("C:\\Windows\\System32\\ftp.exe -i -s:up.txt".to_owned()),
        working_directory: Some("C:\\Program Data\\x".to_owned()),
        run_as: Some("S-1-5-18".to_owned()),
        elevated: true,
        triggers: vec!["at system start".to_owned()],
        author: Some("LAB\\eve".to_owned()),
        registered: Some("2026-03-01T10:00:00.123".to_owned()),
        hidden: true,
        ..Starts::default()
    };
    let swapped = [vec![0xfe, 0xff], xml.encode_utf16().flat_map(u16::to_be_bytes).collect()].concat();
    for bytes in
        [marked(&xml), utf16(&xml), swapped, xml.clone().into_bytes(), [b"\xef\xbb\xbf", xml.as_bytes()].concat()]
    {
        assert!(is_task(&bytes[..600]));
        let (events, notes) = events(&bytes, "");
        assert_eq!(notes, Vec::<String>::new());
        let [event] = &events[..] else { panic!("{events:?}") };
        assert_eq!(
            (event.source.as_str(), event.time, event.starts.as_ref()),
            ("scheduled-task", None, Some(&expected))
        );
    }
    let (zoned, _) = events(xml.replace(".123<", "Z<").as_bytes(), "");
    assert_eq!(zoned[0].time, Timestamp::parse("2026-03-01T10:00:00Z"));
}

#[test]
fn every_action_is_told() {
    let com =
        "<ComHandler><ClassId>{0F87369F-A4E5-4CFC-BD3E-73E6154572DD}</ClassId><Data><![CDATA[x]]></Data></ComHandler>";
    let spaced = "<Exec><Command>C:\\a b\\c.exe</Command></Exec>";
    let percent =
        "<Exec><Command>cmd</Command><Arguments>/c echo open&#x20;h&gt;f <![CDATA[&& ftp -s:f]]></Arguments></Exec>";
    let (found, notes) = starts(&task("", &[EXEC, com, spaced, percent].concat()));
    let lines: Vec<Option<&str>> = found.iter().map(|starts| starts.command_line.as_deref()).collect();
    assert_eq!(
        lines,
        [
            Some("C:\\Windows\\System32\\ftp.exe -i -s:up.txt"),
            None,
            Some("\"C:\\a b\\c.exe\""),
            Some("cmd /c echo open h>f && ftp -s:f"),
        ]
    );
    assert_eq!(found[1].class_id.as_deref(), Some("{0F87369F-A4E5-4CFC-BD3E-73E6154572DD}"));
    assert!(notes.is_empty() && found.iter().all(|starts| starts.run_as.as_deref() == Some("S-1-5-18")));
    let none = starts(&task("", "")).0;
    assert!(none.len() == 1 && none[0].command_line.is_none());
}

#[test]
fn triggers_are_put_in_words() {
    let cases = [
        ("<LogonTrigger><Enabled>true</Enabled></LogonTrigger>", "at logon of anyone"),
        (
            "<LogonTrigger><UserId>LAB\\bob</UserId><Delay>PT30S</Delay></LogonTrigger>",
            "at logon of LAB\\bob, later by PT30S",
        ),
        ("<IdleTrigger><Enabled>false</Enabled></IdleTrigger>", "when idle (disabled)"),
        ("<RegistrationTrigger/>", "when registered"),
        (
            "<TimeTrigger><Repetition><Interval>PT5M</Interval><Duration>P1D</Duration></Repetition>\
             <StartBoundary>2026-03-01T02:00:00</StartBoundary></TimeTrigger>",
            "once at 2026-03-01T02:00:00, again every PT5M, for P1D",
        ),
        (
            "<CalendarTrigger><StartBoundary>2026-03-01T02:00:00</StartBoundary><ScheduleByDay><DaysInterval>1</DaysInterval>\
             </ScheduleByDay></CalendarTrigger>",
            "daily, from 2026-03-01T02:00:00",
        ),
        (
            "<CalendarTrigger><ScheduleByDay><DaysInterval>3</DaysInterval></ScheduleByDay></CalendarTrigger>",
            "every 3 days",
        ),
        (
            "<CalendarTrigger><ScheduleByWeek><WeeksInterval>2</WeeksInterval><DaysOfWeek><Monday /><Friday></Friday>\
             </DaysOfWeek></ScheduleByWeek></CalendarTrigger>",
            "every 2 weeks on Monday, Friday",
        ),
        (
            "<CalendarTrigger><ScheduleByMonth><DaysOfMonth><Day>1</Day><Day>Last</Day></DaysOfMonth><Months><May/></Months>\
             </ScheduleByMonth></CalendarTrigger>",
            "monthly on day 1, Last of May",
        ),
        (
            "<CalendarTrigger><ScheduleByMonthDayOfWeek><Weeks><Week>2</Week></Weeks><DaysOfWeek><Sunday/></DaysOfWeek><Months>\
             <May/><June/></Months></ScheduleByMonthDayOfWeek></CalendarTrigger>",
            "monthly on Sunday of week 2 of May, June",
        ),
        (
            "<SessionStateChangeTrigger><StateChange>ConsoleConnect</StateChange></SessionStateChangeTrigger>",
            "upon ConsoleConnect",
        ),
        ("<EventTrigger><Subscription>&lt;Query/&gt;</Subscription></EventTrigger>", "upon an event: <Query/>"),
        ("<WnfStateChangeTrigger><StateName>75</StateName></WnfStateChangeTrigger>", "upon state 75"),
        ("<NewTrigger/>", "NewTrigger"),
    ];
    for (xml, expected) in cases {
        assert_eq!(starts(&task(xml, EXEC)).0[0].triggers, [expected], "{xml}");
    }
}

#[test]
fn several_tasks_follow_each_other() {
    let one = task("", EXEC).replace(HEAD, "<Task>").replace("<URI>\\Updates\\Nightly &amp; more</URI>", "");
    let listing =
        format!("{}\n<!-- \\One -->\n{one}\n<!-- \\Two -->\n{one}</Tasks>", HEAD.replace("<Task ", "<Tasks "));
    let names: Vec<String> = starts(&listing).0.into_iter().map(|starts| starts.name).collect();
    assert_eq!(names, ["\\One", "\\Two"]);
    assert_eq!(starts(&one).0[0].name, "named");
}

#[test]
fn hostile_documents_are_bounded() {
    let laughs = "<!DOCTYPE Task [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY x SYSTEM \
                  \"file:///etc/passwd\">]>";
    let entity = "<Exec><Command>&b;&x;ftp</Command><Arguments>-s:f</Arguments></Exec>";
    let (found, notes) = starts(&format!("{laughs}{}", task("", entity)));
    assert_eq!(found[0].command_line.as_deref(), Some("ftp -s:f"));
    assert_eq!(notes, ["task with a document type, which is not followed at offset 0"]);

    let deep = ["<a>".repeat(100_000), task("", EXEC), "</a>".repeat(100_000)].concat();
    assert!(starts(&deep).0.is_empty());
    let inside = task(&["<a>".repeat(50_000), "</a>".repeat(50_000)].concat(), EXEC);
    assert_eq!(starts(&inside).0[0].command_line.as_deref(), Some("C:\\Windows\\System32\\ftp.exe -i -s:up.txt"));

    let attributes: String = (0..100_000).map(|number| format!(" a{number}=\"\"")).collect();
    let wide = task("", EXEC).replace("<Actions ", &format!("<Actions{attributes} "));
    assert_eq!(starts(&wide).0[0].run_as.as_deref(), Some("S-1-5-19"));
    let spaces: String = (0..20_000).map(|number| format!(" xmlns:a{number}=\"b{number}\"")).collect();
    assert_eq!(starts(&task("", EXEC).replace("<Task ", &format!("<Task{spaces} "))).0.len(), 1);

    let many = task(&"<BootTrigger/>".repeat(9000), &EXEC.repeat(100));
    let (found, notes) = starts(&many);
    assert_eq!((found.len(), notes.len()), (32, 1));
    assert!(found[0].triggers.iter().map(String::len).sum::<usize>() <= 4096);
    let (found, notes) = starts(&"<Task/>".repeat(190_000));
    assert_eq!(
        (found.len(), &notes[..]),
        (1024, &["limit reached: actions of a document of tasks (limit 1024)".to_owned()][..])
    );
    assert_eq!(starts(&"<a/>".repeat(250_000)).1, ["limit reached: parts of a task (limit 200000)"]);
}

#[test]
fn damage_costs_what_is_behind_it() {
    let whole = task("<BootTrigger/>", EXEC);
    let cut = &whole[..whole.find("<WorkingDirectory>").unwrap() + 20];
    let (found, _) = starts(cut);
    assert_eq!(found[0].command_line.as_deref(), Some("C:\\Windows\\System32\\ftp.exe -i -s:up.txt"));
    let (found, _) = starts(&whole[..whole.find("<Actions").unwrap() + 3]);
    assert_eq!((found.len(), found[0].author.as_deref(), &found[0].command_line), (1, Some("LAB\\eve"), &None));
    let (found, _) = starts(&whole.replace("</Author>", "</Auther>"));
    assert_eq!(found[0].command_line.as_deref(), Some("C:\\Windows\\System32\\ftp.exe -i -s:up.txt"));
    assert_eq!(events(&[0; 40], "x").1, ["task is no text at offset 0"]);
    assert!(!is_task(b"<Html>") && !is_task(b"") && !is_task(&[0; 100]));
}

/// A `.job` file as Windows XP writes it.
fn job(flags: u32, strings: [&str; 5], triggers: &[[u8; 48]]) -> Vec<u8> {
    let mut bytes = vec![0u8; 70];
    bytes[..4].copy_from_slice(&[0x01, 0x05, 1, 0]);
    bytes[4..20].fill(0x5a);
    bytes[20] = 70;
    bytes[48..52].copy_from_slice(&flags.to_le_bytes());
    for text in strings {
        let stored = utf16(&format!("{text}\0"));
        bytes.extend((stored.len() as u16 / 2).to_le_bytes());
        bytes.extend(stored);
    }
    bytes.extend([0, 0, 8, 0, 0, 0, 0, 0, 3, 0x13, 4, 0]);
    let place = (bytes.len() as u16).to_le_bytes();
    bytes[22..24].copy_from_slice(&place);
    bytes.extend((triggers.len() as u16).to_le_bytes());
    bytes.extend(triggers.concat());
    bytes
}

fn trigger(kind: u32, flags: u32, specific: [u16; 3]) -> [u8; 48] {
    let mut bytes = [0u8; 48];
    let fields: [(usize, u16); 9] =
        [(0, 48), (4, 2004), (6, 5), (8, 7), (10, 2005), (12, 1), (14, 2), (16, 23), (18, 5)];
    let specific = [(36, specific[0]), (38, specific[1]), (40, specific[2])];
    for (at, field) in fields.into_iter().chain(specific) {
        bytes[at..at + 2].copy_from_slice(&field.to_le_bytes());
    }
    bytes[28..32].copy_from_slice(&flags.to_le_bytes());
    bytes[32..36].copy_from_slice(&kind.to_le_bytes());
    bytes
}

const JOB: [&str; 5] = ["C:\\WINDOWS\\system32\\ftp.exe", "-s:c:\\a.txt", "C:\\", "eve", "a comment"];

#[test]
fn jobs_are_read() {
    let triggers = [
        trigger(0, 0, [0; 3]),
        trigger(1, 1, [2, 0, 0]),
        trigger(2, 4, [1, 0b10_0010, 0]),
        trigger(3, 0, [0b101, 0x4000, 0b1_0000]),
        trigger(4, 0, [2, 1, 0x800]),
        trigger(6, 0, [0; 3]),
        trigger(99, 0, [0; 3]),
    ];
    let mut bytes = job(0x204, JOB, &triggers);
    bytes[52..68].copy_from_slice(&[0xd4, 7, 5, 0, 5, 0, 7, 0, 23, 0, 5, 0, 1, 0, 250, 0]);
    assert!(is_job(&bytes) && is_task(&bytes));
    let (events, notes) = events(&bytes, "At1.job");
    assert_eq!(notes, Vec::<String>::new());
    let starts = events[0].starts.as_ref().unwrap();
    let expected = Starts {
        mechanism: "scheduled-task".to_owned(),
        name: "At1".to_owned(),
        command_line: Some("C:\\WINDOWS\\system32\\ftp.exe -s:c:\\a.txt".to_owned()),
        working_directory: Some("C:\\".to_owned()),
        author: Some("eve".to_owned()),
        last_start: Some("2004-05-07T23:05:01.250".to_owned()),
        hidden: true,
        disabled: true,
        triggers: vec![
            "once at 2004-05-07T23:05".to_owned(),
            "every 2 days, from 2004-05-07T23:05, until 2005-01-02".to_owned(),
            "weekly on Monday, Friday, from 2004-05-07T23:05 (disabled)".to_owned(),
            "monthly on day 1, 3, 31 of May, from 2004-05-07T23:05".to_owned(),
            "monthly on Sunday of week 2 of December, from 2004-05-07T23:05".to_owned(),
            "at system start, from 2004-05-07T23:05".to_owned(),
            "a trigger of an unknown kind, from 2004-05-07T23:05".to_owned(),
        ],
        ..Starts::default()
    };
    assert_eq!((events.len(), starts), (1, &expected));
}

#[test]
fn jobs_that_lie_are_read_as_far_as_they_go() {
    let bytes = job(0, JOB, &[trigger(1, 0, [1, 0, 0])]);
    let set = |at: usize, field: u16| {
        let mut bytes = bytes.clone();
        bytes[at..at + 2].copy_from_slice(&field.to_le_bytes());
        bytes
    };
    let triggers = usize::from(u16::from_le_bytes([bytes[22], bytes[23]]));
    let cases = [
        (set(70, 0xffff), None, "strings of a job cut off at offset 70"),
        (set(22, 0xffff), Some("ftp.exe -s:c:\\a.txt"), "triggers of a job cut off at offset 65535"),
        (set(22, 4), Some("ftp.exe -s:c:\\a.txt"), "triggers of a job cut off at offset 4"),
        (set(triggers, 9000), Some("ftp.exe -s:c:\\a.txt"), "triggers of a job cut off at offset"),
        (bytes[..140].to_vec(), Some("ftp.exe"), "strings of a job cut off at offset 128"),
    ];
    for (bytes, line, told) in cases {
        let (events, notes) = events(&bytes, "x.job");
        let found = events[0].starts.as_ref().unwrap().command_line.as_deref();
        assert!(
            found.is_none() == line.is_none() && found.unwrap_or_default().ends_with(line.unwrap_or_default()),
            "{found:?}"
        );
        assert!(notes.iter().any(|note| note.starts_with(told)), "{told}: {notes:?}");
    }
}

#[test]
fn mutants_are_bounded() {
    let seeds = [
        task(
            "<CalendarTrigger><ScheduleByWeek><DaysOfWeek><Monday/></DaysOfWeek></ScheduleByWeek></CalendarTrigger>",
            EXEC,
        )
        .into_bytes(),
        marked(&task("<BootTrigger/>", EXEC)),
        job(0, JOB, &[trigger(3, 0, [5, 6, 7])]),
    ];
    let mut random = Random::new(0x9e37_79b9_7f4a_7c15);
    for round in 0..6000 {
        let mut bytes = seeds[round % seeds.len()].clone();
        for _ in 0..=random.number() % 3 {
            let at = random.number() as usize % bytes.len();
            bytes[at] = [b'<', b'&', 0xff, random.number() as u8][random.number() as usize % 4];
        }
        let (events, _) = events(&bytes, "x");
        let told = |event: &Event| event.starts.as_ref().is_some_and(|starts| starts.mechanism == "scheduled-task");
        assert!(events.len() <= 32 && events.iter().all(told));
    }
}
