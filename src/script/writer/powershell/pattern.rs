//! Patterns of PowerShell: regular expressions of the simple kind that scripts use on short texts, and wildcards.

/// A regular expression: alternatives of atoms, each repeated; no groups.
#[derive(Debug)]
pub(super) struct Pattern {
    alternatives: Vec<Vec<Repeated>>,
    fold: bool,
}

#[derive(Debug)]
struct Repeated {
    atom: Atom,
    least: usize,
    most: usize,
}

#[derive(Debug)]
enum Atom {
    Char(char),
    Any,
    Class(Vec<(char, char)>, bool),
    Start,
    End,
}

/// Bytes of a pattern that is understood: matching goes as deep as a pattern is long.
const LENGTH: usize = 128;

/// Steps of one search; the patterns of scripts take far fewer.
const STEPS: usize = 1 << 20;

impl Pattern {
    /// The pattern of a text; nothing where it holds more than is understood.
    pub(super) fn parse(text: &str, fold: bool) -> Option<Self> {
        if text.len() > LENGTH {
            return None;
        }
        let mut alternatives = vec![Vec::new()];
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            let atom = match character {
                '|' => {
                    alternatives.push(Vec::new());
                    continue;
                }
                '.' => Atom::Any,
                '^' => Atom::Start,
                '$' => Atom::End,
                '\\' => escape(characters.next()?)?,
                '[' => class(&mut characters)?,
                '(' | ')' | '{' | '}' | '*' | '+' | '?' => return None,
                other => Atom::Char(other),
            };
            let (least, most) = match characters.peek() {
                Some('*') => (0, usize::MAX),
                Some('+') => (1, usize::MAX),
                Some('?') => (0, 1),
                Some('{') => return None,
                _ => (1, 1),
            };
            if (least, most) != (1, 1) {
                characters.next();
                if matches!(characters.peek(), Some('?' | '+')) {
                    return None;
                }
            }
            alternatives.last_mut()?.push(Repeated { atom, least, most });
        }
        Some(Self { alternatives, fold })
    }

    /// Where the pattern matches in the text, from left to right: byte ranges.
    pub(super) fn matches(&self, text: &str) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        let mut steps = STEPS;
        let mut at = 0usize;
        while at <= text.len() && steps > 0 {
            let hit = self.alternatives.iter().find_map(|atoms| self.here(atoms, text, at, &mut steps));
            match hit {
                Some(end) => {
                    found.push((at, end));
                    at = if end > at { end } else { next_boundary(text, at) };
                }
                None => at = next_boundary(text, at),
            }
        }
        found
    }

    /// The end of a match of the atoms that begins at `at`. The choice of how often an atom repeats is greedy, and given
    /// back one by one.
    fn here(&self, atoms: &[Repeated], text: &str, at: usize, steps: &mut usize) -> Option<usize> {
        let Some((first, rest)) = atoms.split_first() else { return Some(at) };
        *steps = steps.checked_sub(1)?;
        let mut ends = vec![at];
        let mut end = at;
        let mut count = 0usize;
        while count < first.most {
            let Some(next) = self.step(&first.atom, text, end) else { break };
            count = count.saturating_add(1);
            ends.push(next);
            *steps = steps.checked_sub(1)?;
            if next == end {
                break;
            }
            end = next;
        }
        while ends.len() > first.least {
            let end = ends.pop()?;
            if let Some(done) = self.here(rest, text, end, steps) {
                return Some(done);
            }
        }
        None
    }

    fn step(&self, atom: &Atom, text: &str, at: usize) -> Option<usize> {
        let next = text.get(at..)?.chars().next();
        let hit = match atom {
            Atom::Start => return (at == 0).then_some(at),
            Atom::End => return (at == text.len()).then_some(at),
            Atom::Any => next? != '\n',
            Atom::Char(wanted) => same(next?, *wanted, self.fold),
            Atom::Class(ranges, negated) => {
                let c = next?;
                let folded = [c, c.to_ascii_lowercase(), c.to_ascii_uppercase()];
                let tried = if self.fold { folded.as_slice() } else { folded.get(..1)? };
                tried.iter().any(|c| ranges.iter().any(|(low, high)| low <= c && c <= high)) != *negated
            }
        };
        hit.then(|| at.saturating_add(next.map_or(0, char::len_utf8)))
    }
}

