//! Runs a real FTP client against a loopback server of its own: bounded in time, in a directory of its own, without a
//! terminal (so that a password is read from standard input).

use super::ftp_server::FtpServer;
use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// The longest that a client may run.
const PATIENCE: Duration = Duration::from_secs(5);

/// Files on the server, by their path below its root.
pub(crate) const REMOTE: [(&str, &[u8]); 6] = [
    ("a.txt", b"alpha\n"),
    ("b.txt", b"beta\n"),
    ("payload.exe", b"MZ\0\x01\r\n"),
    ("with space.txt", b"sp\n"),
    ("UPPER.TXT", b"U\n"),
    ("sub/inner.dat", b"in\n"),
];

/// Files in the directory in which a client is started.
pub(crate) const LOCAL: [(&str, &[u8]); 4] =
    [("l1.txt", b"one\n"), ("l2.txt", b"two\n"), ("secret.doc", b"S\n"), ("deep/n.txt", b"n\n")];

/// A client's script and how the client is started. `@HOST@` and `@PORT@` stand for the server's address everywhere.
#[derive(Debug, Clone, Default)]
pub(crate) struct Case {
    /// What tells it from others.
    pub(crate) name: String,
    /// The client's arguments.
    pub(crate) arguments: Vec<String>,
    /// What it reads from standard input.
    pub(crate) script: String,
    /// What the server answers to SYST after `215 `.
    pub(crate) system: String,
    /// The content of `~/.netrc`.
    pub(crate) netrc: Option<String>,
}

/// What a client did.
#[derive(Debug, Clone, Default)]
pub(crate) struct Deeds {
    /// The control lines that the server received.
    pub(crate) control: Vec<String>,
    /// Local files that are new, by their path below the client's directory.
    pub(crate) new_files: BTreeSet<String>,
    /// The files that the server holds in the end, by their path below its root.
    pub(crate) remote_files: BTreeSet<String>,
    /// Whether it had to be killed.
    pub(crate) killed: bool,
    /// The port that the server listened at.
    pub(crate) port: u16,
}

/// The path of a program of this name; nothing, and a line that says so, where it is not installed. The clients are programs of
/// Unix: what Wine shows of its host is none of them.
pub(crate) fn installed(name: &str) -> Option<PathBuf> {
    let found =
        ["/usr/bin", "/bin", "/usr/local/bin"].iter().map(|place| Path::new(place).join(name)).find(|p| p.exists());
    if cfg!(windows) || found.is_none() || !Path::new("/usr/bin/setsid").exists() {
        println!("skipped: {name} (or setsid) is not installed here");
        return None;
    }
    found
}

/// Puts the server's address in.
pub(crate) fn addressed(text: &str, port: u16) -> String {
    text.replace("@HOST@", "127.0.0.1").replace("@PORT@", &port.to_string())
}

/// Runs a client.
pub(crate) fn run(program: &Path, case: &Case) -> io::Result<Deeds> {
    let server = FtpServer::start(&case.system, &REMOTE)?;
    let place = tempfile::tempdir()?;
    let (home, work) = (place.path().join("home"), place.path().join("work"));
    fs::create_dir_all(&home)?;
    for (path, content) in LOCAL {
        let path = work.join(path);
        fs::create_dir_all(path.parent().unwrap_or(&work))?;
        fs::write(path, content)?;
    }
    if let Some(netrc) = &case.netrc {
        let path = home.join(".netrc");
        fs::write(&path, addressed(netrc, server.port()))?;
        make_private(&path)?;
    }
    let before = files_below(&work, &work)?;
    let mut client = Command::new("/usr/bin/setsid")
        .arg(program)
        .args(case.arguments.iter().map(|argument| addressed(argument, server.port())))
        .current_dir(&work)
        .env_clear()
        .envs([
            ("PATH", "/usr/bin:/bin"),
            ("TERM", "dumb"),
            ("LANG", "C.UTF-8"),
            ("LFTP_HOME", "/nonexistent"),
            ("RES_OPTIONS", "attempts:1 timeout:1"),
        ])
        .env("HOME", &home)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    if let Some(mut input) = client.stdin.take() {
        // A client that ends early closes the pipe.
        let _ = input.write_all(addressed(&case.script, server.port()).as_bytes());
    }
    let begun = Instant::now();
    let mut killed = false;
    while client.try_wait()?.is_none() {
        if begun.elapsed() > PATIENCE {
            killed = true;
            // The client leads a session of its own (setsid): its children go with it.
            let _ = Command::new("/bin/kill").args(["-KILL", "--", &format!("-{}", client.id())]).status();
            let _ = client.kill();
            client.wait()?;
            break;
        }
        thread::sleep(Duration::from_millis(5));
    }
    let (port, record) = (server.port(), server.finish());
    let new_files = files_below(&work, &work)?.difference(&before).cloned().collect();
    let remote_files = record.files.into_keys().collect();
    Ok(Deeds { control: record.control, new_files, remote_files, killed, port })
}

fn files_below(folder: &Path, top: &Path) -> io::Result<BTreeSet<String>> {
    let mut files = BTreeSet::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            files.append(&mut files_below(&entry.path(), top)?);
        } else {
            files.insert(entry.path().strip_prefix(top).unwrap_or(&entry.path()).to_string_lossy().into_owned());
        }
    }
    Ok(files)
}

#[cfg(unix)]
fn make_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn make_private(_: &Path) -> io::Result<()> {
    Ok(())
}
