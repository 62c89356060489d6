"""Writes Windows event logs (.evtx) that other tools read: chunks with templates, tables and checksums.

    from evtx_writer import Record, write
    write("Security.evtx", [Record("Microsoft-Windows-Security-Auditing", 4688, "2024-05-12T17:20:49.2610000Z", "Security",
                                   "PC.example", data={"NewProcessName": r"C:\\Windows\\System32\\ftp.exe"})])

Source: J. Metz, "Windows XML Event Log (EVTX)" (libevtx). Standard library only, no clock, no chance.
"""
import datetime
import struct
import uuid
import zlib
from dataclasses import dataclass, field

CHUNK = 65536
STRING, UINT8, UINT16, UINT32, UINT64, FILETIME, SID, BINXML = 0x01, 0x04, 0x06, 0x08, 0x0A, 0x11, 0x13, 0x21
PROVIDERS = {
    "Microsoft-Windows-Sysmon": "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}",
    "Microsoft-Windows-Security-Auditing": "{54849625-5478-4994-A5BA-3E3B0328C30D}",
    "Microsoft-Windows-PowerShell": "{A0C1853B-5C40-4B15-8766-3CF1C58F985A}",
    "Microsoft-Windows-TaskScheduler": "{DE7B24EA-73C8-4A09-985D-5BDADCFA9017}",
    "Microsoft-Windows-Eventlog": "{FC65DDD8-D6EF-4962-83D5-6E5CFE9CE148}",
    "Service Control Manager": "{555908D1-A6D7-4695-8E1E-26931D2012F4}",
}


@dataclass
class Record:
    """One event. `data` maps names to text; a list of texts stands for data without names; `user_data` is the name of the
    element in `UserData` that holds them instead of `EventData`."""
    provider: str
    event_id: int
    time: str
    channel: str
    computer: str
    data: dict = field(default_factory=dict)
    version: int = 0
    process_id: int = 4
    thread_id: int = 8
    user_id: str = "S-1-5-18"
    user_data: str = ""
    namespace: str = ""
    record_id: int = 0


def filetime(text):
    """100 ns since 1601 of `2024-05-12T17:20:49.2610000Z`, or of the like with a blank and without a `Z`."""
    whole, _, fraction = text.replace(" ", "T").rstrip("Z").partition(".")
    seconds = (datetime.datetime.fromisoformat(whole) - datetime.datetime(1601, 1, 1)).total_seconds()
    return int(seconds) * 10_000_000 + int(fraction.ljust(7, "0")[:7] or 0)


def sid(text):
    _, revision, authority, *parts = text.split("-")
    return struct.pack("<BB", int(revision), len(parts)) + int(authority).to_bytes(6, "big") + b"".join(struct.pack("<I", int(part)) for part in parts)


def wide(text):
    return text.encode("utf-16-le", "surrogatepass")


def name_hash(name):
    value = 0
    for unit in struct.unpack(f"<{len(wide(name)) // 2}H", wide(name)):
        value = (value * 65599 + unit) & 0xFFFFFFFF
    return value & 0xFFFF


