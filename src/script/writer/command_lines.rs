//! Command lines of cmd.exe in texts that are no batch files: notes with prompts, string literals of other languages.

use crate::script::client::fetch;

/// The command lines that a text quotes, with their line numbers, in order.
///
/// A line counts where, after the prompt of a console or a bullet, it begins with a command that writes a script or starts
/// a client, or where a string literal in it does.
#[must_use]
pub fn of<'a>(lines: impl Iterator<Item = (u32, &'a str)>) -> Vec<(u32, String)> {
    let mut found = Vec::new();
    for (number, line) in lines {
        let bare = without_prompt(line);
        if begins_with_command(bare) {
            found.push((number, bare.to_owned()));
        } else {
            found
                .extend(literals(line).into_iter().filter(|text| begins_with_command(text)).map(|text| (number, text)));
        }
    }
    found
}

/// Whether most lines of the text are those of a batch file.
#[must_use]
pub fn is_batch<'a>(lines: impl Iterator<Item = &'a str>) -> bool {
    let (mut commands, mut others) = (0u32, 0u32);
    for line in lines.map(str::trim).filter(|line| !line.is_empty()).take(500) {
        let lower = line.to_ascii_lowercase();
        if lower == "@echo off"
            || lower.starts_with("@echo off")
            || lower.starts_with("@ftp ")
            || lower.starts_with("@ftp.exe ")
        {
            return true;
        }
        let markup = line.starts_with(['<', '{', '#', '$', '*', '`', '\'']) && !line.starts_with("<nul");
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

fn begins_with_command(text: &str) -> bool {
    let text = text.trim_start_matches(['@', '(', ' ', '\t', '>']);
    if fetch::is_quoted_call(text) {
        return true;
    }
    let word = text.split([' ', '\t', '.', '(', '>', ':', '&', '"']).next().unwrap_or_default().to_ascii_lowercase();
    let known = [
        "echo", "ftp", "cmd", "command", "start", "set", "cd", "type", "del", "copy", "move", "pushd", "schtasks", "at",
    ];
    known.contains(&word.as_str()) && text.len() > word.len()
        || word.rsplit(['\\', '/']).next() == Some("ftp") && text.len() > word.len()
}

/// The line without a console's prompt (`C:\>`, `$`), a bullet or a quotation mark of mail.
fn without_prompt(line: &str) -> &str {
    let line = line.trim();
    if let Some((prompt, command)) = line.split_once('>')
        && prompt.get(1..3) == Some(":\\")
        && prompt.len() < 260
        && !prompt.contains(['"', '<', '&'])
    {
        return command.trim_start();
    }
    let bare = line.trim_start_matches(['$', '*', '`', '•', '-', ' ']);
    if bare.is_empty() { line } else { bare.trim_end_matches('`') }
}

/// The string literals of a line, with doubled and escaped quotes worked off.
fn literals(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut characters = line.chars().peekable();
    while let Some(quote) = characters.next() {
        if !matches!(quote, '"' | '\'') {
            continue;
        }
        let mut literal = String::new();
        let mut closed = false;
        while let Some(character) = characters.next() {
            let next = characters.peek().copied();
            let escaped = character == '\\' && matches!(next, Some('"' | '\'' | '\\'));
            if escaped || character == quote && next == Some(quote) {
                literal.extend(characters.next());
            } else if character == quote {
                closed = true;
                break;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn command_lines_are_found_in_other_texts() {
        let cases = [
            ("$ echo open 10.10.15.39 21> ftp.txt", Some("echo open 10.10.15.39 21> ftp.txt")),
            ("C:\\Temp> ftp -v -n -s:ftp.txt", Some("ftp -v -n -s:ftp.txt")),
            ("wsh.Run('command /C echo bin>>o',false,6);", Some("command /C echo bin>>o")),
            ("exec master..xp_cmdshell 'echo bob>>d:\\f.txt';", Some("echo bob>>d:\\f.txt")),
            ("system(\"ftp -n -s:c.txt\");", Some("ftp -n -s:c.txt")),
            ("the echo of it", None),
        ];
        for (line, command) in cases {
            let found = of(std::iter::once((1, line)));
            assert_eq!(found.first().map(|(_, text)| text.as_str()), command, "{line}");
        }
    }

    #[test]
    fn batch_files_are_told_from_notes() {
        assert!(is_batch("@echo off\nfoo\nbar".lines()));
        assert!(is_batch("echo open h>a\nftp -s:a\ndel a".lines()));
        assert!(!is_batch("<html>\n<script>\nwsh.Run('x');\n</script>".lines()));
        assert!(!is_batch("Some prose here.\nMore prose.\necho x".lines()));
    }
}
