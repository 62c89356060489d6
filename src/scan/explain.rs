//! Runs one text by itself, as it would be run if the host held nothing else.

use super::progress::Progress;
use super::request::ScanRequest;
use crate::case::Case;
use crate::evidence::filesystem::memory::Memory;

/// Runs a text. With `arguments`, the way a client would be started is told instead of assumed: the switches of `ftp.exe`.
#[must_use]
pub fn explain(name: &str, bytes: Vec<u8>, arguments: Option<&str>, request: &ScanRequest) -> Case {
    const LAUNCHER: &str = "launcher.cmd";
    let script = if name.eq_ignore_ascii_case(LAUNCHER) { "script.txt" } else { name };
    let mut host = Memory::default();
    host.put(script, bytes);
    if let Some(arguments) = arguments {
        host.put(LAUNCHER, format!("ftp {arguments} -s:\"{script}\"\r\n"));
    }
    let mut case = super::run_over(Box::new(host), name, request, &Progress::default());
    case.scripts.retain(|script| script.path != LAUNCHER);
    case
}
