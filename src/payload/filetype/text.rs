//! Kinds of text. A kind is told by what only it would hold; a text of no certain kind is plain text.

use super::Family::{Document, Script, Text};
use super::{FileType, file_type};
use crate::base::text;

const HTML: FileType = file_type(Text, "html", "text/html", "HTML page");
const XML: FileType = file_type(Text, "xml", "text/xml", "XML document");
const HTA: FileType = file_type(Script, "hta", "application/hta", "HTML application");
const BATCH: FileType = file_type(Script, "bat", "application/x-bat", "batch file");
const POWERSHELL: FileType = file_type(Script, "ps1", "application/x-powershell", "PowerShell script");
const VBSCRIPT: FileType = file_type(Script, "vbs", "text/vbscript", "VBScript");
const JSCRIPT: FileType = file_type(Script, "js", "text/javascript", "JavaScript");
const SHELL: FileType = file_type(Script, "sh", "application/x-sh", "shell script");
const PYTHON: FileType = file_type(Script, "py", "text/x-python", "Python script");
const PERL: FileType = file_type(Script, "pl", "text/x-perl", "Perl script");
const PHP: FileType = file_type(Script, "php", "application/x-httpd-php", "PHP script");
const SERVER_PAGE: FileType = file_type(Script, "asp", "text/asp", "active server page");
const REGISTRY: FileType = file_type(Script, "reg", "text/x-ms-regedit", "registry entries");
const ENCODED_PE: FileType =
    file_type(Script, "b64", "text/plain", "Windows executable in base64, as certutil -encode writes it");
const PEM: FileType = file_type(Text, "pem", "application/x-pem-file", "PEM data");
const RTF: FileType = file_type(Document, "rtf", "application/rtf", "rich text document");
const PDF: FileType = file_type(Document, "pdf", "application/pdf", "PDF document");
const URL: FileType = file_type(Text, "url", "application/x-mswinurl", "internet shortcut");
const SETUP: FileType = file_type(Script, "inf", "application/x-setupscript", "setup information");
const INI: FileType = file_type(Text, "ini", "text/plain", "settings");
const JSON: FileType = file_type(Text, "json", "application/json", "JSON data");
const MAIL: FileType = file_type(Text, "eml", "message/rfc822", "mail message");
pub(super) const PLAIN: FileType = file_type(Text, "txt", "text/plain", "text");

/// Documents that begin like text and may hold anything after that.
pub(super) fn early(head: &[u8]) -> Option<FileType> {
    let start = head.get(..1024).unwrap_or(head);
    // Readers accept a PDF whose header lies within the first kilobyte.
    if memchr::memmem::find(start, b"%PDF-").is_some() {
        return Some(PDF);
    }
    start.trim_ascii_start().starts_with(b"{\\rtf").then_some(RTF)
}

/// The kind of text, if the head is text in an encoding that Windows writes.
pub(super) fn kind(head: &[u8]) -> Option<FileType> {
    // A cut character at the end of the head is no reason to call it binary.
    let even = head.len() & !1;
    let decoded = text::decode(head.get(..even.max(1).min(head.len())).unwrap_or(head))?;
    let lower = decoded.content.to_ascii_lowercase();
    let start = lower.trim_start();
    Some(by_start(start).or_else(|| by_words(&lower)).unwrap_or(PLAIN))
}

