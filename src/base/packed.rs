//! Tables that the program carries in packed form, because its size counts and they are seldom needed.

/// Most bytes of a table.
const MOST: usize = 4 << 20;

/// The text of a table that `build.rs` packed (zlib). What is no such table is empty.
#[must_use]
pub fn text(packed: &[u8]) -> String {
    let table = miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(packed, MOST).unwrap_or_default();
    String::from_utf8(table).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_unpacked_and_what_is_none_is_empty() {
        let packed = miniz_oxide::deflate::compress_to_vec_zlib("a|b\n".as_bytes(), 9);
        assert_eq!(text(&packed), "a|b\n");
        let huge = miniz_oxide::deflate::compress_to_vec_zlib(&vec![b' '; MOST + 1], 9);
        for wrong in [&[][..], b"a|b", &packed[..packed.len() - 5], &huge] {
            assert_eq!(text(wrong), "");
        }
    }
}
