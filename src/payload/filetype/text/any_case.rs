//! What a line says in any case: languages that do not tell capitals from small letters, and words in the middle.

use super::language::Language::*;
use super::language::Points;
use super::line::{Line, all};

/// What the first word says.
pub(super) fn by_word(line: &Line<'_>, lower: &str, word: &str, points: &mut Points) {
    let rest = lower.get(word.len()..).unwrap_or_default().trim_start();
    match word {
        "@echo" if !line.indented || matches!(rest, "off" | "on") => points.give(Batch, 5),
        "echo" | "echo." => points.give(Batch, 1),
        "rem" if !rest.is_empty() => points.give(Batch, 2),
        "set" if rest.contains('=') && !rest.contains(" = ") => points.give(Batch, 2),
        "set" if rest.contains("createobject(") || rest.contains("getobject(") => points.give(VbScript, 5),
        "set" if rest.contains(" = ") && !line.last.is_ascii_punctuation() => points.give(VbScript, 1),
        "goto" if rest.split_whitespace().count() == 1 && line.last != ';' => points.give(Batch, 3),
        "setlocal" | "endlocal"
            if rest.is_empty()
                || rest.starts_with("enable")
                || rest.starts_with("disable")
                || rest.starts_with('&') =>
        {
            points.give(Batch, 5);
        }
        "setlocal" if rest.contains(['=', '<']) || !rest.contains(' ') => points.give(Vim, 4),
        "if" if rest.starts_with("exist ")
            || rest.starts_with("not exist ")
            || rest.starts_with("errorlevel ")
            || rest.starts_with("not defined ")
            || rest.starts_with("/i ") =>
        {
            points.give(Batch, 4);
        }
        "if" if rest.contains("\"%") => points.give(Batch, 3),
        "if" | "elseif" if rest.ends_with(" then") => points.give(VbScript, 2),
        "for"
            if rest.starts_with("%%")
                || rest.starts_with("/f ")
                || rest.starts_with("/r ")
                || rest.starts_with("/l ") =>
        {
            points.give(Batch, 5)
        }
        "for" if rest.starts_with("each ") && rest.contains(" in ") => points.give(VbScript, 3),
        "foreach" if rest.starts_with("($") => points.give(PowerShell, 4),
        "exit" if rest.starts_with("/b") => points.give(Batch, 5),
        "call" if rest.starts_with(':') || rest.ends_with(".bat") || rest.ends_with(".cmd") => points.give(Batch, 3),
        "ftp" | "ftp.exe" if rest.contains("-s:") => points.give(Batch, 5),
        "powershell" | "powershell.exe" | "cmd" | "cmd.exe" | "mshta" | "msiexec" if rest.starts_with(['-', '/']) => {
            points.give(Batch, 5)
        }
        "certutil" | "certutil.exe" if rest.contains("-urlcache") || rest.contains("-decode") => points.give(Batch, 5),
        "bitsadmin" | "bitsadmin.exe" if rest.contains("/transfer") => points.give(Batch, 5),
        "schtasks" | "reg" | "net" | "sc" | "wmic" | "netsh"
            if rest.starts_with('/')
                || ["add ", "use ", "user ", "create ", "stop ", "start ", "delete ", "advfirewall ", "process "]
                    .iter()
                    .any(|what| rest.starts_with(what)) =>
        {
            points.give(Batch, 3);
        }
        "pushd" | "popd" | "xcopy" | "attrib" | "taskkill" | "schtasks" | "certutil" | "bitsadmin" | "wscript"
        | "cscript" | "regsvr32" | "rundll32" => points.give(Batch, 2),
        "dim" if !rest.is_empty() && line.last != ';' => points.give(VbScript, 2),
        "option" if rest.starts_with("explicit") => all(points, &[VbScript, VisualBasic], 3),
        "on" if rest.starts_with("error resume next") || rest.starts_with("error goto") => points.give(VbScript, 5),
        "end" if rest == "sub" || rest == "function" || rest == "if" || rest == "with" || rest == "select" => {
            all(points, &[VbScript, VisualBasic], 3)
        }
        "private" | "public"
            if rest.starts_with("sub ")
                || rest.starts_with("function ")
                || rest.starts_with("declare ")
                || rest.starts_with("const ") && !rest.contains(';') =>
        {
            points.give(VisualBasic, 4);
        }
        "imports" if rest.starts_with("system") => points.give(VisualBasic, 6),
        "sub" if rest.ends_with(')') => points.give(VbScript, 3),
        "msgbox" | "wscript.echo" | "wscript.quit" | "wscript.sleep" => points.give(VbScript, 4),
        "param" if rest.starts_with('(') && !rest.contains(')') || rest.starts_with("($") || rest.starts_with("([") => {
            points.give(PowerShell, 4)
        }
        "create"
            if [
                "table",
                "index",
                "database",
                "view",
                "function",
                "or replace",
                "trigger",
                "schema",
                "extension",
                "type",
                "user",
                "role",
                "sequence",
                "unique index",
                "procedure",
                "temp",
            ]
            .iter()
            .any(|what| rest.starts_with(what)) =>
        {
            points.give(Sql, 4);
        }
        "insert" if rest.starts_with("into ") => points.give(Sql, 4),
        "drop"
            if rest.starts_with("table ")
                || rest.starts_with("view ")
                || rest.starts_with("function ")
                || rest.starts_with("database ") =>
        {
            points.give(Sql, 4)
        }
        "alter" if rest.starts_with("table ") || rest.starts_with("function ") || rest.starts_with("extension ") => {
            points.give(Sql, 4)
        }
        "select" if rest.contains(" from ") => points.give(Sql, 3),
        "delete" if rest.starts_with("from ") => points.give(Sql, 4),
        "update" if rest.contains(" set ") => points.give(Sql, 4),
        "copy" if rest.contains(" from stdin") => points.give(Sql, 5),
        "grant" | "revoke" if rest.contains(" on ") && line.last == ';' => points.give(Sql, 3),
        _ => {}
    }
    if word.starts_with(':') && word.len() > 1 && rest.is_empty() && !word.get(1..).unwrap_or_default().contains(':') {
        points.give(Batch, 2);
    }
    if word.starts_with("::") && rest.is_empty() || lower.starts_with(":: ") {
        points.give(Batch, 2);
    }
    // A verb and a noun with a hyphen: the commands of PowerShell.
    if let Some((verb, noun)) = word.split_once('-')
        && matches!(
            verb,
            "write"
                | "get"
                | "set"
                | "new"
                | "remove"
                | "import"
                | "export"
                | "invoke"
                | "start"
                | "stop"
                | "add"
                | "copy"
                | "move"
                | "test"
                | "out"
                | "convertto"
                | "install"
                | "register"
                | "enable"
                | "disable"
                | "expand"
                | "compress"
        )
        && noun.len() >= 3
        && noun.bytes().all(|byte| byte.is_ascii_alphabetic())
        && (rest.is_empty()
            || rest.starts_with(['-', '$', '"', '\'', '(', '@'])
            || word == "write-host"
            || word == "write-output"
            || word == "import-module")
        && line.word.starts_with(|c: char| c.is_ascii_uppercase())
    {
        points.give(PowerShell, 4);
    }
}

