//! Which hive one is, by its keys: hives are copied and renamed.

use crate::base::hive::Hive;

/// The hives of Windows that say something here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HiveKind {
    /// `HKLM\SOFTWARE`.
    Software,
    /// `HKLM\SYSTEM`.
    System,
    /// `HKLM\SAM`.
    Sam,
    /// `HKLM\SECURITY`.
    Security,
    /// A user's `NTUSER.DAT`: `HKCU`.
    NtUser,
    /// A user's `UsrClass.dat`: `HKCU\Software\Classes`.
    UsrClass,
    /// `Amcache.hve`.
    Amcache,
    /// Any other.
    Other,
}

/// Keys of which one is in every hive of the kind; the first kind that fits counts.
const KEYS: &[(HiveKind, &[&[&str]])] = &[
    (
        HiveKind::Amcache,
        &[
            &["Root", "InventoryApplicationFile"],
            &["Root", "File"],
            &["Root", "Programs"],
            &["Root", "InventoryApplication"],
        ],
    ),
    (HiveKind::System, &[&["Select"], &["ControlSet001", "Control"], &["ControlSet002", "Control"]]),
    (HiveKind::Software, &[&["Microsoft", "Windows NT"], &["Microsoft", "Windows"]]),
    (HiveKind::Sam, &[&["SAM", "Domains"]]),
    (HiveKind::Security, &[&["Policy"]]),
    (HiveKind::UsrClass, &[&["Local Settings"]]),
    (HiveKind::NtUser, &[&["Software", "Microsoft"], &["Control Panel"], &["Environment"]]),
];

impl HiveKind {
    /// The kind of a hive.
    #[must_use]
    pub fn of(hive: &Hive<'_>) -> Self {
        let fits = |paths: &[&[&str]]| paths.iter().any(|path| hive.key(path).is_some());
        KEYS.iter().find(|(_, paths)| fits(paths)).map_or(Self::Other, |(kind, _)| *kind)
    }

    /// What stands before a path in the hive.
    pub(super) fn prefix(self) -> &'static str {
        match self {
            Self::Software => "HKLM\\SOFTWARE\\",
            Self::System => "HKLM\\SYSTEM\\",
            Self::Sam => "HKLM\\SAM\\",
            Self::Security => "HKLM\\SECURITY\\",
            Self::NtUser => "HKCU\\",
            Self::UsrClass => "HKCU\\Software\\Classes\\",
            Self::Amcache | Self::Other => "",
        }
    }

    /// Whose hive it is: the name that Explorer kept, else that of the profile's folder.
    pub(super) fn user(self, hive: &Hive<'_>) -> Option<String> {
        if self != Self::NtUser {
            return None;
        }
        let explorer = hive.key(&["Software", "Microsoft", "Windows", "CurrentVersion", "Explorer"])?;
        let named = hive.value(explorer, "Logon User Name").map(|value| value.text());
        let folder = || {
            let folders = hive.key_below(explorer, &["Shell Folders"])?;
            let desktop = hive.value(folders, "Desktop")?.text();
            desktop.rsplit('\\').nth(1).map(str::to_owned)
        };
        named.or_else(folder).filter(|name| !name.is_empty())
    }
}
