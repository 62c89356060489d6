//! A writer of small volumes for tests: one group of blocks of 1 KiB, 64 inodes of 256 bytes.

/// Where things lie, in blocks.
const DESCRIPTORS: usize = 2;
const BLOCK_BITMAP: usize = 3;
const INODE_BITMAP: usize = 4;
const INODE_TABLE: usize = 5;
const FIRST_FREE: u32 = 21;

pub(super) const BLOCK: usize = 1024;

/// `i_flags`: extents.
pub(super) const EXTENTS: u32 = 0x8_0000;

/// Types and permissions.
pub(super) const FILE: u16 = 0o100_644;
pub(super) const DIRECTORY: u16 = 0o040_755;

/// A volume in the making.
pub(super) struct TestImage {
    pub(super) bytes: Vec<u8>,
    next: u32,
}

/// What an inode says.
#[derive(Clone, Copy)]
pub(super) struct TestInode<'m> {
    pub(super) mode: u16,
    pub(super) links: u16,
    pub(super) deleted: u32,
    pub(super) size: u64,
    pub(super) flags: u32,
    pub(super) map: &'m [u8],
}

impl TestInode<'_> {
    pub(super) const FILE: Self = Self { mode: FILE, links: 1, deleted: 0, size: 0, flags: 0, map: &[] };
    pub(super) const DIRECTORY: Self = Self { mode: DIRECTORY, links: 2, deleted: 0, size: 1024, flags: 0, map: &[] };
    pub(super) const DELETED: Self = Self { mode: FILE, links: 0, deleted: 1, size: 0, flags: 0, map: &[] };
}

impl TestImage {
    /// A volume of so many blocks, without a root.
    pub(super) fn new(blocks: u32) -> Self {
        let mut image = Self { bytes: vec![0; blocks as usize * BLOCK], next: FIRST_FREE };
        for (at, value) in [(0x0, 64), (0x4, blocks), (0x14, 1), (0x20, 8192), (0x24, 8192), (0x28, 64)] {
            image.superblock(at, value);
        }
        // Magic, revision 1, first inode, inode size; the features filetype and extents.
        for (at, value) in [(0x38, 0xef53), (0x4c, 1), (0x54, 11), (0x58, 256), (0x60, 0x42), (0x64, 0x1)] {
            image.superblock(at, value);
        }
        for (at, value) in [(0, BLOCK_BITMAP), (4, INODE_BITMAP), (8, INODE_TABLE)] {
            image.word(DESCRIPTORS * BLOCK + at, value as u32);
        }
        for block in 1..FIRST_FREE {
            image.use_block(block);
        }
        for inode in 1..=10 {
            image.use_inode(inode);
        }
        image
    }

    /// A root with entries of inode, type and name; itself and its parent are added.
    pub(super) fn with_root(mut self, entries: &[(u32, u8, &[u8])]) -> Self {
        self.directory(2, 2, entries);
        self
    }

    /// A directory in one block.
    pub(super) fn directory(&mut self, number: u32, parent: u32, entries: &[(u32, u8, &[u8])]) -> u32 {
        let own: [(u32, u8, &[u8]); 2] = [(number, 2, b"."), (parent, 2, b"..")];
        let block = self.block(&directory_block(&[&own, entries].concat()));
        self.inode(number, TestInode { map: &block.to_le_bytes(), ..TestInode::DIRECTORY });
        block
    }

    /// A file in blocks that follow each other.
    pub(super) fn file(&mut self, number: u32, content: &[u8]) {
        let blocks: Vec<u8> = content.chunks(BLOCK).flat_map(|part| self.block(part).to_le_bytes()).collect();
        self.inode(number, TestInode { size: content.len() as u64, map: &blocks, ..TestInode::FILE });
    }

    /// Takes a block that is free and fills it.
    pub(super) fn block(&mut self, content: &[u8]) -> u32 {
        let block = self.next;
        self.next += 1;
        self.use_block(block);
        self.put(block as usize * BLOCK, content);
        block
    }

    /// Writes an inode, and marks it as used if it has links.
    pub(super) fn inode(&mut self, number: u32, inode: TestInode<'_>) {
        let at = inode_offset(number);
        self.put(at, &inode.mode.to_le_bytes());
        self.word(at + 0x4, inode.size as u32);
        self.word(at + 0x6c, (inode.size >> 32) as u32);
        self.word(at + 0x14, inode.deleted);
        self.put(at + 0x1a, &inode.links.to_le_bytes());
        self.word(at + 0x20, inode.flags);
        self.put(at + 0x28, inode.map);
        if inode.links > 0 {
            self.use_inode(number);
        }
    }

    /// A field of the superblock.
    pub(super) fn superblock(&mut self, at: usize, value: u32) {
        self.word(1024 + at, value);
    }

    /// A field of the group's descriptor.
    pub(super) fn descriptor(&mut self, at: usize, value: u32) {
        self.word(DESCRIPTORS * BLOCK + at, value);
    }

    pub(super) fn word(&mut self, at: usize, value: u32) {
        self.put(at, &value.to_le_bytes());
    }

    pub(super) fn put(&mut self, at: usize, bytes: &[u8]) {
        self.bytes[at..at + bytes.len()].copy_from_slice(bytes);
    }

    /// Gives a block back.
    pub(super) fn free_block(&mut self, block: u32) {
        self.bytes[BLOCK_BITMAP * BLOCK + (block as usize - 1) / 8] &= !(1 << ((block - 1) % 8));
    }

    fn use_block(&mut self, block: u32) {
        self.bytes[BLOCK_BITMAP * BLOCK + (block as usize - 1) / 8] |= 1 << ((block - 1) % 8);
    }

    pub(super) fn use_inode(&mut self, inode: u32) {
        self.bytes[INODE_BITMAP * BLOCK + (inode as usize - 1) / 8] |= 1 << ((inode - 1) % 8);
    }
}

/// Where an inode lies, in bytes.
pub(super) fn inode_offset(number: u32) -> usize {
    INODE_TABLE * BLOCK + (number as usize - 1) * 256
}

/// A whole block of entries; the last one takes what is left.
pub(super) fn directory_block(entries: &[(u32, u8, &[u8])]) -> Vec<u8> {
    let mut block = Vec::new();
    for (place, (inode, kind, name)) in (1..).zip(entries) {
        let least = (8 + name.len()).next_multiple_of(4);
        let length = if place == entries.len() { BLOCK - block.len() } else { least };
        let end = block.len() + length;
        block.extend_from_slice(&inode.to_le_bytes());
        block.extend_from_slice(&(length as u16).to_le_bytes());
        block.extend_from_slice(&[name.len() as u8, *kind]);
        block.extend_from_slice(name);
        block.resize(end, 0);
    }
    block
}

/// A node of extents or, above them, of nodes: first block of the file, length, block of the volume.
pub(super) fn extent_node(depth: u16, entries: &[(u32, u16, u32)]) -> Vec<u8> {
    let mut node = Vec::new();
    for field in [0xf30a, entries.len() as u16, 340, depth, 0, 0] {
        node.extend_from_slice(&field.to_le_bytes());
    }
    for (first, length, block) in entries {
        node.extend_from_slice(&first.to_le_bytes());
        if depth == 0 {
            node.extend_from_slice(&length.to_le_bytes());
            node.extend_from_slice(&[0, 0]);
            node.extend_from_slice(&block.to_le_bytes());
        } else {
            node.extend_from_slice(&block.to_le_bytes());
            node.extend_from_slice(&[0; 4]);
        }
    }
    node
}
