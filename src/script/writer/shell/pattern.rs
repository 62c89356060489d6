//! Patterns of the shell: `*`, `?`, `[a-z]`, `[!a-z]`, `[[:digit:]]`; a backslash takes a character for itself.

/// A pattern taken apart.
#[derive(Debug, Clone, Default)]
pub(super) struct Pattern(Vec<Token>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Any,
    One,
    Character(char),
    Set { negated: bool, ranges: Vec<(char, char)> },
}

/// Most comparisons of one search.
const WORK: usize = 4_000_000;

impl Pattern {
    pub(super) fn new(text: &str) -> Self {
        let characters: Vec<char> = text.chars().collect();
        let mut tokens = Vec::new();
        let mut at = 0usize;
        while let Some(character) = characters.get(at).copied() {
            at = at.saturating_add(1);
            let token = match character {
                '\\' => {
                    let next = characters.get(at).copied();
                    at = at.saturating_add(1);
                    Token::Character(next.unwrap_or('\\'))
                }
                '*' if tokens.last() == Some(&Token::Any) => continue,
                '*' => Token::Any,
                '?' => Token::One,
                '[' => match set(characters.get(at..).unwrap_or_default()) {
                    Some((token, length)) => {
                        at = at.saturating_add(length);
                        token
                    }
                    None => Token::Character('['),
                },
                _ => Token::Character(character),
            };
            tokens.push(token);
        }
        Self(tokens)
    }

    /// The text that the pattern stands for, where it has no wildcards.
    fn literal(&self) -> Option<String> {
        self.0.iter().map(|token| if let Token::Character(c) = token { Some(*c) } else { None }).collect()
    }

    /// Whether it matches all of a text; nothing where that is too much work.
    pub(super) fn matches(&self, text: &str) -> Option<bool> {
        let characters: Vec<char> = text.chars().collect();
        let lengths = self.prefixes(&characters)?;
        Some(lengths.last() == Some(&characters.len()))
    }

    /// The lengths of the text's beginnings that it matches, rising, in characters.
    fn prefixes(&self, characters: &[char]) -> Option<Vec<usize>> {
        if characters.len().saturating_mul(self.0.len()) > WORK {
            return None;
        }
        let mut states = vec![false; self.0.len().saturating_add(1)];
        if let Some(first) = states.first_mut() {
            *first = true;
        }
        self.pass_stars(&mut states);
        let mut lengths = Vec::new();
        if states.last() == Some(&true) {
            lengths.push(0);
        }
        for (length, character) in (1usize..).zip(characters) {
            let mut next = vec![false; states.len()];
            for (number, token) in self.0.iter().enumerate() {
                if states.get(number) != Some(&true) {
                    continue;
                }
                let target = if *token == Token::Any { number } else { number.saturating_add(1) };
                if token.takes(*character)
                    && let Some(state) = next.get_mut(target)
                {
                    *state = true;
                }
            }
            self.pass_stars(&mut next);
            states = next;
            if states.last() == Some(&true) {
                lengths.push(length);
            }
            if !states.contains(&true) {
                break;
            }
        }
        Some(lengths)
    }

    fn pass_stars(&self, states: &mut [bool]) {
        for (number, token) in self.0.iter().enumerate() {
            if *token == Token::Any
                && states.get(number) == Some(&true)
                && let Some(next) = states.get_mut(number.saturating_add(1))
            {
                *next = true;
            }
        }
    }

    /// The text without its longest or shortest beginning (or end) that matches.
    pub(super) fn trim(&self, text: &str, suffix: bool, longest: bool) -> Option<String> {
        let mut characters: Vec<char> = text.chars().collect();
        let mut pattern = self.clone();
        if suffix {
            characters.reverse();
            pattern.0.reverse();
        }
        let lengths = pattern.prefixes(&characters)?;
        let cut = if longest { lengths.last() } else { lengths.first() }.copied().unwrap_or(0);
        let mut rest: Vec<char> = characters.get(cut..).unwrap_or_default().to_vec();
        if suffix {
            rest.reverse();
        }
        Some(rest.into_iter().collect())
    }

