//! Jobs of z/OS that run its FTP client: `EXEC PGM=FTP` and the lines of its `INPUT`.
//!
//! A statement begins with `//`, then name, operation and operands; it goes on where the operands end with a comma.
//! `DD *` and `DD DATA` are followed by the data itself, up to `/*`, the string that `DLM=` names or, for `*`, the next
//! statement. Source: IBM, z/OS MVS JCL Reference; z/OS Communications Server: IP User's Guide and Commands.

use super::emulation::{Emulation, Input};
use super::files::Piece;
use crate::base::text::Text;
use crate::script::client::zos_ftp;
use crate::script::launch::{Client, Launch, Switches};

/// Whether a text is a job, or a part of one, that runs the client.
#[must_use]
pub fn is_script(content: &str) -> bool {
    content.lines().any(|line| statement(line).is_some_and(|statement| runs_ftp(&statement)))
}

/// Runs the job: each step that is the client becomes a launch, fed with its input.
pub fn run_file(emulation: &mut Emulation<'_>, text: &Text) {
    let lines: Vec<(u32, &str)> = text.lines().map(|line| (line.number, line.text)).collect();
    let mut rest = lines.into_iter().peekable();
    let mut step: Option<Step> = None;
    while let Some((number, line)) = rest.next() {
        if !emulation.step() {
            break;
        }
        let Some(mut found) = statement(line) else { continue };
        while found.operands.ends_with(',')
            && let Some((_, next)) = rest.next_if(|(_, next)| next.starts_with("// "))
        {
            found.operands.push_str(&operands(next.get(2..).unwrap_or_default()));
        }
        match found.operation.as_str() {
            "EXEC" => {
                launch(emulation, step.take());
                step = runs_ftp(&found).then(|| Step::new(number, line, &found));
            }
            "DD" => {
                let Some(delimiter) = inline_data(&found) else {
                    if let (Some(step), true) = (&mut step, is_input(&found.name)) {
                        step.data_set = operand(&found.operands, "DSN").or_else(|| operand(&found.operands, "DSNAME"));
                    }
                    continue;
                };
                let mut taken = Vec::new();
                while let Some((number, line)) = rest.next_if(|(_, line)| !delimiter.ends(line)) {
                    taken.push((number, line));
                }
                if let (Some(step), true) = (&mut step, is_input(&found.name)) {
                    let piece = |(line, text): (u32, &str)| Piece {
                        text: format!("{}\n", zos_ftp::line_of_input(text)),
                        line,
                        file: None,
                    };
                    step.input.extend(taken.into_iter().map(piece));
                }
            }
            _ => {}
        }
    }
    launch(emulation, step);
}

/// A step that runs the client.
struct Step {
    line: u32,
    text: String,
    parameter: String,
    data_set: Option<String>,
    input: Vec<Piece>,
}

impl Step {
    fn new(line: u32, text: &str, statement: &Statement) -> Self {
        let parameter = operand(&statement.operands, "PARM").unwrap_or_default();
        Self { line, text: text.trim_end().to_owned(), parameter, data_set: None, input: Vec::new() }
    }
}

fn launch(emulation: &mut Emulation<'_>, step: Option<Step>) {
    let Some(step) = step else { return };
    if step.input.is_empty() && step.data_set.is_none() && step.parameter.is_empty() {
        return;
    }
    // `PARM='host port (options'`, or options alone.
    let words = step.parameter.split_whitespace().take_while(|word| !word.starts_with('('));
    let mut words = words.filter(|word| !word.starts_with('-'));
    let (host, port) = (words.next().map(str::to_owned), words.next().and_then(|port| port.parse().ok()));
    let switches = Switches { host: host.clone(), port, ..Switches::default() };
    let arguments: Vec<String> = step.parameter.split_whitespace().map(str::to_owned).collect();
    emulation.line = step.line;
    emulation.input = if step.input.is_empty() { Input::Keyboard } else { Input::Text(step.input) };
    emulation.launch(Launch {
        client: Client::ZosFtp,
        command_line: step.text,
        arguments,
        host,
        port,
        script_path: step.data_set,
        auto_login: true,
        interactive: false,
        would_run: true,
        switches,
        ..Launch::default()
    });
    emulation.input = Input::Keyboard;
}

