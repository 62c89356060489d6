//! Whether a text is written in PowerShell.
//!
//! Dollar signs and braces are those of other languages too: what counts are the forms that only PowerShell has.

/// Lines that are looked at; blank ones, remarks and texts that the script holds are none.
const LINES: u32 = 400;

/// The verbs of commands (Microsoft, approved verbs) that scripts use.
const VERBS: &[&str] = &[
    "add",
    "clear",
    "compare",
    "convertfrom",
    "convertto",
    "copy",
    "enable",
    "disable",
    "export",
    "foreach",
    "format",
    "get",
    "import",
    "install",
    "invoke",
    "join",
    "measure",
    "move",
    "new",
    "out",
    "pop",
    "push",
    "read",
    "register",
    "remove",
    "rename",
    "resolve",
    "restart",
    "save",
    "select",
    "send",
    "set",
    "sort",
    "split",
    "start",
    "stop",
    "tee",
    "test",
    "unregister",
    "update",
    "wait",
    "where",
    "write",
];

/// Nouns of commands that come with PowerShell.
const NOUNS: &[&str] = &[
    "object",
    "content",
    "item",
    "childitem",
    "itemproperty",
    "file",
    "expression",
    "webrequest",
    "restmethod",
    "process",
    "command",
    "host",
    "output",
    "location",
    "path",
    "string",
    "securestring",
    "variable",
    "date",
    "null",
    "sleep",
    "job",
    "service",
    "bitstransfer",
    "credential",
    "error",
    "warning",
    "csv",
    "json",
    "alias",
    "type",
    "module",
    "member",
    "wmiobject",
    "wmimethod",
    "ciminstance",
    "scheduledtask",
    "scheduledtaskaction",
    "executionpolicy",
    "eventlog",
    "archive",
];

/// Whether a text is a script of PowerShell.
pub(super) fn is_script(content: &str, name: &str) -> bool {
    let lower_name = name.to_ascii_lowercase();
    let extension = lower_name.rsplit_once('.').map_or("", |(_, extension)| extension);
    // What was typed is kept by PSReadLine, by its host's name.
    let named = matches!(extension, "ps1" | "psm1" | "psd1") || lower_name.ends_with("host_history.txt");
    let other = matches!(
        extension,
        "bat"
            | "cmd"
            | "sh"
            | "pl"
            | "pm"
            | "php"
            | "py"
            | "vbs"
            | "js"
            | "html"
            | "htm"
            | "hta"
            | "xml"
            | "md"
            | "c"
            | "cs"
            | "rb"
            | "log"
    );
    let first = content.trim_start_matches('\u{feff}').trim_start();
    if first.starts_with("#!") {
        return first.lines().next().is_some_and(|line| line.contains("pwsh") || line.contains("powershell"));
    }
    if first.starts_with("<?")
        || first.starts_with("<!")
        || first.starts_with("<html")
        || first.starts_with("@echo")
        || first.starts_with('%')
    {
        return false;
    }
    let (mut own, mut foreign, mut lines) = (0u32, 0u32, 0u32);
    let (mut here, mut remark) = (false, false);
    for line in content.lines() {
        let line = line.trim();
        if here {
            here = !line.starts_with("\"@") && !line.starts_with("'@");
            continue;
        }
        remark |= line.starts_with("<#");
        if remark {
            remark = !line.contains("#>");
            continue;
        }
        here = line.ends_with("@\"") || line.ends_with("@'");
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if lines >= LINES {
            break;
        }
        lines = lines.saturating_add(1);
        own = own.saturating_add(signs(line));
        if is_foreign(line) {
            foreign = foreign.saturating_add(1);
        }
    }
    match (named, other) {
        (true, _) => own > 0 && foreign <= own || lines > 0 && foreign == 0,
        (false, true) => false,
        (false, false) => {
            own >= 2 && foreign == 0 && own.saturating_mul(3) >= lines || own >= 8 && foreign.saturating_mul(8) < own
        }
    }
}

/// Signs of words that are put together at run time, in lower case.
const HIDING: &[&[u8]] = &[
    b"iex",
    b"invoke-e",
    b"frombase64string",
    b"-join",
    b"[char",
    b"&(",
    b"& (",
    b".(",
    b"'+'",
    b"\"+\"",
    b"reverse(",
    b"`",
    b"-enc",
    b"winscp",
];

/// Whether a script may put together the words that it hides from a search for them.
pub(super) fn may_hide(content: &str) -> bool {
    let bytes = content.as_bytes();
    HIDING.iter().any(|sign| bytes.windows(sign.len()).any(|window| window.eq_ignore_ascii_case(sign)))
}

