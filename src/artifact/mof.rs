//! Text in the Managed Object Format from which WMI's permanent consumers are made (`mofcomp`): what they start, upon which
//! events.
//!
//! Source: DMTF DSP0221, "Managed Object Format", for its grammar; Microsoft, "CommandLineEventConsumer class" and
//! "ActiveScriptEventConsumer class". MITRE ATT&CK T1546.003.

use super::event::{Event, Starts};
use super::small;
use crate::base::anomaly::Cause;
use crate::base::bytes::ReadAt;
use crate::base::limits::Limits;
use crate::base::{text, xml};

/// Instances of one text.
const INSTANCES: usize = 1024;
/// Properties of one instance.
const PROPERTIES: usize = 64;

/// Whether a file is called like such a text.
#[must_use]
pub fn is_mof(name: &[u8]) -> bool {
    name.len() > 4 && name.get(name.len().saturating_sub(4)..).is_some_and(|end| end.eq_ignore_ascii_case(b".mof"))
}

/// One instance: its class in lower case, what it is called in the text, its properties by their names in lower case.
#[derive(Default)]
struct Instance {
    class: String,
    alias: String,
    /// The line that begins it, from 1.
    line: u32,
    properties: Vec<(String, String)>,
}

impl Instance {
    fn get(&self, name: &str) -> Option<&str> {
        let found = self.properties.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }
}

/// Reads a text into an event for each consumer that starts something.
///
/// # Errors
/// What reading the bytes says.
pub fn read(
    stream: &dyn ReadAt,
    limits: &Limits,
    note: &mut dyn FnMut(Cause),
    visit: &mut dyn FnMut(Event),
) -> std::io::Result<()> {
    let bytes = small::bytes(stream, limits, note)?;
    let Some(text) = text::decode(&bytes) else { return Ok(()) };
    if !text.content.contains("EventConsumer") {
        return Ok(());
    }
    let instances = instances(&text.content, note);
    let mut offsets = text.lines().map(|line| (line.number, line.offset));
    let of = |class: &'static str| instances.iter().filter(move |instance| instance.class == class);
    for consumer in instances.iter() {
        let (command, script) = match consumer.class.as_str() {
            "commandlineeventconsumer" => {
                (consumer.get("commandlinetemplate").or(consumer.get("executablepath")), None)
            }
            "activescripteventconsumer" => (consumer.get("scriptfilename"), consumer.get("scripttext")),
            _ => continue,
        };
        if command.is_none() && script.is_none() {
            continue;
        }
        let name = consumer.get("name").unwrap_or_default();
        let means = |value: &str, of: &Instance| {
            !of.alias.is_empty() && value == of.alias
                || of.get("name").is_some_and(|name| value.contains(&format!("\"{name}\"")))
        };
        let bound = of("__filtertoconsumerbinding")
            .filter(|binding| binding.get("consumer").is_some_and(|value| means(value, consumer)));
        let queries = bound.filter_map(|binding| {
            let value = binding.get("filter")?;
            of("__eventfilter").find(|filter| means(value, filter))?.get("query")
        });
        visit(Event {
            source: "mof".to_owned(),
            record: offsets.find(|(number, _)| *number >= consumer.line).map_or(0, |(_, offset)| offset),
            starts: Some(Starts {
                mechanism: "wmi-consumer".to_owned(),
                name: name.to_owned(),
                command_line: command.map(str::to_owned),
                script: script.map(str::to_owned),
                working_directory: consumer.get("workingdirectory").map(str::to_owned),
                triggers: queries.take(8).map(str::to_owned).collect(),
                ..Starts::default()
            }),
            ..Event::default()
        });
    }
    Ok(())
}

/// A part of the text.
#[derive(Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Text(String),
    Sign(char),
}

fn instances(content: &str, note: &mut dyn FnMut(Cause)) -> Vec<Instance> {
    let mut found: Vec<Instance> = Vec::new();
    let mut tokens = Tokens { content, at: 0 };
    let mut lines = xml::Lines::of(content);
    let mut open: Option<Instance> = None;
    // Outside of instances the words since the last `;`, inside of them the name of a property and what it is set to.
    let mut words: Vec<String> = Vec::new();
    let (mut is_set, mut arrays) = (false, 0usize);
    while let Some(token) = tokens.next() {
        match (&mut open, token) {
            (None, Token::Sign('{')) => {
                // `instance of Class as $Name`
                let class =
                    words.iter().position(|word| word.eq_ignore_ascii_case("of")).map(|at| at.saturating_add(1));
                let named = class.and_then(|at| Some((words.get(at)?, words.get(at.saturating_add(2)))));
                let (class, alias) = named.map_or((String::new(), None), |(class, alias)| (class.clone(), alias));
                let (class, alias) = (class.to_ascii_lowercase(), alias.cloned().unwrap_or_default());
                open = Some(Instance { class, alias, line: lines.at(tokens.at), properties: Vec::new() });
                words.clear();
            }
            (None, Token::Sign(';')) => words.clear(),
            (Some(_), Token::Sign('{')) => arrays = arrays.saturating_add(1),
            (Some(_), Token::Sign('}')) if arrays > 0 => arrays = arrays.saturating_sub(1),
            (Some(_), Token::Sign('}')) => {
                found.extend(open.take().filter(|instance| !instance.class.is_empty()));
                words.clear();
                (is_set, arrays) = (false, 0);
                if found.len() >= INSTANCES {
                    let limit = u64::try_from(INSTANCES).unwrap_or(u64::MAX);
                    note(Cause::LimitReached { what: "instances of a managed object file", limit });
                    break;
                }
            }
            (Some(_), Token::Sign('=')) if arrays == 0 => is_set = true,
            (Some(instance), Token::Sign(';')) => {
                if let ([name, value @ ..], true) = (words.as_slice(), is_set)
                    && instance.properties.len() < PROPERTIES
                {
                    instance.properties.push((name.to_ascii_lowercase(), value.concat()));
                }
                words.clear();
                (is_set, arrays) = (false, 0);
            }
            (_, Token::Word(word) | Token::Text(word)) if arrays == 0 => {
                // The type of a property may stand before its name.
                if open.is_some() && !is_set {
                    words.clear();
                }
                words.push(word);
            }
            _ => {}
        }
    }
    found
}

