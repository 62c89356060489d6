//! The command line of a client: its switches, its script, its host.

use crate::script::launch::{Client, Launch, Platform};
use crate::script::url;

/// The arguments of a command line as the C runtime of Windows splits them: quotes group, `\"` is a quote.
#[must_use]
pub fn split_arguments(command_line: &str) -> Vec<String> {
    let mut arguments = Vec::new();
    let mut word = String::new();
    let (mut begun, mut quoted) = (false, false);
    let mut characters = command_line.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' if characters.peek() == Some(&'"') => {
                characters.next();
                word.push('"');
                begun = true;
            }
            '"' => {
                quoted = !quoted;
                begun = true;
            }
            ' ' | '\t' if !quoted => {
                if std::mem::take(&mut begun) {
                    arguments.push(std::mem::take(&mut word));
                }
            }
            _ => {
                word.push(character);
                begun = true;
            }
        }
    }
    if begun {
        arguments.push(word);
    }
    arguments
}

/// The line-based client that a program is, if it is one.
#[must_use]
pub fn client_of(program: &str, platform: Platform) -> Option<Client> {
    let name = program.trim_matches(['"', '\'', '@']).rsplit(['\\', '/']).next().unwrap_or(program);
    match (name.to_ascii_lowercase().as_str(), platform) {
        ("ftp", Platform::Unix) => Some(Client::BsdFtp),
        ("ftp" | "ftp.exe", _) => Some(Client::WindowsFtp),
        ("inetutils-ftp", _) => Some(Client::Inetutils),
        ("tnftp", _) => Some(Client::Tnftp),
        _ => None,
    }
}

/// The launch of a line-based client; nothing if the program is none.
#[must_use]
pub fn launch(program: &str, arguments: &[String], platform: Platform) -> Option<Launch> {
    let client = client_of(program, platform)?;
    let mut launch = Launch { client, would_run: true, ..Launch::default() };
    match client {
        Client::WindowsFtp => windows(arguments, &mut launch),
        _ => unix(arguments, &mut launch),
    }
    if let Some(url) = launch.switches.host.as_deref().and_then(url::parse).filter(|_| client != Client::WindowsFtp) {
        launch.switches.port = launch.switches.port.or(url.port);
        launch.switches.host = Some(url.host);
        launch.note.get_or_insert_with(|| "only NetBSD's ftp takes an address for a host".to_owned());
    }
    launch.auto_login = !launch.switches.no_auto_login;
    launch.anonymous = launch.switches.anonymous;
    launch.interactive = !launch.switches.no_prompting;
    launch.host.clone_from(&launch.switches.host);
    launch.port = launch.switches.port;
    Some(launch)
}

/// `ftp [-v] [-d] [-i] [-n] [-g] [-s:file] [-a] [-A] [-x:n] [-r:n] [-b:n] [-w:n] [host]` (its own help text). Letters may
/// be bundled; `-s:` and the tuning switches take the rest of the word; a slash serves as well; case matters.
fn windows(arguments: &[String], launch: &mut Launch) {
    let refuse = |reason: String, launch: &mut Launch| {
        launch.would_run = false;
        launch.note.get_or_insert(reason);
    };
    let mut rest = arguments.iter().peekable();
    while let Some(argument) = rest.next() {
        let Some(letters) = argument.strip_prefix(['-', '/']).filter(|letters| !letters.is_empty()) else {
            let host = argument.clone();
            if launch.switches.host.replace(host).is_some() {
                refuse("ftp.exe takes one host and no port on its command line".to_owned(), launch);
            }
            continue;
        };
        let letters = letters.char_indices();
        for (at, letter) in letters {
            let value = argument.get(at.saturating_add(2)..).and_then(|tail| tail.strip_prefix(':'));
            match (letter, value) {
                ('s' | 'S', Some(file)) => {
                    if file.is_empty() {
                        refuse("-s: allows no blank before the file's name".to_owned(), launch);
                        launch.script_path = rest.next_if(|next| !next.starts_with('-')).cloned();
                    } else {
                        launch.script_path = Some(file.trim_matches(['"', '\'']).to_owned());
                    }
                    if letter == 'S' {
                        refuse("switches of ftp.exe are compared with their case; -S is none".to_owned(), launch);
                    }
                    break;
                }
                ('x' | 'r' | 'b' | 'w', Some(_)) => break,
                ('n', _) => launch.switches.no_auto_login = true,
                ('A', _) => launch.switches.anonymous = true,
                ('i', _) => launch.switches.no_prompting = true,
                ('g', _) => launch.switches.no_globbing = true,
                ('v', _) => launch.switches.verbose = true,
                ('d', _) => launch.switches.debug = true,
                ('a', _) => {}
                ('?', _) => refuse("-? shows the help and ends".to_owned(), launch),
                _ => {
                    refuse(format!("ftp.exe has no switch -{letter}: it shows its usage and ends"), launch);
                    break;
                }
            }
        }
    }
}

