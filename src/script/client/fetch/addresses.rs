//! Programs that load what an address on their command line names: FreeBSD's `fetch`, `aria2c`, `axel`, `lwp-download`, text
//! browsers.

use super::call::{Call, Orders};
use super::options::{self, Grammar, Item};
use super::visit::{Move, SESSIONS, Visit, local_join};
use crate::base::secret::Secret;
use crate::script::session::Scheme;
use crate::script::transfer::Mode;
use crate::script::url;

/// What each program's options mean.
struct Program {
    names: &'static [&'static str],
    grammar: Grammar,
    /// Options that name the file.
    output: &'static [&'static str],
    /// Options that name the directory.
    directory: &'static [&'static str],
    /// Whether it prints what it loads.
    prints: bool,
}

const PLAIN: Grammar = Grammar { letters: "", attached: "", names: &[], flags: &[] };

const PROGRAMS: &[Program] = &[
    Program {
        names: &["fetch"],
        grammar: Grammar { letters: "BFhfiNoSTwc", ..PLAIN },
        output: &["o"],
        directory: &[],
        prints: false,
    },
    Program {
        names: &["aria2c"],
        grammar: Grammar {
            letters: "oditjmsxkUTeVPRSGM",
            names: &[
                "ftp-user",
                "ftp-passwd",
                "out",
                "dir",
                "input-file",
                "log",
                "split",
                "max-tries",
                "timeout",
                "max-connection-per-server",
                "min-split-size",
                "all-proxy",
                "ftp-proxy",
                "ftp-type",
                "max-concurrent-downloads",
                "user-agent",
                "checksum",
                "connect-timeout",
                "retry-wait",
            ],
            ..PLAIN
        },
        output: &["o", "out"],
        directory: &["d", "dir"],
        prints: false,
    },
    Program {
        names: &["axel"],
        grammar: Grammar { letters: "snoSUHT", names: &["output", "num-connections", "max-speed"], ..PLAIN },
        output: &["o", "output"],
        directory: &[],
        prints: false,
    },
    Program { names: &["lwp-download"], grammar: PLAIN, output: &[], directory: &[], prints: false },
    Program {
        names: &["get", "lwp-request", "lwp-mirror"],
        grammar: Grammar { letters: "mbtiCcHp", ..PLAIN },
        output: &[],
        directory: &[],
        prints: true,
    },
    Program { names: &["lynx", "links", "elinks", "w3m"], grammar: PLAIN, output: &[], directory: &[], prints: true },
];

/// Whether a program, by its bare name, is one of these.
pub(super) fn is_program(name: &str) -> bool {
    PROGRAMS.iter().any(|program| program.names.contains(&name))
}

pub(super) fn orders(call: &Call<'_>) -> Option<Orders> {
    let program = PROGRAMS.iter().find(|program| program.names.contains(&call.program))?;
    let (mut output, mut directory, mut user, mut password) = (None, None, None, None);
    let (mut addresses, mut names) = (Vec::new(), Vec::new());
    let (mut host, mut file) = (None, None);
    for item in options::items(call.arguments, program.grammar) {
        match item {
            Item::Option(name, value) if program.output.contains(&name) => output = value,
            Item::Option(name, value) if program.directory.contains(&name) => directory = value,
            Item::Option("ftp-user", value) => user = value,
            Item::Option("ftp-passwd", value) => password = value,
            Item::Option("h", value) => host = value,
            Item::Option("f", value) => file = value,
            Item::Option(..) => {}
            Item::Operand(word) => match url::parse(word) {
                Some(url) => addresses.push(url),
                None => names.push(word),
            },
        }
    }
    if let (Some(host), Some(file), "fetch") = (host, file, call.program) {
        addresses.extend(url::parse(&format!("ftp://{host}/{}", file.trim_start_matches('/'))));
    }
    if call.program == "lwp-download" {
        output = names.first().copied();
    }
    let mut sessions = Vec::new();
    for url in addresses.iter().filter(|url| url.scheme != Scheme::Sftp).take(SESSIONS) {
        let mut visit = Visit::to(url, call, 0);
        if let (Some(user), None) = (user, &url.username) {
            visit.login(user, password.map(Secret::new));
        }
        visit.login_or_anonymous("anonymous@");
        visit.send_login();
        let (remote_directory, name) = url.split_path();
        visit.enter(remote_directory, true);
        let local = match output {
            _ if program.prints => call.output,
            Some("-") => call.output,
            Some(output) => Some(output),
            None => Some(name),
        };
        let local = local.map(|local| directory.map_or_else(|| local.to_owned(), |place| local_join(place, local)));
        if name.is_empty() {
            visit.session.local_writes.extend(local.filter(|local| !local.is_empty()));
        } else {
            visit.transfer(Move { mode: url.mode.unwrap_or(Mode::Binary), ..Move::get(name, local) });
        }
        sessions.push(visit.finish());
    }
    Orders::of(sessions)
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use crate::script::launch::Platform;

    #[test]
    fn each_program_names_its_file() {
        check(
            Platform::Unix,
            &[
                ("fetch -q -o /tmp/a ftp://ann:pw@h.x/d/b", &["ftp ann:pw@h.x:21 get d/b -> /tmp/a"]),
                ("fetch -h h.x -f /d/b", &["ftp anonymous:anonymous@@h.x:21 get d/b -> b"]),
                ("aria2c --ftp-user=ann --ftp-passwd=pw -d /t -o a ftp://h.x/b", &["ftp ann:pw@h.x:21 get b -> /t/a"]),
                ("axel -n 4 -o a ftp://u:p@h.x/b", &["ftp u:p@h.x:21 get b -> a"]),
                ("lwp-download ftp://u:p@h.x/b /tmp/c", &["ftp u:p@h.x:21 get b -> /tmp/c"]),
                ("GET ftp://u:p@h.x/b", &["ftp u:p@h.x:21 get b -> ?"]),
                ("lynx -source ftp://u:p@h.x/b", &["ftp u:p@h.x:21 get b -> ?"]),
                ("get the ftp address", &[]),
            ],
        );
    }
}