/// A statement of a job.
struct Statement {
    name: String,
    operation: String,
    operands: String,
}

fn statement(line: &str) -> Option<Statement> {
    let rest = line.strip_prefix("//").filter(|rest| !rest.starts_with('*'))?;
    let (name, rest) = rest.split_at_checked(rest.find(' ')?)?;
    let rest = rest.trim_start();
    let (operation, rest) = rest.split_at_checked(rest.find(' ').unwrap_or(rest.len()))?;
    let known = matches!(operation, "EXEC" | "DD" | "JOB" | "PROC" | "PEND" | "SET" | "IF" | "ENDIF" | "INCLUDE");
    known.then(|| Statement { name: name.to_owned(), operation: operation.to_owned(), operands: operands(rest) })
}

/// The operands: up to the first blank outside apostrophes; what follows is a remark.
fn operands(text: &str) -> String {
    let mut quoted = false;
    let text = text.trim_start();
    let end = text.find(|c: char| {
        quoted ^= c == '\'';
        c == ' ' && !quoted
    });
    text.get(..end.unwrap_or(text.len())).unwrap_or(text).to_owned()
}

/// The value of a keyword among operands, without its apostrophes or parentheses.
fn operand(operands: &str, keyword: &str) -> Option<String> {
    let mut quoted = false;
    let mut depth = 0u32;
    let parts = operands.split(|c: char| {
        quoted ^= c == '\'';
        match c {
            '(' if !quoted => depth = depth.saturating_add(1),
            ')' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && !quoted && depth == 0
    });
    let value = parts.into_iter().find_map(|part| part.split_once('=').filter(|(name, _)| *name == keyword))?.1;
    let value = value.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(value);
    let value = value.strip_prefix('\'').and_then(|inner| inner.strip_suffix('\'')).unwrap_or(value);
    Some(value.replace("''", "'"))
}

fn runs_ftp(statement: &Statement) -> bool {
    statement.operation == "EXEC"
        && (operand(&statement.operands, "PGM").is_some_and(|program| matches!(program.as_str(), "FTP" | "FTPS"))
            || operand(&statement.operands, "PROC").is_some_and(|procedure| procedure == "FTP")
            || statement.operands.split(',').next() == Some("FTP"))
}

/// `INPUT`, `SYSIN`, or one of them as an override of a procedure's step: `FTP.INPUT`.
fn is_input(name: &str) -> bool {
    matches!(name.rsplit('.').next(), Some("INPUT" | "SYSIN"))
}

/// Where inline data ends.
struct Delimiter {
    string: String,
    /// Whether the next statement ends it as well.
    statements_end: bool,
}

impl Delimiter {
    fn ends(&self, line: &str) -> bool {
        line.starts_with(self.string.as_str()) || self.statements_end && line.starts_with("//")
    }
}

fn inline_data(statement: &Statement) -> Option<Delimiter> {
    let kind = statement.operands.split(',').next()?;
    let string = operand(&statement.operands, "DLM");
    let statements_end = kind == "*" && string.is_none();
    matches!(kind, "*" | "DATA")
        .then(|| Delimiter { string: string.unwrap_or_else(|| "/*".to_owned()), statements_end })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::limits::Limits;
    use crate::script::client::{self, world::Unknown};
    use crate::script::reading::Feed;
    use crate::script::session::Session;
    use crate::script::writer::emulation::Alone;
    use crate::script::writer::outcome::Origin;

    /// Each step's session.
    fn sessions(job: &str) -> Vec<Session> {
        let (text, limits) = (Text::from_content(job), Limits::default());
        let mut emulation =
            Emulation::new(Origin::default(), crate::script::launch::Platform::Windows, &Alone, &limits);
        run_file(&mut emulation, &text);
        let outcome = emulation.finish();
        let run = |(launch, feed): &(Launch, Feed)| {
            let Feed::Written(index) = feed else { return Vec::new() };
            let script = Text::from_content(outcome.fed[*index].content());
            client::run(Some(&script), launch, &Unknown, &limits).sessions
        };
        outcome.launches.iter().flat_map(run).collect()
    }

    fn told(session: &Session) -> String {
        let login = session.credentials.first();
        let transfers: Vec<String> = session
            .transfers
            .iter()
            .map(|t| {
                let names = (t.remote_path.clone().unwrap_or_default(), t.local_path.clone().unwrap_or_default());
                format!("{:?} {} {}", t.direction, names.0, names.1)
            })
            .collect();
        format!(
            "{}:{} {}/{} {}",
            session.host.clone().unwrap_or_default(),
            session.port.unwrap_or_default(),
            login.and_then(|l| l.username.clone()).unwrap_or_default(),
            login.and_then(|l| l.password.as_ref()).map_or("", |p| p.reveal()),
            transfers.join("; ")
        )
    }

    #[test]
    fn jobs_say_what_they_move() {
        let cases: [(&str, &[&str]); 7] = [
            (
                "//XFER JOB (ACCT),'BOB'\n//FTP EXEC PGM=FTP,PARM='192.0.2.90 (EXIT'\n//OUTPUT DD SYSOUT=*\n//INPUT DD *\nbob\npw1\nascii\nput 'PROD.DATA.DAILY' daily.txt\nquit\n/*\n",
                &["192.0.2.90:21 bob/pw1 Upload daily.txt 'PROD.DATA.DAILY'"],
            ),
            (
                "//S1 EXEC PGM=FTP,REGION=4M\n//INPUT DD *\n192.0.2.91 2121\nbob pw1\nbinary\nget rem.bin 'HLQ.LOAD(MEM)' (replace\nquit\n//S2 EXEC PGM=IEFBR14\n",
                &["192.0.2.91:2121 bob/pw1 Download rem.bin 'HLQ.LOAD(MEM)'"],
            ),
            (
                "//S1 EXEC PGM=FTP,\n//         PARM='h.example (EXIT=8 TIMEOUT 60'\n//SYSIN DD DATA,DLM=@@\nbob\npw\n//odd\nput //DD:OUT x.txt\nclose\nquit\n@@\n",
                &["h.example:21 bob/pw Upload x.txt //DD:OUT"],
            ),
            (
                "//A EXEC PGM=FTP\n//INPUT DD *\nopen 192.0.2.92\nbob\npw\nlocsite recfm=fb lrecl=80\nquote site recfm=fb\nput 'A.B' +\n  'C.D'\nquit\n//B EXEC PGM=FTP,PARM='192.0.2.93'\n//INPUT DD *\neve pw2\nmget *.txt\nquit\n",
                &["192.0.2.92:21 bob/pw Upload 'C.D' 'A.B'", "192.0.2.93:21 eve/pw2 Download *.txt *.txt"],
            ),
            (
                "//S EXEC FTP,PARM='192.0.2.94'\n//FTP.INPUT DD *\nbob pw\n; a remark\ncd 'HLQ.X'\nput 'A.B.C' c  ; why\n/*\n",
                &["192.0.2.94:21 bob/pw Upload c 'A.B.C'"],
            ),
            ("//S EXEC PGM=SORT\n//SYSIN DD *\n SORT FIELDS=COPY\n/*\n", &[]),
            ("//S EXEC PGM=FTP,PARM='h.example'\n//INPUT DD DSN=HLQ.CARDS(FTP1),DISP=SHR\n", &[]),
        ];
        for (job, expected) in cases {
            assert_eq!(sessions(job).iter().map(told).collect::<Vec<_>>(), expected, "{job}");
        }
    }

    #[test]
    fn a_data_set_as_input_is_a_script_elsewhere() {
        let limits = Limits::default();
        let text = Text::from_content("//S EXEC PGM=FTP,PARM='h.example'\n//INPUT DD DSN=HLQ.CARDS(FTP1),DISP=SHR\n");
        let mut emulation =
            Emulation::new(Origin::default(), crate::script::launch::Platform::Windows, &Alone, &limits);
        run_file(&mut emulation, &text);
        let outcome = emulation.finish();
        assert_eq!(outcome.launches[0].0.script_path.as_deref(), Some("HLQ.CARDS(FTP1)"));
        assert_eq!(outcome.launches[0].0.host.as_deref(), Some("h.example"));
    }

    #[test]
    fn only_jobs_that_run_the_client_are_jobs() {
        assert!(is_script("//X EXEC PGM=FTP\n"));
        for text in ["//* EXEC PGM=FTP\n", "//X EXEC PGM=IKJEFT01\n", "// comment\nint x;"] {
            assert!(!is_script(text), "{text}");
        }
    }
}
