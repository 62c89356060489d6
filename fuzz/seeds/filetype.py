#!/usr/bin/env python3
"""Makes the seeds of the target filetype: a name, LF, and a small file of a kind. usage: filetype.py"""
import io
import pathlib
import struct
import tarfile
import zipfile

here = pathlib.Path(__file__).resolve().parent / "filetype"


def archive(*members):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members:
            file.writestr(zipfile.ZipInfo(name), content)
    return made.getvalue()


def tar():
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.USTAR_FORMAT) as file:
        file.addfile(tarfile.TarInfo("a"))
    return made.getvalue()[:1024]


def placed(length, *parts):
    made = bytearray(length)
    for at, part in parts:
        made[at:at + len(part)] = part
    return bytes(made)


def compound(name):
    entry = b"".join(placed(128, (0, text.encode("utf-16-le")), (64, struct.pack("<H", 2 * len(text) + 2)))
                     for text in ("Root Entry", name, "", ""))
    header = placed(512, (0, bytes.fromhex("d0cf11e0a1b11ae1")), (28, b"\xfe\xff\x09\0"), (44, b"\1"), (48, b"\1"),
                    (76, struct.pack("<I", 0)))
    return header + struct.pack("<3I", 0xFFFFFFFD, 0xFFFFFFFE, 0xFFFFFFFF).ljust(512, b"\xff") + entry


MAIN = "<Override ContentType=\"application/vnd.ms-word.document.macroEnabled.main+xml\"/>"
PE = placed(512, (0, b"MZ"), (0x3C, b"\x80"), (0x80, b"PE\0\0\x64\x86"), (0x98, b"\x0b\x02"), (0xDC, b"\3"))
ELF = placed(256, (0, b"\x7fELF\2\1\1"), (16, b"\3"), (32, b"\x40"), (54, b"\x38\0\1"), (64, b"\3"))
SEEDS = {
    "pe": ("photo.jpg", PE), "ne": ("a.exe", placed(256, (0, b"MZ"), (0x3C, b"\x80"), (0x80, b"NE"))), "elf": ("a.exe.bak", ELF),
    "macho": ("a", struct.pack("<4I", 0xFEEDFACF, 7, 3, 2)), "class": ("a.class", b"\xca\xfe\xba\xbe\0\0\0\x34"),
    "docm": ("a.docx", archive(("[Content_Types].xml", MAIN), ("word/vbaProject.bin", "x"))),
    "jar": ("a.zip", archive(("META-INF/MANIFEST.MF", ""), ("WEB-INF/web.xml", ""))),
    "odt": ("a.odt", archive(("mimetype", "application/vnd.oasis.opendocument.text"))),
    "doc": ("a.doc", compound("WordDocument")), "xls": ("a.xls", compound("Workbook")), "tar": ("a.tar", tar()),
    "mp3": ("a.mp3", placed(900, (0, b"\xff\xfb\x90\x64"), (417, b"\xff\xfb\x90\x64"))),
    "mp4": ("a.mp4", b"\0\0\0\x18ftypisom\0\0\0\0isommp41"), "png": ("a.png", b"\x89PNG\r\n\x1a\n"),
    "icon": ("a.ico", b"\0\0\1\0\1\0\x10\x10\0\0\1\0\x20\0\x68\4\0\0\x16\0\0\0"), "lzh": ("a.lzh", b"\x20\x10-lh5-".ljust(40, b"\0")),
    "der": ("a.cer", b"\x30\x82\x01\x10\x30\x82\x01\0\xa0\3\2\1\2\2\1\1".ljust(276, b"\0")), "hive": ("SAM.txt", b"regf\1\0\0\0"),
    "terminfo": ("ansi.sys", b"\x1a\1\5\0\0\0\0\0\0\0\0\0ansi\0"), "dbf": ("a.dbf", b"\3\x7c\1\1".ljust(64, b"\0")),
    "pem": ("a.pem", b"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n"), "base64": ("a.txt", b"TVqQAAMAAAAEAAAA//8AALgAAAA=\r\n"),
    "json": ("a.json", b'{"a": [1, 2.5e3, true, null, "\\u0041"], "b": {}}\n{"c": 1}\n'), "csv": ("a.csv", b'a,"b,c",d\n1,2,3\n4,5,6\n'),
    "html": ("a.txt", b"<!-- a --><!DOCTYPE a [<!ENTITY b \"c\">]><html><hta:application/></html>"), "mail": ("a.eml", b"Received: a\nFrom: b\nTo: c\nSubject: d\n\ne\n"),
    "shadow": ("a.txt", b"root:$6$a$b:19000:0:99999:7:::\n"), "ftp": ("a.jpg", b"open 192.0.2.1\r\nbob\r\npw\r\nput a\r\nbye\r\n"),
    "batch": ("a.txt", b"@echo off\r\nfor /f %%i in (a) do echo %%i >nul\r\n"), "powershell": ("a.ps1", b"param($x)\r\nWrite-Host $env:TEMP\r\n"),
    "vbs": ("a.vbs", b"On Error Resume Next\r\nSet a = CreateObject(\"b\")\r\nEnd Sub\r\n"), "perl": ("a", b"#!/usr/bin/env -S perl -w\nuse strict;\nmy $a = 1;\n"),
    "python": ("a.py", b'"""a"""\nfrom b import c\nif __name__ == "__main__":\n    pass\n'), "c": ("a.c", b"#include <a.h>\n/* b\n*/\nint main(void)\n{\n}\n"),
    "wide": ("a.reg", "\ufeffWindows Registry Editor Version 5.00\r\n".encode("utf-16-le")),
}
here.mkdir(exist_ok=True)
for seed, (name, content) in SEEDS.items():
    (here / seed).write_bytes(name.encode() + b"\n" + content)
