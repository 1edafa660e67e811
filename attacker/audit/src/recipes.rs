//! Ready commands for programs that many have installed. Each is a row; what ends in `-crl` is given revocation lists.

use crate::{mail::Speech, program::Program, role::Role};
use process::authorities::random;
use process::foreign::Processes;
use std::{collections::BTreeMap, process::Stdio, time::Duration};
use tokio::{process::Command, time::timeout};

/// A check that a program leaves out by default, and where its documentation says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Documented {
    /// The check's id, or the attack's where only that is meant, with its variant or without.
    pub what: &'static str,
    /// Where that is said.
    pub source: &'static str,
}

/// How to ask for the canary with one program, or to serve it.
#[derive(Clone, Copy, Debug)]
pub struct Recipe {
    /// Which of the two the program is.
    pub role: Role,
    /// What it is called.
    pub name: &'static str,
    /// What asks it for its version.
    pub version: &'static [&'static str],
    /// The command, with placeholders.
    pub command: &'static [&'static str],
    /// Files that it needs in its directory, by name, with placeholders.
    pub files: &'static [(&'static str, &'static str)],
    /// Checks that it leaves out by default.
    pub defaults: &'static [Documented],
    /// Whether exit status 0 means that it got what it asked for.
    pub exits_honestly: bool,
    /// The one attack, in all its variants, for which its command asks, where it asks for one alone.
    pub only: Option<&'static str>,
    /// What a client speaks, before TLS and inside.
    pub speech: Speech,
}

