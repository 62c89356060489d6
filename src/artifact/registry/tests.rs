//! Hives made for each subject, and the events that come of them.

use super::audit_policy::tests::policy;
use super::task_actions::tests::written as actions;
use super::*;
use crate::base::hive::writer::{Node, utf16, write};
use crate::base::random::Random;
use std::fmt::Write as _;

/// 2020-01-01 and one minute later.
const NEW_YEAR: u64 = 132_223_104_000_000_000;
const LATER: u64 = NEW_YEAR + 600_000_000;

fn read_all(root: &Node) -> (HiveKind, Vec<Event>, HostFacts, Vec<String>) {
    let bytes = write(root);
    let hive = Hive::open(&bytes).unwrap();
    let kind = HiveKind::of(&hive);
    let (mut events, mut notes) = (Vec::new(), Vec::new());
    let facts = read(kind, &hive, &Limits::default(), &mut |event| events.push(event), &mut |cause| {
        notes.push(cause.to_string());
    });
    (kind, events, facts, notes)
}

/// What starts, in one line each.
fn started(events: &[Event]) -> Vec<String> {
    let starts = events.iter().filter_map(|event| event.starts.as_ref());
    starts
        .map(|starts| {
            let mut line = format!("{} {}:", starts.mechanism, starts.name);
            let parts = [&starts.command_line, &starts.library, &starts.working_directory, &starts.run_as];
            for part in parts.into_iter().flatten() {
                write!(line, " [{part}]").unwrap();
            }
            for (is, word) in [(starts.hidden, " hidden"), (starts.disabled, " disabled")] {
                line.push_str(if is { word } else { "" });
            }
            line + &starts.triggers.iter().map(|trigger| format!(", {trigger}")).collect::<String>()
        })
        .collect()
}

fn software() -> Node {
    let mut root = Node::root();
    root.written(NEW_YEAR);
    let current = "Microsoft\\Windows\\CurrentVersion";
    let nt = "Microsoft\\Windows NT\\CurrentVersion";
    root.at(&format!("{current}\\Run"))
        .text("Updater", "cmd /c ftp -s:C:\\a.txt")
        .text("Off", "off.exe")
        .number("n", 1);
    root.at(&format!("{current}\\Explorer\\StartupApproved\\Run")).binary("OFF", &[3, 0, 0, 0]).binary("Updater", &[2]);
    root.at(&format!("Wow6432Node\\{current}\\RunOnce")).text("x", "x.exe");
    root.at(&format!("{current}\\RunOnceEx\\001")).text("", "Title").text("1", "||y.exe /q").text("Title", "no");
    root.at(&format!("{current}\\Policies\\Explorer\\Run")).text("p", "p.exe");
    root.at(&format!("{nt}\\Winlogon")).text("Shell", "explorer.exe, evil.exe").text("Userinit", "").text("Other", "o");
    root.at(&format!("{nt}\\Winlogon\\Notify\\pkg")).text("DLLName", "n.dll");
    root.at(&format!("{nt}\\Windows"))
        .text("AppInit_DLLs", "a.dll")
        .number("LoadAppInit_DLLs", 0)
        .text("Load", "l.exe");
    root.at(&format!("{nt}\\Image File Execution Options\\sethc.exe")).text("Debugger", "cmd.exe");
    root.at(&format!("{nt}\\Image File Execution Options\\b.exe\\0")).text("Debugger", "d.exe");
    root.at(&format!("{nt}\\SilentProcessExit\\c.exe")).text("MonitorProcess", "m.exe");
    root.at("Microsoft\\Active Setup\\Installed Components\\{1}").text("StubPath", "stub.exe");
    root.at("Microsoft\\Command Processor").text("AutoRun", "auto.bat");
    root
}