/// How much a line says that it is PowerShell.
fn signs(line: &str) -> u32 {
    let line = line.get(..line.floor_char_boundary(4096)).unwrap_or_default();
    let lower = line.to_ascii_lowercase();
    let mut signs = 0u32;
    let mut sign = |there: bool, weight: u32| {
        if there {
            signs = signs.saturating_add(weight);
        }
    };
    sign(begins_with_command(&lower), 2);
    sign(holds_command(&lower), 1);
    sign(is_assignment(line), 1);
    sign(lower.contains("$env:"), 2);
    sign(lower.contains("[io.file]::") || lower.contains("[system."), 2);
    sign(lower.contains("]::"), 1);
    sign(lower.contains("new-object"), 2);
    sign(lower.starts_with("param(") || lower.starts_with("param (") || lower.starts_with("[cmdletbinding"), 2);
    sign(line.ends_with("@\"") || line.ends_with("@'"), 2);
    sign(lower.starts_with("iex ") || lower.starts_with("iex("), 2);
    sign(lower.contains(" -eq ") || lower.contains(" -ne ") || lower.contains("-join") || lower.contains(" -f "), 1);
    sign(lower.contains("|%{") || lower.contains("| %{") || lower.contains("|iex") || lower.contains("| iex"), 2);
    signs
}

/// Whether the line begins with `Verb-Noun` and what may follow it, after `&`, `(` and the like.
fn begins_with_command(lower: &str) -> bool {
    let bare = lower.trim_start_matches(['&', '(', ' ', '{', '"', '\'']);
    command_at(bare)
}

/// Whether such a command stands behind a pipe, `=`, `;` or a parenthesis.
fn holds_command(lower: &str) -> bool {
    lower
        .match_indices(['|', '=', ';', '(', '{'])
        .take(64)
        .any(|(at, _)| lower.get(at.saturating_add(1)..).is_some_and(|rest| command_at(rest.trim_start())))
}

fn command_at(text: &str) -> bool {
    let word: &str = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').next().unwrap_or_default();
    let Some((verb, noun)) = word.split_once('-') else { return false };
    VERBS.contains(&verb) && NOUNS.contains(&noun)
}

/// `$name = …` as PowerShell writes it: without the semicolon that ends the lines of Perl and PHP.
fn is_assignment(line: &str) -> bool {
    let Some(rest) = line.strip_prefix('$') else { return false };
    let name: usize =
        rest.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | ':' | '.')).map(char::len_utf8).sum();
    let after = rest.get(name..).unwrap_or_default().trim_start();
    let assigns =
        after.strip_prefix("+=").or_else(|| after.strip_prefix('=').filter(|tail| !tail.starts_with(['=', '~', '>'])));
    name > 0 && assigns.is_some() && !line.ends_with(';') && !rest.get(..name).unwrap_or_default().contains("->")
}

/// Forms that PowerShell has not.
fn is_foreign(line: &str) -> bool {
    let starts = [
        "my $", "our $", "use ", "sub ", "<?php", "fi", "done", "esac", "echo \"$", "import ", "def ", "#include",
        "public ", "private ", "var ", "const ", "let ", "goto ", "rem ", "dim ",
    ];
    let lower = line.to_ascii_lowercase();
    starts.iter().any(|start| match *start {
        "fi" | "done" | "esac" => lower == *start,
        start => lower.starts_with(start) && !(start == "use " && lower.starts_with("use-")),
    }) || line.contains("$_[") && line.contains("->")
        || lower.starts_with("if [ ")
        || lower.ends_with("; then")
        || lower.ends_with("; do")
        || line.starts_with('$') && line.contains("->")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_told_from_other_texts() {
        let cases = [
            (
                "$s=@\"\nopen h\n\"@\n$s|Out-File -Encoding ASCII $env:TEMP\\c.txt; ftp.exe -s:$env:TEMP\\c.txt",
                "x",
                true,
            ),
            ("\"open h\",\"bye\"|Set-Content f.txt;& ftp -n \"-s:f.txt\"", "a.ps1", true),
            ("(New-Object Net.WebClient).DownloadFile('ftp://h/x','C:\\x')", "x.txt", true),
            ("$r=[Net.FtpWebRequest]::Create('ftp://h/d');$r.Method='DELE';$r.GetResponse()", "a.ps1", true),
            ("ftp -s:a.txt", "a.ps1", true),
            ("param($h)\n$c = Get-Content a\nforeach ($l in $c) { Write-Host $l }", "", true),
            ("my $ftp = Net::FTP->new('h');\n$ftp->login('a','b');\n$x = 5;", "", false),
            ("<?php\n$c = ftp_connect('h');\nftp_login($c,'a','b');", "", false),
            ("#!/bin/sh\nHOST=h\nftp -n $HOST <<EOF\nuser a b\nEOF", "", false),
            ("H=h\nif [ -f x ]; then\necho \"$H\"\nfi", "", false),
            ("@echo off\nset H=h\necho open %H%>a\nftp -s:a", "", false),
            ("powershell -c \"Get-Content a | Set-Content b\"\nftp -s:b", "a.bat", false),
            ("The command Get-Content reads a file.\nUse Set-Content to write.\nIt is easy.", "", false),
            ("open h\nuser a b\nget x\nbye", "", false),
            ("", "a.ps1", false),
        ];
        for (content, name, expected) in cases {
            assert_eq!(is_script(content, name), expected, "{content}");
        }
    }
}
