//! Kinds that the first words of a text tell.

use super::super::FileType;
use super::cut;
use super::kinds::{self as kind, ENCODED_PE};

/// Beginnings, in lower case.
const STARTS: &[(&str, FileType)] = &[
    ("<?php", kind::PHP),
    ("<%@ page language=\"java\"", kind::JAVA_PAGE),
    ("<%@page", kind::JAVA_PAGE),
    ("<%@ page import", kind::JAVA_PAGE),
    ("<jsp:", kind::JAVA_PAGE),
    ("<%", kind::SERVER_PAGE),
    ("windows registry editor", kind::REGISTRY),
    ("regedit4", kind::REGISTRY),
    ("@echo off", kind::BATCH),
    ("@echo on", kind::BATCH),
    ("@if ", kind::BATCH),
    ("@setlocal", kind::BATCH),
    ("@rem ", kind::BATCH),
    ("@set ", kind::BATCH),
    ("@cls", kind::BATCH),
    ("@call ", kind::BATCH),
    ("@for ", kind::BATCH),
    ("@cd ", kind::BATCH),
    ("@goto ", kind::BATCH),
    ("echo off", kind::BATCH),
    ("rem @echo off", kind::BATCH),
    ("[internetshortcut]", kind::URL),
    ("[desktop entry]", kind::DESKTOP),
    ("putty-user-key-file-", kind::PUTTY_KEY),
    ("begin:vcard", kind::VCARD),
    ("begin:vcalendar", kind::CALENDAR),
    ("# netscape http cookie file", kind::COOKIES),
    ("# http cookie file", kind::COOKIES),
    ("-- mysql dump", kind::MYSQL_DUMP),
    ("-- mariadb dump", kind::MYSQL_DUMP),
    ("/*m!999999\\- enable the sandbox mode */", kind::MYSQL_DUMP),
    ("-- phpmyadmin sql dump", kind::MYSQL_DUMP),
    ("-- adminer ", kind::MYSQL_DUMP),
    ("--\n-- postgresql database", kind::POSTGRES_DUMP),
    ("--\r\n-- postgresql database", kind::POSTGRES_DUMP),
    ("pragma foreign_keys=off;\nbegin transaction;", kind::SQLITE_DUMP),
    ("dn: ", kind::LDIF),
    ("dn:: ", kind::LDIF),
    ("version: 1\ndn: ", kind::LDIF),
    ("version: 1\n\ndn: ", kind::LDIF),
    ("diff --git ", kind::DIFF),
    ("diff -", kind::DIFF),
    ("index: ", kind::DIFF),
    ("only in ", kind::DIFF),
    ("#extm3u", kind::MPL),
    ("[playlist]", kind::MPL),
    ("\\input texinfo", kind::TEXINFO),
    ("\\documentclass", kind::TEX),
    ("\\documentstyle", kind::TEX),
    ("'\\\" t\n", kind::TROFF),
    (".\\\"", kind::TROFF),
    ("'\\\"", kind::TROFF),
    ("attribute vb_name", kind::VISUAL_BASIC),
    ("version 1.0 class\r\nbegin", kind::VISUAL_BASIC),
    ("option explicit\r\n", kind::VBSCRIPT),
    ("age-secret-key-", kind::PRIVATE_KEY),
    ("ssh-rsa aaaa", kind::SSH_PUBLIC),
    ("ssh-ed25519 aaaa", kind::SSH_PUBLIC),
    ("ssh-dss aaaa", kind::SSH_PUBLIC),
    ("ecdsa-sha2-nistp", kind::SSH_PUBLIC),
    ("---- begin ssh2 public key ----", kind::SSH_PUBLIC),
    ("---- begin ssh2 encrypted private key ----", kind::PRIVATE_KEY),
];

