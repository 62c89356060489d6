//! Any bytes as an ELF or Mach-O program: the readers end, keep their caps, and tell of a file that they cannot read.
#![no_main]

use ftpsift::base::limits::Limits;
use ftpsift::payload::{elf, macho};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { pe_symbols: 64, ..Limits::default() };
    let size = bytes.len() as u64;
    let mut told = 0;
    match elf::read(bytes, size, &limits, &mut |_| told += 1) {
        Some(elf) => {
            assert!(elf.needed.len() <= limits.pe_symbols && elf.library_paths.len() <= 64);
            assert!(elf.segments <= 4096 && elf.sections <= 1 << 16 && elf.anomalies.len() <= 64);
            assert!(matches!(elf.bits, 32 | 64));
        }
        None => assert_eq!(elf::is_elf(bytes), told > 0),
    }
    let macho = macho::read(bytes, size, &limits, &mut |_| {});
    assert_eq!(macho.is_some(), macho::is_macho(bytes));
    if let Some(macho) = macho {
        assert!(macho.slices.len() < 20 && macho.slices.iter().all(|slice| slice.libraries.len() <= 1024));
    }
});
