#!/usr/bin/env python3
"""Makes the seeds of the target registry_facts: a hive of each kind that says something. usage: registry_facts.py"""
import pathlib
import struct
import sys

here = pathlib.Path(__file__).resolve().parent / "registry_facts"
sys.path.insert(0, str(here.parents[2] / "testdata" / "generate"))
from hive_writer import NEW_YEAR_2020, expand, hive

TIME = struct.pack("<Q", NEW_YEAR_2020)


def wide(text):
    return text.encode("utf-16-le")


def counted(text):
    return struct.pack("<I", len(wide(text))) + wide(text)


def actions(version, *commands):
    out = struct.pack("<H", version) + (counted("Author") if version > 1 else b"")
    for command in commands:
        out += b"ff" + counted("") + b"".join(map(counted, command)) + (b"\0\0" if version == 3 else b"")
    return out + b"ww" + counted("") + bytes(16) + counted("data")


CURRENT = "Microsoft\\Windows\\CurrentVersion"
NT = "Microsoft\\Windows NT\\CurrentVersion"
CACHE = NT + "\\Schedule\\TaskCache"
INFO = struct.pack("<I", 3) + TIME * 2 + bytes(16)
software = {
    CURRENT + "\\Run": {"@values": {"a": "ftp -s:C:\\a.txt", "b": expand("%TEMP%\\b.exe")}},
    CURRENT + "\\RunOnceEx\\1": {"@values": {"1": "||c.exe"}},
    CURRENT + "\\Explorer\\StartupApproved\\Run": {"@values": {"b": b"\3\0\0\0"}},
    NT: {"@values": {"ProductName": "Windows 10", "CurrentBuild": "19045", "InstallDate": 1577836800}},
    NT + "\\Winlogon": {"@values": {"Shell": "explorer.exe"}},
    NT + "\\Winlogon\\Notify\\p": {"@values": {"DLLName": "p.dll"}},
    NT + "\\Windows": {"@values": {"AppInit_DLLs": "a.dll", "LoadAppInit_DLLs": 1}},
    NT + "\\Image File Execution Options\\x.exe": {"@values": {"Debugger": "d.exe"}},
    CACHE + "\\Tree\\T": {"@values": {"Id": "{1}", "Index": 2}},
    CACHE + "\\Tasks\\{1}": {"@values": {"Actions": actions(3, ("a b.exe", "-x", "C:\\")), "DynamicInfo": INFO}},
    CACHE + "\\Tasks\\{2}": {"@values": {"Path": "\\Gone", "Actions": actions(1, ("c.exe", "", ""))}},
    "Microsoft\\SystemCertificates\\ROOT\\Certificates\\AB": {"@values": {"Blob": bytes(40)}},
    "Microsoft\\SystemCertificates\\AuthRoot\\AutoUpdate": {"@values": {"EncodedCtl": bytes(20000)}},
}


def system(cache, key="AppCompatCache"):
    manager = "ControlSet001\\Control\\Session Manager"
    return {
        "Select": {"@values": {"Current": 1}},
        "ControlSet001\\Services\\s": {"@values": {"Type": 16, "Start": 2, "ImagePath": "s.exe", "ObjectName": "x"}},
        "ControlSet001\\Services\\s\\Parameters": {"@values": {"ServiceDll": "s.dll"}},
        "ControlSet001\\Services\\bam\\State\\UserSettings\\S-1-5-21-1": {"@values": {"\\Device\\a.exe": TIME + bytes(16)}},
        "ControlSet001\\Control\\ComputerName\\ComputerName": {"@values": {"ComputerName": "PC1"}},
        manager: {"@values": {"BootExecute": ["autocheck autochk *"]}},
        manager + "\\" + key: {"@values": {"AppCompatCache": cache}},
    }


def chained(header, magic, middle):
    body = struct.pack("<H", 16) + wide("C:\\a.exe") + middle + TIME + bytes(4)
    return header + (magic + struct.pack("<II", 0, len(body)) + body) * 2


FLAGS = struct.pack("<HII", 0, 2, 0)
seven = struct.pack("<II", 0xBADC0FEE, 1).ljust(128, b"\0") + struct.pack("<HHIQ", 16, 18, 0, 176) + TIME
seven += struct.pack("<IIQQ", 2, 0, 0, 0) + wide("C:\\a.exe")
vista = struct.pack("<IIHHI", 0xBADC0FFE, 1, 16, 18, 32) + TIME + struct.pack("<II", 2, 0) + wide("C:\\a.exe")
xp = struct.pack("<II", 0xDEADBEEF, 1).ljust(400, b"\0") + wide("C:\\a.exe").ljust(528, b"\0") + TIME * 3
EXPLORER = "Software\\" + CURRENT + "\\Explorer"
user = {
    EXPLORER: {"@values": {"Logon User Name": "bob"}},
    EXPLORER + "\\RunMRU": {"@values": {"a": "ftp -s:x\\1", "MRUList": "a"}},
    EXPLORER + "\\TypedPaths": {"@values": {"url1": "ftp://h/"}},
    EXPLORER + "\\UserAssist\\{1}\\Count": {"@values": {"P:\\sgc.rkr": bytes(60) + TIME + bytes(4)}},
    "Environment": {"@values": {"UserInitMprLogonScript": "l.bat"}},
    "Control Panel\\Desktop": {"@values": {"SCRNSAVE.EXE": "s.scr"}},
}
DIGEST = "0000da39a3ee5e6b4b0d3255bfef95601890afd80709"
amcache = {
    "Root\\InventoryApplicationFile\\a|1": {
        "@values": {"LowerCaseLongPath": "c:\\a.exe", "FileId": DIGEST, "Size": 1 << 33, "LinkDate": "02/21/2019 16:00:00"}
    },
    "Root\\File\\{v}\\1": {"@values": {"15": "C:\\b.exe", "101": DIGEST, "6": 5, "f": 1577836800, "12": NEW_YEAR_2020}},
}
here.mkdir(exist_ok=True)
hives = {
    "software": software,
    "user": user,
    "amcache": amcache,
    "system-10": system(chained(struct.pack("<I", 0x34).ljust(0x34, b"\0"), b"10ts", b"")),
    "system-8.1": system(chained(struct.pack("<I", 128).ljust(128, b"\0"), b"10ts", FLAGS)),
    "system-8": system(chained(struct.pack("<I", 128).ljust(128, b"\0"), b"00ts", FLAGS)),
    "system-7": system(seven),
    "system-vista": system(vista),
    "system-xp": system(xp, "AppCompatibility"),
}
for name, tree in hives.items():
    (here / name).write_bytes(hive(tree))