class Chunk:
    """A chunk that is being written; `out` is the chunk from its start."""

    def __init__(self):
        self.out = bytearray(512)
        self.names, self.templates = {}, {}
        self.first = self.last = self.last_at = None

    def copy(self):
        other = Chunk()
        other.out, other.names, other.templates = bytearray(self.out), dict(self.names), dict(self.templates)
        other.first, other.last, other.last_at = self.first, self.last, self.last_at
        return other

    def put(self, layout, *values):
        self.out += struct.pack("<" + layout, *values)

    def name(self, text):
        if text in self.names:
            return self.put("I", self.names[text])
        at = len(self.out) + 4
        self.names[text] = at
        self.put("IIHH", at, 0, name_hash(text), len(wide(text)) // 2)
        self.out += wide(text) + b"\0\0"

    def sized(self, write):
        """What `write` writes, after its length in four bytes."""
        at = len(self.out)
        self.put("I", 0)
        write()
        struct.pack_into("<I", self.out, at, len(self.out) - at - 4)

    def element(self, name, attributes=(), content=None):
        """`content` is a literal text, a (number, type) of a substitution, or a function that writes elements."""
        self.put("BH", 0x41 if attributes else 0x01, 0xFFFF)
        self.sized(lambda: self.inside(name, attributes, content))

    def inside(self, name, attributes, content):
        self.name(name)
        if attributes:
            self.sized(lambda: [self.attribute(number, len(attributes), *each) for number, each in enumerate(attributes)])
        if content is None:
            return self.put("B", 0x03)
        self.put("B", 0x02)
        content() if callable(content) else self.value(content)
        self.put("B", 0x04)

    def attribute(self, number, count, name, value):
        self.put("B", 0x46 if number + 1 < count else 0x06)
        self.name(name)
        self.value(value)

    def value(self, value):
        if isinstance(value, tuple):
            return self.put("BHB", 0x0E, *value)
        self.put("BBH", 0x05, STRING, len(wide(value)) // 2)
        self.out += wide(value)

    def instance(self, key, values, definition):
        """An instance of a template, whose definition is written where it is first used. A value may be a function that writes
        binary XML; it must be the last."""
        self.put("BBBBBB", 0x0F, 1, 1, 0, 0x0C, 1)
        guid = uuid.uuid5(uuid.NAMESPACE_OID, repr(key))
        short = guid.bytes_le[:4]
        at = self.templates.get(guid, len(self.out) + 8)
        self.out += short
        self.put("I", at)
        if guid not in self.templates:
            self.templates[guid] = at
            self.put("I", 0)
            self.out += guid.bytes_le
            self.sized(lambda: self.definition(definition))
        self.put("I", len(values))
        table = len(self.out)
        for kind, value in values:
            self.put("HBB", 0 if callable(value) else len(value), kind, 0)
        for number, (_, value) in enumerate(values):
            start = len(self.out)
            if callable(value):
                value()
                struct.pack_into("<H", self.out, table + 4 * number, len(self.out) - start)
            else:
                self.out += value

    def definition(self, write):
        self.put("BBBB", 0x0F, 1, 1, 0)
        write()
        self.put("B", 0x00)

    def system(self, record):
        guid = PROVIDERS.get(record.provider)
        provider = [("Name", record.provider)] + ([("Guid", guid)] if guid else [])

        def properties():
            self.element("Provider", provider)
            self.element("EventID", (), (0, UINT16))
            self.element("Version", (), (1, UINT8))
            self.element("Level", (), (2, UINT8))
            self.element("TimeCreated", [("SystemTime", (3, FILETIME))])
            self.element("EventRecordID", (), (4, UINT64))
            self.element("Execution", [("ProcessID", (5, UINT32)), ("ThreadID", (6, UINT32))])
            self.element("Channel", (), (7, STRING))
            self.element("Computer", (), (8, STRING))
            self.element("Security", [("UserID", (9, SID))])

        def event():
            self.element("System", (), properties)
            self.value((10, BINXML))

        self.element("Event", [("xmlns", "http://schemas.microsoft.com/win/2004/08/events/event")], event)

    def data(self, record):
        names = list(record.data) if isinstance(record.data, dict) else [""] * len(record.data)

        def items():
            for number, name in enumerate(names):
                if record.user_data:
                    self.element(name, (), (number, STRING))
                else:
                    self.element("Data", [("Name", name)] if name else (), (number, STRING))

        if record.user_data:
            space = [("xmlns", record.namespace)] if record.namespace else ()
            self.element("UserData", (), lambda: self.element(record.user_data, space, items))
        else:
            self.element("EventData", (), items)

    def add(self, number, record):
        texts = list(record.data.values()) if isinstance(record.data, dict) else record.data
        names = tuple(record.data) if isinstance(record.data, dict) else len(record.data)
        when = filetime(record.time)

        def data():
            key = ("data", record.provider, record.event_id, record.version, record.user_data, names)
            self.instance(key, [(STRING, wide(str(text))) for text in texts], lambda: self.data(record))
            self.put("B", 0x00)

        start = len(self.out)
        self.put("4sIQQ", b"**\0\0", 0, number, when)
        self.instance(("system", record.provider), [
            (UINT16, struct.pack("<H", record.event_id)), (UINT8, bytes([record.version])), (UINT8, b"\4"),
            (FILETIME, struct.pack("<Q", when)), (UINT64, struct.pack("<Q", record.record_id or number)),
            (UINT32, struct.pack("<I", record.process_id)), (UINT32, struct.pack("<I", record.thread_id)),
            (STRING, wide(record.channel)), (STRING, wide(record.computer)), (SID, sid(record.user_id)), (BINXML, data),
        ], lambda: self.system(record))
        self.put("B", 0x00)
        self.out += bytes(-(len(self.out) + 4 - start) % 8)
        size = len(self.out) + 4 - start
        self.put("I", size)
        struct.pack_into("<I", self.out, start + 4, size)
        self.first, self.last, self.last_at = self.first or number, number, start

    def finish(self):
        free = len(self.out)
        out = self.out + bytes(CHUNK - free)
        struct.pack_into("<8sQQQQIII", out, 0, b"ElfChnk\0", self.first, self.last, self.first, self.last, 128, self.last_at, free)
        for table, slots, entries in ((128, 64, self.names.values()), (384, 32, self.templates.values())):
            for at in entries:
                key = struct.unpack_from("<H", out, at + 4)[0] if slots == 64 else struct.unpack_from("<I", out, at + 4)[0]
                slot = table + 4 * (key % slots)
                struct.pack_into("<I", out, at, struct.unpack_from("<I", out, slot)[0])
                struct.pack_into("<I", out, slot, at)
        struct.pack_into("<I", out, 52, zlib.crc32(out[512:free]))
        struct.pack_into("<I", out, 120, 1)
        struct.pack_into("<I", out, 124, zlib.crc32(out[128:512], zlib.crc32(out[:120])))
        return bytes(out)


def log(records, dirty=False, first=1):
    """The bytes of a log with these records, which are numbered from `first`."""
    chunks, chunk = [], Chunk()
    for number, record in enumerate(records, first):
        tried = chunk.copy()
        tried.add(number, record)
        if len(tried.out) > CHUNK:
            if chunk.first is None:
                raise ValueError("a record that is longer than a chunk")
            chunks.append(chunk.finish())
            tried = Chunk()
            tried.add(number, record)
            if len(tried.out) > CHUNK:
                raise ValueError("a record that is longer than a chunk")
        chunk = tried
    if chunk.first is not None:
        chunks.append(chunk.finish())
    head = bytearray(4096)
    last = max(len(chunks) - 1, 0)
    struct.pack_into("<8sQQQIHHHH", head, 0, b"ElfFile\0", 0, last, first + len(records), 128, 1, 3, 4096, len(chunks))
    struct.pack_into("<I", head, 120, 1 if dirty else 0)
    struct.pack_into("<I", head, 124, zlib.crc32(head[:120]))
    return bytes(head) + b"".join(chunks)


def write(path, records, dirty=False, first=1):
    """Writes a log."""
    with open(path, "wb") as out:
        out.write(log(records, dirty, first))
