//! Conversions that can only be recognised: bits stripped, alphabets changed, files cut short.

use super::conversion::Conversion;
use super::proof::{Bytes, Depth, Format, check};
use super::{AsciiDamage, Subject, Verdict};
use memchr::memmem;

/// Signatures with the highest bits of their bytes gone.
const STRIPPED: &[&[u8]] = &[
    b"\x09PNG\r\n\x1a\n",
    b"\x50\x4f\x11\x60\x21\x31\x1a\x61",
    b"\x1f\x0b\x08",
    b"\x7f\x58\x7f\x60",
    b"\x7f\x58\x7f\x61",
    b"7z\x3c\x2f\x27\x1c",
    b"\x7d7zXZ\0",
];

/// Signatures (`PK\3\4`, ELF, `Rar!`, `GIF8`, `MSCF`, PNG) translated to EBCDIC, code page 037.
const TO_EBCDIC: &[&[u8]] = &[
    b"\xd7\xd2\x03\x37",
    b"\x07\xc5\xd3\xc6",
    b"\xd9\x81\x99\x5a",
    b"\xc7\xc9\xc6\xf8",
    b"\xd4\xe2\xc3\xc6\0",
    b"\x23\xd7\xd5\xc7\x0d\x25",
];

/// The same translated from EBCDIC to ASCII, as if they had been text there; the signature of PNG first.
const FROM_EBCDIC: &[&[u8]] =
    &[b"&.\x03\x9c", b"\"\xe1<\xe3", b"\xea/\xc8\x81", b"\xe5\xf1\xe3\x90", b"(\xeb\xe4\xe3\0"];

/// Bytes below which counts say nothing.
const SMALLEST: u64 = 4096;

pub(super) fn judge(subject: &Subject<'_>) -> Option<AsciiDamage> {
    let head = subject.head;
    let size = subject.stream.len();
    let found = |conversion, verdict, unrestorable: &str| {
        let mut evidence = subject.evidence();
        evidence.signature_damaged = conversion != Conversion::CutAtControlZ;
        Some(AsciiDamage {
            conversion,
            verdict,
            evidence,
            original_type: None,
            candidates: Vec::new(),
            unrestorable: Some(unrestorable.to_owned()),
        })
    };
    let starts = |signatures: &[&[u8]]| signatures.iter().any(|signature| head.starts_with(signature));
    let high: u64 = subject.counts.iter().skip(128).sum();
    if high == 0 && size >= 64 {
        // The field that tells where the header of an executable stands has lost a bit as well.
        let start = head.get(..1024).unwrap_or(head);
        let executable = head.starts_with(b"MZ") && memmem::find(start, b"PE\0\0").is_some();
        let program = (executable || head.starts_with(b"\x7fELF")) && size >= SMALLEST;
        if starts(STRIPPED) || program {
            let verdict = if size >= SMALLEST { Verdict::Certain } else { Verdict::Likely };
            return found(Conversion::HighBitStripped, verdict, "one bit of every byte is lost");
        }
    }
    let table = "the file must be translated back with the table of the system that it came through";
    if size >= 64 && starts(TO_EBCDIC) {
        return found(Conversion::AsciiToEbcdic, Verdict::Likely, table);
    }
    // Two letters are not enough: the message in the stub must be there as well.
    let stub =
        || memmem::find(head.get(..512).unwrap_or(head), b"\xe3\x88\x89\xa2\x40\x97\x99\x96\x87\x99\x81\x94").is_some();
    if size >= 64 && head.starts_with(b"\xd4\xe9") && stub() {
        return found(Conversion::AsciiToEbcdic, Verdict::Certain, table);
    }
    if size >= SMALLEST && starts(FROM_EBCDIC) && high > 0 && subject.count(0) > 0 {
        return found(Conversion::EbcdicToAscii, Verdict::Likely, table);
    }
    cut(subject).and_then(|verdict| found(Conversion::CutAtControlZ, verdict, "what stood behind the first 1A is lost"))
}

/// A file that ends before it should and does not hold one `1A`, where its neighbours in the alphabet occur often.
fn cut(subject: &Subject<'_>) -> Option<Verdict> {
    if subject.stream.len() == 6 && subject.head == b"\x89PNG\r\n" {
        return Some(Verdict::Certain);
    }
    if subject.count(0x1a) > 0 || subject.stream.len() < SMALLEST {
        return None;
    }
    let fewest = (0x14..=0x1f).filter(|byte| *byte != 0x1a).map(|byte| subject.count(byte)).min()?;
    let format = Format::of(subject.head).filter(|_| fewest >= 8)?;
    let found = check(format, Bytes(subject.stream), Depth::Quick, subject.limits);
    let short = found.declared.is_some_and(|declared| declared > subject.stream.len());
    let verdict = if fewest >= 16 { Verdict::Likely } else { Verdict::Possible };
    (found.broken.is_some() && (short || matches!(format, Format::Zip | Format::Png | Format::Gzip))).then_some(verdict)
}
