//! Command lines inside the arguments of other programs: a scheduler, a starter, a service, an entry of the registry.
//!
//! Sources: the help texts of the programs and LOLBAS (`forfiles`, `pcalua`, `conhost`, `rundll32`, `mshta`, `wmic`).

use super::emulation::{Emulation, program_name};
use crate::script::client::{self, switches};

/// Finds the command line in the arguments of a program and starts it; false where nothing came of it: no client, no
/// written file.
pub fn run(emulation: &mut Emulation<'_>, words: &[String], command_line: &str) -> bool {
    let whole = client_in(command_line);
    for inner in of(words, command_line) {
        // A badly quoted client's line reads better as a whole: `"powershell -c """ftp -s:'''x'''""""`.
        if whole.is_some() && !names_script(&inner) || inner.trim().is_empty() {
            continue;
        }
        if !emulation.enter() {
            return true;
        }
        let before = progress(emulation);
        let runs = emulation.outcome.runs.len();
        emulation.start(&inner);
        emulation.leave();
        if progress(emulation) != before {
            return true;
        }
        emulation.outcome.runs.truncate(runs);
    }
    let launch = whole.and_then(|inner| {
        client::launch(&switches::split_arguments(inner), inner, emulation.platform)
            .filter(|launch| launch.script_path.is_some())
    });
    match launch {
        Some(launch) => {
            emulation.launch(launch);
            true
        }
        None => false,
    }
}

/// What the emulation has come to: a command line that adds nothing is of no interest.
fn progress(emulation: &Emulation<'_>) -> (usize, usize, usize) {
    (emulation.outcome.launches.len(), emulation.outcome.sessions.len(), emulation.files.written())
}

