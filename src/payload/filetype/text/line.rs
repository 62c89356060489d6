//! For which languages one line of a text speaks, and how much.
//!
//! Points: 1 for what several languages write, 2 for what few do, 3 and more for what hardly anything else does.

use super::any_case;
use super::language::Language::{self, *};
use super::language::Points;

/// What a line stands in.
#[derive(Default)]
pub(super) struct Inside {
    /// A string of several lines in Python.
    quoted: bool,
    /// A comment of C.
    comment: bool,
    /// How many lines there were before.
    lines: u32,
}

/// How often a separator stands in a line, outside of double quotes.
pub(super) fn separators(line: &str, separator: char) -> usize {
    let mut quoted = false;
    let mut count = 0usize;
    for character in line.chars() {
        quoted ^= character == '"';
        count = count.saturating_add(usize::from(!quoted && character == separator));
    }
    count
}

/// Gives points for one line without its end.
pub(super) fn speak(line: &str, inside: &mut Inside, points: &mut Points) {
    let text = line.trim_start();
    inside.lines = inside.lines.saturating_add(1);
    if inside.comment {
        inside.comment = !text.contains("*/");
        return;
    }
    let quotes = text.matches("\"\"\"").count().saturating_add(text.matches("'''").count());
    if quotes % 2 == 1 {
        inside.quoted = !inside.quoted;
        if text.starts_with("\"\"\"") || text.starts_with("'''") || text.starts_with("r\"\"\"") {
            points.give(Python, if inside.lines == 1 { 3 } else { 2 });
        }
        return;
    }
    if inside.quoted {
        return;
    }
    if text.starts_with("/*") && !text.contains("*/") {
        inside.comment = true;
        return;
    }
    let end = text
        .find(|c: char| {
            !c.is_ascii_alphanumeric() && !matches!(c, '_' | '@' | '#' | '$' | '%' | ':' | '.' | '\\' | '-' | '\'')
        })
        .unwrap_or(text.len());
    let (word, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    let indented = text.len() < line.len();
    let said = Line { text, word, rest: rest.trim_start(), last: text.chars().last().unwrap_or(' '), indented };
    by_word(&said, points);
    by_start(&said, points);
    let lower = text.to_ascii_lowercase();
    let lower_word = lower.get(..end).unwrap_or_default();
    any_case::by_word(&said, &lower, lower_word, points);
    any_case::within(&said, &lower, points);
}

/// A line without the blank space in front.
pub(super) struct Line<'a> {
    pub(super) text: &'a str,
    /// The first word, and what follows it.
    pub(super) word: &'a str,
    pub(super) rest: &'a str,
    pub(super) last: char,
    pub(super) indented: bool,
}

