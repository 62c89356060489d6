//! Elements of XML with their attributes and the texts of their children, read as far as the text is sound.

use crate::base::number::to_usize;
use crate::base::text::Text;
use crate::base::xml::{self, Lines};
use quick_xml::events::{BytesStart, Event};

/// Elements that are kept, and events that are read.
const ELEMENTS: usize = 20_000;
const EVENTS: usize = 2_000_000;

/// An element that was asked for.
#[derive(Debug, Clone, Default)]
pub(super) struct Element {
    /// Its line.
    pub(super) line: u32,
    /// Its attributes.
    pub(super) attributes: Vec<(String, String)>,
    /// Its children with their attributes and texts.
    pub(super) children: Vec<Child>,
}

/// A child.
#[derive(Debug, Clone, Default)]
pub(super) struct Child {
    /// Its name.
    pub(super) name: String,
    /// Its attributes.
    pub(super) attributes: Vec<(String, String)>,
    /// Its text.
    pub(super) text: String,
}

impl Element {
    /// An attribute, without regard to case.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        attribute(&self.attributes, name)
    }

    /// The text of a child.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.as_str())
    }

    /// A child by its name.
    pub(super) fn child(&self, name: &str) -> Option<&Child> {
        self.children.iter().find(|child| child.name.eq_ignore_ascii_case(name))
    }
}

/// One of some attributes, without regard to case.
pub(super) fn attribute<'a>(attributes: &'a [(String, String)], name: &str) -> Option<&'a str> {
    attributes.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// The elements of these names, wherever they stand; one inside another belongs to neither's children.
pub(super) fn elements(text: &Text, wanted: &[&str]) -> Vec<Element> {
    let mut reader = xml::reader(&text.content);
    let mut found: Vec<Element> = Vec::new();
    // The element that is open, with the depth below it.
    let mut open: Option<(Element, usize)> = None;
    let mut lines = Lines::of(&text.content);
    for _ in 0..EVENTS {
        let begins = to_usize(reader.buffer_position());
        let Ok(event) = reader.read_event() else { break };
        match event {
            Event::Start(start) => {
                let name = name(&start);
                if wanted.iter().any(|wanted| wanted.eq_ignore_ascii_case(&name)) {
                    found.extend(open.take().map(|(element, _)| element));
                    open = Some((element(&start, lines.at(begins)), 0));
                } else if let Some((element, depth)) = &mut open {
                    if *depth == 0 {
                        element.children.push(Child { name, attributes: attributes(&start), text: String::new() });
                    }
                    *depth = depth.saturating_add(1);
                }
            }
            Event::Empty(start) => {
                let name = name(&start);
                if wanted.iter().any(|wanted| wanted.eq_ignore_ascii_case(&name)) {
                    found.push(element(&start, lines.at(begins)));
                } else if let Some((element, 0)) = &mut open {
                    element.children.push(Child { name, attributes: attributes(&start), text: String::new() });
                }
            }
            Event::End(_) => match &mut open {
                Some((_, 0)) => found.extend(open.take().map(|(element, _)| element)),
                Some((_, depth)) => *depth = depth.saturating_sub(1),
                None => {}
            },
            Event::Text(words) => add(&mut open, &words.xml10_content()),
            Event::CData(words) => add(&mut open, &words.xml10_content()),
            Event::GeneralRef(reference) => {
                add(&mut open, &xml::referenced(&reference).map_or(String::new(), String::from));
            }
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
        if found.len() >= ELEMENTS {
            break;
        }
    }
    // The rest of a text that was cut off counts.
    found.extend(open.map(|(element, _)| element));
    found
}

fn add(open: &mut Option<(Element, usize)>, words: &str) {
    if let Some((element, 1)) = open
        && let Some(child) = element.children.last_mut()
    {
        child.text.push_str(words);
    }
}

fn name(start: &BytesStart<'_>) -> String {
    start.local_name().as_ref().to_owned()
}

fn element(start: &BytesStart<'_>, line: u32) -> Element {
    Element { line, attributes: attributes(start), children: Vec::new() }
}

fn attributes(start: &BytesStart<'_>) -> Vec<(String, String)> {
    let mut attributes = start.attributes();
    let all = attributes.with_checks(false).flatten().take(200);
    all.map(|attribute| {
        let raw = &*attribute.value;
        let value = quick_xml::escape::unescape(raw).map_or_else(|_| raw.to_owned(), |value| value.into_owned());
        (attribute.key.as_ref().to_owned(), value)
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_with_children() {
        let text = "<a>\n <S x='1&amp;2'>\n <H>h&#46;x</H><P e=\"b\"><![CDATA[<>]]></P><T><H>no</H></T>tail</S>\n<S y='3'/><S><H>cut";
        let all = elements(&Text::from_content(text), &["S"]);
        assert_eq!(all.len(), 3);
        assert_eq!((all[0].line, all[0].attribute("X"), all[0].text("H")), (2, Some("1&2"), Some("h.x")));
        assert_eq!((all[0].text("P"), all[0].text("T")), (Some("<>"), Some("")));
        assert_eq!((all[1].line, all[1].attribute("y"), all[2].text("h")), (4, Some("3"), Some("cut")));
    }
}
