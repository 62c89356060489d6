//! Documents built here by their specifications, some passed through real tools, and mutants of them.

use super::*;
use crate::base::random::Random;
use crate::payload::authenticode::Authorities;
use crate::payload::inspect;
use std::collections::BTreeMap;
use std::process::Command;

fn document(bytes: &[u8]) -> (Document, Vec<String>) {
    let (facts, anomalies) = inspect(&bytes.to_vec(), "a", "a", &Limits::default(), &Authorities::default());
    let told = anomalies.iter().map(|anomaly| anomaly.cause.to_string()).collect();
    (facts.document.unwrap_or_default(), told)
}

/// A compound file of 512-byte sectors with these streams; `class` is that of the root.
fn compound(class: [u8; 16], streams: &[(&str, Vec<u8>)]) -> Vec<u8> {
    const FREE: u32 = 0xffff_ffff;
    const END: u32 = 0xffff_fffe;
    // Entries: name, kind, child, right sibling, start, size. Siblings are a list.
    let mut entries = vec![("Root Entry".to_owned(), 5u8, FREE, FREE, END, 0u32)];
    let mut storages: BTreeMap<String, usize> = BTreeMap::from([(String::new(), 0)]);
    let (mut small, mut sectors): (Vec<u8>, Vec<u8>) = (Vec::new(), Vec::new());
    let (mut small_table, mut table): (Vec<u32>, Vec<u32>) = (Vec::new(), Vec::new());
    let chain = |table: &mut Vec<u32>, count: usize| {
        let start = table.len() as u32;
        table.extend((0..count).map(|index| if index + 1 == count { END } else { start + index as u32 + 1 }));
        if count == 0 { END } else { start }
    };
    let add = |entries: &mut Vec<(String, u8, u32, u32, u32, u32)>, parent: usize, name: &str, kind: u8| {
        let id = entries.len();
        let sibling = entries[parent].2;
        entries.push((name.to_owned(), kind, FREE, sibling, END, 0));
        entries[parent].2 = id as u32;
        id
    };
    for (path, bytes) in streams {
        let mut parent = 0;
        let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
        let mut so_far = String::new();
        for folder in folders.split('/').filter(|folder| !folder.is_empty()) {
            so_far = format!("{so_far}/{folder}");
            parent = match storages.get(&so_far) {
                Some(id) => *id,
                None => add(&mut entries, parent, folder, 1),
            };
            storages.insert(so_far.clone(), parent);
        }
        let id = add(&mut entries, parent, name, 2);
        entries[id].5 = bytes.len() as u32;
        let (data, table, unit) =
            if bytes.len() < 4096 { (&mut small, &mut small_table, 64) } else { (&mut sectors, &mut table, 512) };
        entries[id].4 = chain(table, bytes.len().div_ceil(unit));
        data.extend(bytes);
        data.resize(data.len().next_multiple_of(unit), 0);
    }
    let mut append = |table: &mut Vec<u32>, bytes: &[u8]| {
        let start = chain(table, bytes.len().div_ceil(512));
        sectors.extend(bytes);
        sectors.resize(sectors.len().next_multiple_of(512), 0);
        start
    };
    (entries[0].4, entries[0].5) = (append(&mut table, &small), small.len() as u32);
    let small_table: Vec<u8> = small_table.iter().flat_map(|next| next.to_le_bytes()).collect();
    let small_table_start = append(&mut table, &small_table);
    let mut directory = Vec::new();
    for (name, kind, child, right, start, size) in &entries {
        let units: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut entry = [units.as_slice(), &vec![0; 64 - units.len()], &[units.len() as u8 + 2, 0, *kind, 1]].concat();
        entry.extend([FREE, *right, *child].iter().flat_map(|id| id.to_le_bytes()));
        entry.extend(if *kind == 5 { class } else { [0; 16] });
        entry.extend([0; 20]);
        entry.extend([start.to_le_bytes(), size.to_le_bytes(), [0; 4]].concat());
        directory.extend(entry);
    }
    let directory_start = append(&mut table, &directory);
    let table_start = table.len() as u32;
    table.push(0xffff_fffd);
    let mut header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    header.extend([0; 16]);
    header.extend([0x3e, 0, 3, 0, 0xfe, 0xff, 9, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    header.extend(
        [1, directory_start, 0, 4096, small_table_start, 1, END, 0, table_start]
            .iter()
            .flat_map(|n: &u32| n.to_le_bytes()),
    );
    header.resize(512, 0xff);
    let table: Vec<u8> = table.iter().flat_map(|next| next.to_le_bytes()).collect();
    assert!(table.len() <= 512);
    [header, sectors, table, vec![0xff; 512]].concat()
}

/// A container of one chunk in which nothing is compressed but the flags say so: literals only.
fn packed(source: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    for eight in source.chunks(8) {
        body.push(0);
        body.extend(eight);
    }
    [&[1][..], &((body.len() as u16 - 1) | 0xb000).to_le_bytes(), &body].concat()
}

fn record(number: u16, data: &[u8]) -> Vec<u8> {
    [&number.to_le_bytes()[..], &(data.len() as u32).to_le_bytes(), data].concat()
}

const SOURCE: &[u8] = b"Attribute VB_Name = \"Evil\"\r\nSub AutoOpen()\r\nShell \"cmd /c ftp -s:x\"\r\nu = \"ftp://h.example/a.exe\"\r\nEnd Sub\r\n";

fn with_macros(storage: &str) -> Vec<u8> {
    let directory = [
        [&9u16.to_le_bytes()[..], &4u32.to_le_bytes(), &[0; 6]].concat(),
        record(0x19, b"Evil"),
        record(0x1a, b"Evil"),
        record(0x31, &10u32.to_le_bytes()),
    ]
    .concat();
    compound(
        [0; 16],
        &[
            (&format!("{storage}VBA/dir"), packed(&directory)),
            (&format!("{storage}VBA/Evil"), [&[7; 10][..], &packed(SOURCE)].concat()),
            ("WordDocument", vec![0; 5000]),
        ],
    )
}

/// A program as the Packager keeps it.
fn package() -> Vec<u8> {
    let program = crate::payload::archive::tests::pe();
    let size = (program.len() as u32).to_le_bytes();
    [b"\x02\0evil.exe\0C:\\x\\evil.exe\0\0\0\x03\0\x0e\0\0\0C:\\t\\evil.exe\0".as_slice(), &size, &program].concat()
}

#[test]
fn macros_of_word() {
    for storage in ["Macros/", "_VBA_PROJECT_CUR/", ""] {
        let (document, told) = document(&with_macros(storage));
        assert!(told.is_empty(), "{told:?}");
        let macros = document.macros.unwrap();
        assert_eq!(macros.modules, ["Evil"], "{storage}");
        assert_eq!(macros.automatic, ["AutoOpen"]);
        assert_eq!(macros.reaches_out, ["Shell", "ftp", "cmd"]);
        assert_eq!(macros.addresses, ["ftp://h.example/a.exe"]);
        assert_eq!(document.streams.len(), 3);
    }
}

#[test]
fn macros_without_their_directory() {
    let bytes = compound([0; 16], &[("VBA/dir", vec![0; 8]), ("VBA/M", [&[9; 20][..], &packed(SOURCE)].concat())]);
    let macros = document(&bytes).0.macros.unwrap();
    assert_eq!((macros.modules.as_slice(), macros.automatic.as_slice()), (&["M".to_owned()][..], &["AutoOpen"][..]));
}

#[test]
fn objects_and_encryption_of_compound_files() {
    let native = [&0u32.to_le_bytes()[..], &package()].concat();
    let sheet = |kind: u8| [&[0x85, 0, 12, 0, 0, 0, 0, 0, 1, kind, 4, 0][..], b"Mac1"].concat();
    let workbook =
        [b"\x09\x08\x04\0\0\x06\x05\0".as_slice(), &sheet(1), &sheet(0), b"\x2f\0\x02\0\x01\0", b"\x0a\0\0\0"].concat();
    let (found, _) =
        document(&compound([0; 16], &[("ObjectPool/_1/\u{1}Ole10Native", native), ("Workbook", workbook)]));
    assert_eq!(found.embedded.len(), 1);
    assert_eq!((found.embedded[0].name.as_str(), found.embedded[0].executable), ("evil.exe", true));
    assert_eq!(found.embedded[0].source_path.as_deref(), Some("C:\\x\\evil.exe"));
    assert_eq!(found.macro_sheets, ["Mac1 (hidden)"]);
    assert_eq!(found.encrypted, Some("Excel 97 encryption"));
    let (found, _) =
        document(&compound([0; 16], &[("EncryptedPackage", vec![1; 64]), ("EncryptionInfo", vec![1; 64])]));
    assert_eq!(found.encrypted, Some("EncryptedPackage"));
}

#[test]
fn macros_of_powerpoint_are_packed() {
    use std::io::Write as _;
    let project = with_macros("");
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(&project).unwrap();
    let packed = encoder.finish().unwrap();
    let sizes = [(packed.len() as u32 + 4).to_le_bytes(), (project.len() as u32).to_le_bytes()].concat();
    let slides = [&[7; 5000][..], b"\x10\0\x11\x10", &sizes, &packed].concat();
    let macros = document(&compound([0; 16], &[("PowerPoint Document", slides)])).0.macros.unwrap();
    assert_eq!((macros.modules.len(), macros.automatic.len()), (1, 1));
}

#[test]
fn packages_of_a_real_tool() {
    let folder = tempfile::tempdir().unwrap();
    let done = Command::new("msibuild").args(["a.msi", "-s", "Setup", "Bob"]).current_dir(folder.path()).status();
    if !done.is_ok_and(|done| done.success()) {
        eprintln!("skipped: msibuild is not here");
        return;
    }
    let (found, told) = document(&std::fs::read(folder.path().join("a.msi")).unwrap());
    assert!(told.is_empty(), "{told:?}");
    assert_eq!(found.class, Some("Windows Installer package"));
    assert_eq!(found.properties.and_then(|properties| properties.author).as_deref(), Some("Bob"));
    assert!(found.streams.iter().any(|stream| stream.path == "!_StringPool"), "{:?}", found.streams);
}

#[test]
fn rich_text_with_a_package() {
    let text = |text: &[u8]| [&(text.len() as u32 + 1).to_le_bytes()[..], text, b"\0"].concat();
    let package = package();
    let object =
        [&b"\x01\x05\0\0\x02\0\0\0"[..], &text(b"Package"), &[0; 8], &(package.len() as u32).to_le_bytes(), &package]
            .concat();
    let digits: String = object.iter().map(|byte| format!("{byte:02x}\\par1 {{\\x 99}} \r\n")).collect();
    let rtf = format!(
        "{{\\rtf1{{\\object\\objemb\\objupdate{{\\*\\objdata {digits}}}}}{{\\*\\template http://e.example/x.dot}}}}"
    );
    let (found, _) = document(rtf.as_bytes());
    assert_eq!((found.format, found.embedded.len()), ("rtf", 1));
    assert_eq!((found.embedded[0].name.as_str(), found.embedded[0].executable), ("evil.exe", true));
    assert_eq!(found.external, [External { kind: "template".into(), target: "http://e.example/x.dot".into() }]);
    assert!(found.active.iter().any(|active| active.what == "objupdate"));
}

fn pdf() -> Vec<u8> {
    let objects = [
        "<</Type/Catalog/Pages 2 0 R/Open#41ction 4 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Annots[<</Subtype/Link/Rect[0 0 1 1]/A<</S/URI/URI(ftp://h.example/x)>>>>]>>",
        "<</S/Launch/F(cmd.exe)/P(/c ftp -s:x)/Next 5 0 R>>",
        "<</S/JavaScript/JS(app.alert\\(1\\))>>",
        "<</Length 9>>stream\n/Launch/A\nendstream",
    ];
    let mut pdf = b"%PDF-1.5\n".to_vec();
    let mut places = Vec::new();
    for (number, object) in (1..).zip(objects) {
        places.push(pdf.len());
        pdf.extend(format!("{number} 0 obj\n{object}\nendobj\n").bytes());
    }
    let start = pdf.len();
    pdf.extend(format!("xref\n0 {}\n0000000000 65535 f \n", places.len() + 1).bytes());
    places.iter().for_each(|place| pdf.extend(format!("{place:010} 00000 n \n").bytes()));
    pdf.extend(format!("trailer<</Root 1 0 R/Size {}>>\nstartxref\n{start}\n%%EOF\n", places.len() + 1).bytes());
    pdf
}

#[test]
fn actions_of_pdf() {
    let count = |found: &Document, what: &str| {
        found.active.iter().find(|active| active.what == what).map_or(0, |active| active.count)
    };
    let expect = |found: &Document, what: &str| {
        let names = ["OpenAction", "Launch", "JavaScript", "JS"];
        assert_eq!(names.map(|name| count(found, name)), [1, 1, 1, 1], "{what}: {found:?}");
        assert_eq!(found.external, [External { kind: "URI".into(), target: "ftp://h.example/x".into() }], "{what}");
        let launch = found.active.iter().find(|active| active.what == "Launch").unwrap();
        assert!(launch.detail.as_deref().is_some_and(|detail| detail.starts_with("cmd.exe")), "{what}");
        assert_eq!(found.encrypted, None);
    };
    expect(&document(&pdf()).0, "plain");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.pdf"), pdf()).unwrap();
    let tool = |arguments: &[&str]| {
        let done = Command::new("qpdf").args(arguments).args(["a.pdf", "b.pdf"]).current_dir(folder.path()).status();
        let made = done.is_ok_and(|done| done.success());
        if !made {
            eprintln!("skipped: qpdf is not here");
        }
        made.then(|| std::fs::read(folder.path().join("b.pdf")).unwrap())
    };
    if let Some(bytes) = tool(&["--object-streams=generate"]) {
        assert!(memchr::memmem::find(&bytes, b"/Launch").is_none());
        expect(&document(&bytes).0, "objects in streams");
    }
    if let Some(bytes) = tool(&["--encrypt", "a", "b", "256", "--"]) {
        assert_eq!(document(&bytes).0.encrypted, Some("PDF encryption"));
    }
}

/// A document of Office, of stored members.
fn office() -> Vec<u8> {
    let parts: Vec<(&str, Vec<u8>)> = vec![
        ("[Content_Types].xml", b"<Types/>".to_vec()),
        (
            "word/document.xml",
            b"<w:p><w:instrText>DDE</w:instrText><w:instrText xml:space='preserve'>AUTO cmd &quot;/c ftp&quot;</w:instrText></w:p>".to_vec(),
        ),
        (
            "word/_rels/settings.xml.rels",
            b"<Relationships><Relationship Id=\"a\" Type=\"http://x/attachedTemplate\" Target=\"http://e.example/t.dotm?a=1&amp;b\" TargetMode=\"External\"/><Relationship Id=\"b\" Type=\"http://x/image\" Target=\"media/a.png\"/></Relationships>".to_vec(),
        ),
        ("word/vbaProject.bin", with_macros("")),
        ("docProps/core.xml", b"<c><dc:creator>Bob</dc:creator><dcterms:created xsi:type='x'>2020-01-02T03:04:05Z</dcterms:created></c>".to_vec()),
        ("word/embeddings/oleObject1.bin", compound([0; 16], &[("\u{1}Ole10Native", [&[0; 4][..], &package()].concat())])),
    ];
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in &parts {
        let offset = (bytes.len() as u32).to_le_bytes();
        let size = (content.len() as u32).to_le_bytes();
        let shared = [
            &[20, 0, 0, 0, 0, 0, 0, 0x6c, 0xa1, 0x58][..],
            &crc32fast::hash(content).to_le_bytes(),
            &size,
            &size,
            &[name.len() as u8, 0, 0, 0],
        ]
        .concat();
        bytes.extend([b"PK\x03\x04".as_slice(), &shared, name.as_bytes(), content].concat());
        directory.extend([b"PK\x01\x02\x14\0".as_slice(), &shared, &[0; 10], &offset, name.as_bytes()].concat());
    }
    let count = parts.len() as u8;
    let end = [
        b"PK\x05\x06\0\0\0\0".as_slice(),
        &[count, 0, count, 0],
        &(directory.len() as u32).to_le_bytes(),
        &(bytes.len() as u32).to_le_bytes(),
        &[0, 0],
    ]
    .concat();
    [bytes, directory, end].concat()
}

#[test]
fn office_open_xml() {
    let (found, told) = document(&office());
    assert!(told.is_empty(), "{told:?}");
    assert_eq!(found.format, "ooxml");
    assert_eq!(
        found.external,
        [External { kind: "attachedTemplate".into(), target: "http://e.example/t.dotm?a=1&b".into() }]
    );
    assert_eq!(found.active[0].detail.as_deref(), Some("DDEAUTO cmd \"/c ftp\""));
    assert_eq!(found.macros.unwrap().automatic, ["AutoOpen"]);
    assert_eq!(found.embedded[0].name, "evil.exe");
    let properties = found.properties.unwrap();
    assert_eq!(properties.author.as_deref(), Some("Bob"));
    assert!(properties.created.is_some_and(|time| time.to_string() == "2020-01-02T03:04:05Z"));
}

#[test]
fn chains_that_go_round_end() {
    let mut bytes = with_macros("Macros/");
    // Every entry of the table leads back to the first sector.
    let table = bytes.len() - 1024;
    for entry in bytes[table..table + 512].chunks_exact_mut(4) {
        entry.copy_from_slice(&0u32.to_le_bytes());
    }
    let (found, told) = document(&bytes);
    assert_eq!(found.format, "ole");
    assert!(!told.is_empty());
}

#[test]
fn mutants_end_and_keep_the_caps() {
    let seeds = [with_macros("Macros/"), office(), pdf(), compound([0; 16], &[("Workbook", vec![9; 300])])];
    let mut random = Random::new(0x2545_f491_4f6c_dd1d);
    for round in 0..2000 {
        let mut bytes = seeds[round % seeds.len()].clone();
        for _ in 0..=random.below(6) {
            let at = random.below(bytes.len());
            bytes[at] = [0, 0xff, 1, 0xfe, random.below(256) as u8][random.below(5)];
        }
        if random.below(8) == 0 {
            bytes.truncate(random.below(bytes.len()));
        }
        let (found, _) = document(&bytes);
        assert!(found.embedded.len() <= LISTED && found.external.len() <= LISTED && found.streams.len() <= LISTED);
    }
}
