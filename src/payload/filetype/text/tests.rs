//! Texts of each kind, as they are written.

use super::language::{LANGUAGES, Language};
use super::*;

#[test]
fn languages_stand_in_the_order_of_their_numbers() {
    for (place, (language, ..)) in LANGUAGES.iter().enumerate() {
        assert_eq!(*language as usize, place);
    }
    assert_eq!(LANGUAGES.last().map(|(language, ..)| *language), Some(Language::Pod));
}

#[test]
fn kinds_of_text() {
    let cases: &[(&str, &str, &str)] = &[
        ("just some words\r\n", "txt", "text/plain"),
        (
            "If you call the office, set a date, and go to the start.\nEcho answers.\nImport duties rise.\n",
            "txt",
            "text/plain",
        ),
        // What it begins with.
        ("#!/bin/sh\nls\n", "sh", "application/x-sh"),
        ("#!/usr/bin/env python3\n", "py", "text/x-python"),
        ("#!/usr/bin/env -S perl -w\nprint 1;\n", "pl", "text/x-perl"),
        ("#!/usr/bin/ruby\nputs 1\n", "rb", "text/x-ruby"),
        ("#!/usr/bin/lua5.3\nprint(1)\n", "lua", "text/x-lua"),
        ("#!/usr/bin/gawk -f\n{ print }\n", "awk", "text/x-awk"),
        ("#!/usr/bin/tclsh\nputs a\n", "tcl", "text/x-tcl"),
        ("#!/usr/bin/env node\nx()\n", "js", "text/javascript"),
        ("#!/usr/bin/pwsh\nls\n", "ps1", "application/x-powershell"),
        ("#!/usr/bin/strange\nls\n", "sh", "text/x-script"),
        ("<?php echo 1;", "php", "application/x-httpd-php"),
        ("<%@ Page Language=\"C#\" %>\r\n<%", "asp", "text/asp"),
        ("<%@page import=\"java.io.*\"%>", "jsp", "text/x-jsp"),
        ("<!DOCTYPE html><html></html>", "html", "text/html"),
        ("<!-- comment --><html><body>a</body></html>", "html", "text/html"),
        ("<html><hta:application id=a>", "hta", "application/hta"),
        ("<?xml version=\"1.0\"?><a/>", "xml", "text/xml"),
        ("<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"/>", "svg", "image/svg+xml"),
        ("<?xml version=\"1.0\"?><scriptlet><registration/></scriptlet>", "sct", "text/scriptlet"),
        ("<job id=\"a\"><script language=\"VBScript\">x</script></job>", "wsf", "application/x-wsf"),
        (
            "<Project xmlns=\"http://schemas.microsoft.com/developer/msbuild/2003\"></Project>",
            "csproj",
            "application/x-msbuild",
        ),
        ("<a xmlns=\"urn:b\"><c/></a>", "xml", "text/xml"),
        ("Windows Registry Editor Version 5.00\r\n\r\n[HKEY_CURRENT_USER\\a]\r\n", "reg", "text/x-ms-regedit"),
        ("[InternetShortcut]\r\nURL=http://a/\r\n", "url", "application/x-mswinurl"),
        ("[Version]\r\nSignature=\"$Windows NT$\"\r\n", "inf", "application/x-setupscript"),
        ("[main]\r\na=b\r\n", "ini", "text/plain"),
        ("%PDF-1.7\n%\u{e2}\u{e3}\n1 0 obj\n", "pdf", "application/pdf"),
        ("{\\rtf1\\ansi}", "rtf", "application/rtf"),
        // Keys.
        ("-----BEGIN CERTIFICATE-----\r\nMIIB\r\n", "pem", "application/x-pem-file"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIB\n", "key", "application/x-pem-file"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n", "key", "application/x-openssh-key"),
        ("-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQ\n", "asc", "application/pgp-keys"),
        ("-----BEGIN PGP MESSAGE-----\n\nhQ\n", "asc", "application/pgp-encrypted"),
        (
            "Certificate:\n    Data:\n        Version: 3 (0x2)\n-----BEGIN CERTIFICATE-----\nMIIB\n",
            "pem",
            "application/x-pem-file",
        ),
        ("PuTTY-User-Key-File-3: ssh-rsa\r\nEncryption: none\r\n", "ppk", "application/x-putty-private-key"),
        ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA a@b\n", "pub", "text/x-ssh-public-key"),
        ("root:x:0:0:root:/root:/bin/bash\nbin:x:1:1:bin:/bin:/bin/sh\n", "txt", "text/x-passwd"),
        ("root:$6$a$b:19000:0:99999:7:::\nbin:*:19000:0:99999:7:::\n", "txt", "text/x-shadow"),
        (
            "Administrator:500:aad3b435b51404eeaad3b435b51404ee:31d6cfe0d16ae931b73c59d7e0c089c0:::\r\n",
            "txt",
            "text/x-ntlm-hashes",
        ),
        ("name,url,username,password\nA,https://a/,u,p\n", "csv", "text/csv"),
        // Encoded data.
        ("-----BEGIN CERTIFICATE-----\r\nTVqQAAMAAAAEAAAA\r\n", "b64", "text/plain"),
        ("TVqQAAMAAAAEAAAA//8AALgAAAA=\r\n", "b64", "text/plain"),
        ("4d5a90000300000004000000ffff0000\r\n", "hex", "text/plain"),
        ("SGVsbG8gd29ybGQsIHRoaXMgaXMgYmFzZTY0IG9mIHNvbWUgdGV4dA1234567890\nSGVsbG8=\n", "b64", "text/x-base64"),
        ("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n", "hex", "text/x-hex"),
        ("begin 644 a.exe\nM35J0\n", "uu", "text/x-uuencode"),
        (":10010000214601360121470136007EFE09D2190140\n:00000001FF\n", "hex", "text/x-intel-hex"),
        // What it is built like.
        ("{\"a\": [1, 2.5e3, true, null], \"b\": {}}\n", "json", "application/json"),
        ("[1, 2, 3]", "json", "application/json"),
        ("{\"a\": 1}\n{\"a\": 2}\n", "jsonl", "application/x-ndjson"),
        ("{a: 1}", "txt", "text/plain"),
        ("a,b,c\n1,2,3\n4,5,6\n", "csv", "text/csv"),
        ("a: 1\nb:\n  - c\n  - d: 2\n", "yaml", "application/yaml"),
        ("a=1\nb=2\n# c\nd = 3\n", "ini", "text/plain"),
        ("Received: from a by b\r\nFrom: a@b\r\nTo: c@d\r\nSubject: e\r\n\r\nf\r\n", "eml", "message/rfc822"),
        ("From a@b Mon Jan  1 00:00:00 2024\nFrom: a@b\nSubject: e\n\nf\n", "mbox", "application/mbox"),
        ("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", "ics", "text/calendar"),
        ("dn: dc=example,dc=org\nobjectClass: top\n", "ldif", "text/x-ldif"),
        ("1\n00:00:01,000 --> 00:00:02,000\nHello\n", "srt", "application/x-subrip"),
        ("open 192.0.2.1\r\nbob\r\nsecret\r\nbinary\r\nput a.zip\r\nbye\r\n", "txt", "text/x-ftp-script"),
        ("open ftp.example.org 21\r\nuser bob pw\r\nmget *.doc\r\nquit\r\n", "txt", "text/x-ftp-script"),
        ("bob\r\nsecret\r\nbinary\r\nput a.zip\r\nquit\r\n", "txt", "text/x-ftp-script"),
        ("cd out\r\nput a.html\r\nput b.css\r\n", "txt", "text/x-ftp-script"),
        ("open the door\nget up\nput it down\nlook around you\nrun\n", "txt", "text/plain"),
        ("<FileZilla3><a>b</a></FileZilla3>", "xml", "text/xml"),
        // Languages.
        ("ftp -n -s:C:\\a\\b.ftp", "bat", "application/x-bat"),
        ("@echo off\r\ncopy a b\r\n", "bat", "application/x-bat"),
        ("cd \\temp\r\nif exist a.txt del a.txt\r\nfor /f %%i in (a.txt) do echo %%i\r\n", "bat", "application/x-bat"),
        ("param($x)\r\n$y = Get-ChildItem $x\r\nWrite-Host $y\r\n", "ps1", "application/x-powershell"),
        ("$c = New-Object System.Net.WebClient\r\n$c.DownloadFile('a', 'b')\r\n", "ps1", "application/x-powershell"),
        ("Set s = CreateObject(\"WScript.Shell\")\r\n", "vbs", "text/vbscript"),
        ("Dim a\r\nOn Error Resume Next\r\nSub b()\r\nEnd Sub\r\n", "vbs", "text/vbscript"),
        ("var s = new ActiveXObject('WScript.Shell');\r\n", "js", "text/javascript"),
        ("'use strict';\nmodule.exports = function (a) {\n  return a;\n};\n", "js", "text/javascript"),
        ("import os\nimport sys\n\ndef main():\n    pass\n", "py", "text/x-python"),
        ("\"\"\"Docs.\"\"\"\nfrom a.b import c\n", "py", "text/x-python"),
        ("package A::B;\nuse strict;\nmy $x = 1;\n1;\n", "pl", "text/x-perl"),
        ("require 'json'\nclass A < B\n  attr_reader :c\n  def d\n  end\nend\n", "rb", "text/x-ruby"),
        ("local a = 1\nlocal function b()\n  return a\nend\n", "lua", "text/x-lua"),
        ("package require Tcl 8.5\nproc a {b} {\n  return $b\n}\n", "tcl", "text/x-tcl"),
        ("set -e\nif [ -f a ]; then\n  echo b\nfi\nfor i in a b; do\n echo $i\ndone\n", "sh", "application/x-sh"),
        ("CREATE TABLE a (b INT);\nINSERT INTO a VALUES (1);\n", "sql", "application/sql"),
        ("-- MySQL dump 10.13  Distrib 8.0\n--\n-- Host: localhost\n", "sql", "application/sql"),
        ("#include <stdio.h>\nint main(void)\n{\n  return 0;\n}\n", "c", "text/x-c"),
        ("#include <vector>\nnamespace a {\nclass B;\nstd::vector<int> c;\n}\n", "cpp", "text/x-c++"),
        ("using System;\nnamespace A\n{\n    public class B { }\n}\n", "cs", "text/x-csharp"),
        ("package a.b;\nimport java.util.List;\npublic class C {\n}\n", "java", "text/x-java"),
        ("package main\n\nimport (\n\t\"fmt\"\n)\n\nfunc main() {\n}\n", "go", "text/x-go"),
        ("use std::io;\n\npub fn a() {\n}\n#[derive(Debug)]\nstruct B;\n", "rs", "text/x-rust"),
        ("\t.file\t\"a.c\"\n\t.text\n\t.globl\tmain\n\t.type\tmain, @function\n", "s", "text/x-asm"),
        (";;; a.el\n(defun b ()\n  nil)\n(provide 'a)\n", "el", "text/x-lisp"),
        ("dnl comment\nAC_DEFUN([A], [\n])\n", "m4", "text/x-m4"),
        (".TH A 1\n.SH NAME\na\n", "man", "text/troff"),
        ("\\documentclass{article}\n\\begin{document}\n", "tex", "text/x-tex"),
        ("diff --git a/b b/b\n--- a/b\n+++ b/b\n@@ -1 +1 @@\n-c\n+d\n", "diff", "text/x-diff"),
        ("msgid \"\"\nmsgstr \"\"\n", "po", "text/x-po"),
    ];
    for (text, extension, mime) in cases {
        let found = super::super::detect(text.as_bytes(), text.len() as u64);
        assert_eq!((found.extension, found.mime), (*extension, *mime), "{text:?}");
    }
}

#[test]
fn texts_of_windows_are_read_in_their_encodings() {
    let wide: Vec<u8> = "\u{feff}@echo off\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(kind(&wide), Some(kinds::BATCH));
    assert_eq!(kind(b"\xef\xbb\xbf<html></html>"), Some(kinds::HTML));
    assert_eq!(kind(b"gr\x81n und bl\xfc"), Some(kinds::PLAIN));
    assert_eq!(kind(b"\0\x01\x02\x03"), None);
    assert_eq!(late(b"\xff\xfe\0\0a\0\0\0"), Some(kinds::WIDE));
}

#[test]
fn a_text_that_speaks_of_pdf_is_none() {
    assert_eq!(early(b"# The header is %PDF-1.4 in most files.\n"), None);
    assert_eq!(early(b"junk\n%PDF-1.4\n1 0 obj\n"), Some(kinds::PDF));
}
