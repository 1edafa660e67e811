//! Clients.

use super::{
    Recipe,
    documented::{
        COMMON_NAME, CURL_STAPLE, JAVA_STAPLE, NO_POLICIES, NODE_STAPLE, OPENSSL_STAPLE, PYTHON_STAPLE, RAGGED,
    },
    recipe,
};
use crate::mail::Speech;

/// What asks for the version.
const CURL: &[&str] = &["curl", "--version"];
const WGET: &[&str] = &["wget", "--version"];
const OPENSSL: &[&str] = &["openssl", "version"];
const PYTHON: &[&str] = &["python3", "--version"];
const NODE: &[&str] = &["node", "--version"];
const JAVA: &[&str] = &["java", "-version"];

const PYTHON_CLIENT: [(&str, &str); 1] = [("client.py", include_str!("../clients/client.py"))];
const NODE_CLIENT: [(&str, &str); 1] = [("client.js", include_str!("../clients/client.js"))];
const JAVA_CLIENT: [(&str, &str); 1] = [("Client.java", include_str!("../clients/Client.java"))];

/// curl that trusts the authority, with these arguments more.
macro_rules! curl {
    ($($argument:expr),* $(,)?) => { &["curl", "--silent", "--show-error", "--cacert", "{ca}", $($argument),*] };
}

/// GNU Wget, likewise.
macro_rules! wget {
    ($($argument:expr),* $(,)?) => {
        &["wget", "--no-verbose", "--output-document=-", "--ca-certificate={ca}", $($argument),*]
    };
}

/// OpenSSL behind STARTTLS in this protocol, which says this with the canary in it.
macro_rules! s_client {
    ($says:literal, $protocol:literal) => {
        concat!(
            "printf '",
            $says,
            "' {canary} | openssl s_client -quiet -verify_return_error -verify_hostname {host} -servername {host} \
             -CAfile {ca} -connect {address}:{port} -starttls ",
            $protocol
        )
    };
}

