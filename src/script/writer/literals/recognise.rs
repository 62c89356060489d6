//! Which programming language a text is written in.

use crate::script::source::Tongue;
use crate::script::writer::command_lines;

/// Lines of the head that are looked at.
const HEAD_LINES: usize = 400;

/// The language of a text that speaks of FTP; nothing where it is no source code, or of a language that has its own
/// interpreter.
#[must_use]
pub fn tongue_of(content: &str, name: &str) -> Option<Tongue> {
    if content.starts_with("<?xml") {
        return None;
    }
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).unwrap_or_default();
    let by_name = match extension.as_str() {
        "bat" | "cmd" | "ps1" | "psm1" | "vbs" | "vbe" | "wsf" | "hta" | "sh" | "bas" | "cls" | "reg" | "url"
        | "ini" => {
            return None;
        }
        "c" | "cc" | "cpp" | "cxx" | "h" | "hpp" | "m" | "ino" => Some(Tongue::C),
        "java" | "jsp" | "groovy" | "kt" | "scala" => Some(Tongue::Java),
        "cs" | "aspx" | "ashx" => Some(Tongue::CSharp),
        "js" | "ts" | "mjs" if !content.contains("ActiveXObject") && !content.contains("WScript.") => {
            Some(Tongue::JavaScript)
        }
        "go" => Some(Tongue::Go),
        "rs" => Some(Tongue::Rust),
        "py" | "pyw" => Some(Tongue::Python),
        "pl" | "pm" | "cgi" => Some(Tongue::Perl),
        "php" | "php3" | "php4" | "php5" | "phtml" | "inc" => Some(Tongue::Php),
        "rb" => Some(Tongue::Ruby),
        "pas" | "dpr" | "dfm" | "lpr" => Some(Tongue::Delphi),
        "au3" => Some(Tongue::AutoIt),
        "sql" | "tsql" => Some(Tongue::Sql),
        "json" | "jsonl" | "ndjson" => Some(Tongue::Json),
        _ => None,
    };
    by_name.or_else(|| by_content(content))
}

fn by_content(content: &str) -> Option<Tongue> {
    let head = content.lines().next().unwrap_or_default();
    if head.starts_with("#!") {
        let shebangs = [
            ("python", Tongue::Python),
            ("perl", Tongue::Perl),
            ("php", Tongue::Php),
            ("ruby", Tongue::Ruby),
            ("node", Tongue::JavaScript),
        ];
        return shebangs.iter().find(|(word, _)| head.contains(word)).map(|(_, tongue)| *tongue);
    }
    if content.contains("<?php") {
        return Some(Tongue::Php);
    }
    if holds(content, "xp_cmdshell") || holds(content, "sp_oamethod") || holds(content, "sp_add_jobstep") {
        return Some(Tongue::Sql);
    }
    if content.contains("ActiveXObject") || content.contains("CreateObject(") {
        return None;
    }
    let starts: [(&str, Tongue); 26] = [
        ("import ftplib", Tongue::Python),
        ("from ftplib import", Tongue::Python),
        ("import subprocess", Tongue::Python),
        ("import os", Tongue::Python),
        ("import sys", Tongue::Python),
        ("import urllib", Tongue::Python),
        ("import paramiko", Tongue::Python),
        ("import pysftp", Tongue::Python),
        ("use strict;", Tongue::Perl),
        ("use warnings;", Tongue::Perl),
        ("use Net::", Tongue::Perl),
        ("use LWP::", Tongue::Perl),
        ("my $", Tongue::Perl),
        ("require 'net/ftp'", Tongue::Ruby),
        ("require \"net/ftp\"", Tongue::Ruby),
        ("#include <File.au3>", Tongue::AutoIt),
        ("#include <FTPEx.au3>", Tongue::AutoIt),
        ("RunWait(@ComSpec", Tongue::AutoIt),
        ("#include", Tongue::C),
        ("package main", Tongue::Go),
        ("import java.", Tongue::Java),
        ("import org.apache.commons.net", Tongue::Java),
        ("public class ", Tongue::Java),
        ("using System", Tongue::CSharp),
        ("fn main()", Tongue::Rust),
        ("const char", Tongue::C),
    ];
    for line in content.lines().take(HEAD_LINES) {
        let line = line.trim_start();
        if let Some((_, tongue)) = starts.iter().find(|(start, _)| line.starts_with(start)) {
            return Some(*tongue);
        }
    }
    // Command lines that are given code are none of its language.
    if content.lines().take(HEAD_LINES).any(|line| command_lines::begins_with_command(line.trim())) {
        return None;
    }
    if content.contains("Net::FTP->new") {
        return Some(Tongue::Perl);
    }
    if content.contains("ftp_connect(") {
        return Some(Tongue::Php);
    }
    if content.contains("ftplib.FTP") || content.contains("os.system(") || content.contains("subprocess.") {
        return Some(Tongue::Python);
    }
    let trimmed = content.trim_start();
    if trimmed.starts_with('{') && trimmed.get(1..).is_some_and(|rest| rest.trim_start().starts_with('"'))
        || trimmed.starts_with("[{")
        || trimmed.starts_with('[') && trimmed.get(1..).is_some_and(|rest| rest.trim_start().starts_with('{'))
    {
        return Some(Tongue::Json);
    }
    if content.contains("getRuntime().exec(") || content.contains("new ProcessBuilder(") {
        return Some(Tongue::Java);
    }
    let calls = ["system(\"", "system( \"", "WinExec(", "ShellExecute", "popen(\"", "CreateProcess", "fprintf("];
    calls.iter().any(|call| content.contains(call)).then_some(Tongue::C)
}

/// Whether a text holds a word, in any case.
fn holds(content: &str, word: &str) -> bool {
    content.as_bytes().windows(word.len()).any(|window| window.eq_ignore_ascii_case(word.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_told() {
        let cases = [
            ("x", "a.py", Some(Tongue::Python)),
            ("#!/usr/bin/perl\n", "a", Some(Tongue::Perl)),
            ("<html><?php ftp_connect('h'); ?>", "a.html", Some(Tongue::Php)),
            ("EXEC master..XP_CMDSHELL 'dir'", "notes.txt", Some(Tongue::Sql)),
            ("#include <stdio.h>\nint main(){}", "x", Some(Tongue::C)),
            ("fprintf(fp, \"open h\");system(\"ftp -s:x\");", "x.txt", Some(Tongue::C)),
            ("{\"a\": \"b\"}", "x", Some(Tongue::Json)),
            ("system(\"ftp\")", "a.bat", None),
            ("new ActiveXObject('x')", "a.js", None),
            ("The system (see below) is fine", "x.txt", None),
        ];
        for (content, name, tongue) in cases {
            assert_eq!(tongue_of(content, name), tongue, "{content}");
        }
    }
}
