//! The ways in which clients and servers damage bytes.

/// A way to damage bytes.
pub(super) type Damage = fn(&[u8]) -> Vec<u8>;

pub(super) fn replaced(bytes: &[u8], convert: impl Fn(u8, Option<u8>, Option<u8>) -> Vec<u8>) -> Vec<u8> {
    (0..bytes.len())
        .flat_map(|at| convert(bytes[at], at.checked_sub(1).map(|at| bytes[at]), bytes.get(at + 1).copied()))
        .collect()
}

pub(super) fn to_crlf(bytes: &[u8]) -> Vec<u8> {
    replaced(bytes, |byte, _, _| if byte == b'\n' { b"\r\n".to_vec() } else { vec![byte] })
}

pub(super) fn lone_to_crlf(bytes: &[u8]) -> Vec<u8> {
    replaced(
        bytes,
        |byte, before, _| {
            if byte == b'\n' && before != Some(b'\r') { b"\r\n".to_vec() } else { vec![byte] }
        },
    )
}

pub(super) fn to_lf(bytes: &[u8]) -> Vec<u8> {
    replaced(bytes, |byte, _, next| if byte == b'\r' && next == Some(b'\n') { vec![] } else { vec![byte] })
}

pub(super) fn nvt(bytes: &[u8]) -> Vec<u8> {
    replaced(bytes, |byte, _, _| match byte {
        b'\n' => b"\r\n".to_vec(),
        b'\r' => b"\r\0".to_vec(),
        _ => vec![byte],
    })
}

/// As BSD ftp stores.
pub(super) fn to_lf_and_cr(bytes: &[u8]) -> Vec<u8> {
    let mut after_cr = false;
    let kept = to_lf(bytes).into_iter().filter(|byte| {
        let dropped = after_cr && *byte == 0;
        after_cr = *byte == b'\r';
        !dropped
    });
    kept.collect()
}

/// As vsftpd until 2.0 stores.
pub(super) fn without_cr(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().copied().filter(|byte| *byte != b'\r').collect()
}

/// As `curl -B` stores.
pub(super) fn cr_to_lf(bytes: &[u8]) -> Vec<u8> {
    to_lf(bytes).into_iter().map(|byte| if byte == b'\r' { b'\n' } else { byte }).collect()
}

/// As ReactOS' ftp stores.
pub(super) fn text_mode(bytes: &[u8]) -> Vec<u8> {
    to_crlf(&to_lf_and_cr(bytes))
}

/// Stored by a server that converts what lacks a CR, and fetched from one that converts all.
pub(super) fn lone_then_all(bytes: &[u8]) -> Vec<u8> {
    to_crlf(&lone_to_crlf(bytes))
}

/// The ways that lose bytes.
pub(super) const LOSSY: [(&str, Damage); 7] = [
    ("lone LF to CRLF", lone_to_crlf),
    ("lone LF, then all LF to CRLF", lone_then_all),
    ("CRLF to LF", to_lf),
    ("CRLF to LF, CR NUL to CR", to_lf_and_cr),
    ("CRLF to LF, CR NUL to CR, then LF to CRLF", text_mode),
    ("CR dropped", without_cr),
    ("CR to LF", cr_to_lf),
];
