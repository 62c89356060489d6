//! The type of a file by its content: `infer` for what it knows, our own signatures for what an examiner meets besides.
//!
//! Own signatures come first where they are more exact: `infer` calls every `MZ` file an executable of Windows and every
//! compound file a Word document.

mod compound;
mod executable;
mod inferred;
mod magic;
mod signature;
mod text;
mod zip;

pub use executable::is_pe;

use crate::base::bytes::{ReadAt, read_full};
use crate::base::fields::Fields;

use schemars::JsonSchema;
use serde::Serialize;

/// What sort of thing a type is; the rules of mismatch speak of sorts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// A Windows executable.
    Pe,
    /// Another program: ELF, Mach-O, DOS, Java, WebAssembly.
    Program,
    /// Text that an interpreter runs.
    Script,
    /// Any other text.
    Text,
    /// A container of files.
    Archive,
    /// A picture.
    Image,
    /// Sound or moving pictures.
    Media,
    /// A document.
    Document,
    /// A font.
    Font,
    /// Any other known binary format.
    Other,
    /// Bytes of no known format.
    Unknown,
    /// No bytes.
    Empty,
}

/// A type by content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FileType {
    /// Media type.
    pub mime: &'static str,
    /// The extension that such files bear.
    pub extension: &'static str,
    /// In words.
    pub description: &'static str,
    /// What sort of thing it is.
    #[serde(skip)]
    pub family: Family,
}

const fn file_type(family: Family, extension: &'static str, mime: &'static str, description: &'static str) -> FileType {
    FileType { mime, extension, description, family }
}

/// What of a file is at hand: its first bytes, and a way to more of them where a container tells its kind further on.
pub(crate) struct Sample<'a> {
    /// The first bytes, 40 KiB or the whole file.
    head: &'a [u8],
    stream: Option<&'a dyn ReadAt>,
    size: u64,
}

impl Sample<'_> {
    /// Bytes at an offset, as many of them as there are.
    fn bytes(&self, at: u64, length: usize) -> Vec<u8> {
        let end = at.saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
        let held = u64::try_from(self.head.len()).unwrap_or(u64::MAX);
        match self.stream {
            Some(stream) if end > held && at < self.size => {
                let rest = usize::try_from(self.size.saturating_sub(at)).unwrap_or(usize::MAX);
                let mut bytes = vec![0u8; length.min(rest)];
                // An error of the stream is told where the whole of it is read; here it only means that less is known.
                let count = read_full(stream, at, &mut bytes).unwrap_or(0);
                bytes.truncate(count);
                bytes
            }
            _ => Fields(self.head).bytes(usize::try_from(at).unwrap_or(usize::MAX), length).to_vec(),
        }
    }
}

/// Tells the type of a file of `size` bytes from its first bytes alone (40 KiB suffice for most).
#[must_use]
pub fn detect(head: &[u8], size: u64) -> FileType {
    tell(&Sample { head, stream: None, size })
}

/// Tells the type of a file from its first bytes and, where a container needs it, from a few more further on.
#[must_use]
pub fn identify(head: &[u8], stream: &dyn ReadAt, size: u64) -> FileType {
    tell(&Sample { head, stream: Some(stream), size })
}

