//! Databases of every shape that there is, and bytes that are none.

use super::writer::{Item, city, database, network};
use super::*;
use std::sync::Arc;

fn open(bytes: Vec<u8>) -> Result<Database, Cause> {
    Database::open(Arc::new(bytes))
}

fn found(database: &Database, address: &str) -> Option<Value> {
    database.find(address.parse().unwrap()).unwrap()
}

fn code(value: &Value) -> Option<&str> {
    value.get("country")?.get("iso_code")?.text()
}

#[test]
fn addresses_are_found_in_trees_of_every_size() {
    let berlin = || city("DE", "Germany", "Berlin");
    for bits in [24, 28, 32] {
        let records = [
            ("203.0.113.0", 24, berlin()),
            ("203.0.113.128", 25, city("FR", "France", "Paris")),
            ("198.51.100.7", 32, city("NL", "Netherlands", "Delft")),
        ];
        let four = open(database(bits, 4, "Made-City", &records[2..])).unwrap();
        assert_eq!(found(&four, "198.51.100.7").as_ref().and_then(code), Some("NL"), "{bits}");
        assert_eq!(found(&four, "::ffff:198.51.100.7").as_ref().and_then(code), Some("NL"));
        assert_eq!((found(&four, "198.51.100.8"), found(&four, "2001:db8::1")), (None, None));

        let records = [("192.0.2.0", 25, berlin()), ("2001:db8:1::", 48, city("FR", "France", "Paris"))];
        let six = open(database(bits, 6, "Made-City", &records)).unwrap();
        let cases =
            [("192.0.2.1", Some("DE")), ("192.0.2.200", None), ("2001:db8:1::9", Some("FR")), ("2001:db8:2::", None)];
        for (address, expected) in cases {
            assert_eq!(found(&six, address).as_ref().and_then(code), expected, "{bits} {address}");
        }
        let metadata = six.metadata();
        assert_eq!((metadata.kind.as_str(), metadata.ip_version, metadata.record_bits), ("Made-City", 6, bits));
        assert_eq!(metadata.built.map(|time| time.to_string()).as_deref(), Some("2026-01-01T00:00:00Z"));
    }
}

#[test]
fn values_of_every_type() {
    let long: &'static str = Box::leak("x".repeat(300).into_boxed_str());
    let longer: &'static str = Box::leak("y".repeat(3000).into_boxed_str());
    let item = Item::Map(vec![
        ("a", Item::Text(long)),
        ("b", Item::Text(longer)),
        ("c", Item::Number(1 << 40)),
        ("d", Item::Number(0)),
        ("e", Item::List(vec![Item::Flag(true), Item::Flag(false), Item::Fraction(1.5)])),
        // A pointer beyond 2048.
        ("f", Item::Text("late")),
        ("g", Item::Text("late")),
        ("h", Item::Text(longer)),
    ]);
    let database =
        open(database(24, 4, "x", &[("0.0.0.0", 1, item), ("128.0.0.0", 1, network(64500, "late"))])).unwrap();
    let value = found(&database, "10.0.0.1").unwrap();
    let text = |name: &str| value.get(name).and_then(Value::text);
    assert_eq!((text("a"), text("b"), text("h")), (Some(long), Some(longer), Some(longer)));
    assert_eq!((text("f"), text("g")), (Some("late"), Some("late")));
    assert_eq!(value.get("c").and_then(Value::number), Some(1 << 40));
    assert_eq!(value.get("d").and_then(Value::number), Some(0));
    assert_eq!(value.get("e"), Some(&Value::List(vec![Value::Flag(true), Value::Flag(false), Value::Other])));
    let other = found(&database, "200.0.0.1").unwrap();
    assert_eq!(other.get("autonomous_system_number").and_then(Value::number), Some(64500));
    assert_eq!(other.get("autonomous_system_organization").and_then(Value::text), Some("late"));
}

/// A database of one record, with other bytes for its data section.
fn with_data(data: &[u8]) -> Result<Option<Value>, Cause> {
    let bytes = database(24, 4, "x", &[("0.0.0.0", 1, Item::Flag(true))]);
    let marker = bytes.windows(14).rposition(|window| window == b"\xab\xcd\xefMaxMind.com").unwrap();
    let start = 6 + 16;
    open([&bytes[..start], data, &bytes[marker..]].concat()).unwrap().find("1.2.3.4".parse().unwrap())
}

