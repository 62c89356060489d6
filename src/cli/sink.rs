//! Where a verb's output goes, and what becomes of a closed pipe.

use super::args::{Output, SecretArguments, SecretMode};
use super::given;
use crate::base::limits::Limits;
use crate::base::secret::Key;
use crate::evidence::open;
use crate::report::output::ReportFile;
use crate::report::secrets::Secrets;
use crate::report::text::Layout;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::PathBuf;

/// Most columns of a text: longer lines are hard to read.
const WIDEST: usize = 120;
/// A longer file is no key, in bytes.
const LONGEST_KEY: u64 = 1 << 16;

/// The output that was asked for, begun before the work so that a refusal costs nothing.
pub(super) enum Sink {
    Standard,
    File(Box<ReportFile>),
}

impl Sink {
    pub(super) fn begin(output: &Output, evidence: &[PathBuf]) -> Result<Self, String> {
        let Some(path) = &output.output else {
            check_standard_output()?;
            return Ok(Self::Standard);
        };
        let mut evidence = evidence.to_vec();
        // Of a set of files one is named; none of the others is replaced either.
        if output.force && path.exists() {
            let others: Vec<PathBuf> =
                evidence.iter().flat_map(|one| open::opened_with(one, &Limits::default())).collect();
            evidence.extend(others);
        }
        let file = ReportFile::begin(path, output.force, &evidence).map_err(|refused| refused.to_string())?;
        Ok(Self::File(Box::new(file)))
    }

    /// How texts are laid out: coloured and as wide as the terminal on a terminal, plain and 80 columns wide elsewhere.
    pub(super) fn layout(&self) -> Layout {
        let terminal = matches!(self, Self::Standard) && io::stdout().is_terminal();
        if !terminal {
            return Layout::default();
        }
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || std::env::var_os("TERM").is_some_and(|value| value == "dumb");
        let plain = plain || !takes_colors();
        let width = textwrap::termwidth().clamp(40, WIDEST);
        Layout { width, color: !plain }
    }

    /// Writes the report. A reader that closed the pipe has what it wanted.
    pub(super) fn write(self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), String> {
        let done = match self {
            Self::Standard => {
                let mut out = BufWriter::new(io::stdout().lock());
                write(&mut out).and_then(|()| out.flush())
            }
            Self::File(mut file) => write(&mut *file).and_then(|()| file.finish()),
        };
        match done {
            Err(error) if !is_closed_pipe(&error) => Err(format!("the report could not be written: {error}")),
            _ => Ok(()),
        }
    }
}

/// Whether the reader of a pipe is gone. Windows says it of some pipes by ERROR_PIPE_NOT_CONNECTED, which is no kind of error to
/// Rust's library.
pub(super) fn is_closed_pipe(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe || (cfg!(windows) && error.raw_os_error() == Some(233))
}

/// Finds a standard output that would lose all that is written, before anything is done for it. Rust's library takes the refusal
/// to write to one that is open for reading as success, and opens `/dev/null` for reading and writing in place of one that is
/// closed. Others open it so on purpose (`subprocess.DEVNULL` of Python), so that one is told and not refused; a shell's
/// `> /dev/null` is open for writing alone.
pub(super) fn check_standard_output() -> Result<(), String> {
    #[cfg(unix)]
    {
        use rustix::fs::{OFlags, fcntl_getfl};
        let Ok(flags) = fcntl_getfl(io::stdout()) else { return Ok(()) };
        match flags & OFlags::RWMODE {
            OFlags::RDONLY => {
                return Err("standard output is not open for writing; -o FILE writes to a file".to_owned());
            }
            OFlags::RDWR if is_null_device() => {
                super::message::say(
                    "standard output is closed or thrown away, and the report with it; -o FILE keeps it",
                );
            }
            _ => {}
        }
    }
    Ok(())
}

/// Whether standard output is `/dev/null`.
#[cfg(unix)]
fn is_null_device() -> bool {
    use std::os::fd::AsFd;
    use std::os::unix::fs::{FileTypeExt, MetadataExt};
    let output = io::stdout().as_fd().try_clone_to_owned().and_then(|own| std::fs::File::from(own).metadata());
    let null = std::fs::metadata("/dev/null");
    matches!((output, null), (Ok(output), Ok(null)) if output.file_type().is_char_device() && output.rdev() == null.rdev())
}

/// Whether the terminal understands the sequences that colours are written in; consoles of Windows before version 10 do not.
fn takes_colors() -> bool {
    #[cfg(windows)]
    {
        anstyle_query::windows::enable_ansi_colors().unwrap_or(false)
    }
    #[cfg(not(windows))]
    {
        true
    }
}

/// How passwords are to be shown.
pub(super) fn secrets(arguments: &SecretArguments) -> Result<Secrets, String> {
    match (arguments.secrets, &arguments.fingerprint_key) {
        (SecretMode::Show, _) => Ok(Secrets::Show),
        (SecretMode::Mask, _) => Ok(Secrets::Mask),
        (SecretMode::Fingerprint, None) => Err("--secrets fingerprint needs --fingerprint-key".to_owned()),
        (SecretMode::Fingerprint, Some(path)) => Ok(Secrets::Fingerprint(Key::new(given::key(path, LONGEST_KEY)?))),
    }
}