#[test]
fn all_that_starts_is_found() {
    let (kind, events, _, notes) = read_all(&software());
    assert_eq!((kind, notes.as_slice()), (HiveKind::Software, &[][..]));
    assert_eq!(
        started(&events),
        [
            "run-key Updater: [cmd /c ftp -s:C:\\a.txt], at logon",
            "run-key Off: [off.exe] disabled, at logon",
            "run-key x: [x.exe], at logon",
            "run-key p: [p.exe], at logon",
            "run-key 1: [y.exe /q], at logon",
            "run-key Load: [l.exe]",
            "winlogon Shell: [explorer.exe, evil.exe], at logon",
            "appinit-dlls AppInit_DLLs: [a.dll] disabled, in each program that loads user32.dll",
            "command-processor AutoRun: [auto.bat], as cmd.exe starts",
            "winlogon pkg: [n.dll], at logon",
            "active-setup {1}: [stub.exe], at the first logon of each user",
            "image-file-execution-options sethc.exe: [cmd.exe], instead of sethc.exe",
            "image-file-execution-options b.exe: [d.exe], instead of b.exe",
            "silent-process-exit c.exe: [m.exe], at the end of c.exe",
        ]
    );
    let first = &events[0];
    assert_eq!(first.time.unwrap().to_string(), "2020-01-01T00:00:00Z");
    assert_eq!(first.time_quality.as_deref(), Some("last write of the key"));
    let registry = first.registry.clone().unwrap();
    assert_eq!(registry.key, "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run");
    assert_eq!((registry.value.as_str(), registry.data.as_deref()), ("Updater", Some("cmd /c ftp -s:C:\\a.txt")));
}

#[test]
fn tasks_are_read_from_the_cache_and_hidden_ones_are_told() {
    let mut root = software();
    let cache = "Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache";
    let mut info = vec![3, 0, 0, 0];
    info.extend(NEW_YEAR.to_le_bytes());
    info.extend(LATER.to_le_bytes());
    info.resize(28, 0);
    let mut off = vec![0u8; 64];
    off[0] = 0x17;
    let exec = [["C:\\My Tools\\a.exe", "-s:b", "C:\\w"]];
    for (path, id, index, sd, triggers) in
        [("Plain", "{1}", 2, true, None), ("Folder\\NoSd", "{2}", 3, false, None), ("Zero", "{3}", 0, true, Some(&off))]
    {
        let tree = root.at(&format!("{cache}\\Tree\\{path}")).text("Id", id).number("Index", index);
        if sd {
            tree.binary("SD", &[1]);
        }
        let task = root.at(&format!("{cache}\\Tasks\\{id}")).text("Author", "bob").binary("DynamicInfo", &info);
        task.binary("Actions", &actions(3, &exec));
        if let Some(triggers) = triggers {
            task.binary("Triggers", triggers);
        }
    }
    root.at(&format!("{cache}\\Tasks\\{{4}}")).text("Path", "\\Gone").binary("Actions", &[9, 9]);
    let (_, events, _, _) = read_all(&root);
    let tasks: Vec<Event> = events.into_iter().filter(|event| event.source == "scheduled-task").collect();
    assert_eq!(
        started(&tasks),
        [
            "scheduled-task \\Plain: [\"C:\\My Tools\\a.exe\" -s:b] [C:\\w] [Author], at logon",
            "scheduled-task \\Folder\\NoSd: [\"C:\\My Tools\\a.exe\" -s:b] [C:\\w] [Author] hidden",
            "scheduled-task \\Zero: [\"C:\\My Tools\\a.exe\" -s:b] [C:\\w] [Author] hidden disabled",
            "scheduled-task \\Gone: hidden",
        ]
    );
    assert_eq!(tasks[0].time_quality.as_deref(), Some("registration of the task"));
    assert_eq!(tasks[0].runs.as_ref().unwrap().last[0].to_string(), "2020-01-01T00:01:00Z");
    assert_eq!(tasks[3].time_quality.as_deref(), Some("last write of the key"));
}

