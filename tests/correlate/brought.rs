//! What a client brought, by the word of the records alone, and whether what was started can be what came.

use super::scene::{CMD, PAYLOAD, Scene, at, states};
use crate::judgement::{record, sysmon};
use crate::support::case;
use ftpsift::base::time::Timestamp;
use ftpsift::case::Case;
use ftpsift::finding::allow::AllowList;
use ftpsift::finding::judge::judge;
use ftpsift::finding::{Finding, Severity};
use ftpsift::script::session::Scheme;
use std::collections::BTreeSet;

const MADE: &str = "C:\\Users\\kim\\evil.exe";

/// Sysmon's word of a client that made a file, and nothing of what became of it.
fn client() -> String {
    let own = [("ProcessGuid", "{365ABB72-55F1-5CD8-0000-000000000002}"), ("Image", "C:\\Windows\\System32\\ftp.exe")];
    let start = [own.as_slice(), &[("CommandLine", "ftp 45.33.1.2"), ("User", "PC1\\kim")]].concat();
    let made = [own.as_slice(), &[("TargetFilename", MADE)]].concat();
    sysmon(1, "2024-05-12 10:00:00.000", &start) + &sysmon(11, "2024-05-12 10:00:05.000", &made)
}

/// What other logs tell of that file: Security its start, Sysmon of another day its key and its deletion.
fn fate() -> String {
    let start = serde_json::json!({
        "SubjectUserName": "kim", "NewProcessId": "0x65", "NewProcessName": MADE, "ProcessId": "0x5a",
    });
    let set = [
        ("EventType", "SetValue"),
        ("Image", "C:\\Windows\\regedit.exe"),
        ("TargetObject", "HKU\\S-1-5-21-1-2-3-1001\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\a"),
        ("Details", MADE),
    ];
    let deleted = [("Image", CMD), ("TargetFilename", MADE)];
    record("Microsoft-Windows-Security-Auditing", "Security", 4688, "2024-05-12 10:01:00.000", &start)
        + &sysmon(13, "2024-05-12 10:02:00.000", &set)
        + &sysmon(23, "2024-05-12 10:03:00.000", &deleted)
}

#[test]
fn what_a_client_made_is_looked_for_whatever_the_order_of_the_logs() {
    let expected: BTreeSet<String> = ["deleted", "executed", "persisted", "seen"].map(str::to_owned).into();
    let orders = [("a.jsonl", "b.jsonl"), ("b.jsonl", "a.jsonl")];
    let rules = |case: &Case| -> Vec<String> { case.findings.iter().map(|finding| finding.rule.clone()).collect() };
    let cases = orders.map(|(first, second)| case([(first, client()), (second, fate())]));
    for case in &cases {
        assert_eq!(states(case, "evil.exe"), expected, "{:#?}", case.claims);
        for id in case.findings.iter().flat_map(|finding| &finding.evidence_refs) {
            assert!(serde_json::to_string(case).unwrap().contains(&format!("\"id\":\"{id}\"")), "{id}");
        }
    }
    assert_eq!(rules(&cases[0]), rules(&cases[1]));
    assert_eq!(rules(&cases[0]), ["payload.executed", "payload.persisted", "run.download"]);
}

#[test]
fn what_only_records_name_is_allowed_by_its_path_and_its_account() {
    let case = case([("a.jsonl", client()), ("b.jsonl", fate())]);
    let allowed = |entry: &str| -> Vec<String> {
        let list = format!("[[allow]]\n{entry}\nreason = 'known'\n");
        let list = AllowList::parse(&list, "allow.toml", case.scan.started).unwrap();
        let marked = judge(&case, &list).into_iter().filter(|finding| finding.allowed_by.is_some());
        marked.map(|finding| finding.rule).collect()
    };
    let files = ["payload.executed", "payload.persisted"];
    assert_eq!(allowed("path = 'C:\\Users\\kim\\*'"), files);
    assert_eq!(allowed("user = 'kim'"), ["payload.executed", "payload.persisted", "run.download"]);
    assert!(allowed("user = 'eve'").is_empty());
}

#[test]
fn a_start_before_all_that_dates_the_transfer_is_no_start_of_what_came() {
    const DAY: i64 = 86_400;
    let high = Some(Severity::High);
    let medium = Some(Severity::Medium);
    // When the script was made, when the file was made, when it was started; whether and how that is told.
    let cases: [(&str, Option<i64>, Option<i64>, i64, Option<Severity>, &str); 7] = [
        ("after the script", Some(0), None, 100, high, ""),
        ("long before the script", Some(10 * DAY), None, 100, None, "before all that dates the transfer"),
        ("before the script and the file", Some(10 * DAY), Some(10 * DAY), 100, None, "the file there was made at"),
        ("before the script, after the file", Some(10 * DAY), Some(50), 100, medium, "came before is not shown"),
        ("within what a zone of time is", Some(3600), None, 100, medium, "came before is not shown"),
        ("before the file, and no time of the script", None, Some(10 * DAY), 100, None, "made at"),
        ("nothing is dated", None, None, 100, medium, "nothing dates the transfer"),
    ];
    for (about, script, file, started, severity, note) in cases {
        let mut scene = Scene::new();
        scene.script("ftp.example", Scheme::Ftp, &["nc.exe"], &[]).start(started, 60, PAYLOAD, "nc.exe", (5, CMD));
        let time = |seconds: Option<i64>| -> Option<Timestamp> { seconds.and_then(at) };
        scene.case.scripts[0].times.modified = time(script);
        scene.case.payloads[0].times.created = time(file);
        let case = scene.run();
        let findings = judge(&case, &AllowList::default());
        let executed: Vec<&Finding> = findings.iter().filter(|finding| finding.rule == "payload.executed").collect();
        assert_eq!(executed.first().map(|finding| finding.severity), severity, "{about}");
        assert_eq!(states(&case, "nc.exe").contains("executed"), severity.is_some(), "{about}");
        let told = case.claims[0].executions[0].note.clone().unwrap_or_default();
        assert!(told.contains(note) && told.is_empty() == note.is_empty(), "{about}: {told}");
        let noted = case.claims[0].notes.iter().any(|told| !note.is_empty() && told.contains(note));
        assert_eq!(noted, !note.is_empty(), "{about}: {:?}", case.claims[0].notes);
        if severity == medium {
            assert!(executed[0].explanation.contains("no time shows"), "{about}: {}", executed[0].explanation);
        }
    }
}

#[test]
fn a_run_whose_command_line_was_not_recorded_is_called_by_its_program() {
    let word = "C:\\Program Files\\Office\\WINWORD.EXE";
    let start = serde_json::json!({
        "NewProcessId": "0x64", "NewProcessName": "C:\\Windows\\System32\\ftp.exe", "ProcessId": "0x5a",
        "ParentProcessName": word,
    });
    let log = record("Microsoft-Windows-Security-Auditing", "Security", 4688, "2024-05-12 10:00:00.000", &start);
    let case = case([("a.jsonl", log)]);
    let told: Vec<&str> = case.findings.iter().map(|finding| finding.explanation.as_str()).collect();
    assert_eq!(told, [format!("C:\\Windows\\System32\\ftp.exe was started below an office program: {word}.")]);
}
