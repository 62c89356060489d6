#!/usr/bin/env python3
"""Makes the seeds of the target small_artifacts. usage: small_artifacts.py"""
import pathlib
import struct

here = pathlib.Path(__file__).resolve().parent / "small_artifacts"


def instance(*texts):
    """The size of the texts, then these; nothing for the SID of who made it."""
    sid = struct.pack("<IBB6BII", 16, 1, 2, 0, 0, 0, 0, 0, 5, 32, 544)
    body = b"".join(b"\0" + text.encode() + b"\0" if text else sid for text in texts)
    return b"\xff\xff\4\0\0\0\1" + struct.pack("<I", len(body) | 1 << 31) + body + b"0\0A\0"


here.mkdir(exist_ok=True)
link = bytes.fromhex("4c0000000114020000000000c000000000000046") + struct.pack("<I", 0xB8)
link = link.ljust(76, b"\0")
for text in ("..\\ftp.exe", "C:\\t", "-s:x.txt"):
    link += struct.pack("<H", len(text)) + text.encode("utf-16le")
(here / "lnk").write_bytes(link + bytes(4))
(here / "url").write_bytes(b"[InternetShortcut]\r\nURL=file:///C:/t/a.exe\r\n")
(here / "zone").write_bytes(b"[ZoneTransfer]\r\nZoneId=3\r\nReferrerUrl=http://h/\r\nHostUrl=ftp://h/x.exe\r\n")
(here / "launches").write_bytes(b"C:\\t\\a b.exe|2022-12-28 16:40:44.123\r\nC:\\x.exe|2022-12-29 00:00:00.000\r\n")
ends = "2022-05-12 18:04:42.943|2|%programfiles%\\f\\f.exe|f|f.org|11.20|0006|Abnormal process exit with code 0x2\r\n"
(here / "ends").write_bytes(b"\xff\xfe" + ends.encode("utf-16le"))
lists = "[Startup]\r\n0CmdLine=a.bat\r\n0Parameters=-x\r\n[Logon]\r\n0CmdLine=b c.cmd\r\n"
(here / "policy").write_bytes(b"\xff\xfe" + lists.encode("utf-16le"))
(here / "launchd").write_bytes(
    b'<?xml version="1.0"?><plist version="1.0"><dict><key>Label</key><string>a</string><key>ProgramArguments</key><array>'
    b"<string>/bin/sh</string><string>-c</string><string>ftp &amp; x</string></array><key>RunAtLoad</key><true/>"
    b"<key>StartInterval</key><integer>60</integer></dict></plist>"
)
(here / "mof").write_bytes(
    b'#pragma x\ninstance of __EventFilter as $F { Name = "f"; Query = "SELECT * " "FROM x"; };\n'
    b'instance of CommandLineEventConsumer as $C { Name = "c"; CommandLineTemplate = "ftp -s:\\"a\\""; A = {1,2}; };\n'
    b"instance of __FilterToConsumerBinding { Filter = $F; Consumer = $C; };\n"
)
(here / "objects").write_bytes(
    instance("CommandLineEventConsumer", "CommandLineTemplate", "Name\x08")
    + instance("CommandLineEventConsumer", "cmd /c ftp -s:a", "", "C:\\a.exe", "Updater", "C:\\t")
    + instance("ActiveScriptEventConsumer", "", "Script", "VBScript", "Set s = CreateObject(1)")
    + instance("__EventFilter", "", "root\\cimv2", "Started", "SELECT * FROM x", "WQL")
    + instance("__FilterToConsumerBinding", 'CommandLineEventConsumer.Name="Updater"', "", '__EventFilter.Name="Started"')
)
