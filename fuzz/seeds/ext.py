#!/usr/bin/env python3
"""Makes the seeds of the fuzz target `ext`: small volumes of several forms. usage: ext.py (from anywhere; needs e2fsprogs)"""
import os
import pathlib
import subprocess
import tempfile

here = pathlib.Path(__file__).resolve().parent / "ext"
ENV = {**os.environ, "E2FSPROGS_FAKE_TIME": "1600000000", "PATH": os.environ.get("PATH", "") + ":/usr/sbin:/sbin"}
SAME = "-U 01234567-89ab-cdef-0123-456789abcdef -E hash_seed=01234567-89ab-cdef-0123-456789abcdef,root_owner=0:0"
FORMS = {
    "extents": "-t ext4 -O ^resize_inode,^has_journal",
    "inline": "-t ext4 -O ^resize_inode,^has_journal,inline_data",
    "plain": "-t ext2 -O ^resize_inode,^filetype,^sparse_super,^dir_index -r 1",
    "deleted": "-t ext2 -O ^resize_inode -I 128",
}


def run(*command):
    subprocess.run(command, env=ENV, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


here.mkdir(exist_ok=True)
with tempfile.TemporaryDirectory() as folder:
    tree, image = pathlib.Path(folder) / "tree", pathlib.Path(folder) / "image"
    (tree / "d" / "e").mkdir(parents=True)
    (tree / "a.txt").write_bytes(b"open 192.0.2.1\nuser bob pw\nput a.zip\nbye\n")
    (tree / "d" / "map").write_bytes(bytes(range(256)) * 53)
    (tree / "d" / "e" / "last").write_bytes(b"x" * 100)
    (tree / "link").symlink_to("d/map")
    with open(tree / "hole", "wb") as hole:
        hole.seek(9000)
        hole.write(b"end")
    for path in [tree, *tree.rglob("*")]:
        os.utime(path, (1600000000, 1600000000), follow_symlinks=False)
    for name, form in FORMS.items():
        image.unlink(missing_ok=True)
        run("mke2fs", "-q", "-F", "-b", "1024", "-N", "24", *SAME.split(), *form.split(), "-d", str(tree), str(image), "128k")
        if name == "deleted":
            run("debugfs", "-w", "-R", "rm /d/map", str(image))
            run("debugfs", "-w", "-R", "rm /a.txt", str(image))
        # What lies after the last block in use is not kept: the volume reads as one that was cut.
        used = image.read_bytes().rstrip(b"\0")
        (here / name).write_bytes(used + bytes(-len(used) % 1024))
