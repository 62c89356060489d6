//! One row for each kind of record, old versions too.

use super::*;
use crate::artifact::event::{Direction, Process};

const SECURITY: &str = security::PROVIDER;
const SYSMON: &str = sysmon::PROVIDER;

fn record(provider: &str, event_id: u32, data: &[(&str, &str)]) -> LogRecord {
    let data = data.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    let time = crate::base::time::Timestamp::parse("2019-05-12T17:20:49.458Z");
    let (provider, channel, computer) = (provider.to_owned(), "Log/Operational".to_owned(), "PC.example".to_owned());
    LogRecord {
        provider,
        channel,
        event_id,
        computer,
        time,
        record_id: 42,
        process_id: Some(4321),
        data,
        ..LogRecord::default()
    }
}

/// Provider, number, data, and what the event says beyond its time, record and host, as JSON.
type Row = (&'static str, u32, &'static [(&'static str, &'static str)], &'static str);

const SUBJECT: [(&str, &str); 4] = [
    ("SubjectUserSid", "S-1-5-21-1-2-3-1001"),
    ("SubjectUserName", "kim"),
    ("SubjectDomainName", "CORP"),
    ("SubjectLogonId", "0x135f2"),
];

const ROWS: &[Row] = &[
    // Windows Vista and 7.
    (
        SECURITY,
        4688,
        &[
            SUBJECT[0],
            SUBJECT[1],
            SUBJECT[2],
            SUBJECT[3],
            ("NewProcessId", "0x958"),
            ("NewProcessName", r"C:\Windows\System32\ftp.exe"),
            ("TokenElevationType", "%%1938"),
            ("ProcessId", "0x1f4"),
        ],
        r#"{"source":"security-4688","action":"started","user":"CORP\\kim","process":{"executable":"C:\\Windows\\System32\\ftp.exe","pid":2392,"logon_id":"0x135f2","elevation":"limited","parent":{"pid":500}}}"#,
    ),
    // Windows 8.1, with the policy for command lines.
    (
        SECURITY,
        4688,
        &[
            SUBJECT[1],
            SUBJECT[2],
            SUBJECT[3],
            ("NewProcessId", "0x958"),
            ("NewProcessName", r"C:\Windows\System32\ftp.exe"),
            ("TokenElevationType", "%%1936"),
            ("ProcessId", "0x1f4"),
            ("CommandLine", "ftp -s:a.txt"),
        ],
        r#"{"source":"security-4688","action":"started","user":"CORP\\kim","process":{"executable":"C:\\Windows\\System32\\ftp.exe","command_line":"ftp -s:a.txt","pid":2392,"logon_id":"0x135f2","elevation":"default","parent":{"pid":500}}}"#,
    ),
    // Windows 10: run as another account.
    (
        SECURITY,
        4688,
        &[
            SUBJECT[1],
            SUBJECT[2],
            SUBJECT[3],
            ("NewProcessId", "0x958"),
            ("NewProcessName", r"C:\f.exe"),
            ("TokenElevationType", "%%1937"),
            ("ProcessId", "0x1f4"),
            ("CommandLine", ""),
            ("TargetUserSid", "S-1-5-21-1-2-3-500"),
            ("TargetUserName", "Administrator"),
            ("TargetDomainName", "CORP"),
            ("TargetLogonId", "0xabc"),
            ("ParentProcessName", r"C:\Windows\System32\cmd.exe"),
            ("MandatoryLabel", "S-1-16-12288"),
        ],
        r#"{"source":"security-4688","action":"started","user":"CORP\\Administrator","process":{"executable":"C:\\f.exe","pid":2392,"integrity_level":"high","logon_id":"0xabc","elevation":"full","parent":{"executable":"C:\\Windows\\System32\\cmd.exe","pid":500}}}"#,
    ),
    // Windows 10: no other account.
    (
        SECURITY,
        4688,
        &[
            SUBJECT[0],
            SUBJECT[1],
            SUBJECT[2],
            SUBJECT[3],
            ("NewProcessId", "0x958"),
            ("ProcessId", "0x1f4"),
            ("TargetUserSid", "S-1-0-0"),
            ("TargetUserName", "-"),
            ("TargetDomainName", "-"),
            ("TargetLogonId", "0x0"),
            ("MandatoryLabel", "S-1-16-8192"),
        ],
        r#"{"source":"security-4688","action":"started","user":"CORP\\kim","process":{"pid":2392,"integrity_level":"medium","logon_id":"0x135f2","parent":{"pid":500}}}"#,
    ),
    (
        SECURITY,
        4689,
        &[
            SUBJECT[1],
            SUBJECT[2],
            SUBJECT[3],
            ("Status", "0xc000013a"),
            ("ProcessId", "0x958"),
            ("ProcessName", r"C:\Windows\System32\ftp.exe"),
        ],
        r#"{"source":"security-4689","action":"ended","user":"CORP\\kim","process":{"executable":"C:\\Windows\\System32\\ftp.exe","pid":2392,"logon_id":"0x135f2","exit_code":3221225786}}"#,
    ),
    (
        SECURITY,
        4624,
        &[
            ("SubjectUserName", "PC$"),
            ("TargetUserSid", "S-1-5-21-1-2-3-1001"),
            ("TargetUserName", "kim"),
            ("TargetDomainName", "CORP"),
            ("TargetLogonId", "0x135f2"),
            ("LogonType", "10"),
            ("WorkstationName", "WS7"),
            ("ProcessId", "0x2a4"),
            ("ProcessName", r"C:\Windows\System32\winlogon.exe"),
            ("IpAddress", "192.0.2.9"),
            ("IpPort", "0"),
        ],
        r#"{"source":"security-4624","user":"CORP\\kim","process":{"executable":"C:\\Windows\\System32\\winlogon.exe","pid":676},"logon":{"id":"0x135f2","kind":10,"source":{"ip":"192.0.2.9","port":0,"domain":"WS7"}}}"#,
    ),
    (
        SECURITY,
        4698,
        &[SUBJECT[1], SUBJECT[2], ("TaskName", r"\nightly"), ("TaskContent", "<Task/>")],
        r#"{"source":"security-4698","action":"created","user":"CORP\\kim","starts":{"mechanism":"scheduled-task","name":"\\nightly"}}"#,
    ),
    (
        SECURITY,
        4699,
        &[("TaskName", r"\nightly"), ("TaskContent", "")],
        r#"{"source":"security-4699","action":"deleted","starts":{"mechanism":"scheduled-task","name":"\\nightly"}}"#,
    ),
    (
        SECURITY,
        4701,
        &[("TaskName", r"\nightly"), ("TaskContent", "<Task/>")],
        r#"{"source":"security-4701","action":"disabled","starts":{"mechanism":"scheduled-task","name":"\\nightly","disabled":true}}"#,
    ),
    (
        SECURITY,
        4702,
        &[("TaskName", r"\nightly"), ("TaskContentNew", "<Task/>"), ("ClientProcessId", "900")],
        r#"{"source":"security-4702","action":"changed","process":{"pid":900},"starts":{"mechanism":"scheduled-task","name":"\\nightly"}}"#,
    ),
    (
        SECURITY,
        4697,
        &[
            SUBJECT[1],
            SUBJECT[2],
            ("ServiceName", "up"),
            ("ServiceFileName", "cmd /c ftp -s:a"),
            ("ServiceAccount", "LocalSystem"),
        ],
        r#"{"source":"security-4697","action":"created","user":"CORP\\kim","starts":{"mechanism":"service","name":"up","command_line":"cmd /c ftp -s:a","run_as":"LocalSystem"}}"#,
    ),
    (
        SECURITY,
        5156,
        &[
            ("ProcessID", "2392"),
            ("Application", r"\device\harddiskvolume2\windows\system32\ftp.exe"),
            ("Direction", "%%14593"),
            ("SourceAddress", "192.0.2.5"),
            ("SourcePort", "50123"),
            ("DestAddress", "198.51.100.7"),
            ("DestPort", "21"),
            ("Protocol", "6"),
        ],
        r#"{"source":"security-5156","process":{"executable":"\\device\\harddiskvolume2\\windows\\system32\\ftp.exe","pid":2392},"network":{"direction":"outbound","protocol":"tcp","source":{"ip":"192.0.2.5","port":50123},"destination":{"ip":"198.51.100.7","port":21}}}"#,
    ),
    (
        SECURITY,
        5157,
        &[
            ("ProcessID", "2392"),
            ("Direction", "%%14592"),
            ("SourceAddress", "192.0.2.5"),
            ("SourcePort", "50124"),
            ("DestAddress", "198.51.100.7"),
            ("DestPort", "20"),
            ("Protocol", "6"),
        ],
        r#"{"source":"security-5157","action":"blocked","process":{"pid":2392},"network":{"direction":"inbound","protocol":"tcp","source":{"ip":"192.0.2.5","port":50124},"destination":{"ip":"198.51.100.7","port":20}}}"#,
    ),
    (
        SECURITY,
        5158,
        &[("ProcessId", "2392"), ("SourceAddress", "0.0.0.0"), ("SourcePort", "50124"), ("Protocol", "17")],
        r#"{"source":"security-5158","action":"bound","process":{"pid":2392},"network":{"protocol":"udp","source":{"ip":"0.0.0.0","port":50124}}}"#,
    ),
    (
        SECURITY,
        5154,
        &[("ProcessId", "2392"), ("SourceAddress", "::"), ("SourcePort", "50124"), ("Protocol", "6")],
        r#"{"source":"security-5154","action":"listening","process":{"pid":2392},"network":{"protocol":"tcp","source":{"ip":"::","port":50124}}}"#,
    ),
    (
        SECURITY,
        4719,
        &[
            SUBJECT[1],
            SUBJECT[2],
            ("SubcategoryGuid", "{0CCE922B-69AE-11D9-BED3-505054503030}"),
            ("AuditPolicyChanges", "%%8448"),
        ],
        r#"{"source":"security-4719","user":"CORP\\kim","log":{"channel":"Log/Operational","change":"audit-policy","detail":"{0CCE922B-69AE-11D9-BED3-505054503030} %%8448 success removed"}}"#,
    ),
    (
        SECURITY,
        4616,
        &[
            SUBJECT[1],
            SUBJECT[2],
            ("PreviousTime", "2019-05-12T17:00:00.1Z"),
            ("NewTime", "2018-05-12T17:00:00Z"),
            ("ProcessId", "0x10"),
            ("ProcessName", r"C:\a.exe"),
        ],
        r#"{"source":"security-4616","user":"CORP\\kim","process":{"executable":"C:\\a.exe","pid":16},"clock":{"from":"2019-05-12T17:00:00.1Z","to":"2018-05-12T17:00:00Z"}}"#,
    ),
    (
        EVENT_LOG,
        1102,
        &[SUBJECT[0], SUBJECT[1], SUBJECT[2]],
        r#"{"source":"security-1102","user":"CORP\\kim","log":{"channel":"Log/Operational","change":"cleared"}}"#,
    ),
    (
        EVENT_LOG,
        104,
        &[SUBJECT[1], SUBJECT[2], ("Channel", "Windows PowerShell"), ("BackupPath", "")],
        r#"{"source":"system-104","user":"CORP\\kim","log":{"channel":"Windows PowerShell","change":"cleared"}}"#,
    ),
    // Sysmon 4.1, whose events have no OriginalFileName.
    (
        SYSMON,
        1,
        &[
            ("UtcTime", "2019-05-12 17:20:49.261"),
            ("ProcessGuid", "{365abb72-55f1-5cd8-0000-0010781c3300}"),
            ("ProcessId", "2392"),
            ("Image", r"C:\Windows\System32\cmd.exe"),
            ("Description", "Windows Command Processor"),
            ("Company", "?"),
            ("CommandLine", "cmd /C calc"),
            ("CurrentDirectory", r"C:\a\"),
            ("User", r"PC\kim"),
            ("LogonId", "0x135f2"),
            ("IntegrityLevel", "Medium"),
            ("Hashes", "MD5=AD7B9C14083B52BC532FBA5948342B98"),
            ("ParentProcessGuid", "{365ABB72-55F1-5CD8-0000-00108A153300}"),
            ("ParentProcessId", "3668"),
            ("ParentImage", r"C:\Windows\System32\ftp.exe"),
            ("ParentCommandLine", "ftp -s:a.txt"),
        ],
        r#"{"time":"2019-05-12T17:20:49.261Z","source":"sysmon-1","action":"started","user":"PC\\kim","process":{"executable":"C:\\Windows\\System32\\cmd.exe","command_line":"cmd /C calc","pid":2392,"guid":"{365ABB72-55F1-5CD8-0000-0010781C3300}","integrity_level":"medium","working_directory":"C:\\a\\","description":"Windows Command Processor","hashes":{"md5":"ad7b9c14083b52bc532fba5948342b98"},"logon_id":"0x135f2","parent":{"executable":"C:\\Windows\\System32\\ftp.exe","command_line":"ftp -s:a.txt","pid":3668,"guid":"{365ABB72-55F1-5CD8-0000-00108A153300}"}}}"#,
    ),
    (
        SYSMON,
        1,
        &[
            ("UtcTime", "2024-05-12 17:20:49.261"),
            ("ProcessId", "1"),
            ("Image", r"C:\x.exe"),
            ("OriginalFileName", "ftp.exe"),
            ("ParentProcessId", "2"),
            ("ParentUser", r"NT AUTHORITY\SYSTEM"),
        ],
        r#"{"time":"2024-05-12T17:20:49.261Z","source":"sysmon-1","action":"started","process":{"executable":"C:\\x.exe","pid":1,"original_file_name":"ftp.exe","parent":{"pid":2,"user":"NT AUTHORITY\\SYSTEM"}}}"#,
    ),
    (
        SYSMON,
        3,
        &[
            ("UtcTime", "2024-05-12 17:20:49.261"),
            ("ProcessId", "1"),
            ("Protocol", "tcp"),
            ("Initiated", "false"),
            ("SourceIsIpv6", "false"),
            ("SourceIp", "192.0.2.5"),
            ("SourceHostname", "-"),
            ("SourcePort", "50124"),
            ("DestinationIp", "198.51.100.7"),
            ("DestinationHostname", "ftp.example"),
            ("DestinationPort", "20"),
            ("DestinationPortName", "ftp-data"),
        ],
        r#"{"time":"2024-05-12T17:20:49.261Z","source":"sysmon-3","process":{"pid":1},"network":{"direction":"inbound","protocol":"tcp","source":{"ip":"192.0.2.5","port":50124},"destination":{"ip":"198.51.100.7","port":20,"domain":"ftp.example"}}}"#,
    ),
    (
        SYSMON,
        4,
        &[("State", "Stopped"), ("Version", "15.0")],
        r#"{"source":"sysmon-4","log":{"channel":"Log/Operational","change":"stopped","detail":"15.0"}}"#,
    ),
    (
        SYSMON,
        5,
        &[("ProcessId", "1"), ("Image", "a")],
        r#"{"source":"sysmon-5","action":"ended","process":{"executable":"a","pid":1}}"#,
    ),
    (
        SYSMON,
        7,
        &[
            ("ProcessId", "1"),
            ("ImageLoaded", r"C:\a.dll"),
            ("Signed", "true"),
            ("Signature", "Some One"),
            ("SignatureStatus", "Valid"),
        ],
        r#"{"source":"sysmon-7","action":"loaded","process":{"pid":1},"file":{"path":"C:\\a.dll","signer":"Some One","signature_status":"Valid"}}"#,
    ),
    (
        SYSMON,
        11,
        &[("ProcessId", "1"), ("TargetFilename", r"C:\a.exe"), ("CreationUtcTime", "2024-05-12 17:20:48.000")],
        r#"{"source":"sysmon-11","action":"created","process":{"pid":1},"file":{"path":"C:\\a.exe","created":"2024-05-12T17:20:48Z"}}"#,
    ),
    (
        SYSMON,
        12,
        &[("EventType", "CreateKey"), ("TargetObject", r"HKLM\Software\a")],
        r#"{"source":"sysmon-12","action":"created","registry":{"key":"HKLM\\Software\\a","value":""}}"#,
    ),
    (
        SYSMON,
        13,
        &[
            ("EventType", "SetValue"),
            ("TargetObject", r"HKU\S-1-5-21\Software\Microsoft\Windows\CurrentVersion\Run\up"),
            ("Details", "ftp -s:a"),
        ],
        r#"{"source":"sysmon-13","action":"set","registry":{"key":"HKU\\S-1-5-21\\Software\\Microsoft\\Windows\\CurrentVersion\\Run","value":"up","data":"ftp -s:a"}}"#,
    ),
    (
        SYSMON,
        14,
        &[("EventType", "RenameValue"), ("TargetObject", r"HKLM\a\b"), ("NewName", r"HKLM\a\c")],
        r#"{"source":"sysmon-14","action":"renamed","registry":{"key":"HKLM\\a","value":"b","data":"HKLM\\a\\c"}}"#,
    ),
    (
        SYSMON,
        15,
        &[
            ("TargetFilename", r"C:\a.exe:Zone.Identifier"),
            ("Hash", "Unknown"),
            ("Contents", "[ZoneTransfer]  ZoneId=3"),
        ],
        r#"{"source":"sysmon-15","action":"created","file":{"path":"C:\\a.exe:Zone.Identifier","contents":"[ZoneTransfer]  ZoneId=3"}}"#,
    ),
    (
        SYSMON,
        16,
        &[("Configuration", "c.xml")],
        r#"{"source":"sysmon-16","log":{"channel":"Log/Operational","change":"configuration","detail":"c.xml"}}"#,
    ),
    (
        SYSMON,
        20,
        &[("Operation", "Created"), ("Name", " \"up\""), ("Type", "Command Line"), ("Destination", "ftp -s:a")],
        r#"{"source":"sysmon-20","action":"created","starts":{"mechanism":"wmi-consumer","name":"up","command_line":"ftp -s:a"}}"#,
    ),
    (
        SYSMON,
        22,
        &[
            ("QueryName", "ftp.example"),
            ("QueryStatus", "0"),
            ("QueryResults", "type:  5 www.example;::ffff:198.51.100.7;2001:db8::1;"),
            ("Image", "a"),
        ],
        r#"{"source":"sysmon-22","process":{"executable":"a"},"dns":{"question":"ftp.example","answers":["www.example","198.51.100.7","2001:db8::1"],"status":0}}"#,
    ),
    (SYSMON, 23, &[("TargetFilename", "a")], r#"{"source":"sysmon-23","action":"deleted","file":{"path":"a"}}"#),
    (SYSMON, 26, &[("TargetFilename", "a")], r#"{"source":"sysmon-26","action":"deleted","file":{"path":"a"}}"#),
    (SYSMON, 27, &[("TargetFilename", "a")], r#"{"source":"sysmon-27","action":"blocked","file":{"path":"a"}}"#),
    (SYSMON, 29, &[("TargetFilename", "a")], r#"{"source":"sysmon-29","action":"created","file":{"path":"a"}}"#),
    (
        SYSMON,
        255,
        &[("ID", "QUEUE"), ("Description", "Events dropped")],
        r#"{"source":"sysmon-255","log":{"channel":"Log/Operational","change":"events-lost","detail":"QUEUE Events dropped"}}"#,
    ),
    (
        powershell::MANIFEST,
        4104,
        &[
            ("MessageNumber", "2"),
            ("MessageTotal", "3"),
            ("ScriptBlockText", "ftp -s:a"),
            ("ScriptBlockId", "AB-cd"),
            ("Path", ""),
        ],
        r#"{"source":"powershell-4104","process":{"pid":4321},"script_block":{"id":"ab-cd","parts":[1,3],"text":"ftp -s:a"}}"#,
    ),
    (
        powershell::CORE,
        4103,
        &[
            (
                "ContextInfo",
                "        Severity = Informational\r\n        Host Application = pwsh -c x=1\r\n        Script Name = C:\\a.ps1\r\n        User = CORP\\kim\r\n",
            ),
            ("Payload", "CommandInvocation(Get-Item)"),
        ],
        r#"{"source":"powershell-4103","user":"CORP\\kim","process":{"command_line":"pwsh -c x=1","pid":4321},"script_block":{"id":"","path":"C:\\a.ps1","parts":[1,1],"text":"CommandInvocation(Get-Item)"}}"#,
    ),
    (
        powershell::CLASSIC,
        400,
        &[
            ("", "Available"),
            ("", "None"),
            ("", "\tNewEngineState=Available\r\n\tHostApplication=powershell -c ftp\r\n"),
        ],
        r#"{"source":"powershell-400","action":"started","process":{"command_line":"powershell -c ftp","pid":4321}}"#,
    ),
    (
        powershell::CLASSIC,
        800,
        &[("", "ftp -s:a"), ("", "\tUserId=CORP\\kim\r\n\tHostApplication=powershell\r\n"), ("", "details")],
        r#"{"source":"powershell-800","user":"CORP\\kim","process":{"command_line":"powershell","pid":4321},"script_block":{"id":"","parts":[1,1],"text":"ftp -s:a"}}"#,
    ),
    (
        "Microsoft-Windows-TaskScheduler",
        106,
        &[("TaskName", r"\nightly"), ("UserContext", r"CORP\kim")],
        r#"{"source":"task-scheduler-106","action":"created","user":"CORP\\kim","starts":{"mechanism":"scheduled-task","name":"\\nightly"}}"#,
    ),
    (
        "Microsoft-Windows-TaskScheduler",
        129,
        &[("TaskName", r"\nightly"), ("Path", "ftp"), ("ProcessID", "99")],
        r#"{"source":"task-scheduler-129","action":"started","process":{"executable":"ftp","pid":99},"starts":{"mechanism":"scheduled-task","name":"\\nightly"}}"#,
    ),
    (
        "Microsoft-Windows-TaskScheduler",
        201,
        &[("TaskName", r"\nightly"), ("ActionName", "ftp"), ("ResultCode", "1")],
        r#"{"source":"task-scheduler-201","action":"ended","process":{"executable":"ftp","exit_code":1},"starts":{"mechanism":"scheduled-task","name":"\\nightly"}}"#,
    ),
    (
        "Service Control Manager",
        7045,
        &[
            ("ServiceName", "up"),
            ("ImagePath", "cmd /c ftp"),
            ("ServiceType", "user mode service"),
            ("StartType", "auto start"),
            ("AccountName", "LocalSystem"),
        ],
        r#"{"source":"system-7045","action":"created","starts":{"mechanism":"service","name":"up","command_line":"cmd /c ftp","run_as":"LocalSystem"}}"#,
    ),
    (
        "Microsoft-Windows-Bits-Client",
        59,
        &[("name", "job"), ("url", "ftp://u:p@198.51.100.7:2121/a")],
        r#"{"source":"bits-client-59","action":"started","network":{"protocol":"tcp","destination":{"ip":"198.51.100.7","port":2121},"url":"ftp://u:p@198.51.100.7:2121/a"}}"#,
    ),
    (
        "Microsoft-Windows-Kernel-General",
        1,
        &[("NewTime", "2018-05-12T17:00:00Z"), ("OldTime", "2019-05-12T17:00:00Z")],
        r#"{"source":"system-1","clock":{"from":"2019-05-12T17:00:00Z","to":"2018-05-12T17:00:00Z"}}"#,
    ),
    (
        "EventLog",
        6008,
        &[],
        r#"{"source":"system-6008","log":{"channel":"Log/Operational","change":"ended-without-shutdown"}}"#,
    ),
];

#[test]
fn each_record_says_what_its_schema_says() {
    for (provider, id, data, expected) in ROWS {
        assert!(wanted(provider, *id), "{provider} {id}");
        let event = event_of(&record(provider, *id, data)).unwrap_or_else(|| panic!("{provider} {id} says nothing"));
        let mut said = serde_json::to_value(&event).unwrap();
        let mut expected: serde_json::Value = serde_json::from_str(expected).unwrap();
        for (name, value) in [("time", "2019-05-12T17:20:49.458Z"), ("host", "PC.example")] {
            let expected = expected.as_object_mut().unwrap();
            expected.entry(name).or_insert_with(|| value.into());
        }
        expected["record"] = 42.into();
        said.sort_all_objects();
        expected.sort_all_objects();
        assert_eq!(said, expected, "{provider} {id}");
    }
}

#[test]
fn nothing_is_made_of_nothing() {
    let cases: &[(&str, u32, &[(&str, &str)])] = &[
        (SYSMON, 2, &[]),
        (SYSMON, 11, &[("Image", "a")]),
        (SYSMON, 7, &[("ImageLoaded", "a"), ("Signature", "Microsoft Windows"), ("SignatureStatus", "Valid")]),
        (SYSMON, 22, &[]),
        (SECURITY, 4624, &[("TargetLogonId", "0x0")]),
        (SECURITY, 4698, &[]),
        ("Microsoft-Windows-Bits-Client", 59, &[("url", "https://www.example/a")]),
        ("Microsoft-Windows-Bits-Client", 59, &[("url", "ftp:")]),
        ("Other", 4688, &[]),
    ];
    for (provider, id, data) in cases {
        assert_eq!(event_of(&record(provider, *id, data)), None, "{provider} {id}");
    }
}

#[test]
fn what_is_for_other_readers_is_kept() {
    let event = event_of(&record(SECURITY, 4698, &[("TaskName", "a"), ("TaskContent", "<Task/>")])).unwrap();
    assert_eq!(event.starts.unwrap().definition.as_deref(), Some("<Task/>"));
    let recovered = LogRecord { recovered: true, ..record(SYSMON, 5, &[]) };
    assert!(event_of(&recovered).unwrap().recovered);
    let block = record(powershell::MANIFEST, 4104, &[("MessageNumber", "2"), ("MessageTotal", "3")]);
    assert_eq!(event_of(&block).unwrap().script_block.unwrap().number, 2);
}

#[test]
fn numbers_that_are_none_are_absent() {
    let data = [("NewProcessId", "0xzz"), ("ProcessId", "é"), ("MandatoryLabel", "-"), ("TokenElevationType", "?")];
    let event = event_of(&record(SECURITY, 4688, &data)).unwrap();
    assert_eq!(event.process, Some(Process { elevation: Some("?".to_owned()), ..Process::default() }));
    let data = [("Initiated", "true"), ("DestinationPort", "70000"), ("SourcePort", "x")];
    let network = event_of(&record(SYSMON, 3, &data)).unwrap().network.unwrap();
    assert_eq!((network.direction, network.source, network.destination), (Some(Direction::Outbound), None, None));
}
