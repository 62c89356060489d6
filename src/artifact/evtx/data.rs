//! What the program that logged a record gave: the elements of `EventData` or `UserData` that hold text.

use super::binxml::{Name, Raw, Reader, Token, Values};
use super::damage::{Budget, Damage};
use super::system::bytes;
use super::templates::Templates;
use super::value::{self, ARRAY, BINARY_XML};

/// Elements within each other.
const DEPTH: usize = 64;
/// Templates and values of binary XML within each other; Windows has two.
const NESTING: usize = 12;

struct Element {
    name: String,
    text: String,
    parent: bool,
}

/// Where the text goes that comes next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Content,
    Name,
    Nowhere,
}

/// What was read so far.
pub(super) struct Data<'a> {
    chunk: &'a [u8],
    templates: &'a Templates,
    budget: &'a mut Budget,
    text_left: usize,
    open: Vec<Element>,
    place: Place,
    wanted: bool,
    data: Vec<(String, String)>,
}

impl<'a> Data<'a> {
    /// Reads what follows `System` in a record, and says whether all of it could be read. No more than `most` bytes of text
    /// are taken.
    pub(super) fn read(
        reader: Reader<'a>,
        values: Values<'a>,
        templates: &'a Templates,
        budget: &'a mut Budget,
        most: usize,
    ) -> (Vec<(String, String)>, Result<(), Damage>) {
        let event = Element { name: String::new(), text: String::new(), parent: true };
        let (chunk, open) = (reader.chunk, vec![event]);
        let (place, wanted, data) = (Place::Content, false, Vec::new());
        let mut read = Self { chunk, templates, budget, text_left: most, open, place, wanted, data };
        let result = read.walk(reader, values, 0);
        while read.open.len() > 2 {
            read.close();
        }
        (read.data, result)
    }

    fn walk(&mut self, mut reader: Reader<'a>, values: Values<'a>, nesting: usize) -> Result<(), Damage> {
        if nesting > NESTING {
            return Err(Damage { what: "templates that are nested too deep", at: reader.at });
        }
        self.budget.spend(values.count(), reader.at)?;
        self.data.reserve(values.count());
        let values: Vec<Raw> = if values.count() == 0 { Vec::new() } else { values.iter().collect() };
        loop {
            let at = reader.at;
            self.budget.spend(0, at)?;
            match reader.next()? {
                Token::End => return Ok(()),
                Token::Open(name) => self.open(name, at)?,
                Token::OpenEnd => self.place = Place::Content,
                Token::Close | Token::CloseEmpty => {
                    self.place = Place::Content;
                    self.close();
                }
                Token::Attribute(name) => {
                    let named = self.open.len() > 2 && name.is("Name");
                    self.place = if named { Place::Name } else { Place::Nowhere };
                    if let Some(element) = self.open.last_mut().filter(|_| named) {
                        element.name.clear();
                    }
                }
                Token::Value(raw) => self.value(raw, at)?,
                Token::Character(unit) => {
                    self.text(at, 3, |text| text.extend(char::decode_utf16([unit]).flatten()))?;
                }
                Token::Entity(name) => {
                    let known = [("lt", '<'), ("gt", '>'), ("amp", '&'), ("quot", '"'), ("apos", '\'')];
                    if let Some((_, character)) = known.into_iter().find(|(entity, _)| name.is(entity)) {
                        self.text(at, 1, |text| text.push(character))?;
                    }
                }
                Token::Substitution(index) => match values.get(usize::from(index)) {
                    Some(raw) if raw.kind == BINARY_XML => {
                        let end = raw.start.saturating_add(raw.length);
                        let inner = Reader::new(self.chunk, raw.start, end, false);
                        self.walk(inner, Values::NONE, nesting.saturating_add(1))?;
                    }
                    Some(&raw) => self.value(raw, at)?,
                    None => {}
                },
                Token::Template(instance) => {
                    let definition = self.templates.find(self.chunk, instance.definition, instance.id)?;
                    let inner = Reader::definition(self.chunk, definition)?;
                    self.walk(inner, instance.values, nesting.saturating_add(1))?;
                }
                Token::Other => {}
            }
        }
    }

    fn open(&mut self, name: Name<'a>, at: usize) -> Result<(), Damage> {
        if self.open.len() >= DEPTH {
            return Err(Damage { what: "elements that are nested too deep", at });
        }
        self.budget.spend(name.0.len(), at)?;
        let mut text = String::new();
        if self.open.len() == 1 {
            self.wanted = name.is("EventData") || name.is("UserData");
        } else if !name.is("Data") {
            value::push_wide(&mut text, name.0);
        }
        if let Some(parent) = self.open.last_mut() {
            parent.parent = true;
        }
        self.open.push(Element { name: text, text: String::new(), parent: false });
        self.place = Place::Nowhere;
        Ok(())
    }

    fn close(&mut self) {
        // What closes the Event itself came before the first of its elements, or is one too many.
        if self.open.len() > 1
            && let Some(element) = self.open.pop()
            && self.open.len() > 1
            && self.wanted
            && !element.parent
        {
            self.data.push((element.name, element.text));
        }
    }

    fn text(&mut self, at: usize, most: usize, write: impl FnOnce(&mut String)) -> Result<(), Damage> {
        if !self.wanted || self.open.len() < 3 || self.place == Place::Nowhere {
            return Ok(());
        }
        self.budget.spend(most, at)?;
        let Some(left) = self.text_left.checked_sub(most) else {
            return Err(Damage { what: "more text than a record may have", at });
        };
        self.text_left = left;
        if let Some(element) = self.open.last_mut() {
            write(if self.place == Place::Name { &mut element.name } else { &mut element.text });
        }
        Ok(())
    }

    fn value(&mut self, raw: Raw, at: usize) -> Result<(), Damage> {
        let chunk: &'a [u8] = self.chunk;
        let content = bytes(chunk, raw);
        // UTF-16 takes up to half as much again in UTF-8, a byte at most two digits, a short number at most 21.
        let most = content.len().saturating_mul(2).saturating_add(21);
        if raw.kind & ARRAY == 0 || self.place != Place::Content {
            return self.text(at, most, |text| value::push(text, raw.kind, content));
        }
        for (number, entry) in value::entries(raw.kind, content).enumerate() {
            if number > 0
                && let Some(element) = self.open.last_mut().filter(|_| self.wanted)
            {
                let text = std::mem::take(&mut element.text);
                self.text_left = self.text_left.saturating_sub(element.name.len());
                self.data.push((element.name.clone(), text));
                self.budget.spend(0, at)?;
            }
            let most = entry.len().saturating_mul(2).saturating_add(21);
            self.text(at, most, |text| value::push(text, raw.kind & !ARRAY, entry))?;
        }
        Ok(())
    }
}
