//! The command line: verbs, arguments, exit codes.

use crate::base::limits::Limits;
use crate::scan::progress::Progress;
use crate::scan::request::ScanRequest;
use std::process::ExitCode;

/// Runs the program.
pub fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let threads = std::env::var("T").ok().and_then(|t| t.parse().ok()).unwrap_or(2);
    let request = ScanRequest {
        paths: vec![arguments[2].clone().into()],
        drives: vec![],
        limits: Limits::default(),
        threads,
        arguments,
    };
    let case = crate::scan::run(&request, &Progress::default()).expect("runs");
    println!("{}", serde_json::to_string_pretty(&case).unwrap());
    ExitCode::SUCCESS
}
