//! The syntax tree of PowerShell, as far as it is understood.
//!
//! Chains of operators and of members are flat, so that neither their length nor their end costs stack.

use std::rc::Rc;

/// A script block: parameters and statements. `begin`, `process` and `end` are run one after the other.
#[derive(Debug, Default)]
pub(super) struct Block {
    pub(super) parameters: Vec<Parameter>,
    pub(super) statements: Vec<Statement>,
    /// The text between the braces.
    pub(super) text: String,
}

/// A parameter of a function or a script block.
#[derive(Debug)]
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) is_switch: bool,
    pub(super) default: Option<Expression>,
}

/// A statement, with the line that begins it.
#[derive(Debug)]
pub(super) struct Statement {
    pub(super) line: u32,
    pub(super) kind: StatementKind,
}

#[derive(Debug)]
pub(super) enum StatementKind {
    Pipeline(Pipeline),
    If {
        clauses: Vec<(Pipeline, Block)>,
        otherwise: Option<Block>,
    },
    While {
        condition: Pipeline,
        body: Block,
    },
    /// `do { } while` and `do { } until`.
    Do {
        body: Block,
    },
    For {
        first: Box<Statement>,
        condition: Pipeline,
        step: Box<Statement>,
        body: Block,
    },
    ForEach {
        variable: String,
        items: Pipeline,
        body: Block,
    },
    Switch {
        subject: Pipeline,
        clauses: Vec<(Expression, Block)>,
    },
    Function {
        name: String,
        block: Rc<Block>,
    },
    /// `try`, its `catch` blocks, `finally`; also `trap` and plain blocks of other keywords.
    Try {
        body: Block,
        rest: Vec<Block>,
    },
    Return(Option<Box<Statement>>),
    Exit,
    Break,
    Continue,
    Nothing,
}

/// Commands and expressions between `|`.
#[derive(Debug, Default)]
pub(super) struct Pipeline {
    pub(super) elements: Vec<Element>,
}

#[derive(Debug)]
pub(super) enum Element {
    Expression(Expression, Vec<Redirect>),
    Command(Command),
}

/// A command with its arguments.
#[derive(Debug)]
pub(super) struct Command {
    pub(super) line: u32,
    /// Whether `&` or `.` stands before it.
    pub(super) invoked: bool,
    pub(super) name: Expression,
    pub(super) words: Vec<Word>,
    pub(super) redirects: Vec<Redirect>,
}

/// An argument of a command.
#[derive(Debug)]
pub(super) enum Word {
    /// `-Name` or `-Name:value`; `raw` is the name as written, with its dash and its colon.
    Parameter { raw: String, value: Option<Expression> },
    /// A value.
    Value(Expression),
    /// `@name`.
    Splat(String),
    /// What follows `--%`, as it stands.
    Verbatim(String),
}

/// `>`, `>>` and their kin of other streams.
#[derive(Debug)]
pub(super) struct Redirect {
    /// Whether it is the output that is redirected.
    pub(super) is_output: bool,
    pub(super) append: bool,
    /// Nothing for `2>&1`.
    pub(super) target: Option<Expression>,
}

/// An expression, with its line and its text as written (cut where it is long).
#[derive(Debug)]
pub(super) struct Expression {
    pub(super) line: u32,
    pub(super) raw: String,
    pub(super) kind: Kind,
}

#[derive(Debug)]
pub(super) enum Kind {
    Nothing,
    Number(i64),
    /// A literal text; its lines are those of the script from `Expression::line` on.
    Text(String),
    /// A text with variables in it.
    Expandable(Vec<Segment>),
    Variable(String),
    List(Vec<Expression>),
    /// `( … )`
    Group(Box<Statement>),
    /// `$( … )`
    Sub(Vec<Statement>),
    /// `@( … )`
    Array(Vec<Statement>),
    Hash(Vec<(Expression, Statement)>),
    Block(Rc<Block>),
    Type(String),
    Cast(String, Box<Expression>),
    Unary(String, Box<Expression>),
    /// Operands of one level of precedence, from left to right; the operators are in lower case.
    Chain(Box<Expression>, Vec<(String, Expression)>),
    Postfix(Box<Expression>, Vec<Postfix>),
    Assign {
        target: Box<Expression>,
        operator: String,
        value: Box<Statement>,
    },
}

/// A part of a text with variables in it.
#[derive(Debug)]
pub(super) enum Segment {
    /// Text as it stands; `line` is the line of the script that it begins on.
    Literal {
        text: String,
        line: u32,
    },
    Value(Expression),
}

/// What follows an operand: `.name`, `::name`, `[index]`, `++`.
#[derive(Debug)]
pub(super) enum Postfix {
    Member { name: Expression, arguments: Option<Vec<Expression>> },
    Index(Expression),
    Step(bool),
}
