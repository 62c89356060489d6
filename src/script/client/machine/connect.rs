//! Connecting and logging in: `open`, the prompts of the automatic login, `user`, `quote`, `close`.

use super::{CommandLine, Connection, Machine, Representation, is_refusal};
use crate::base::secret::Secret;
use crate::script::address;
use crate::script::client::dialect::{Greets, LoginName, Lookup};
use crate::script::client::tokens;
use crate::script::launch::Client;
use crate::script::session::{AddressClass, Credential, Scheme, Session};

/// What `ftp.exe -A` sends as password: the local user at the local host, which the script does not tell.
const ANONYMOUS_PASSWORD: &str = "<localuser>@<localhost>";

/// The control port of FTP (RFC 959).
const FTP_PORT: u16 = 21;

impl Machine<'_> {
    pub(super) fn open(&mut self, line: &mut CommandLine) {
        if self.connection.is_some() {
            if let Some(host) = line.argument(1).map(str::to_owned) {
                self.session().also_named_hosts.push(host);
            }
            self.fail_command("Already connected, use close first.");
            return;
        }
        if line.arguments().is_empty()
            && let Some(host) = self.last_host.clone().filter(|_| self.dialect.reopens)
        {
            self.connect(line.number, Some(&host), None);
            return;
        }
        if line.arguments().is_empty() && !self.another(line, "To") {
            self.usage(line);
            return;
        }
        let port = line.argument(2).map(|word| match self.dialect.client {
            // inetutils reads as far as there are digits: `21\r` is 21.
            Client::Inetutils | Client::BsdFtp => word.trim_end_matches(|c: char| !c.is_ascii_digit()).parse::<u16>(),
            _ => word.parse::<u16>(),
        });
        if line.arguments().len() > 2 || matches!(port, Some(Err(_))) {
            if let Some(host) =
                line.argument(1).filter(|_| line.argument(2).is_some_and(is_variable)).map(str::to_owned)
            {
                self.connect(line.number, Some(&host), None);
                self.doubt(format!("the port is a variable: {}", line.argument(2).unwrap_or_default()));
                return;
            }
            self.usage(line);
            return;
        }
        let host = line.argument(1).map(str::to_owned);
        self.connect(line.number, host.as_deref(), port.and_then(Result::ok));
    }

    /// z/OS in batch: where nothing names the host, the first line does: `host [port] [(options]`.
    pub(super) fn connect_to_first_line(&mut self) {
        while let Some((number, text)) = self.lines.get(self.next).filter(|(_, text)| text.trim().is_empty()).cloned() {
            self.next = self.next.saturating_add(1);
            self.execute(number, &text);
        }
        let Some((number, text)) = self.lines.get(self.next).cloned() else { return };
        let words = tokens::split(&text, false);
        let mut words = words.iter().take_while(|word| !word.starts_with('('));
        let Some(host) = words.next() else { return };
        if matches!(self.dialect.lookup(host), Lookup::Command(name, _) if host.eq_ignore_ascii_case(name)) {
            return;
        }
        let port = words.next().and_then(|port| port.parse().ok());
        self.answer("Host");
        self.connect(number, Some(host), port);
    }

    /// Connects and, unless told otherwise, logs in with the lines that follow.
    pub(super) fn connect(&mut self, line: u32, host: Option<&str>, port: Option<u16>) {
        let target = Target::of(host);
        if self.session.as_ref().is_some_and(|session| session.host.is_some() || !session.credentials.is_empty()) {
            self.end_session();
        }
        let session = self.session.get_or_insert_with(Session::default);
        let port = port.or(target.port).unwrap_or(FTP_PORT);
        session.line = line;
        session.host.clone_from(&target.host);
        session.port = Some(port);
        session.address_class = target.host.as_deref().map(address::classify);
        session.scheme = target.scheme;
        if let Some(word) = host
            && self.world.connects(word, port) == Some(false)
        {
            return;
        }
        self.last_host = host.map(str::to_owned);
        if self.dialect.unix {
            self.representation = Representation::Ascii;
        }
        self.connection = Some(Connection {
            told: Representation::Ascii,
            logged_in: false,
            greeted: false,
            doomed: target.compound,
            remote_directory: None,
            rename_from: None,
        });
        if target.compound {
            self.doubt(
                "the client takes the whole word for a host name and would not connect; shown is what was meant",
            );
        } else if target.host.as_deref().map(address::classify) == Some(AddressClass::Invalid) {
            self.doubt("the host is no name or address as it stands");
        }
        if self.dialect.greets == Greets::BeforeLogin {
            self.greet();
        }
        if let Some((username, password)) = target.login {
            self.credential(line, Some(username), password);
        }
        if self.switches.anonymous {
            self.log_in_anonymously(line);
        } else if !self.switches.no_auto_login {
            self.log_in(line, target.host.as_deref().unwrap_or_default());
        }
        if self.dialect.greets == Greets::AfterConnecting && self.connection.is_some() {
            self.greet();
        }
    }

    /// What the client sends unasked. Clients of Unix that find a Unix there switch to binary.
    fn greet(&mut self) {
        for command in self.dialect.greeting {
            self.send(*command);
        }
        if let Some(connection) = &mut self.connection {
            connection.greeted = true;
        }
        if self.dialect.automatic_binary && self.world.is_unix_server() {
            self.representation = Representation::Image;
        }
    }

    fn log_in_anonymously(&mut self, line: u32) {
        let password = match self.world.local_user() {
            Some(user) if self.dialect.unix => format!("{user}@"),
            _ => ANONYMOUS_PASSWORD.to_owned(),
        };
        self.send("USER anonymous");
        let reply = self.send(format!("PASS {password}"));
        self.credential(line, Some("anonymous".to_owned()), Some(password));
        self.note_login(reply);
    }

    /// The automatic login: what `.netrc` says of the host, and two prompts that take the next two lines as they stand.
    fn log_in(&mut self, line: u32, host: &str) {
        let file = self.switches.netrc.as_deref();
        let known = if self.dialect.unix { self.world.netrc(host, None, file) } else { None };
        let entry = known.unwrap_or_default();
        if let (Some(place), Some(_)) = (&entry.source, entry.init()) {
            let message = format!("after the login the client runs the macro `init` of {}", place.path);
            self.note(line, "netrc-macro", &message);
        }
        let source = entry.source.filter(|_| entry.username.is_some() || entry.password.is_some());
        self.macros.extend(entry.macros);
        self.knows_directory = false;
        let (mut line, mut spilt) = (line, None);
        let username = match entry.username {
            Some(username) => username,
            None => {
                let Some((username, rest)) = self.ask_for_name() else { return };
                line = self.log.last().map_or(line, |command| command.line);
                spilt = rest;
                username
            }
        };
        let (username, spilt) = match username.trim().split_once([' ', '\t']) {
            // z/OS takes user and password from one line.
            Some((name, rest)) if self.dialect.splits_login => (name.to_owned(), Some(rest.trim().to_owned())),
            _ => (username, spilt),
        };
        let reply = self.send(with_argument("USER", &username));
        let password = if reply.is_some_and(|code| !(300..400).contains(&code)) {
            None
        } else if let Some(password) = entry.password.map(|secret| secret.reveal().to_owned()).or(spilt) {
            Some(password)
        } else {
            Some(self.ask_for_password().unwrap_or_default())
        };
        let reply = match &password {
            Some(password) => self.send(with_argument("PASS", password)),
            None => reply,
        };
        self.credential(line, Some(username), password);
        if let Some(credential) = self.session().credentials.last_mut().filter(|_| source.is_some()) {
            credential.source = source;
        }
        if let Some(doubt) = entry.doubt {
            self.doubt(doubt);
        }
        if let Some(account) = entry.account {
            self.send(with_argument("ACCT", &account));
            if let Some(credential) = self.session().credentials.last_mut() {
                credential.account = Some(account);
            }
        }
        if self.note_login(reply) {
            self.run_init_macro(line);
        }
    }

    /// The answer to the question for the user's name, and what of it answers the question for the password already;
    /// nothing where the client gives the login up.
    fn ask_for_name(&mut self) -> Option<(String, Option<String>)> {
        let answer = self.answer("User");
        if answer.is_none() && self.dialect.eof_aborts_login {
            return None;
        }
        let typed = answer.unwrap_or_default();
        if typed.is_empty() {
            let name = self.world.local_user().unwrap_or_default().to_owned();
            if name.is_empty() {
                self.doubt("the user name is empty: the client sends its default, the local user's name");
            }
            return Some((name, None));
        }
        self.warn_of_commands(&typed);
        match self.dialect.login_name {
            LoginName::Refused if typed.len() > 78 => None,
            LoginName::Split if typed.len() > 77 => {
                let name = typed.get(..typed.floor_char_boundary(77)).unwrap_or_default().to_owned();
                let rest = typed.get(typed.floor_char_boundary(78)..).unwrap_or_default().to_owned();
                Some((name, Some(rest).filter(|rest| !rest.is_empty())))
            }
            _ => Some((typed, None)),
        }
    }

    fn ask_for_password(&mut self) -> Option<String> {
        let answer = self.answer("Password");
        if let Some(password) = &answer {
            self.warn_of_commands(password);
        }
        answer
    }

    pub(super) fn user(&mut self, line: &mut CommandLine) {
        if line.arguments().is_empty() && !self.another(line, "Username") {
            self.usage(line);
            return;
        }
        if line.arguments().len() > 3 {
            self.usage(line);
            return;
        }
        let username = line.argument(1).unwrap_or_default().to_owned();
        self.logged_out();
        let mut reply = self.send(with_argument("USER", &username));
        let wanted = reply.is_none_or(|code| (300..400).contains(&code));
        let password = match line.argument(2) {
            _ if !wanted => None,
            Some(password) => Some(password.to_owned()),
            None => self.ask_for_password(),
        };
        if wanted {
            reply = self.send(with_argument("PASS", password.as_deref().unwrap_or_default()));
        }
        self.credential(line.number, Some(username), password);
        if let Some(account) = line.argument(3).map(str::to_owned).filter(|_| !is_refusal(reply)) {
            self.send(with_argument("ACCT", &account));
            if let Some(credential) = self.session().credentials.last_mut() {
                credential.account = Some(account);
            }
        }
        self.note_login(reply);
    }

    /// Sends its arguments, joined by one blank, as they are; the client does not look into them, the server does.
    pub(super) fn quote(&mut self, line: &mut CommandLine) {
        if line.arguments().is_empty() && !self.another(line, "Command line to send") {
            self.usage(line);
            return;
        }
        let command = line.arguments().join(" ");
        let reply = self.send(command.clone());
        let (verb, argument) = command.split_once(' ').unwrap_or((&command, ""));
        let argument = argument.to_owned();
        match verb.to_ascii_uppercase().as_str() {
            "USER" => {
                self.logged_out();
                self.credential(line.number, Some(argument), None);
            }
            "PASS" => {
                match self.session().credentials.last_mut().filter(|credential| credential.password.is_none()) {
                    Some(credential) => credential.password = Some(Secret::new(argument)),
                    None => self.credential(line.number, None, Some(argument)),
                }
                if let Some(connection) = &mut self.connection {
                    connection.logged_in = !is_refusal(reply);
                }
            }
            verb => {
                self.server_effect(verb, &argument);
                self.session().raw.push(command);
            }
        }
    }

    /// What a command sent as it is does on the server, as far as the report follows it.
    fn server_effect(&mut self, verb: &str, argument: &str) {
        match verb {
            "DELE" => self.session().deletes.push(argument.to_owned()),
            "MKD" | "XMKD" => self.session().makes_directories.push(argument.to_owned()),
            "RMD" | "XRMD" => self.session().removes_directories.push(argument.to_owned()),
            "CWD" | "XCWD" => self.enter_remote(argument),
            "TYPE" => self.set_server_mode(argument),
            "RNFR" => {
                if let Some(connection) = &mut self.connection {
                    connection.rename_from = Some(argument.to_owned());
                }
            }
            "RNTO" => {
                if let Some(from) = self.connection.as_mut().and_then(|connection| connection.rename_from.take()) {
                    self.session().renames.push([from, argument.to_owned()]);
                }
            }
            "PASV" | "EPSV" => {
                self.doubt("a quoted PASV changes nothing: the client goes on to open its own data port")
            }
            "STOR" | "RETR" | "APPE" => {
                self.doubt("a quoted transfer command moves no data: the client opens no data connection for it")
            }
            _ => {}
        }
    }

    /// A type that the server is told behind the client's back; what the client thinks it told stays as it was.
    fn set_server_mode(&mut self, argument: &str) {
        self.doubt(format!("the server was told TYPE {argument} behind the client's back"));
    }

    pub(super) fn close(&mut self) {
        self.send("QUIT");
        self.connection = None;
        self.macros.clear();
    }

    pub(super) fn bye(&mut self) {
        if self.connection.is_some() {
            self.close();
        }
        self.ended = true;
    }

    /// Notes how the login went by the server's last word; true where the client is in.
    pub(super) fn note_login(&mut self, reply: Option<u16>) -> bool {
        let Some(connection) = self.connection.as_mut().filter(|_| !is_refusal(reply)) else { return false };
        connection.logged_in = true;
        if self.dialect.greets == Greets::AfterLogin {
            self.greet();
        }
        true
    }

    /// USER ends the login that was.
    fn logged_out(&mut self) {
        if let Some(connection) = &mut self.connection {
            connection.logged_in = false;
        }
    }

    fn credential(&mut self, line: u32, username: Option<String>, password: Option<String>) {
        let anonymous = username.as_deref().is_some_and(|name| matches!(name.trim(), "anonymous" | "ftp"));
        let password = password.map(Secret::new);
        self.session().credentials.push(Credential { username, password, anonymous, line, ..Credential::default() });
    }

    /// Says so where an answer to a login prompt reads like a command: a line is missing or too much before it.
    fn warn_of_commands(&mut self, answer: &str) {
        let words = tokens::split(answer, self.dialect.unix);
        let command = words.first().map(|word| self.dialect.lookup(word));
        let looks_like_one = match command {
            Some(Lookup::Command(name, _)) => {
                words.len() > 1 || words.first().is_some_and(|word| word.eq_ignore_ascii_case(name))
            }
            _ => false,
        };
        if looks_like_one {
            let line = self.log.last().map_or(0, |command| command.line);
            self.note(
                line,
                "answer-reads-like-command",
                "the client takes this line for the answer to a prompt, though it reads like a command",
            );
        }
    }
}

