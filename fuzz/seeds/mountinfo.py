#!/usr/bin/env python3
"""Writes the seeds of the target `mountinfo`: a byte of options, then a table of mounts as Linux writes it."""

import pathlib

HOST = [
    ("8:1", "/", "/", "ext4", "/dev/sda1"),
    ("0:5", "/", "/proc", "proc", "proc"),
    ("0:8", "/", "/dev", "devtmpfs", "udev"),
    ("0:9", "/", "/dev/shm", "tmpfs", "tmpfs"),
    ("8:2", "/", "/home", "xfs", "/dev/sda2"),
    ("0:40", "/", "/mnt/my\\040share", "cifs", "//server/share"),
    ("0:42", "/", "/mnt/ssh", "fuse.sshfs", "me@server:/"),
    ("8:17", "/", "/mnt/usb", "fuseblk", "/dev/sdb1"),
    ("0:44", "/", "/var/lib/docker/overlay2/a/merged", "overlay", "overlay"),
    ("8:2", "/u/docs", "/srv/docs", "xfs", "/dev/sda2"),
    ("8:1", "/data", "/mnt/hidden", "ext4", "/dev/sda1"),
    ("8:5", "/", "/data", "ext4", "/dev/sda5"),
]
FOLDER = [
    ("8:1", "/", "/", "ext4", "/dev/sda1"),
    ("0:9", "/", "/mnt/x", "fuse.sshfs", "a@b:/"),
    ("8:1", "/x", "/mnt/y", "ext4", "/dev/sda1"),
]


def main():
    folder = pathlib.Path(__file__).parent / "mountinfo"
    folder.mkdir(exist_ok=True)
    for name, options, mounts in [("host", 0, HOST), ("all-disks", 1, HOST), ("folder", 2, FOLDER)]:
        lines = [
            f"{number} 1 {device} {root} {point} rw shared:7 - {kind} {source} rw\n"
            for number, (device, root, point, kind, source) in enumerate(mounts, 20)
        ]
        (folder / name).write_bytes(bytes([options]) + "".join(lines).encode())


main()
