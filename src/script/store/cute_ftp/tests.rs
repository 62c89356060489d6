//! Stores of CuteFTP: made field by field, read back.

use super::super::tests::sites;
use super::*;

/// An archive in the making.
#[derive(Default)]
struct Made(Vec<u8>);

impl Made {
    fn numbers(mut self, numbers: &[u32]) -> Self {
        numbers.iter().for_each(|number| self.0.extend(number.to_le_bytes()));
        self
    }

    fn zeros(self, count: usize) -> Self {
        self.numbers(&vec![0; count])
    }

    fn shorts(mut self, numbers: &[u16]) -> Self {
        numbers.iter().for_each(|number| self.0.extend(number.to_le_bytes()));
        self
    }

    fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.extend(bytes);
        self
    }

    fn text(self, text: &str) -> Self {
        self.stored(text.as_bytes())
    }

    fn stored(self, bytes: &[u8]) -> Self {
        self.bytes(&[bytes.len() as u8]).bytes(bytes)
    }

    fn wide(self, text: &str) -> Self {
        let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        self.bytes(&[0xff, 0xfe, 0xff, (units.len() / 2) as u8]).bytes(&units)
    }

    fn texts(self, texts: &[&str]) -> Self {
        texts.iter().fold(self.shorts(&[texts.len() as u16]), |made, text| made.text(text))
    }

    /// The head of an item.
    fn item(self, kind: u32, name: &str) -> Self {
        self.numbers(&[7, 1, kind, 0]).text(name).zeros(1)
    }

    fn site(self, name: &str, form: u32) -> Self {
        self.item(0, name).zeros(2).shorts(&[0, 0]).numbers(&[form])
    }

    fn class(self, name: &str) -> Self {
        self.shorts(&[0xffff, 1, name.len() as u16]).bytes(name.as_bytes())
    }

    fn folder(self, name: &str) -> Self {
        self.item(1, name).zeros(1).shorts(&[0]).zeros(1).shorts(&[2]).zeros(2)
    }

    /// What ends every site of Professional: filters, proxy, SOCKS.
    fn tail(self, switches: usize) -> Self {
        let lists = self.texts(&["*.exe"]).texts(&[]).zeros(switches);
        let proxy = lists.shorts(&[1]).text("").zeros(1).text("").text("").zeros(3).text("").texts(&["USER %u"]);
        proxy.shorts(&[1]).text("").zeros(1).text("").text("").zeros(2)
    }
}

fn hidden(text: &str) -> Vec<u8> {
    text.bytes().map(|byte| byte ^ 0xc8).collect()
}

/// As version 8.3 stores it.
fn encrypted(plain: &[u8]) -> Vec<u8> {
    use aes::cipher::{Array, BlockCipherEncrypt, KeyInit};
    let cipher = blowfish::BlowfishLE::new_from_slice(&[0x32, 0x24, 0x11, 0x52, 0x02, 0x6f, 0x4f, 0x78]).unwrap();
    let mut before = [0u8; 8];
    let mut out = Vec::new();
    for chunk in plain.chunks(8) {
        let mut mixed = before;
        chunk.iter().enumerate().for_each(|(at, byte)| mixed[at] ^= byte);
        let mut block = Array::from(mixed);
        cipher.encrypt_block(&mut block);
        before = block.into();
        out.extend(before);
    }
    out
}

fn head(count: u32) -> Made {
    Made::default().bytes(&MAGIC).bytes(&[1]).numbers(&[9, count, 0])
}

/// A site of CuteFTP 4 or 5.
fn standard(made: Made, form: u32) -> Made {
    let password = if form == 1 { b"pw1".to_vec() } else { hidden("pw1") };
    let made = made.site("old", form).text("f.x").text("ann").stored(&password).text("/in").text("C:\\w");
    let made = made.numbers(&[2121]).zeros(15).text("a site").zeros(6).zeros(1).zeros(4).text("").zeros(4);
    let made = made.texts(&["*.a", "*.b"]).texts(&["*.c"]);
    let made = if form > 1 { made.zeros(3) } else { made };
    if form == 4 { made.zeros(1) } else { made }
}

