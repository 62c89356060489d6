//! Hives made cell by cell: lists, large values, loops, damage, transaction logs.

use super::writer::{self, Cells, Node};
use super::*;
use crate::base::random::Random;

/// A hive with the values of one key, with lists of every kind, that was not written to its end.
pub(crate) fn hive(path: &[&str], values: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut cells = Cells(Vec::new());
    let offsets: Vec<u32> = values
        .iter()
        .map(|(name, data)| {
            let place = cells.add(data);
            let name: Vec<u8> = name.bytes().collect();
            let mut value = b"vk".to_vec();
            value.extend_from_slice(&(name.len() as u16).to_le_bytes());
            for number in [data.len() as u32, place, 3, 1] {
                value.extend_from_slice(&number.to_le_bytes());
            }
            value.extend(name);
            cells.add(&value)
        })
        .collect();
    let list: Vec<u8> = offsets.iter().flat_map(|offset| offset.to_le_bytes()).collect();
    let list = cells.add(&list);
    let mut below = (0u32, NONE);
    let mut held = (offsets.len() as u32, list);
    for (level, name) in path.iter().rev().chain([&"ROOT"]).enumerate() {
        let mut key = vec![0u8; 76];
        key[..2].copy_from_slice(b"nk");
        key[2] = 0x20;
        for (at, number) in [(20, below.0), (28, below.1), (36, held.0), (40, held.1)] {
            key[at..at + 4].copy_from_slice(&number.to_le_bytes());
        }
        key[72..74].copy_from_slice(&(name.len() as u16).to_le_bytes());
        key.extend(name.bytes());
        let key = cells.add(&key);
        let mut list = [&b"lf"[..], b"lh", b"li"][level % 3].to_vec();
        list.extend_from_slice(&1u16.to_le_bytes());
        list.extend_from_slice(&key.to_le_bytes());
        list.extend_from_slice(b"hash");
        let plain = cells.add(&list);
        let mut nested = b"ri\x01\0".to_vec();
        nested.extend_from_slice(&plain.to_le_bytes());
        below = (1, cells.add(&nested));
        held = (0, key);
    }
    let mut file = vec![0u8; 4096];
    file[..4].copy_from_slice(b"regf");
    // Written, but not to the end.
    file[4..12].copy_from_slice(&[7, 0, 0, 0, 6, 0, 0, 0]);
    file[36..40].copy_from_slice(&held.1.to_le_bytes());
    file.extend(cells.0);
    file
}

fn sample() -> Vec<u8> {
    hive(&["Select", "MountedDevices"], &[("\\DosDevices\\C:", vec![1; 12]), ("other", b"ab".to_vec())])
}

#[test]
fn values_are_found_by_their_path() {
    let bytes = sample();
    let hive = Hive::open(&bytes).unwrap();
    let key = hive.key(&["select", "MOUNTEDDEVICES"]).unwrap();
    let values = hive.values(key);
    let told: Vec<_> = values.iter().map(|value| (value.name.as_str(), value.kind, value.data.as_slice())).collect();
    assert_eq!(told, [("\\DosDevices\\C:", 3, &[1u8; 12][..]), ("other", 3, b"ab")]);
    assert_eq!(hive.key(&["MountedDevices"]), None);
    assert!(!hive.is_exhausted() && hive.is_dirty() && hive.anomalies().is_empty());
    for bytes in [vec![], b"regf".to_vec(), vec![0; 8192]] {
        assert!(Hive::open(&bytes).is_none());
    }
}