fn with_argument(verb: &str, argument: &str) -> String {
    if argument.is_empty() { verb.to_owned() } else { format!("{verb} {argument}") }
}

fn is_variable(word: &str) -> bool {
    word.starts_with(['%', '$', '!']) || word.eq_ignore_ascii_case("port")
}

/// The host word of `open`, taken apart as its author meant it.
struct Target {
    host: Option<String>,
    port: Option<u16>,
    login: Option<(String, Option<String>)>,
    scheme: Scheme,
    /// More than a host in one word, which the client takes for a name and fails.
    compound: bool,
}

impl Target {
    fn of(word: Option<&str>) -> Self {
        let mut target =
            Self { host: word.map(str::to_owned), port: None, login: None, scheme: Scheme::Ftp, compound: false };
        let Some(word) = word else { return target };
        let mut rest = word;
        for (prefix, scheme) in [("ftp://", Scheme::Ftp), ("ftps://", Scheme::Ftps), ("sftp://", Scheme::Sftp)] {
            if word.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix)) {
                rest = word.get(prefix.len()..).unwrap_or_default();
                rest = rest.split('/').next().unwrap_or(rest);
                target.scheme = scheme;
                target.compound = true;
            }
        }
        if let Some((login, host)) = rest.rsplit_once('@') {
            let (username, password) = login.split_once(':').map_or((login, None), |(u, p)| (u, Some(p.to_owned())));
            target.login = Some((username.to_owned(), password));
            target.compound = true;
            rest = host;
        }
        if let Some((host, port)) = rest.rsplit_once(':').filter(|(host, _)| !host.contains(':'))
            && let Ok(port) = port.parse()
        {
            target.port = Some(port);
            target.compound = true;
            rest = host;
        }
        target.host = Some(rest.to_owned());
        target
    }
}

impl Machine<'_> {
    /// Whether the client is the one of Windows.
    pub(super) fn is_windows(&self) -> bool {
        self.dialect.client == Client::WindowsFtp
    }

    /// Whether the client is the one of z/OS.
    pub(super) fn is_zos(&self) -> bool {
        self.dialect.client == Client::ZosFtp
    }

    pub(super) fn is_logged_in(&self) -> bool {
        self.connection.as_ref().is_some_and(|connection| connection.logged_in)
    }
}
