//! `for`: over a list, over numbers (`/l`), over the lines of a text (`/f`). Loops over what only the host knows run once, with
//! their variables as written.

use super::arithmetic;
use super::expand::{LoopValue, LoopValues};
use super::parse::is_delimiter;
use super::run::Interpreter;
use super::tree::Node;
use crate::base::number::to_usize;
use crate::script::writer::budget::Loop;
use crate::script::writer::emulation::Input;

/// Rounds of a loop that starts programs; a longer one runs once with its variable as written.
const STARTING_ROUNDS: usize = 16;

/// Rounds of a loop.
const ROUNDS: usize = 4096;

impl Interpreter<'_, '_> {
    pub(super) fn repeat(&mut self, options: &str, variable: &str, list: &str, body: &Node) {
        let mut characters = variable.chars();
        let (Some(sign), Some(name)) = (characters.next(), characters.next()) else {
            self.execute(body);
            return;
        };
        let (switch, rest) = options.split_once([' ', '\t']).unwrap_or((options, ""));
        let list = self.late(list);
        match switch.to_ascii_lowercase().as_str() {
            "/l" => match numbers(&list) {
                Some((rounds, numbers)) => {
                    self.over(rounds, numbers.map(|number| Some(number.to_string())), sign, name, body);
                }
                None => self.over_unknown(body),
            },
            "/f" => {
                let options = LineOptions::of(&self.late(rest));
                match self.lines_of(&list, options.is_backquoted) {
                    Some(text) => self.over_lines(&text, &options, sign, name, body),
                    None => self.over_unknown(body),
                }
            }
            "" => {
                // Of files that match, only the host knows.
                let known = |item: String| (!item.contains(['*', '?'])).then_some(item);
                let mut items: Vec<Option<String>> = items(&list).into_iter().map(known).collect();
                items.dedup_by(|one, last| one.is_none() && last.is_none());
                if items.is_empty() {
                    self.over_unknown(body);
                } else {
                    self.over(items.len(), items.into_iter(), sign, name, body);
                }
            }
            _ => self.over_unknown(body),
        }
    }

    /// Once, with the variable as written.
    fn over_unknown(&mut self, body: &Node) {
        self.execute(body);
    }

    /// A round for each of so many values; for those that are not known, with the variable as written.
    fn over(
        &mut self,
        rounds: usize,
        items: impl Iterator<Item = Option<String>>,
        sign: char,
        name: char,
        body: &Node,
    ) {
        if rounds > STARTING_ROUNDS && starts_programs(body) {
            self.emulation.diagnose(
                "loop-capped",
                format!("a loop of {rounds} rounds that starts programs was run once, its variable as written"),
            );
            self.over_unknown(body);
            return;
        }
        if rounds > ROUNDS {
            self.emulation.diagnose("loop-capped", format!("of a loop's rounds, {rounds} at least, {ROUNDS} were run"));
        }
        let outer = self.loop_values.clone();
        let running = self.emulation.begin_loop();
        for value in items.take(ROUNDS) {
            match value {
                Some(value) => self.loop_values.insert(name, LoopValue { sign, value }),
                None => self.loop_values.remove(&name),
            };
            if !self.round(body, &running) {
                break;
            }
        }
        self.emulation.end_loop(running);
        self.loop_values = outer;
    }

    fn over_lines(&mut self, text: &str, options: &LineOptions, sign: char, name: char, body: &Node) {
        let outer = self.loop_values.clone();
        let running = self.emulation.begin_loop();
        for line in text.lines().skip(options.skip).filter(|line| !line.is_empty()) {
            let Some(values) = options.values(line) else { continue };
            put(&mut self.loop_values, values, sign, name);
            if !self.round(body, &running) {
                break;
            }
        }
        self.emulation.end_loop(running);
        self.loop_values = outer;
    }

    /// One round; false where the loop ends with it.
    fn round(&mut self, body: &Node, running: &Loop) -> bool {
        self.execute(body);
        self.jump.is_none() && self.emulation.another_round(running)
    }

    /// The text that `for /f` goes through; nothing where it is not known.
    fn lines_of(&mut self, list: &str, is_backquoted: bool) -> Option<String> {
        let list = list.trim();
        let (command, string) = if is_backquoted { ('`', '\'') } else { ('\'', '"') };
        if let Some(command) = enclosed(list, command) {
            return self.output_of(command);
        }
        if let Some(string) = enclosed(list, string) {
            return Some(string.to_owned());
        }
        let mut text = String::new();
        for file in items(list) {
            let pieces = self.read_file(file.trim_matches('"'))?;
            pieces.iter().for_each(|piece| text.push_str(&piece.text));
            if !text.ends_with('\n') {
                text.push('\n');
            }
        }
        Some(text)
    }

