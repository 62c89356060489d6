//! What programs in JScript, and pages that hold scripts, write and start.

use crate::base::limits::Limits;
use crate::base::text::Text;
use crate::script::read;
use crate::script::reading::{Feed, Form, TextReading};
use crate::script::writer::emulation::Alone;
use crate::script::writer::outcome::Origin;

fn read_named(name: &str, text: &str) -> Option<TextReading> {
    let origin = Origin { directory: Some("C:\\w"), name };
    read::read(&Text::from_content(text), origin, &Alone, &Limits::default())
}

/// The one file that is fed to the one client: its path, its content, the command line.
fn one(name: &str, text: &str) -> (String, String, String) {
    let reading = read_named(name, text).unwrap_or_else(|| panic!("says nothing: {text}"));
    let [(launch, feed)] = reading.launches.as_slice() else { panic!("{} launches: {text}", reading.launches.len()) };
    let Feed::Written(index) = feed else { panic!("fed with {feed:?}: {text}") };
    let written = &reading.written[*index];
    (written.path.clone().unwrap_or_default(), written.text.content.replace("\r\n", "|"), launch.command_line.clone())
}

#[test]
fn scripts_are_written_and_fed() {
    let head =
        "var fso = new ActiveXObject(\"Scripting.FileSystemObject\"); var sh = new ActiveXObject('WScript.Shell');\n";
    let cases: [(&str, &str, &str, &str); 20] = [
        (
            "var f=fso.OpenTextFile(\"p.txt\",2,true);f.Write(\"open 192.0.2.145\\r\\nbob\\r\\npw\\r\\n\");f.Close();sh.Run(\"cmd /c ftp -s:p.txt\",0);",
            "p.txt",
            "open 192.0.2.145|bob|pw|",
            "ftp -s:p.txt",
        ),
        (
            "// a file\nvar t = fso.CreateTextFile('c', true) /* over it */\nt.WriteLine('open ' + 'h.x')\nt.WriteLine(\"\\x62\\u0079e\")\nt.Close()\nsh.Run('ftp -s:c')",
            "c",
            "open h.x|bye|",
            "ftp -s:c",
        ),
        (
            "var lines = ['open h.x', 'user bob pw']; lines.push('bye');\nvar t = fso.CreateTextFile('l');\nfor (var i = 0; i < lines.length; i++) { t.WriteLine(lines[i]); }\nsh.Run('ftp -s:l');",
            "l",
            "open h.x|user bob pw|bye|",
            "ftp -s:l",
        ),
        (
            "function w(f, s) { f.WriteLine(s); return f; }\n(function () { var t = fso.CreateTextFile('a'); w(w(t, 'open h.x'), 'bye').Close(); })();\nsh.Run('ftp -s:a');",
            "a",
            "open h.x|bye|",
            "ftp -s:a",
        ),
        (
            "var s = String.fromCharCode(98, 121) + 'e'; var t = fso.CreateTextFile('rx'.split('').reverse().join(''));\nt.Write(s.concat('!').replace('!', '|'));\nsh['Run'](unescape('%66tp -s:xr'));",
            "xr",
            "bye|",
            "ftp -s:xr",
        ),
        ("eval(\"var t = fso.CreateTextFile('e'); t.WriteLine('bye'); sh.Run('ftp -s:e')\");", "e", "bye|", "ftp -s:e"),
        (
            "var d = function (s) { var r = ''; for (var i = 0; i < s.length; i += 2) r += String.fromCharCode(parseInt(s.substr(i, 2), 16)); return r; };\nvar t = fso.CreateTextFile(d('68')); t.Write(d('627965')); sh.Run(d('667470202d733a68'));",
            "h",
            "bye",
            "ftp -s:h",
        ),
        (
            "var t = fso.CreateTextFile('i');\nif (1 > 2) t.Write('no'); else if (x.y) { t.Write('1'); } else { t.Write('2'); }\nt.Write(true ? 'a' : 'b'); t.Write(null || 'c');\nsh.Run('ftp -s:i');",
            "i",
            "12ac",
            "ftp -s:i",
        ),
        (
            "var n = 0, t = fso.CreateTextFile('w'); while (n < 3) { t.Write(n++); if (n == 2) continue; }\ndo { t.Write('x'); n--; } while (n > 1);\nfor (;;) { if (n > 5) break; n++; }\nt.Write(n); sh.Run('ftp -s:w');",
            "w",
            "012xx6",
            "ftp -s:w",
        ),
        (
            "var o = { path: 'o', 'go': function (s) { var t = fso.CreateTextFile(this.path); t.Write(s); sh.Run('ftp -s:' + this.path); } }; o.go('bye');",
            "o",
            "bye",
            "ftp -s:o",
        ),
        (
            "try { var t = fso.CreateTextFile('t'); t.Write('bye'); } catch (e) { WScript.Quit(1); } finally { sh.Run('ftp -s:t'); }",
            "t",
            "bye",
            "ftp -s:t",
        ),
        (
            "var t = fso.CreateTextFile('s'); switch ('b') { case 'a': t.Write(1); break; case 'b': t.Write(2); case 'c': t.Write(3); break; default: t.Write(4); }\nsh.Run('ftp -s:s');",
            "s",
            "23",
            "ftp -s:s",
        ),
        (
            "var t = fso.CreateTextFile('u'); t.WriteLine('user ' + user + ' ' + WScript.Arguments(0)); sh.Run('ftp -s:u');",
            "u",
            "user %user% %WScript.Arguments%|",
            "ftp -s:u",
        ),
        (
            "var s = new ActiveXObject('ADODB.Stream'); s.Type = 2; s.Charset = 'utf-8'; s.Open(); s.WriteText('bye'); s.SaveToFile('d', 2);\nnew ActiveXObject('Shell.Application').ShellExecute('ftp', '-s:d', '', 'open', 0);",
            "d",
            "bye",
            "ftp -s:d",
        ),
        (
            "var p = sh.ExpandEnvironmentStrings('%TEMP%') + '\\\\q.txt'; var t = fso.OpenTextFile(p, 8, true); t.WriteLine('bye'); sh.Run('ftp -s:' + p);",
            "%TEMP%\\q.txt",
            "bye|",
            "ftp -s:%TEMP%\\q.txt",
        ),
        (
            "var k = 'f@t@p'.replace(/@/g, ''); var t = fso.CreateTextFile('g'); t.Write('a-b'.replace(/-/, '')); sh.Run(k + ' -s:g');",
            "g",
            "ab",
            "ftp -s:g",
        ),
        (
            "setTimeout(function () { var t = fso.CreateTextFile('z'); t.Write('bye'); sh.Run('ftp -s:z'); }, 10);",
            "z",
            "bye",
            "ftp -s:z",
        ),
        (
            "function onload_() { var t = fso.CreateTextFile('y'); t.Write('bye'); sh.Run('ftp -s:y'); }",
            "y",
            "bye",
            "ftp -s:y",
        ),
        ("var e = sh.Exec('ftp -n'); e.StdIn.WriteLine('open h.x'); e.StdIn.Close();", "", "open h.x|", "ftp -n"),
        (
            "new Function('c', \"var t = fso.CreateTextFile('v'); t.Write('bye'); sh.Run('ftp -s:v')\")(1);",
            "v",
            "bye",
            "ftp -s:v",
        ),
    ];
    for (text, path, content, launch) in cases {
        let whole = format!("{head}{text}");
        assert_eq!(one("a.js", &whole), (path.to_owned(), content.to_owned(), launch.to_owned()), "{text}");
    }
}

