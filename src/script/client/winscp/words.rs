//! Words of WinSCP's commands and of its command line: blanks part them, quotes group, a doubled quote is one.
//! Source: winscp.net, "Script Commands" and "Command-line Options".

/// The words of a command.
#[must_use]
pub(super) fn split(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut begun, mut quoted) = (String::new(), false, false);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                word.push('"');
            }
            '"' => {
                quoted = !quoted;
                begun = true;
            }
            ' ' | '\t' if !quoted => {
                if std::mem::take(&mut begun) {
                    words.push(std::mem::take(&mut word));
                }
            }
            _ => {
                word.push(character);
                begun = true;
            }
        }
    }
    words.extend(begun.then_some(word));
    words
}

/// The switches and the parameters of a command or of the program.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Options {
    items: Vec<Item>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Item {
    /// Its folded name and its value.
    Switch(String, String),
    Parameter(String),
}

impl Options {
    /// Sorts words into switches and parameters. `marks` begin a switch: letters up to `=` or `:`, so that `/home/bob` is
    /// none; a mark twice ends the switches.
    #[must_use]
    pub(super) fn new(words: &[String], marks: &[char]) -> Self {
        let mut items = Vec::new();
        let mut ended = false;
        for word in words {
            let mark = word.chars().next().filter(|mark| marks.contains(mark));
            let body = mark.and_then(|mark| word.strip_prefix(mark)).filter(|body| !body.is_empty() && !ended);
            match (mark, body) {
                (Some(mark), Some(body)) if body.len() == mark.len_utf8() && body.starts_with(mark) => ended = true,
                (_, Some(body)) => {
                    let name = body.split(['=', ':']).next().unwrap_or_default();
                    if name.chars().all(|c| c.is_ascii_alphabetic() || c == '?') {
                        let value = body.get(name.len().saturating_add(1)..).unwrap_or_default();
                        items.push(Item::Switch(name.to_ascii_lowercase(), value.to_owned()));
                    } else {
                        items.push(Item::Parameter(word.clone()));
                    }
                }
                _ => items.push(Item::Parameter(word.clone())),
            }
        }
        Self { items }
    }

    /// The value of a switch; empty where it has none.
    #[must_use]
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.items.iter().find_map(|item| match item {
            Item::Switch(given, value) if given == name => Some(value.as_str()),
            _ => None,
        })
    }

    /// Whether a switch is given, and not as `=off`.
    #[must_use]
    pub(super) fn has(&self, name: &str) -> bool {
        self.value(name).is_some_and(|value| !value.eq_ignore_ascii_case("off") && value != "0")
    }

    /// The names of the switches.
    pub(super) fn switches(&self) -> impl Iterator<Item = &str> {
        self.items.iter().filter_map(|item| match item {
            Item::Switch(name, _) => Some(name.as_str()),
            Item::Parameter(_) => None,
        })
    }

    /// The parameters, without those that follow a switch that takes some.
    #[must_use]
    pub(super) fn parameters(&self, takers: &[&str]) -> Vec<&str> {
        let mut taken = false;
        let mut parameters = Vec::new();
        for item in &self.items {
            match item {
                Item::Switch(name, _) => taken = takers.contains(&name.as_str()),
                Item::Parameter(word) if !taken => parameters.push(word.as_str()),
                Item::Parameter(_) => {}
            }
        }
        parameters
    }

    /// The parameters behind a switch, up to the next one.
    #[must_use]
    pub(super) fn parameters_of(&self, switch: &str) -> Vec<&str> {
        let mut taken = false;
        let mut parameters = Vec::new();
        for item in &self.items {
            match item {
                Item::Switch(name, _) => taken = name == switch,
                Item::Parameter(word) if taken => parameters.push(word.as_str()),
                Item::Parameter(_) => {}
            }
        }
        parameters
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_quotes() {
        let cases: [(&str, &[&str]); 6] = [
            ("get -delete \"/a b/*.dat\" .\\", &["get", "-delete", "/a b/*.dat", ".\\"]),
            ("put \"a \"\"b\"\".html\"", &["put", "a \"b\".html"]),
            ("open ftp://h -hostkey=\"ssh rsa\"", &["open", "ftp://h", "-hostkey=ssh rsa"]),
            ("put \"C:\\a b\\\" x", &["put", "C:\\a b\\", "x"]),
            ("  a\t b ", &["a", "b"]),
            ("a \"\" b", &["a", "", "b"]),
        ];
        for (text, words) in cases {
            assert_eq!(split(text), words, "{text}");
        }
    }

    #[test]
    fn switches_and_parameters() {
        let words = split("-delete /home/bob -transfer=ascii /x -rawsettings a=1 b=2 -passive=off -- -y");
        let options = Options::new(&words, &['-']);
        assert_eq!(options.parameters(&["rawsettings"]), ["/home/bob", "/x", "-y"]);
        assert_eq!(options.parameters_of("rawsettings"), ["a=1", "b=2"]);
        assert_eq!(options.value("transfer"), Some("ascii"));
        assert!(options.has("delete") && !options.has("passive"));
        let program = Options::new(&split("/ini=nul /script:C:\\x.txt /parameter // /a b /home/x"), &['/', '-']);
        assert_eq!(program.value("script"), Some("C:\\x.txt"));
        assert_eq!(program.parameters_of("parameter"), ["/a", "b", "/home/x"]);
    }
}