fn first_professional(made: Made, form: u32) -> Made {
    let made = made.site("pro 1", form).text("g.x").zeros(1).text("bob").stored(&hidden("pw2")).text("");
    let made = made.numbers(&[0, 21, 0, 0, 0]).text("").text("").zeros(8).text("").zeros(4).tail(4);
    made.zeros(if form == 0x66 { 3 } else { 2 })
}

fn professional(made: Made, form: u32, protocol: u32, port: u32, login: [&[u8]; 2]) -> Made {
    let mut made = made.site("pro", form);
    made = if form >= 0x6c { made.zeros(3) } else { made };
    made = if form >= 0x6e { made.zeros(2) } else { made };
    made = if form >= 0x6f { made.bytes(&[0]) } else { made };
    made = if form >= 0x70 { made.zeros(1) } else { made };
    made = if form >= 0x69 { made.text("UTC") } else { made };
    let made = made.zeros(2).text("h.x").zeros(1).stored(login[0]).stored(login[1]).text("");
    let made = made.numbers(&[protocol, port, 0, 0, 0]).text("/www").text("").zeros(4).zeros(1).text("");
    made.tail(3).zeros(3)
}

fn told(bytes: &[u8]) -> Vec<String> {
    let stored = file(bytes).map(|stored| stored.sessions).unwrap_or_default();
    stored.iter().map(super::super::tests::summary).collect()
}

#[test]
fn every_version() {
    let plain: [&[u8]; 2] = [b"cy", &hidden("p3!")];
    let (user, password) = (encrypted(b"cy\0"), encrypted(b"a longer one\0"));
    let both: [&[u8]; 2] = [&user, &password];
    let cases: [(Made, &str); 15] = [
        (standard(head(1).class("CSMFTPItem"), 1), "ftp ann:pw1@f.x:2121 (old)"),
        (standard(head(1).class("CSMFTPItem"), 3), "ftp ann:pw1@f.x:2121 (old)"),
        (standard(head(1).class("CSMFTPItem"), 4), "ftp ann:pw1@f.x:2121 (old)"),
        (first_professional(head(1).class("CSMSite"), 0x65), "ftp bob:pw2@g.x:21 (pro 1)"),
        (first_professional(head(1).class("CSMSite"), 0x66), "ftp bob:pw2@g.x:21 (pro 1)"),
        (professional(head(1).class("CSMSite"), 0x68, 0, 21, plain), "ftp cy:p3!@h.x:21 (pro)"),
        (professional(head(1).class("CSMSite"), 0x69, 0, 21, plain), "ftp cy:p3!@h.x:21 (pro)"),
        (professional(head(1).class("CSMSite"), 0x69, 3, 22, plain), "sftp cy:p3!@h.x:22 (pro)"),
        (professional(head(1).class("CSMSite"), 0x6c, 2, 990, plain), "ftps cy:p3!@h.x:990 (pro)"),
        (professional(head(1).class("CSMSite"), 0x6d, 0, 21, both), "ftp cy:a longer one@h.x:21 (pro)"),
        (professional(head(1).class("CSMSite"), 0x6e, 0, 0, both), "ftp cy:a longer one@h.x:21 (pro)"),
        (professional(head(1).class("CSMSite"), 0x6f, 0, 21, both), "ftp cy:a longer one@h.x:21 (pro)"),
        (professional(head(1).class("CSMSite"), 0x70, 0, 21, both), "ftp cy:a longer one@h.x:21 (pro)"),
        (professional(head(1).class("CSMSite"), 0x70, 0, 21, [b"cy", b"pw"]), "ftp h.x:21 (pro)"),
        (professional(head(1).class("CSMSite"), 0x69, 0, 21, [b"", b""]), "ftp h.x:21 (pro)"),
    ];
    for (made, expected) in cases {
        assert_eq!(told(&made.0), [expected]);
        assert_eq!(file(&made.0).unwrap().diagnostics, []);
    }
    let web = professional(head(1).class("CSMSite"), 0x70, 5, 443, both);
    assert_eq!(told(&web.0), [""; 0]);
}