fn same(a: char, b: char, fold: bool) -> bool {
    a == b || fold && a.to_lowercase().eq(b.to_lowercase())
}

fn next_boundary(text: &str, at: usize) -> usize {
    at.saturating_add(text.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8))
}

fn escape(character: char) -> Option<Atom> {
    Some(match character {
        'd' => Atom::Class(vec![('0', '9')], false),
        'D' => Atom::Class(vec![('0', '9')], true),
        'w' => Atom::Class(vec![('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')], false),
        'W' => Atom::Class(vec![('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')], true),
        's' => Atom::Class(vec![('\t', '\r'), (' ', ' ')], false),
        'S' => Atom::Class(vec![('\t', '\r'), (' ', ' ')], true),
        'n' => Atom::Char('\n'),
        'r' => Atom::Char('\r'),
        't' => Atom::Char('\t'),
        c if c.is_alphanumeric() => return None,
        c => Atom::Char(c),
    })
}

fn class(characters: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<Atom> {
    let negated = characters.next_if_eq(&'^').is_some();
    let mut ranges = Vec::new();
    loop {
        let mut low = characters.next()?;
        if low == ']' && !ranges.is_empty() {
            return Some(Atom::Class(ranges, negated));
        }
        if low == '\\' {
            match escape(characters.next()?)? {
                Atom::Char(c) => low = c,
                Atom::Class(inner, false) => {
                    ranges.extend(inner);
                    continue;
                }
                _ => return None,
            }
        }
        let mut ahead = characters.clone();
        if ahead.next() == Some('-') && ahead.next().is_some_and(|c| c != ']') {
            characters.next();
            ranges.push((low, characters.next()?));
        } else {
            ranges.push((low, low));
        }
    }
}

/// Whether a text is what a wildcard (`*`, `?`) describes, without case.
pub(super) fn is_like(text: &str, wildcard: &str) -> bool {
    let text: Vec<char> = text.to_lowercase().chars().collect();
    let wildcard: Vec<char> = wildcard.to_lowercase().chars().collect();
    let (mut at, mut w) = (0usize, 0usize);
    let mut star: Option<(usize, usize)> = None;
    while at < text.len() {
        match (wildcard.get(w), text.get(at)) {
            (Some('*'), _) => {
                star = Some((w, at));
                w = w.saturating_add(1);
            }
            (Some(wanted), Some(have)) if *wanted == '?' || wanted == have => {
                (w, at) = (w.saturating_add(1), at.saturating_add(1));
            }
            _ => match star {
                Some((star_at, from)) => {
                    star = Some((star_at, from.saturating_add(1)));
                    (w, at) = (star_at.saturating_add(1), from.saturating_add(1));
                }
                None => return false,
            },
        }
    }
    wildcard.iter().skip(w).all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match() {
        let cases: [(&str, &str, &[&str]); 10] = [
            ("#", "a#b#c", &["#", "#"]),
            ("X", "axbX", &["x", "X"]),
            ("\\|", "a|b", &["|"]),
            ("[x-z]+", "axyzb", &["xyz"]),
            ("^a", "aa", &["a"]),
            ("\\s+$", "a  ", &["  "]),
            ("a|b", "cab", &["a", "b"]),
            (".", "ab", &["a", "b"]),
            ("a.*c", "abcbc", &["abcbc"]),
            ("[^0-9]", "1a2", &["a"]),
        ];
        for (pattern, text, expected) in cases {
            let found: Vec<_> = Pattern::parse(pattern, true)
                .expect(pattern)
                .matches(text)
                .iter()
                .map(|(start, end)| text[*start..*end].to_owned())
                .collect();
            assert_eq!(found, expected, "{pattern}");
        }
        assert!(Pattern::parse("(a)(b)", true).is_none());
    }

    #[test]
    fn wildcards() {
        assert!(is_like("New-Object", "n*-o*") && is_like("abc", "a?c") && !is_like("abc", "b*"));
    }
}
