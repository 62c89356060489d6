//! `macdef` and `$`: macros of the clients of Unix.
//!
//! A definition takes the lines that follow, up to an empty one. `$1`, `$2`, … stand for the arguments, `$i` runs the macro
//! once for each of them, a backslash takes the next character literally. Closing the connection forgets all macros.

use super::{CommandLine, Machine};
use crate::script::client::netrc::Macro;

/// Macros that a client keeps.
const MAX_MACROS: usize = 16;

/// Characters of a macro's name that count.
const NAME_LENGTH: usize = 8;

/// How deep macros may call macros, and how many of their lines are run in all.
const MAX_DEPTH: u32 = 8;
const MAX_STEPS: u32 = 5000;

/// Lines of macros that are run for one entry of a `.netrc`, each of which is reported.
const MAX_NETRC_STEPS: u32 = 200;

/// Bytes that a line of a macro may become; clients keep less.
const MAX_LINE: usize = 4096;

impl Machine<'_> {
    pub(super) fn define_macro(&mut self, line: &mut CommandLine) {
        if line.arguments().is_empty() && !self.another(line, "Macro name") || line.arguments().len() != 1 {
            self.usage(line);
            return;
        }
        if self.macros.len() >= MAX_MACROS {
            self.fail_command("Limit of 16 macros have already been defined.");
            return;
        }
        let name = line.argument(1).unwrap_or_default().chars().take(NAME_LENGTH).collect();
        let mut lines = Vec::new();
        while let Some(text) = self.answer("Macro") {
            if text.is_empty() {
                break;
            }
            lines.push((line.number, text));
        }
        self.macros.push(Macro { name, lines });
    }

    pub(super) fn run_macro(&mut self, line: &mut CommandLine) {
        if line.arguments().is_empty() && !self.another(line, "Macro name") {
            self.usage(line);
            return;
        }
        let Some(found) = self.macros.iter().find(|one| line.argument(1) == Some(&one.name)).cloned() else {
            self.fail_command("Macro not found.");
            return;
        };
        if self.macro_depth >= MAX_DEPTH {
            self.doubt("a macro calls macros too deep to be followed");
            return;
        }
        self.macro_depth = self.macro_depth.saturating_add(1);
        let arguments = line.arguments().to_vec();
        let mut turn = 1;
        loop {
            let mut loops = false;
            for (number, text) in &found.lines {
                if self.ended || !self.macro_step() {
                    break;
                }
                let expanded = expand(text.trim_start(), &arguments, turn, &mut loops);
                self.execute(if self.shows_macro_lines { *number } else { line.number }, &expanded);
                // inetutils ends a macro at a line that is no command; tnftp goes on, with arguments that are lost.
                if self.macro_broken && !self.dialect.refuses_extra_names {
                    loops = false;
                    break;
                }
            }
            self.macro_broken = false;
            turn = turn.saturating_add(1);
            if !loops || turn >= arguments.len() || self.ended {
                break;
            }
        }
        self.macro_depth = self.macro_depth.saturating_sub(1);
    }

    /// After a login, the macro `init` runs.
    pub(super) fn run_init_macro(&mut self, line: u32) {
        if self.macros.iter().any(|one| one.name == "init") {
            let words = vec!["$".to_owned(), "init".to_owned()];
            self.run_macro(&mut CommandLine { number: line, name: "$", text: "$init".to_owned(), words });
        }
    }

    fn macro_step(&mut self) -> bool {
        self.macro_steps = self.macro_steps.saturating_add(1);
        let most = if self.shows_macro_lines { MAX_NETRC_STEPS } else { MAX_STEPS };
        if self.macro_steps == most {
            self.doubt("the macros run more lines than the limit; the rest was not run");
        }
        self.macro_steps < most
    }
}

/// A macro's line with its arguments put in; `arguments` begin with the macro's name, `turn` is the one that `$i` names.
fn expand(text: &str, arguments: &[String], turn: usize, loops: &mut bool) -> String {
    let mut expanded = String::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if expanded.len() > MAX_LINE {
            break;
        }
        match character {
            '\\' => expanded.extend(characters.next()),
            '$' if characters.peek() == Some(&'i') => {
                characters.next();
                *loops = true;
                expanded.push_str(arguments.get(turn).map_or("", String::as_str));
            }
            '$' if characters.peek().is_some_and(char::is_ascii_digit) => {
                let mut number = 0usize;
                while let Some(digit) = characters.next_if(char::is_ascii_digit).and_then(|digit| digit.to_digit(10)) {
                    number = number.saturating_mul(10).saturating_add(usize::try_from(digit).unwrap_or(0));
                }
                expanded.push_str(arguments.get(number).map_or("", String::as_str));
            }
            _ => expanded.push(character),
        }
    }
    expanded.truncate(expanded.floor_char_boundary(MAX_LINE));
    expanded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_put_in() {
        let arguments = ["grab", "a.txt", "b.txt"].map(str::to_owned);
        let cases = [
            ("get $1 $2", 1, "get a.txt b.txt", false),
            ("get $i", 2, "get b.txt", true),
            ("get $3", 1, "get ", false),
            ("!echo $0 \\$1 $x", 1, "!echo grab $1 $x", false),
        ];
        for (text, turn, expected, looping) in cases {
            let mut loops = false;
            assert_eq!(expand(text, &arguments, turn, &mut loops), expected, "{text}");
            assert_eq!(loops, looping, "{text}");
        }
    }
}
