//! Options of lftp's commands as getopt reads them: bundled letters, values in the word or in the next one, long names that
//! may be cut short.

/// The options that a command knows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    /// Letters; one with a colon behind it takes a value.
    pub(super) letters: &'static str,
    /// Long names with the letter that they stand for; a value follows where the letter takes one.
    pub(super) long: &'static [(&'static str, char)],
    /// Options end at the first word that is none.
    pub(super) in_front: bool,
}

/// The options and the other words of a command.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Options {
    given: Vec<(char, String)>,
    /// The words that are no options.
    pub(super) words: Vec<String>,
}

impl Options {
    /// Whether an option was given.
    #[must_use]
    pub(super) fn has(&self, letter: char) -> bool {
        self.given.iter().any(|(given, _)| *given == letter)
    }

    /// The value of an option, the last one where it was given more than once.
    #[must_use]
    pub(super) fn value(&self, letter: char) -> Option<&str> {
        self.given.iter().rev().find(|(given, _)| *given == letter).map(|(_, value)| value.as_str())
    }

    /// All values of an option.
    pub(super) fn values(&self, letter: char) -> impl Iterator<Item = &str> {
        self.given.iter().filter(move |(given, _)| *given == letter).map(|(_, value)| value.as_str())
    }
}

/// Reads the arguments of a command; the option that it does not know where there is one.
pub(super) fn read(arguments: &[String], known: Known) -> Result<Options, String> {
    let mut options = Options::default();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        if argument == "--" {
            options.words.extend(rest.by_ref().cloned());
        } else if let Some(name) = argument.strip_prefix("--") {
            let (name, value) = name.split_once('=').map_or((name, None), |(name, value)| (name, Some(value)));
            let letter = long_name(name, known.long).ok_or_else(|| argument.clone())?;
            let value = match value {
                None if takes_value(letter, known.letters) => rest.next().ok_or_else(|| argument.clone())?,
                other => other.unwrap_or_default(),
            };
            options.given.push((letter, value.to_owned()));
        } else if let Some(letters) = argument.strip_prefix('-').filter(|letters| !letters.is_empty()) {
            for (at, letter) in letters.char_indices() {
                if letter == ':' || !known.letters.contains(letter) {
                    return Err(format!("-{letter}"));
                }
                if !takes_value(letter, known.letters) {
                    options.given.push((letter, String::new()));
                    continue;
                }
                let inline = letters.get(at.saturating_add(letter.len_utf8())..).unwrap_or_default();
                let value = if inline.is_empty() {
                    rest.next().ok_or_else(|| format!("-{letter}"))?.clone()
                } else {
                    inline.to_owned()
                };
                options.given.push((letter, value));
                break;
            }
        } else {
            options.words.push(argument.clone());
            if known.in_front {
                options.words.extend(rest.by_ref().cloned());
            }
        }
    }
    Ok(options)
}

fn takes_value(letter: char, letters: &str) -> bool {
    letters.split_once(letter).is_some_and(|(_, behind)| behind.starts_with(':'))
}

/// The letter of a long name: the whole name, or a beginning that only names of one letter have.
fn long_name(name: &str, long: &[(&str, char)]) -> Option<char> {
    let exact = long.iter().find(|(known, _)| *known == name);
    let mut begun = long.iter().filter(|(known, _)| !name.is_empty() && known.starts_with(name)).map(|(_, to)| *to);
    let first = begun.next();
    exact.map(|(_, letter)| *letter).or_else(|| first.filter(|first| begun.all(|other| other == *first)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPEN: Known =
        Known { letters: "u:p:e:d", long: &[("user", 'u'), ("port", 'p'), ("password", 'w')], in_front: false };

    fn given(line: &str, known: Known) -> Result<(String, String), String> {
        let arguments: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let options = read(&arguments, known)?;
        let given: Vec<_> = options.given.iter().map(|(letter, value)| format!("{letter}{value}")).collect();
        Ok((given.join(" "), options.words.join(" ")))
    }

    #[test]
    fn as_getopt_reads_them() {
        let cases = [
            ("-u b,p -p 21 h", OPEN, Ok(("ub,p p21", "h"))),
            ("h -p21 -ub,p", OPEN, Ok(("p21 ub,p", "h"))),
            ("--port=21 --user b h", OPEN, Ok(("p21 ub", "h"))),
            ("-du b -- -x", OPEN, Ok(("d ub", "-x"))),
            ("--us b", OPEN, Ok(("ub", ""))),
            ("h -d", Known { in_front: true, ..OPEN }, Ok(("", "h -d"))),
            ("-x", OPEN, Err("-x")),
            ("--nosuch", OPEN, Err("--nosuch")),
            ("--p x", OPEN, Err("--p")),
            ("-u", OPEN, Err("-u")),
        ];
        for (line, known, expected) in cases {
            let expected = expected.map(|(a, b)| (a.to_owned(), b.to_owned())).map_err(str::to_owned);
            assert_eq!(given(line, known), expected, "{line}");
        }
    }
}
