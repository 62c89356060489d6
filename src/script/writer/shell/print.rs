//! What is printed: `echo`, `printf` and `print`, with their escapes and formats.

use super::expand::Value;
use super::run::{Flavour, Interpreter};

/// Which escapes are worked off. Source: dash and bash themselves.
#[derive(Debug, Clone, Copy)]
pub(super) struct Escapes {
    /// `\0101` is an octal number, as `echo` and `%b` write it; quotes are not escaped there.
    zero: bool,
    /// `\101` is an octal number.
    octal: bool,
    /// `\x41` is a hexadecimal number.
    hexadecimal: bool,
}

impl Escapes {
    /// Those of `printf` and `tr`.
    pub(super) const FORMAT: Self = Self { zero: false, octal: true, hexadecimal: true };

    fn of_format(flavour: Flavour) -> Self {
        Self { hexadecimal: flavour != Flavour::Posix, ..Self::FORMAT }
    }

    /// Those of `%b`.
    fn of_argument(flavour: Flavour) -> Self {
        Self { zero: true, ..Self::of_format(flavour) }
    }

    fn of_echo(flavour: Flavour) -> Self {
        Self { octal: flavour == Flavour::Posix, ..Self::of_argument(flavour) }
    }
}

impl Interpreter<'_, '_> {
    /// `echo [-neE] words`. Shells differ over escapes without `-e`; the make of the script's shell decides.
    pub(super) fn echo(&mut self, arguments: &[Value]) {
        let (mut newline, mut escapes) = (true, self.flavour.echoes_escapes());
        let mut rest = arguments;
        while let Some((first, tail)) = rest.split_first() {
            let letters =
                first.text.strip_prefix('-').filter(|l| !l.is_empty() && l.chars().all(|c| "neE".contains(c)));
            let Some(letters) = letters else { break };
            newline &= !letters.contains('n');
            if letters.contains('e') {
                escapes = true;
            }
            if letters.contains('E') {
                escapes = false;
            }
            rest = tail;
        }
        self.print_words(rest, newline, escapes);
    }

    fn print_words(&mut self, words: &[Value], newline: bool, escapes: bool) {
        let text = words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
        let (mut text, ends) = if escapes { escaped(&text, Escapes::of_echo(self.flavour)) } else { (text, false) };
        if newline && !ends {
            text.push('\n');
        }
        self.emulation.print(&text);
        self.status = Some(0);
    }

    /// `print [-nrpR] [-u n] words` of the Korn shell: `-p` writes to the coprocess.
    pub(super) fn korn_print(&mut self, arguments: &[Value]) {
        let (mut newline, mut escapes, mut to_coprocess, mut descriptor) = (true, true, false, None);
        let mut rest = arguments;
        while let Some((first, tail)) = rest.split_first() {
            let Some(letters) = first.text.strip_prefix('-') else { break };
            rest = tail;
            if letters.is_empty() || letters == "-" {
                break;
            }
            newline &= !letters.contains('n');
            escapes &= !letters.contains(['r', 'R']);
            to_coprocess |= letters.contains('p');
            if let Some((_, number)) = letters.split_once('u') {
                let number = if number.is_empty() {
                    let (word, after) =
                        rest.split_first().map_or(("", rest), |(word, after)| (word.text.as_str(), after));
                    rest = after;
                    word
                } else {
                    number
                };
                descriptor = number.parse::<u32>().ok();
            }
        }
        match (descriptor, &self.coprocess) {
            (Some(descriptor), _) => {
                self.through_descriptor(descriptor, |shell| shell.print_words(rest, newline, escapes))
            }
            (None, Some(name)) if to_coprocess => {
                let output = crate::script::writer::emulation::Output::File(name.clone(), None);
                let old = std::mem::replace(&mut self.emulation.output, output);
                self.print_words(rest, newline, escapes);
                self.emulation.output = old;
            }
            _ => self.print_words(rest, newline, escapes),
        }
    }

    /// `printf [-v name] format words`.
    pub(super) fn printf(&mut self, arguments: &[Value]) {
        let (variable, rest) = match arguments {
            [switch, name, rest @ ..] if switch.text == "-v" => (Some(name.text.clone()), rest),
            [switch, rest @ ..] if switch.text == "--" => (None, rest),
            rest => (None, rest),
        };
        let Some((format, words)) = rest.split_first() else { return };
        self.status = Some(0);
        let text = self.formatted(&format.text, words);
        match variable {
            Some(name) => {
                let doubt = if arguments.iter().all(Value::is_known) {
                    super::expand::Doubt::None
                } else {
                    super::expand::Doubt::Partly
                };
                self.assign(&name, Value { text, doubt });
            }
            None => self.emulation.print(&text),
        }
    }