/// Gives the same points to several languages.
pub(super) fn all(points: &mut Points, languages: &[Language], number: u8) {
    for language in languages {
        points.give(*language, number);
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'))
}

/// Keywords that only count as they are written.
fn by_word(line: &Line<'_>, points: &mut Points) {
    let (rest, last) = (line.rest, line.last);
    let quoted = rest.contains(['\'', '"']);
    match line.word {
        "from" if rest.contains(" import ") && !quoted || rest.ends_with(" import") => points.give(Python, 4),
        "import" => match () {
            () if rest.contains(" from ") && quoted => points.give(JavaScript, 4),
            () if rest.starts_with(['\'', '"']) => all(points, &[JavaScript, Go], 2),
            () if rest.starts_with('{') && (rest.contains("from\"") || rest.contains("from'")) => {
                points.give(JavaScript, 4)
            }
            () if rest == "(" => points.give(Go, 4),
            () if last == ';' && rest.starts_with("java") => points.give(Java, 5),
            () if last == ';' && rest.contains('.') => points.give(Java, 2),
            () if rest.split(',').all(|name| {
                name.split_whitespace()
                    .enumerate()
                    .all(|(place, word)| if place == 1 { word == "as" } else { is_name(word) })
            }) =>
            {
                points.give(Python, if rest.contains(" as ") { 4 } else { 3 });
            }
            () => {}
        },
        "def" => match () {
            () if last == ':' && rest.contains('(') => points.give(Python, 4),
            () if rest.contains("->") && last == ':' => points.give(Python, 4),
            () if rest.contains('(') && !rest.contains(')') && !rest.contains('{') => all(points, &[Python], 2),
            () if !rest.contains(['=', '{', ':', ';', '.']) || rest.starts_with("self.") => points.give(Ruby, 2),
            () => {}
        },
        "async" if rest.starts_with("def ") => points.give(Python, 4),
        "async" if rest.starts_with("function") => points.give(JavaScript, 4),
        "class" => match () {
            () if last == ':' => points.give(Python, 4),
            () if last == '(' || last == ',' => points.give(Python, 2),
            () if rest.contains(" extends ") && last == '{' => all(points, &[Java, JavaScript, Php], 2),
            () if last == '{' => all(points, &[Java, Cpp, CSharp, JavaScript, Php], 1),
            () if last == ';' && is_name(rest.trim_end_matches(';')) => points.give(Cpp, 3),
            () if rest.contains(" < ") => points.give(Ruby, 3),
            () => points.give(Ruby, 1),
        },
        "if" if rest.starts_with("exists(\"")
            || rest.starts_with("exists('")
            || rest.starts_with("!exists(")
            || rest.starts_with("has(\"") =>
        {
            points.give(Vim, 4)
        }
        "if" => match () {
            () if rest.starts_with("__name__") => points.give(Python, 6),
            () if last == ':' && !rest.starts_with('(') => points.give(Python, 2),
            () if rest.starts_with("[ ") || rest.starts_with("[[ ") || rest.starts_with("test ") => {
                points.give(Shell, 3)
            }
            () if rest.ends_with("; then") || rest.ends_with(";then") => points.give(Shell, 3),
            () if rest.ends_with(" then") => points.give(Lua, 2),
            () if rest.starts_with('{') => points.give(Tcl, 2),
            () if last == '{' => all(points, &[JavaScript, Perl, Php, C, Java, Go], 1),
            () => {}
        },
        "elif" if last == ':' => points.give(Python, 3),
        "elif" if rest.ends_with("then") => points.give(Shell, 4),
        "else:" | "try:" | "finally:" | "except:" => points.give(Python, 3),
        "except" if last == ':' => points.give(Python, 4),
        "for" | "while" | "with" if last == ':' && !rest.starts_with('(') => points.give(Python, 3),
        "for" if rest.ends_with("; do") && rest.contains(" in ") => points.give(Shell, 4),
        "for" if rest.ends_with(" do") && rest.contains('=') => points.give(Lua, 3),
        "for" if rest.contains(" in pairs(") || rest.contains(" in ipairs(") => points.give(Lua, 4),
        "while" if rest.ends_with("; do") => points.give(Shell, 4),
        "raise" if is_name(rest.split('(').next().unwrap_or_default()) => points.give(Python, 2),
        "return" if rest.starts_with("self.") => points.give(Python, 2),
        "__all__" | "__version__" | "__author__" if rest.starts_with('=') => points.give(Python, 4),
        "fi" | "done" | "esac" if rest.is_empty() || rest.starts_with(['<', '|', '>']) => points.give(Shell, 3),
        "then" | "do" if rest.is_empty() => points.give(Shell, 2),
        "case" if rest.ends_with(" in") => points.give(Shell, 4),
        "export"
            if rest.starts_with("default ")
                || rest.starts_with("const ")
                || rest.starts_with("function ")
                || rest.starts_with("class ")
                || rest.starts_with('{')
                || rest.starts_with("* from") =>
        {
            points.give(JavaScript, 4);
        }
        "export"
            if rest.starts_with("interface ")
                || rest.starts_with("type ")
                || rest.starts_with("declare ")
                || rest.starts_with("enum ") =>
        {
            points.give(JavaScript, 4)
        }
        "export" if rest.contains('=') || is_name(rest) => points.give(Shell, 2),
        "local" if rest.starts_with("function") => points.give(Lua, 5),
        "local" if rest.contains(" = ") => points.give(Lua, 3),
        "local" => points.give(Shell, 2),
        "set" if rest.starts_with("-e") || rest.starts_with("-u") || rest.starts_with("-x") => points.give(Shell, 3),
        "set" if !rest.contains('=') && rest.split_whitespace().count() >= 2 => points.give(Tcl, 1),
        "proc" if last == '{' && rest.contains('{') => points.give(Tcl, 5),
        "namespace" if rest.starts_with("eval ") => points.give(Tcl, 5),
        "namespace" if last == ';' && rest.contains('\\') => points.give(Php, 2),
        "namespace" if last == '{' || !rest.contains(' ') => all(points, &[Cpp, CSharp], 2),
        "package" => match () {
            () if rest.starts_with("require ") || rest.starts_with("provide ") || rest.starts_with("ifneeded ") => {
                points.give(Tcl, 5)
            }
            () if last == ';' && rest.contains("::") => points.give(Perl, 4),
            () if last == ';' && rest.contains('.') => points.give(Java, 3),
            () if last == ';' => all(points, &[Perl, Java], 2),
            () if is_name(rest) && !line.indented => points.give(Go, 3),
            () => {}
        },
        "use" => match () {
            () if rest.starts_with("strict;")
                || rest.starts_with("warnings")
                || rest.starts_with("vars ")
                || rest.starts_with("utf8;")
                || rest.starts_with("parent ")
                || rest.starts_with("base ") =>
            {
                points.give(Perl, 5);
            }
            () if last == ';' && rest.contains('\\') => points.give(Php, 2),
            () if last == ';'
                && rest.contains("::")
                && (rest.contains('{')
                    || rest.starts_with("std::")
                    || rest.starts_with("crate::")
                    || rest.starts_with("super::")) =>
            {
                points.give(Rust, 4);
            }
            () if last == ';'
                && (rest.contains("::") || rest.contains("qw") || rest.starts_with("5.") || rest.starts_with("v5")) =>
            {
                points.give(Perl, 3)
            }
            () => {}
        },
        "my" | "our" if rest.starts_with(['$', '@', '%', '(']) => points.give(Perl, 4),
        "sub" if last == '{' => points.give(Perl, 4),
        "1;" | "__END__" | "__DATA__" if rest.is_empty() => points.give(Perl, 3),
        "require" if rest.starts_with(['\'', '"']) && last != ';' => points.give(Ruby, 3),
        "require_relative" | "attr_accessor" | "attr_reader" => points.give(Ruby, 5),
        "module" if is_name(rest) => points.give(Ruby, 1),
        "end" if rest.is_empty() => all(points, &[Ruby, Lua], 1),
        "elsif" => all(points, &[Ruby, Perl], 2),
        "puts" if quoted => all(points, &[Ruby, Tcl], 1),
        "elseif" if rest.ends_with("then") => points.give(Lua, 3),
        "function" => match () {
            () if rest.contains('(') && last == '{' => all(points, &[JavaScript, Php], 2),
            () if rest.contains('(') && rest.ends_with(')') => points.give(Lua, 2),
            () if rest.ends_with("() {") => points.give(Shell, 1),
            () if rest.contains('-') && (last == '{' || is_name(&rest.replace('-', ""))) => points.give(PowerShell, 4),
            () => {}
        },
        "var" | "let"
            if !rest.starts_with("s:") && rest.get(1..2) != Some(":") && rest.contains('=') || last == ';' =>
        {
            points.give(JavaScript, 2)
        }
        "const" if rest.contains(" = ") && !rest.contains(": ") => points.give(JavaScript, 3),
        "func" if last == '{' => points.give(Go, 4),
        "fn" | "pub"
            if rest.contains('(') && last == '{'
                || rest.starts_with("struct ")
                || rest.starts_with("enum ")
                || rest.starts_with("mod ") =>
        {
            points.give(Rust, 4)
        }
        "impl" if last == '{' => points.give(Rust, 4),
        "type" if rest.ends_with(" struct {") || rest.ends_with(" interface {") => points.give(Go, 5),
        "mod" if last == ';' => points.give(Rust, 3),
        "public" | "private" | "protected" => match () {
            () if rest.starts_with(':') || line.text.ends_with(':') => points.give(Cpp, 4),
            () if rest.starts_with("function") => points.give(Php, 4),
            () if rest.starts_with("class ")
                || rest.starts_with("interface ")
                || rest.starts_with("final ")
                || rest.starts_with("static ") =>
            {
                all(points, &[Java, CSharp], 3)
            }
            () if rest.contains('(') || last == ';' => all(points, &[Java, CSharp], 2),
            () => {}
        },
        "public:" | "private:" | "protected:" => points.give(Cpp, 5),
        "@Override" | "@Deprecated" | "@Test" => points.give(Java, 4),
        "using" if rest.starts_with("namespace ") => points.give(Cpp, 5),
        "using" if rest.starts_with("System") => points.give(CSharp, 5),
        "template" if rest.starts_with('<') => points.give(Cpp, 5),
        "typedef" => points.give(C, 4),
        "struct" | "union" | "enum" if last == '{' => all(points, &[C, Rust], 2),
        "struct" if last == ';' && !rest.contains('(') => points.give(C, 2),
        "static" | "extern" if last == ';' || last == '{' || last == ')' || last == ',' || last == '=' => {
            points.give(C, 2)
        }
        "extern" if rest.starts_with("\"C\"") => points.give(C, 4),
        "int" | "void" | "char" | "unsigned" | "long" | "double" | "float" | "size_t" | "bool"
            if (last == ';' || last == '{' || last == ')' || last == ',') && !rest.is_empty() =>
        {
            points.give(C, 2);
        }
        "#include" if rest.starts_with(['<', '"']) => {
            points.give(C, 5);
            if rest.starts_with('<') && !rest.contains('.') || rest.contains(".hpp") {
                points.give(Cpp, 3);
            }
        }
        "#define" => points.give(C, 4),
        "#ifdef" | "#ifndef" | "#endif" | "#undef" | "#elif" | "#error" => points.give(C, 3),
        "#if" | "#else" | "#pragma" => points.give(C, 2),
        "#" if rest.starts_with("include <")
            || rest.starts_with("define ")
            || rest.starts_with("ifdef ")
            || rest.starts_with("ifndef ")
            || rest == "endif" =>
        {
            points.give(C, 3)
        }
        "BEGIN" if last == '{' => all(points, &[Awk, Perl], 3),
        "END" if last == '{' => points.give(Awk, 3),
        "dnl" => points.give(M4, 4),
        "ifeq" | "ifneq" if rest.starts_with('(') => points.give(Makefile, 5),
        ".PHONY:" | ".SUFFIXES:" | ".DEFAULT_GOAL" => points.give(Makefile, 5),
        ".text" | ".data" | ".globl" | ".global" | ".section" | ".align" | ".p2align" | ".type" | ".size" | ".file"
        | ".byte" | ".long" | ".quad" | ".ascii" | ".cfi_startproc" => {
            points.give(Assembly, 3);
        }
        ".intel_syntax" | ".syntax" | ".thumb" | ".arch" => points.give(Assembly, 4),
        ".TH" | ".Dd" | ".Dt" | ".SH" | ".Sh" if !line.indented => points.give(Troff, 5),
        ".PP" | ".TP" | ".IP" | ".br" | ".sp" | ".nf" | ".fi" | ".de" | ".so" | ".ie" | ".el" | ".ds" | ".nr"
        | ".LP" | ".Nm" | ".Nd" | ".B" | ".I" | ".if"
            if !line.indented =>
        {
            points.give(Troff, 3);
        }
        "@@" | "+++" | "---" if rest.starts_with(['-', 'a', 'b']) && !line.indented => points.give(Diff, 3),
        "=head1" | "=head2" | "=over" | "=item" | "=cut" | "=pod" | "=back" | "=encoding" => {}
        "let" if rest.get(1..2) == Some(":") || rest.starts_with('&') => points.give(Vim, 5),
        "endif" | "endfunction" | "endfunc" | "endfor" | "endwhile" if rest.is_empty() => points.give(Vim, 3),
        "syn" | "syntax"
            if ["match ", "keyword ", "region ", "include ", "cluster ", "case ", "sync ", "clear"]
                .iter()
                .any(|what| rest.starts_with(what)) =>
        {
            points.give(Vim, 4);
        }
        "hi" | "highlight"
            if rest.starts_with("def")
                || rest.starts_with("link ")
                || rest.contains("guifg=")
                || rest.contains("ctermfg=") =>
        {
            points.give(Vim, 4)
        }
        "call" | "setlocal" | "autocmd" | "au" | "command"
            if last == ')' || rest.contains("&l:") || rest.starts_with("BufRead") =>
        {
            points.give(Vim, 2)
        }
        "map" | "nmap" | "nnoremap" | "inoremap" | "vnoremap" | "noremap" | "loadkeymap" | "finish"
            if !rest.contains('(') =>
        {
            points.give(Vim, 3)
        }
        "console.log" => points.give(JavaScript, 3),
        _ => {}
    }
}

/// Beginnings that are no words.
fn by_start(line: &Line<'_>, points: &mut Points) {
    let text = line.text;
    let starts = |start: &str| text.starts_with(start);
    match text.as_bytes().first() {
        Some(b'#') if starts("#[derive") || starts("#[cfg") || starts("#![") => points.give(Rust, 4),
        Some(b'#') if starts("# -*- coding") || starts("# coding:") || starts("# -*- Mode: Python") => {
            points.give(Python, 3)
        }
        Some(b'#') if starts("#requires") || starts("#Requires") => points.give(PowerShell, 4),
        Some(b'@') if starts("@param") || starts("@media ") || starts("@import ") || starts("@font-face") => {
            points.give(Css, 3)
        }
        Some(b'@') if starts("@classmethod") || starts("@staticmethod") || starts("@property") || starts("@pytest") => {
            points.give(Python, 4)
        }
        Some(b'@') if starts("@echo ") && !line.indented => points.give(Batch, 5),
        Some(b'@') if starts("@@ -") && text.contains(" @@") => points.give(Diff, 5),
        Some(b'-') if starts("--- ") => points.give(Diff, 3),
        Some(b'+') if starts("+++ ") => points.give(Diff, 3),
        Some(b'(')
            if starts("(defun ")
                || starts("(defvar ")
                || starts("(defmacro ")
                || starts("(defcustom ")
                || starts("(defconst ") =>
        {
            points.give(Lisp, 5)
        }
        Some(b'(')
            if starts("(define ")
                || starts("(define-module")
                || starts("(setq ")
                || starts("(require ")
                || starts("(use-modules")
                || starts("(provide ") =>
        {
            points.give(Lisp, 4)
        }
        Some(b'(') if starts("(function") || starts("(()") => points.give(JavaScript, 3),
        Some(b';') if starts(";;;") || starts(";; ") => points.give(Lisp, 2),
        Some(b'"' | b'\'') if starts("\"use strict\"") || starts("'use strict'") => points.give(JavaScript, 5),
        Some(b'"') if starts("\" Vim ") || starts("\" Maintainer:") || starts("\" Language:") => points.give(Vim, 5),
        Some(b'"') if starts("\" ") => points.give(Vim, 1),
        Some(b'}') if starts("})();") || starts("});") || starts("}, ") => points.give(JavaScript, 2),
        Some(b'}') if starts("} else {") || starts("} catch (") => all(points, &[JavaScript, Java, C, Perl, Php], 1),
        Some(b'\\')
            if starts("\\begin{")
                || starts("\\section")
                || starts("\\usepackage")
                || starts("\\newcommand")
                || starts("\\def\\")
                || starts("\\chapter")
                || starts("\\input") =>
        {
            points.give(Tex, 4);
        }
        Some(b'=') if starts("=head") || starts("=over") || starts("=item") || starts("=cut") || starts("=pod") => {
            all(points, &[Perl, Pod], 3)
        }
        Some(b'$') if starts("$this->") => points.give(Php, 4),
        Some(b'$') => {
            let name = text.get(1..).unwrap_or_default();
            let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(name.len());
            let after = name.get(end..).unwrap_or_default().trim_start();
            if end > 0 && after.starts_with('=') && !after.starts_with("==") {
                if line.last == ';' {
                    all(points, &[Perl, Php], 2);
                } else {
                    points.give(PowerShell, 2);
                }
            }
        }
        Some(b'A')
            if starts("AC_INIT")
                || starts("AC_DEFUN")
                || starts("AC_CHECK")
                || starts("AM_INIT")
                || starts("AC_PREREQ")
                || starts("AU_ALIAS") =>
        {
            points.give(M4, 5)
        }
        Some(b'm') if starts("m4_") => points.give(M4, 4),
        Some(b'd') if starts("define(`") || starts("divert(") => points.give(M4, 5),
        Some(b'i') if starts("include(`") => points.give(M4, 4),
        Some(b'm') if starts("module.exports") => points.give(JavaScript, 5),
        Some(b'e') if starts("exports.") => points.give(JavaScript, 4),
        _ => {}
    }
    if text.ends_with("() {") && is_name(text.trim_end_matches("() {")) {
        points.give(Shell, 3);
    }
    if text.ends_with("()") && is_name(text.trim_end_matches("()")) && !line.indented {
        points.give(Shell, 2);
    }
    if text.ends_with(";;") {
        points.give(Shell, 3);
    }
    if text.ends_with('{')
        && (starts(".") || starts("#"))
        && text.as_bytes().get(1).is_some_and(u8::is_ascii_alphabetic)
        && !starts("#if")
        && !text.contains('(')
    {
        points.give(Css, 2);
    }
    let property = text.strip_suffix(';').and_then(|held| held.split_once(": ")).map(|(name, _)| name);
    if property
        .is_some_and(|name| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'))
    {
        points.give(Css, 1);
    }
    // A rule: names, a colon, names; recipes behind it begin with a tab.
    if !line.indented && text.contains("$(") && (text.contains(": ") || text.contains(":=")) {
        points.give(Makefile, 3);
    }
    if line.indented && (text.starts_with("@") || text.starts_with('-')) && text.contains("$(")
        || text.contains("$@") && text.contains("$<")
    {
        points.give(Makefile, 3);
    }
}
