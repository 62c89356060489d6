//! What the tests share.

pub(crate) mod client_run;
pub(crate) mod ftp_dialogue;
pub(crate) mod ftp_server;
pub(crate) mod generated;
pub(crate) mod laboratory;
#[path = "../../src/correlate/mmdb/writer.rs"]
#[allow(dead_code)]
pub(crate) mod mmdb_writer;
pub(crate) mod prediction;
#[path = "../../src/base/random.rs"]
pub(crate) mod random;

use ftpsift::case::Case;
use ftpsift::evidence::filesystem::memory::Memory;
use ftpsift::scan;
use ftpsift::scan::progress::Progress;
use ftpsift::scan::request::ScanRequest;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A path in the folder of material that stands beside the project in its workshop; nothing elsewhere. Tests that need it
/// say that they skipped. `FTPSIFT_WORKSHOP` names another place for it.
pub(crate) fn workshop(path: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let path = std::env::var_os("FTPSIFT_WORKSHOP").map_or(beside, PathBuf::from).join(path);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: {} is not here", path.display());
    None
}

/// A path in the project's own testdata.
pub(crate) fn testdata(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(path)
}

/// The program, to be run as a process.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ftpsift"));
    command.env_remove("NO_COLOR");
    // Nothing that the tester set gives options.
    for (name, _) in
        std::env::vars_os().filter(|(name, _)| name.to_ascii_uppercase().as_encoded_bytes().starts_with(b"FTPSIFT_"))
    {
        command.env_remove(name);
    }
    command
}

/// Runs the program with arguments.
pub(crate) fn run(arguments: &[&str]) -> Output {
    program().args(arguments).output().unwrap()
}

/// Runs a scan of a folder and reads its JSON.
pub(crate) fn scan_json(folder: &Path, more: &[&str]) -> (Option<i32>, Value) {
    let out = program().arg("scan").arg(folder).args(["--format", "json"]).args(more).output().unwrap();
    (out.status.code(), serde_json::from_slice(&out.stdout).unwrap())
}

/// Scans files in memory.
pub(crate) fn case<C: Into<Vec<u8>>>(files: impl IntoIterator<Item = (&'static str, C)>) -> Case {
    let host: Memory = files.into_iter().collect();
    let request = ScanRequest { threads: 1, ..ScanRequest::default() };
    scan::run_over(Box::new(host), "host", &request, &Progress::default())
}

/// Takes out of a report what the clock, the file system's times and the machine's paths put in.
pub(crate) fn timeless(mut report: Value) -> Value {
    strip(&mut report);
    // Its order is that of the files' times.
    report.as_object_mut().map(|report| report.remove("timeline"));
    if let Some(scan) = report.get_mut("scan").and_then(Value::as_object_mut) {
        for key in ["started", "finished", "elapsed_s", "arguments"] {
            scan.remove(key);
        }
    }
    if let Some(tool) = report.get_mut("tool").and_then(Value::as_object_mut) {
        tool.remove("commit");
    }
    report
}

fn strip(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.remove("times");
            fields.values_mut().for_each(strip);
        }
        Value::Array(values) => values.iter_mut().for_each(strip),
        _ => {}
    }
}