fn system() -> Node {
    let mut root = Node::root();
    root.written(NEW_YEAR);
    root.at("Select").number("Current", 2);
    root.at("ControlSet001\\Services\\Old").number("Type", 0x10).text("ImagePath", "old.exe");
    let services = "ControlSet002\\Services";
    root.at(&format!("{services}\\Own"))
        .number("Type", 0x110)
        .number("Start", 2)
        .text("ImagePath", "own.exe")
        .text("ObjectName", "LocalSystem")
        .text("FailureCommand", "fail.exe");
    root.at(&format!("{services}\\Shared")).number("Type", 0x20).number("Start", 4).text("ImagePath", "svchost -k x");
    root.at(&format!("{services}\\Shared\\Parameters")).text("ServiceDll", "s.dll");
    root.at(&format!("{services}\\Driver")).number("Type", 1).text("ImagePath", "d.sys");
    root.at(&format!("{services}\\Quiet\\Parameters")).number("HashingAlgorithm", 1).number("Options", 1);
    root.at(&format!("{services}\\EventLog")).number("Start", 4);
    let mut ran = NEW_YEAR.to_le_bytes().to_vec();
    ran.resize(24, 0);
    root.at(&format!("{services}\\bam\\State\\UserSettings\\S-1-5-21-1"))
        .binary("\\Device\\HarddiskVolume3\\Windows\\System32\\ftp.exe", &ran)
        .number("Version", 1)
        .binary("short", &[1]);
    let manager = "ControlSet002\\Control\\Session Manager";
    root.at(manager).texts("BootExecute", &["autocheck autochk *", "evil"]);
    root.at(&format!("{manager}\\AppCertDlls")).text("d", "c.dll");
    root.at(&format!("{manager}\\Memory Management\\PrefetchParameters")).number("EnablePrefetcher", 0);
    root.at("ControlSet002\\Control\\ComputerName\\ComputerName").text("ComputerName", "PC1");
    root.at("ControlSet002\\Control\\TimeZoneInformation").number("ActiveTimeBias", 0u32.wrapping_sub(60));
    root.at("ControlSet002\\Control\\Windows").binary("ShutdownTime", &LATER.to_le_bytes());
    root.at("ControlSet002\\Control\\FileSystem").number("NtfsDisableLastAccessUpdate", 0x8000_0002);
    root
}

#[test]
fn the_control_set_in_use_tells_services_runs_and_policies() {
    let (kind, events, facts, notes) = read_all(&system());
    assert_eq!((kind, notes.as_slice()), (HiveKind::System, &[][..]));
    assert_eq!(
        started(&events),
        [
            "service Own: [own.exe] [LocalSystem], at start-up",
            "service Own: [fail.exe] [LocalSystem], when the service fails",
            "service Shared: [svchost -k x] [s.dll] disabled",
            "boot-execute BootExecute: [autocheck autochk *], at boot",
            "boot-execute BootExecute: [evil], at boot",
            "appcert-dlls d: [c.dll], in each program that starts another",
        ]
    );
    let bam: Vec<&Event> = events.iter().filter(|event| event.source == "bam").collect();
    assert_eq!(bam.len(), 1);
    assert_eq!(bam[0].user.as_deref(), Some("S-1-5-21-1"));
    assert_eq!(
        (bam[0].time.unwrap().to_string().as_str(), bam[0].time_quality.as_deref()),
        ("2020-01-01T00:00:00Z", None)
    );
    let executable = bam[0].process.as_ref().unwrap().executable.as_deref();
    assert_eq!(executable, Some("\\Device\\HarddiskVolume3\\Windows\\System32\\ftp.exe"));
    assert_eq!(
        serde_json::to_value(&facts).unwrap(),
        serde_json::json!({
            "computer_name": "PC1", "last_shutdown": "2020-01-01T00:01:00Z", "bias_minutes": -60, "prefetch": false,
            "last_access": true, "event_log": false, "sysmon": "Quiet"
        })
    );
}

#[test]
fn policies_of_the_host_are_told() {
    let mut root = software();
    let nt = "Microsoft\\Windows NT\\CurrentVersion";
    root.at(nt).text("ProductName", "Windows Server 2019").text("CurrentBuildNumber", "17763").number("UBR", 7);
    root.at(nt).number("InstallDate", 1_577_836_800).text("InstallationType", "Server Core");
    root.at("Microsoft\\Windows\\CurrentVersion\\Policies\\System\\Audit")
        .number("ProcessCreationIncludeCmdLine_Enabled", 1);
    root.at("Policies\\Microsoft\\Windows\\PowerShell\\ScriptBlockLogging").number("EnableScriptBlockLogging", 1);
    let channel = "Microsoft\\Windows\\CurrentVersion\\WINEVT\\Channels\\Microsoft-Windows-TaskScheduler/Operational";
    root.at(channel).number("Enabled", 0);
    root.at(&format!("{nt}\\ProfileList\\S-1-5-21-1")).text("ProfileImagePath", "C:\\Users\\bob");
    let mut security = Node::root();
    security.at("Policy\\PolAdtEv").binary("", &policy(&[33]));
    let (_, _, mut facts, _) = read_all(&root);
    facts.add(read_all(&system()).2);
    facts.add(read_all(&security).2);
    assert_eq!(
        serde_json::to_value(&facts).unwrap(),
        serde_json::json!({
            "computer_name": "PC1", "product": "Windows Server 2019", "build": "17763.7", "is_server": true,
            "installed": "2020-01-01T00:00:00Z", "last_shutdown": "2020-01-01T00:01:00Z", "bias_minutes": -60,
            "command_lines_logged": true, "script_blocks_logged": true, "transcripts": false, "prefetch": false,
            "last_access": true, "event_log": false, "sysmon": "Quiet",
            "channels": {"Microsoft-Windows-TaskScheduler/Operational": false},
            "audited": {
                "Other Object Access Events": false, "Filtering Platform Connection": false, "Process Creation": true,
                "Process Termination": false
            },
            "profiles": {"S-1-5-21-1": "C:\\Users\\bob"}
        })
    );
    // What no hive says is no fact; what is not set in a hive that is there is off.
    let mut root = software();
    root.at("Microsoft\\Windows\\CurrentVersion\\Policies\\System").number("EnableLUA", 1);
    let (_, _, unset, _) = read_all(&root);
    assert_eq!((unset.command_lines_logged, unset.script_blocks_logged), (Some(false), None));
}