/// Labels of PEM, in lower case; the longer before what they hold.
const LABELS: &[(&str, FileType)] = &[
    ("openssh private key", kind::OPENSSH_KEY),
    ("encrypted private key", kind::ENCRYPTED_KEY),
    ("pgp private key", kind::PGP_PRIVATE),
    ("pgp public key", kind::PGP_PUBLIC),
    ("pgp message", kind::PGP_MESSAGE),
    ("pgp signature", kind::PGP_SIGNATURE),
    ("pgp signed message", kind::PGP_SIGNED),
    ("private key", kind::PRIVATE_KEY),
    ("public key", kind::PUBLIC_KEY),
    ("certificate request", kind::REQUEST),
    ("new certificate request", kind::REQUEST),
    ("certificate", kind::CERTIFICATE),
    ("trusted certificate", kind::CERTIFICATE),
];

/// The kind that a text, without blank space in front, begins with.
pub(super) fn find(text: &str) -> Option<FileType> {
    let first = text.lines().next().unwrap_or_default();
    if let Some(line) = first.strip_prefix("#!") {
        return Some(interpreter(line, text));
    }
    let lower = cut(text, 256).to_ascii_lowercase();
    let by_start = || STARTS.iter().find(|(start, _)| lower.starts_with(start)).map(|(_, kind)| *kind);
    pem(text).or_else(by_start).or_else(|| markup(text)).or_else(|| super::encoded::executable(text))
}

/// The interpreter that a first line names: its program's name, behind `env` and its options.
fn interpreter(line: &str, text: &str) -> FileType {
    let words = line
        .split_whitespace()
        .skip_while(|word| word.rsplit('/').next() == Some("env") || word.starts_with('-') || word.contains('='));
    let program = words.into_iter().next().and_then(|word| word.rsplit(['/', '\\']).next()).unwrap_or_default();
    let program = program.to_ascii_lowercase();
    let name = program.trim_end_matches(".exe").trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    match name {
        "python" | "pypy" | "python3-dbg" | "pythonw" => kind::PYTHON,
        "perl" => kind::PERL,
        "ruby" | "jruby" | "macruby" => kind::RUBY,
        "php" => kind::PHP,
        "node" | "nodejs" | "deno" | "bun" | "gjs" | "qjs" => kind::JSCRIPT,
        "pwsh" | "powershell" => kind::POWERSHELL,
        "lua" | "luajit" | "texlua" => kind::LUA,
        "awk" | "gawk" | "mawk" | "nawk" => kind::AWK,
        "tclsh" | "wish" | "expect" | "expectk" => kind::TCL,
        "make" | "gmake" => kind::MAKEFILE,
        // Scripts of Tcl and others hand themselves over from a shell.
        "sh" | "bash" | "dash" if cut(text, 1024).contains("exec tclsh") || cut(text, 1024).contains("exec wish") => {
            kind::TCL
        }
        "sh" | "bash" | "dash" | "ash" | "ksh" | "mksh" | "pdksh" | "zsh" | "csh" | "tcsh" | "fish" | "busybox"
        | "rbash" => kind::SHELL,
        // A build replaces such a name: `#! @PERL@`.
        // `#!/usr/bin env python` does not run, and says what it is.
        _ if line.split_whitespace().skip(1).any(|word| word.starts_with("python")) => kind::PYTHON,
        _ if program.contains("perl") => kind::PERL,
        _ if program.contains("python") => kind::PYTHON,
        _ if program.contains("sh") => kind::SHELL,
        _ => kind::INTERPRETED,
    }
}

