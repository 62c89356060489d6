//! Files whose entries are command lines or addresses: scheduled tasks, exports of the registry, shortcuts, units.

mod registry;
mod sections;
mod task;

use super::emulation::Emulation;
use super::literals;
use crate::base::text::Text;
use crate::script::launch::Client;
use crate::script::session::{Command, Role, Session};
use crate::script::url;

/// The kinds of such files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// A task of the Task Scheduler, as XML.
    Task,
    /// An export of the registry.
    Registry,
    /// An Internet shortcut, `.url`.
    InternetShortcut,
    /// A `.desktop` entry of Unix.
    DesktopEntry,
    /// `autorun.inf`.
    Autorun,
    /// A unit of systemd.
    Unit,
}

/// Which kind a text is, told by its head.
#[must_use]
pub fn of(content: &str) -> Option<Container> {
    let head = content.trim_start_matches(['\u{feff}', ' ', '\r', '\n', '\t', '\0']);
    if head.starts_with("REGEDIT4") || head.starts_with("Windows Registry Editor Version 5") {
        return Some(Container::Registry);
    }
    if head.starts_with('<') {
        let is_task = head.contains("<Exec") && head.contains("<Command") && head.contains("<Task");
        return is_task.then_some(Container::Task);
    }
    let first = content.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with([';', '#']))?;
    let kinds = [
        ("[internetshortcut]", Container::InternetShortcut),
        ("[desktop entry]", Container::DesktopEntry),
        ("[autorun]", Container::Autorun),
        ("[unit]", Container::Unit),
        ("[service]", Container::Unit),
    ];
    // An Internet shortcut may begin with the property stores of newer systems.
    let named = |name: &str| content.lines().any(|line| line.trim().eq_ignore_ascii_case(name));
    let folded = first.trim_start_matches('\u{feff}').to_ascii_lowercase();
    let kind = kinds.iter().find(|(name, _)| folded == *name).map(|(_, kind)| *kind);
    kind.or_else(|| (folded.starts_with("[{") && named("[InternetShortcut]")).then_some(Container::InternetShortcut))
}

/// Runs what the entries of a text start, and notes the addresses that they open.
pub fn run_file(emulation: &mut Emulation<'_>, text: &Text, container: Container) {
    match container {
        Container::Task => task::run_file(emulation, text),
        Container::Registry => registry::run_file(emulation, text),
        _ => sections::run_file(emulation, text, container),
    }
}

/// Notes an address that the Windows shell opens; false where it is none of FTP.
fn open_address(emulation: &mut Emulation<'_>, address: &str, written: &str) -> bool {
    let Some(parsed) = url::parse(address) else { return false };
    let command = Command {
        line: emulation.line,
        role: Role::Command,
        verb: Some("open".to_owned()),
        arguments: vec![address.to_owned()],
        wire: Vec::new(),
        text: written.to_owned(),
        message: None,
    };
    let session = Session { commands: vec![command], ..parsed.session(emulation.line) };
    emulation.outcome.library.get_or_insert(Client::Explorer);
    emulation.open_session(session);
    true
}

/// Starts a command line that stands in an entry.
fn start(emulation: &mut Emulation<'_>, command_line: &str) {
    if emulation.enter() {
        emulation.start(command_line.trim());
        emulation.leave();
    }
}

/// Whether the value of an entry is a command line.
fn is_command_line(value: &str) -> bool {
    literals::is_command_line(value)
}

#[cfg(test)]
mod tests {
    use crate::base::limits::Limits;
    use crate::base::text::Text;
    use crate::script::read;
    use crate::script::reading::{Form, TextReading};
    use crate::script::writer::emulation::Alone;
    use crate::script::writer::outcome::Origin;

    fn reading(name: &str, text: &str) -> Option<TextReading> {
        read::read(&Text::from_content(text), Origin { directory: None, name }, &Alone, &Limits::default())
    }

