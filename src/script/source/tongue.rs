//! The languages whose source code is read, and in what their spelling differs.

/// A programming language, or a family of them with one spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tongue {
    /// C and C++.
    C,
    /// Java, Kotlin and Groovy.
    Java,
    /// C#.
    CSharp,
    /// JavaScript outside the Windows Script Host.
    JavaScript,
    /// Go.
    Go,
    /// Rust.
    Rust,
    /// Python.
    Python,
    /// Perl.
    Perl,
    /// PHP.
    Php,
    /// Ruby.
    Ruby,
    /// Delphi and other Pascals.
    Delphi,
    /// AutoIt.
    AutoIt,
    /// SQL, as Microsoft's and others write it.
    Sql,
    /// JSON, where every string is a value.
    Json,
}

impl Tongue {
    /// What begins a remark that ends with its line.
    pub(super) fn line_remarks(self) -> &'static [&'static str] {
        match self {
            Self::C | Self::Java | Self::CSharp | Self::JavaScript | Self::Go | Self::Rust | Self::Delphi => &["//"],
            Self::Python | Self::Perl | Self::Ruby => &["#"],
            Self::Php => &["//", "#"],
            Self::AutoIt => &[";"],
            Self::Sql => &["--"],
            Self::Json => &[],
        }
    }

    /// What begins and ends a remark of several lines.
    pub(super) fn block_remarks(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::C | Self::Java | Self::CSharp | Self::JavaScript | Self::Go | Self::Rust | Self::Php | Self::Sql => {
                &[("/*", "*/")]
            }
            Self::Delphi => &[("{", "}"), ("(*", "*)")],
            Self::Python | Self::Perl | Self::Ruby | Self::AutoIt | Self::Json => &[],
        }
    }

    /// Whether the end of a line ends a statement.
    pub(super) fn ends_with_lines(self) -> bool {
        matches!(self, Self::Python | Self::Ruby | Self::AutoIt)
    }

    /// Whether a name may begin with this sign.
    pub(super) fn is_sigil(self, sign: char) -> bool {
        match self {
            Self::Perl => matches!(sign, '$' | '@'),
            Self::Php => sign == '$',
            Self::Ruby | Self::AutoIt => matches!(sign, '$' | '@'),
            Self::Sql => sign == '@',
            _ => false,
        }
    }

    /// The operators that join texts.
    pub(super) fn joins(self, operator: &str) -> bool {
        match self {
            Self::Perl | Self::Php => operator == ".",
            Self::AutoIt => operator == "&",
            Self::Sql => matches!(operator, "+" | "||"),
            _ => operator == "+",
        }
    }

    /// Whether a dot leads to a member, and does not join texts.
    pub(super) fn has_dot_members(self) -> bool {
        !matches!(self, Self::Perl | Self::Php)
    }

    /// Whether names are compared without case.
    pub(super) fn folds_names(self) -> bool {
        matches!(self, Self::Delphi | Self::AutoIt | Self::Sql)
    }

    /// Whether literals that stand beside each other are one.
    pub(super) fn joins_neighbours(self) -> bool {
        matches!(self, Self::C | Self::Python | Self::Ruby)
    }

    /// Whether some functions are called without parentheses.
    pub(super) fn calls_without_parentheses(self) -> bool {
        matches!(self, Self::Perl | Self::Ruby)
    }
}
