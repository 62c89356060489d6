//! Command lines of cmd.exe in texts that are no batch files: notes with prompts, logs of sessions and of web servers, string
//! literals of other languages.

use crate::base::text::Text;
use crate::base::xml;
use crate::script::client::fetch;
use crate::script::sniff;

/// The command lines that a text quotes, with their line numbers, in order.
///
/// A line counts where, after the prompt of a console or a bullet, it begins with a command that writes a script or starts
/// a client, or where a string literal in it does, or where it holds the command line of a shell, be it encoded as an address
/// or as markup. What is typed after `copy con` counts up to Ctrl-Z.
#[must_use]
pub fn of<'a>(lines: impl Iterator<Item = (u32, &'a str)>) -> Vec<(u32, String)> {
    let mut found: Vec<(u32, String)> = Vec::new();
    let mut typed = 0usize;
    for (number, line) in lines {
        if typed > 0 {
            typed = if ends_typing(line) { 0 } else { typed.saturating_sub(1) };
            found.push((number, line.to_owned()));
            continue;
        }
        let before = found.len();
        of_line(line, &mut |command| found.push((number, command)));
        let types = found.get(before..).and_then(<[_]>::last).is_some_and(|(_, command)| types_file(command));
        typed = if types { TYPED_LINES } else { 0 };
    }
    found
}

/// Lines that are typed into one file.
const TYPED_LINES: usize = 200;

/// Commands with which a line that counts begins.
const COMMANDS: &[&str] = &[
    "echo",
    "python",
    "python3",
    "perl",
    "php",
    "ruby",
    "ftp",
    "cmd",
    "command",
    "start",
    "set",
    "cd",
    "type",
    "del",
    "copy",
    "move",
    "ren",
    "pushd",
    "schtasks",
    "at",
    "forfiles",
    "wmic",
    "psexec",
    "runas",
    "sc",
    "reg",
    "mshta",
    "rundll32",
    "conhost",
    "pcalua",
    "call",
    "for",
    "if",
    "more",
    "findstr",
    "doskey",
    "winrs",
    "powershell",
    "pwsh",
];

fn of_line(line: &str, push: &mut dyn FnMut(String)) {
    let plain;
    let line = if has_entities(line) {
        plain = without_entities(line);
        plain.as_str()
    } else {
        line
    };
    let bare = without_prompt(line);
    if begins_with_command(bare) {
        unix_commands(bare).for_each(|command| push(command.to_owned()));
        return;
    }
    if let Some(given) = given_to_shell(bare) {
        push(given.to_owned());
        return;
    }
    let mut any = false;
    // A literal may hold a statement that holds one.
    let outer = literals(line);
    let inner: Vec<String> = outer
        .iter()
        .filter(|text| text.contains(['"', '\'']) && !begins_with_command(text))
        .flat_map(|text| literals(text))
        .collect();
    for literal in outer.iter().chain(&inner) {
        for command in literal.split('\n').filter(|text| begins_with_command(text)) {
            any = true;
            push(command.to_owned());
        }
    }
    if any {
        return;
    }
    if let Some(command) = in_address(line) {
        push(command);
    } else if let Some(command) = shell_within(line).or_else(|| logged(line)) {
        push(command.to_owned());
    }
}

