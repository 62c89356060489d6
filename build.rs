//! Tells the program its commit and its compiler (without git, or without a repository, only the compiler), and packs the
//! tables that it carries.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    pack();
    let told = |name: &str| std::env::var(name).unwrap_or_default();
    println!("cargo:rustc-env=BUILD_TARGET={}", told("TARGET"));
    println!("cargo:rustc-env=BUILD_COMPILER={}", output(&told("RUSTC"), &["--version"]).unwrap_or_default());
    // A build for development would be made anew after each commit, for nothing.
    let commit = if told("PROFILE") == "release" { commit() } else { None };
    println!("cargo:rustc-env=BUILD_COMMIT={}", commit.unwrap_or_else(|| "unknown".to_owned()));
}

/// Tables that are large and seldom needed; `base::packed` unpacks them.
const PACKED: [(&str, &str); 4] = [
    ("src/payload/authenticode/roots.txt", "roots"),
    ("src/report/schema/scan.json", "schema-scan"),
    ("src/report/schema/inspect.json", "schema-inspect"),
    ("src/report/schema/ls.json", "schema-ls"),
];

fn pack() {
    let out = std::env::var("OUT_DIR").unwrap_or_default();
    for (from, to) in PACKED {
        println!("cargo:rerun-if-changed={from}");
        let table = std::fs::read(from).unwrap_or_else(|error| panic!("{from}: {error}"));
        let packed = miniz_oxide::deflate::compress_to_vec_zlib(&table, 9);
        let to = Path::new(&out).join(to);
        std::fs::write(&to, packed).unwrap_or_else(|error| panic!("{}: {error}", to.display()));
    }
}

/// The commit, and whether the files are still those of it; of a package that was published, the commit that it names.
fn commit() -> Option<String> {
    if let Ok(published) = std::fs::read_to_string(".cargo_vcs_info.json") {
        let digits = published.split_once("\"sha1\"")?.1.split('"').nth(1)?;
        return digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| digits.to_owned());
    }
    // The sources may lie in the repository of something else.
    let root = git(&["rev-parse", "--show-toplevel"])?;
    if Path::new(&root).canonicalize().ok()? != Path::new(".").canonicalize().ok()? {
        return None;
    }
    let commit = git(&["rev-parse", "HEAD"])?;
    for watched in ["HEAD", "logs/HEAD"] {
        let watched = git(&["rev-parse", "--git-path", watched])?;
        if Path::new(&watched).exists() {
            println!("cargo:rerun-if-changed={watched}");
        }
    }
    for watched in ["src", "Cargo.toml", "Cargo.lock"] {
        println!("cargo:rerun-if-changed={watched}");
    }
    let changed = git(&["status", "--porcelain", "--untracked-files=no", "--", "src", "Cargo.toml", "Cargo.lock"])?;
    Some(if changed.is_empty() { commit } else { format!("{commit}-changed") })
}

fn git(arguments: &[&str]) -> Option<String> {
    output("git", arguments)
}

fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let out = Command::new(program).args(arguments).output().ok().filter(|out| out.status.success())?;
    Some(String::from_utf8(out.stdout).ok()?.trim().to_owned())
}