#[test]
fn keys_are_listed_with_their_times_and_values_with_their_texts() {
    let mut root = Node::root();
    let large: Vec<u8> = (0..40_000u32).map(|number| number as u8).collect();
    let key = root.at("Software\\Ünï").written(132_223_104_000_000_000);
    key.text("", "own")
        .text("путь", "C:\\a b.exe")
        .texts("many", &["a", "b"])
        .number("n", 500)
        .binary("b", &[0xde, 0xad]);
    key.typed("big-endian", 5, vec![0, 0, 1, 0]).typed("q", 11, vec![1, 0, 0, 0, 1, 0, 0, 0]).binary("large", &large);
    key.typed("short", 4, vec![1]).typed("cut", 1, b"a\0b\0\0\0c\0".to_vec());
    for number in 0..1200 {
        root.at(&format!("Many\\{number}"));
    }
    let bytes = writer::write(&root);
    let hive = Hive::open(&bytes).unwrap();
    let key = hive.key(&["software", "üNï"]).unwrap();
    assert_eq!(hive.written(key).unwrap().to_string(), "2020-01-01T00:00:00Z");
    let told: Vec<(String, String)> =
        hive.values(key).into_iter().map(|value| (value.name.clone(), value.text())).collect();
    let expected = [
        ("", "own"),
        ("путь", "C:\\a b.exe"),
        ("many", "a\nb"),
        ("n", "500"),
        ("b", "dead"),
        ("big-endian", "256"),
        ("q", "4294967297"),
        ("large", told[7].1.as_str()),
        ("short", "01"),
        ("cut", "ab"),
    ];
    assert_eq!(told.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect::<Vec<_>>(), expected);
    assert_eq!(hive.value(key, "LARGE").unwrap().data, large);
    let many = hive.key(&["Many"]).unwrap();
    let names: Vec<String> = hive.subkeys(many).into_iter().map(|key| hive.name(key)).collect();
    assert_eq!((names.len(), names[1199].as_str()), (1200, "1199"));
    let mut walked = 0;
    hive.walk(hive.root(), &mut |path, _| {
        walked += 1;
        path.len() < 2
    });
    assert_eq!(walked, 1204);
    assert!(!hive.is_dirty() && hive.anomalies().is_empty());
}

#[test]
fn loops_and_lies_end() {
    let bytes = sample();
    let find = |bytes: &[u8], what: &[u8]| bytes.windows(what.len()).position(|window| window == what).unwrap();
    // A list of lists that holds itself, many times over; counts and sizes that lie.
    let mut looped = bytes.clone();
    let at = find(&looped, b"ri\x01\0");
    looped[at + 4..at + 8].copy_from_slice(&((at - 4 - 4096) as u32).to_le_bytes());
    let hive = Hive::open(&looped).unwrap();
    assert_eq!(hive.key(&["Select", "MountedDevices"]), None);
    for (what, offset, lie) in
        [(&b"vk"[..], 4, &[0xff, 0xff, 0xff, 0x7f][..]), (b"vk", 2, &[0xff; 2]), (b"nk", 36, &[0xff; 4])]
    {
        let mut lying = bytes.clone();
        let at = find(&lying, what) + offset;
        lying[at..at + lie.len()].copy_from_slice(lie);
        let hive = Hive::open(&lying).unwrap();
        if let Some(key) = hive.key(&["Select", "MountedDevices"]) {
            assert!(hive.values(key).len() <= 2);
        }
    }
    // A key that is below itself.
    let mut root = Node::root();
    root.at("a\\b");
    let mut below = writer::write(&root);
    let key = find(&below, b"nk");
    let (list, child) = (below[key + 28..key + 32].to_vec(), find(&below[key + 2..], b"nk") + key + 2);
    below[child + 28..child + 32].copy_from_slice(&list);
    let hive = Hive::open(&below).unwrap();
    let mut walked = 0;
    hive.walk(hive.root(), &mut |_, _| {
        walked += 1;
        true
    });
    assert_eq!(walked, 2);
}

#[test]
fn keys_that_are_too_deep_are_left() {
    let mut root = Node::root();
    root.at(&"k\\".repeat(600));
    let bytes = writer::write(&root);
    let hive = Hive::open(&bytes).unwrap();
    let mut deepest = 0;
    hive.walk(hive.root(), &mut |path, _| {
        deepest = deepest.max(path.len());
        true
    });
    assert_eq!(deepest, 512);
}

