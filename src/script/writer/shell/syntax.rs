//! What a shell script is made of, as the parser takes it apart.

use std::cell::OnceCell;
use std::rc::Rc;

/// Commands in sequence.
pub(super) type List = Vec<Node>;

/// A piece of a word.
#[derive(Debug, Clone)]
pub(super) enum Part {
    /// Text that stands bare: blanks end it, wildcards work in it.
    Bare(String),
    /// Text that a quote or a backslash protects.
    Quoted(String),
    /// `$name`, `${name…}`.
    Parameter {
        /// Which one, and what is done to it.
        parameter: Box<Parameter>,
        /// Whether it stands in double quotes.
        quoted: bool,
        /// As it is written.
        raw: String,
    },
    /// `$(…)` or backquotes.
    Command {
        /// The commands whose output it stands for.
        body: Rc<List>,
        /// Whether it stands in double quotes.
        quoted: bool,
        /// As it is written.
        raw: String,
    },
    /// `$((…))`.
    Arithmetic {
        /// The expression, in which parameters are put in first.
        expression: Word,
        /// As it is written.
        raw: String,
    },
    /// `<(…)`: the output of commands under the name of a file; `>(…)` goes the other way.
    Process {
        /// The commands.
        body: Rc<List>,
        /// Whether they are read from.
        reads: bool,
    },
    /// An expansion that is not understood.
    Unknown(String),
}

/// A word before its expansion.
#[derive(Debug, Clone, Default)]
pub(super) struct Word {
    pub(super) parts: Vec<Part>,
    /// Line that begins it.
    pub(super) line: u32,
}

impl Word {
    /// The word with its quotes worked off and its expansions as they are written.
    pub(super) fn as_written(&self) -> String {
        self.parts
            .iter()
            .map(|part| match part {
                Part::Bare(text) | Part::Quoted(text) | Part::Unknown(text) => text.as_str(),
                Part::Parameter { raw, .. } | Part::Command { raw, .. } | Part::Arithmetic { raw, .. } => raw,
                Part::Process { .. } => "",
            })
            .collect()
    }

    /// The text of a word that needs no expansion.
    pub(super) fn plain(&self) -> Option<String> {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Bare(piece) | Part::Quoted(piece) => text.push_str(piece),
                _ => return None,
            }
        }
        Some(text)
    }
}

/// A parameter and what is done to its value.
#[derive(Debug, Clone)]
pub(super) struct Parameter {
    pub(super) name: String,
    /// `[…]` of an array.
    pub(super) index: Option<String>,
    pub(super) operation: Operation,
}

/// What an expansion does to the value of its parameter.
#[derive(Debug, Clone)]
pub(super) enum Operation {
    /// `${x}`
    None,
    /// `${#x}`
    Length,
    /// `${x-w}`, `${x=w}`, `${x?w}`, `${x+w}`; with a colon an empty value counts as none.
    Otherwise { sign: char, colon: bool, word: Word },
    /// `${x#p}`, `${x##p}`, `${x%p}`, `${x%%p}`
    Trim { suffix: bool, longest: bool, pattern: Word },
    /// `${x/p/r}`, `${x//p/r}`, `${x/#p/r}`, `${x/%p/r}`
    Replace { all: bool, anchor: Option<char>, pattern: Word, replacement: Word },
    /// `${x:offset:length}`
    Substring { offset: Word, length: Option<Word> },
    /// `${x^}`, `${x^^}`, `${x,}`, `${x,,}`
    Case { upper: bool, all: bool },
}

/// A here-document's lines, known once the parser has passed them.
pub(super) type Body = Rc<OnceCell<Vec<Word>>>;

/// What a redirection does.
#[derive(Debug, Clone)]
pub(super) enum RedirectKind {
    /// `<`, `<>`
    Read,
    /// `<<`
    Document(Body),
    /// `<<<`
    Text,
    /// `>`, `>|`, `>>`
    Write { append: bool },
    /// `>&`
    DuplicateOutput,
    /// `<&`
    DuplicateInput,
    /// `&>`, `&>>`
    WriteBoth { append: bool },
}

/// A redirection.
#[derive(Debug, Clone)]
pub(super) struct Redirect {
    pub(super) descriptor: Option<u32>,
    pub(super) kind: RedirectKind,
    pub(super) target: Word,
}

/// `name=value`, `name+=value`, `name=(values)`.
#[derive(Debug, Clone)]
pub(super) struct Assignment {
    pub(super) name: String,
    pub(super) append: bool,
    pub(super) value: Word,
    pub(super) array: Option<Vec<Word>>,
}

/// How two commands hang together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Junction {
    /// `&&`
    And,
    /// `||`
    Or,
}

/// A command.
#[derive(Debug, Clone)]
pub(super) enum Node {
    Simple {
        line: u32,
        assignments: Vec<Assignment>,
        words: Vec<Word>,
        redirects: Vec<Redirect>,
    },
    Pipeline {
        stages: Vec<Node>,
        negated: bool,
    },
    Chain {
        first: Box<Node>,
        rest: Vec<(Junction, Node)>,
    },
    Group {
        body: List,
        redirects: Vec<Redirect>,
    },
    Subshell {
        body: List,
        redirects: Vec<Redirect>,
    },
    If {
        arms: Vec<(List, List)>,
        otherwise: Option<List>,
        redirects: Vec<Redirect>,
    },
    Loop {
        until: bool,
        condition: List,
        body: List,
        redirects: Vec<Redirect>,
    },
    For {
        variable: String,
        items: Option<Vec<Word>>,
        body: List,
        redirects: Vec<Redirect>,
    },
    /// `for ((a; b; c))`, with its expressions.
    Count {
        clauses: Vec<Word>,
        body: List,
        redirects: Vec<Redirect>,
    },
    Case {
        subject: Word,
        arms: Vec<(Vec<Word>, List)>,
        redirects: Vec<Redirect>,
    },
    Function {
        name: String,
        body: Rc<Node>,
    },
    /// `[[ … ]]`
    Test {
        line: u32,
        words: Vec<Word>,
    },
    /// `((…))`
    Arithmetic(Word),
    /// `… |&` of the Korn shell, `coproc …` of bash.
    Coprocess(Box<Node>),
    /// `… &`
    Background(Box<Node>),
}