/// The command lines in the arguments of a program, the likeliest first.
fn of(words: &[String], command_line: &str) -> Vec<String> {
    let Some((program, arguments)) = words.split_first() else { return Vec::new() };
    let rest = || after_word(command_line);
    let one = |value: Option<String>| value.into_iter().collect();
    match program_name(program).as_str() {
        "schtasks" => one(switch_value(command_line, &["/tr", "-tr"])),
        "at" => one(after_time(rest())),
        "forfiles" => one(switch_value(command_line, &["/c", "-c"]).map(|inner| inner.replace("0x22", "\""))),
        "wmic" => wmic(command_line),
        "psexec" | "psexec64" | "paexec" | "remcom" | "csexec" | "xcmd" => {
            one(after_switches(rest(), &["-u", "-p", "-w", "-a", "-n", "-r", "-user", "-pwd"], &["\\\\", "@"]))
        }
        "winrs" => one(after_switches(rest(), &[], &[])),
        "runas" => arguments.last().filter(|last| !last.starts_with('/')).cloned().into_iter().collect(),
        "sc" => one(key_value(command_line, "binpath=")),
        "reg" => one(switch_value(command_line, &["/d", "-d"])),
        "conhost" | "nohup" | "hidec" | "runhiddenconsole" | "quiet" | "cmdow" | "elevate" | "sudo" | "hstart"
        | "hstart64" | "scriptrunner" | "saferun" | "wsl" => one(after_switches(rest(), &[], &["exec", "hide", "@"])),
        "nircmd" | "nircmdc" => one(nircmd(arguments)),
        "pcalua" => pcalua(arguments),
        "rundll32" => rundll32(rest()),
        "mshta" | "wscript" | "cscript" => literals(command_line),
        "nssm" => match arguments {
            [verb, _, program, tail @ ..] if verb.eq_ignore_ascii_case("install") => {
                vec![format!("{} {}", quoted(program), tail.join(" "))]
            }
            _ => Vec::new(),
        },
        "explorer" => {
            rest().rsplit(',').next().map(|inner| inner.trim().trim_matches('"').to_owned()).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

fn quoted(word: &str) -> String {
    if word.contains(' ') { format!("\"{word}\"") } else { word.to_owned() }
}

/// The command line without its first word.
fn after_word(command_line: &str) -> &str {
    let text = command_line.trim_start();
    match text.strip_prefix('"') {
        Some(rest) => rest.split_once('"').map_or("", |(_, tail)| tail),
        None => text.split_once([' ', '\t']).map_or("", |(_, tail)| tail),
    }
    .trim_start()
}

/// The value that follows a switch, its outer quotes taken off and `\"` and `\\"` made plain.
fn switch_value(command_line: &str, names: &[&str]) -> Option<String> {
    let mut quoted = false;
    let mut previous = ' ';
    for (at, character) in command_line.char_indices() {
        if character == '"' && previous != '\\' {
            quoted = !quoted;
        }
        if !quoted && matches!(previous, ' ' | '\t' | '"') {
            let tail = command_line.get(at..)?;
            let found = names.iter().find_map(|name| {
                let (head, value) = tail.split_at_checked(name.len())?;
                (head.eq_ignore_ascii_case(name) && value.starts_with([' ', '\t', '"', ':', '='])).then_some(value)
            });
            if let Some(value) = found {
                return Some(first_value(value.trim_start_matches([' ', '\t', ':', '='])));
            }
        }
        previous = character;
    }
    None
}

/// The value glued to `key=`, or after a blank that follows it.
fn key_value(command_line: &str, key: &str) -> Option<String> {
    let lower = command_line.to_ascii_lowercase();
    let at = lower.find(key)?.saturating_add(key.len());
    Some(first_value(command_line.get(at..)?.trim_start()))
}

/// The first argument of a text as the C runtime takes it, without its quotes.
fn first_value(text: &str) -> String {
    // Within single quotes, as schtasks allows them, blanks do not end it either.
    if let Some(rest) = text.strip_prefix('\'') {
        return rest.split_once('\'').map_or(rest, |(value, _)| value).to_owned();
    }
    let mut value = String::new();
    let mut quoted = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' if characters.peek() == Some(&'"') => value.extend(characters.next()),
            '"' if quoted && characters.peek() == Some(&'"') => value.extend(characters.next()),
            '"' => quoted = !quoted,
            ' ' | '\t' if !quoted => break,
            _ => value.push(character),
        }
    }
    value
}

/// `at [\\computer] 12:00 [/interactive] [/every:…] command`.
fn after_time(text: &str) -> Option<String> {
    let mut rest = text.trim_start();
    let mut timed = false;
    loop {
        let (word, tail) = rest.split_once([' ', '\t'])?;
        let is_time = word.contains(':') && word.starts_with(|c: char| c.is_ascii_digit());
        match timed {
            false if is_time => timed = true,
            false if word.starts_with("\\\\") => {}
            true if word.starts_with('/') => {}
            true => return Some(outer_quotes_off(rest).to_owned()),
            false => return None,
        }
        rest = tail.trim_start();
    }
}

/// What follows switches, of which some take a value, and words that name where to run.
fn after_switches(text: &str, with_value: &[&str], places: &[&str]) -> Option<String> {
    let mut rest = text.trim_start();
    loop {
        let end = rest.find([' ', '\t']).unwrap_or(rest.len());
        let (word, tail) = rest.split_at_checked(end)?;
        if word.is_empty() {
            return None;
        }
        let is_switch = word.starts_with(['-', '/']);
        if !is_switch && !places.iter().any(|place| word.to_ascii_lowercase().starts_with(place)) {
            return Some(outer_quotes_off(rest).to_owned());
        }
        rest = tail.trim_start();
        if with_value.iter().any(|switch| word.eq_ignore_ascii_case(switch)) {
            rest = value_off(rest);
        } else if word.eq_ignore_ascii_case("-i") && rest.starts_with(|c: char| c.is_ascii_digit()) {
            // The session that `psexec -i` may name.
            rest = value_off(rest);
        }
    }
}

fn value_off(text: &str) -> &str {
    match text.strip_prefix('"') {
        Some(rest) => rest.split_once('"').map_or("", |(_, tail)| tail),
        None => text.split_once([' ', '\t']).map_or("", |(_, tail)| tail),
    }
    .trim_start()
}

/// Quotes around all of a command line are the caller's.
fn outer_quotes_off(text: &str) -> &str {
    let text = text.trim();
    text.strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .filter(|inner| !inner.contains('"') && inner.contains(' '))
        .unwrap_or(text)
}

/// `wmic … process call create "command"[,"directory"]`.
fn wmic(command_line: &str) -> Vec<String> {
    let lower = command_line.to_ascii_lowercase();
    let Some(at) = lower.find(" create").filter(|_| lower.contains("call")) else { return Vec::new() };
    let tail =
        command_line.get(at.saturating_add(" create".len())..).unwrap_or_default().trim_start_matches([' ', '\t', '(']);
    let value = match tail.starts_with(['"', '\'']) {
        true => first_value(tail),
        false => tail.to_owned(),
    };
    vec![value]
}

fn nircmd(arguments: &[String]) -> Option<String> {
    let rest = match arguments {
        [verb, state, rest @ ..] if verb.to_ascii_lowercase().starts_with("exec") && state.len() < 10 => rest,
        [verb, rest @ ..] if verb.eq_ignore_ascii_case("execmd") => rest,
        _ => return None,
    };
    Some(rest.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" "))
}