/// Files whose content a note quotes: the name stands above a fenced block (```` ``` ````), or behind its fence. Blocks of
/// command lines are none.
#[must_use]
pub fn quoted_files<'a>(lines: impl Iterator<Item = (u32, &'a str)>) -> Vec<(String, Vec<(u32, &'a str)>)> {
    let mut files = Vec::new();
    let mut heading: Option<String> = None;
    let mut block: Option<(Option<String>, Vec<(u32, &'a str)>)> = None;
    // A block that is never closed reaches to the end.
    for (number, line) in lines.chain(std::iter::once((0, "```"))) {
        let trimmed = line.trim();
        let fence = trimmed.strip_prefix("```").or_else(|| trimmed.strip_prefix("~~~"));
        match (fence, block.take()) {
            (Some(_), Some((name, body))) => {
                if let (Some(name), false) = (name, is_for_shell(&body)) {
                    files.push((name, body));
                }
                heading = None;
            }
            (Some(info), None) => {
                let own = info.split([' ', '=', '"', ':', '{', '}']).find_map(file_name);
                block = Some((own.or_else(|| heading.take()), Vec::new()));
            }
            (None, Some((name, mut body))) => {
                body.push((number, line));
                block = Some((name, body));
            }
            (None, None) if trimmed.is_empty() => {}
            (None, None) => heading = file_name(trimmed.trim_matches(['#', '*', '`', ':', ' ', '_', '-', '"'])),
        }
    }
    files
}

/// Whether a block is a batch file or commands to be typed. Clients share `cd`, `type` and others with the shell: a block that
/// reads like a script for a client is none.
fn is_for_shell(body: &[(u32, &str)]) -> bool {
    let speaks = body.iter().any(|(_, line)| begins_with_command(line));
    let content = || body.iter().map(|(_, line)| *line).collect::<Vec<_>>().join("\n");
    speaks && sniff::confidence(&Text::from_content(content())).is_none()
}

/// A word that is the name of a file.
fn file_name(text: &str) -> Option<String> {
    let text = text.trim();
    let (stem, extension) = text.rsplit_once('.')?;
    let is_name = !stem.is_empty()
        && text.len() < 128
        && (1..=5).contains(&extension.len())
        && extension.chars().all(|c| c.is_ascii_alphanumeric())
        && !text.contains(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '|' | '"' | '*' | '?' | '(' | ')'));
    is_name.then(|| text.to_owned())
}

/// Whether most lines of the text are those of a batch file.
#[must_use]
pub fn is_batch<'a>(lines: impl Iterator<Item = &'a str>) -> bool {
    let (mut commands, mut others) = (0u32, 0u32);
    let lines: Vec<&str> = lines.map(str::trim).filter(|line| !line.is_empty()).take(500).collect();
    // A note with a batch file in it.
    if lines.iter().any(|line| line.starts_with("```")) {
        return false;
    }
    let mut goes_on = false;
    for line in lines {
        // What a caret continues is of the line before it.
        if std::mem::replace(&mut goes_on, line.ends_with('^')) {
            continue;
        }
        let lower = line.to_ascii_lowercase();
        if lower == "@echo off"
            || lower.starts_with("@echo off")
            || lower.starts_with("@ftp ")
            || lower.starts_with("@ftp.exe ")
        {
            return true;
        }
        let is_unix = unix_commands(line).count() > 1;
        let markup = is_unix || line.starts_with(['<', '{', '#', '$', '*', '`', '\'']) && !line.starts_with("<nul");
        let speaks_batch = begins_with_command(line)
            || line.starts_with(['(', ')', ':', '@', '>', '%'])
            || ["if ", "rem", "goto ", "call ", "for ", "pause", "exit", "setlocal", "ren ", "md ", "mkdir "]
                .iter()
                .any(|word| lower.starts_with(word));
        if speaks_batch && !markup {
            commands = commands.saturating_add(1);
        } else if markup || line.ends_with([';', '{', '}']) {
            others = others.saturating_add(2);
        } else {
            others = others.saturating_add(1);
        }
    }
    commands > 0 && commands >= others
}

/// What stands behind the prompt of a console in a pasted line; nothing where the line has none.
#[must_use]
pub fn after_prompt(line: &str) -> Option<&str> {
    let (prompt, command) = line.trim_start().split_once('>')?;
    let is_prompt = prompt.get(1..3) == Some(":\\")
        && prompt.len() < 260
        && !prompt.contains(['"', '<', '&', '|', '^'])
        // `C:\x\prog.exe >file` is a program that writes one.
        && !prompt.ends_with([' ', '\t'])
        && file_name(prompt.rsplit('\\').next().unwrap_or_default()).is_none();
    (is_prompt && begins_with_command(command)).then(|| command.trim_start())
}

/// Whether a text begins with a command that writes a script or starts a client.
pub(super) fn begins_with_command(text: &str) -> bool {
    let text = text.trim_start_matches(['@', '(', ' ', '\t', '>', ',', ';', '=']);
    if fetch::is_quoted_call(text) {
        return true;
    }
    // What follows the prompt of a client is for the client: `ftp> get a.exe` starts none.
    if text.split_once("> ").is_some_and(|(prompt, _)| matches!(prompt, "ftp" | "tnftp" | "sftp" | "ncftp" | "psftp")) {
        return false;
    }
    let end = text
        .char_indices()
        .find(|(_, c)| matches!(c, ' ' | '\t' | '.' | '(' | '>' | ':' | '&' | '"' | '/' | ',' | ';'))
        .map_or(text.len(), |(at, _)| at);
    let (word, rest) = text.split_at_checked(end.min(text.len())).unwrap_or((text, ""));
    // `ftp://h/x` is an address and starts nothing.
    if rest.is_empty() || rest.starts_with("://") || word.len() > 260 {
        return false;
    }
    let word = word.replace('^', "").to_ascii_lowercase();
    match word.as_str() {
        // Words of prose, unless what follows is theirs.
        "for" => rest.trim_start().starts_with(['/', '%']),
        "if" => ["exist ", "not ", "/i ", "defined ", "errorlevel ", "\"", "%"]
            .iter()
            .any(|next| rest.trim_start().to_ascii_lowercase().starts_with(next)),
        "call" => rest.trim_start().starts_with([':', '"', '%']) || rest.contains(['\\', '/']) || rest.contains(".bat"),
        "more" => rest.contains(['\\', '<', '>', '|']),
        "reg" | "sc" => rest.contains(['\\', '=']),
        // An address is opened, if no sentence goes on behind it.
        "start" if rest.contains("://") => fetch::is_nothing_but_call(text),
        _ => COMMANDS.contains(&word.as_str()) || path_to_client(text),
    }
}

/// `C:\Windows\System32\ftp.exe -s:x`, `"C:\Program Files\WinSCP\WinSCP.com" /script=x`, with or without the quotes.
fn path_to_client(text: &str) -> bool {
    let (path, rest) = match text.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
        None => text.split_once([' ', '\t']).unwrap_or((text, "")),
    };
    let name = path.rsplit(['\\', '/']).next().unwrap_or_default().to_ascii_lowercase();
    let bare = name.strip_suffix(".exe").unwrap_or(&name);
    path.contains(['\\', '/', '%'])
        && !rest.trim().is_empty()
        && (matches!(bare, "ftp" | "cmd" | "%comspec%" | "winscp") || name == "winscp.com")
}