fn tell(sample: &Sample<'_>) -> FileType {
    let head = sample.head;
    if sample.size == 0 {
        return file_type(Family::Empty, "", "application/x-empty", "empty file");
    }
    executable::dos(sample)
        .or_else(|| executable::elf(sample))
        .or_else(|| compound::ole(sample))
        .or_else(|| zip::zip(sample))
        .or_else(|| signature::find(head))
        .or_else(|| text::early(head))
        .or_else(|| text::kind(head))
        .or_else(|| magic::is_old_tar(head))
        .or_else(|| inferred::find(head))
        .or_else(|| text::late(head))
        .unwrap_or(file_type(Family::Unknown, "bin", "application/octet-stream", "data"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(head: &[u8]) -> (&'static str, Family) {
        let found = detect(head, head.len() as u64);
        (found.extension, found.family)
    }

    #[test]
    fn types_by_content() {
        let zip =
            |name: &str| [b"PK\x03\x04".as_slice(), &[0; 22], &[name.len() as u8, 0, 0, 0], name.as_bytes()].concat();
        let cases: Vec<(Vec<u8>, &str, Family)> = vec![
            (vec![], "", Family::Empty),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), "png", Family::Image),
            (b"\xff\xd8\xff\xe0\0\x10JFIF\0".to_vec(), "jpg", Family::Image),
            (b"GIF89a\x01\0\x01\0".to_vec(), "gif", Family::Image),
            (b"%PDF-1.7\n".to_vec(), "pdf", Family::Document),
            (b"\n\n%PDF-1.7\n".to_vec(), "pdf", Family::Document),
            (b"{\\rtf1\\ansi".to_vec(), "rtf", Family::Document),
            (b"Rar!\x1a\x07\x01\0".to_vec(), "rar", Family::Archive),
            (b"7z\xbc\xaf\x27\x1c\0\x04".to_vec(), "7z", Family::Archive),
            (b"MSCF\0\0\0\0\x10".to_vec(), "cab", Family::Archive),
            (zip("a.txt"), "zip", Family::Archive),
            (zip("[Content_Types].xml word/document.xml"), "docx", Family::Document),
            (zip("META-INF/MANIFEST.MF"), "jar", Family::Program),
            (b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec(), "elf", Family::Program),
            (b"L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0F".to_vec(), "lnk", Family::Other),
            (b"regf\x01\0\0\0".to_vec(), "dat", Family::Other),
            (b"ElfFile\0".to_vec(), "evtx", Family::Other),
            (b"MAM\x04\x10\0\0\0".to_vec(), "pf", Family::Other),
            (b"\x11\0\0\0SCCA".to_vec(), "pf", Family::Other),
            (b"SQLite format 3\0".to_vec(), "sqlite", Family::Other),
            (b"\xd4\xc3\xb2\xa1\x02\0\x04\0".to_vec(), "pcap", Family::Other),
            (b"@echo off\r\ncopy a b\r\n".to_vec(), "bat", Family::Script),
            (b"\xff\xfe@\0e\0c\0h\0o\0 \0o\0f\0f\0\r\0\n\0".to_vec(), "bat", Family::Script),
            (b"#!/bin/sh\nls\n".to_vec(), "sh", Family::Script),
            (b"#!/usr/bin/env python3\n".to_vec(), "py", Family::Script),
            (b"param($x)\r\n$y = Get-ChildItem $x\r\nWrite-Host $y\r\n".to_vec(), "ps1", Family::Script),
            (b"Set s = CreateObject(\"WScript.Shell\")\r\n".to_vec(), "vbs", Family::Script),
            (b"var s = new ActiveXObject('WScript.Shell');\r\n".to_vec(), "js", Family::Script),
            (b"<!DOCTYPE html><html></html>".to_vec(), "html", Family::Text),
            (b"<html><hta:application id=a>".to_vec(), "hta", Family::Script),
            (b"<?xml version=\"1.0\"?><a/>".to_vec(), "xml", Family::Text),
            (b"<?php echo 1;".to_vec(), "php", Family::Script),
            (b"Windows Registry Editor Version 5.00\r\n".to_vec(), "reg", Family::Script),
            (b"[InternetShortcut]\r\nURL=http://a/\r\n".to_vec(), "url", Family::Text),
            (b"-----BEGIN CERTIFICATE-----\r\nMIIB\r\n".to_vec(), "pem", Family::Text),
            (b"-----BEGIN CERTIFICATE-----\r\nTVqQAAMAAAAEAAAA\r\n".to_vec(), "b64", Family::Script),
            (b"just some words\r\n".to_vec(), "txt", Family::Text),
            (b"MZ some text that only starts so\n".to_vec(), "exe", Family::Program),
            ((0..=255).collect(), "bin", Family::Unknown),
        ];
        for (bytes, extension, family) in cases {
            assert_eq!(of(&bytes), (extension, family), "{:?}", String::from_utf8_lossy(&bytes));
        }
    }
}
