//! Passwords that clients store so that nobody reads them over a shoulder: each by a published scheme whose key, where there
//! is one, is the same everywhere. What a master password protects is not touched.

mod block_ciphers;
mod smart_ftp;
mod winscp;

pub use block_ciphers::{core_ftp, cute_ftp_8, rclone, ws_ftp_professional};
pub use smart_ftp::smart_ftp;
pub use winscp::{Stored, winscp};

use crate::base::secret::Secret;

/// The bytes as a password: UTF-8, else Windows-1252; nothing where control characters show that it is none.
fn password(bytes: &[u8]) -> Option<Secret> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
    };
    (!text.chars().any(char::is_control)).then(|| Secret::new(text))
}

/// The bytes of hexadecimal digits.
fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| match pair {
            [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
            _ => None,
        })
        .collect()
}

/// Base64 of the plain text, perhaps with the zero that ends it in memory: FileZilla 3, NcFTP.
#[must_use]
pub fn base64(text: &str) -> Option<Secret> {
    let bytes = crate::base::base64::decode(text)?;
    password(bytes.strip_suffix(&[0]).unwrap_or(&bytes))
}

/// FileZilla 2: three decimal digits a character, each combined with a fixed text by exclusive or (its `import.cpp`,
/// `DecodeLegacyPassword`).
#[must_use]
pub fn filezilla_2(text: &str) -> Option<Secret> {
    const KEY: &[u8] = b"FILEZILLA1234567890ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let numbers: Option<Vec<u8>> = text
        .as_bytes()
        .chunks(3)
        .map(|digits| std::str::from_utf8(digits).ok().filter(|_| digits.len() == 3)?.parse::<u8>().ok())
        .collect();
    let numbers = numbers.filter(|numbers| !numbers.is_empty())?;
    let key = KEY.iter().cycle().skip(numbers.len().checked_rem(KEY.len())?);
    password(&numbers.iter().zip(key).map(|(number, key)| number ^ key).collect::<Vec<u8>>())
}

/// WS_FTP before version 9: `V`, 32 digits that are salt, and two hexadecimal digits a character. To each character its
/// place and the low six bits of the salt's digit at that place are added (bacik.ie, "WS_FTP Password encoder / decoder").
#[must_use]
pub fn ws_ftp(text: &str) -> Option<Secret> {
    let (salt, digits) = text.strip_prefix('V')?.split_at_checked(32)?;
    unhex(salt)?;
    let bytes = unhex(digits).filter(|bytes| bytes.len() <= 32)?;
    let plain: Vec<u8> = (0u8..)
        .zip(bytes.iter().zip(salt.to_ascii_uppercase().bytes()))
        .map(|(place, (byte, salt))| byte.wrapping_sub(place).wrapping_sub(salt & 0x3f))
        .collect();
    password(&plain)
}

/// Total Commander: bytes turned, swapped, combined and shifted by four rows of Delphi's random numbers; the last four bytes
/// are a check sum (PELock, "Total Commander FTP Password Recovery Algorithm").
#[must_use]
pub fn total_commander(text: &str) -> Option<Secret> {
    let mut bytes = unhex(text)?;
    bytes.truncate(bytes.len().checked_sub(4).filter(|length| (1..=1024).contains(length))?);
    let length = u32::try_from(bytes.len()).ok()?;
    let mut row = Random(849_521);
    for byte in &mut bytes {
        *byte = byte.rotate_left(row.below(8));
    }
    let mut row = Random(12_345);
    for _ in 0..256 {
        let (one, other) = (usize::try_from(row.below(length)).ok()?, usize::try_from(row.below(length)).ok()?);
        bytes.swap(one, other);
    }
    let mut row = Random(42_340);
    for byte in &mut bytes {
        *byte ^= row.byte();
    }
    let mut row = Random(54_321);
    for byte in &mut bytes {
        *byte = byte.wrapping_sub(row.byte());
    }
    password(&bytes)
}

/// The random numbers of Delphi's run-time library.
struct Random(u32);

impl Random {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 = self.0.wrapping_mul(0x0808_8405).wrapping_add(1);
        u32::try_from(u64::from(self.0).wrapping_mul(u64::from(limit)) >> 32).unwrap_or(0)
    }

    fn byte(&mut self) -> u8 {
        u8::try_from(self.below(256)).unwrap_or(0)
    }
}

/// FlashFXP 3 and later without a password of its own: each byte combined with a fixed text, less the byte before it (Metasploit's
/// `post/windows/gather/credentials/flashfxp`).
#[must_use]
pub fn flash_fxp(text: &str) -> Option<Secret> {
    const KEY: &[u8] = b"yA36zA48dEhfrvghGRg57h5UlDv3";
    let bytes = unhex(text).filter(|bytes| bytes.len() > 1)?;
    let pairs = bytes.iter().zip(bytes.iter().skip(1)).zip(KEY.iter().cycle());
    let plain: Vec<u8> = pairs
        .map(|((before, byte), key)| {
            let mixed = byte ^ key;
            // Sums run modulo 255: no byte of a password is zero.
            if mixed <= *before { mixed.wrapping_sub(*before).wrapping_sub(1) } else { mixed.wrapping_sub(*before) }
        })
        .collect();
    password(&plain)
}

