//! Makes databases of addresses for tests, as the format's specification has them. Texts that come again are pointers.

use std::collections::BTreeMap;
use std::net::IpAddr;

/// A value to be written.
#[derive(Debug, Clone)]
pub(crate) enum Item {
    /// A text.
    Text(&'static str),
    /// A number, written as `uint32`, or as `uint64` where it is larger.
    Number(u64),
    /// A truth.
    Flag(bool),
    /// A number with a fraction, of which nobody asks.
    Fraction(f64),
    /// Values in their order.
    List(Vec<Item>),
    /// Values by their names.
    Map(Vec<(&'static str, Item)>),
}

/// A record of City: country, its name and a city.
pub(crate) fn city(code: &'static str, country: &'static str, city: &'static str) -> Item {
    let named = |name| Item::Map(vec![("de", Item::Text("anders")), ("en", Item::Text(name))]);
    Item::Map(vec![
        ("city", Item::Map(vec![("geoname_id", Item::Number(1)), ("names", named(city))])),
        ("country", Item::Map(vec![("iso_code", Item::Text(code)), ("names", named(country))])),
        ("location", Item::Map(vec![("latitude", Item::Fraction(52.5)), ("accuracy_radius", Item::Number(20))])),
        ("subdivisions", Item::List(vec![Item::Map(vec![("iso_code", Item::Text("BE"))])])),
        ("traits", Item::Map(vec![("is_anycast", Item::Flag(true))])),
    ])
}

/// A record of ASN.
pub(crate) fn network(number: u64, organisation: &'static str) -> Item {
    Item::Map(vec![
        ("autonomous_system_number", Item::Number(number)),
        ("autonomous_system_organization", Item::Text(organisation)),
    ])
}

#[derive(Clone, Copy)]
enum Slot {
    Empty,
    Node(usize),
    Data(u64),
}

/// The bytes of a database with records for networks, each an address and the bits of its prefix.
pub(crate) fn database(record_bits: u64, version: u64, kind: &'static str, records: &[(&str, u32, Item)]) -> Vec<u8> {
    let mut nodes = vec![[Slot::Empty; 2]];
    let mut data = Data::default();
    for (address, prefix, item) in records {
        let place = data.out.len() as u64;
        data.item(item);
        let (bits, width) = match address.parse::<IpAddr>().unwrap() {
            IpAddr::V4(v4) => (u128::from(v4.to_bits()), 32),
            IpAddr::V6(v6) => (v6.to_bits(), 128),
        };
        let (width, prefix) = if version == 6 { (128, prefix + 128 - width) } else { (width, *prefix) };
        let mut node = 0;
        for step in 0..prefix {
            let side = (bits >> (width - 1 - step) & 1) as usize;
            if step + 1 == prefix {
                nodes[node][side] = Slot::Data(place);
                break;
            }
            node = match nodes[node][side] {
                Slot::Node(next) => next,
                _ => {
                    nodes.push([Slot::Empty; 2]);
                    nodes[node][side] = Slot::Node(nodes.len() - 1);
                    nodes.len() - 1
                }
            };
        }
    }
    let count = nodes.len() as u64;
    let mut out = Vec::new();
    for node in &nodes {
        let [left, right] = node.map(|slot| match slot {
            Slot::Empty => count,
            Slot::Node(next) => next as u64,
            Slot::Data(place) => count + 16 + place,
        });
        match record_bits {
            24 => [left, right].iter().for_each(|record| out.extend(&record.to_be_bytes()[5..])),
            28 => {
                out.extend(&left.to_be_bytes()[5..]);
                out.push(((left >> 24) << 4 | right >> 24) as u8);
                out.extend(&right.to_be_bytes()[5..]);
            }
            _ => [left, right].iter().for_each(|record| out.extend(&record.to_be_bytes()[4..])),
        }
    }
    out.extend([0; 16]);
    out.extend(data.out);
    out.extend(b"\xab\xcd\xefMaxMind.com");
    let mut own = Data::default();
    own.item(&Item::Map(vec![
        ("binary_format_major_version", Item::Number(2)),
        ("binary_format_minor_version", Item::Number(0)),
        ("build_epoch", Item::Number(1_767_225_600)),
        ("database_type", Item::Text(kind)),
        ("description", Item::Map(vec![("en", Item::Text("made by a test"))])),
        ("ip_version", Item::Number(version)),
        ("languages", Item::List(vec![Item::Text("en")])),
        ("node_count", Item::Number(count)),
        ("record_size", Item::Number(record_bits)),
    ]));
    out.extend(own.out);
    out
}

#[derive(Default)]
struct Data {
    out: Vec<u8>,
    texts: BTreeMap<&'static str, u64>,
}

impl Data {
    fn head(&mut self, kind: u8, size: usize) {
        let (low, more): (usize, Vec<u8>) = match size {
            0..29 => (size, Vec::new()),
            29..285 => (29, vec![(size - 29) as u8]),
            285..65_821 => (30, ((size - 285) as u16).to_be_bytes().to_vec()),
            _ => (31, ((size - 65_821) as u32).to_be_bytes()[1..].to_vec()),
        };
        if kind < 8 {
            self.out.push(kind << 5 | low as u8);
        } else {
            self.out.extend([low as u8, kind - 7]);
        }
        self.out.extend(more);
    }

    fn text(&mut self, text: &'static str) {
        if let Some(place) = self.texts.get(text) {
            let place = *place;
            match place {
                0..2048 => self.out.extend([0x20 | (place >> 8) as u8, place as u8]),
                2048..526_336 => {
                    let place = place - 2048;
                    self.out.extend([0x28 | (place >> 16) as u8, (place >> 8) as u8, place as u8]);
                }
                _ => {
                    self.out.push(0x38);
                    self.out.extend((place as u32).to_be_bytes());
                }
            }
            return;
        }
        self.texts.insert(text, self.out.len() as u64);
        self.head(2, text.len());
        self.out.extend(text.as_bytes());
    }

    fn item(&mut self, item: &Item) {
        match item {
            Item::Text(text) => self.text(text),
            Item::Number(number) => {
                let bytes = number.to_be_bytes();
                let bytes = &bytes[bytes.iter().take_while(|byte| **byte == 0).count()..];
                self.head(if bytes.len() > 4 { 9 } else { 6 }, bytes.len());
                self.out.extend(bytes);
            }
            Item::Flag(flag) => self.head(14, usize::from(*flag)),
            Item::Fraction(number) => {
                self.head(3, 8);
                self.out.extend(number.to_be_bytes());
            }
            Item::List(items) => {
                self.head(11, items.len());
                items.iter().for_each(|item| self.item(item));
            }
            Item::Map(items) => {
                self.head(7, items.len());
                for (name, item) in items {
                    self.text(name);
                    self.item(item);
                }
            }
        }
    }
}
