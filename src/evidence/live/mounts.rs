//! What is mounted where on this host, and which of it is a disk of its own.
//!
//! Source: `proc_pid_mountinfo(5)`. Of each mount the point, the device, the folder of that device that is shown there, the
//! kind and the source are taken. What cannot be told apart from a disk of another machine is taken for one.

use super::{Skipped, Why};
use crate::evidence::entry::EntryPath;
use std::collections::{BTreeMap, BTreeSet};

/// One mount.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Mount {
    /// Where it is, from the root of the host.
    point: EntryPath,
    /// The folder of the device that is shown there.
    root: EntryPath,
    device: (u32, u32),
    kind: String,
    source: Vec<u8>,
}

/// Views of the kernel on itself: there is no disk behind them.
const PSEUDO: &[&str] = &[
    "autofs",
    "binder",
    "binfmt_misc",
    "bpf",
    "cgroup",
    "cgroup2",
    "configfs",
    "debugfs",
    "devpts",
    "devtmpfs",
    "efivarfs",
    "functionfs",
    "fusectl",
    "fuse.lxcfs",
    "fuse.portal",
    "hugetlbfs",
    "mqueue",
    "nfsd",
    "nsfs",
    "proc",
    "pstore",
    "resctrl",
    "rpc_pipefs",
    "securityfs",
    "selinuxfs",
    "smackfs",
    "sysfs",
    "tracefs",
    "xenfs",
];

/// File systems of other machines, the hosts of virtual ones among them.
const NETWORK: &[&str] = &[
    "9p",
    "acfs",
    "afs",
    "beegfs",
    "ceph",
    "cifs",
    "coda",
    "davfs",
    "glusterfs",
    "gpfs",
    "kafs",
    "lustre",
    "ncpfs",
    "nfs",
    "nfs4",
    "orangefs",
    "prl_fs",
    "pvfs2",
    "smb3",
    "smbfs",
    "vboxsf",
    "virtiofs",
    "vmhgfs",
];

/// File systems of this host that have no block device of their own.
const LOCAL: &[&str] = &["bcachefs", "btrfs", "overlay", "ramfs", "rootfs", "tmpfs", "ubifs", "zfs"];

/// Mounts that are judged; Linux allows 100 000 (`fs.mount-max`), and each is held against those of its device. Later ones
/// are met on the way, as what is mounted late.
const MOST: usize = 4096;

impl Mount {
    /// Why it is not read, by what it is.
    fn why(&self, all_disks: bool) -> Option<Why> {
        let kind = self.kind.as_str();
        // What holds no more than devices is one of them: what is below, as `/dev/shm`, has a mount of its own.
        let is_devices = self.point.as_bytes() == b"dev" && matches!(kind, "tmpfs" | "ramfs");
        if PSEUDO.contains(&kind) || is_devices {
            return Some(Why::Pseudo);
        }
        if matches!(kind, "overlay" | "aufs") {
            return Some(Why::Layers);
        }
        let has_block_device = self.device.0 != 0 || self.source.starts_with(b"/dev/");
        let is_network = NETWORK.contains(&kind) || !has_block_device && !LOCAL.contains(&kind);
        (is_network && !all_disks).then_some(Why::Network)
    }
}

/// The mounts of a host, judged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Mounts {
    /// Points that are not read, and why.
    pub(super) skipped: BTreeMap<EntryPath, Skipped>,
    /// Points that are read.
    pub(super) read: BTreeSet<EntryPath>,
}

