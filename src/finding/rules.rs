//! The rules: what each is called, how much it matters, which techniques it shows.

use super::{Attack, Severity};
use schemars::JsonSchema;
use serde::Serialize;

/// A rule as `ftpsift rules` lists it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Rule {
    /// Stable dotted id.
    pub id: &'static str,
    /// What it finds, in a few words.
    pub title: &'static str,
    /// How much it matters unless the explanation says otherwise.
    pub severity: Severity,
    /// Techniques that it shows (ATT&CK for Enterprise, version 17), unless a finding tells them more closely.
    pub attack: &'static [Attack],
    /// When it speaks, and when it does not.
    pub about: &'static str,
}

pub(super) const fn attack(technique: &'static str, tactic: &'static str) -> Attack {
    Attack { technique, tactic }
}

const CREDENTIALS_IN_FILES: &[Attack] = &[attack("T1552.001", "credential-access")];
const INGRESS: &[Attack] = &[attack("T1105", "command-and-control")];
const EXFILTRATION: &[Attack] = &[attack("T1048.003", "exfiltration"), attack("T1041", "exfiltration")];
const FILE_TRANSFER_PROTOCOL: &[Attack] = &[attack("T1071.002", "command-and-control")];
const NON_STANDARD_PORT: &[Attack] = &[attack("T1571", "command-and-control")];
const COMMAND_SHELL: &[Attack] = &[attack("T1059.003", "execution")];
const FETCH_AND_RUN: &[Attack] = &[attack("T1105", "command-and-control"), attack("T1059.003", "execution")];
const FILE_TYPE: &[Attack] = &[attack("T1036.008", "defense-evasion")];
const DECEPTIVE_NAME: &[Attack] = &[attack("T1036.007", "defense-evasion"), attack("T1036.002", "defense-evasion")];
const PACKING: &[Attack] = &[attack("T1027.002", "defense-evasion")];
const INVALID_SIGNATURE: &[Attack] = &[attack("T1036.001", "defense-evasion")];
const CODE_SIGNING: &[Attack] = &[attack("T1553.002", "defense-evasion")];
const OBFUSCATED: &[Attack] = &[attack("T1027", "defense-evasion")];
const EMBEDDED: &[Attack] = &[attack("T1027.009", "defense-evasion")];
const ENCRYPTED: &[Attack] = &[attack("T1560.001", "collection"), attack("T1027.013", "defense-evasion")];
const ACTIVE_DOCUMENT: &[Attack] = &[attack("T1059.005", "execution"), attack("T1204.002", "execution")];
const RENAMED: &[Attack] = &[attack("T1036.003", "defense-evasion")];
const CREDENTIAL_STORE: &[Attack] = &[
    attack("T1003.002", "credential-access"),
    attack("T1003.003", "credential-access"),
    attack("T1555.005", "credential-access"),
];
const PRIVATE_KEY: &[Attack] = &[attack("T1552.004", "credential-access")];
const MAIL_STORE: &[Attack] = &[attack("T1114.001", "collection")];
const MEMORY_DUMP: &[Attack] = &[attack("T1003.001", "credential-access")];
const LOG_CLEARED: &[Attack] = &[attack("T1070.001", "defense-evasion")];
const PERSISTENCE: &[Attack] = &[attack("T1547.001", "persistence"), attack("T1053.005", "persistence")];
const USER_EXECUTION: &[Attack] = &[attack("T1204.002", "execution"), attack("T1059.003", "execution")];
const INDIRECT: &[Attack] = &[attack("T1202", "defense-evasion"), attack("T1059", "execution")];
const FILE_DELETION: &[Attack] = &[attack("T1070.004", "defense-evasion")];