/// Armour around keys, certificates and messages; text may stand before it.
fn pem(text: &str) -> Option<FileType> {
    let start = cut(text, 8192);
    let at = if start.starts_with("-----BEGIN ") { 0 } else { start.find("\n-----BEGIN ")?.saturating_add(1) };
    let rest = text.get(at..)?.strip_prefix("-----BEGIN ")?;
    let line = rest.lines().next()?.trim_end();
    let label = line.strip_suffix("-----")?;
    // Words in front are those of a bundle or of `openssl x509 -text`, not of a program or a page.
    let plain = |line: &str| !line.contains(['{', '}', ';', '<', '"', '`', '\'']) || line.starts_with('#');
    if at > 0 && !text.get(..at)?.lines().all(plain) {
        return None;
    }
    let body = rest.lines().nth(1).unwrap_or_default();
    if super::encoded::is_executable(body) {
        return Some(ENCODED_PE);
    }
    let encrypted = || rest.lines().take(4).any(|line| line.starts_with("Proc-Type: 4,ENCRYPTED"));
    let lower = label.to_ascii_lowercase();
    let known = LABELS.iter().find(|(name, _)| lower.contains(name)).map(|(_, kind)| *kind);
    Some(match known {
        Some(kind::PRIVATE_KEY) if encrypted() => kind::ENCRYPTED_KEY,
        Some(known) => known,
        None => kind::PEM,
    })
}

/// Pages and documents in angle brackets.
fn markup(text: &str) -> Option<FileType> {
    if !text.starts_with('<') {
        return None;
    }
    let lower = cut(text, 8192).to_ascii_lowercase();
    if lower.contains("<hta:application") {
        return Some(kind::HTA);
    }
    let root = root(&lower);
    let declared = lower.starts_with("<?xml");
    let name = root.split_once(':').map_or(root, |(_, name)| name);
    Some(match name {
        "svg" if declared || lower.contains("xmlns") => kind::SVG,
        "html" if declared && lower.contains("http://www.w3.org/1999/xhtml") && !lower.contains("<!doctype html") => {
            kind::XML
        }
        "html" | "head" | "body" | "title" => kind::HTML,
        "scriptlet" => kind::SCRIPTLET,
        "job" | "package" if lower.contains("<script") && lower.contains("language=") => kind::SCRIPT_FILE,
        "project" if lower.contains("schemas.microsoft.com/developer/msbuild") => kind::BUILD,
        "stylesheet" | "transform" if lower.contains("http://www.w3.org/1999/xsl/transform") => kind::STYLE,
        _ if lower.starts_with("<!doctype html") => kind::HTML,
        _ if declared || lower.starts_with("<!doctype") => kind::XML,
        _ if own_name_space(&lower, root) => kind::XML,
        "script" | "table" | "meta" | "style" | "h1" | "h2" | "h3" | "a" | "p" | "div" | "center" | "img" | "form"
        | "span" | "frameset" | "iframe" | "link" | "br" | "ul" | "b" | "font" | "pre" => kind::HTML,
        // Without a declaration: a name in brackets that is closed again, or a name space.
        _ if !root.is_empty() && (lower.contains("xmlns") || lower.contains(&format!("</{root}>"))) => kind::XML,
        _ if !root.is_empty() && text.trim_end().ends_with('>') && (lower.contains("/>") || lower.contains("</")) => {
            kind::XML
        }
        _ => return None,
    })
}

/// Whether the first element itself says which name space it is of.
fn own_name_space(lower: &str, root: &str) -> bool {
    let tag = lower.split_once(&format!("<{root}")).and_then(|(_, rest)| rest.split('>').next());
    !root.is_empty() && tag.is_some_and(|tag| tag.contains("xmlns"))
}

/// The name of the first element, behind declarations and comments.
fn root(lower: &str) -> &str {
    let mut rest = lower;
    for _ in 0..64 {
        rest = rest.trim_start();
        rest = if let Some(comment) = rest.strip_prefix("<!--") {
            comment.split_once("-->").map_or("", |(_, after)| after)
        } else if rest.starts_with("<!doctype") && rest.split('>').next().is_some_and(|inner| inner.contains('[')) {
            rest.split_once("]>").or_else(|| rest.split_once("] >")).map_or("", |(_, after)| after)
        } else if rest.starts_with("<?") || rest.starts_with("<!") {
            rest.split_once('>').map_or("", |(_, after)| after)
        } else {
            break;
        };
    }
    let name = rest.strip_prefix('<').unwrap_or_default();
    let end =
        name.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, ':' | '-' | '_' | '.')).unwrap_or(name.len());
    name.get(..end).unwrap_or_default()
}