    #[test]
    fn entries_start_clients() {
        let task = "<?xml version=\"1.0\" encoding=\"UTF-16\"?>\n<Task version=\"1.2\" xmlns=\"http://schemas.microsoft.com/windows/2004/02/mit/task\">\n\
                    <Actions Context=\"Author\">\n<Exec>\n<Command>ftp.exe</Command>\n<Arguments>-s:&quot;C:\\a b\\x.txt&quot; -n</Arguments>\n\
                    <WorkingDirectory>C:\\w</WorkingDirectory>\n</Exec></Actions></Task>";
        let cases: [(&str, &str, &str, Form, u32); 8] = [
            ("t.xml", task, "ftp.exe -s:\"C:\\a b\\x.txt\" -n", Form::ScheduledTask, 4),
            (
                "t",
                "<Task><Actions><Exec><Command>C:\\Windows\\System32\\cmd.exe</Command><Arguments>/c echo open 192.0.2.1&gt;f &amp; ftp -s:f</Arguments></Exec></Actions></Task>",
                "ftp -s:f",
                Form::ScheduledTask,
                1,
            ),
            (
                "a.reg",
                "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_CURRENT_USER\\Software\\Microsoft\\Windows\\CurrentVersion\\Run]\r\n\"a\"=\"C:\\\\Windows\\\\System32\\\\ftp.exe -s:\\\"c:\\\\x.txt\\\"\"\r\n",
                "C:\\Windows\\System32\\ftp.exe -s:\"c:\\x.txt\"",
                Form::Registry,
                4,
            ),
            ("a.reg", "REGEDIT4\n\n[HKEY_X]\n@=\"ftp -s:y\"\n", "ftp -s:y", Form::Registry, 4),
            (
                "a.reg",
                "Windows Registry Editor Version 5.00\n[K]\n\"a\"=hex(2):66,00,74,00,70,00,20,00,\\\n  2d,00,73,00,3a,00,78,00,00,00\n",
                "ftp -s:x",
                Form::Registry,
                3,
            ),
            ("autorun.inf", "[AutoRun]\r\nopen=ftp.exe -s:x\r\nicon=a.ico", "ftp.exe -s:x", Form::Text, 2),
            (
                "a.desktop",
                "[Desktop Entry]\nType=Application\nExec=sh -c \"ftp -n 192.0.2.3\"\n",
                "ftp -n 192.0.2.3",
                Form::Text,
                3,
            ),
            (
                "a.service",
                "[Unit]\nDescription=x\n[Service]\nExecStart=-/usr/bin/ftp -n 192.0.2.4\n",
                "/usr/bin/ftp -n 192.0.2.4",
                Form::Text,
                4,
            ),
        ];
        for (name, text, command_line, form, line) in cases {
            let Some(reading) = reading(name, text) else {
                // The shell of Unix has its own interpreter.
                assert!(name == "a.desktop", "{text}");
                continue;
            };
            let (launch, _) = reading.launches.first().expect(text);
            assert_eq!((launch.command_line.as_str(), reading.form), (command_line, form), "{text}");
            assert_eq!(launch.found_in.line, Some(line), "{text}");
        }
        let first = reading("t.xml", task).unwrap();
        assert_eq!(first.launches[0].0.working_directory.as_deref(), Some("C:\\w"));
    }

    #[test]
    fn shortcuts_open_addresses() {
        let cases = [
            ("a.url", "[InternetShortcut]\r\nURL=ftp://bob:pw@192.0.2.76/x\r\n", Some("192.0.2.76"), Form::Url),
            (
                "a.url",
                "[{000214A0-0000-0000-C000-000000000046}]\nProp3=19,2\n[InternetShortcut]\nURL=ftp://192.0.2.77/x.exe",
                Some("192.0.2.77"),
                Form::Url,
            ),
            ("a.url", "[InternetShortcut]\nURL=https://192.0.2.77/ftp", None, Form::Url),
            (
                "a.reg",
                "REGEDIT4\n[HKEY_CURRENT_USER\\Software\\Microsoft\\Internet Explorer\\TypedURLs]\n\"url1\"=\"ftp://192.0.2.78/\"",
                Some("192.0.2.78"),
                Form::Registry,
            ),
            ("a.reg", "REGEDIT4\n[HKEY_X]\n\"Help\"=\"ftp://ftp.example.com/\"", None, Form::Registry),
        ];
        for (name, text, host, form) in cases {
            let reading = reading(name, text);
            let session = reading.as_ref().and_then(|reading| reading.sessions.first());
            assert_eq!(session.and_then(|session| session.host.as_deref()), host, "{text}");
            if let Some(reading) = &reading {
                assert_eq!(reading.form, form);
            }
        }
    }
}