impl Mounts {
    /// Judges what `mountinfo` tells; `root` is the folder from which the host is read, and named on purpose.
    pub(super) fn parse(mountinfo: &[u8], root: &EntryPath, all_disks: bool) -> Self {
        let lines = mountinfo.split(|byte| *byte == b'\n').take(MOST);
        let mut mounts: Vec<Mount> = lines.filter_map(mount).collect();
        // Of several at one point the last one is seen.
        let mut seen = BTreeSet::new();
        mounts.reverse();
        mounts.retain(|mount| seen.insert(mount.point.clone()));
        mounts.sort_by(|a, b| a.point.cmp(&b.point));
        let mut judged = Self::default();
        let holder =
            mounts.iter().filter(|mount| is_within(root, &mount.point)).max_by_key(|mount| depth(&mount.point));
        let mut shown: Vec<&Mount> = holder.into_iter().collect();
        for mount in mounts.iter().filter(|mount| mount.point != *root && is_within(&mount.point, root)) {
            let why = mount.why(all_disks).or_else(|| {
                let again = shown.iter().find_map(|other| shown_by(other, mount, &mounts))?;
                is_within(&again, root).then_some(Why::Again(again))
            });
            match why {
                Some(why) => {
                    let skipped = Skipped { point: mount.point.clone(), kind: mount.kind.clone(), why };
                    judged.skipped.insert(mount.point.clone(), skipped);
                }
                None => {
                    shown.push(mount);
                    judged.read.insert(mount.point.clone());
                }
            }
        }
        judged
    }
}

/// Where `other` shows the files that `mount` shows, if it does and nothing lies over them there.
fn shown_by(other: &Mount, mount: &Mount, mounts: &[Mount]) -> Option<EntryPath> {
    if other.device != mount.device || other.kind != mount.kind {
        return None;
    }
    let rest = rest(&mount.root, &other.root)?;
    let place = rest.components().fold(other.point.clone(), |place, name| place.join(name));
    let deepest = mounts.iter().filter(|one| is_within(&place, &one.point)).max_by_key(|one| depth(&one.point));
    (deepest.is_some_and(|deepest| deepest.point == other.point)).then_some(place)
}

/// One line: identity, parent, device, root, point, options, optional fields, `-`, kind, source, options.
fn mount(line: &[u8]) -> Option<Mount> {
    let mut fields = line.split(|byte| *byte == b' ');
    let mut next = || fields.next();
    let (_, _, device, root, point) = (next()?, next()?, next()?, next()?, next()?);
    let mut tail = fields.skip_while(|field| *field != b"-").skip(1);
    let (kind, source) = (tail.next()?, tail.next()?);
    let (major, minor) = std::str::from_utf8(device).ok()?.split_once(':')?;
    Some(Mount {
        point: path(point),
        root: path(root),
        device: (major.parse().ok()?, minor.parse().ok()?),
        kind: String::from_utf8_lossy(kind).into_owned(),
        source: unescaped(source),
    })
}

/// A path from the root of the host, without its first separator.
pub(super) fn path(field: &[u8]) -> EntryPath {
    let plain = unescaped(field);
    let names: Vec<&[u8]> = plain.split(|byte| *byte == b'/').filter(|name| !name.is_empty()).collect();
    EntryPath::new(names.join(&b'/'))
}

/// Blanks, tabs, line ends and backslashes are written as `\` and three octal digits.
fn unescaped(field: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((first, after)) = rest.split_first() {
        let (byte, after) = match after {
            [a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', tail @ ..] if *first == b'\\' => {
                ((a & 3) << 6 | (b & 7) << 3 | (c & 7), tail)
            }
            _ => (*first, after),
        };
        plain.push(byte);
        rest = after;
    }
    plain
}

fn depth(path: &EntryPath) -> usize {
    path.components().count()
}

/// Whether a path is a folder or lies below it.
pub(super) fn is_within(path: &EntryPath, folder: &EntryPath) -> bool {
    rest(path, folder).is_some()
}