fn user() -> Node {
    let mut root = Node::root();
    root.written(NEW_YEAR);
    let current = "Software\\Microsoft\\Windows\\CurrentVersion";
    let explorer = format!("{current}\\Explorer");
    root.at(&explorer).text("Logon User Name", "bob");
    root.at(&format!("{explorer}\\RunMRU")).text("a", "cmd\\1").text("b", "ftp -s:C:\\x.txt\\1").text("MRUList", "ba");
    root.at(&format!("{explorer}\\TypedPaths")).text("url1", "C:\\").text("url2", "ftp://u:p@h/");
    let typed = "Software\\Microsoft\\Internet Explorer\\TypedURLs";
    root.at(typed).text("url1", "http://h/").text("url2", "FTP://h2/");
    root.at(&format!("{typed}Time")).binary("url2", &LATER.to_le_bytes());
    let mut ran = vec![0u8; 72];
    ran[4] = 9;
    ran[60..68].copy_from_slice(&LATER.to_le_bytes());
    root.at(&format!("{explorer}\\UserAssist\\{{CEBFF5CD}}\\Count"))
        .binary("{1NP14R77-02R7-4R5Q-O744-2RO1NR5198O7}\\sgc.rkr", &ran)
        .binary("HRZR_PGYFRFFVBA", &ran)
        .binary("odd", &[1; 5]);
    root.at(&format!("{current}\\Group Policy\\Scripts\\Logon\\0\\0")).text("Script", "s.bat").text("Parameters", "-x");
    root.at("Environment").text("UserInitMprLogonScript", "logon.bat");
    root.at("Control Panel\\Desktop").text("SCRNSAVE.EXE", "s.scr");
    root.at(&format!("{current}\\Run")).text("r", "r.exe");
    root
}

#[test]
fn what_a_user_typed_and_started_is_told_with_the_time_that_is_known() {
    let (kind, events, _, _) = read_all(&user());
    assert_eq!(kind, HiveKind::NtUser);
    assert!(events.iter().all(|event| event.user.as_deref() == Some("bob")));
    assert_eq!(
        started(&events),
        [
            "run-key r: [r.exe], at logon",
            "screensaver SCRNSAVE.EXE: [s.scr], when the user is idle",
            "logon-script UserInitMprLogonScript: [logon.bat], at logon",
            "group-policy-script Script: [s.bat -x], at logon",
        ]
    );
    let told = |event: &Event| {
        let process = event.process.clone().unwrap_or_default();
        let data = event.registry.as_ref().and_then(|registry| registry.data.clone());
        let text = process.command_line.or(process.executable).or(data).unwrap_or_default();
        let time = event.time.map(|time| time.to_string()).unwrap_or_default();
        (event.source.clone(), text, time, event.time_quality.is_some())
    };
    let rest: Vec<_> = events.iter().filter(|event| event.starts.is_none()).map(told).collect();
    let rest: Vec<_> = rest.iter().map(|(a, b, c, d)| (a.as_str(), b.as_str(), c.as_str(), *d)).collect();
    assert_eq!(
        rest,
        [
            ("run-mru", "cmd", "", false),
            ("run-mru", "ftp -s:C:\\x.txt", "2020-01-01T00:00:00Z", true),
            ("typed-paths", "ftp://u:p@h/", "", false),
            ("typed-urls", "FTP://h2/", "2020-01-01T00:01:00Z", false),
            ("userassist", "%SystemRoot%\\System32\\ftp.exe", "2020-01-01T00:01:00Z", false),
        ]
    );
    let runs = events.last().unwrap().runs.clone().unwrap();
    assert_eq!((runs.count, runs.last.len()), (Some(9), 1));
}

