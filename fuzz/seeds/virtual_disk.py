#!/usr/bin/env python3
"""Makes the seeds of the fuzz target virtual_disk with qemu-img. usage: virtual_disk.py (from anywhere)"""
import pathlib
import struct
import subprocess
import tempfile
import zlib

here = pathlib.Path(__file__).resolve().parent / "virtual_disk"
here.mkdir(exist_ok=True)
CASES = {
    "qcow2-v2": ["-O", "qcow2", "-o", "compat=0.10,cluster_size=512"],
    "qcow2-zlib": ["-O", "qcow2", "-c", "-o", "cluster_size=512"],
    "qcow2-zstd": ["-O", "qcow2", "-c", "-o", "cluster_size=1024,compression_type=zstd"],
    "qcow": ["-O", "qcow"],
    "vhd-fixed": ["-O", "vpc", "-o", "subformat=fixed,force_size=on"],
}
with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    raw = folder / "raw"
    raw.write_bytes(b"FTP" * 1000 + bytes(5000) + bytes(range(256)) * 8 + bytes(300))
    for name, options in CASES.items():
        subprocess.run(["qemu-img", "convert", "-f", "raw", *options, raw, folder / name], check=True)
        image = (folder / name).read_bytes()
        assert len(image) <= 64 << 10, name
        (here / name).write_bytes(image)
    made = ["qemu-img", "create", "-q", "-f", "qcow2", "-u", "-b", "base", "-F", "raw", "-o", "cluster_size=512"]
    subprocess.run([*made, folder / "over", "40k"], check=True)
    (here / "qcow2-over").write_bytes((folder / "over").read_bytes())


# What qemu-img only writes large.
def sealed(header, field):
    header = bytearray(header)
    header[field : field + 4] = (~sum(header) & 0xFFFFFFFF).to_bytes(4, "big")
    return bytes(header)


def vhd(kind):
    footer = bytearray(512)
    footer[:8] = b"conectix"
    footer[16:24] = (512).to_bytes(8, "big")
    footer[48:56] = (8192).to_bytes(8, "big")
    footer[60:64] = kind.to_bytes(4, "big")
    header = bytearray(1024)
    header[:8] = b"cxsparse"
    header[16:24] = (2048).to_bytes(8, "big")
    header[28:32] = (2).to_bytes(4, "big")
    header[32:36] = (4096).to_bytes(4, "big")
    header[64:72] = "base".encode("utf-16-be")
    footer, header = sealed(footer, 64), sealed(header, 36)
    table = (5).to_bytes(4, "big") + b"\xff" * 508
    return footer + header + bytes(512) + table + b"\xaa" * 512 + b"FTP!" * 1024 + footer


for name, kind in {"vhd-dynamic": 3, "vhd-differencing": 4}.items():
    (here / name).write_bytes(vhd(kind))


def subclusters():
    head = struct.pack(">4sIQIIQIIQQIIQ", b"QFI\xfb", 3, 0, 0, 9, 32 * 512, 0, 1, 512, 0, 0, 0, 0)
    head += struct.pack(">QQQII", 16, 0, 0, 4, 104)
    entries = struct.pack(">QQQQ", 1536, 0x0000FF00_000000FF, 0, 0xFFFF_00000000)
    return head.ljust(512, b"\0") + struct.pack(">Q", 1024).ljust(512, b"\0") + entries.ljust(512, b"\0") + b"FTP!" * 128


def vmdk(packed):
    flags = 0x30005 if packed else 5
    head = struct.pack("<4sIIQQQQIQQQB4sH", b"KDMV", 1, flags, 24, 8, 3, 5, 16, 0, 1, 8, 0, b"\n \r\n", int(packed))
    text = b'# Disk DescriptorFile\nCID=1\nparentCID=2\nparentFileNameHint="base"\nRW 24 SPARSE "disk"\n'
    grain = b"FTP!" * 1024
    data = zlib.compress(grain) if packed else grain
    data = struct.pack("<QI", 0, len(data)) + data if packed else data
    tables = struct.pack("<I", 2).ljust(512, b"\0") + struct.pack("<III", 8, 0, 1).ljust(512, b"\0")
    return head.ljust(512, b"\0") + tables + text.ljust(5 * 512, b"\0") + data


(here / "qcow2-subclusters").write_bytes(subclusters())
(here / "vmdk-sparse").write_bytes(vmdk(False))
(here / "vmdk-stream").write_bytes(vmdk(True))
lines = [b"# Disk DescriptorFile", b"CID=1", b"parentCID=ffffffff", b'RW 8 FLAT "base" 0', b"RW 8 ZERO", b'RW 8 SPARSE "base"']
(here / "vmdk-text").write_bytes(b"\n".join(lines) + b"\n")
