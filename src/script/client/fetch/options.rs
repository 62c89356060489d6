//! The options of a command line as `getopt_long` takes them apart: letters may be bundled, a value may be attached or follow.

/// Which options take a value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grammar {
    /// Letters that take the rest of their word, or the next word where nothing is left.
    pub(super) letters: &'static str,
    /// Letters that take the rest of their word only (`wget -nc`).
    pub(super) attached: &'static str,
    /// Long names that take what follows `=`, or the next word.
    pub(super) names: &'static [&'static str],
    /// Long names without a value, where an abbreviation could be taken for one with a value.
    pub(super) flags: &'static [&'static str],
}

/// One piece of a command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Item<'a> {
    /// An option: its letter or its full long name, and its value.
    Option(&'a str, Option<&'a str>),
    /// Another argument.
    Operand(&'a str),
}

/// Takes the arguments apart; options may stand anywhere, and `--` ends them.
pub(super) fn items<'a>(arguments: &'a [String], grammar: Grammar) -> Vec<Item<'a>> {
    let mut found = Vec::new();
    let mut rest = arguments.iter().map(String::as_str);
    while let Some(word) = rest.next() {
        if word == "--" {
            found.extend(rest.by_ref().map(Item::Operand));
        } else if let Some(long) = word.strip_prefix("--") {
            let (name, attached) = long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
            match full_name(name, grammar) {
                Some(full) => found.push(Item::Option(full, attached.or_else(|| rest.next()))),
                None => found.push(Item::Option(name, attached)),
            }
        } else if let Some(letters) = word.strip_prefix('-').filter(|letters| !letters.is_empty()) {
            bundle(letters, grammar, &mut rest, &mut found);
        } else {
            found.push(Item::Operand(word));
        }
    }
    found
}

fn bundle<'a>(letters: &'a str, grammar: Grammar, rest: &mut impl Iterator<Item = &'a str>, found: &mut Vec<Item<'a>>) {
    let mut left = letters;
    while let Some(letter) = left.chars().next() {
        let (name, tail) = left.split_at_checked(letter.len_utf8()).unwrap_or((left, ""));
        let attached = (!tail.is_empty()).then_some(tail);
        if grammar.letters.contains(letter) {
            found.push(Item::Option(name, attached.or_else(|| rest.next())));
            return;
        }
        if grammar.attached.contains(letter) {
            found.push(Item::Option(name, attached));
            return;
        }
        found.push(Item::Option(name, None));
        left = tail;
    }
}

/// The long name with a value that a word is, or abbreviates and nothing else.
fn full_name(name: &str, grammar: Grammar) -> Option<&'static str> {
    if let Some(exact) = grammar.names.iter().find(|known| **known == name) {
        return Some(exact);
    }
    if name.len() < 3 || grammar.flags.iter().any(|flag| flag.starts_with(name)) {
        return None;
    }
    let mut fits = grammar.names.iter().filter(|known| known.starts_with(name));
    fits.next().filter(|_| fits.next().is_none()).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_in_all_their_shapes() {
        let grammar = Grammar {
            letters: "uo",
            attached: "n",
            names: &["user", "upload-file", "ftp-password"],
            flags: &["use-ascii"],
        };
        let words: Vec<String> =
            ["-sSu", "a:b", "-uc:d", "--user=e", "--upload", "f", "--use", "-nc", "--ftp-pass=g", "h", "-", "--", "-i"]
                .map(str::to_owned)
                .to_vec();
        let option = Item::Option;
        assert_eq!(
            items(&words, grammar),
            [
                option("s", None),
                option("S", None),
                option("u", Some("a:b")),
                option("u", Some("c:d")),
                option("user", Some("e")),
                option("upload-file", Some("f")),
                option("use", None),
                option("n", Some("c")),
                option("ftp-password", Some("g")),
                Item::Operand("h"),
                Item::Operand("-"),
                Item::Operand("-i"),
            ]
        );
    }
}
