//! Sessions that a program opens by a class library, without any client of its own name.
//!
//! Each library's file says which of its calls do what ([`Operation`]), with the defaults of its documentation; a [`Link`]
//! follows them. A link is reported only if the program itself says where it goes: library code, tests and documentation
//! speak of hosts that somebody else gives.

mod addresses;
mod curl;
mod inetapi;
mod java;
mod link;
mod perl;
mod php;
mod python;
mod ruby;
mod web_request;
mod winscp_net;

pub use curl::Curl;
pub use link::{Link, Operation};

use super::source::{Call, Tongue, Value};
use crate::script::launch::Client;

/// What a call does to sessions.
#[derive(Debug)]
pub enum Effect {
    /// It opens a link, which is the value of the call.
    Opens(Box<Link>),
    /// It does something on a link that is open: its receiver's or the one that it is given.
    On(usize, Vec<Operation>),
    /// A session of its own, begun and ended by the call.
    Whole(Box<Link>),
}

/// What a call of a language does to sessions, nothing where it is none of a library. Files that are given as open handles
/// stand in the call by their paths; objects are links.
#[must_use]
pub fn effect(tongue: Tongue, call: &Call, client_of: &dyn Fn(usize) -> Option<Client>) -> Option<Effect> {
    let receiver = match call.receiver {
        Some(Value::Object(object)) => client_of(object).map(|client| (object, client)),
        _ => None,
    };
    if let Some((object, Client::Dotnet)) = receiver {
        return Some(Effect::On(object, web_request::on(call)?));
    }
    if let Some((object, Client::Winscp)) = receiver {
        return Some(Effect::On(object, winscp_net::on(call)?));
    }
    match tongue {
        Tongue::Python => python::effect(call, receiver),
        Tongue::Perl => perl::effect(call, receiver),
        Tongue::Php => php::effect(call, client_of),
        Tongue::Ruby => ruby::effect(call, receiver),
        Tongue::Java => java::effect(call, receiver),
        Tongue::CSharp => web_request::opens(call).or_else(|| winscp_net::opens(call)),
        Tongue::C | Tongue::Delphi | Tongue::AutoIt => inetapi::effect(call, client_of),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::base::limits::Limits;
    use crate::base::text::Text;
    use crate::script::read;
    use crate::script::session::Session;
    use crate::script::writer::emulation::Alone;
    use crate::script::writer::outcome::Origin;

    fn sessions(name: &str, text: &str) -> Vec<Session> {
        let origin = Origin { directory: None, name };
        let reading = read::read(&Text::from_content(text), origin, &Alone, &Limits::default());
        reading.map(|reading| reading.sessions).unwrap_or_default()
    }

    /// `scheme user:password@host:port`, then each transfer as `<` or `>`, mode, local and remote name, then what else is
    /// done.
    fn told(session: &Session) -> String {
        let login = session.credentials.last().map_or(String::new(), |login| {
            let password = login.password.as_ref().map_or("", |password| password.reveal());
            format!("{}:{password}@", login.username.as_deref().unwrap_or_default())
        });
        let mut text = format!(
            "{} {login}{}:{}",
            serde_json::to_value(session.scheme).unwrap().as_str().unwrap(),
            session.host.as_deref().unwrap_or("-"),
            session.port.map_or("-".to_owned(), |port| port.to_string())
        );
        for moved in &session.transfers {
            let sign = if moved.direction == crate::script::transfer::Direction::Upload { ">" } else { "<" };
            let mode = if moved.mode == crate::script::transfer::Mode::Ascii { "A" } else { "I" };
            let local = moved.local_path.as_deref().unwrap_or("-");
            let remote = moved.remote_path.as_deref().unwrap_or("-");
            let remote = crate::script::local_path::remote_join(moved.remote_directory.as_deref(), remote);
            text += &format!(" {sign}{mode} {local} {remote}");
        }
        session.deletes.iter().for_each(|name| text += &format!(" del {name}"));
        session.raw.iter().for_each(|name| text += &format!(" raw {name}"));
        text
    }

    #[test]
    fn libraries() {
        let cases: [(&str, &str, &[&str]); 42] = [
            (
                "a.py",
                "from ftplib import FTP\nf=FTP('192.0.2.74','bob','pw')\nf.cwd('in')\nf.storbinary('STOR a.zip',open('/tmp/a.zip','rb'))",
                &["ftp bob:pw@192.0.2.74:21 >I /tmp/a.zip in/a.zip"],
            ),
            (
                "notes.txt",
                "python -c \"from ftplib import FTP;f=FTP('192.0.2.74','bob','pw');f.storbinary('STOR a.zip',open('/tmp/a.zip','rb'))\"",
                &["ftp bob:pw@192.0.2.74:21 >I /tmp/a.zip a.zip"],
            ),
            (
                "a.py",
                "import ftplib\nHOST = '192.0.2.1'\nclass C:\n    def __init__(self, user='bob'):\n        self.ftp = ftplib.FTP_TLS()\n        \
                 self.ftp.connect(HOST, 2121)\n        self.ftp.login(user='bob', passwd='p' + 'w')\n    def get(self, name):\n        \
                 self.ftp.retrbinary('RETR %s' % name, open(name, 'wb').write)\n        self.ftp.sendcmd('SITE CHMOD 777 x')\n        self.ftp.delete('y')\n",
                &["ftps bob:pw@192.0.2.1:2121 <I name name del y raw SITE CHMOD 777 x"],
            ),
            (
                "a.py",
                "import ftplib\nwith ftplib.FTP('192.0.2.2') as ftp:\n    ftp.login()\n    with open('o.txt', 'wb') as fp:\n        \
                 ftp.retrlines('RETR r.txt', fp.write)\n",
                &["ftp anonymous:anonymous@@192.0.2.2:21 <A o.txt r.txt"],
            ),
            (
                "a.py",
                "import ftplib\ndef up(host, files):\n    s = ftplib.FTP(host, 'u', 'p')\n    for f in files:\n        \
                 s.storlines(f'STOR {f}', open(f))\nup('192.0.2.3', ['a', 'b'])\nup('192.0.2.4', ['c'])\n",
                &["ftp u:p@192.0.2.3:21 >A a a >A b b", "ftp u:p@192.0.2.4:21 >A c c"],
            ),
            (
                "a.py",
                "import urllib.request\nurllib.request.urlretrieve('ftp://u:p@192.0.2.5/x/y.exe', 'z.exe')",
                &["ftp u:p@192.0.2.5:21 <I z.exe x/y.exe"],
            ),
            (
                "a.py",
                "import pysftp\nwith pysftp.Connection('192.0.2.6', username='u', password='p') as s:\n    s.put('/etc/passwd', '/in/p')\n# ftp",
                &["sftp u:p@192.0.2.6:22 >I /etc/passwd /in/p"],
            ),
            (
                "a.py",
                "import paramiko\nt = paramiko.Transport(('192.0.2.7', 2222))\nt.connect(username='u', password='p')\n\
                 sftp = paramiko.SFTPClient.from_transport(t)\nsftp.get('/r', 'l')",
                &["sftp u:p@192.0.2.7:2222 <I l /r"],
            ),
            (
                "a.pl",
                "use Net::FTP;\nmy $ftp = Net::FTP->new(\"192.0.2.8\", Port => 2121, Debug => 0) or die \"x\";\n$ftp->login('bob','pw') || die;\n\
                 $ftp->cwd(\"/pub\");\n$ftp->get(\"that.file\");\n$ftp->binary;\n$ftp->put('/a/b.tgz');\n$ftp->put('l', 'r');\n$ftp->quit;",
                &["ftp bob:pw@192.0.2.8:2121 <A that.file /pub/that.file >I /a/b.tgz /pub/b.tgz >I l /pub/r"],
            ),
            (
                "a.pl",
                "use Net::FTP;\nmy %c = (host => '192.0.2.9', user => 'u');\nmy $f = new Net::FTP($c{host});\n$f->login($c{user}, $pass);\n$f->delete('x');",
                &["ftp u:$pass@192.0.2.9:21 del x"],
            ),
            (
                "a.pl",
                "use LWP::Simple;\ngetstore('ftp://192.0.2.10/a.exe', 'c:\\\\a.exe');",
                &["ftp 192.0.2.10:21 <I c:\\a.exe a.exe"],
            ),
            (
                "a.php",
                "<?php\n$server = '192.0.2.11';\n$c = ftp_connect($server, 2121) or die();\n$l = ftp_login($c, \"bob\", \"pw\");\nftp_pasv($c, true);\n\
                 ftp_chdir($c, 'in');\nif (ftp_put($c, 'r.txt', 'l.txt', FTP_ASCII)) { echo 'ok'; }\nftp_get($c, 'd', 's', FTP_BINARY);\nftp_close($c);\n?>",
                &["ftp bob:pw@192.0.2.11:2121 >A l.txt in/r.txt <I d in/s"],
            ),
            (
                "a.php",
                "<?php class B { private $h = '192.0.2.12'; function go() { $this->c = ftp_ssl_connect($this->h); @ftp_login($this->c, 'u', 'p');\n\
                 $fp = fopen('/tmp/x', 'r'); ftp_fput($this->c, \"x\", $fp, FTP_BINARY); ftp_site($this->c, 'CHMOD 600 x'); } }",
                &["ftps u:p@192.0.2.12:21 >I /tmp/x x raw SITE CHMOD 600 x"],
            ),
            ("a.php", "<?php copy('ftp://u:p@192.0.2.13/a.zip', 'b.zip');", &["ftp u:p@192.0.2.13:21 <I b.zip a.zip"]),
            (
                "a.php",
                "<?php $ch = curl_init(); $fp = fopen('l.zip', 'r'); curl_setopt($ch, CURLOPT_URL, 'ftp://192.0.2.14/in/' . 'l.zip');\n\
                 curl_setopt($ch, CURLOPT_USERPWD, \"u:p\"); curl_setopt($ch, CURLOPT_UPLOAD, 1); curl_setopt($ch, CURLOPT_INFILE, $fp); curl_exec($ch);",
                &["ftp u:p@192.0.2.14:21 >I l.zip in/l.zip"],
            ),
            (
                "a.rb",
                "require 'net/ftp'\nNet::FTP.open('192.0.2.15') do |ftp|\nend\nftp = Net::FTP.new('192.0.2.15')\nftp.login('u', 'p')\nftp.putbinaryfile('/x/y')\nftp.close",
                &["ftp u:p@192.0.2.15:21 >I /x/y y"],
            ),
            (
                "A.java",
                "import org.apache.commons.net.ftp.FTPClient;\nclass A { void x() { FTPClient c = new FTPClient(); c.connect(\"192.0.2.16\", 21);\n\
                 c.login(\"u\", \"p\"); c.setFileType(FTP.BINARY_FILE_TYPE); InputStream in = new FileInputStream(new File(\"l.bin\")); c.storeFile(\"r.bin\", in); } }",
                &["ftp u:p@192.0.2.16:21 >I l.bin r.bin"],
            ),
            (
                "a.cs",
                "using System.Net;\nvar w = new WebClient(); w.Credentials = new NetworkCredential(\"u\", \"p\"); w.UploadFile(\"ftp://192.0.2.17/in/l.zip\", \"STOR\", @\"C:\\l.zip\");",
                &["ftp u:p@192.0.2.17:21 >I C:\\l.zip in/l.zip"],
            ),
            (
                "a.cs",
                "using System.Net;\nFtpWebRequest r = (FtpWebRequest)WebRequest.Create(\"ftp://192.0.2.18/x\"); r.Method = WebRequestMethods.Ftp.DeleteFile;\n\
                 r.Credentials = new NetworkCredential(\"u\", \"p\");",
                &["ftp u:p@192.0.2.18:21 del x"],
            ),
            (
                "a.cs",
                "using System.Net;\nFtpWebRequest r;\nr = (FtpWebRequest)FtpWebRequest.Create(new Uri(\"ftp://\" + \"192.0.2.18\" + \"/x\"));\n\
                 r.Credentials = new NetworkCredential(\"u\", \"p\"); r.Method = WebRequestMethods.Ftp.UploadFile;",
                &["ftp u:p@192.0.2.18:21 >I - x"],
            ),
            (
                "a.cpp",
                "HINTERNET c = InternetConnectA(h, \"192.0.2.19\", INTERNET_DEFAULT_FTP_PORT, \"u\", \"p\", INTERNET_SERVICE_FTP, 0, 0);\n\
                 FtpPutFileA(c, \"C:\\\\k.log\", \"k.log\", FTP_TRANSFER_TYPE_BINARY, 0);",
                &["ftp u:p@192.0.2.19:21 >I C:\\k.log k.log"],
            ),
            (
                "a.cpp",
                "URLDownloadToFile(NULL, L\"ftp://192.0.2.20/a.exe\", L\"a.exe\", 0, NULL);",
                &["ftp 192.0.2.20:21 <I a.exe a.exe"],
            ),
            // Several names at once.
            (
                "a.py",
                "import ftplib\nH, U, P = '192.0.2.21', 'u', 'p'\nf = ftplib.FTP(H, U, P)\nf.delete('x')\n",
                &["ftp u:p@192.0.2.21:21 del x"],
            ),
            (
                "a.py",
                "import ftplib\nuser, pw, host = ('u', 'p', '192.0.2.22')\nf = ftplib.FTP(host)\nf.login(user, pw)\nf.delete('x')\n",
                &["ftp u:p@192.0.2.22:21 del x"],
            ),
            (
                "a.rb",
                "require 'net/ftp'\nuser, pw = 'u', 'p'\nf = Net::FTP.new('192.0.2.23')\nf.login(user, pw)\nf.delete('x')\n",
                &["ftp u:p@192.0.2.23:21 del x"],
            ),
            (
                "a.py",
                "import ftplib, os\nf = ftplib.FTP(os.environ.get('H', '192.0.2.24'), 'u', os.getenv('P', 'p'))\nf.delete('x')\n",
                &["ftp u:p@192.0.2.24:21 del x"],
            ),
            (
                "a.cs",
                "using System.Net;\nusing (var w = new WebClient { Credentials = new NetworkCredential(\"u\", \"p\") }) { w.UploadFile(\"ftp://192.0.2.25/in/a\", @\"C:\\a\"); }",
                &["ftp u:p@192.0.2.25:21 >I C:\\a in/a"],
            ),
            (
                "a.cs",
                "using WinSCP;\nvar o = new SessionOptions { Protocol = Protocol.Ftp, HostName = \"192.0.2.26\", UserName = \"u\", Password = \"p\" };\n\
                 using (Session session = new Session()) { session.Open(o); session.PutFiles(@\"C:\\d\\*.zip\", \"/in/\").Check();\n\
                 session.GetFileToDirectory(\"/out/a.txt\", @\"C:\\d\"); session.RemoveFiles(\"/out/a.txt\"); }",
                &["ftp u:p@192.0.2.26:21 >I C:\\d\\*.zip /in/ <I C:\\d /out/a.txt del /out/a.txt"],
            ),
            (
                "a.cs",
                "using WinSCP;\nSessionOptions o = new SessionOptions(); o.Protocol = Protocol.Ftp; o.FtpSecure = FtpSecure.Implicit;\n\
                 o.HostName = \"192.0.2.27\"; o.UserName = \"u\"; o.Password = \"p\"; var s = new WinSCP.Session(); s.Open(o); s.GetFiles(\"/x\", \"y\");",
                &["ftps u:p@192.0.2.27:990 <I y /x"],
            ),
            (
                "a.cs",
                "using WinSCP;\nvar o = new SessionOptions(); o.ParseUrl(\"ftp://u:p@192.0.2.28/\"); var s = new Session(); s.Open(o); s.GetFiles(\"/x\", \"y\");",
                &["ftp u:p@192.0.2.28:21 <I y /x"],
            ),
            // Lists that are taken apart, defaults, what a class or its maker is given.
            (
                "a.php",
                "<?php list($h, $u, $p) = explode(',', '192.0.2.29,u,p'); $c = ftp_connect($h); ftp_login($c, $u, $p); ftp_delete($c, 'x');",
                &["ftp u:p@192.0.2.29:21 del x"],
            ),
            (
                "a.php",
                "<?php [$h, , $p] = ['192.0.2.30', 'u', 'p']; [$a, $b] = array('u', 'z'); $c = ftp_connect($h); ftp_login($c, $a, $p); ftp_delete($c, 'x');",
                &["ftp u:p@192.0.2.30:21 del x"],
            ),
            (
                "a.py",
                "import ftplib\ndef up(name, host='192.0.2.31', user: str = 'u', pw='p' + 'w'):\n    f = ftplib.FTP(host, user, pw)\n    f.delete(name)\nup('x')\nup('y', user='v')\n",
                &["ftp u:pw@192.0.2.31:21 del x", "ftp v:pw@192.0.2.31:21 del y"],
            ),
            (
                "a.py",
                "import ftplib\nclass Config:\n    HOST = '192.0.2.32'\n    USER = 'u'\nclass C:\n    PW = 'p'\n    def go(self):\n        \
                 f = ftplib.FTP(Config.HOST)\n        f.login(Config.USER, self.PW)\n        f.delete('x')\nC().go()\n",
                &["ftp u:p@192.0.2.32:21 del x"],
            ),
            (
                "a.py",
                "import ftplib\nclass C:\n    def __init__(self, host, user='u', pw=None):\n        self.host = host\n        self.user = user\n        self.pw = pw\n    \
                 def go(self):\n        f = ftplib.FTP(self.host)\n        f.login(self.user, self.pw)\n        f.delete('x')\nc = C('192.0.2.33', pw='p')\nc.go()\n",
                &["ftp u:p@192.0.2.33:21 del x"],
            ),
            // What only library code, tests and documentation do.
            ("a.cs", "using WinSCP;\nvar s = new Session(); s.Open(options); s.GetFiles(\"/x\", \"y\");", &[]),
            (
                "a.py",
                "import ftplib\ndef f(host, user):\n    ftp = ftplib.FTP(host)\n    ftp.login(user, getpass())\n    ftp.delete('x')\n",
                &[],
            ),
            ("a.py", "import ftplib\nf = ftplib.FTP('localhost')\nf.login()\nf.delete('x')\n", &[]),
            ("a.pm", "use Net::FTP;\n1;\n__END__\n$f = Net::FTP->new('ftp.example.com'); $f->login('u','p');", &[]),
            (
                "a.pm",
                "use Net::FTP;\n=pod\n\n $f = Net::FTP->new('ftp.example.com'); $f->login('u','p');\n\n=cut\n1;",
                &[],
            ),
            (
                "a.php",
                "<p>$c = ftp_connect('h.example'); ftp_login($c,'u','p')</p><?php // ftp_connect('h.example')",
                &[],
            ),
            ("a.py", "import ftplib\n\"\"\"\n>>> f = ftplib.FTP('ftp.example.com', 'u', 'p')\n\"\"\"\n", &[]),
        ];
        for (name, text, expected) in cases {
            let have: Vec<String> = sessions(name, text).iter().map(told).collect();
            assert_eq!(have, expected, "{text}");
        }
    }

    #[test]
    fn classes_of_the_text_pass_on_what_they_are_given() {
        let cases: [(&str, &str, &[&str]); 5] = [
            (
                "a.py",
                "from ftplib import FTP\nclass Up(object):\n    def __init__(self, host, user, pw):\n        self.ftp = FTP(host)\n        \
                 self.ftp.login(user, pw)\n    def get(self, name):\n        self.ftp.retrbinary('RETR ' + name, open('/t/' + name, 'wb').write)\n\
                 u = Up('192.0.2.1', 'bob', 'pw')\nu.get('z.bin')\n",
                &["ftp bob:pw@192.0.2.1:21 <I /t/z.bin z.bin"],
            ),
            // An object of a library is asked, not the function that asks it.
            (
                "a.py",
                "import ftplib\nclass C:\n    def __init__(self):\n        self.ftp = ftplib.FTP()\n    def connect(self):\n        \
                 self.ftp.connect('192.0.2.2', 2121)\n    def login(self):\n        self.ftp.login('bob', 'pw')\n    def run(self):\n        \
                 self.connect()\n        self.login()\n        self.ftp.storbinary('STOR a', open('a', 'rb'))\nC().run()\n",
                &["ftp bob:pw@192.0.2.2:2121 >I a a"],
            ),
            (
                "a.py",
                "from ftplib import FTP\nclass A:\n    def __init__(self, x):\n        self.x = x\nclass B:\n    def __init__(self, host):\n        \
                 self.ftp = FTP(host, 'bob', 'pw')\n        self.ftp.delete('a')\nA('no')\nb = B(host='192.0.2.3')\n",
                &["ftp bob:pw@192.0.2.3:21 del a"],
            ),
            (
                "a.php",
                "<?php\nclass Ftp {\n  private $id;\n  public function __construct($h) { $this->id = ftp_connect($h); }\n  \
                 public function login($u, $p) { ftp_login($this->id, $u, $p); }\n  \
                 public function up($from, $to) { ftp_put($this->id, $to, $from, FTP_BINARY); }\n}\n\
                 $f = new Ftp('192.0.2.6');\n$f->login('bob', 'pw');\n$f->up('l.jpg', 'r.jpg');\n",
                &["ftp bob:pw@192.0.2.6:21 >I l.jpg r.jpg"],
            ),
            (
                "a.cs",
                "using System.Net;\nclass F { string h; string u; public F(string host, string user) { h = host; u = user; }\n\
                 public void Get(string name) { FtpWebRequest r = (FtpWebRequest)WebRequest.Create(h + \"/\" + name);\n\
                 r.Credentials = new NetworkCredential(u, \"pw\"); r.Method = WebRequestMethods.Ftp.DownloadFile; } }\n\
                 class M { static void Main() { F f = new F(\"ftp://192.0.2.7\", \"bob\"); f.Get(\"x.txt\"); } }",
                &["ftp bob:pw@192.0.2.7:21 <I - x.txt"],
            ),
        ];
        for (name, text, expected) in cases {
            let have: Vec<String> = sessions(name, text).iter().map(told).collect();
            assert_eq!(have, expected, "{text}");
        }
    }

    #[test]
    fn paths_and_patterns_of_python_keep_what_is_known() {
        let cases: [(&str, &[&str]); 2] = [
            (
                "from ftplib import FTP\nimport os\nftp = FTP('192.0.2.4', 'bob', 'pw')\nfor name in ftp.nlst():\n    \
                 f = open(os.path.join('C:\\\\in', name), 'wb')\n    ftp.retrbinary('RETR %s' % name, f.write)\n",
                &["ftp bob:pw@192.0.2.4:21 <I C:\\in\\name name"],
            ),
            (
                "from ftplib import FTP\nimport os\nbase = '/srv/data'\nftp = FTP('192.0.2.5', 'bob', 'pw')\n\
                 ftp.storbinary('STOR ' + 'x.zip', open(os.path.join(base, 'out', 'x.zip'), 'rb'))\n",
                &["ftp bob:pw@192.0.2.5:21 >I /srv/data/out/x.zip x.zip"],
            ),
        ];
        for (text, expected) in cases {
            let have: Vec<String> = sessions("a.py", text).iter().map(told).collect();
            assert_eq!(have, expected, "{text}");
        }
    }
}
