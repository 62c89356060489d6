//! What a program in BASIC consists of.

use super::token::Name;
use crate::script::writer::automation::value::Value;
use std::collections::BTreeSet;
use std::rc::Rc;

/// An expression.
#[derive(Debug, Clone)]
pub(super) enum Expression {
    Literal(Value),
    /// An argument that is left out.
    Missing,
    Negated(Box<Expression>),
    Not(Box<Expression>),
    /// Operands of one rank of operators, from left to right.
    Chain(Box<Expression>, Vec<(Operator, Expression)>),
    /// A name, or a member of the `With` where there is none, and what is taken of it.
    Access(Option<Name>, Vec<Step>),
    /// Another expression and what is taken of it.
    Of(Box<Expression>, Vec<Step>),
    New(Name),
}

/// What is taken of a value.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Member(Name),
    Arguments(Vec<Expression>),
}

/// A binary operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Power,
    Multiply,
    Divide,
    DivideWhole,
    Modulo,
    Add,
    Subtract,
    Concatenate,
    Equal,
    NotEqual,
    Less,
    More,
    AtMost,
    AtLeast,
    Is,
    Like,
    And,
    Or,
    Xor,
    Equivalent,
    Implies,
}

/// A statement with its line.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) number: u32,
    pub(super) statement: Statement,
}

/// What a loop's head or foot asks.
#[derive(Debug, Clone)]
pub(super) struct Condition {
    pub(super) until: bool,
    pub(super) expression: Expression,
}

/// A branch of `Select Case`.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) tests: Vec<Test>,
    pub(super) body: Vec<Line>,
}

/// One test of a `Case`.
#[derive(Debug, Clone)]
pub(super) enum Test {
    Equal(Expression),
    Range(Expression, Expression),
    Compared(Operator, Expression),
}

/// A declared variable.
#[derive(Debug, Clone)]
pub(super) struct Declared {
    pub(super) name: Name,
    /// The upper bound of an array; `Missing` for one without bounds.
    pub(super) bound: Option<Expression>,
    pub(super) class: Option<Name>,
    /// `As New`.
    pub(super) creates: bool,
    /// A number by its declared type.
    pub(super) is_number: bool,
    /// `ReDim Preserve`.
    pub(super) preserves: bool,
}

/// What is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    Loop,
    Procedure,
    Program,
}

/// A statement.
#[derive(Debug, Clone)]
pub(super) enum Statement {
    Declare(Vec<Declared>),
    Assign(Expression, Expression),
    Call(Expression),
    If(Vec<(Expression, Vec<Line>)>, Option<Vec<Line>>),
    Select(Expression, Vec<Case>, Option<Vec<Line>>),
    For {
        variable: Name,
        from: Expression,
        to: Expression,
        step: Option<Expression>,
        body: Vec<Line>,
    },
    ForEach {
        variable: Name,
        list: Expression,
        body: Vec<Line>,
    },
    Loop {
        before: Option<Condition>,
        after: Option<Condition>,
        body: Vec<Line>,
    },
    With(Expression, Vec<Line>),
    Exit(Exit),
    Open {
        path: Expression,
        append: bool,
        writes: bool,
        number: Expression,
    },
    /// `Print #n, …` (or `Write #n, …`): items, each with the separator that follows it.
    Print {
        number: Expression,
        items: Vec<(Expression, Option<char>)>,
        quotes: bool,
    },
    /// `Put #n, position, expression`.
    Put(Expression, Expression),
    /// `Line Input #n, name`, `Input #n, name`: what is read is not known.
    Read(Vec<Expression>),
    Close(Vec<Expression>),
    /// `Name a As b`.
    Rename(Expression, Expression),
}

/// A procedure.
#[derive(Debug, Clone)]
pub(super) struct Procedure {
    pub(super) name: Name,
    pub(super) parameters: Vec<Parameter>,
    pub(super) body: Vec<Line>,
    pub(super) line: u32,
    /// The words of its body, folded.
    pub(super) words: BTreeSet<Rc<str>>,
}

/// A parameter of a procedure.
#[derive(Debug, Clone)]
pub(super) struct Parameter {
    pub(super) name: Name,
    pub(super) by_value: bool,
    pub(super) default: Option<Expression>,
}

/// A program: what stands outside of procedures, and the procedures.
#[derive(Debug, Clone, Default)]
pub(super) struct Program {
    pub(super) lines: Vec<Line>,
    pub(super) procedures: Vec<Procedure>,
    /// Functions of libraries by the name that the program gives them, folded, with their own name (`Declare … Alias`).
    pub(super) declared: Vec<(String, String)>,
}