/// `ftp [switches] [host [port]]`: letters bundle, one that takes a value takes the rest of the word or the next one.
/// inetutils knows long names as well, and only `-N` with a value.
fn unix(arguments: &[String], launch: &mut Launch) {
    let with_value = if launch.client == Client::Inetutils { "N" } else { "NoPqrsTux" };
    let anonymous_letter = launch.client != Client::Inetutils;
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        if let Some(name) = argument.strip_prefix("--") {
            match name {
                "no-login" => launch.switches.no_auto_login = true,
                "no-prompt" => launch.switches.no_prompting = true,
                "no-glob" => launch.switches.no_globbing = true,
                "verbose" => launch.switches.verbose = true,
                "debug" => launch.switches.debug = true,
                _ => {
                    if let Some(file) = name.strip_prefix("netrc=") {
                        launch.switches.netrc = Some(file.to_owned());
                    }
                }
            }
            continue;
        }
        let Some(letters) = argument.strip_prefix('-').filter(|letters| !letters.is_empty()) else {
            if launch.switches.host.is_none() {
                launch.switches.host = Some(argument.clone());
            } else {
                launch.switches.port = argument.parse().ok();
            }
            continue;
        };
        for (at, letter) in letters.char_indices() {
            match letter {
                'n' => launch.switches.no_auto_login = true,
                'i' => launch.switches.no_prompting = true,
                'g' => launch.switches.no_globbing = true,
                'v' => launch.switches.verbose = true,
                'd' => launch.switches.debug = true,
                'a' if anonymous_letter => launch.switches.anonymous = true,
                _ => {}
            }
            if with_value.contains(letter) {
                let tail = letters.get(at.saturating_add(letter.len_utf8())..).filter(|tail| !tail.is_empty());
                let value = tail.map(str::to_owned).or_else(|| rest.next().cloned());
                match letter {
                    'P' => launch.switches.port = value.and_then(|port| port.parse().ok()),
                    'N' => launch.switches.netrc = value,
                    _ => {}
                }
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn launched(line: &str) -> Option<Launch> {
        let words = split_arguments(line);
        launch(words.first()?, &words[1..], Platform::Windows)
    }

    #[test]
    fn windows_command_lines() {
        let cases: [(&str, Option<&str>, Option<&str>, &str, bool); 13] = [
            ("ftp -n -v -s:a.txt", Some("a.txt"), None, "nv", true),
            ("ftp.exe -ins:d:\\w\\get.txt", Some("d:\\w\\get.txt"), None, "in", true),
            ("FTP.EXE -i -s:\"C:\\a b\\x.txt\"", Some("C:\\a b\\x.txt"), None, "i", true),
            ("ftp \"-s:f.txt\" -n", Some("f.txt"), None, "n", true),
            ("ftp /s:FTP.txt /A", Some("FTP.txt"), None, "A", true),
            ("C:\\Windows\\System32\\ftp.exe -A -s:q.txt 192.0.2.21", Some("q.txt"), Some("192.0.2.21"), "A", true),
            ("ftp -s:fakefile.txt:aaaa.txt", Some("fakefile.txt:aaaa.txt"), None, "", true),
            ("ftp -v -n -P 2121 -s:ftp.txt", Some("ftp.txt"), Some("2121"), "nv", false),
            ("ftp -s: a.txt", Some("a.txt"), None, "", false),
            ("ftp -s:a.txt h 2121", Some("a.txt"), Some("2121"), "", false),
            ("ftp -w:8192 -s:a.txt", Some("a.txt"), None, "", true),
            ("ftp 192.0.2.1", None, Some("192.0.2.1"), "", true),
            ("ftp -a -s:a.txt", Some("a.txt"), None, "", true),
        ];
        for (line, script, host, switches, runs) in cases {
            let launch = launched(line).expect(line);
            let have = &launch.switches;
            let letters: String =
                [(have.no_prompting, 'i'), (have.no_auto_login, 'n'), (have.verbose, 'v'), (have.anonymous, 'A')]
                    .iter()
                    .filter_map(|(set, letter)| set.then_some(*letter))
                    .collect();
            assert_eq!(launch.script_path.as_deref(), script, "{line}");
            assert_eq!(have.host.as_deref(), host, "{line}");
            assert_eq!((letters.as_str(), launch.would_run), (switches, runs), "{line}");
        }
    }

    #[test]
    fn other_programs_are_none() {
        for line in
            ["tftp -i 192.0.2.77 GET a.exe", "sftp -b b.txt bob@192.0.2.77", "ftpd -s:x", "echo ftp -s:a.txt", ""]
        {
            assert_eq!(launched(line), None, "{line}");
        }
    }

    #[test]
    fn unix_command_lines() {
        let cases: [(&str, Option<&str>, Option<u16>, &str); 10] = [
            ("ftp -inv 192.0.2.1", Some("192.0.2.1"), None, "inv"),
            ("ftp -inv ftp://192.0.2.1:2121", Some("192.0.2.1"), Some(2121), "inv"),
            ("ftp -n 192.0.2.1 2121", Some("192.0.2.1"), Some(2121), "n"),
            ("ftp -P 2121 -n 192.0.2.1", Some("192.0.2.1"), Some(2121), "n"),
            ("ftp -nP2121 192.0.2.1", Some("192.0.2.1"), Some(2121), "n"),
            ("ftp -a 192.0.2.1", Some("192.0.2.1"), None, "A"),
            ("ftp -N /tmp/x 192.0.2.1", Some("192.0.2.1"), None, ""),
            ("inetutils-ftp --no-login --no-prompt h.example", Some("h.example"), None, "in"),
            ("inetutils-ftp -a -P h.example", Some("h.example"), None, ""),
            ("tnftp -r 5 -s 127.0.0.1 h.example", Some("h.example"), None, ""),
        ];
        for (line, host, port, letters) in cases {
            let words = split_arguments(line);
            let launch = launch(&words[0], &words[1..], Platform::Unix).expect(line);
            let have = &launch.switches;
            let set: String =
                [(have.no_prompting, 'i'), (have.no_auto_login, 'n'), (have.verbose, 'v'), (have.anonymous, 'A')]
                    .iter()
                    .filter_map(|(set, letter)| set.then_some(*letter))
                    .collect();
            assert_eq!((launch.host.as_deref(), launch.port, set.as_str()), (host, port, letters), "{line}");
        }
    }
}