#[test]
fn pages_hold_scripts_of_both_languages() {
    let cases = [
        (
            "a.hta",
            "<html><head><HTA:APPLICATION ID=\"x\">\n<script language=\"VBScript\">\nSub Window_OnLoad\nSet t = CreateObject(\"Scripting.FileSystemObject\").CreateTextFile(\"a\")\nt.WriteLine \"bye\"\nCreateObject(\"WScript.Shell\").Run \"ftp -s:a\"\nEnd Sub\n</script></head></html>",
            "bye|",
        ),
        (
            "a.html",
            "<html><script>\nvar t=new ActiveXObject('Scripting.FileSystemObject').CreateTextFile('a');t.Write('b')\n</script><p>x</p><SCRIPT type='text/javascript'>t.Write('ye');new ActiveXObject('WScript.Shell').Run('ftp -s:a')</SCRIPT></html>",
            "bye",
        ),
        (
            "a.wsf",
            "<?xml version='1.0'?><package><job id='j'><script language='VBScript'><![CDATA[\nSet t = CreateObject(\"Scripting.FileSystemObject\").CreateTextFile(\"a\")\nt.Write \"bye\"\nCreateObject(\"WScript.Shell\").Run \"ftp -s:a\"\n]]></script></job></package>",
            "bye",
        ),
        (
            "page.txt",
            "<html>\n<object classid='clsid:F935DC22-1CF0-11D0-ADB9-00C04FD58A0B'></object>\n<script>\nw.Run('command /C echo bye>a',false,6);\nw.Run('command /C echo if not exist x ftp -s:a >a.bat',false,6);\nw.Run('command /C a.bat',false,6);\n</script>\n</html>",
            "bye|",
        ),
    ];
    for (name, text, content) in cases {
        let found = one(name, text);
        assert_eq!(found.1, content, "{text}");
        assert!(found.2.starts_with("ftp -s:a"), "{text}");
        assert_eq!(read_named(name, text).unwrap().form, Form::Jscript);
    }
}