    /// The text with its first match, or all, replaced; `anchor` is `#` or `%` for a match at the begin or the end alone.
    pub(super) fn replace(&self, text: &str, with: &str, all: bool, anchor: Option<char>) -> Option<String> {
        if text.len().saturating_mul(with.len()) > WORK {
            return None;
        }
        match (anchor, self.literal()) {
            (Some('%'), _) => {
                let rest = self.trim(text, true, true)?;
                return Some(if rest.len() == text.len() { text.to_owned() } else { format!("{rest}{with}") });
            }
            (Some(_), _) => {
                let rest = self.trim(text, false, true)?;
                return Some(if rest.len() == text.len() { text.to_owned() } else { format!("{with}{rest}") });
            }
            (None, Some(literal)) if literal.is_empty() => return Some(text.to_owned()),
            (None, Some(literal)) if all => return Some(text.replace(&literal, with)),
            (None, Some(literal)) => return Some(text.replacen(&literal, with, 1)),
            (None, None) => {}
        }
        let characters: Vec<char> = text.chars().collect();
        if characters.len().saturating_mul(characters.len()).saturating_mul(self.0.len()) > WORK {
            return None;
        }
        let mut out = String::new();
        let (mut at, mut done) = (0usize, false);
        while let Some(character) = characters.get(at) {
            let longest = if done { None } else { self.prefixes(characters.get(at..)?)?.last().copied() };
            match longest.filter(|length| *length > 0) {
                Some(length) => {
                    out.push_str(with);
                    at = at.saturating_add(length);
                    done = !all;
                }
                None => {
                    out.push(*character);
                    at = at.saturating_add(1);
                }
            }
        }
        Some(out)
    }
}

impl Token {
    fn takes(&self, character: char) -> bool {
        match self {
            Self::Any | Self::One => true,
            Self::Character(own) => *own == character,
            Self::Set { negated, ranges } => {
                ranges.iter().any(|(low, high)| (*low..=*high).contains(&character)) != *negated
            }
        }
    }
}

/// The set after a bracket, with its length; nothing where no bracket closes it.
fn set(characters: &[char]) -> Option<(Token, usize)> {
    let negated = matches!(characters.first(), Some('!' | '^'));
    let begin = usize::from(negated);
    let mut ranges = Vec::new();
    let mut at = begin;
    loop {
        let character = characters.get(at).copied()?;
        let next = characters.get(at.saturating_add(1)).copied();
        if character == ']' && at > begin {
            return Some((Token::Set { negated, ranges }, at.saturating_add(1)));
        }
        if character == '[' && next == Some(':') {
            let rest = characters.get(at.saturating_add(2)..).unwrap_or_default();
            let length = rest.iter().take(12).position(|c| *c == ':')?;
            let name: String = rest.get(..length).unwrap_or_default().iter().collect();
            let known: &[(char, char)] = match name.as_str() {
                "digit" => &[('0', '9')],
                "alpha" => &[('a', 'z'), ('A', 'Z')],
                "alnum" => &[('a', 'z'), ('A', 'Z'), ('0', '9')],
                "upper" => &[('A', 'Z')],
                "lower" => &[('a', 'z')],
                "space" => &[('\t', '\r'), (' ', ' ')],
                "blank" => &[('\t', '\t'), (' ', ' ')],
                "punct" => &[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')],
                "xdigit" => &[('0', '9'), ('a', 'f'), ('A', 'F')],
                _ => return None,
            };
            ranges.extend_from_slice(known);
            at = at.saturating_add(length).saturating_add(4);
            continue;
        }
        let (low, used) = if character == '\\' { (next?, 2usize) } else { (character, 1) };
        at = at.saturating_add(used);
        let high = characters.get(at.saturating_add(1)).copied().filter(|high| *high != ']');
        match high {
            Some(high) if characters.get(at) == Some(&'-') => {
                ranges.push((low, high));
                at = at.saturating_add(2);
            }
            _ => ranges.push((low, low)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches() {
        let cases = [
            ("*.txt", "a.txt", true),
            ("*.txt", "a.txt.gz", false),
            ("[a-c]?", "bx", true),
            ("[!a-c]?", "bx", false),
            ("[[:digit:]]*", "7up", true),
            ("a\\*", "a*", true),
            ("a\\*", "ab", false),
            ("[", "[", true),
            ("*", "", true),
            ("-h|x", "-h", false),
        ];
        for (pattern, text, expected) in cases {
            assert_eq!(Pattern::new(pattern).matches(text), Some(expected), "{pattern} {text}");
        }
    }

    #[test]
    fn trims_and_replaces() {
        let trim = |p: &str, t: &str, suffix, longest| Pattern::new(p).trim(t, suffix, longest).expect("small");
        assert_eq!(trim("*/", "/a/b/c", false, true), "c");
        assert_eq!(trim("*/", "/a/b/c", false, false), "a/b/c");
        assert_eq!(trim(".*", "a.tar.gz", true, false), "a.tar");
        assert_eq!(trim(".*", "a.tar.gz", true, true), "a");
        let replace = |p: &str, t: &str, all, anchor| Pattern::new(p).replace(t, "X", all, anchor).expect("small");
        assert_eq!(replace("a", "banana", false, None), "bXnana");
        assert_eq!(replace("a", "banana", true, None), "bXnXnX");
        assert_eq!(replace("[an]*n", "banana", false, None), "bXa");
        assert_eq!(replace("ba", "banana", false, Some('#')), "Xnana");
        assert_eq!(replace("na", "banana", false, Some('%')), "banaX");
    }
}
