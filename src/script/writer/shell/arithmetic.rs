//! Arithmetic of the shell: integers of 64 bits, the operators of C.

/// Deepest nesting of an expression.
const NESTING: usize = 32;

/// An expression under evaluation.
pub(super) struct Evaluation<'v> {
    characters: Vec<char>,
    at: usize,
    depth: usize,
    variables: &'v dyn Fn(&str) -> Option<i64>,
    /// The variables that it sets, in order.
    pub(super) assigned: Vec<(String, i64)>,
}

const BINARY: [(&str, u8); 18] = [
    ("||", 1),
    ("&&", 2),
    ("|", 3),
    ("^", 4),
    ("&", 5),
    ("==", 6),
    ("!=", 6),
    ("<=", 7),
    (">=", 7),
    ("<<", 8),
    (">>", 8),
    ("<", 7),
    (">", 7),
    ("+", 9),
    ("-", 9),
    ("*", 10),
    ("/", 10),
    ("%", 10),
];

impl<'v> Evaluation<'v> {
    /// `variables` gives the value of a name; nothing where it is not known.
    pub(super) fn new(text: &str, variables: &'v dyn Fn(&str) -> Option<i64>) -> Self {
        Self { characters: text.chars().collect(), at: 0, depth: 0, variables, assigned: Vec::new() }
    }

    /// The value of the whole expression; nothing where it is not known or no expression.
    pub(super) fn value(&mut self) -> Option<i64> {
        if self.peek().is_none() {
            return Some(0);
        }
        loop {
            let value = self.expression(0)?;
            if !self.eat(",") {
                return self.peek().is_none().then_some(value);
            }
        }
    }

    fn peek(&mut self) -> Option<char> {
        while self.characters.get(self.at).is_some_and(|c| c.is_whitespace()) {
            self.at = self.at.saturating_add(1);
        }
        self.characters.get(self.at).copied()
    }

    fn sees(&mut self, sign: &str) -> bool {
        self.peek();
        sign.chars().enumerate().all(|(ahead, c)| self.characters.get(self.at.saturating_add(ahead)) == Some(&c))
    }

    fn eat(&mut self, sign: &str) -> bool {
        let seen = self.sees(sign);
        if seen {
            self.at = self.at.saturating_add(sign.len());
        }
        seen
    }

    fn expression(&mut self, least: u8) -> Option<i64> {
        if self.depth >= NESTING {
            return None;
        }
        self.depth = self.depth.saturating_add(1);
        let value = self.binary(least);
        self.depth = self.depth.saturating_sub(1);
        value
    }

    fn binary(&mut self, least: u8) -> Option<i64> {
        let mut left = self.unary()?;
        loop {
            if least == 0 && self.sees("?") {
                self.eat("?");
                let (yes, separated) = (self.expression(0)?, self.eat(":"));
                let no = self.expression(0)?;
                return separated.then_some(if left == 0 { no } else { yes });
            }
            let found = BINARY.iter().find(|(sign, _)| self.sees(sign)).copied();
            let Some((sign, strength)) = found.filter(|(_, strength)| *strength > least) else { return Some(left) };
            self.eat(sign);
            let right = self.expression(strength)?;
            left = match sign {
                "||" => i64::from(left != 0 || right != 0),
                "&&" => i64::from(left != 0 && right != 0),
                "|" => left | right,
                "^" => left ^ right,
                "&" => left & right,
                "==" => i64::from(left == right),
                "!=" => i64::from(left != right),
                "<=" => i64::from(left <= right),
                ">=" => i64::from(left >= right),
                "<" => i64::from(left < right),
                ">" => i64::from(left > right),
                "<<" => left.checked_shl(u32::try_from(right).ok()?)?,
                ">>" => left.checked_shr(u32::try_from(right).ok()?)?,
                "+" => left.wrapping_add(right),
                "-" => left.wrapping_sub(right),
                "*" => left.wrapping_mul(right),
                "/" => left.checked_div(right)?,
                _ => left.checked_rem(right)?,
            };
        }
    }

