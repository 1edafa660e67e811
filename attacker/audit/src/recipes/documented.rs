//! What programs leave out by default, and where their documentation says so.

/// A check that a program leaves out by default, and where its documentation says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Documented {
    /// The check's id, or the attack's where only that is meant, with its variant or without.
    pub what: &'static str,
    /// Where that is said.
    pub source: &'static str,
}

/// OpenSSL, and who verifies with it.
pub(super) const NO_POLICIES: Documented = Documented {
    what: "cert-policy",
    source: "openssl-verification-options(1): -policy_check \"enables certificate policy processing\"",
};

/// OpenSSL, and who has it look at names.
pub(super) const COMMON_NAME: Documented = Documented {
    what: "forge-name:common-name",
    source: "X509_check_host(3): the subject's common name is considered where no subject alternative name is a DNS name",
};

/// curl asks for no staple.
pub(super) const CURL_STAPLE: Documented = Documented {
    what: "staple",
    source: "curl(1): --cert-status \"tells curl to verify the status of the server certificate\", which it does not otherwise",
};

/// OpenSSL shows a staple to whoever asks for one, and leaves it to him.
pub(super) const OPENSSL_STAPLE: Documented = Documented {
    what: "staple",
    source: "openssl-s_client(1): -status \"sends a certificate status request to the server\"; the response \"is printed out\"",
};

/// Python has no function for it.
pub(super) const PYTHON_STAPLE: Documented =
    Documented { what: "staple", source: "Python's ssl: none of its functions asks for a certificate's status" };

/// Node asks when it is told to, and leaves the answer to whoever told it.
pub(super) const NODE_STAPLE: Documented = Documented {
    what: "staple",
    source: "Node's tls.connect(): requestOCSP adds the request, and an event hands the response over",
};

/// Java asks, and looks at the answer where it looks at revocation.
pub(super) const JAVA_STAPLE: Documented = Documented {
    what: "staple",
    source: "Java's PKIXParameters: revocation is looked at where it is enabled; JSSE's trust managers do not by default",
};

/// nginx leaves it to whoever is behind it.
pub(super) const NGINX_EARLY: Documented = Documented {
    what: "resume:early-data",
    source: "nginx's ssl_early_data: requests within early data \"are subject to replay attacks\"; $ssl_early_data is for protecting against them",
};

/// Python's sockets end where the connection does.
pub(super) const RAGGED: Documented = Documented {
    what: "authenticated-close",
    source: "Python's ssl: suppress_ragged_eofs, by default True, \"returns a normal EOF in response to unexpected EOF errors\"",
};