/// The parts of a text; what stands in comments is none.
struct Tokens<'a> {
    content: &'a str,
    at: usize,
}

impl Tokens<'_> {
    fn next(&mut self) -> Option<Token> {
        loop {
            let rest = self.content.get(self.at..)?;
            let first = rest.chars().next()?;
            let skipped = match rest.get(..2) {
                Some("//") => rest.find('\n').unwrap_or(rest.len()),
                Some("/*") => rest.find("*/").map_or(rest.len(), |end| end.saturating_add(2)),
                // `#pragma …`
                _ if first == '#' => rest.find('\n').unwrap_or(rest.len()),
                _ if first.is_whitespace() => first.len_utf8(),
                _ => 0,
            };
            self.at = self.at.saturating_add(skipped);
            if skipped > 0 {
                continue;
            }
            if first == '"' {
                return Some(Token::Text(self.quoted(rest)));
            }
            let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '-' | '+' | '.');
            let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            if length == 0 {
                self.at = self.at.saturating_add(first.len_utf8());
                return Some(Token::Sign(first));
            }
            self.at = self.at.saturating_add(length);
            return rest.get(..length).map(|word| Token::Word(word.to_owned()));
        }
    }

    /// A text between quotes, with what its escapes stand for.
    fn quoted(&mut self, rest: &str) -> String {
        let mut text = String::new();
        let mut characters = rest.char_indices().skip(1);
        let mut end = rest.len();
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => {
                    end = at.saturating_add(1);
                    break;
                }
                '\\' => match characters.next().map_or('\\', |(_, escaped)| escaped) {
                    'n' => text.push('\n'),
                    'r' => text.push('\r'),
                    't' => text.push('\t'),
                    other => text.push(other),
                },
                other => text.push(other),
            }
        }
        self.at = self.at.saturating_add(end);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(content: &str) -> Vec<Starts> {
        let mut events = Vec::new();
        let bytes = content.as_bytes().to_vec();
        read(&bytes, &Limits::default(), &mut |_| {}, &mut |event| events.push(event)).unwrap();
        assert!(events.iter().all(|event: &Event| event.record <= bytes.len() as u64));
        events.into_iter().filter_map(|event| event.starts).collect()
    }

    const BOUND: &str = r#"#pragma namespace("\\\\.\\root\\subscription")
/* instance of CommandLineEventConsumer { CommandLineTemplate = "no"; }; */
instance of __EventFilter as $F
{
    Name = "Started"; EventNamespace = "root\\cimv2";
    Query = "SELECT * FROM x " // the first part
            "WHERE y";
    QueryLanguage = "WQL";
};
instance of CommandLineEventConsumer as $C
{
    CreatorSID = {1, 2, 0};
    string Name = "Updater";
    CommandLineTemplate = "C:\\t\\ftp.exe -s:\"a b.txt\"";
    WorkingDirectory = "C:\\t";
};
instance of ActiveScriptEventConsumer as $S
{ Name = "S"; ScriptingEngine = "VBScript"; ScriptText = "a\n" "b"; };
instance of __FilterToConsumerBinding { Filter = $F; Consumer = $C; };
instance of __FilterToConsumerBinding { Filter = "__EventFilter.Name=\"Started\""; Consumer = "ActiveScriptEventConsumer.Name=\"S\""; };
"#;

    #[test]
    fn consumers_are_told_with_what_they_wait_for() {
        let starts = told(BOUND);
        let [program, script] = starts.as_slice() else { panic!("{starts:?}") };
        assert_eq!(program.command_line.as_deref(), Some("C:\\t\\ftp.exe -s:\"a b.txt\""));
        assert_eq!((program.name.as_str(), program.working_directory.as_deref()), ("Updater", Some("C:\\t")));
        assert_eq!((script.name.as_str(), script.script.as_deref()), ("S", Some("a\nb")));
        for one in [program, script] {
            assert_eq!(one.triggers, ["SELECT * FROM x WHERE y"]);
        }
        let wide: Vec<u8> = [vec![0xff, 0xfe], BOUND.encode_utf16().flat_map(u16::to_le_bytes).collect()].concat();
        let mut count = 0;
        read(&wide, &Limits::default(), &mut |_| {}, &mut |_| count += 1).unwrap();
        assert_eq!(count, 2);
    }

    #[test]
    fn texts_that_start_nothing_tell_nothing() {
        for text in [
            "",
            "class CommandLineEventConsumer : x { string CommandLineTemplate; };",
            "instance of CommandLineEventConsumer { Name = \"a\"; };",
            "instance of CommandLineEventConsumer { CommandLineTemplate = \"a\"",
            "instance of {{{ of of",
            "\"\\",
        ] {
            assert_eq!(told(text), [], "{text}");
        }
        let many = "instance of CommandLineEventConsumer { CommandLineTemplate = \"a\"; };".repeat(2000);
        assert_eq!(told(&many).len(), INSTANCES);
        assert!(is_mof(b"a.MOF") && !is_mof(b".mof") && !is_mof(b"a.mofx"));
    }
}