/// `pcalua -a program -c arguments`.
fn pcalua(arguments: &[String]) -> Vec<String> {
    let at = |switch: &str| arguments.iter().position(|word| word.eq_ignore_ascii_case(switch));
    let Some(program) = at("-a").and_then(|at| arguments.get(at.saturating_add(1))) else { return Vec::new() };
    let tail = at("-c").and_then(|at| arguments.get(at.saturating_add(1)..)).unwrap_or_default();
    vec![format!("{} {}", quoted(program), tail.join(" "))]
}

/// `rundll32 library,Function command`.
fn rundll32(rest: &str) -> Vec<String> {
    let lower = rest.to_ascii_lowercase();
    if lower.contains("javascript:") || lower.contains("vbscript:") {
        return literals(rest);
    }
    let starts = ["shellexec_rundll", "openurl", "openurla", "fileprotocolhandler", "registerocx", "routethecall"];
    let found = starts.iter().filter_map(|name| Some(lower.find(name)?.saturating_add(name.len()))).max();
    let Some(at) = found else { return Vec::new() };
    let tail = rest.get(at..).unwrap_or_default().trim_start_matches([' ', '\t', ',']);
    let tail = tail.strip_prefix("A ").unwrap_or(tail);
    vec![tail.to_owned(), outer_quotes_off(tail).to_owned()]
}

/// The string literals of a script on a command line that look like command lines themselves.
fn literals(text: &str) -> Vec<String> {
    super::command_lines::of(std::iter::once((0, after_word(text)))).into_iter().map(|(_, command)| command).collect()
}

fn names_script(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    lower.contains("-s:") || lower.contains("/s:") || bundled(&lower)
}

/// `-ins:file`: the switch at the end of others.
fn bundled(lower: &str) -> bool {
    lower.split([' ', '\t', '"', '\'']).any(|word| {
        word.strip_prefix(['-', '/']).and_then(|word| word.split_once("s:")).is_some_and(|(letters, _)| {
            letters.len() < 6 && letters.chars().all(|c| matches!(c, 'v' | 'd' | 'i' | 'n' | 'g' | 'a'))
        })
    })
}

