//! Files that options name: lists of hosts, keys, configuration.

use crate::base::number::to_u64;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// What editors and shells of Windows put before UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads a text in UTF-8, without the mark before it.
///
/// # Errors
/// It cannot be read, is longer than `most` bytes, or is no UTF-8; with its path.
pub(super) fn text(path: &Path, most: u64) -> Result<String, String> {
    String::from_utf8(unmarked(path, most)?).map_err(|_| format!("{}: it is not UTF-8", path.display()))
}

/// Reads the bytes of a key: those of the file, without the mark before UTF-8, and without line ends behind it, which editors add.
///
/// # Errors
/// It cannot be read, is longer than `most` bytes, or nothing is left; with its path.
pub(super) fn key(path: &Path, most: u64) -> Result<Vec<u8>, String> {
    let mut bytes = unmarked(path, most)?;
    while matches!(bytes.last(), Some(b'\r' | b'\n')) {
        bytes.pop();
    }
    if bytes.is_empty() { Err(format!("{}: the key is empty", path.display())) } else { Ok(bytes) }
}

fn unmarked(path: &Path, most: u64) -> Result<Vec<u8>, String> {
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    let mut bytes = Vec::new();
    let read = File::open(path).map_err(failed)?.take(most.saturating_add(1)).read_to_end(&mut bytes);
    if to_u64(read.map_err(failed)?) > most {
        return Err(format!("{}: longer than {most} bytes", path.display()));
    }
    if bytes.starts_with(BYTE_ORDER_MARK) {
        bytes.drain(..BYTE_ORDER_MARK.len());
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_the_bytes_of_its_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let every: Vec<u8> = (0..=255).collect();
        let cases: [(&[u8], &[u8]); 7] = [
            (b"the key", b"the key"),
            (b"the key\n", b"the key"),
            (b"the key\r\n\r\n", b"the key"),
            (b" the key \n", b" the key "),
            (b"\xef\xbb\xbfthe key\r\n", b"the key"),
            (&every, &every),
            (b"\n\x00\xff\xfe\x80", b"\n\x00\xff\xfe\x80"),
        ];
        for (bytes, wanted) in cases {
            std::fs::write(file.path(), bytes).unwrap();
            assert_eq!(key(file.path(), 256).unwrap(), wanted, "{bytes:x?}");
        }
        for empty in [&b""[..], b"\r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"] {
            std::fs::write(file.path(), empty).unwrap();
            assert!(key(file.path(), 256).unwrap_err().ends_with("the key is empty"), "{empty:x?}");
        }
        std::fs::write(file.path(), [b'x'; 257]).unwrap();
        assert!(key(file.path(), 256).unwrap_err().ends_with("longer than 256 bytes"));
        assert!(key(Path::new("no/such/file"), 256).unwrap_err().starts_with("no/such/file: "));
    }

    #[test]
    fn a_text_is_utf_8_with_or_without_a_mark() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for (bytes, wanted) in [(&b"a\r\n"[..], Some("a\r\n")), (b"\xef\xbb\xbfa", Some("a")), (b"\xff\xfea\0", None)] {
            std::fs::write(file.path(), bytes).unwrap();
            assert_eq!(text(file.path(), 9).ok().as_deref(), wanted, "{bytes:x?}");
        }
    }
}