#[test]
fn folders_bookmarks_and_wide_texts() {
    let made = head(3).class("CTreeItem").folder("all").class("CSMSite");
    let made = first_professional(made, 0x65).shorts(&[0x8002]).item(0, "marked").zeros(2);
    let made = made.shorts(&[2]).class("CBookmark").numbers(&[1]).text("a").text("/a").text("").zeros(1);
    let made = made.shorts(&[0x8003]).numbers(&[2]).text("b").text("/b").text("").zeros(1).shorts(&[0]).numbers(&[4]);
    let hidden: String = "pä".chars().map(|c| char::from_u32(u32::from(c) ^ 0xc8).unwrap()).collect();
    let made = made.wide("ü.x").wide("änn").wide(&hidden).text("").text("").numbers(&[21]).zeros(15).text("");
    let made = made.zeros(6).zeros(1).zeros(4).text("").zeros(4).texts(&[]).texts(&[]).zeros(3).zeros(1);
    assert_eq!(told(&made.0), ["ftp bob:pw2@g.x:21 (pro 1)", "ftp änn:pä@ü.x:21 (marked)"]);
    let stored = file(&made.0).unwrap();
    assert_eq!(stored.sessions.iter().map(|session| session.line).collect::<Vec<_>>(), [2, 3]);
    assert_eq!((stored.client, stored.form, stored.diagnostics), (Client::Cuteftp, Form::ClientConfig, Vec::new()));
}

#[test]
fn what_is_not_known_ends_the_reading_and_is_said() {
    let made = standard(head(3).class("CSMFTPItem"), 4).shorts(&[0x8001]).site("new", 0x99).zeros(40);
    let stored = file(&made.0).unwrap();
    assert_eq!((stored.sessions.len(), stored.diagnostics.len()), (1, 1));
    assert!(stored.diagnostics[0].message.starts_with("from item 2 on"));
    // A store of folders alone says nothing.
    assert_eq!(file(&head(1).class("CTreeItem").folder("a").0), None);
}

#[test]
fn the_sign_is_strict() {
    let good = head(1).class("CSMFTPItem").0;
    assert!(is_store(&good));
    let others: [Vec<u8>; 6] = [
        Vec::new(),
        MAGIC.to_vec(),
        head(1).0,
        head(1).class("CDocument").0,
        [&[0x31, 1, 0, 0], &good[4..]].concat(),
        head(1).shorts(&[0x8001]).bytes(b"CSMFTPItem").0,
    ];
    for bytes in others {
        assert!(!is_store(&bytes), "{bytes:x?}");
        assert_eq!(file(&bytes), None);
    }
}

#[test]
fn any_cut_and_change_is_survived() {
    let made = standard(head(2).class("CSMFTPItem"), 4).shorts(&[0x8001]);
    let bytes = professional(made, 0x70, 0, 21, [&encrypted(b"a"), &encrypted(b"b")]).0;
    for end in 0..bytes.len() {
        let _ = file(&bytes[..end]);
    }
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] = 0xff;
        let _ = file(&changed);
    }
}

#[test]
fn quick_connections_of_the_registry() {
    let bytes = first_professional(Made::default().numbers(&[1, 0]).class("CSMSite"), 0x66).0;
    let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let lines: Vec<String> = digits.chunks(25).map(|chunk| chunk.join(",")).collect();
    let text = format!(
        "Windows Registry Editor Version 5.00\n\n[HKEY_CURRENT_USER\\Software\\GlobalSCAPE\\CuteFTP 6 Home\\QCToolbar]\n\
         \"Width\"=dword:00000010\n\"QCHistory\"=hex:{}\n",
        lines.join(",\\\n  ")
    );
    assert_eq!(sites(&text, "a.reg"), ["ftp bob:pw2@g.x:21 (pro 1)"]);
    assert_eq!(sites(&text.replace("QCHistory", "History"), "a.reg"), [""; 0]);
}