#[test]
fn the_values_of_a_key_are_held_up_to_a_limit() {
    let mut root = Node::root();
    let data = vec![1u8; 60_000];
    for number in 0..300 {
        root.binary(&number.to_string(), &data);
    }
    let bytes = writer::write(&root);
    let hive = Hive::open(&bytes).unwrap();
    let held: usize = hive.values(hive.root()).iter().map(|value| value.data.len()).sum();
    assert!(held > 15 << 20 && held <= 16 << 20, "{held}");
    assert!(hive.is_exhausted() && hive.anomalies()[0].to_string().starts_with("limit reached: cells"));
}

#[test]
fn references_to_nothing_are_told() {
    let mut root = Node::root();
    root.at("a").number("x", 1);
    let mut bytes = writer::write(&root);
    let key = bytes.windows(4).position(|window| window == b"lh\x01\0").unwrap();
    bytes[key + 4..key + 8].copy_from_slice(&0x00ff_0000u32.to_le_bytes());
    let hive = Hive::open(&bytes).unwrap();
    assert!(hive.subkeys(hive.root()).is_empty());
    assert_eq!(
        hive.anomalies()[0].to_string(),
        "registry hive: 1 references to cells that are not there, the first at offset 16715776"
    );
}

/// A hive as it was and as it became twice.
fn states() -> [Vec<u8>; 3] {
    let mut root = Node::root();
    let mut states = Vec::new();
    for state in ["first", "second", "third"] {
        root.at("Run").text(state, &"x".repeat(3000));
        states.push(writer::write(&root));
    }
    states.try_into().unwrap()
}

fn names(hive: &Hive<'_>) -> Vec<String> {
    hive.key(&["Run"]).map(|key| hive.values(key).into_iter().map(|value| value.name).collect()).unwrap_or_default()
}

