//! What the sweep hands up, whatever the number of threads, and what it says.

use super::*;
use crate::evidence::filesystem::memory::Memory;

fn swept(disk: &Memory, threads: usize, limits: &Limits) -> (Vec<(String, usize)>, Vec<String>) {
    let read = |candidate: &Candidate<'_>| Some((candidate.path.display(), candidate.bytes.len()));
    let swept = sweep(disk, limits, Manner { threads, ..Manner::default() }, &Progress::default(), &read);
    (swept.found, swept.anomalies.iter().map(|anomaly| format!("{}: {}", anomaly.path, anomaly.cause)).collect())
}

#[test]
fn the_number_of_threads_shows_nowhere() {
    let disk: Memory =
        (0..500).map(|n| (format!("d{}/f{n:03}.txt", n % 7), format!("open 192.0.2.1\nget {n}\nbye\n"))).collect();
    let one = swept(&disk, 1, &Limits::default());
    assert_eq!(one.0.len(), 500);
    for threads in [2, 8] {
        assert_eq!(swept(&disk, threads, &Limits::default()), one);
    }
}

#[test]
fn binaries_and_prose_are_left() {
    let disk: Memory = [
        ("a.exe", b"MZ\0\0\0\0 open 192.0.2.1\nget a\nbye\n".to_vec()),
        ("b.txt", b"Some prose.\nA little of it.\nThen it ends.\n".to_vec()),
        ("c.jpg", b"open 192.0.2.1\nbob\npw\nget a\nbye\n".to_vec()),
        ("d", "open 192.0.2.1\nbob\npw\nget a\nbye\n".encode_utf16().flat_map(u16::to_be_bytes).collect()),
    ]
    .into_iter()
    .collect();
    let names: Vec<_> = swept(&disk, 1, &Limits::default()).0.into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["c.jpg", "d"]);
}

#[test]
fn a_large_text_is_read_around_its_signs() {
    let line = "a line of a log that says nothing\n";
    let filler = line.repeat(200_000);
    let mut log = filler.clone().into_bytes();
    log.extend_from_slice(b"cmd /c ftp -s:C:\\x.txt\n");
    log.extend_from_slice(filler.as_bytes());
    let disk: Memory = [("big.log", log)].into_iter().collect();
    let limits = Limits::default();
    let read = |candidate: &Candidate<'_>| {
        let text = String::from_utf8_lossy(candidate.bytes).into_owned();
        text.lines().position(|line| line.contains("ftp -s:"))
    };
    let swept = sweep(&disk, &limits, Manner::default(), &Progress::default(), &read);
    assert_eq!(swept.found, [200_000]);
}

#[test]
fn shortcuts_and_binary_stores_are_handed_up() {
    let mut link = b"L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0F".to_vec();
    link.resize(200, 0);
    let mut store = b"\x30\x01\0\0\x01\0\0\0\0\x01\0\0\0\0\0\0\0\xff\xff\x01\0\x0a\0CSMFTPItem".to_vec();
    store.resize(300, 0);
    let other = [&store[..23], &[0; 277]].concat();
    let disk: Memory =
        [("a.lnk", link), ("b.lnk", b"L\0\0\0".to_vec()), ("sm.dat", store), ("t.dat", other)].into_iter().collect();
    assert_eq!(swept(&disk, 1, &Limits::default()).0, [("a.lnk".to_owned(), 200), ("sm.dat".to_owned(), 300)]);
}

#[test]
fn a_panic_costs_one_file() {
    let disk: Memory = [("a", "open 192.0.2.1\nbye\n"), ("b", "open 192.0.2.1\nbye\n")].into_iter().collect();
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let read = |candidate: &Candidate<'_>| {
        assert_ne!(candidate.path.display(), "a");
        Some(())
    };
    let swept =
        sweep(&disk, &Limits::default(), Manner { threads: 2, ..Manner::default() }, &Progress::default(), &read);
    std::panic::set_hook(hook);
    assert_eq!((swept.found.len(), swept.anomalies.len()), (1, 1));
}

#[test]
fn limits_are_said() {
    let disk: Memory = (0..9).map(|n| (format!("{n}"), "x")).collect();
    let limits = Limits { files: 4, ..Limits::default() };
    assert_eq!(swept(&disk, 1, &limits).1, [": limit reached: files (limit 4)"]);
}
