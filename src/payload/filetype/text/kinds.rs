//! The types that texts have.

use super::super::Family::{Document, Image, Script, Text};
use super::super::{FileType, file_type};

macro_rules! kinds {
    ($($constant:ident = $family:ident, $extension:literal, $mime:literal, $description:literal;)*) => {
        $(pub(super) const $constant: FileType = file_type($family, $extension, $mime, $description);)*
    };
}

kinds! {
    PLAIN = Text, "txt", "text/plain", "text";
    WIDE = Text, "txt", "text/plain", "text (UTF-32)";
    HTML = Text, "html", "text/html", "HTML page";
    XML = Text, "xml", "text/xml", "XML document";
    SVG = Image, "svg", "image/svg+xml", "SVG image";
    HTA = Script, "hta", "application/hta", "HTML application";
    SCRIPTLET = Script, "sct", "text/scriptlet", "script component (scriptlet)";
    SCRIPT_FILE = Script, "wsf", "application/x-wsf", "Windows script file";
    BUILD = Script, "csproj", "application/x-msbuild", "MSBuild project, which may hold code";
    STYLE = Script, "xsl", "application/xslt+xml", "XSL transformation";
    BATCH = Script, "bat", "application/x-bat", "batch file";
    POWERSHELL = Script, "ps1", "application/x-powershell", "PowerShell script";
    VBSCRIPT = Script, "vbs", "text/vbscript", "VBScript";
    VISUAL_BASIC = Text, "bas", "text/x-vb", "Visual Basic source";
    JSCRIPT = Script, "js", "text/javascript", "JavaScript";
    SHELL = Script, "sh", "application/x-sh", "shell script";
    PYTHON = Script, "py", "text/x-python", "Python script";
    PERL = Script, "pl", "text/x-perl", "Perl script";
    POD = Text, "pod", "text/x-pod", "Perl documentation";
    RUBY = Script, "rb", "text/x-ruby", "Ruby script";
    PHP = Script, "php", "application/x-httpd-php", "PHP script";
    LUA = Script, "lua", "text/x-lua", "Lua script";
    AWK = Script, "awk", "text/x-awk", "awk script";
    TCL = Script, "tcl", "text/x-tcl", "Tcl script";
    INTERPRETED = Script, "sh", "text/x-script", "script with an interpreter";
    FTP = Script, "txt", "text/x-ftp-script", "FTP script";
    SERVER_PAGE = Script, "asp", "text/asp", "active server page";
    JAVA_PAGE = Script, "jsp", "text/x-jsp", "Java server page";
    REGISTRY = Script, "reg", "text/x-ms-regedit", "registry entries";
    SETUP = Script, "inf", "application/x-setupscript", "setup information";
    ENCODED_PE = Script, "b64", "text/plain", "Windows executable in base64, as certutil -encode writes it";
    HEX_PE = Script, "hex", "text/plain", "Windows executable in hexadecimal";
    BASE64 = Text, "b64", "text/x-base64", "base64 data";
    HEXADECIMAL = Text, "hex", "text/x-hex", "hexadecimal data";
    UUENCODED = Text, "uu", "text/x-uuencode", "uuencoded data";
    INTEL_HEX = Text, "hex", "text/x-intel-hex", "Intel HEX data";
    PEM = Text, "pem", "application/x-pem-file", "PEM data";
    CERTIFICATE = Text, "pem", "application/x-pem-file", "certificate (PEM)";
    REQUEST = Text, "csr", "application/x-pem-file", "certificate request (PEM)";
    PRIVATE_KEY = Text, "key", "application/x-pem-file", "private key (PEM)";
    ENCRYPTED_KEY = Text, "key", "application/x-pem-file", "private key (PEM, encrypted)";
    PUBLIC_KEY = Text, "pub", "application/x-pem-file", "public key (PEM)";
    OPENSSH_KEY = Text, "key", "application/x-openssh-key", "OpenSSH private key";
    SSH_PUBLIC = Text, "pub", "text/x-ssh-public-key", "OpenSSH public keys";
    PUTTY_KEY = Text, "ppk", "application/x-putty-private-key", "PuTTY private key";
    PGP_PRIVATE = Text, "asc", "application/pgp-keys", "OpenPGP private key (text)";
    PGP_PUBLIC = Text, "asc", "application/pgp-keys", "OpenPGP public key (text)";
    PGP_MESSAGE = Text, "asc", "application/pgp-encrypted", "OpenPGP message (text)";
    PGP_SIGNATURE = Text, "asc", "application/pgp-signature", "OpenPGP signature (text)";
    PGP_SIGNED = Text, "asc", "text/x-pgp-signed", "text signed with OpenPGP";
    SHADOW = Text, "txt", "text/x-shadow", "password hashes of Unix (shadow)";
    PASSWD = Text, "txt", "text/x-passwd", "accounts of Unix (passwd)";
    NT_HASHES = Text, "txt", "text/x-ntlm-hashes", "password hashes of Windows (pwdump)";
    PASSWORDS = Text, "csv", "text/csv", "passwords exported by a browser or password manager";
    COOKIES = Text, "txt", "text/x-cookies", "cookies (Netscape format)";
    MAIL = Text, "eml", "message/rfc822", "mail message";
    NEWS = Text, "eml", "message/news", "news article";
    MAILBOX = Text, "mbox", "application/mbox", "mailbox";
    CALENDAR = Text, "ics", "text/calendar", "calendar";
    VCARD = Text, "vcf", "text/vcard", "address cards";
    RTF = Document, "rtf", "application/rtf", "rich text document";
    PDF = Document, "pdf", "application/pdf", "PDF document";
    URL = Text, "url", "application/x-mswinurl", "internet shortcut";
    DESKTOP = Text, "desktop", "application/x-desktop", "desktop entry";
    INI = Text, "ini", "text/plain", "settings";
    JSON = Text, "json", "application/json", "JSON data";
    JSON_LINES = Text, "jsonl", "application/x-ndjson", "JSON lines";
    CSV = Text, "csv", "text/csv", "separated values";
    YAML = Text, "yaml", "application/yaml", "YAML data";
    CSS = Text, "css", "text/css", "style sheet";
    SQL = Text, "sql", "application/sql", "SQL statements";
    MYSQL_DUMP = Text, "sql", "application/sql", "dump of a MySQL database";
    POSTGRES_DUMP = Text, "sql", "application/sql", "dump of a PostgreSQL database";
    SQLITE_DUMP = Text, "sql", "application/sql", "dump of an SQLite database";
    LDIF = Text, "ldif", "text/x-ldif", "entries of a directory (LDIF)";
    HAR = Text, "har", "application/json", "recorded web traffic (HAR)";
    C = Text, "c", "text/x-c", "C source";
    CPP = Text, "cpp", "text/x-c++", "C++ source";
    CSHARP = Text, "cs", "text/x-csharp", "C# source";
    JAVA = Text, "java", "text/x-java", "Java source";
    GO = Text, "go", "text/x-go", "Go source";
    RUST = Text, "rs", "text/x-rust", "Rust source";
    ASSEMBLY = Text, "s", "text/x-asm", "assembly source";
    LISP = Text, "el", "text/x-lisp", "Lisp source";
    M4 = Text, "m4", "text/x-m4", "m4 macros";
    MAKEFILE = Text, "mk", "text/x-makefile", "makefile";
    TROFF = Text, "man", "text/troff", "troff document";
    TEX = Text, "tex", "text/x-tex", "TeX document";
    TEXINFO = Text, "texi", "text/x-texinfo", "Texinfo document";
    DIFF = Text, "diff", "text/x-diff", "differences";
    SUBTITLES = Text, "srt", "application/x-subrip", "subtitles";
    PO = Text, "po", "text/x-po", "translations (gettext)";
    MPL = Text, "m3u", "audio/x-mpegurl", "play list";
    VIM = Text, "vim", "text/x-vim", "Vim script";
}