    /// The format with the words put in, used again as long as words are left.
    fn formatted(&mut self, format: &str, words: &[Value]) -> String {
        let mut out = String::new();
        let mut words = words.iter().map(|word| word.text.as_str()).peekable();
        loop {
            let left = words.len();
            let mut refused = false;
            let goes_on = format_once(format, self.flavour, &mut words, &mut out, &mut refused);
            if refused {
                self.status = Some(1);
            }
            if !goes_on || words.peek().is_none() || words.len() == left {
                return out;
            }
            if out.len() > self.emulation.limits.batch_output || !self.emulation.step() {
                self.emulation.cap("the emulation of this text wrote more than the limit and was ended");
                return String::new();
            }
        }
    }
}

/// Puts words into a format once; false where the output ends with `\c`. `refused` tells that a word is no number.
fn format_once<'w>(
    format: &str,
    flavour: Flavour,
    words: &mut impl Iterator<Item = &'w str>,
    out: &mut String,
    refused: &mut bool,
) -> bool {
    let format = escaped_format(format, Escapes::of_format(flavour));
    let mut characters = format.into_iter().peekable();
    while let Some((character, literal)) = characters.next() {
        if character != '%' || literal {
            out.push(character);
            continue;
        }
        let mut flags = String::new();
        while let Some((flag, _)) = characters.next_if(|(c, _)| matches!(c, '-' | '+' | ' ' | '#' | '0')) {
            flags.push(flag);
        }
        let mut number = |words: &mut dyn Iterator<Item = &'w str>| -> Option<usize> {
            if characters.next_if(|(c, _)| *c == '*').is_some() {
                return words.next().and_then(|word| word.parse().ok());
            }
            let mut value = None;
            while let Some((digit, _)) = characters.next_if(|(c, _)| c.is_ascii_digit()) {
                let digit = usize::try_from(digit.to_digit(10).unwrap_or(0)).unwrap_or(0);
                value = Some(value.unwrap_or(0usize).saturating_mul(10).saturating_add(digit).min(4096));
            }
            value
        };
        let width = number(words).unwrap_or(0).min(4096);
        let precision = if characters.next_if(|(c, _)| *c == '.').is_some() {
            Some({
                let mut value = 0usize;
                while let Some((digit, _)) = characters.next_if(|(c, _)| c.is_ascii_digit()) {
                    let digit = usize::try_from(digit.to_digit(10).unwrap_or(0)).unwrap_or(0);
                    value = value.saturating_mul(10).saturating_add(digit).min(4096);
                }
                value
            })
        } else {
            None
        };
        while characters.next_if(|(c, _)| matches!(c, 'l' | 'h')).is_some() {}
        let Some((letter, _)) = characters.next() else {
            out.push('%');
            break;
        };
        let zero = flags.contains('0') && !flags.contains('-');
        let text = match letter {
            '%' => {
                out.push('%');
                continue;
            }
            's' => {
                let word = words.next().unwrap_or_default();
                precision.map_or_else(|| word.to_owned(), |most| word.chars().take(most).collect())
            }
            'b' => {
                let (text, ends) = escaped(words.next().unwrap_or_default(), Escapes::of_argument(flavour));
                out.push_str(&padded(&text, width, false, flags.contains('-')));
                if ends {
                    return false;
                }
                continue;
            }
            'c' => words.next().and_then(|word| word.chars().next()).map(String::from).unwrap_or_default(),
            'q' => {
                let word = words.next().unwrap_or_default();
                word.chars()
                    .flat_map(|c| {
                        let protects = !c.is_ascii_alphanumeric() && !"_-./:,@%+=".contains(c);
                        protects.then_some('\\').into_iter().chain([c])
                    })
                    .collect()
            }
            'd' | 'i' | 'u' | 'x' | 'X' | 'o' => {
                let word = words.next();
                let value = word.map_or(Some(0), number_of);
                *refused |= value.is_none();
                integer(word.unwrap_or_default(), value.unwrap_or(0), letter, &flags, precision)
            }
            'f' | 'e' | 'g' | 'F' => {
                let value: f64 = words.next().unwrap_or_default().trim().parse().unwrap_or(0.0);
                format!("{value:.*}", precision.unwrap_or(6).min(64))
            }
            other => {
                out.push('%');
                out.push(other);
                continue;
            }
        };
        out.push_str(&padded(&text, width, zero && letter != 's', flags.contains('-')));
    }
    true
}