#[test]
fn logs_that_verify_and_belong_complete_a_dirty_hive() {
    let [first, second, third] = states();
    let hive = writer::dirty(&first, 8, 7);
    let whole = writer::new_log(&hive, &[(7, &first), (8, &second), (9, &third)]);
    let one = writer::new_log(&hive, &[(8, &second)]);
    let two = writer::new_log(&second, &[(9, &third)]);
    let late = writer::new_log(&hive, &[(10, &third)]);
    let mut other = one.clone();
    other[48] = b'X';
    writer::seal(&mut other);
    let mut broken = whole.clone();
    *broken.last_mut().unwrap() ^= 1;
    let old = writer::old_log(&hive, &second);
    let mut aged = old.clone();
    aged[12] ^= 1;
    writer::seal(&mut aged);
    let mut unfinished = old.clone();
    unfinished[8] = 6;
    writer::seal(&mut unfinished);
    let cut = old[..old.len() - 512].to_vec();
    type Case<'a> = (&'a str, &'a [u8], &'a [&'a [u8]], usize, u32, &'a [&'a str]);
    let cases: &[Case<'_>] = &[
        ("no log", &hive, &[], 1, 0, &[]),
        ("a hive that is whole", &first, &[&one], 1, 0, &[]),
        ("one log", &hive, &[&whole], 3, 2, &[]),
        ("two logs", &hive, &[&two, &one], 3, 2, &[]),
        ("the same log twice", &hive, &[&one, &one], 2, 1, &[]),
        ("a gap", &hive, &[&late], 1, 0, &["transaction log 1: it goes on with 10, and 8 is missing"]),
        (
            "older than the hive",
            &writer::dirty(&first, 20, 19),
            &[&whole],
            1,
            0,
            &["transaction log 1: it holds nothing that is newer than the hive"],
        ),
        (
            "of another hive",
            &hive,
            &[&other, &two],
            1,
            0,
            &[
                "transaction log 1: it belongs to another hive",
                "transaction log 2: it goes on with 9, and 8 is missing",
            ],
        ),
        ("a checksum is wrong", &hive, &[&broken], 2, 1, &["transaction log 1: entry 9 is damaged"]),
        ("old format", &hive, &[&old], 2, 1, &[]),
        (
            "old, of another time",
            &hive,
            &[&aged],
            1,
            0,
            &["transaction log 1: it was written at another time than the hive"],
        ),
        ("old, unfinished", &hive, &[&unfinished], 1, 0, &["transaction log 1: it was not written to its end"]),
        ("old, cut", &hive, &[&cut], 1, 0, &["transaction log 1: pages of it are missing"]),
        (
            "no log at all",
            &hive,
            &[b"regf", &hive],
            1,
            0,
            &["transaction log 1: it is no transaction log", "transaction log 2: it is no transaction log"],
        ),
    ];
    for (what, hive, logs, count, entries, refused) in cases {
        let (hive, logs) = (hive.to_vec(), logs.iter().map(|log| log.to_vec()).collect::<Vec<_>>());
        let lent: Vec<&dyn ReadAt> = logs.iter().map(|log| log as &dyn ReadAt).collect();
        let opened = Hive::with_logs(&hive, &lent).unwrap();
        assert_eq!(names(&opened), ["first", "second", "third"][..*count], "{what}");
        assert_eq!(
            (opened.recovery().entries, &opened.recovery().refused[..]),
            (*entries, &refused.map()[..]),
            "{what}"
        );
        assert_eq!(opened.is_dirty(), *entries == 0 && *what != "a hive that is whole", "{what}");
    }
}

trait Owned {
    fn map(&self) -> Vec<String>;
}

impl Owned for &[&str] {
    fn map(&self) -> Vec<String> {
        self.iter().map(|text| (*text).to_owned()).collect()
    }
}

#[test]
fn what_was_applied_is_told() {
    let [first, second, third] = states();
    let hive = writer::dirty(&first, 8, 7);
    let log = writer::new_log(&hive, &[(8, &second), (9, &third)]);
    let told = |hive: Option<Hive<'_>>| hive.unwrap().recovery().applied();
    assert_eq!(told(Hive::with_logs(&hive, &[&log])).unwrap(), "2 entries of transaction logs applied, 8 to 9");
    assert_eq!(told(Hive::open(&hive)), None);
}

#[test]
fn a_base_block_that_is_damaged_is_taken_from_a_log() {
    let [first, second, _] = states();
    let log = writer::new_log(&first, &[(7, &second)]);
    let mut hive = first.clone();
    hive[36] = 9;
    assert!(Hive::open(&hive).is_none());
    assert_eq!(names(&Hive::with_logs(&hive, &[&log]).unwrap()), ["first", "second"]);
}

#[test]
fn mutants_do_no_harm() {
    let [first, second, third] = states();
    let dirty = writer::dirty(&first, 8, 7);
    let logs = [writer::new_log(&dirty, &[(8, &second), (9, &third)]), writer::old_log(&dirty, &second)];
    let mut random = Random::new(0x9e37_79b9_7f4a_7c15);
    for round in 0..6000 {
        let mut mutant = if round % 2 == 0 { sample() } else { dirty.clone() };
        let mut log = logs[round / 2 % 2].clone();
        for _ in 0..3 {
            let bits = random.number();
            let place = 4096 + (bits >> 32) as usize % (mutant.len() - 4096);
            mutant[place] = bits as u8;
            let place = (random.number() >> 32) as usize % log.len();
            log[if round % 3 == 0 { place } else { 512 + place % 100 }] = bits as u8;
        }
        if round % 3 > 0 {
            writer::seal_log(&mut log);
        }
        for hive in [Hive::open(&mutant), Hive::with_logs(&mutant, &[&log])].into_iter().flatten() {
            let mut values = 0;
            hive.walk(hive.root(), &mut |_, key| {
                values += hive.values(key).iter().filter(|value| value.data.len() > mutant.len() + log.len()).count();
                true
            });
            assert_eq!(values, 0);
        }
    }
}
