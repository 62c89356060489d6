"""A Windows to test in: Wine with a home of its own in a temporary folder, and what it takes to build for it on Debian."""
import os
import pathlib
import shutil
import subprocess
import tempfile

# The toolchain of Debian's security suite brings the library's source, from which the library for Windows is built: see
# https://packages.debian.org/rust-web-src.
PACKAGES = ["rustc-web", "cargo-web", "rust-web-src", "gcc-mingw-w64-x86-64", "wine64"]
TARGET = "x86_64-pc-windows-gnu"
WINE = "/usr/lib/wine/wine64"
SOURCE = "/usr/lib/rustlib/src/rust/library"

# Rust's library takes its random numbers from a function that Wine 8 does not have. The program is never shipped with this.
RANDOM = """#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T length) { return SystemFunction036(data, (ULONG)length); }
"""


def missing():
    """Why there is no Windows to be had here; None where there is. Installs what is missing where that is possible."""
    def absent():
        needed = [WINE, "/usr/bin/cargo", SOURCE, shutil.which("x86_64-w64-mingw32-gcc") or "x86_64-w64-mingw32-gcc"]
        return [path for path in needed if not os.path.exists(path)]

    if absent() and shutil.which("apt-get") and os.geteuid() == 0:
        for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *PACKAGES]):
            subprocess.run(["apt-get", *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return ", ".join(absent()) or None


# The library is compiled as well, so what costs compilers most is left out.
CHEAP = {"CARGO_INCREMENTAL": "0", "CARGO_PROFILE_DEV_OPT_LEVEL": "0", "CARGO_PROFILE_DEV_DEBUG": "0",
         "CARGO_PROFILE_DEV_DEBUG_ASSERTIONS": "false", "CARGO_PROFILE_DEV_OVERFLOW_CHECKS": "true"}


def cargo(arguments, target_folder, **more):
    """Starts the toolchain's Cargo for Windows, in a target folder that no other toolchain uses."""
    environment = {**os.environ, **CHEAP, "PATH": "/usr/bin:" + os.environ["PATH"], "RUSTC_BOOTSTRAP": "1",
                   "CARGO_TARGET_DIR": str(target_folder)}
    for name in ("RUSTUP_TOOLCHAIN", "RUSTC", "CARGO", "RUSTFLAGS"):
        environment.pop(name, None)
    command = ["/usr/bin/cargo", *arguments, "--locked", "-Zbuild-std=std,panic_unwind", "--target", TARGET]
    return subprocess.Popen(command, env=environment, **more)


class Wine:
    """Runs programs of Windows; all that they keep is gone with it."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="wine")
        self.prefix = pathlib.Path(self.folder.name) / "prefix"
        self.prefix.mkdir()
        self.environment = {**os.environ, "WINEPREFIX": str(self.prefix), "WINEDEBUG": "-all",
                            "WINEDLLOVERRIDES": "mscoree,mshtml=", "DISPLAY": ""}
        subprocess.run([WINE, "wineboot", "--init"], env=self.environment, check=True, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        source = pathlib.Path(self.folder.name) / "random.c"
        source.write_text(RANDOM)
        library = self.prefix / "drive_c" / "windows" / "system32" / "bcryptprimitives.dll"
        if not library.exists():
            subprocess.run(["x86_64-w64-mingw32-gcc", "-shared", "-o", str(library), str(source), "-ladvapi32"], check=True)
        return self

    def __exit__(self, *_):
        subprocess.run([str(pathlib.Path(WINE).with_name("wineserver")), "-k"], env=self.environment, check=False)
        self.folder.cleanup()

    def run(self, program, arguments, **more):
        """Runs a program; its output is captured unless told otherwise."""
        return subprocess.run([WINE, str(program), *arguments], env=self.environment, stdin=subprocess.DEVNULL, **more)


def windows_path(path):
    """A path of this machine as the programs see it."""
    return "Z:" + str(pathlib.Path(path).resolve()).replace("/", "\\")