const fn recipe(name: &'static str, version: &'static [&'static str], command: &'static [&'static str]) -> Recipe {
    Recipe {
        role: Role::Client,
        name,
        version,
        command,
        files: &[],
        defaults: &[],
        exits_honestly: true,
        only: None,
        speech: Speech::Direct,
    }
}

const fn server(name: &'static str, version: &'static [&'static str], command: &'static [&'static str]) -> Recipe {
    Recipe { role: Role::Server, exits_honestly: false, ..recipe(name, version, command) }
}

/// OpenSSL, and who verifies with it.
const NO_POLICIES: Documented = Documented {
    what: "cert-policy",
    source: "openssl-verification-options(1): -policy_check \"enables certificate policy processing\"",
};

/// OpenSSL, and who has it look at names.
const COMMON_NAME: Documented = Documented {
    what: "forge-name:common-name",
    source: "X509_check_host(3): the subject's common name is considered where no subject alternative name is a DNS name",
};

/// curl asks for no staple.
const CURL_STAPLE: Documented = Documented {
    what: "staple",
    source: "curl(1): --cert-status \"tells curl to verify the status of the server certificate\", which it does not otherwise",
};

/// OpenSSL shows a staple to whoever asks for one, and leaves it to him.
const OPENSSL_STAPLE: Documented = Documented {
    what: "staple",
    source: "openssl-s_client(1): -status \"sends a certificate status request to the server\"; the response \"is printed out\"",
};

/// Python has no function for it.
const PYTHON_STAPLE: Documented =
    Documented { what: "staple", source: "Python's ssl: none of its functions asks for a certificate's status" };

/// Node asks when it is told to, and leaves the answer to whoever told it.
const NODE_STAPLE: Documented = Documented {
    what: "staple",
    source: "Node's tls.connect(): requestOCSP adds the request, and an event hands the response over",
};

/// Java asks, and looks at the answer where it looks at revocation.
const JAVA_STAPLE: Documented = Documented {
    what: "staple",
    source: "Java's PKIXParameters: revocation is looked at where it is enabled; JSSE's trust managers do not by default",
};

/// Python's sockets end where the connection does.
const RAGGED: Documented = Documented {
    what: "authenticated-close",
    source: "Python's ssl: suppress_ragged_eofs, by default True, \"returns a normal EOF in response to unexpected EOF errors\"",
};

const PYTHON: [(&str, &str); 1] = [("client.py", include_str!("clients/client.py"))];
const NODE: [(&str, &str); 1] = [("client.js", include_str!("clients/client.js"))];
const PYTHON_SERVER: [(&str, &str); 1] = [("server.py", include_str!("servers/server.py"))];
const NODE_SERVER: [(&str, &str); 1] = [("server.js", include_str!("servers/server.js"))];
const JAVA: [(&str, &str); 1] = [("Client.java", include_str!("clients/Client.java"))];

/// The prefix is where it looks for everything else, and standard error is where it logs from its first moment.
const NGINX: [&str; 7] = ["nginx", "-p", "{dir}", "-e", "stderr", "-c", "{dir}/nginx.conf"];

/// Every recipe.
pub const RECIPES: &[Recipe] = &[
    Recipe {
        defaults: &[CURL_STAPLE, NO_POLICIES, COMMON_NAME],
        ..recipe(
            "curl",
            &["curl", "--version"],
            &["curl", "--silent", "--show-error", "--cacert", "{ca}", "https://{host}:{port}/{canary}"],
        )
    },
    Recipe {
        defaults: &[CURL_STAPLE, NO_POLICIES, COMMON_NAME],
        ..recipe(
            "curl-crl",
            &["curl", "--version"],
            &[
                "curl",
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
        only: Some("staple"),
        defaults: &[NO_POLICIES],
        ..recipe(
            "curl-status",
            &["curl", "--version"],
            &[
                "curl",
                "--silent",
                "--show-error",
                "--cacert",
                "{ca}",
                "--cert-status",
                "https://{host}:{port}/{canary}",
            ],
        )
    },
    Recipe {
        defaults: &[OPENSSL_STAPLE, NO_POLICIES, COMMON_NAME],
        ..recipe(
            "openssl",
            &["openssl", "version"],
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
            &["openssl", "version"],
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
        files: &PYTHON,
        defaults: &[PYTHON_STAPLE, NO_POLICIES, COMMON_NAME, RAGGED],
        ..recipe("python", &["python3", "--version"], &["python3", "client.py"])
    },
    Recipe {
        files: &PYTHON,
        defaults: &[PYTHON_STAPLE, NO_POLICIES, COMMON_NAME, RAGGED],
        ..recipe("python-crl", &["python3", "--version"], &["python3", "client.py", "--crl", "{crl}"])
    },
    Recipe {
        files: &NODE,
        defaults: &[NODE_STAPLE, NO_POLICIES, COMMON_NAME],
        ..recipe("node", &["node", "--version"], &["node", "client.js"])
    },
    Recipe {
        files: &NODE,
        defaults: &[NODE_STAPLE, NO_POLICIES, COMMON_NAME],
        ..recipe("node-crl", &["node", "--version"], &["node", "client.js", "--crl", "{crl}"])
    },
    recipe(
        "wget",
        &["wget", "--version"],
        &["wget", "--no-verbose", "--output-document=-", "--ca-certificate={ca}", "https://{host}:{port}/{canary}"],
    ),
    recipe(
        "wget-crl",
        &["wget", "--version"],
        &[
            "wget",
            "--no-verbose",
            "--output-document=-",
            "--ca-certificate={ca}",
            "--crl-file={crl}",
            "https://{host}:{port}/{canary}",
        ],
    ),
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
        files: &[("mail.txt", "Subject: audit\r\n\r\n")],
        only: Some("starttls"),
        speech: Speech::Smtp,
        ..recipe(
            "curl-smtp",
            &["curl", "--version"],
            &[
                "curl",
                "--silent",
                "--show-error",
                "--cacert",
                "{ca}",
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
            &["curl", "--version"],
            &[
                "curl",
                "--silent",
                "--show-error",
                "--cacert",
                "{ca}",
                "--ssl-reqd",
                "--user",
                "client:{canary}",
                "--request",
                "NOOP",
                "imap://{host}:{port}/",
            ],
        )
    },
    Recipe {
        files: &[("client.py", include_str!("clients/smtp.py"))],
        only: Some("starttls"),
        speech: Speech::Smtp,
        ..recipe("python-smtp", &["python3", "--version"], &["python3", "client.py"])
    },
    Recipe {
        files: &[("client.py", include_str!("clients/imap.py"))],
        only: Some("starttls"),
        speech: Speech::Imap,
        ..recipe("python-imap", &["python3", "--version"], &["python3", "client.py"])
    },
    Recipe {
        files: &JAVA,
        defaults: &[JAVA_STAPLE],
        ..recipe("java", &["java", "-version"], &["java", "-XX:TieredStopAtLevel=1", "Client.java"])
    },
    Recipe {
        files: &JAVA,
        ..recipe(
            "java-crl",
            &["java", "-version"],
            &["java", "-XX:TieredStopAtLevel=1", "Client.java", "--crl", "{crl}"],
        )
    },
    Recipe {
        files: &[("client.sh", include_str!("clients/chromium.sh"))],
        // It shows a page about what is wrong, which is a success.
        exits_honestly: false,
        ..recipe("chromium", &["sh", "-c", "command -v certutil && exec chromium --version"], &["sh", "client.sh"])
    },
    Recipe {
        defaults: &[NO_POLICIES],
        ..server(
            "openssl",
            &["openssl", "version"],
            &[
                "openssl",
                "s_server",
                "-quiet",
                "-accept",
                "{address}:{port}",
                "-cert",
                "{cert}",
                "-key",
                "{key}",
                "-CAfile",
                "{ca}",
                "-Verify",
                "4",
                "-verify_return_error",
                "-WWW",
            ],
        )
    },
    server(
        "openssl-crl",
        &["openssl", "version"],
        &[
            "sh",
            "-c",
            "cat {ca} {crl} > trust.pem; exec openssl s_server -quiet -accept {address}:{port} -cert {cert} -key {key} \
             -CAfile trust.pem -crl_check_all -policy_check -policy 2.5.29.32.0 -x509_strict -Verify 4 \
             -verify_return_error -WWW",
        ],
    ),
    Recipe {
        files: &[("nginx.conf", include_str!("servers/nginx.conf"))],
        defaults: &[NO_POLICIES],
        ..server("nginx", &["nginx", "-v"], &NGINX)
    },
    Recipe {
        files: &[("nginx.conf", include_str!("servers/nginx-crl.conf"))],
        defaults: &[NO_POLICIES],
        ..server("nginx-crl", &["nginx", "-v"], &NGINX)
    },
    Recipe {
        files: &PYTHON_SERVER,
        defaults: &[NO_POLICIES],
        ..server("python", &["python3", "--version"], &["python3", "server.py"])
    },
    Recipe {
        files: &PYTHON_SERVER,
        defaults: &[NO_POLICIES],
        ..server("python-crl", &["python3", "--version"], &["python3", "server.py", "--crl", "{crl}"])
    },
    Recipe {
        files: &NODE_SERVER,
        defaults: &[NO_POLICIES],
        ..server("node", &["node", "--version"], &["node", "server.js"])
    },
    Recipe {
        files: &NODE_SERVER,
        defaults: &[NO_POLICIES],
        ..server("node-crl", &["node", "--version"], &["node", "server.js", "--crl", "{crl}"])
    },
];

/// The recipe of this name for a program of this role.
#[must_use]
pub fn find(role: Role, name: &str) -> Option<&'static Recipe> {
    RECIPES.iter().find(|recipe| (recipe.role, recipe.name) == (role, name))
}

/// How long a program may take to tell its version.
const PATIENCE: Duration = Duration::from_secs(20);

impl Recipe {
    /// The program, if it is installed here.
    pub async fn program(&self) -> Option<Program> {
        let version = told_version(self.version).await?;
        Some(Program {
            role: self.role,
            name: self.name.to_owned(),
            version: Some(version),
            command: self.command.iter().map(|argument| (*argument).to_owned()).collect(),
            files: self.files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect(),
            exits_honestly: self.exits_honestly,
            defaults: self.defaults.to_vec(),
            repeat: format!("--{} {}", self.role.as_str(), self.name),
            only: self.only,
            speech: self.speech,
            passed: BTreeMap::new(),
        })
    }
}

/// The first line in which a program tells its version: what stands there up to the first bracket. Nothing where it is not
/// installed, or not in working order.
async fn told_version(command: &[&str]) -> Option<String> {
    let (program, arguments) = command.split_first()?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    #[cfg(unix)]
    command.process_group(0);
    let child = command.spawn().ok()?;
    let run: String = random().ok()?.iter().map(|octet| format!("{octet:02x}")).collect();
    let _processes = Processes::of(&child, &run);
    let output = timeout(PATIENCE, child.wait_with_output()).await.ok()?.ok()?;
    if !output.status.success() {
        return None;
    }
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    let line = text.lines().map(str::trim).find(|line| line.chars().any(|character| character.is_ascii_digit()))?;
    let short = line.split([',', '(', '[']).next().unwrap_or(line).trim();
    Some(short.chars().take(60).collect())
}