#[test]
fn what_a_user_puts_before_the_classes_of_the_host_is_told() {
    let mut root = Node::root();
    root.at("Local Settings");
    root.at("CLSID\\{1}\\InprocServer32").text("", "C:\\x.dll").text("ThreadingModel", "Both");
    root.at("Wow6432Node\\CLSID\\{2}\\LocalServer32").text("", "y.exe");
    root.at("CLSID\\{3}\\ScriptletURL").text("", "http://h/s.sct");
    root.at("CLSID\\{4}\\ProgID").text("", "no");
    root.at("ms-settings\\shell\\open\\command").text("", "cmd.exe").text("DelegateExecute", "");
    let (kind, events, _, _) = read_all(&root);
    assert_eq!(kind, HiveKind::UsrClass);
    assert_eq!(
        started(&events),
        [
            "com-server {1}: [C:\\x.dll], when the class is used",
            "com-server {3}: [http://h/s.sct], when the class is used",
            "com-server {2}: [y.exe], when the class is used",
            "shell-command ms-settings: [cmd.exe], when such a thing is opened",
        ]
    );
}

#[test]
fn files_of_amcache_have_their_digests() {
    let mut root = Node::root();
    root.written(NEW_YEAR);
    let digest = "0000da39a3ee5e6b4b0d3255bfef95601890afd80709";
    root.at("Root\\InventoryApplicationFile\\a.exe|1")
        .text("LowerCaseLongPath", "c:\\a.exe")
        .text("FileId", digest)
        .typed("Size", 11, 40_000_000u64.to_le_bytes().to_vec())
        .text("LinkDate", "02/21/2019 16:00:00")
        .text("OriginalFileName", "ftp.exe")
        .text("Publisher", "evil")
        .text("ProductName", "");
    root.at("Root\\InventoryApplicationFile\\b").text("FileId", digest);
    root.at("Root\\File\\{v}\\1")
        .text("15", "C:\\b.exe")
        .text("101", &digest.replace('d', "z"))
        .number("6", 5)
        .number("f", 1_577_836_800)
        .typed("12", 11, LATER.to_le_bytes().to_vec());
    let (kind, events, _, _) = read_all(&root);
    assert_eq!(kind, HiveKind::Amcache);
    let files: Vec<_> =
        events.iter().map(|event| serde_json::to_value(event.file.as_ref().unwrap()).unwrap()).collect();
    assert_eq!(
        serde_json::Value::from(files),
        serde_json::json!([
            {"path": "c:\\a.exe", "hashes": {"sha1": "da39a3ee5e6b4b0d3255bfef95601890afd80709"}, "hashed_bytes": 31_457_280,
             "size": 40_000_000, "linked": "2019-02-21T16:00:00Z", "company": "evil", "original_file_name": "ftp.exe"},
            {"path": "C:\\b.exe", "size": 5, "created": "2020-01-01T00:01:00Z", "linked": "2020-01-01T00:00:00Z"},
        ])
    );
}

#[test]
fn certificates_and_lists_of_them_are_handed_out() {
    let mut root = Node::root();
    let store = "Microsoft\\SystemCertificates";
    let large: Vec<u8> = (0..100_000u32).map(|number| number as u8).collect();
    root.at(&format!("{store}\\ROOT\\Certificates\\AB")).binary("Blob", b"root");
    root.at(&format!("{store}\\Disallowed\\Certificates\\CD")).binary("Blob", b"bad");
    root.at(&format!("{store}\\My\\Certificates\\EF")).binary("Blob", b"own");
    root.at(&format!("{store}\\AuthRoot\\AutoUpdate"))
        .binary("EncodedCtl", &large)
        .binary("DisallowedCertEncodedCtl", b"d");
    let bytes = write(&root);
    let found = certificates(&Hive::open(&bytes).unwrap());
    let told: Vec<(&str, usize)> = found.iter().map(|(store, bytes)| (store.as_str(), bytes.len())).collect();
    assert_eq!(
        told,
        [("ROOT", 4), ("AuthRoot\\AutoUpdate", 100_000), ("Disallowed\\AutoUpdate", 1), ("Disallowed", 3)]
    );
    assert_eq!(found[1].1, large);
}