/// The line without a console's prompt (`C:\>`, `$`), a bullet or a quotation mark of mail.
fn without_prompt(line: &str) -> &str {
    let line = line.trim();
    if let Some((prompt, command)) = line.split_once('>') {
        let drive = prompt.strip_prefix("PS ").unwrap_or(prompt);
        if drive.get(1..3) == Some(":\\") && prompt.len() < 260 && !prompt.contains(['"', '<', '&']) {
            return command.trim_start();
        }
    }
    let bare = line.trim_start_matches(['$', '*', '`', '•', '-', ' ', '|']);
    if bare.is_empty() { line } else { bare.trim_end_matches(['`', '|', ' ']).trim_end_matches('`') }
}

/// `/c echo …`: what is left of a command line whose program went another way, as worms type it into `Run…`.
fn given_to_shell(text: &str) -> Option<&str> {
    let (switch, commands) = text.split_once([' ', '\t'])?;
    let is_switch = ["/c", "/k"].iter().any(|known| switch.eq_ignore_ascii_case(known));
    let commands = commands.trim_start();
    (is_switch && begins_with_command(commands.trim_start_matches('"'))).then_some(commands)
}

/// A command line of a shell inside a line: from the shell's name to the end, or to the quote before it.
fn shell_within(line: &str) -> Option<&str> {
    let lower = line.to_ascii_lowercase();
    let at = ["cmd.exe /", "cmd /", "%comspec% /", "command.com /", "cmd.exe\" /"]
        .iter()
        .filter_map(|name| lower.find(name))
        .min()?;
    let begin = lower
        .get(..at)?
        .rfind([' ', '\t', '"', '\'', '=', '>', '(', '[', ',', '|'])
        .map_or(0, |quote| quote.saturating_add(1));
    // A path before the name belongs to it, unless the sign before was that of a drive.
    let begin = if lower.get(begin..at)?.contains(['\\', '/', '%']) { begin } else { at };
    let text = line.get(begin..)?;
    let quote = lower.get(..begin)?.chars().last().filter(|c| matches!(c, '"' | '\''));
    let end = quote.and_then(|quote| text.rfind(quote)).unwrap_or(text.len());
    text.get(..end).map(str::trim_end)
}

