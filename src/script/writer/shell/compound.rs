//! The grammar of compound commands: `if`, `for`, `case`, `[[ … ]]`.

use super::parse::Parser;
use super::syntax::{List, Node, Part, Word};

impl Parser {
    pub(super) fn condition(&mut self) -> Option<Node> {
        self.source.eat("if");
        let mut arms = Vec::new();
        let mut otherwise = None;
        loop {
            let condition = self.list(&["then"]);
            self.eat_reserved("then");
            arms.push((condition, self.list(&["elif", "else", "fi"])));
            if self.eat_reserved("elif") {
                continue;
            }
            if self.eat_reserved("else") {
                otherwise = Some(self.list(&["fi"]));
            }
            self.eat_reserved("fi");
            break;
        }
        Some(Node::If { arms, otherwise, redirects: self.redirects() })
    }

    pub(super) fn loop_body(&mut self) -> List {
        self.skip_separators();
        if self.source.peek() == Some('{') {
            self.source.bump();
            let body = self.list(&["}"]);
            self.source.eat("}");
            return body;
        }
        self.eat_reserved("do");
        let body = self.list(&["done"]);
        self.eat_reserved("done");
        body
    }

    pub(super) fn repetition(&mut self, word: &str) -> Option<Node> {
        self.source.eat(word);
        self.skip_blanks();
        if let Some(expression) = self.arithmetic("((") {
            let clauses = split_clauses(&expression);
            let body = self.loop_body();
            return Some(Node::Count { clauses, body, redirects: self.redirects() });
        }
        let variable = self.word()?.plain()?;
        self.skip_separators();
        let mut items = None;
        if self.eat_reserved("in") {
            let mut words = Vec::new();
            loop {
                self.skip_blanks();
                match self.word() {
                    Some(word) => words.push(word),
                    None => break,
                }
            }
            items = Some(words);
        }
        let body = self.loop_body();
        Some(Node::For { variable, items, body, redirects: self.redirects() })
    }

    pub(super) fn cases(&mut self) -> Option<Node> {
        self.source.eat("case");
        self.skip_blanks();
        let subject = self.word()?;
        self.skip_separators();
        if !self.eat_reserved("in") {
            return None;
        }
        let mut arms = Vec::new();
        loop {
            self.skip_separators();
            if self.source.peek().is_none() || self.eat_reserved("esac") {
                break;
            }
            self.source.eat("(");
            let mut patterns = Vec::new();
            loop {
                self.skip_blanks();
                match self.word() {
                    Some(word) => patterns.push(word),
                    None => break,
                }
                self.skip_blanks();
                if !self.source.eat("|") {
                    break;
                }
            }
            if patterns.is_empty() || !self.source.eat(")") {
                // Nothing that a case could hold.
                break;
            }
            arms.push((patterns, self.list(&["esac"])));
            if self.source.eat(";;") {
                self.source.eat("&");
            } else {
                self.source.eat(";&");
            }
        }
        Some(Node::Case { subject, arms, redirects: self.redirects() })
    }

    pub(super) fn test(&mut self) -> Option<Node> {
        let line = self.source.line();
        self.source.eat("[[");
        let mut words = Vec::new();
        loop {
            self.skip_blanks();
            let sign = ["&&", "||", "(", ")", "<", ">", "!"].into_iter().find(|sign| {
                self.source.sees(sign) && (*sign != "!" || self.source.peek_at(1).is_some_and(char::is_whitespace))
            });
            if let Some(sign) = sign {
                self.source.eat(sign);
                words.push(Word { parts: vec![Part::Bare(sign.to_owned())], line });
                continue;
            }
            match self.source.peek() {
                Some('\n') => {
                    self.source.bump();
                    self.read_documents();
                }
                Some(';' | '&' | '|') => {
                    self.source.bump();
                }
                _ => match self.word() {
                    Some(word) if word.plain().as_deref() == Some("]]") => break,
                    Some(word) => words.push(word),
                    None => break,
                },
            }
        }
        Some(Node::Test { line, words })
    }
}

/// The three expressions of `for ((…))`.
fn split_clauses(expression: &Word) -> Vec<Word> {
    let mut clauses = vec![Word { parts: Vec::new(), line: expression.line }];
    for part in &expression.parts {
        let (Part::Bare(text) | Part::Quoted(text)) = part else {
            if let Some(clause) = clauses.last_mut() {
                clause.parts.push(part.clone());
            }
            continue;
        };
        for (number, piece) in text.split(';').enumerate() {
            if number > 0 {
                clauses.push(Word { parts: Vec::new(), line: expression.line });
            }
            if let Some(clause) = clauses.last_mut() {
                clause.parts.push(Part::Quoted(piece.to_owned()));
            }
        }
    }
    clauses
}