fn by_start(start: &str) -> Option<FileType> {
    if let Some(line) = start.strip_prefix("#!").and_then(|rest| rest.lines().next()) {
        return Some(match () {
            () if line.contains("python") => PYTHON,
            () if line.contains("perl") => PERL,
            () if line.contains("pwsh") => POWERSHELL,
            () if line.contains("node") => JSCRIPT,
            () => SHELL,
        });
    }
    if let Some(rest) = start.strip_prefix("-----begin ") {
        let body = rest.lines().nth(1).unwrap_or_default();
        return Some(if is_encoded_pe(body) { ENCODED_PE } else { PEM });
    }
    if is_encoded_pe(start) && start.lines().take(4).all(is_base64) {
        return Some(ENCODED_PE);
    }
    let markup = start.starts_with('<');
    if markup && start.contains("<hta:application") {
        return Some(HTA);
    }
    let starts: &[(&str, FileType)] = &[
        ("<?php", PHP),
        ("<%", SERVER_PAGE),
        ("<!doctype html", HTML),
        ("<html", HTML),
        ("<head", HTML),
        ("<body", HTML),
        ("<script", HTML),
        ("<?xml", XML),
        ("<!doctype", XML),
        ("windows registry editor", REGISTRY),
        ("regedit4", REGISTRY),
        ("@echo off", BATCH),
        ("@echo on", BATCH),
        ("@if ", BATCH),
        ("@setlocal", BATCH),
        ("echo off", BATCH),
        ("[internetshortcut]", URL),
        ("received: ", MAIL),
        ("return-path: ", MAIL),
        ("mime-version: ", MAIL),
    ];
    let known = starts.iter().find(|(prefix, _)| start.starts_with(prefix)).map(|(_, kind)| *kind);
    known.or_else(|| start.starts_with('[').then(|| settings(start)).flatten()).or_else(|| {
        let json = start.starts_with('{') && start.trim_start_matches(['{', ' ', '\r', '\n', '\t']).starts_with('"');
        (json && start.contains("\":")).then_some(JSON)
    })
}

/// Sections in brackets: a setup script names itself by its version section.
fn settings(start: &str) -> Option<FileType> {
    let first = start.lines().next().unwrap_or_default().trim_end();
    if !first.ends_with(']') {
        return None;
    }
    if start.contains("[version]") && start.contains("signature") {
        return Some(SETUP);
    }
    start.lines().skip(1).find(|line| !line.trim().is_empty()).filter(|line| line.contains('=')).map(|_| INI)
}

/// Base64 of `MZ` and the usual bytes after it (the text is in lower case here).
fn is_encoded_pe(text: &str) -> bool {
    ["tvqqaam", "tvpqaai", "tvoaaae", "tvqaaa", "tvpfuk"].iter().any(|start| text.starts_with(start))
}

fn is_base64(line: &str) -> bool {
    line.trim_end().bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='))
}

/// Words of a language and how much each speaks for it; two points are enough.
const WORDS: &[(FileType, &[(&str, u8)])] = &[
    (
        VBSCRIPT,
        &[
            ("createobject(", 1),
            ("wscript.", 1),
            ("on error resume next", 2),
            ("\r\ndim ", 1),
            ("\nend sub", 1),
            ("\nend function", 1),
            ("\nset ", 1),
        ],
    ),
    (
        JSCRIPT,
        &[
            ("new activexobject(", 2),
            ("function(", 1),
            ("\nfunction ", 1),
            ("var ", 1),
            ("=> {", 1),
            ("use strict", 1),
            ("require(", 1),
        ],
    ),
    (
        POWERSHELL,
        &[
            ("param(", 1),
            ("param (", 1),
            ("write-host", 2),
            ("new-object", 2),
            ("get-childitem", 1),
            ("invoke-", 1),
            ("$_.", 1),
            ("-erroraction", 1),
            ("[system.", 1),
            ("$env:", 1),
            ("foreach ($", 1),
        ],
    ),
    (
        BATCH,
        &[
            ("\n@echo off", 2),
            ("\necho ", 1),
            ("\nrem ", 1),
            ("\nset ", 1),
            ("\nif exist ", 2),
            ("\nif not exist ", 2),
            ("\ngoto ", 1),
            (">nul", 1),
            ("> nul", 1),
            ("%~dp0", 2),
            ("%temp%", 1),
            ("\nfor /f ", 2),
            ("\ncall ", 1),
        ],
    ),
    (PYTHON, &[("\nimport ", 1), ("\nfrom ", 1), ("\ndef ", 1), ("__name__", 1)]),
];

fn by_words(text: &str) -> Option<FileType> {
    let padded = format!("\n{text}");
    let points = |words: &[(&str, u8)]| -> u32 {
        words.iter().filter(|(word, _)| padded.contains(word)).map(|(_, points)| u32::from(*points)).sum()
    };
    // The one with most points; of equals the first of the table.
    let mut best: Option<(u32, FileType)> = None;
    for (kind, words) in WORDS {
        let points = points(words);
        if points >= 2 && best.is_none_or(|(most, _)| points > most) {
            best = Some((points, *kind));
        }
    }
    best.map(|(_, kind)| kind)
}