/// A command that a log holds after what it says of itself: `… CMD: echo open … > x`. It must write a file or give a client
/// its script.
fn logged(line: &str) -> Option<&str> {
    let lower = line.to_ascii_lowercase();
    let begin = ["echo ", "(echo ", "@echo ", "ftp -", "ftp.exe -"]
        .iter()
        .filter_map(|word| {
            let at = lower.find(word)?;
            let before = lower.get(..at)?.trim_end();
            (before.len() < at && before.ends_with([':', ']', '>', '#', '|', '$', ')', '='])).then_some(at)
        })
        .min()?;
    let tail = lower.get(begin..)?;
    let writes = tail.contains('>') && tail.contains("echo");
    let feeds = tail.contains("ftp") && (tail.contains("-s:") || tail.contains("/s:"));
    (writes || feeds).then(|| line.get(begin..).unwrap_or_default().trim_end_matches(['"', ' ']))
}

/// A command line in an address that a web server logged: `GET /scripts/root.exe?/c+echo+open+…`, `?cmd=echo%20…`.
fn in_address(line: &str) -> Option<String> {
    let lower = line.to_ascii_lowercase();
    if !begins_encoded(&lower) {
        return None;
    }
    let word = line.split([' ', '\t', '"', '\'']).find(|word| begins_encoded(&word.to_ascii_lowercase()))?;
    let query = word.split_once('?').map_or(word, |(_, query)| query);
    let parts: Vec<&str> =
        if query.to_ascii_lowercase().starts_with("/c") { vec![query] } else { query.split('&').collect() };
    parts.into_iter().find_map(|part| {
        let value =
            part.split_once('=').filter(|(name, _)| !name.contains(['+', '%'])).map_or(part, |(_, value)| value);
        let decoded = without_percents(&without_percents(value, true), false).replace("${IFS}", " ");
        let decoded = decoded.trim();
        let commands = given_to_shell(decoded).unwrap_or_else(|| shell_within(decoded).unwrap_or(decoded));
        let first =
            unix_commands(commands).find(|command| begins_with_command(command) && fetch::is_quoted_call(command));
        first.or_else(|| begins_with_command(commands).then_some(commands)).map(str::to_owned)
    })
}

/// The commands of a line for a shell of Unix, where `;` ends a command: what follows one tells. Of another line the whole.
fn unix_commands(line: &str) -> impl Iterator<Item = &str> {
    const NEXT: [&str; 12] =
        ["chmod ", "sh ", "bash ", "./", "rm ", "cd /", "wget ", "curl ", "ftpget ", "busybox ", "/bin/", "nohup "];
    let follows = |rest: &str| NEXT.iter().any(|next| rest.trim_start().starts_with(next));
    let is_unix = !line.contains('"')
        && line.match_indices(';').any(|(at, _)| follows(line.get(at.saturating_add(1)..).unwrap_or("")));
    line.split(move |sign| is_unix && sign == ';').map(str::trim).filter(|command| !command.is_empty())
}

/// Whether a text in lower case holds a command whose blank is written as addresses write it.
fn begins_encoded(lower: &str) -> bool {
    const COMMANDS: [&str; 12] = [
        "echo",
        "ftp.exe",
        "/c",
        "curl",
        "curl.exe",
        "wget",
        "certutil",
        "certutil.exe",
        "bitsadmin",
        "lftp",
        "ftpget",
        "ftpput",
    ];
    let blank = |rest: &str| ["+", "%20", "%2b", "%09", "${ifs}"].iter().any(|blank| rest.starts_with(blank));
    let begins = |command: &&str| {
        lower.match_indices(*command).any(|(at, found)| lower.get(at.saturating_add(found.len())..).is_some_and(blank))
    };
    // `ftp` by itself is a word of many addresses.
    COMMANDS.iter().any(begins) || lower.contains("ftp+-") || lower.contains("ftp%20-")
}

