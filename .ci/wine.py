"""A Windows to test in: Wine with a home of its own in a temporary folder, and what it takes to build for it on Debian."""
import functools
import os
import pathlib
import shutil
import subprocess
import tempfile

PACKAGES = ["gcc-mingw-w64-x86-64", "wine64"]
# Where rustup gives no library for Windows: the toolchain of Debian's security suite brings the source of the library, from which
# it is built. See https://packages.debian.org/rust-web-src.
DEBIAN = ["rustc-web", "cargo-web", "rust-web-src"]
TARGET = "x86_64-pc-windows-gnu"
WINE = "/usr/lib/wine/wine64"
LINKER = "x86_64-w64-mingw32-gcc"
SOURCE = "/usr/lib/rustlib/src/rust/library"

# All is built for one run of a few minutes: what costs a compiler most is left out.
CHEAP = {"CARGO_INCREMENTAL": "0", "CARGO_PROFILE_DEV_OPT_LEVEL": "0", "CARGO_PROFILE_DEV_DEBUG": "0",
         "CARGO_PROFILE_DEV_DEBUG_ASSERTIONS": "false", "CARGO_PROFILE_DEV_OVERFLOW_CHECKS": "true"}

# Rust's library takes its random numbers from a function that Wine 8 does not have. The program is never shipped with this.
RANDOM = """#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T length) { return SystemFunction036(data, (ULONG)length); }
"""


def missing():
    """Why there is no Windows to be had here; None where there is. Installs what is missing where that is possible."""
    absent = [name for name in (WINE, LINKER) if not shutil.which(name)]
    if absent:
        install(PACKAGES)
        absent = [name for name in absent if not shutil.which(name)]
    if not absent and not has_library() and not has_debian():
        install(DEBIAN)
        absent = [] if has_debian() else ["Rust's library for Windows"]
    return ", ".join(absent) or None


def install(packages):
    if shutil.which("apt-get") and os.geteuid() == 0:
        for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
            subprocess.run(["apt-get", *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


@functools.cache
def has_library():
    """Whether rustup's toolchain has the library for Windows, or gets it now."""
    quietly = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": False}
    return bool(shutil.which("rustup")) and subprocess.run(["rustup", "target", "add", TARGET], **quietly).returncode == 0


def has_debian():
    return os.path.exists("/usr/bin/cargo") and os.path.exists(SOURCE)


def cargo(arguments, target_folder, **more):
    """Starts Cargo for Windows, in a target folder that is shared with no other toolchain."""
    environment = {**os.environ, **CHEAP, "CARGO_TARGET_DIR": str(target_folder)}
    for name in ("RUSTC", "CARGO", "RUSTFLAGS"):
        environment.pop(name, None)
    command = ["cargo", *arguments, "--locked", "--target", TARGET]
    if not has_library():
        environment |= {"PATH": "/usr/bin:" + os.environ["PATH"], "RUSTC_BOOTSTRAP": "1"}
        command = ["/usr/bin/cargo", *command[1:], "-Zbuild-std=std,panic_unwind"]
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
            subprocess.run([LINKER, "-shared", "-o", str(library), str(source), "-ladvapi32"], check=True)
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