    fn unary(&mut self) -> Option<i64> {
        if self.depth >= NESTING {
            return None;
        }
        self.depth = self.depth.saturating_add(1);
        let value = self.unary_inside();
        self.depth = self.depth.saturating_sub(1);
        value
    }

    fn unary_inside(&mut self) -> Option<i64> {
        for sign in ["++", "--"] {
            if self.eat(sign) {
                let name = self.name()?;
                let value = (self.variables)(&name)?.wrapping_add(if sign == "++" { 1 } else { -1 });
                self.assigned.push((name, value));
                return Some(value);
            }
        }
        match self.peek()? {
            '!' => {
                self.eat("!");
                Some(i64::from(self.unary()? == 0))
            }
            '~' => {
                self.eat("~");
                Some(!self.unary()?)
            }
            '-' => {
                self.eat("-");
                Some(self.unary()?.wrapping_neg())
            }
            '+' => {
                self.eat("+");
                self.unary()
            }
            '(' => {
                self.eat("(");
                let value = self.expression(0)?;
                self.eat(")").then_some(value)
            }
            digit if digit.is_ascii_digit() => self.number(),
            _ => self.variable(),
        }
    }

    fn number(&mut self) -> Option<i64> {
        let mut digits = String::new();
        while let Some(digit) = self.characters.get(self.at).filter(|c| c.is_ascii_alphanumeric()) {
            digits.push(*digit);
            self.at = self.at.saturating_add(1);
        }
        if let Some(hexadecimal) = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
            return i64::from_str_radix(hexadecimal, 16).ok();
        }
        match digits.strip_prefix('0') {
            Some(octal) if !octal.is_empty() => i64::from_str_radix(octal, 8).ok(),
            _ => digits.parse().ok(),
        }
    }

    fn name(&mut self) -> Option<String> {
        self.peek();
        let mut name = String::new();
        while let Some(next) = self.characters.get(self.at).filter(|c| c.is_ascii_alphanumeric() || **c == '_') {
            name.push(*next);
            self.at = self.at.saturating_add(1);
        }
        super::parse::is_name(&name).then_some(name)
    }

    fn variable(&mut self) -> Option<i64> {
        let name = self.name()?;
        let old = self.assigned.iter().rev().find(|(other, _)| *other == name).map(|(_, value)| *value);
        let old = old.or_else(|| (self.variables)(&name));
        for (sign, step) in [("++", 1i64), ("--", -1)] {
            if self.eat(sign) {
                self.assigned.push((name, old?.wrapping_add(step)));
                return old;
            }
        }
        for sign in ["+=", "-=", "*=", "/=", "%="] {
            if self.eat(sign) {
                let (left, right) = (old?, self.expression(0)?);
                let value = match sign {
                    "+=" => left.wrapping_add(right),
                    "-=" => left.wrapping_sub(right),
                    "*=" => left.wrapping_mul(right),
                    "/=" => left.checked_div(right)?,
                    _ => left.checked_rem(right)?,
                };
                self.assigned.push((name, value));
                return Some(value);
            }
        }
        if self.sees("=") && !self.sees("==") {
            self.eat("=");
            let value = self.expression(0)?;
            self.assigned.push((name, value));
            return Some(value);
        }
        old
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values() {
        let variables = |name: &str| (name == "n").then_some(7);
        let cases = [
            ("1 + 2 * 3", Some(7)),
            ("(1 + 2) * 3", Some(9)),
            ("10 - 3 - 2", Some(5)),
            ("n % 4", Some(3)),
            ("n > 3 && n < 9", Some(1)),
            ("n == 7 ? 10 : 20", Some(10)),
            ("-n + 0x10", Some(9)),
            ("1 << 4 | 1", Some(17)),
            ("x + 1", None),
            ("1 / 0", None),
            ("", Some(0)),
            ("2 2", None),
        ];
        for (text, expected) in cases {
            assert_eq!(Evaluation::new(text, &variables).value(), expected, "{text}");
        }
        let mut counted = Evaluation::new("i = n + 1", &variables);
        assert_eq!((counted.value(), counted.assigned.clone()), (Some(8), vec![("i".to_owned(), 8)]));
    }
}