/// All of them.
pub(super) const CLIENTS: &[Recipe] = &[
    Recipe {
        defaults: &[CURL_STAPLE, NO_POLICIES, COMMON_NAME],
        ..recipe("curl", CURL, curl!["https://{host}:{port}/{canary}"])
    },
    Recipe {
        defaults: &[CURL_STAPLE, NO_POLICIES, COMMON_NAME],
        ..recipe("curl-crl", CURL, curl!["--crlfile", "{crl}", "https://{host}:{port}/{canary}",])
    },
    Recipe {
        only: Some("staple"),
        defaults: &[NO_POLICIES],
        ..recipe("curl-status", CURL, curl!["--cert-status", "https://{host}:{port}/{canary}",])
    },
    Recipe {
        defaults: &[OPENSSL_STAPLE, NO_POLICIES, COMMON_NAME],
        ..recipe(
            "openssl",
            OPENSSL,
            &[
                "sh",
                "-c",
                "printf 'GET /%s HTTP/1.0\\r\\n\\r\\n' {canary} | openssl s_client -quiet -verify_return_error \
                 -verify_hostname {host} -servername {host} -CAfile {ca} -connect {address}:{port}",
            ],
        )
    },
    Recipe {
        defaults: &[OPENSSL_STAPLE],
        ..recipe(
            "openssl-crl",
            OPENSSL,
            &[
                "sh",
                "-c",
                "cat {ca} {crl} > trust.pem; printf 'GET /%s HTTP/1.0\\r\\n\\r\\n' {canary} | openssl s_client -quiet \
             -verify_return_error -verify_hostname {host} -servername {host} -CAfile trust.pem -crl_check_all \
             -policy_check -policy 2.5.29.32.0 -x509_strict -connect {address}:{port}",
            ],
        )
    },
    Recipe {
        files: &PYTHON_CLIENT,
        defaults: &[PYTHON_STAPLE, NO_POLICIES, COMMON_NAME, RAGGED],
        ..recipe("python", PYTHON, &["python3", "client.py"])
    },
    Recipe {
        files: &PYTHON_CLIENT,
        defaults: &[PYTHON_STAPLE, NO_POLICIES, COMMON_NAME, RAGGED],
        ..recipe("python-crl", PYTHON, &["python3", "client.py", "--crl", "{crl}"])
    },
    Recipe {
        files: &NODE_CLIENT,
        defaults: &[NODE_STAPLE, NO_POLICIES, COMMON_NAME],
        ..recipe("node", NODE, &["node", "client.js"])
    },
    Recipe {
        files: &NODE_CLIENT,
        defaults: &[NODE_STAPLE, NO_POLICIES, COMMON_NAME],
        ..recipe("node-crl", NODE, &["node", "client.js", "--crl", "{crl}"])
    },
    recipe("wget", WGET, wget!["https://{host}:{port}/{canary}"]),
    recipe("wget-crl", WGET, wget!["--crl-file={crl}", "https://{host}:{port}/{canary}",]),
    recipe(
        "gnutls",
        &["gnutls-cli", "--version"],
        &[
            "sh",
            "-c",
            "printf 'GET /%s HTTP/1.0\\r\\n\\r\\n' {canary} | gnutls-cli --x509cafile {ca} --sni-hostname {host} \
             --verify-hostname {host} --port {port} {address}",
        ],
    ),
    Recipe {
        only: Some("resume"),
        ..recipe(
            "curl-resume",
            CURL,
            &[
                "curl",
                "--silent",
                "--show-error",
                "--cacert",
                "{first_ca}",
                "--crlfile",
                "{crl}",
                "https://{first}:{port}/",
                "--next",
                "--silent",
                "--show-error",
                "--cacert",
                "{ca}",
                "--crlfile",
                "{crl}",
                "https://{host}:{port}/{canary}",
            ],
        )
    },
    Recipe {
        files: &[("client.sh", include_str!("../clients/resume.sh"))],
        only: Some("resume"),
        ..recipe(
            "openssl-resume",
            OPENSSL,
            &["sh", "client.sh", "{address}:{port}", "{first}", "{first_ca}", "{host}", "{ca}", "{crl}", "{canary}"],
        )
    },
    Recipe {
        files: &[("client.sh", include_str!("../clients/early.sh"))],
        only: Some("resume:early-data"),
        ..recipe(
            "openssl-early",
            OPENSSL,
            &["sh", "client.sh", "{address}:{port}", "{first}", "{first_ca}", "{host}", "{ca}", "{canary}"],
        )
    },
    Recipe {
        files: &[("client.js", include_str!("../clients/resume.js"))],
        only: Some("resume"),
        ..recipe(
            "node-resume",
            NODE,
            &["node", "client.js", "{port}", "{first}", "{first_ca}", "{host}", "{ca}", "{crl}", "{canary}"],
        )
    },
    Recipe {
        files: &[("mail.txt", "Subject: audit\r\n\r\n")],
        only: Some("starttls"),
        speech: Speech::Smtp,
        ..recipe(
            "curl-smtp",
            CURL,
            curl![
                "--ssl-reqd",
                "--mail-from",
                "{canary}@client.lab",
                "--mail-rcpt",
                "somebody@server.lab",
                "--upload-file",
                "mail.txt",
                "smtp://{host}:{port}",
            ],
        )
    },
    Recipe {
        only: Some("starttls"),
        speech: Speech::Imap,
        ..recipe(
            "curl-imap",
            CURL,
            curl!["--ssl-reqd", "--user", "client:{canary}", "--request", "NOOP", "imap://{host}:{port}/",],
        )
    },
    Recipe {
        // It says all at once, whatever it is answered: what it believes beyond that, nobody can tell.
        only: Some("starttls:stripped"),
        speech: Speech::Smtp,
        ..recipe(
            "openssl-smtp",
            OPENSSL,
            &["sh", "-c", s_client!("EHLO client.lab\\r\\nMAIL FROM:<%s@client.lab>\\r\\nQUIT\\r\\n", "smtp")],
        )
    },
    Recipe {
        // It says all at once, whatever it is answered: what it believes beyond that, nobody can tell.
        only: Some("starttls:stripped"),
        speech: Speech::Imap,
        ..recipe("openssl-imap", OPENSSL, &["sh", "-c", s_client!("1 LOGIN client %s\\r\\n2 LOGOUT\\r\\n", "imap")])
    },
    Recipe {
        only: Some("starttls"),
        speech: Speech::Postgres,
        ..recipe(
            "psql",
            &["psql", "--version"],
            &[
                "env",
                "PGPASSWORD={canary}",
                "psql",
                "host={host} hostaddr={address} port={port} user=client dbname=lab sslmode=verify-full sslrootcert={ca}",
                "--command=SELECT 1",
            ],
        )
    },
    Recipe {
        files: &[("client.py", include_str!("../clients/smtp.py"))],
        only: Some("starttls"),
        speech: Speech::Smtp,
        ..recipe("python-smtp", PYTHON, &["python3", "client.py"])
    },
    Recipe {
        files: &[("client.py", include_str!("../clients/imap.py"))],
        only: Some("starttls"),
        speech: Speech::Imap,
        ..recipe("python-imap", PYTHON, &["python3", "client.py"])
    },
    Recipe {
        files: &JAVA_CLIENT,
        defaults: &[JAVA_STAPLE],
        ..recipe("java", JAVA, &["java", "-XX:TieredStopAtLevel=1", "Client.java"])
    },
    Recipe {
        files: &JAVA_CLIENT,
        ..recipe("java-crl", JAVA, &["java", "-XX:TieredStopAtLevel=1", "Client.java", "--crl", "{crl}"])
    },
    Recipe {
        files: &[("client.sh", include_str!("../clients/chromium.sh"))],
        // It shows a page about what is wrong, which is a success.
        exits_honestly: false,
        ..recipe("chromium", &["sh", "-c", "command -v certutil && exec chromium --version"], &["sh", "client.sh"])
    },
];
