//! Servers that demand certificates of their clients.

use super::{
    Recipe,
    documented::{NGINX_EARLY, NO_POLICIES},
    server,
};

/// What asks for the version.
const OPENSSL: &[&str] = &["openssl", "version"];
const PYTHON: &[&str] = &["python3", "--version"];
const NODE: &[&str] = &["node", "--version"];
const VERSION_OF_NGINX: &[&str] = &["nginx", "-v"];

const PYTHON_SERVER: [(&str, &str); 1] = [("server.py", include_str!("../servers/server.py"))];
const NODE_SERVER: [(&str, &str); 1] = [("server.js", include_str!("../servers/server.js"))];

/// The prefix is where it looks for everything else, and standard error is where it logs from its first moment.
const NGINX: [&str; 7] = ["nginx", "-p", "{dir}", "-e", "stderr", "-c", "{dir}/nginx.conf"];

/// OpenSSL, which hears what is said early, and answers everybody with what it reads.
const S_SERVER_EARLY: &str = "(cat canary; exec tail -f /dev/null) | openssl s_server -accept {address}:{port} -cert {cert} \
                              -key {key} -CAfile {ca} -Verify 4 -verify_return_error -tls1_3 -early_data";

/// All of them.
pub(super) const SERVERS: &[Recipe] = &[
    Recipe {
        defaults: &[NO_POLICIES],
        ..server(
            "openssl",
            OPENSSL,
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
        OPENSSL,
        &[
            "sh",
            "-c",
            "cat {ca} {crl} > trust.pem; exec openssl s_server -quiet -accept {address}:{port} -cert {cert} -key {key} \
             -CAfile trust.pem -crl_check_all -policy_check -policy 2.5.29.32.0 -x509_strict -Verify 4 \
             -verify_return_error -WWW",
        ],
    ),
    Recipe {
        files: &[("nginx.conf", include_str!("../servers/nginx.conf"))],
        defaults: &[NO_POLICIES],
        ..server("nginx", VERSION_OF_NGINX, &NGINX)
    },
    Recipe {
        files: &[("nginx.conf", include_str!("../servers/nginx-crl.conf"))],
        defaults: &[NO_POLICIES],
        ..server("nginx-crl", VERSION_OF_NGINX, &NGINX)
    },
    Recipe { files: &PYTHON_SERVER, defaults: &[NO_POLICIES], ..server("python", PYTHON, &["python3", "server.py"]) },
    Recipe {
        files: &PYTHON_SERVER,
        defaults: &[NO_POLICIES],
        ..server("python-crl", PYTHON, &["python3", "server.py", "--crl", "{crl}"])
    },
    Recipe { files: &NODE_SERVER, defaults: &[NO_POLICIES], ..server("node", NODE, &["node", "server.js"]) },
    Recipe {
        files: &NODE_SERVER,
        defaults: &[NO_POLICIES],
        ..server("node-crl", NODE, &["node", "server.js", "--crl", "{crl}"])
    },
    Recipe { only: Some("resume:early-data"), ..server("openssl-early", OPENSSL, &["sh", "-c", S_SERVER_EARLY]) },
    Recipe {
        files: &[("nginx.conf", include_str!("../servers/nginx-early.conf"))],
        defaults: &[NGINX_EARLY],
        only: Some("resume:early-data"),
        ..server("nginx-early", VERSION_OF_NGINX, &NGINX)
    },
    Recipe {
        files: &[("nginx.conf", include_str!("../servers/nginx-hosts.conf"))],
        only: Some("resume"),
        ..server("nginx-hosts", VERSION_OF_NGINX, &NGINX)
    },
    Recipe {
        files: &[("server.py", include_str!("../servers/lists.py"))],
        only: Some("resume"),
        ..server("python-lists", PYTHON, &["python3", "server.py", "{crl}"])
    },
];
