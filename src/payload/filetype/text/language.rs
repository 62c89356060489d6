//! The language of a text: its lines speak for languages, and one that leads with enough points is told.

use super::super::FileType;
use super::kinds as kind;
use super::line;

/// Languages that lines can speak for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    Python,
    Shell,
    Batch,
    PowerShell,
    VbScript,
    VisualBasic,
    JavaScript,
    Perl,
    Ruby,
    Php,
    Lua,
    Awk,
    Tcl,
    Sql,
    C,
    Cpp,
    CSharp,
    Java,
    Go,
    Rust,
    Assembly,
    Lisp,
    M4,
    Makefile,
    Troff,
    Tex,
    Diff,
    Css,
    Vim,
    Pod,
}

/// Each language's type and the points that it needs.
pub(super) const LANGUAGES: &[(Language, FileType, u32)] = &[
    (Language::Python, kind::PYTHON, 4),
    (Language::Shell, kind::SHELL, 6),
    (Language::Batch, kind::BATCH, 5),
    (Language::PowerShell, kind::POWERSHELL, 4),
    (Language::VbScript, kind::VBSCRIPT, 4),
    (Language::VisualBasic, kind::VISUAL_BASIC, 6),
    (Language::JavaScript, kind::JSCRIPT, 4),
    (Language::Perl, kind::PERL, 4),
    (Language::Ruby, kind::RUBY, 5),
    (Language::Php, kind::PHP, 4),
    (Language::Lua, kind::LUA, 5),
    (Language::Awk, kind::AWK, 5),
    (Language::Tcl, kind::TCL, 5),
    (Language::Sql, kind::SQL, 4),
    (Language::C, kind::C, 4),
    (Language::Cpp, kind::CPP, 4),
    (Language::CSharp, kind::CSHARP, 5),
    (Language::Java, kind::JAVA, 5),
    (Language::Go, kind::GO, 5),
    (Language::Rust, kind::RUST, 5),
    (Language::Assembly, kind::ASSEMBLY, 6),
    (Language::Lisp, kind::LISP, 6),
    (Language::M4, kind::M4, 4),
    (Language::Makefile, kind::MAKEFILE, 6),
    (Language::Troff, kind::TROFF, 5),
    (Language::Tex, kind::TEX, 5),
    (Language::Diff, kind::DIFF, 6),
    (Language::Css, kind::CSS, 6),
    (Language::Vim, kind::VIM, 6),
    (Language::Pod, kind::POD, 6),
];

/// A line may not decide alone by being repeated: points of one sort count three times at most.
const REPEATS: u8 = 3;
/// Lines at the start, where a program says what it needs.
const FIRST: u32 = 60;

/// Points of all languages.
#[derive(Default)]
pub(super) struct Points {
    total: [u32; LANGUAGES.len()],
    /// How often each number of points was given to each language.
    given: [[u8; 8]; LANGUAGES.len()],
    /// Whether one of the first lines spoke clearly.
    early: [bool; LANGUAGES.len()],
    /// Lines that were looked at.
    pub(super) lines: u32,
}

impl Points {
    pub(super) fn give(&mut self, language: Language, points: u8) {
        let index = language as usize;
        if points >= 4
            && self.lines <= FIRST
            && let Some(early) = self.early.get_mut(index)
        {
            *early = true;
        }
        let Some(given) = self.given.get_mut(index).and_then(|given| given.get_mut(usize::from(points.min(7)))) else {
            return;
        };
        if *given < REPEATS {
            *given = given.saturating_add(1);
            if let Some(total) = self.total.get_mut(index) {
                *total = total.saturating_add(u32::from(points));
            }
        }
    }

    fn of(&self, language: Language) -> u32 {
        self.total.get(language as usize).copied().unwrap_or_default()
    }
}

/// The language of a text, if one leads.
pub(super) fn find(text: &str) -> Option<FileType> {
    let mut points = Points::default();
    let mut inside = line::Inside::default();
    let separator = if text.contains('\n') { '\n' } else { '\r' };
    for held in text.split(separator) {
        let held = held.trim_end();
        if !held.is_empty() {
            points.lines = points.lines.saturating_add(1);
            line::speak(held, &mut inside, &mut points);
        }
    }
    let mut best: Option<(u32, FileType, bool)> = None;
    for (language, kind, least) in LANGUAGES {
        let mut sum = points.of(*language);
        if *language == Language::M4 {
            // Its macros hold pieces of shell and C, which speak for themselves.
            sum = sum.saturating_mul(3);
        }
        if *language == Language::Cpp && sum > 0 {
            // What is C is C++ too.
            sum = sum.saturating_add(points.of(Language::C));
        }
        if sum >= *least && best.is_none_or(|(most, ..)| sum > most) {
            best = Some((sum, *kind, points.early.get(*language as usize).copied().unwrap_or_default()));
        }
    }
    let (most, kind, early) = best?;
    // In a long text a few lines are chance, unless they speak clearly.
    (most >= 9 || early || points.lines <= most.saturating_mul(40)).then_some(kind)
}
