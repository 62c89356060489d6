//! Clients whose command line says everything: what to fetch or to store, where, and as whom.
//!
//! Each client is a function from a `Call` to its `Orders`. It is asked twice: when the command line is met, whether it
//! speaks FTP at all, and when it is run, perhaps with the text that it reads options or addresses from.

mod addresses;
mod auto;
mod busybox;
mod call;
mod curl;
mod curl_config;
mod curl_glob;
mod curl_options;
mod ncftp;
mod ncftp_commands;
mod options;
mod rclone;
mod visit;
mod wget;
mod windows;

use super::world::World;
use crate::base::text::Text;
use crate::script::launch::{Client, Launch, Platform};
use crate::script::local_path;
use crate::script::reading::{Confidence, Interpretation};
use crate::script::session::{Command, Role};
use crate::script::url;
use call::{Call, Orders};

/// What a client makes of a call; nothing where it has nothing to do with file transfer of this kind.
type Reader = fn(&Call<'_>) -> Option<Orders>;

/// Whether a text is a file of options for curl, by its content.
#[must_use]
pub fn curl_config_confidence(text: &Text, _name: &str) -> Option<Confidence> {
    curl_config::is_config(text).then_some(Confidence::Certain)
}

/// The launch that a command line is; nothing where its client is none of these or it asks nothing of FTP.
#[must_use]
pub fn launch(program: &str, arguments: &[String], platform: Platform) -> Option<Launch> {
    let (name, rest) = normalise(program, arguments);
    let client = client_of(&name, platform)?;
    let call = Call { program: &name, arguments: rest, ..Call::default() };
    let orders = reader(client)?(&call)?;
    let first = orders.sessions.first();
    Some(Launch {
        client: orders.client.unwrap_or(client),
        program: program.to_owned(),
        host: first.and_then(|session| session.host.clone()),
        port: first.and_then(|session| session.port),
        would_run: orders.refused.is_none(),
        note: orders.refused.or(orders.note),
        tells_all: first.is_some() || orders.needs_store,
        needs_store: orders.needs_store,
        reads_input: name == "ncftp",
        script_path: orders.script_path,
        ..Launch::default()
    })
}

/// Runs such a client; nothing where it is none.
#[must_use]
pub fn run(script: Option<&Text>, launch: &Launch, world: &dyn World) -> Option<Interpretation> {
    let client = launch.client;
    let by_dialect = super::dialect(client).is_some();
    if by_dialect && !launch.tells_all {
        return None;
    }
    let (name, rest) = normalise(&launch.program, &launch.arguments);
    let call = Call {
        program: &name,
        arguments: rest,
        command_line: &launch.command_line,
        directory: launch.working_directory.as_deref(),
        output: launch.output.as_deref(),
        script,
        world: Some(world),
    };
    let orders = reader(client)?(&call).unwrap_or_default();
    Some(Interpretation {
        client,
        sessions: orders.sessions,
        diagnostics: orders.diagnostics,
        ..Interpretation::default()
    })
}

/// Whether a word is the name of such a client.
#[must_use]
pub fn is_client(word: &str) -> bool {
    let name = bare_name(word);
    !matches!(name.as_str(), "ftp" | "tnftp")
        && (client_of(&name, Platform::Unix).is_some() || matches!(name.as_str(), "busybox" | "toybox"))
}

/// Whether a line quotes a call of such a client in earnest: one to an address by number. Manuals name their examples.
#[must_use]
pub fn is_quoted_call(line: &str) -> bool {
    let mut words =
        line.split([' ', '\t']).skip_while(|word| matches!(bare_name(word).as_str(), "busybox" | "toybox" | "nohup"));
    let first = words.next().unwrap_or_default();
    is_client(first) && (!is_of_prose(first) || is_nothing_but_call(line)) && {
        let addressed = url::find(line, 0)
            .filter(|at| line.get(..*at).is_some_and(|before| before.ends_with([' ', '\t', '"', '\'', '='])))
            .and_then(|at| url::parse(line.get(at..)?.split([' ', '\t', '"', '\'']).next()?))
            .is_some_and(|url| url.host.parse::<std::net::IpAddr>().is_ok());
        let by_words = bare_name(first).starts_with("ftp")
            && line.split([' ', '\t']).any(|word| word.parse::<std::net::Ipv4Addr>().is_ok());
        addressed || by_words
    }
}

/// Names of clients that are words of prose, or of the requests that a proxy logs: `GET ftp://192.0.2.1/x HTTP/1.1`.
fn is_of_prose(word: &str) -> bool {
    let name = bare_name(word);
    addresses::is_program(&name) && name != "aria2c" || windows::is_shell_program(&name)
}

/// Whether a line is a call and no sentence: besides options and their values it names the address alone.
#[must_use]
pub fn is_nothing_but_call(line: &str) -> bool {
    let words: Vec<&str> = line.split([' ', '\t']).skip(1).filter(|word| !word.is_empty()).collect();
    let own = words.iter().take_while(|word| !word.contains(['>', '|', ';', '&']) || word.contains("://"));
    let mut may_be_value = false;
    own.copied().all(|word| {
        // `/min` of Windows; the path of a request is none.
        let is_switch = |rest: &str| rest.len() < 8 && rest.chars().all(|c| c.is_ascii_alphanumeric());
        let is_option = word.starts_with('-') || word.strip_prefix('/').is_some_and(is_switch);
        let fits = is_option || may_be_value || url::find(word, 0).is_some() || word == "\"\"";
        may_be_value = is_option;
        fits
    })
}

fn reader(client: Client) -> Option<Reader> {
    Some(match client {
        Client::Curl => curl::orders,
        Client::Wget => wget::orders,
        Client::Ncftp => ncftp::orders,
        Client::Busybox => busybox::orders,
        Client::Certutil => windows::certutil,
        Client::Bitsadmin => windows::bitsadmin,
        Client::Explorer => windows::shell,
        Client::Rclone => rclone::orders,
        Client::Tnftp => auto::orders,
        Client::Fetch => addresses::orders,
        _ => return None,
    })
}

fn client_of(name: &str, platform: Platform) -> Option<Client> {
    Some(match (name, platform) {
        ("curl", _) => Client::Curl,
        ("wget" | "wget2", _) => Client::Wget,
        ("ncftp" | "ncftpget" | "ncftpput" | "ncftpls" | "ncftpbatch" | "ncftp3", _) => Client::Ncftp,
        ("ftpget" | "ftpput", _) => Client::Busybox,
        ("certutil", _) => Client::Certutil,
        ("bitsadmin", _) => Client::Bitsadmin,
        ("rclone", _) => Client::Rclone,
        ("ftp", Platform::Unix) | ("tnftp", _) => Client::Tnftp,
        _ if addresses::is_program(name) => Client::Fetch,
        _ if windows::is_shell_program(name) => Client::Explorer,
        _ => return None,
    })
}

/// The client that is really started, with its arguments: behind `sudo`, `nohup`, `busybox`.
fn normalise<'a>(program: &str, arguments: &'a [String]) -> (String, &'a [String]) {
    let mut name = bare_name(program);
    let mut rest = arguments;
    for _ in 0..8 {
        let takes_number = match name.as_str() {
            "sudo" | "nohup" | "exec" | "command" | "setsid" | "time" | "env" | "nice" | "ionice" | "doas" => false,
            "timeout" => true,
            "busybox" | "toybox" => false,
            _ if is_assignment(program) => false,
            _ => break,
        };
        let skipped = |word: &&String| {
            word.starts_with('-')
                || is_assignment(word)
                || takes_number && word.starts_with(|c: char| c.is_ascii_digit())
        };
        let Some(at) = rest.iter().position(|word| !skipped(&word)) else { break };
        let Some((next, after)) = rest.get(at..).and_then(<[String]>::split_first) else { break };
        (name, rest) = (bare_name(next), after);
    }
    (name, rest)
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !name.starts_with('-')
    })
}