/// The text with `%41` decoded; `+` is a blank where `form` says so.
fn without_percents(text: &str, form: bool) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes().iter().copied();
    while let Some(byte) = rest.next() {
        let mut ahead = rest.clone();
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        let (high, low) = (digit(ahead.next()), digit(ahead.next()));
        match (byte, high, low) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(u8::try_from(high.saturating_mul(16).saturating_add(low)).unwrap_or(b'?'));
                rest = ahead;
            }
            (b'+', ..) if form => bytes.push(b' '),
            _ => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn has_entities(line: &str) -> bool {
    ["&gt;", "&amp;", "&quot;", "&#"].iter().any(|entity| line.contains(entity))
}

/// The text with the entities of markup decoded.
fn without_entities(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let entity = after.split_at_checked(after.find(';').filter(|end| *end < 8).unwrap_or(0));
        let character = entity.and_then(|(name, _)| match name {
            "nbsp" => Some(' '),
            _ => xml::character(name).filter(|character| !character.is_control()),
        });
        match (character, entity) {
            (Some(character), Some((_, tail))) => {
                out.push(character);
                rest = tail.get(1..).unwrap_or_default();
            }
            _ => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

fn types_file(command: &str) -> bool {
    let mut words = command.split([' ', '\t']).filter(|word| !word.is_empty() && !word.starts_with('/'));
    words.next().is_some_and(|word| word.eq_ignore_ascii_case("copy"))
        && words.next().is_some_and(|word| word.eq_ignore_ascii_case("con"))
}

fn ends_typing(line: &str) -> bool {
    line.contains('\u{1a}') || line.trim().eq_ignore_ascii_case("^Z")
}

/// The string literals of a line, with doubled and escaped quotes worked off. An escaped line end counts where a command
/// follows it: in a path, `\n` is none.
fn literals(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut characters = line.char_indices().peekable();
    while let Some((_, quote)) = characters.next() {
        if !matches!(quote, '"' | '\'') {
            continue;
        }
        let mut literal = String::new();
        let mut closed = false;
        while let Some((at, character)) = characters.next() {
            let next = characters.peek().map(|(_, next)| *next);
            let escaped = character == '\\' && matches!(next, Some('"' | '\'' | '\\'));
            if escaped || character == quote && next == Some(quote) {
                literal.extend(characters.next().map(|(_, next)| next));
            } else if character == quote {
                closed = true;
                break;
            } else if character == '\\'
                && let Some((decoded, length)) = escape(line.get(at..).unwrap_or_default())
            {
                literal.push(decoded);
                for _ in 1..length {
                    characters.next();
                }
            } else {
                literal.push(character);
            }
        }
        if closed && !literal.trim().is_empty() {
            found.push(literal);
        }
    }
    found
}

/// An escape that begins a text: a line end before a command, or `\u003e`; with its length in characters.
fn escape(text: &str) -> Option<(char, usize)> {
    for (sequence, length) in [("\\r\\n", 4), ("\\n", 2)] {
        if let Some(rest) = text.strip_prefix(sequence) {
            let head = rest.get(..rest.floor_char_boundary(80)).unwrap_or_default();
            return begins_with_command(head).then_some(('\n', length));
        }
    }
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    let character = char::from_u32(u32::from_str_radix(digits, 16).ok()?)?;
    (!character.is_control()).then_some((character, 6))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn command_lines_are_found_in_other_texts() {
        let cases = [
            ("x.DownloadFile('ftp://192.0.2.1/a.txt', 'a.txt')", None),
            ("$ echo open 10.10.15.39 21> ftp.txt", Some("echo open 10.10.15.39 21> ftp.txt")),
            ("C:\\Temp> ftp -v -n -s:ftp.txt", Some("ftp -v -n -s:ftp.txt")),
            ("wsh.Run('command /C echo bin>>o',false,6);", Some("command /C echo bin>>o")),
            ("exec master..xp_cmdshell 'echo bob>>d:\\f.txt';", Some("echo bob>>d:\\f.txt")),
            ("system(\"ftp -n -s:c.txt\");", Some("ftp -n -s:c.txt")),
            ("the echo of it", None),
            ("for example, ftp -s:x", None),
            ("if you like", None),
            ("/c echo open h 21 >> ik &ftp -s:ik", Some("echo open h 21 >> ik &ftp -s:ik")),
            ("2026-01-02 03:04:05 [192.0.2.9] CMD: echo open h.x > a", Some("echo open h.x > a")),
            (
                "<Data Name='CommandLine'>C:\\Windows\\system32\\cmd.exe /c echo open h.x &gt; a &amp; ftp -s:a</Data>",
                Some("C:\\Windows\\system32\\cmd.exe /c echo open h.x > a & ftp -s:a</Data>"),
            ),
            ("192.0.2.9 - - \"GET /scripts/root.exe?/c+echo+open+h.x>>a HTTP/1.0\" 200", Some("echo open h.x>>a")),
            ("GET /x.php?a=1&cmd=echo%20open%20h.x%3Ea%26ftp%20-s%3Aa&b=2 HTTP/1.1", Some("echo open h.x>a&ftp -s:a")),
            ("GET /scripts/..%255c../winnt/system32/cmd.exe?/c%20echo%20open%2520h.x%3E%3Ea", Some("echo open h.x>>a")),
            ("{\"cmd\":\"cmd /c echo open h.x \\u003e a\"}", Some("cmd /c echo open h.x > a")),
            ("| `ftp -s:a.txt` |", Some("ftp -s:a.txt")),
            ("e^c^h^o open h.x>a", Some("e^c^h^o open h.x>a")),
            ("GET /shop?q=echo+dot", Some("echo dot")),
        ];
        for (line, command) in cases {
            let found = of(std::iter::once((1, line)));
            assert_eq!(found.first().map(|(_, text)| text.as_str()), command, "{line}");
        }
    }

    #[test]
    fn literals_hold_several_lines() {
        let found = of([(3, "x = \"echo open h.x>a\\r\\nftp -s:a\";"), (4, "y = 'echo x>c:\\new'")].into_iter());
        let expected = [(3, "echo open h.x>a"), (3, "ftp -s:a"), (4, "echo x>c:\\new")];
        assert_eq!(found.iter().map(|(n, t)| (*n, t.as_str())).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn typing_goes_on_to_its_end() {
        let lines = ["C:\\> copy con f.txt", "open h.x", "bye", "^Z", "prose"];
        let found = of((1u32..).zip(lines));
        assert_eq!(found.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [1, 2, 3, 4]);
    }

    #[test]
    fn notes_quote_files() {
        let note = "# How\n\nsend.txt\n```\nopen h.x\nbye\n```\n\n```ini title=\"b.ftp\"\nopen g.x\n```\nrun.bat\n```\necho x>y\n```\n";
        let files = quoted_files((1u32..).zip(note.lines()));
        let names: Vec<(&str, usize)> = files.iter().map(|(name, body)| (name.as_str(), body.len())).collect();
        assert_eq!(names, [("send.txt", 2), ("b.ftp", 1)]);
    }

    #[test]
    fn prompts_of_pasted_lines() {
        let cases = [
            ("C:\\Users\\bob> ftp -v -n -s:ftp.txt", Some("ftp -v -n -s:ftp.txt")),
            ("C:\\>echo x>f", Some("echo x>f")),
            ("C:\\t\\prog.exe>echo.txt", None),
            ("echo x>f", None),
        ];
        for (line, command) in cases {
            assert_eq!(after_prompt(line), command, "{line}");
        }
    }

    #[test]
    fn batch_files_are_told_from_notes() {
        assert!(is_batch("@echo off\nfoo\nbar".lines()));
        assert!(is_batch("echo open h>a\nftp -s:a\ndel a".lines()));
        assert!(is_batch("\"C:\\w\\WinSCP.com\" ^\n  /ini=nul ^\n  /command ^\n  \"open h\" ^\n  \"exit\"".lines()));
        assert!(!is_batch("<html>\n<script>\nwsh.Run('x');\n</script>".lines()));
        assert!(!is_batch("run.bat\n```\n@echo off\nftp -s:x\n```".lines()));
        assert!(!is_batch("Some prose here.\nMore prose.\necho x".lines()));
    }
}
