//! What a line of cmd.exe is parsed into. Chains are flat lists, so that a line of many commands nests no deeper than it must.

/// A command with its redirections, or several tied together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    /// Nothing, or a remark.
    Nothing,
    /// One command: its text with carets worked off and redirections taken out.
    Simple { text: String, redirects: Vec<Redirect> },
    /// Commands in parentheses, each with the line that it begins on.
    Block { body: Vec<(usize, Node)>, redirects: Vec<Redirect> },
    /// Two commands or more tied by one operator.
    Chain { operator: Operator, nodes: Vec<Node> },
    /// `if WORDS BODY [else OTHER]`.
    If { condition: Vec<String>, body: Box<Node>, otherwise: Option<Box<Node>> },
    /// `for [/x options] %v in (LIST) do BODY`.
    For { options: String, variable: String, list: String, body: Box<Node> },
}

/// How commands are tied, from the weakest to the strongest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    /// `&`: one after the other.
    Then,
    /// `||`: the next where the one before fails.
    Otherwise,
    /// `&&`: the next where the one before succeeds.
    AndThen,
    /// `|`: the output of one is the input of the next.
    Pipe,
}

impl Operator {
    /// The sign.
    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Then => "&",
            Self::Otherwise => "||",
            Self::AndThen => "&&",
            Self::Pipe => "|",
        }
    }

    /// The operator that binds next stronger; none binds stronger than a pipe.
    pub(super) fn stronger(self) -> Option<Self> {
        match self {
            Self::Then => Some(Self::Otherwise),
            Self::Otherwise => Some(Self::AndThen),
            Self::AndThen => Some(Self::Pipe),
            Self::Pipe => None,
        }
    }
}

/// One redirection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Redirect {
    /// The handle: 0 to 9.
    pub(super) handle: u8,
    /// `<` or `>` or `>>`.
    pub(super) kind: RedirectKind,
    /// The file, or the number of the other handle.
    pub(super) target: String,
}

/// The kind of a redirection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RedirectKind {
    /// `<`.
    Input,
    /// `>`.
    Overwrite,
    /// `>>`.
    Append,
    /// `>&1`.
    Duplicate,
}
