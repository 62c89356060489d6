#!/usr/bin/env python3
"""Makes the small images of testdata/images: usage: make_images.py OUT        (as root, with ntfs-3g, /dev/fuse, dosfstools, mtools)

The bytes differ from run to run (serial numbers, times); what the tests ask of them does not."""
import gzip
import pathlib
import subprocess
import sys
import tempfile
import time


def run(*command, **more):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more)


def script(number):
    return f"open 192.0.2.{number}\r\nuser u{number} p{number}\r\nbinary\r\nget tool{number}.exe\r\nbye\r\n".encode()


def empty(image, size):
    with open(image, "wb") as out:
        out.truncate(size)


class Mounted:
    """A volume of NTFS, mounted for a while."""

    def __init__(self, image):
        self.image = image

    def __enter__(self):
        self.place = tempfile.mkdtemp()
        run("ntfs-3g", "-o", "streams_interface=windows", self.image, self.place)
        return pathlib.Path(self.place)

    def __exit__(self, *_):
        run("umount", self.place)
        while subprocess.run(["fuser", self.image], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0:
            time.sleep(0.05)


def ntfs(image):
    """A script that is there, one in a stream of a picture, one that was deleted, and one whose folder was deleted as well."""
    empty(image, 4 << 20)
    run("mkfs.ntfs", "-Q", "-F", "-L", "KEPT", "-c", "512", image)
    with Mounted(image) as volume:
        (volume / "Windows/System32").mkdir(parents=True)
        (volume / "Users/Public/gone").mkdir(parents=True)
        (volume / "Users/Public/a.txt").write_bytes(script(1))
        (volume / "Users/Public/cat.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
        (volume / "Users/Public/cat.png:notes").write_bytes(script(2))
        (volume / "Users/Public/b.txt").write_bytes(script(3))
        (volume / "Users/Public/gone/c.txt").write_bytes(script(4))
    with Mounted(image) as volume:
        (volume / "Users/Public/b.txt").unlink()
        (volume / "Users/Public/gone/c.txt").unlink()
        (volume / "Users/Public/gone").rmdir()


def fat(image):
    """A script that is there, and one that was deleted under a long name."""
    empty(image, 2 << 20)
    run("mkfs.fat", "-F", "12", "-n", "KEPT", image)
    with tempfile.TemporaryDirectory() as folder:
        for name, number in [("a.txt", 5), ("transfer tonight.txt", 6)]:
            path = pathlib.Path(folder) / name
            path.write_bytes(script(number))
            run("mcopy", "-i", image, str(path), f"::/{name}")
    run("mdel", "-i", image, "::/transfer tonight.txt")


out = pathlib.Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)
for name, make in [("kept.ntfs", ntfs), ("kept.fat12", fat)]:
    with tempfile.TemporaryDirectory() as folder:
        image = f"{folder}/{name}"
        make(image)
        (out / f"{name}.gz").write_bytes(gzip.compress(pathlib.Path(image).read_bytes(), 9, mtime=0))
