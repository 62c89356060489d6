//! Runs one text by itself, as it would be run if the host held nothing else.

use super::progress::Progress;
use super::request::ScanRequest;
use super::{Lone, run_lone};
use crate::base::limits::Limits;
use crate::case::Case;
use crate::evidence::filesystem::memory::Memory;
use crate::script::launch::{FoundIn, Launch};
use crate::script::read;
use crate::script::writer::emulation::Alone;
use crate::script::writer::outcome::Origin;

/// Runs a text. With `arguments`, the way a client would be started is told instead of assumed: the switches of `ftp.exe`.
///
/// There is no evidence beside the text: no file that it names is looked for, and none is called missing.
#[must_use]
pub fn explain(name: &str, bytes: Vec<u8>, arguments: Option<&str>, request: &ScanRequest) -> Case {
    let mut host = Memory::default();
    let size = u64::try_from(bytes.len()).ok();
    host.put(name, bytes);
    let launch = arguments.and_then(|arguments| launch(name, arguments, &request.limits));
    let told = launch.is_some();
    let mut case = run_lone(Box::new(host), name, Lone { size, launch }, request, &Progress::default());
    // The examiner tells the launch, and no text.
    for launch in case.launches.iter_mut().filter(|launch| told && launch.found_in.line == Some(0)) {
        launch.found_in = FoundIn::default();
    }
    case
}

/// The launch of `ftp.exe` with these switches and the text as its script.
fn launch(name: &str, arguments: &str, limits: &Limits) -> Option<Launch> {
    // A name that the shell would read otherwise is not told to it.
    let told = if name.contains(['"', '%', '\r', '\n']) { "script.txt" } else { name };
    let line = format!("ftp {arguments} -s:\"{told}\"");
    let origin = Origin { directory: None, name: "" };
    let reading = read::read_command_line(&line, None, origin, &Alone, limits)?;
    let (launch, _) = reading.launches.into_iter().next()?;
    Some(Launch {
        script_path: Some(name.to_owned()),
        found_in: FoundIn { line: Some(0), ..FoundIn::default() },
        ..launch
    })
}