/// What stands anywhere in a line. One look for a mark that all of a group have comes before the group.
pub(super) fn within(line: &Line<'_>, lower: &str, points: &mut Points) {
    let has = |what: &str| lower.contains(what);
    if has("(") {
        if has("createobject(") {
            points.give(VbScript, if line.last == ';' { 1 } else { 4 });
        }
        if has("new activexobject(") {
            points.give(JavaScript, 5);
        }
        if has("function(") || has("function (") {
            points.give(JavaScript, 2);
        }
        if has("require('") || has("require(\"") {
            all(points, &[JavaScript, Lua], 2);
        }
        if has("=> {") || has("document.getelementbyid(") || has(".addeventlistener(") {
            points.give(JavaScript, 3);
        }
        if has("new-object ") || has("(get-") || has("-erroraction ") {
            points.give(PowerShell, 4);
        }
    }
    if has("-")
        && (has("new-object ")
            || has("-erroraction ")
            || has(" | where-object")
            || has(" | foreach-object")
            || has(" | out-null")
            || has(" -eq $")
            || has("get-childitem"))
    {
        points.give(PowerShell, 4);
    }
    if has("self.") && !has(";") && has("=") && !has("let ") {
        points.give(Python, 2);
    }
    if has(" === ") || has(" !== ") {
        all(points, &[JavaScript, Php], 2);
    }
    if has("std::") {
        points.give(Cpp, 2);
    }
    if has("%")
        && (has("%~dp0")
            || has("%temp%")
            || has("%errorlevel%")
            || has("%systemroot%")
            || has("%appdata%")
            || has("%userprofile%"))
    {
        points.give(Batch, 3);
    }
    if has(">nul") || has("> nul") {
        points.give(Batch, 3);
    }
    if has("$") && (has("$_.") || has("$env:") || has("$null") && has(" -") || has("$true") || has("[system.")) {
        points.give(PowerShell, 2);
    }
    if has("${") && line.last != ';' && !has("$({") || has("$(") && has(")\"") {
        points.give(Shell, 1);
    }
    if has(" =~ /") || has(" =~ s/") || has("->{") {
        points.give(Perl, 3);
    }
    if has("wscript.") {
        all(points, &[VbScript, JavaScript], 2);
    }
}