    /// What a command prints, run in a cmd.exe of its own; nothing where that is not known.
    fn output_of(&mut self, command: &str) -> Option<String> {
        let outer = (self.emulation.environment.clone(), self.emulation.directory.clone());
        let (blind, in_file) = (std::mem::take(&mut self.blind), std::mem::take(&mut self.in_file));
        let (doubtful, jump) = (self.doubtful, self.jump.take());
        let started =
            |batch: &Self| batch.emulation.outcome.runs.len().saturating_add(batch.emulation.outcome.launches.len());
        let before = started(self);
        let capture = self.emulation.begin_capture();
        self.doubtful = doubtful.saturating_add(1);
        self.run_text(command);
        let output = self.emulation.end_capture(capture);
        let is_known = !self.blind && started(self) == before;
        (self.emulation.environment, self.emulation.directory) = outer;
        (self.blind, self.in_file, self.doubtful, self.jump) = (blind, in_file, doubtful, jump);
        match output {
            Input::Text(pieces) if is_known => Some(pieces.iter().map(|piece| piece.text.as_str()).collect()),
            _ => None,
        }
    }
}

/// The values of one line's tokens, for the variable and those that follow it in the alphabet.
fn put(values: &mut LoopValues, tokens: Vec<String>, sign: char, name: char) {
    let mut name = Some(name);
    for value in tokens {
        let Some(letter) = name else { return };
        values.insert(letter, LoopValue { sign, value });
        name = u32::from(letter).checked_add(1).and_then(char::from_u32);
    }
}

/// The options of `for /f`.
#[derive(Debug, PartialEq, Eq)]
struct LineOptions {
    is_backquoted: bool,
    skip: usize,
    end_of_line: Option<char>,
    delimiters: Vec<char>,
    tokens: Vec<usize>,
    takes_rest: bool,
}

impl LineOptions {
    fn of(text: &str) -> Self {
        let text = text.trim();
        let mut rest = text.strip_prefix('"').map_or(text, |rest| rest.strip_suffix('"').unwrap_or(rest));
        let mut options = Self {
            is_backquoted: false,
            skip: 0,
            end_of_line: Some(';'),
            delimiters: vec![' ', '\t'],
            tokens: vec![1],
            takes_rest: false,
        };
        loop {
            rest = rest.trim_start();
            let word = rest.split([' ', '\t']).next().unwrap_or_default();
            if word.is_empty() {
                return options;
            }
            let mut after = rest.get(word.len()..).unwrap_or_default();
            let (key, value) = word.split_once('=').unwrap_or((word, ""));
            match key.to_ascii_lowercase().as_str() {
                "usebackq" => options.is_backquoted = true,
                "skip" => options.skip = value.parse().unwrap_or(0),
                "tokens" => (options.tokens, options.takes_rest) = tokens(value),
                "eol" => {
                    options.end_of_line = value.chars().next();
                    // Only one character belongs to it; another option may follow without a blank.
                    let used =
                        key.len().saturating_add(1).saturating_add(options.end_of_line.map_or(0, char::len_utf8));
                    after = rest.get(used..).unwrap_or_default();
                }
                "delims" => {
                    // Blanks are delimiters too where `delims=` stands last.
                    let whole = rest.get(key.len().saturating_add(1)..).unwrap_or_default();
                    let is_last = !["tokens=", "skip=", "eol=", "usebackq"]
                        .iter()
                        .any(|option| whole.to_ascii_lowercase().contains(&format!(" {option}")));
                    options.delimiters = if is_last { whole } else { value }.chars().collect();
                    if is_last {
                        return options;
                    }
                }
                _ => {}
            }
            rest = after;
        }
    }

    /// The values of the line's tokens; nothing for a line that is passed over.
    fn values(&self, line: &str) -> Option<Vec<String>> {
        let is_delimiter = |c: char| self.delimiters.contains(&c);
        let begun = line.trim_start_matches(is_delimiter);
        if begun.is_empty() || self.end_of_line.is_some_and(|end| begun.starts_with(end)) {
            return None;
        }
        let last = self.tokens.iter().copied().max().unwrap_or(0);
        let mut found: Vec<&str> = Vec::new();
        let mut rest = begun;
        while found.len() < last && !rest.is_empty() {
            let end = rest.find(is_delimiter).unwrap_or(rest.len());
            let (token, tail) = rest.split_at_checked(end)?;
            found.push(token);
            rest = tail.trim_start_matches(is_delimiter);
        }
        let mut values: Vec<String> = self
            .tokens
            .iter()
            .map(|index| found.get(index.saturating_sub(1)).copied().unwrap_or_default().to_owned())
            .collect();
        if self.takes_rest {
            values.push(rest.to_owned());
        }
        Some(values)
    }
}

/// `1,3-5,7*`: the numbers in order, and whether the rest of the line is a token too.
fn tokens(text: &str) -> (Vec<usize>, bool) {
    let (list, takes_rest) = text.strip_suffix('*').map_or((text, false), |list| (list, true));
    let mut numbers: Vec<usize> = Vec::new();
    for part in list.split(',').filter(|part| !part.is_empty()) {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        if let (Ok(from), Ok(to)) = (from.parse::<usize>(), to.parse::<usize>()) {
            numbers.extend((from.max(1)..=to.min(31)).take(31));
        }
    }
    numbers.sort_unstable();
    numbers.dedup();
    (numbers, takes_rest)
}