/// Deletes a key: its cell is free, and the list of the key above it is gone.
fn delete(hive: &mut [u8], above: &[&str], name: &str) {
    let read = Hive::open(&hive.to_vec()).map(|hive| {
        let above = hive.key(above).unwrap();
        (above.offset() as usize, hive.child(above, name).unwrap().offset() as usize)
    });
    let (above, key) = read.unwrap();
    hive[above + 4 + 20..above + 4 + 24].fill(0);
    hive[above + 4 + 28..above + 4 + 32].fill(0xff);
    let size = i32::from_le_bytes(hive[key..key + 4].try_into().unwrap());
    hive[key..key + 4].copy_from_slice(&size.abs().to_le_bytes());
}

#[test]
fn what_was_deleted_is_told_as_such() {
    let mut user = Node::root();
    let current = "Software\\Microsoft\\Windows\\CurrentVersion";
    user.at(&format!("{current}\\Run")).text("gone", "gone.exe");
    let mut user = write(&user);
    delete(&mut user, &current.split('\\').collect::<Vec<_>>(), "Run");
    let mut system = Node::root();
    system.at("Select").number("Current", 1);
    system.at("ControlSet001\\Services\\Evil").number("Type", 0x10).number("Start", 2).text("ImagePath", "evil.exe");
    let mut system = write(&system);
    delete(&mut system, &["ControlSet001", "Services"], "Evil");
    let mut software = Node::root();
    let cache = "Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache\\Tasks";
    let task = software.at(&format!("{cache}\\{{1}}")).text("Path", "\\T");
    task.binary("Actions", &actions(3, &[["t.exe", "", ""]]));
    let mut software = write(&software);
    delete(&mut software, &cache.split('\\').collect::<Vec<_>>(), "{1}");
    for (bytes, expected) in [
        (user, "run-key gone: [gone.exe], at logon"),
        (system, "service Evil: [evil.exe], at start-up"),
        (software, "scheduled-task \\T: [t.exe] [Author]"),
    ] {
        let hive = Hive::open(&bytes).unwrap();
        let mut events = Vec::new();
        read(HiveKind::of(&hive), &hive, &Limits::default(), &mut |event| events.push(event), &mut |_| {});
        assert_eq!(started(&events), [expected]);
        assert_eq!(events[0].action.as_deref(), Some("deleted"));
    }
}

#[test]
fn events_are_capped_and_an_unfinished_hive_is_told() {
    let bytes = write(&software());
    let bytes = crate::base::hive::writer::dirty(&bytes, 9, 8);
    let log = b"no log".to_vec();
    let hive = Hive::with_logs(&bytes, &[&log]).unwrap();
    let (mut count, mut notes) = (0, Vec::new());
    let limits = Limits { registry_events: 3, ..Limits::default() };
    read(HiveKind::Software, &hive, &limits, &mut |_| count += 1, &mut |cause| notes.push(cause.to_string()));
    assert_eq!(count, 3);
    assert_eq!(
        notes,
        [
            "registry hive: transaction log 1: it is no transaction log",
            "registry hive: it was not written to its end, what changed last is missing",
            "limit reached: events of a registry hive (limit 3)",
        ]
    );
}

#[test]
fn mutants_do_no_harm() {
    let hives = [write(&software()), write(&system()), write(&user())];
    let mut numbers = Random::new(0x9e37_79b9_7f4a_7c15);
    for round in 0..3000 {
        let mut mutant = hives[round % 3].clone();
        for _ in 0..4 {
            let random = numbers.number();
            let place = 4096 + (random >> 32) as usize % (mutant.len() - 4096);
            mutant[place] = random as u8;
        }
        let Some(hive) = Hive::open(&mutant) else { continue };
        let mut count = 0usize;
        let kind = HiveKind::of(&hive);
        read(kind, &hive, &Limits::default(), &mut |_| count += 1, &mut |_| {});
        assert!(count < mutant.len());
        let blobs = certificates(&hive);
        assert!(blobs.iter().all(|(_, blob)| blob.len() <= mutant.len()));
    }
}

