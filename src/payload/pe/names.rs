//! Numbers of the headers in the words of the specification.

/// Processor.
pub(super) fn machine(number: u16) -> String {
    let name = match number {
        0x14c => "i386",
        0x8664 => "amd64",
        0x1c0 => "arm",
        0x1c2 => "thumb",
        0x1c4 => "armnt",
        0xaa64 => "arm64",
        0xa641 => "arm64ec",
        0xa64e => "arm64x",
        0x200 => "ia64",
        0xebc => "ebc",
        0x162 => "r3000",
        0x166 => "r4000",
        0x184 => "alpha",
        0x1f0 => "powerpc",
        0x5032 => "riscv32",
        0x5064 => "riscv64",
        0x6264 => "loongarch64",
        _ => return format!("{number:#06x}"),
    };
    name.to_owned()
}

/// What the program runs under.
pub(super) fn subsystem(number: u16) -> String {
    let name = match number {
        0 => "unknown",
        1 => "native",
        2 => "windows-gui",
        3 => "windows-cui",
        5 => "os2-cui",
        7 => "posix-cui",
        8 => "native-windows",
        9 => "windows-ce-gui",
        10 => "efi-application",
        11 => "efi-boot-service-driver",
        12 => "efi-runtime-driver",
        13 => "efi-rom",
        14 => "xbox",
        16 => "windows-boot-application",
        _ => return number.to_string(),
    };
    name.to_owned()
}

/// The names of the bits that are set.
pub(super) fn flags(bits: u32, names: &[(u32, &'static str)]) -> Vec<&'static str> {
    names.iter().filter(|(bit, _)| bits & bit != 0).map(|(_, name)| *name).collect()
}

/// Of a section.
pub(super) const SECTION: &[(u32, &str)] = &[
    (0x20, "code"),
    (0x40, "initialized-data"),
    (0x80, "uninitialized-data"),
    (0x0200_0000, "discardable"),
    (0x1000_0000, "shared"),
    (0x2000_0000, "execute"),
    (0x4000_0000, "read"),
    (0x8000_0000, "write"),
];

/// Of the file header.
pub(super) const FILE: &[(u32, &str)] = &[
    (0x1, "relocations-stripped"),
    (0x2, "executable"),
    (0x20, "large-address-aware"),
    (0x100, "32-bit"),
    (0x200, "debug-stripped"),
    (0x400, "run-from-swap-if-removable"),
    (0x800, "run-from-swap-if-network"),
    (0x1000, "system"),
    (0x2000, "dll"),
    (0x4000, "one-processor-only"),
];

/// Of the optional header, most of them protections.
pub(super) const DLL: &[(u32, &str)] = &[
    (0x20, "high-entropy-va"),
    (0x40, "dynamic-base"),
    (0x80, "force-integrity"),
    (0x100, "nx-compatible"),
    (0x200, "no-isolation"),
    (0x400, "no-seh"),
    (0x800, "no-bind"),
    (0x1000, "app-container"),
    (0x2000, "wdm-driver"),
    (0x4000, "guard-cf"),
    (0x8000, "terminal-server-aware"),
];

/// Of the control flow guard.
pub(super) const GUARD: &[(u32, &str)] = &[
    (0x100, "cf-instrumented"),
    (0x200, "cf-write-instrumented"),
    (0x400, "cf-function-table"),
    (0x800, "security-cookie-unused"),
    (0x1000, "protect-delay-load-table"),
    (0x4000, "export-suppression"),
    (0x1_0000, "long-jump-table"),
    (0x2_0000, "return-flow-instrumented"),
    (0x40_0000, "eh-continuation-table"),
    (0x80_0000, "extended-flow-guard"),
];

/// Of a .NET image.
pub(super) const CLR: &[(u32, &str)] = &[
    (0x1, "il-only"),
    (0x2, "32-bit-required"),
    (0x4, "il-library"),
    (0x8, "strong-name-signed"),
    (0x10, "native-entry-point"),
    (0x1_0000, "track-debug-data"),
    (0x2_0000, "32-bit-preferred"),
];

/// Kind of an entry of the debug directory.
pub(super) fn debug(number: u32) -> String {
    let name = match number {
        0 => "unknown",
        1 => "coff",
        2 => "codeview",
        3 => "fpo",
        4 => "misc",
        5 => "exception",
        6 => "fixup",
        7 => "omap-to-source",
        8 => "omap-from-source",
        9 => "borland",
        11 => "clsid",
        12 => "vc-feature",
        13 => "pogo",
        14 => "iltcg",
        15 => "mpx",
        16 => "repro",
        17 => "embedded-portable-pdb",
        18 => "spgo",
        19 => "pdb-checksum",
        20 => "extended-dll-characteristics",
        _ => return number.to_string(),
    };
    name.to_owned()
}
