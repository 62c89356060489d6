//! Schemes over block ciphers with a key that is the same in every copy of the client.

use super::{password, unhex};
use crate::base::base64;
use crate::base::secret::Secret;
use crate::base::wide;
use aes::cipher::{Array, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use aes::{Aes128, Aes256};
use blowfish::BlowfishLE;
use des::TdesEde3;

/// Bytes of a password that are decoded; more is none.
const LONGEST: usize = 4096;

/// rclone: base64 of an initial counter and AES-256 in counter mode (rclone, `fs/config/obscure/obscure.go`).
#[must_use]
pub fn rclone(text: &str) -> Option<Secret> {
    const KEY: [u8; 32] = [
        0x9c, 0x93, 0x5b, 0x48, 0x73, 0x0a, 0x55, 0x4d, 0x6b, 0xfd, 0x7c, 0x63, 0xc8, 0x86, 0xa9, 0x2b, 0xd3, 0x90,
        0x19, 0x8e, 0xb8, 0x12, 0x8a, 0xfb, 0xf4, 0xde, 0x16, 0x2b, 0x8b, 0x95, 0xf6, 0x38,
    ];
    let bytes = base64::decode(text).filter(|bytes| bytes.len() <= LONGEST)?;
    let (first, hidden) = bytes.split_first_chunk::<16>()?;
    let cipher = Aes256::new(&KEY.into());
    let mut counter = u128::from_be_bytes(*first);
    let mut plain = Vec::with_capacity(hidden.len());
    for chunk in hidden.chunks(16) {
        let mut pad = Array::from(counter.to_be_bytes());
        cipher.encrypt_block(&mut pad);
        plain.extend(chunk.iter().zip(pad).map(|(byte, pad)| byte ^ pad));
        counter = counter.wrapping_add(1);
    }
    password(&plain)
}

/// Core FTP: hexadecimal digits of AES-128 block by block, filled up with zeros (Metasploit's
/// `post/windows/gather/credentials/coreftp`).
#[must_use]
pub fn core_ftp(text: &str) -> Option<Secret> {
    let bytes = unhex(text).filter(|bytes| (1..=LONGEST).contains(&bytes.len()))?;
    let cipher = Aes128::new(b"hdfzpysvpzimorhk".into());
    let (blocks, []) = bytes.as_chunks::<16>() else { return None };
    let mut plain = Vec::with_capacity(bytes.len());
    for block in blocks {
        let mut block = Array::from(*block);
        cipher.decrypt_block(&mut block);
        plain.extend(block);
    }
    password(plain.split(|byte| *byte == 0).next()?)
}

/// WS_FTP Professional 12: `_`, then base64 of Triple DES with chained blocks, ended by a zero (SecurityXploded, "Exposing
/// the Password Secrets of WS_FTP Professional").
#[must_use]
pub fn ws_ftp_professional(text: &str) -> Option<Secret> {
    const KEY: [u8; 24] = [
        0xe1, 0xf0, 0xc3, 0xd2, 0xa5, 0xb4, 0x87, 0x96, 0x69, 0x78, 0x4b, 0x5a, 0x2d, 0x3c, 0x0f, 0x1e, 0x34, 0x12,
        0x78, 0x56, 0xab, 0x90, 0xef, 0xcd,
    ];
    const FIRST: [u8; 8] = [0x34, 0x12, 0x78, 0x56, 0xab, 0x90, 0xef, 0xcd];
    let bytes = base64::decode(text.strip_prefix('_')?).filter(|bytes| (1..=LONGEST).contains(&bytes.len()))?;
    let cipher = TdesEde3::new(&KEY.into());
    let (blocks, []) = bytes.as_chunks::<8>() else { return None };
    let mut plain = Vec::with_capacity(bytes.len());
    let mut before = FIRST;
    for hidden in blocks {
        let mut block = Array::from(*hidden);
        cipher.decrypt_block(&mut block);
        plain.extend(block.iter().zip(before).map(|(byte, before)| byte ^ before));
        before = *hidden;
    }
    password(plain.split(|byte| *byte == 0).next()?)
}

/// CuteFTP 8.3 and later: Blowfish with little-endian halves and chained blocks, ended by a zero; UTF-16 where `wide`. No
/// description of the client's maker exists: scheme and key are those of programs that take its logins.
#[must_use]
pub fn cute_ftp_8(bytes: &[u8], wide: bool) -> Option<Secret> {
    const KEY: [u8; 8] = [0x32, 0x24, 0x11, 0x52, 0x02, 0x6f, 0x4f, 0x78];
    if !(1..=LONGEST).contains(&bytes.len()) {
        return None;
    }
    let cipher = BlowfishLE::new_from_slice(&KEY).ok()?;
    let (blocks, []) = bytes.as_chunks::<8>() else { return None };
    let mut plain = Vec::with_capacity(bytes.len());
    let mut before = [0u8; 8];
    for hidden in blocks {
        let mut block = Array::from(*hidden);
        cipher.decrypt_block(&mut block);
        plain.extend(block.iter().zip(before).map(|(byte, before)| byte ^ before));
        before = *hidden;
    }
    if !wide {
        return password(plain.split(|byte| *byte == 0).next()?);
    }
    let text = String::from_utf16(&wide::units(&plain).take_while(|unit| *unit != 0).collect::<Vec<u16>>()).ok()?;
    password(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn revealed(secret: Option<Secret>) -> Option<String> {
        secret.map(|secret| secret.reveal().to_owned())
    }

    #[test]
    fn blocks_come_back() {
        let cipher = Aes128::new(b"hdfzpysvpzimorhk".into());
        let mut block = Array::from(*b"s3cr3t\0\0\0\0\0\0\0\0\0\0");
        cipher.encrypt_block(&mut block);
        let digits: String = block.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(revealed(core_ftp(&digits)).as_deref(), Some("s3cr3t"));
        assert_eq!(revealed(core_ftp(&digits[..30])), None);
        // The example of SecurityXploded decodes to printable text: padding and chaining are right.
        assert!(ws_ftp_professional("_BBNZuGbsK1b2UH0RpASDXLAcPNggmdJS4QOKKJC7eCg=").is_some());
        assert_eq!(revealed(ws_ftp_professional("BBNZ")), None);
    }

    #[test]
    fn chained_blocks_of_cute_ftp() {
        // Blowfish's own vector (B. Schneier), its halves turned about: the key of zeros gives 4ef997456198dd78.
        let cipher = BlowfishLE::new_from_slice(&[0; 8]).unwrap();
        let mut block = Array::from([0u8; 8]);
        cipher.encrypt_block(&mut block);
        assert_eq!(block.0, [0x45, 0x97, 0xf9, 0x4e, 0x78, 0xdd, 0x98, 0x61]);

        let cipher = BlowfishLE::new_from_slice(&[0x32, 0x24, 0x11, 0x52, 0x02, 0x6f, 0x4f, 0x78]).unwrap();
        let stored = |plain: &[u8]| {
            let mut before = [0u8; 8];
            let mut out = Vec::new();
            for chunk in plain.chunks(8) {
                let mut mixed = before;
                mixed.iter_mut().zip(chunk).for_each(|(mixed, byte)| *mixed ^= byte);
                let mut block = Array::from(mixed);
                cipher.encrypt_block(&mut block);
                before = block.0;
                out.extend(before);
            }
            out
        };
        let wide: Vec<u8> = "pä55 word\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(
            revealed(cute_ftp_8(&stored(b"longer than a block\0"), false)).as_deref(),
            Some("longer than a block")
        );
        assert_eq!(revealed(cute_ftp_8(&stored(&wide), true)).as_deref(), Some("pä55 word"));
        for broken in [&b""[..], b"short", b"\0\0\0\0\0\0\0\0"] {
            assert_eq!(revealed(cute_ftp_8(broken, false)), None, "{broken:x?}");
        }
    }
}
