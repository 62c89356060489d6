//! wget: `.wgetrc`, of which only the logins matter here (manual, "Wgetrc Commands").

use super::site::Site;
use crate::base::secret::Secret;
use crate::base::text::Text;
use crate::script::session::Session;

pub(super) fn read(text: &Text, _: &str) -> Vec<Session> {
    let mut site = Site { name: super::EVERY_HOST.to_owned(), ..Site::default() };
    for line in text.lines() {
        let bare = line.text.trim();
        if bare.is_empty() || bare.starts_with('#') {
            continue;
        }
        let Some((key, value)) = bare.split_once('=') else { return Vec::new() };
        let key = key.trim().to_ascii_lowercase().replace(['-', '_'], "");
        let plain = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !plain {
            return Vec::new();
        }
        let value = value.trim().to_owned();
        match key.as_str() {
            "ftpuser" => site.user = Some(value),
            "ftppassword" | "ftppasswd" => {
                site.password = Some(Secret::new(value));
                site.line = line.number;
            }
            _ => {}
        }
    }
    if site.password.is_none() || site.user.is_none() {
        return Vec::new();
    }
    site.remarks.push("wget logs in so at every host whose address carries no login".to_owned());
    vec![site.session()]
}

#[cfg(test)]
mod tests {
    use super::super::tests::sites;

    #[test]
    fn logins() {
        let text = "# mine\ntries = 3\nftp_user = ann\nftp-password = pw\n";
        assert_eq!(sites(text, ".wgetrc"), ["ftp ann:pw@?:21 (every host)"]);
        for other in ["FTP_USER=a\n", "ftp_user=a\nftp_password=b\necho done\n", "x=$ftp_password\n"] {
            assert_eq!(sites(other, "a"), [""; 0], "{other}");
        }
    }
}