/// The number that a word is, as `printf` reads it.
fn number_of(word: &str) -> Option<i64> {
    let word = word.trim();
    match word.strip_prefix(['\'', '"']) {
        Some(character) => Some(character.chars().next().map_or(0, |c| i64::from(u32::from(c)))),
        None => match word.strip_prefix("0x").or_else(|| word.strip_prefix("0X")) {
            Some(hexadecimal) => i64::from_str_radix(hexadecimal, 16).ok(),
            None if word.len() > 1 && word.starts_with('0') => i64::from_str_radix(word, 8).ok(),
            None => word.parse().ok(),
        },
    }
}

fn integer(word: &str, value: i64, letter: char, flags: &str, precision: Option<usize>) -> String {
    let word = word.trim();
    // A value that is not known stays as it is written.
    if word.contains('$') || word.contains('`') {
        return word.to_owned();
    }
    let digits = match letter {
        'x' => format!("{value:x}"),
        'X' => format!("{value:X}"),
        'o' => format!("{value:o}"),
        _ => value.unsigned_abs().to_string(),
    };
    let digits = format!("{digits:0>width$}", width = precision.unwrap_or(1).max(1));
    let sign = match letter {
        'd' | 'i' if value < 0 => "-",
        'd' | 'i' if flags.contains('+') => "+",
        'd' | 'i' if flags.contains(' ') => " ",
        _ => "",
    };
    format!("{sign}{digits}")
}

fn padded(text: &str, width: usize, zero: bool, left: bool) -> String {
    let missing = width.saturating_sub(text.chars().count());
    if left {
        format!("{text}{}", " ".repeat(missing))
    } else if zero {
        let (sign, digits) =
            text.split_at_checked(usize::from(text.starts_with(['-', '+', ' ']))).unwrap_or(("", text));
        format!("{sign}{}{digits}", "0".repeat(missing))
    } else {
        format!("{}{text}", " ".repeat(missing))
    }
}

/// The characters of a format with their escapes worked off; those that an escape made mean only themselves.
fn escaped_format(format: &str, escapes: Escapes) -> Vec<(char, bool)> {
    let mut out = Vec::new();
    let mut rest = format.chars().peekable();
    while let Some(character) = rest.next() {
        if character != '\\' {
            out.push((character, false));
            continue;
        }
        match escape(&mut rest, escapes) {
            Escape::Character(made) => out.push((made, true)),
            Escape::None => out.push(('\\', true)),
            Escape::End => break,
        }
    }
    out
}

/// The text with its escapes worked off, and whether `\c` ends it.
pub(super) fn escaped(text: &str, escapes: Escapes) -> (String, bool) {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        if character != '\\' {
            out.push(character);
            continue;
        }
        match escape(&mut rest, escapes) {
            Escape::Character(made) => out.push(made),
            Escape::None => out.push('\\'),
            Escape::End => return (out, true),
        }
    }
    (out, false)
}

/// The character that a letter behind a backslash stands for; another stands for itself.
pub(super) const fn control(letter: char) -> char {
    match letter {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'a' => '\u{7}',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'v' => '\u{b}',
        'e' | 'E' => '\u{1b}',
        other => other,
    }
}

enum Escape {
    Character(char),
    None,
    End,
}

fn escape(rest: &mut std::iter::Peekable<std::str::Chars<'_>>, escapes: Escapes) -> Escape {
    let number = |rest: &mut std::iter::Peekable<std::str::Chars<'_>>, radix: u32, most: usize| {
        let mut value = 0u32;
        for _ in 0..most {
            let Some(digit) = rest.peek().and_then(|c| c.to_digit(radix)) else { break };
            rest.next();
            value = value.saturating_mul(radix).saturating_add(digit);
        }
        char::from_u32(value).unwrap_or('\u{fffd}')
    };
    let Some(letter) = rest.peek().copied() else { return Escape::None };
    let made = match letter {
        'n' | 't' | 'r' | 'a' | 'b' | 'f' | 'v' | 'e' | 'E' => control(letter),
        '\\' => '\\',
        '"' | '\'' if !escapes.zero => letter,
        'c' => return Escape::End,
        'x' if escapes.hexadecimal && rest.clone().nth(1).is_some_and(|c| c.is_ascii_hexdigit()) => {
            rest.next();
            return Escape::Character(number(rest, 16, 2));
        }
        '0' if escapes.zero => {
            rest.next();
            return Escape::Character(number(rest, 8, 3));
        }
        '0'..='7' if escapes.octal => return Escape::Character(number(rest, 8, 3)),
        _ => return Escape::None,
    };
    rest.next();
    Escape::Character(made)
}
