//! A JSON document, bounded: its numbers and words as text, in the order of the file.

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::cell::Cell;
use std::fmt;

/// Values of one document.
const NODES: usize = 16_384;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    Null,
    /// A string, a number or `true` or `false`.
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

impl Node {
    /// The value of a name.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Map(fields) => fields.iter().find(|(known, _)| known == name).map(|(_, node)| node),
            _ => None,
        }
    }

    /// The value of a path with dots, whether it was written with objects in objects, with dotted names, or with both.
    pub(super) fn at(&self, path: &str) -> Option<&Self> {
        if let Some(node) = self.get(path) {
            return Some(node);
        }
        let mut dots = path.match_indices('.');
        dots.find_map(|(dot, _)| self.get(path.get(..dot)?)?.at(path.get(dot.saturating_add(1)..)?))
    }

    /// The text of a value, of the only one in a list, of what has attributes (`#text`) or a type (`Value`).
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::List(values) => match values.as_slice() {
                [value] => value.text(),
                _ => None,
            },
            Self::Map(_) => self.get("#text").or_else(|| self.get("Value")).and_then(Self::text),
            Self::Null => None,
        }
    }

    /// The text at a path, if it is not empty.
    pub(super) fn text_at(&self, path: &str) -> Option<&str> {
        self.at(path)?.text().filter(|text| !text.is_empty())
    }

    /// The first text of several names that is not empty.
    pub(super) fn first(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.get(name)?.text().filter(|text| !text.is_empty()))
    }

    /// Whether there is such a name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// The fields of an object.
    pub(super) fn fields(&self) -> &[(String, Self)] {
        match self {
            Self::Map(fields) => fields,
            _ => &[],
        }
    }

    /// The document that a text holds; nothing where it holds none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Seed { left: &Cell::new(NODES) }.deserialize(deserializer)
    }
}

#[derive(Clone, Copy)]
struct Seed<'a> {
    left: &'a Cell<usize>,
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        match self.left.get().checked_sub(1) {
            Some(left) => self.left.set(left),
            None => return Err(D::Error::custom("too many values")),
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Node;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Text(value.to_string()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Text(value.to_string()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Text(value.to_string()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Text(value.to_string()))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Text(value.to_owned()))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Node, E> {
        Ok(Node::Text(value))
    }

    fn visit_unit<E: Error>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = values.next_element_seed(self)? {
            list.push(value);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut values: A) -> Result<Node, A::Error> {
        let mut map = Vec::new();
        while let Some(name) = values.next_key::<String>()? {
            map.push((name, values.next_value_seed(self)?));
        }
        Ok(Node::Map(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        let node = Node::parse(r##"{"a":{"b.c":1},"a.b.d":[true],"e":{"#text":2.5},"f":null,"g":""}"##).unwrap();
        assert_eq!(
            (node.text_at("a.b.c"), node.text_at("a.b.d"), node.text_at("e")),
            (Some("1"), Some("true"), Some("2.5"))
        );
        assert_eq!((node.text_at("f"), node.first(&["f", "g", "e"]), node.text_at("a.b")), (None, Some("2.5"), None));
    }

    #[test]
    fn documents_are_bounded() {
        let wide = format!("[{}0]", "0,".repeat(NODES));
        assert_eq!((Node::parse(&wide), Node::parse(&"[".repeat(200_000))), (None, None));
    }
}