/// A line of a text of options or addresses, of which a client takes those that have a verb.
fn command(line: u32, verb: Option<&str>, value: Option<&str>, text: &str) -> Command {
    Command {
        line,
        role: if verb.is_some() { Role::Command } else { Role::Ignored },
        verb: verb.map(str::to_owned),
        arguments: value.map(str::to_owned).into_iter().collect(),
        wire: Vec::new(),
        text: text.to_owned(),
        message: None,
    }
}

/// The program's name alone, folded, without its extension.
fn bare_name(program: &str) -> String {
    let name = local_path::file_name(program.trim_matches(['"', '\'', '@'])).to_ascii_lowercase();
    [".exe", ".com"].iter().find_map(|end| name.strip_suffix(end)).map(str::to_owned).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::limits::Limits;
    use crate::script::client::switches;
    use crate::script::client::{self, world::Unknown};
    use crate::script::session::Session;
    use crate::script::transfer::{Direction, Mode};

    /// A transfer in a few words: `get remote -> local`, an `a` after it for ASCII, a `*` for a pattern.
    fn told(session: &Session) -> Vec<String> {
        let remote = |directory: &Option<String>, name: &Option<String>| {
            let name = name.as_deref().unwrap_or("?");
            local_path::remote_join(directory.as_deref(), name)
        };
        session
            .transfers
            .iter()
            .map(|t| {
                let (verb, arrow) = if t.direction == Direction::Download { ("get", "->") } else { ("put", "<-") };
                let ascii = if t.mode == Mode::Ascii { " a" } else { "" };
                let pattern = if t.pattern { " *" } else { "" };
                let local = t.local_path.as_deref().unwrap_or("?");
                format!("{verb} {} {arrow} {local}{ascii}{pattern}", remote(&t.remote_directory, &t.remote_path))
            })
            .collect()
    }

    pub(super) fn sessions(line: &str, platform: Platform) -> Vec<Session> {
        let words = switches::split_arguments(line);
        let Some(launch) = client::launch(&words, line, platform).filter(|launch| launch.tells_all) else {
            return Vec::new();
        };
        client::run(None, &launch, &Unknown, &Limits::default()).sessions
    }

    /// `scheme user:password@host:port` of a session, then its transfers.
    pub(super) fn summary(session: &Session) -> String {
        let scheme = session.scheme.name();
        let login = session.credentials.first().map_or(String::new(), |login| {
            let user = login.username.as_deref().unwrap_or("?");
            let password = login.password.as_ref().map_or("?", |password| password.reveal());
            format!("{user}:{password}@")
        });
        let host = session.host.as_deref().unwrap_or("?");
        let port = session.port.unwrap_or(0);
        let moved = told(session);
        let tail = if moved.is_empty() { String::new() } else { format!(" {}", moved.join(", ")) };
        format!("{scheme} {login}{host}:{port}{tail}")
    }

    pub(super) fn check(platform: Platform, cases: &[(&str, &[&str])]) {
        for (line, expected) in cases {
            let have: Vec<String> = sessions(line, platform).iter().map(summary).collect();
            assert_eq!(have, *expected, "{line}");
        }
    }

    #[test]
    fn wrappers_are_looked_through() {
        check(
            Platform::Unix,
            &[
                ("sudo curl -O ftp://h.x/a", &["ftp anonymous:ftp@example.com@h.x:21 get a -> a"]),
                ("nohup timeout 30 wget -q ftp://h.x/a", &["ftp anonymous:-wget@@h.x:21 get a -> a"]),
                ("env A=b busybox wget ftp://h.x/a -O /tmp/b", &["ftp anonymous:-wget@@h.x:21 get a -> /tmp/b"]),
                ("/bin/busybox ftpget 192.0.2.1 l r", &["ftp anonymous:busybox@192.0.2.1:21 get r -> l"]),
            ],
        );
    }

    #[test]
    fn other_protocols_and_prose_are_none() {
        let lines = [
            "curl https://h.x/a -o b",
            "wget http://h.x/a",
            "tftp -i 192.0.2.77 GET a.exe",
            "atftp --get -r a 192.0.2.77",
            "busybox tftp -g -r a 192.0.2.77",
            "busybox ls",
            "curl is a client for ftp",
            "certutil -decode a.b64 a.exe",
            "explorer C:\\x",
            "rclone copy C:\\d s3:in",
            "wget is needed",
            "fetch the ftp address",
            "sudo ftp",
            "sftp -b b.txt bob@192.0.2.77",
        ];
        for line in lines {
            for platform in [Platform::Windows, Platform::Unix] {
                assert!(sessions(line, platform).is_empty(), "{line}");
            }
        }
    }

    #[test]
    fn quoted_calls_go_to_numbers() {
        assert!(is_quoted_call("curl -T a -u b:c ftp://192.0.2.1/in/"));
        assert!(is_quoted_call("ftpget -u a -p b 192.0.2.1 c d"));
        for line in ["curl ftp://ftp.example.com/README", "wget it", "see ftp://192.0.2.1/", "ftp 192.0.2.1"] {
            assert!(!is_quoted_call(line), "{line}");
        }
    }

    #[test]
    fn calls_carry_directory_output_and_command() {
        let words = switches::split_arguments("curl ftp://h.x/d/a.sh");
        let launch = client::launch(&words, "curl ftp://h.x/d/a.sh", Platform::Unix).expect("a launch");
        let launch = Launch { working_directory: Some("/tmp".into()), output: Some("b.sh".into()), ..launch };
        let run = client::run(None, &launch, &Unknown, &Limits::default());
        let session = &run.sessions[0];
        assert_eq!(session.transfers[0].resolved_path.as_deref(), Some("/tmp/b.sh"));
        let command = &session.commands[0];
        assert_eq!((command.line, command.verb.as_deref()), (1, Some("curl")));
        assert_eq!(
            command.wire,
            ["USER anonymous", "PASS ftp@example.com", "PWD", "CWD d", "TYPE I", "RETR a.sh", "QUIT"]
        );
    }
}
