//! `curl` (manual page of curl 7.88; sequences recorded with it): addresses, uploads and outputs pair up in their order.

use super::call::{Call, Orders};
use super::curl_config;
use super::curl_glob;
use super::curl_options::GRAMMAR;
use super::options::{self, Item};
use super::visit::{Move, SESSIONS, Visit, local_join};
use crate::base::secret::Secret;
use crate::script::launch::Client;
use crate::script::local_path;
use crate::script::session::{Scheme, Session};
use crate::script::transfer::Mode;
use crate::script::url::{self, Url};

/// Files that one address or upload may stand for before it is taken as a pattern.
const EXPANDED: usize = 100;

/// Operations, and addresses in one operation, that are followed.
const MANY: usize = 1000;

/// An address with the output and the upload that fall to it.
#[derive(Debug, Clone, Default)]
struct Node {
    line: u32,
    url: Option<String>,
    output: Option<Output>,
    upload: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Output {
    /// `-o`.
    File(String),
    /// `-O`.
    RemoteName,
}

/// What holds for all addresses up to `--next`.
#[derive(Debug, Clone, Default)]
struct Operation {
    nodes: Vec<Node>,
    user: Option<String>,
    account: Option<String>,
    directory: Option<String>,
    request: Option<String>,
    scheme_default: Option<String>,
    quotes: Vec<String>,
    ascii: bool,
    append: bool,
    list_only: bool,
    head: bool,
    tls: bool,
    netrc: bool,
    netrc_file: Option<String>,
    /// Whether the user's `.curlrc` is passed over.
    bare: bool,
    all_by_name: bool,
    literal: bool,
    makes_directories: bool,
}

pub(super) fn orders(call: &Call<'_>) -> Option<Orders> {
    let own = options::items(call.arguments, GRAMMAR);
    let config = own.iter().find_map(|item| match item {
        Item::Option("K" | "config", Some(file)) => Some((*file).to_owned()),
        _ => None,
    });
    let words = call.script.map(curl_config::words).unwrap_or_default();
    let of_file = words.iter().map(|(line, option, value)| (*line, Item::Option(option, value.as_deref())));
    let items: Vec<(u32, Item<'_>)> = own.into_iter().map(|item| (0, item)).chain(of_file).collect();
    let mut sessions: Vec<Session> = Vec::new();
    for operation in operations(&items).into_iter().take(MANY) {
        sessions.extend(run(&operation, call));
        sessions.truncate(SESSIONS);
    }
    if let Some(text) = call.script {
        curl_config::comment(&mut sessions, text, &words);
    }
    if sessions.is_empty() && config.is_none() {
        return None;
    }
    // A text that another tool than this reads is none of its own where the command line already names the server.
    let script_path = config.filter(|_| sessions.is_empty()).filter(|file| file != "-");
    Some(Orders { sessions, script_path, ..Orders::default() })
}

fn operations(items: &[(u32, Item<'_>)]) -> Vec<Operation> {
    let mut done = Vec::new();
    let mut now = Operation::default();
    for (line, item) in items {
        match item {
            Item::Operand(url) => now.take(*line, "url", url),
            Item::Option(":" | "next", _) => done.push(std::mem::take(&mut now)),
            Item::Option(name, value) => now.take(*line, name, value.unwrap_or_default()),
        }
    }
    done.push(now);
    done
}

impl Operation {
    /// Puts something into the first node that still lacks it, or into a new one.
    fn put(&mut self, line: u32, lacks: impl Fn(&Node) -> bool, put: impl FnOnce(&mut Node)) {
        if let Some(node) = self.nodes.iter_mut().find(|node| lacks(node)) {
            node.line = node.line.max(line);
            put(node);
        } else if self.nodes.len() < MANY {
            let mut node = Node { line, ..Node::default() };
            put(&mut node);
            self.nodes.push(node);
        }
    }

    fn take(&mut self, line: u32, name: &str, value: &str) {
        match name {
            "url" => self.put(line, |node| node.url.is_none(), |node| node.url = Some(value.to_owned())),
            "o" | "output" => {
                let output = Output::File(value.to_owned());
                self.put(line, |node| node.output.is_none(), |node| node.output = Some(output));
            }
            "O" | "remote-name" => {
                self.put(line, |node| node.output.is_none(), |node| node.output = Some(Output::RemoteName));
            }
            "T" | "upload-file" => {
                self.put(line, |node| node.upload.is_none(), |node| node.upload = Some(value.to_owned()));
            }
            "u" | "user" => self.user = Some(value.to_owned()),
            "ftp-account" => self.account = Some(value.to_owned()),
            "output-dir" => self.directory = Some(value.to_owned()),
            "X" | "request" => self.request = Some(value.to_owned()),
            "proto-default" => self.scheme_default = Some(value.to_owned()),
            "Q" | "quote" => self.quotes.push(value.to_owned()),
            "B" | "use-ascii" => self.ascii = true,
            "q" | "disable" => self.bare = true,
            "a" | "append" => self.append = true,
            "l" | "list-only" => self.list_only = true,
            "I" | "head" => self.head = true,
            "ssl" | "ssl-reqd" | "ftp-ssl" | "ftp-ssl-reqd" | "ftp-ssl-control" => self.tls = true,
            "n" | "netrc" | "netrc-optional" => self.netrc = true,
            "netrc-file" => {
                self.netrc = true;
                self.netrc_file = Some(value.to_owned());
            }
            "remote-name-all" => self.all_by_name = true,
            "g" | "globoff" => self.literal = true,
            "ftp-create-dirs" => self.makes_directories = true,
            _ => {}
        }
    }

    /// The address as curl completes it: without a scheme, a host that begins with `ftp.` means FTP.
    fn address(&self, text: &str) -> Option<Url> {
        if text.contains("://") {
            return url::parse(text).filter(|_| !text.starts_with("fish") && !text.starts_with("ftpes"));
        }
        let default = self.scheme_default.as_deref().filter(|scheme| scheme.contains("ftp"));
        let host = text.rsplit_once('@').map_or(text, |(_, host)| host);
        let guessed = host.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("ftp.")).then_some("ftp");
        url::parse(&format!("{}://{text}", default.or(guessed)?))
    }
}

/// The sessions of one operation: addresses of the same server and login share one.
fn run(operation: &Operation, call: &Call<'_>) -> Vec<Session> {
    let mut done: Vec<Session> = Vec::new();
    let mut open: Option<(Url, Visit<'_>)> = None;
    for node in operation.nodes.iter().take(MANY) {
        let Some(text) = node.url.as_deref() else { continue };
        let whole = || vec![(text.to_owned(), Vec::new())];
        let many = if operation.literal { Some(whole()) } else { curl_glob::expand(text, EXPANDED) };
        let pattern = many.is_none();
        for (address, parts) in many.unwrap_or_else(whole) {
            let Some(url) = operation.address(&address) else { continue };
            let same = open.as_ref().is_some_and(|(before, _)| {
                (before.scheme, &before.host, before.port, &before.username, &before.password)
                    == (url.scheme, &url.host, url.port, &url.username, &url.password)
            });
            if !same {
                done.extend(open.take().map(|(_, visit)| close(operation, visit)));
                if done.len() >= SESSIONS {
                    return done;
                }
                open = Some((url.clone(), connect(operation, &url, call, node.line)));
            }
            if let Some((_, visit)) = &mut open {
                go(operation, node, (&url, &address, &parts, pattern), call, visit);
            }
        }
    }
    done.extend(open.map(|(_, visit)| close(operation, visit)));
    done
}

fn connect<'a>(operation: &Operation, url: &Url, call: &'a Call<'a>, line: u32) -> Visit<'a> {
    let mut visit = Visit::to(url, call, line);
    if operation.tls && visit.session.scheme == Scheme::Ftp {
        visit.session.scheme = Scheme::Ftps;
    }
    if let Some(user) = &operation.user {
        let (name, password) = user.split_once(':').map_or((user.as_str(), None), |(name, word)| (name, Some(word)));
        visit.login(name, password.map(Secret::new));
    } else if operation.netrc {
        let is_told = visit.login_by_netrc(operation.netrc_file.as_deref());
        if !is_told && visit.session.credentials.is_empty() {
            visit.doubt("the login stands in a .netrc that the command line does not show");
        }
    } else {
        if !operation.bare {
            visit.login_by_settings(Client::Curl);
        }
        visit.login_or_anonymous("ftp@example.com");
    }
    if let (Some(account), Some(login)) = (&operation.account, visit.session.credentials.first_mut()) {
        login.account = Some(account.clone());
    }
    visit.send_login();
    visit.send("PWD");
    // Without a mark a command goes before the transfer, with `+` just before it, with `-` after it; `*` lets it fail.
    for command in operation.quotes.iter().filter(|command| !command.starts_with('-')) {
        visit.quote(command.trim_start_matches(['+', '*']));
    }
    visit
}

fn close(operation: &Operation, mut visit: Visit<'_>) -> Session {
    for command in operation.quotes.iter().filter_map(|command| command.strip_prefix('-')) {
        visit.quote(command.trim_start_matches('*'));
    }
    visit.send("QUIT");
    visit.finish()
}

/// One address, as it is after its sequences are worked off.
fn go(
    operation: &Operation,
    node: &Node,
    (url, address, parts, pattern): (&Url, &str, &[String], bool),
    call: &Call<'_>,
    visit: &mut Visit<'_>,
) {
    let (directory, name) = url.split_path();
    visit.enter(directory, true);
    let ascii = operation.ascii || url.mode == Some(Mode::Ascii);
    let mode = if ascii { Mode::Ascii } else { Mode::Binary };
    if let Some(upload) = node.upload.as_deref().filter(|file| !file.is_empty()) {
        let whole = || vec![(upload.to_owned(), Vec::new())];
        let many = if operation.literal { Some(whole()) } else { curl_glob::expand(upload, EXPANDED) };
        let pattern = pattern || many.is_none();
        for (file, _) in many.unwrap_or_else(whole) {
            let from_input = matches!(file.as_str(), "-" | ".");
            let remote = match name {
                "" if from_input => None,
                "" => Some(local_path::file_name(&file).to_owned()),
                _ => Some(name.to_owned()),
            };
            let moved = Move::put("", Some(file).filter(|_| !from_input));
            visit.transfer(Move { remote, mode, pattern, append: operation.append, ..moved });
            if from_input {
                visit.doubt("what is uploaded comes from standard input");
            }
        }
        if operation.makes_directories && !directory.is_empty() {
            visit.session.makes_directories.push(directory.to_owned());
        }
        return;
    }
    let local = local_name(operation, node, address, parts).or_else(|| call.output.map(str::to_owned));
    if name.is_empty() {
        match &operation.request {
            Some(command) => visit.quote(command),
            None => {
                visit.set_mode(Mode::Ascii);
                visit.send(if operation.list_only { "NLST" } else { "LIST" });
            }
        }
        visit.session.local_writes.extend(local.filter(|local| local != "-"));
    } else if operation.head {
        visit.doubt("only size and time of the file are asked for");
    } else {
        let remote = name.to_owned();
        visit.transfer(Move { mode, pattern, ..Move::get(remote, local.filter(|local| local != "-")) });
    }
}

/// The file that is written; nothing for standard output.
fn local_name(operation: &Operation, node: &Node, address: &str, parts: &[String]) -> Option<String> {
    let name = match &node.output {
        Some(Output::File(file)) if operation.literal => file.clone(),
        Some(Output::File(file)) => curl_glob::fill(file, parts),
        Some(Output::RemoteName) => by_address(address)?,
        None if operation.all_by_name => by_address(address)?,
        None => return None,
    };
    match operation.directory.as_deref().filter(|_| name != "-") {
        Some(directory) => Some(local_join(directory, &name)),
        None => Some(name),
    }
}

/// The last part of an address as it is written: percent signs stay (manual page, `--remote-name`).
fn by_address(address: &str) -> Option<String> {
    let path = address.split_once("://").map_or(address, |(_, rest)| rest);
    let (_, name) = path.rsplit_once('/')?;
    let name = name.split_once(";type=").map_or(name, |(name, _)| name);
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, sessions};
    use crate::script::launch::Platform;

    #[test]
    fn downloads() {
        check(
            Platform::Windows,
            &[
                (
                    "curl -s ftp://ann:q%40w@192.0.2.60:2121/sub/x.exe -o %TEMP%\\x.exe",
                    &["ftp ann:q@w@192.0.2.60:2121 get sub/x.exe -> %TEMP%\\x.exe"],
                ),
                ("curl.exe -sSu ann:pw -O ftp://h.x/a%20b", &["ftp ann:pw@h.x:21 get a b -> a%20b"]),
                ("curl -uann:pw ftp://h.x//etc/passwd", &["ftp ann:pw@h.x:21 get /etc/passwd -> ?"]),
                ("curl --user=ann:p:w \"ftp://h.x/a;type=a\" -O", &["ftp ann:p:w@h.x:21 get a -> a a"]),
                ("curl -O --output-dir C:\\t ftp://h.x/a", &["ftp anonymous:ftp@example.com@h.x:21 get a -> C:\\t\\a"]),
                (
                    "curl -o a ftp://h.x/1 -o b ftp://h.x/2",
                    &["ftp anonymous:ftp@example.com@h.x:21 get 1 -> a, get 2 -> b"],
                ),
                (
                    "curl -u a:b ftp://h.x/{p,q}[8-10].txt -o \"#1_#2\"",
                    &["ftp a:b@h.x:21 get p8.txt -> p_8, get p9.txt -> p_9, get p10.txt -> p_10, \
                       get q8.txt -> q_8, get q9.txt -> q_9, get q10.txt -> q_10"],
                ),
                ("curl -g -O ftp://h.x/{p}", &["ftp anonymous:ftp@example.com@h.x:21 get {p} -> {p}"]),
                (
                    "curl ftp://h.x/f[1-100000] -O",
                    &["ftp anonymous:ftp@example.com@h.x:21 get f[1-100000] -> f[1-100000] *"],
                ),
                (
                    "curl -u a:b -O ftp://h.x/1 --next -u c:d -O ftp://h.x/2",
                    &["ftp a:b@h.x:21 get 1 -> 1", "ftp c:d@h.x:21 get 2 -> 2"],
                ),
                ("curl ftps://a:b@h.x/1 -o c", &["ftps a:b@h.x:990 get 1 -> c"]),
                ("curl --ssl-reqd -k -u a:b ftp://h.x/1 -o c", &["ftps a:b@h.x:21 get 1 -> c"]),
                ("curl -u a ftp.h.x/1 -o c", &["ftp a:?@ftp.h.x:21 get 1 -> c"]),
                ("curl -x proxy.example:3128 -o c ftp://a:b@[2001:db8::1]/1", &["ftp a:b@2001:db8::1:21 get 1 -> c"]),
                ("curl sftp://a:b@h.x/1 -o c", &["sftp a:b@h.x:22 get 1 -> c"]),
                ("curl -n ftp://h.x/1 -o c", &["ftp h.x:21 get 1 -> c"]),
                ("curl -T- https://h.x/", &[]),
            ],
        );
    }

    #[test]
    fn uploads() {
        check(
            Platform::Windows,
            &[
                (
                    "curl -T C:\\d\\a.zip -u ann:pw ftp://192.0.2.61/in/",
                    &["ftp ann:pw@192.0.2.61:21 put in/a.zip <- C:\\d\\a.zip"],
                ),
                ("curl -aT a.log ftp://a:b@h.x/all.log", &["ftp a:b@h.x:21 put all.log <- a.log"]),
                ("curl --upload-file {a,b}.z ftp://a:b@h.x", &["ftp a:b@h.x:21 put a.z <- a.z, put b.z <- b.z"]),
                ("curl -T - ftp://a:b@h.x/x", &["ftp a:b@h.x:21 put x <- ?"]),
                ("curl -BT a --ftp-create-dirs ftp://a:b@h.x/n/", &["ftp a:b@h.x:21 put n/a <- a a"]),
            ],
        );
        assert_eq!(sessions("curl -T a --ftp-create-dirs ftp://h.x/n/", Platform::Unix)[0].makes_directories, ["n"]);
    }

    #[test]
    fn listings_and_other_commands_move_nothing() {
        let session = &sessions(
            "curl -u a:b -l ftp://h.x/d/ -o list.txt -Q \"-DELE b.txt\" -Q \"RNFR c\" -Q \"RNTO d\"",
            Platform::Unix,
        )[0];
        assert!(session.transfers.is_empty());
        assert_eq!(session.local_writes, ["list.txt"]);
        assert_eq!(
            (session.deletes.as_slice(), session.renames.as_slice()),
            (["b.txt".to_owned()].as_slice(), [["c".to_owned(), "d".to_owned()]].as_slice())
        );
        assert_eq!(
            session.commands[0].wire,
            ["USER a", "PASS b", "PWD", "RNFR c", "RNTO d", "CWD d", "TYPE A", "NLST", "DELE b.txt", "QUIT"]
        );
        let asked = &sessions("curl -X \"SITE HELP\" ftp://a:b@h.x/", Platform::Unix)[0];
        assert_eq!(asked.raw, ["SITE HELP"]);
        assert!(sessions("curl -I ftp://a:b@h.x/f", Platform::Unix)[0].transfers.is_empty());
    }
}