#[test]
fn records_that_would_never_end_are_refused() {
    // Six levels of maps of fifteen names, each of which points to the next level: eleven million values.
    let mut bomb = Vec::new();
    for level in 1..=6u16 {
        let next = level * 61;
        bomb.push(0xef);
        for name in 0..15u8 {
            bomb.extend([0x41, b'a' + name]);
            bomb.extend(if level == 6 { [0x41, b'x'] } else { [0x20 | (next >> 8) as u8, next as u8] });
        }
    }
    let cases: [(&str, Vec<u8>, &str); 9] = [
        ("a pointer to itself", vec![0x20, 0x00], "points to a pointer"),
        ("a map that holds itself", vec![0xe1, 0x41, b'a', 0x20, 0x00], "too deep"),
        ("a list in a list in a list", [[0x01, 0x04]; 64].concat(), "too deep"),
        ("a pointer to nowhere", vec![0x38, 0xff, 0xff, 0xff, 0xff], "cut off"),
        ("a type that there is not", vec![0x00, 0x06], "type that there is not"),
        ("a list of millions", vec![0x1f, 0x04, 0xff, 0xff, 0xff], "too long"),
        ("a text of millions", vec![0x5f, 0xff, 0xff, 0xff], "too much text"),
        ("a name that is no text", vec![0xe1, 0xa1, 1, 0xa1, 1], "no text"),
        ("a bomb", bomb, "too many values"),
    ];
    for (what, data, expected) in cases {
        let text = with_data(&data).unwrap_err().to_string();
        assert!(text.contains(expected), "{what}: {text}");
    }
}

#[test]
fn what_is_no_database_is_refused() {
    let whole = database(24, 6, "x", &[("192.0.2.0", 24, network(1, "a"))]);
    let marker = whole.windows(14).rposition(|window| window == b"\xab\xcd\xefMaxMind.com").unwrap();
    let changed = |from: &[u8], to: &[u8]| {
        let at = whole.windows(from.len()).rposition(|window| window == from).unwrap();
        [&whole[..at], to, &whole[at + from.len()..]].concat()
    };
    let cases: [(&str, Vec<u8>, &str); 6] = [
        ("nothing", Vec::new(), "no metadata"),
        ("text", b"203.0.113.0/24,DE".to_vec(), "no metadata"),
        ("only its end", whole[marker..].to_vec(), "does not lie within"),
        ("another version", changed(b"major_version\xc1\x02", b"major_version\xc1\x03"), "another version"),
        ("another size", changed(b"record_size\xc1\x18", b"record_size\xc1\x19"), "a size that there is not"),
        ("cut metadata", whole[..whole.len() - 3].to_vec(), "cut off"),
    ];
    for (what, bytes, expected) in cases {
        let text = open(bytes).unwrap_err().to_string();
        assert!(text.contains(expected), "{what}: {text}");
    }
}

/// Every byte changed, and every length: no panic, and what is found is found twice.
#[test]
fn damaged_databases() {
    let records = [("192.0.2.0", 24, city("DE", "Germany", "Berlin")), ("2001:db8::", 32, network(64500, "Example"))];
    let whole = database(28, 6, "x", &records);
    let addresses = ["192.0.2.1", "2001:db8::1", "::", "255.255.255.255"].map(|text| text.parse().unwrap());
    let ask = |bytes: Vec<u8>| {
        let Ok(database) = open(bytes) else { return };
        for address in addresses {
            let once = database.find(address).map_err(|cause| cause.to_string());
            assert_eq!(once, database.find(address).map_err(|cause| cause.to_string()));
        }
    };
    // The tree of an IPv6 database is long and all alike: a part of it will do.
    let tail = whole.len() - 600;
    for at in (0..200).chain(tail..whole.len()) {
        for value in [0x00, 0x01, 0x1f, 0x20, 0x5f, 0x7f, 0xe1, 0xff, whole[at] ^ 0x80, whole[at].wrapping_add(1)] {
            let mut bytes = whole.clone();
            bytes[at] = value;
            ask(bytes);
        }
    }
    for length in tail..whole.len() {
        ask(whole[..length].to_vec());
        ask(whole[whole.len() - length..].to_vec());
    }
}