/// The command line of a client anywhere in a text, up to the quote that ends it.
fn client_in(text: &str) -> Option<&str> {
    let lower = text.to_ascii_lowercase();
    let last = lower.rfind("-s:").max(lower.rfind("/s:"))?;
    let mut from = 0usize;
    while let Some(found) = lower.get(from..).and_then(|rest| rest.find("ftp")) {
        let at = from.saturating_add(found);
        from = at.saturating_add(3);
        let begins = lower
            .get(..at)
            .unwrap_or_default()
            .chars()
            .last()
            .is_none_or(|c| !c.is_alphanumeric() && c != '-' && c != '_' && c != '.');
        let tail = lower.get(from..).unwrap_or_default();
        let tail = tail.strip_prefix(".exe").unwrap_or(tail);
        if begins && tail.starts_with([' ', '\t']) && from < last {
            let inner = text.get(at..).unwrap_or_default();
            let quote = text.get(..at).unwrap_or_default().chars().rev().find(|c| matches!(c, '"' | '\''));
            let end = quote
                .and_then(|quote| inner.find(quote))
                .filter(|end| inner.get(..*end).is_some_and(|head| head.contains(":")));
            return Some(end.map_or(inner, |end| inner.get(..end).unwrap_or(inner)).trim_end_matches(['\\', '"', ' ']));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn command_lines_in_arguments() {
        let cases = [
            ("schtasks /create /tn U /tr \"cmd /c ftp -s:a\" /sc daily", Some("cmd /c ftp -s:a")),
            ("schtasks.exe /Create /TR 'ftp -s:a b' /sc once", Some("ftp -s:a b")),
            ("schtasks /create /tr \"\\\"C:\\a b\\ftp.exe\\\" -s:x\" /f", Some("\"C:\\a b\\ftp.exe\" -s:x")),
            ("at 12:00 cmd /c ftp -s:a", Some("cmd /c ftp -s:a")),
            ("at \\\\srv 23:59:00 /interactive /every:M,T \"ftp -s:a\"", Some("ftp -s:a")),
            ("forfiles /p c:\\x /m *.txt /c \"cmd /c ftp -s:@file\"", Some("cmd /c ftp -s:@file")),
            ("forfiles /c \"cmd /c ftp -s:0x22a b0x22\"", Some("cmd /c ftp -s:\"a b\"")),
            ("wmic process call create \"cmd /c ftp -s:a\"", Some("cmd /c ftp -s:a")),
            ("wmic /node:h process call create 'ftp -s:a'", Some("ftp -s:a")),
            ("psexec \\\\h -u a -p b -s -d cmd /c ftp -s:a", Some("cmd /c ftp -s:a")),
            ("psexec -accepteula -i 1 \\\\h \"C:\\a b\\c.exe\" x", Some("\"C:\\a b\\c.exe\" x")),
            ("runas /user:x \"ftp -s:a\"", Some("ftp -s:a")),
            ("sc create u binPath= \"cmd /c ftp -s:a\" start= auto", Some("cmd /c ftp -s:a")),
            ("sc \\\\h config u binpath=\"ftp -s:a\"", Some("ftp -s:a")),
            (
                "reg add HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run /v u /t REG_SZ /d \"ftp -s:a\" /f",
                Some("ftp -s:a"),
            ),
            ("conhost --headless cmd /c ftp -s:a", Some("cmd /c ftp -s:a")),
            ("pcalua -a ftp.exe -c -s:a", Some("ftp.exe -s:a")),
            ("rundll32 shell32.dll,ShellExec_RunDLL ftp.exe -s:a", Some("ftp.exe -s:a")),
            ("rundll32 advpack.dll,RegisterOCX \"cmd /c ftp -s:a\"", Some("\"cmd /c ftp -s:a\"")),
            ("mshta vbscript:Execute(\"CreateObject(\"\"WScript.Shell\"\").Run \"\"ftp -s:a\"\"\")", Some("ftp -s:a")),
            ("winrs -r:h cmd /c ftp -s:a", Some("cmd /c ftp -s:a")),
            ("notepad ftp.txt", None),
        ];
        for (line, inner) in cases {
            let words = switches::split_arguments(line);
            let found = of(&words, line);
            assert_eq!(found.first().map(String::as_str), inner, "{line}");
        }
    }

    #[test]
    fn clients_anywhere() {
        let cases = [
            ("x \"powershell -c \\\"ftp -A -s:'C:\\P\\f.txt'\\\"\"", Some("ftp -A -s:'C:\\P\\f.txt'")),
            ("tftp -s:x", None),
            ("ftp is -s: old", Some("ftp is -s: old")),
        ];
        for (line, inner) in cases {
            assert_eq!(client_in(line), inner, "{line}");
        }
    }
}
