//! A whole host in memory through the run to every form of report: nothing fails, one thread and two say the same.
#![no_main]

use ftpsift::base::limits::Limits;
use ftpsift::case::Case;
use ftpsift::evidence::filesystem::memory::Memory;
use ftpsift::report::text::Layout;
use ftpsift::report::{json, jsonl, secrets, text};
use ftpsift::scan;
use ftpsift::scan::progress::Progress;
use ftpsift::scan::request::ScanRequest;
use libfuzzer_sys::fuzz_target;

/// Names that scripts of the seeds speak of; the input is cut at each `\0\n` and its parts become these files.
const NAMES: [&str; 6] = [
    "Users/Public/a.txt",
    "Users/Public/run.bat",
    "Windows/Temp/nc.exe",
    "ProgramData/update/invoice.pdf",
    "Users/jsmith/AppData/Local/Temp/up.cmd",
    "Windows/System32/notes.ini",
];

fuzz_target!(|bytes: &[u8]| {
    let mut host = Memory::default();
    let mut rest = bytes;
    for name in NAMES {
        let at = rest.windows(2).position(|pair| pair == b"\0\n");
        let (part, after) = at.map_or((rest, &[][..]), |at| (&rest[..at], &rest[at + 2..]));
        host.put(name, part);
        rest = after;
    }
    let limits = Limits { batch_steps: 300, batch_output: 1 << 14, line_bytes: 1024, script_lines: 300, ..Limits::default() };
    // One thread: LeakSanitizer takes for lost what a thread that has just ended has not given back yet. That the number of
    // threads shows nowhere has a test of its own.
    let request = ScanRequest { limits, threads: 1, ..ScanRequest::default() };
    let first = shown(scan::run_over(Box::new(host.clone()), "host", &request, &Progress::default()));
    let second = shown(scan::run_over(Box::new(host), "host", &request, &Progress::default()));
    assert_eq!(first, second);
});

/// The reports without what the clock tells.
fn shown(mut case: Case) -> Vec<Vec<u8>> {
    case.scan.finished = case.scan.started;
    let moment = case.scan.started.to_string();
    case.scan.elapsed_s = 0.0;
    let mut outs = vec![Vec::new(); 4];
    json::write(&case, &mut outs[0]).unwrap();
    jsonl::write(&case, &mut outs[1]).unwrap();
    text::write(&case, Layout { width: 80, color: true }, &mut outs[2]).unwrap();
    let value: serde_json::Value = serde_json::from_slice(&outs[0]).unwrap();
    assert_eq!(value["schema"], "ftpsift.report/1");
    let plain = String::from_utf8(outs[2].clone()).unwrap();
    assert!(plain.chars().all(|c| c == '\n' || c == '\u{1b}' || !c.is_control()));
    secrets::protect(&mut case, &mut [], &secrets::Secrets::Mask);
    json::write(&case, &mut outs[3]).unwrap();
    for out in &mut outs {
        *out = String::from_utf8(std::mem::take(out)).unwrap().replace(&moment, "").into_bytes();
    }
    // The trailer of the lines holds a digest over the clock's times.
    outs.remove(1);
    outs
}
