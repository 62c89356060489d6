//! Where a template has the data that are asked for, found once for a chunk.

use super::binxml::{Name, Raw, Reader, Token, Values};
use super::system::{Outline, Slot};
use super::templates::Templates;
use super::value::BINARY_XML;

/// What follows `System` in a record: a template of its own mostly, else the rest of the only one.
#[derive(Clone, Copy)]
pub(super) struct Body<'a> {
    /// Where it starts in the chunk.
    pub at: usize,
    /// Its tokens.
    pub reader: Reader<'a>,
    /// What takes the places of its substitutions.
    pub values: Values<'a>,
}

impl<'a> Body<'a> {
    /// Of a record; nothing where it is laid out in another way than Windows lays it out.
    pub(super) fn of(chunk: &'a [u8], outline: &Outline, values: Values<'a>, templates: &Templates) -> Option<Self> {
        let rest = Reader::new(chunk, outline.rest.0, outline.rest.1, true);
        let mut reader = rest;
        let Token::Substitution(index) = reader.next().ok()? else {
            return Some(Self { at: rest.at, reader: rest, values });
        };
        if !ends(reader) {
            return None;
        }
        let raw = values.get(index).filter(|raw| raw.kind == BINARY_XML)?;
        let mut inner = Reader::new(chunk, raw.start, raw.start.saturating_add(raw.length), false);
        let instance = loop {
            match inner.next().ok()? {
                Token::Other => {}
                Token::Template(instance) => break instance,
                _ => return None,
            }
        };
        if !ends(inner) {
            return None;
        }
        let at = templates.find(chunk, instance.definition, instance.id).ok()?;
        Some(Self { at, reader: Reader::definition(chunk, at).ok()?, values: instance.values })
    }
}

/// Whether nothing but closing tags follows.
fn ends(mut reader: Reader<'_>) -> bool {
    loop {
        match reader.next() {
            Ok(Token::Close | Token::Other) => {}
            Ok(Token::End) => return true,
            _ => return false,
        }
    }
}

/// A datum that is being looked at.
#[derive(Default)]
struct Datum<'a> {
    name: Option<Name<'a>>,
    content: Slot,
    filled: bool,
}

/// What the next value is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Content,
    Name,
    Other,
}

/// Finds the data of these names, in their order, in a body whose data are each one value or one text; of several data of a
/// name the first counts. Nothing for a body that is laid out in another way: it must be read whole.
pub(super) fn columns(mut reader: Reader<'_>, names: &[&str]) -> Option<Vec<Slot>> {
    let chunk = reader.chunk;
    let mut slots = vec![Slot::Absent; names.len()];
    let mut known = vec![false; names.len()];
    let (mut depth, mut place, mut next) = (0usize, Place::Other, 0usize);
    let mut datum = Datum::default();
    loop {
        match (reader.next().ok()?, depth) {
            (Token::End, 0) => return Some(slots),
            (Token::Other, _) => {}
            // The end of the Event, where the body is a part of its template.
            (Token::Close, 0) => {}
            (Token::Open(name), 0) if name.is("EventData") => (depth, place) = (1, Place::Other),
            (Token::Open(name), 1) if name.is("Data") => {
                (depth, place, datum) = (2, Place::Other, Datum::default());
            }
            (Token::Attribute(_), 1) => place = Place::Other,
            (Token::Attribute(name), 2) => {
                place = if name.is("Name") { Place::Name } else { Place::Other };
                if place == Place::Name && datum.name.is_some() {
                    return None;
                }
            }
            (Token::OpenEnd, 1 | 2) => place = Place::Content,
            (Token::Value(_), 1 | 2) if place == Place::Other => {}
            (Token::Value(raw), 2) if place == Place::Name && raw.kind == 1 && datum.name.is_none() => {
                datum.name = Some(Name(super::system::bytes(chunk, raw)));
            }
            (Token::Value(raw), 2) if place == Place::Content && !datum.filled => {
                (datum.content, datum.filled) = (Slot::Literal(raw), true);
            }
            // Each value in its turn: what is shown twice may be more than a record may have.
            (Token::Substitution(index), 2)
                if place == Place::Content && !datum.filled && usize::from(index) >= next =>
            {
                (datum.content, datum.filled) = (Slot::Value(index), true);
                next = usize::from(index).saturating_add(1);
            }
            (Token::Close | Token::CloseEmpty, 2) => {
                if datum.name.is_some_and(|name| name.0.ends_with(&[0, 0])) {
                    return None;
                }
                let asked = names.iter().position(|name| datum.name.is_some_and(|known| known.is(name)));
                if let Some(at) = asked
                    && let (Some(slot), Some(known @ false)) = (slots.get_mut(at), known.get_mut(at))
                {
                    (*slot, *known) = (datum.content, true);
                }
                (depth, place) = (1, Place::Content);
            }
            (Token::Close | Token::CloseEmpty, 1) => depth = 0,
            _ => return None,
        }
    }
}

/// The bytes of a value that takes the place of a slot.
pub(super) fn raw(slot: Slot, values: &[Raw]) -> Option<Raw> {
    match slot {
        Slot::Absent => None,
        Slot::Literal(raw) => Some(raw),
        Slot::Value(index) => values.get(usize::from(index)).copied(),
    }
}