/// All rules, by id.
pub const RULES: &[Rule] = &[
    Rule {
        id: "launch.script-gone",
        title: "An FTP client is started with a script that is not on the evidence",
        severity: Severity::Medium,
        attack: FILE_DELETION,
        about: "A launch, or a run of a client under another name, names a script and no such file was found. Droppers delete their scripts; look for deleted copies.",
    },
    Rule {
        id: "log.cleared",
        title: "A log of the host was cleared",
        severity: Severity::High,
        attack: LOG_CLEARED,
        about: "Security 1102 or System 104, beside a run of a client or a script. What the log held before is gone.",
    },
    Rule {
        id: "payload.active-document",
        title: "A transferred document runs code or carries programs",
        severity: Severity::Medium,
        attack: ACTIVE_DOCUMENT,
        about: "VBA macros, sheets of Excel 4.0 macros, programs inside. High where macros run when the document is opened.",
    },
    Rule {
        id: "payload.ascii-damage",
        title: "A transfer in ASCII mode damaged a binary file",
        severity: Severity::Low,
        attack: &[],
        about: "The file's line ends and its own checks contradict each other. It does not run or open as it is; the digests of \
                the restored bytes are the ones by which others know it.",
    },
    Rule {
        id: "payload.credential-store",
        title: "A store of passwords left the host",
        severity: Severity::Critical,
        attack: CREDENTIAL_STORE,
        about: "An uploaded registry hive SAM, SECURITY or SYSTEM, NTDS.dit, or a password safe.",
    },
    Rule {
        id: "payload.deceptive-name",
        title: "A transferred file bears a deceptive name",
        severity: Severity::High,
        attack: DECEPTIVE_NAME,
        about: "Double extension, bidirectional override, padding or invisible characters in the name.",
    },
    Rule {
        id: "payload.encrypted",
        title: "A transferred archive or document is encrypted",
        severity: Severity::Medium,
        attack: ENCRYPTED,
        about: "Nobody between could look inside. High where it left the host.",
    },
    Rule {
        id: "payload.executed",
        title: "What was downloaded was started",
        severity: Severity::High,
        attack: FETCH_AND_RUN,
        about: "The host's own records show a start of the file after a transfer brought it. Medium where no time shows that the \
                transfer came before; not told of a start that lies before the script and the file.",
    },
    Rule {
        id: "payload.forged-signature",
        title: "The signature of a transferred executable is not its signer's",
        severity: Severity::High,
        attack: INVALID_SIGNATURE,
        about: "The signature, its message digest or its signer do not hold together: it was copied or damaged.",
    },
    Rule {
        id: "payload.hidden-executable",
        title: "A transferred file hides a program",
        severity: Severity::High,
        attack: EMBEDDED,
        about: "A Windows executable, as base64 or other numbers, masked, backwards, or inside a file of another kind.",
    },
    Rule {
        id: "payload.high-entropy",
        title: "A transferred file is dense",
        severity: Severity::Low,
        attack: PACKING,
        about: "Entropy of 7.2 bits per byte or more in an executable, or of 7.9 in a file of no known type. Archives, pictures \
                and media are dense by nature and are not told.",
    },
    Rule {
        id: "payload.mail-store",
        title: "A mail store left the host",
        severity: Severity::High,
        attack: MAIL_STORE,
        about: "An uploaded mail store of Outlook or Outlook Express, or a mailbox.",
    },
    Rule {
        id: "payload.malformed-signature",
        title: "A transferred executable has a certificate table without a readable signature",
        severity: Severity::Medium,
        attack: INVALID_SIGNATURE,
        about: "The table lies outside the file or holds no PKCS #7 signature. Windows treats such a file as unsigned.",
    },
    Rule {
        id: "payload.memory-dump",
        title: "A memory dump left the host",
        severity: Severity::Critical,
        attack: MEMORY_DUMP,
        about: "An uploaded dump of a process or of the whole memory: it may hold the passwords of everybody logged on.",
    },
    Rule {
        id: "payload.missing",
        title: "A transferred file is not where the transfer has it",
        severity: Severity::Low,
        attack: &[],
        about: "Nothing of that name lies on the evidence. It may have been deleted, moved or renamed, or the transfer failed.",
    },
    Rule {
        id: "payload.persisted",
        title: "What was downloaded is started again without its user",
        severity: Severity::High,
        attack: PERSISTENCE,
        about: "A Run key, a task, a service or another start of the host names the file. The technique is that of the start, \
                where it is a service, a consumer of WMI, a script of a group policy, or a job of launchd.",
    },
    Rule {
        id: "payload.private-key",
        title: "A private key left the host",
        severity: Severity::High,
        attack: PRIVATE_KEY,
        about: "An uploaded private key or key store.",
    },
    Rule {
        id: "payload.renamed-program",
        title: "A transferred program bears another name than it was built with",
        severity: Severity::Medium,
        attack: RENAMED,
        about: "The version resource, the .NET module or the export table gives another file name.",
    },
    Rule {
        id: "payload.stuffed-signature",
        title: "A signed executable holds data that its signature does not cover",
        severity: Severity::Medium,
        attack: OBFUSCATED,
        about: "Behind the signature, behind its table, or in attributes that are not signed (CVE-2013-3900). Some installers \
                are stamped so on purpose.",
    },
    Rule {
        id: "payload.tampered-executable",
        title: "A transferred executable was changed after it was signed",
        severity: Severity::High,
        attack: INVALID_SIGNATURE,
        about: "The digest that was signed differs from the digest of the file. A transfer in ASCII mode does that too.",
    },
    Rule {
        id: "payload.type-mismatch",
        title: "A transferred file is not what its name says",
        severity: Severity::Medium,
        attack: FILE_TYPE,
        about: "Name and content contradict each other. High where a program or a script bears the name of something harmless.",
    },
    Rule {
        id: "payload.unsigned-executable",
        title: "A downloaded executable is not signed",
        severity: Severity::Medium,
        attack: &[],
        about: "No embedded signature, and no catalog at hand that vouches for it. Only for files that a script downloads.",
    },
    Rule {
        id: "payload.untrusted-signature",
        title: "A downloaded executable is signed by somebody for whom no trusted root vouches",
        severity: Severity::Medium,
        attack: CODE_SIGNING,
        about: "Self-signed, or by an authority that neither Microsoft's roots nor --trust-root know. Only for downloads.",
    },
    Rule {
        id: "run.child-process",
        title: "An FTP client started another program",
        severity: Severity::High,
        attack: INDIRECT,
        about: "By the host's records, and no script at hand says it: somebody typed !, or the script is gone. Low for clients with \
                windows, which open files and pages. Consoles, helpers of clients and reports of faults are left out.",
    },
    Rule {
        id: "run.download",
        title: "An FTP client made files",
        severity: Severity::Medium,
        attack: INGRESS,
        about: "By the host's records, and no script at hand names them. What clients keep of their own in a profile is left out.",
    },
    Rule {
        id: "run.public-address",
        title: "An FTP client connected to a bare public address",
        severity: Severity::Medium,
        attack: FILE_TRANSFER_PROTOCOL,
        about: "By the host's records, and no script at hand names it. Low where the command line does not tell whether a name or \
                the number was given, and no record tells a name.",
    },
    Rule {
        id: "run.renamed-client",
        title: "An FTP client ran under another name",
        severity: Severity::High,
        attack: RENAMED,
        about: "Its version information or its digest is that of a client, its file name is not.",
    },
    Rule {
        id: "run.unusual-parent",
        title: "An FTP client was started below a program that has no use for one",
        severity: Severity::High,
        attack: USER_EXECUTION,
        about: "An office program, a browser or a server among the processes above it; medium for a host of scripts.",
    },
    Rule {
        id: "script.credentials",
        title: "A script holds a login in the clear",
        severity: Severity::Medium,
        attack: CREDENTIALS_IN_FILES,
        about: "A user name with a password that is not anonymous.",
    },
    Rule {
        id: "script.executes-download",
        title: "A script runs what it downloaded",
        severity: Severity::High,
        attack: FETCH_AND_RUN,
        about: "The text that holds or starts the download runs a file of that name, by itself or through the client's shell \
                escape. The technique is that of what runs it: cmd.exe, a Unix shell, PowerShell, Visual Basic, JScript, Python.",
    },
    Rule {
        id: "script.shell-escape",
        title: "An FTP script runs commands of the local shell",
        severity: Severity::Medium,
        attack: COMMAND_SHELL,
        about: "Lines that begin with ! are run by the shell of the host: T1059.004 where that is a Unix shell.",
    },
    Rule {
        id: "script.writable-folder",
        title: "An FTP script lies in a folder that takes files without any privilege",
        severity: Severity::Low,
        attack: &[],
        about: "Temporary folders, profiles, C:\\Users\\Public, C:\\ProgramData, the recycle bin, /tmp and their like.",
    },
    Rule {
        id: "session.anonymous",
        title: "A session logs in anonymously",
        severity: Severity::Informational,
        attack: &[],
        about: "No secret is needed on that server: anyone may have put there what was fetched.",
    },
    Rule {
        id: "session.intended-login-differs",
        title: "A script sends another login than its author meant",
        severity: Severity::Informational,
        attack: &[],
        about: "The client reads the script otherwise than its author thought. The login sent probably failed.",
    },
    Rule {
        id: "session.nonstandard-port",
        title: "A session goes to a port that is not the protocol's",
        severity: Severity::Medium,
        attack: NON_STANDARD_PORT,
        about: "Any port but 21 for FTP, 990 for implicit TLS, 22 for SFTP.",
    },
    Rule {
        id: "session.raw-public-address",
        title: "A session goes to a bare public address",
        severity: Severity::Medium,
        attack: FILE_TRANSFER_PROTOCOL,
        about: "A literal address that routers of the Internet carry, with no name.",
    },
    Rule {
        id: "transfer.ascii-executable",
        title: "A binary file is transferred in ASCII mode",
        severity: Severity::Low,
        attack: &[],
        about: "The client's default mode rewrites line ends: the file that arrives is damaged, its digest is not the original's.",
    },
    Rule {
        id: "transfer.download",
        title: "A script downloads files",
        severity: Severity::Medium,
        attack: INGRESS,
        about: "One finding for each session.",
    },
    Rule {
        id: "transfer.upload",
        title: "A script uploads files",
        severity: Severity::Medium,
        attack: EXFILTRATION,
        about: "One finding for each session.",
    },
];

/// The rule of an id.
#[must_use]
pub fn rule(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_sorted_unique_and_dotted() {
        assert!(RULES.is_sorted_by(|a, b| a.id < b.id));
        for rule in RULES {
            assert_eq!(rule.id.split('.').count(), 2, "{}", rule.id);
            assert!(rule.attack.iter().all(|attack| attack.technique.starts_with('T')), "{}", rule.id);
        }
    }
}