/// The names from a folder on.
pub(super) fn rest(path: &EntryPath, folder: &EntryPath) -> Option<EntryPath> {
    let mut names = path.components();
    for name in folder.components() {
        if names.next() != Some(name) {
            return None;
        }
    }
    Some(EntryPath::new(names.collect::<Vec<_>>().join(&b'/')))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: &str = "\
21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
22 21 0:5 / /proc rw - proc proc rw
23 21 0:6 / /sys rw - sysfs sysfs rw
24 23 0:7 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw
25 21 0:8 / /dev rw - devtmpfs udev rw
26 25 0:9 / /dev/shm rw - tmpfs tmpfs rw
27 25 0:10 / /dev/pts rw - devpts devpts rw
28 21 0:11 / /tmp rw - tmpfs tmpfs rw
29 21 8:2 / /home rw - xfs /dev/sda2 rw
30 21 0:40 / /mnt/my\\040share rw - cifs //server/share rw
31 21 0:41 / /mnt/nfs rw - nfs4 server:/x rw
32 21 0:42 / /mnt/ssh rw - fuse.sshfs me@server:/ rw
33 21 8:17 / /mnt/usb rw - fuseblk /dev/sdb1 rw
34 21 0:43 / /mnt/what rw - fuse.something x rw
35 21 0:44 / /var/lib/docker/overlay2/a/merged rw - overlay overlay rw
36 21 8:2 /u/docs /srv/docs rw - xfs /dev/sda2 rw
37 21 8:1 /data /mnt/hidden rw - ext4 /dev/sda1 rw
38 21 8:5 / /data rw - ext4 /dev/sda5 rw
39 21 8:3 / /twice rw - nfs4 server:/y rw
40 21 8:3 / /twice rw - ext4 /dev/sda3 rw
41 21 0:50 / /pool rw - zfs tank/pool rw
not a line
";

    fn told(root: &str, all_disks: bool) -> (Vec<String>, Vec<String>) {
        let mounts = Mounts::parse(HOST.as_bytes(), &EntryPath::new(root), all_disks);
        let skipped =
            mounts.skipped.values().map(|skipped| format!("{}: {}", skipped.point.display(), skipped.reason()));
        (skipped.collect(), mounts.read.iter().map(EntryPath::display).collect())
    }

    #[test]
    fn disks_of_this_host_are_read_and_all_else_is_told() {
        let (skipped, read) = told("", false);
        assert_eq!(
            skipped,
            [
                "dev: pseudo file system (devtmpfs)",
                "dev/pts: pseudo file system (devpts)",
                "mnt/my share: network file system (cifs); --all-disks reads it",
                "mnt/nfs: network file system (nfs4); --all-disks reads it",
                "mnt/ssh: network file system (fuse.sshfs); --all-disks reads it",
                "mnt/what: network file system (fuse.something); --all-disks reads it",
                "proc: pseudo file system (proc)",
                "srv/docs: the same files as /home/u/docs (xfs)",
                "sys: pseudo file system (sysfs)",
                "sys/fs/cgroup: pseudo file system (cgroup2)",
                "var/lib/docker/overlay2/a/merged: layers over folders that are read by themselves (overlay)",
            ]
        );
        // What another mount hides is read where it is to be seen.
        assert_eq!(read, ["data", "dev/shm", "home", "mnt/hidden", "mnt/usb", "pool", "tmp", "twice"]);
    }

    #[test]
    fn all_disks_are_those_of_other_machines_too_but_never_the_kernel() {
        let (skipped, read) = told("", true);
        assert!(["mnt/my share", "mnt/nfs", "mnt/ssh", "mnt/what"].iter().all(|one| read.contains(&(*one).to_owned())));
        assert!(skipped.iter().any(|one| one.starts_with("proc:")));
    }

    #[test]
    fn what_is_named_is_read_whatever_it_is() {
        assert_eq!(told("mnt/nfs", false), (vec![], vec![]));
        let (skipped, read) = told("dev", false);
        assert_eq!((skipped.len(), read), (1, vec!["dev/shm".to_owned()]));
        // The folder whose files are shown again is not read here.
        assert_eq!(told("srv", false), (vec![], vec!["srv/docs".to_owned()]));
    }

    #[test]
    fn damaged_tables_are_read_as_far_as_they_go() {
        const LETTERS: &[u8] = b" /\\\n-0789:\0ax";
        let mut bytes = HOST.as_bytes().to_vec();
        let mut state = 7u64;
        for round in 0..1000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let at = usize::try_from(state >> 33).unwrap() % bytes.len();
            bytes[at] = LETTERS[usize::try_from(state >> 8).unwrap() % LETTERS.len()];
            let root = EntryPath::new(["", "mnt", "dev/shm"][round % 3]);
            let mounts = Mounts::parse(&bytes[..bytes.len() - round % 50], &root, round % 2 == 0);
            assert!(mounts.read.iter().all(|point| is_within(point, &root) && !mounts.skipped.contains_key(point)));
            assert!(mounts.read.len() + mounts.skipped.len() <= HOST.len() / 20);
        }
    }
}
