//! What a program in JScript consists of.

use crate::script::writer::automation::value::Value;
use std::rc::Rc;

/// An expression.
#[derive(Debug, Clone)]
pub(super) enum Expression {
    Literal(Value),
    Pattern(Rc<str>, bool),
    Name(Rc<str>),
    This,
    Array(Vec<Expression>),
    Record(Vec<(Rc<str>, Expression)>),
    /// A function, by its place in the program.
    Function(usize),
    Unary(&'static str, Box<Expression>),
    /// `++` and `--`: what is added, and whether the value is the one before.
    Update {
        target: Box<Expression>,
        by: f64,
        after: bool,
    },
    /// Operands of one rank of operators, from left to right.
    Chain(Box<Expression>, Vec<(&'static str, Expression)>),
    Conditional(Box<[Expression; 3]>),
    /// An assignment, with the operator that goes with it (`+=` has `+`).
    Assign(Box<Expression>, &'static str, Box<Expression>),
    Sequence(Vec<Expression>),
    Of(Box<Expression>, Vec<Step>),
    New(Box<Expression>, Vec<Expression>),
}

/// What is taken of a value.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Member(Rc<str>),
    Index(Expression),
    Call(Vec<Expression>),
}

/// A statement with its line.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) number: u32,
    pub(super) statement: Statement,
}

/// A statement.
#[derive(Debug, Clone)]
pub(super) enum Statement {
    Variables(Vec<(Rc<str>, Option<Expression>)>),
    /// A function by its name: there before any other statement of its body runs.
    Function(Rc<str>, usize),
    Expression(Expression),
    Block(Vec<Line>),
    If(Vec<(Expression, Vec<Line>)>, Option<Vec<Line>>),
    For {
        before: Vec<Line>,
        condition: Option<Expression>,
        after: Option<Expression>,
        body: Vec<Line>,
    },
    ForIn {
        variable: Rc<str>,
        list: Expression,
        items: bool,
        body: Vec<Line>,
    },
    /// `while`, or `do … while` where the body comes first.
    While {
        condition: Expression,
        body: Vec<Line>,
        body_first: bool,
    },
    /// Branches without a test are the default.
    Switch(Expression, Vec<(Option<Expression>, Vec<Line>)>),
    Try {
        body: Vec<Line>,
        name: Option<Rc<str>>,
        handler: Vec<Line>,
        last: Vec<Line>,
    },
    Return(Option<Expression>),
    Throw,
    Break,
    Continue,
}

/// A function.
#[derive(Debug, Clone, Default)]
pub(super) struct Function {
    pub(super) parameters: Vec<Rc<str>>,
    pub(super) body: Vec<Line>,
    pub(super) line: u32,
}

/// A program.
#[derive(Debug, Clone, Default)]
pub(super) struct Program {
    pub(super) lines: Vec<Line>,
    pub(super) functions: Vec<Function>,
}