#[test]
fn lines_of_a_page_are_its_own() {
    let reading = read_named(
        "a.hta",
        "<html>\n<script>\nvar t=new ActiveXObject('Scripting.FileSystemObject').CreateTextFile('a');\nt.WriteLine('open h.x');\n</script>\n<script>\nt.WriteLine('bye');\nnew ActiveXObject('WScript.Shell').Run('ftp -s:a');\n</script>\n",
    )
    .unwrap();
    let lines: Vec<_> = reading.written[0].provenance.iter().map(|p| (p.line, p.written_by_line)).collect();
    assert_eq!(lines, [(1, 4), (2, 7)]);
    assert_eq!(reading.launches[0].0.found_in.line, Some(8));
}

#[test]
fn what_a_page_shows_is_still_read() {
    let page = "<html><script>x.Run('calc')</script>\n<pre>\nC:\\> echo open h.x>a\nC:\\> ftp -s:a\n</pre></html>";
    assert_eq!(one("a.html", page).1, "open h.x|");
}

#[test]
fn ordinary_programs_say_nothing() {
    for text in [
        "var xhr = window.ActiveXObject ? new ActiveXObject('Microsoft.XMLHTTP') : new XMLHttpRequest();\nxhr.open('GET', 'http://h/ftp', true);\nxhr.send(null);",
        "// ftp client\nfunction open(host) { return new Ftp(host); }\nopen('h.x').get('a');",
        "var s = new ActiveXObject('WScript.Shell');\ns.Run('notepad ftp.txt');",
    ] {
        assert_eq!(read_named("a.js", text), None, "{text}");
    }
}

#[test]
fn nothing_makes_it_fail() {
    let deep = format!("x = {}1{};", "(".repeat(5000), ")".repeat(5000));
    let blocks = "if (a) {\n".repeat(5000);
    let brackets = "[".repeat(5000);
    let chain = format!("new ActiveXObject('x');x = 'a'{};", " + 'b'".repeat(20_000));
    let unary = "!".repeat(5000);
    for text in [
        deep.as_str(),
        &blocks,
        &brackets,
        &chain,
        &unary,
        "function f(x) { return f(x + x); } f('a');",
        "for (;;) { s = s + s; }",
        "var a = []; a[0] = a; a.push(a); WScript.Echo(a);",
        "var o = {}; o.o = o; for (k in o) { o[k] = o; }",
        "s = 'eval(s)'; eval(s);",
        "x = 'a'; while (1) { x += x; }",
        "a[4294967295] = 1; a[-1] = 2; 'x'.substr(-9, -9); 1 << 99; 1 >>> -1; 5 % 0;",
        "case default } ) ] ; var = ; for ( in ; function ( ; try catch ; do while ; switch ( { case",
        "/[/]/g.test(x) / 2; /unended",
        "'\\x4' + \"\\u00\" + '\\",
    ] {
        let _ = read_named("a.js", &format!("var q = new ActiveXObject('q');\n{text}"));
        let _ = read_named("a.hta", &format!("<script>q.Run('x');{text}</script><script language=vbs>{text}"));
    }
}