/// CuteFTP before version 8.3: each byte combined with the same one by exclusive or (makak.ru, "The algorithm of
/// encryption of passwords in CuteFTP 5.0 XP", in Russian; Securax-SA-21 shows it as an addition, which comes to the same for most letters).
#[must_use]
pub fn cute_ftp(bytes: &[u8]) -> Option<Secret> {
    password(&bytes.iter().map(|byte| byte ^ 0xc8).collect::<Vec<u8>>())
}

/// Dreamweaver: two hexadecimal digits a character, its place added (A. Odri, "Encoded passwords in .ste site definition
/// files").
#[must_use]
pub fn dreamweaver(text: &str) -> Option<Secret> {
    let bytes = unhex(text).filter(|bytes| !bytes.is_empty())?;
    let places = (0u8..=255).cycle();
    password(&bytes.iter().zip(places).map(|(byte, place)| byte.wrapping_sub(place)).collect::<Vec<u8>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn revealed(secret: Option<Secret>) -> Option<String> {
        secret.map(|secret| secret.reveal().to_owned())
    }

    #[test]
    fn published_examples() {
        let plain = |text: &str| Some(text.to_owned());
        assert_eq!(revealed(base64("c2VjcmV0")), plain("secret"));
        // bacik.ie.
        assert_eq!(revealed(ws_ftp("VAE14E12F61EF8FE8DEC0332931D366797167A6AA80A5AA71")), plain("password"));
        // phpdeveloping.co.za, "Dreamweaver password decryptor".
        assert_eq!(revealed(dreamweaver("70627576")), plain("pass"));
        // rclone, fs/config/obscure/obscure_test.go.
        assert_eq!(revealed(rclone("YWFhYWFhYWFhYWFhYWFhYXMaGgIlEQ")), plain("potato"));
        assert_eq!(revealed(rclone("YmJiYmJiYmJiYmJiYmJiYp3gcEWbAw")), plain("potato"));
        assert_eq!(revealed(rclone("YWFhYWFhYWFhYWFhYWFhYQ")), plain(""));
    }

    #[test]
    fn bytes_of_cute_ftp() {
        // Securax-SA-21.
        assert_eq!(revealed(cute_ftp(&[0xbc, 0xad, 0xbb, 0xbb, 0xa9])).as_deref(), Some("tessa"));
        let stored: Vec<u8> = "Tr0ub4dor&3é".bytes().map(|byte| byte ^ 0xc8).collect();
        assert_eq!(revealed(cute_ftp(&stored)).as_deref(), Some("Tr0ub4dor&3é"));
        assert_eq!(revealed(cute_ftp(&[0xc8])), None);
    }

    #[test]
    fn what_is_put_in_comes_out() {
        let (password, key) = ("Tr0ub4dor&3", b"FILEZILLA1234567890ABCDEFGHIJKLMNOPQRSTUVWXYZ");
        let digits: String = (0..)
            .zip(password.bytes())
            .map(|(at, byte)| format!("{:03}", byte ^ key[(at + password.len()) % key.len()]))
            .collect();
        assert_eq!(revealed(filezilla_2(&digits)).as_deref(), Some(password));

        let key = b"yA36zA48dEhfrvghGRg57h5UlDv3";
        let mut bytes = vec![0x5f_u8];
        for (at, byte) in password.bytes().enumerate() {
            let sum = u32::from(bytes[at]) + u32::from(byte);
            let sum = if sum > 255 { sum - 255 } else { sum };
            bytes.push(u8::try_from(sum).unwrap() ^ key[at % key.len()]);
        }
        let digits: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
        assert_eq!(revealed(flash_fxp(&digits)).as_deref(), Some(password));

        assert_eq!(revealed(total_commander(&obscured_total_commander(password))).as_deref(), Some(password));
    }

    /// The steps of [`total_commander`] backwards.
    fn obscured_total_commander(password: &str) -> String {
        let mut bytes = password.as_bytes().to_vec();
        let length = u32::try_from(bytes.len()).unwrap();
        let mut row = Random(54_321);
        bytes.iter_mut().for_each(|byte| *byte = byte.wrapping_add(row.byte()));
        let mut row = Random(42_340);
        bytes.iter_mut().for_each(|byte| *byte ^= row.byte());
        let mut row = Random(12_345);
        let swaps: Vec<(u32, u32)> = (0..256).map(|_| (row.below(length), row.below(length))).collect();
        for (one, other) in swaps.into_iter().rev() {
            bytes.swap(one as usize, other as usize);
        }
        let mut row = Random(849_521);
        bytes.iter_mut().for_each(|byte| *byte = byte.rotate_right(row.below(8)));
        bytes.extend([0; 4]);
        bytes.iter().map(|byte| format!("{byte:02X}")).collect()
    }

    #[test]
    fn what_is_none_is_refused() {
        for text in ["", "V", "zz", "A3", "!", "0000", "V00", "_", "é", "123é", "VAE14E12F61EF8FE8DEC0332931D3667971é"]
        {
            for reveal in [
                base64,
                filezilla_2,
                ws_ftp,
                total_commander,
                flash_fxp,
                rclone,
                core_ftp,
                ws_ftp_professional,
                smart_ftp,
            ] {
                let _ = reveal(text);
            }
            assert_eq!(revealed(total_commander(text)), None, "{text}");
            assert_eq!(revealed(rclone(text)), None, "{text}");
        }
    }
}