/// What the cache of ShimCache is in a hive.
pub(super) fn with_cache(key: &str, data: &[u8]) -> (Vec<Event>, Vec<String>) {
    let mut root = Node::root();
    root.at("Select").number("Current", 1);
    root.at(&format!("ControlSet001\\Control\\Session Manager\\{key}")).binary("AppCompatCache", data);
    let (_, events, _, notes) = read_all(&root);
    (events, notes)
}

#[test]
fn each_layout_of_shimcache_is_read_and_no_other_is_guessed() {
    let path = "C:\\Windows\\ftp.exe";
    let wide: Vec<u8> = utf16(path)[..path.len() * 2].to_vec();
    let length = (wide.len() as u16).to_le_bytes();
    let time = NEW_YEAR.to_le_bytes();
    // An entry of Windows 8 and later, with or without a package and flags.
    let chained = |magic: &[u8], flags: Option<u8>| {
        let mut body = [&length[..], &wide].concat();
        if let Some(flags) = flags {
            body.extend([2, 0, b'p', b'k', flags, 0, 0, 0, 0, 0, 0, 0]);
        }
        body.extend(time);
        body.extend([0; 4]);
        [magic, &[0; 4], &(body.len() as u32).to_le_bytes(), &body].concat()
    };
    let header = |size: usize| {
        let mut header = vec![0u8; size];
        header[0] = size as u8;
        header
    };
    // One that tells where its path lies, behind the table.
    let by_offset = |magic: u32, header: usize, size: usize, is_wide: bool, at: usize, flags: u32| {
        let mut bytes = vec![0u8; header + size];
        bytes[..4].copy_from_slice(&magic.to_le_bytes());
        bytes[4] = 1;
        let place = (bytes.len() as u32).to_le_bytes();
        bytes[header..header + 2].copy_from_slice(&length);
        let offset = header + if is_wide { 8 } else { 4 };
        bytes[offset..offset + 4].copy_from_slice(&place);
        bytes[header + at..header + at + 8].copy_from_slice(&time);
        bytes[header + at + 8..header + at + 12].copy_from_slice(&flags.to_le_bytes());
        bytes.extend(&wide);
        bytes
    };
    let mut xp = vec![0u8; 400 + 552];
    xp[..5].copy_from_slice(&[0xef, 0xbe, 0xad, 0xde, 1]);
    xp[400..400 + wide.len()].copy_from_slice(&wide);
    xp[928..936].copy_from_slice(&time);
    xp[944..952].copy_from_slice(&LATER.to_le_bytes());
    let cases = [
        ("10, 1507", "AppCompatCache", [header(0x30), chained(b"10ts", None)].concat(), None),
        ("10, 1703 to 11", "AppCompatCache", [header(0x34), chained(b"10ts", None)].concat(), None),
        ("8.1", "AppCompatCache", [header(128), chained(b"10ts", Some(2))].concat(), Some(true)),
        ("8", "AppCompatCache", [header(128), chained(b"00ts", Some(1))].concat(), Some(false)),
        ("7, 64 bits", "AppCompatCache", by_offset(0xbadc_0fee, 128, 48, true, 16, 2), Some(true)),
        ("7, 32 bits", "AppCompatCache", by_offset(0xbadc_0fee, 128, 32, false, 8, 0), Some(false)),
        ("Vista, 64 bits", "AppCompatCache", by_offset(0xbadc_0ffe, 8, 32, true, 16, 2), Some(true)),
        ("2003, 32 bits", "AppCompatCache", by_offset(0xbadc_0ffe, 8, 24, false, 8, 4096), None),
        ("XP", "AppCompatibility", xp, None),
    ];
    for (what, key, bytes, ran) in cases {
        let (events, notes) = with_cache(key, &bytes);
        assert_eq!((events.len(), notes.len()), (1, 0), "{what}");
        let file = events[0].file.as_ref().unwrap();
        assert_eq!(
            (file.path.as_str(), file.modified.unwrap().to_string().as_str()),
            (path, "2020-01-01T00:00:00Z"),
            "{what}"
        );
        assert_eq!(events[0].action.is_some(), ran == Some(true), "{what}");
        assert_eq!(events[0].time.is_some(), what == "XP", "{what}");
    }
    for bytes in [b"\x01\x02\x03\x04".to_vec(), header(128), [header(0x34), vec![7; 40]].concat()] {
        let (events, notes) = with_cache("AppCompatCache", &bytes);
        assert!(events.is_empty() && notes[0].contains("ShimCache of unknown layout"), "{notes:?}");
    }
}