/// The items of a list: quotes keep blanks together.
fn items(list: &str) -> Vec<String> {
    let mut items = Vec::new();
    let mut item = String::new();
    let mut quoted = false;
    for character in list.chars() {
        if character == '"' {
            quoted = !quoted;
        }
        if !quoted && is_delimiter(character) {
            if !item.is_empty() {
                items.push(std::mem::take(&mut item));
            }
        } else {
            item.push(character);
        }
    }
    if !item.is_empty() {
        items.push(item);
    }
    items
}

/// The numbers of `(start,step,end)`, and how many they are; of more than are run, one more than that.
fn numbers(list: &str) -> Option<(usize, impl Iterator<Item = i64>)> {
    let parts: Vec<i64> = items(list)
        .iter()
        .map(|part| arithmetic::number(part).map(i64::from))
        .collect::<Option<Vec<i64>>>()
        .filter(|parts| parts.len() == 3)?;
    let [start, step, end] = *parts.as_slice() else { return None };
    let goes_on = move |at: &i64| if step >= 0 { *at <= end } else { *at >= end };
    let numbers = std::iter::successors(Some(start), move |at| at.checked_add(step)).take_while(goes_on);
    let way = if step >= 0 { end.saturating_sub(start) } else { start.saturating_sub(end) };
    let rounds = match (way, step.saturating_abs()) {
        (..0, _) => 0,
        (_, 0) => usize::MAX,
        (way, step) => to_usize(way.checked_div(step)?).saturating_add(1),
    };
    Some((rounds.min(ROUNDS.saturating_add(1)), numbers))
}

fn enclosed(text: &str, quote: char) -> Option<&str> {
    text.strip_prefix(quote)?.strip_suffix(quote)
}

/// Whether a command of the body is none of cmd.exe's own.
fn starts_programs(node: &Node) -> bool {
    match node {
        Node::Nothing => false,
        Node::Simple { text, .. } => {
            let bare = text.trim_start_matches([' ', '\t', '@', ',', ';', '=', '"']).to_ascii_lowercase();
            let word = bare.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
            !matches!(
                word,
                "echo"
                    | "set"
                    | "type"
                    | "copy"
                    | "move"
                    | "ren"
                    | "rename"
                    | "del"
                    | "erase"
                    | "cd"
                    | "md"
                    | "rd"
                    | "rem"
            )
        }
        Node::Block { body, .. } => body.iter().any(|(_, node)| starts_programs(node)),
        Node::Chain { nodes, .. } => nodes.iter().any(starts_programs),
        Node::If { body, otherwise, .. } => starts_programs(body) || otherwise.as_deref().is_some_and(starts_programs),
        Node::For { body, .. } => starts_programs(body),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_of_for_f() {
        let cases: [(&str, &str, Option<&[&str]>); 14] = [
            ("", "a b c", Some(&["a"])),
            ("", ";a b", None),
            ("\"eol=# tokens=2\"", ";a b", Some(&["b"])),
            ("\"tokens=1,3\"", "a b c", Some(&["a", "c"])),
            ("\"tokens=1*\"", "a b  c", Some(&["a", "b  c"])),
            ("\"tokens=*\"", "  a b", Some(&["a b"])),
            ("\"delims=\"", "  a b ", Some(&["  a b "])),
            ("\"tokens=2 delims==\"", "host=192.0.2.1", Some(&["192.0.2.1"])),
            ("\"delims=:, tokens=1-3\"", "a:b,c", Some(&["a", "b", "c"])),
            ("\"tokens=1-2 delims=, \"", "a b,c", Some(&["a", "b"])),
            ("tokens=2", "a b", Some(&["b"])),
            ("\"usebackq delims=;\"", "a b;c", Some(&["a b"])),
            ("\"tokens=1,2,5\"", "a b", Some(&["a", "b", ""])),
            ("\"eol= delims=\"", "; a", Some(&["; a"])),
        ];
        for (options, line, values) in cases {
            let have = LineOptions::of(options).values(line);
            assert_eq!(
                have.as_ref().map(|have| have.iter().map(String::as_str).collect::<Vec<_>>()).as_deref(),
                values,
                "{options}"
            );
        }
        assert_eq!(LineOptions::of("\"skip=2 usebackq\"").skip, 2);
    }

    #[test]
    fn lists() {
        assert_eq!(items("a,b;\"c d\"  e=f"), ["a", "b", "\"c d\"", "e", "f"]);
        let told = |list: &str| numbers(list).map(|(rounds, numbers)| (rounds, numbers.take(9).collect::<Vec<_>>()));
        assert_eq!(told("1,2,6"), Some((3, vec![1, 3, 5])));
        assert_eq!(told("3 -1 1"), Some((3, vec![3, 2, 1])));
        assert_eq!(told("3,1,1"), Some((0, Vec::new())));
        assert_eq!(told("1,1,%n%"), None);
        assert_eq!(told("1,0,2"), Some((ROUNDS + 1, vec![1; 9])));
        assert_eq!(told("1,1,100000").unwrap().0, ROUNDS + 1);
    }
}
