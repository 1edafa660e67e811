//! Who may ask what: Host, Origin and Sec-Fetch-Site are checked before any route, and every answer carries the page's
//! defences.
//!
//! Host, so that a name that somebody else points at this machine cannot read the lab (DNS rebinding); Origin, so that a
//! page from elsewhere cannot start sessions (cross-site request forgery); Sec-Fetch-Site, which browsers send where they
//! send no Origin, so that a page from elsewhere can do nothing at all but lead to the lab's own pages (W3C Fetch Metadata).

use super::{files::is_page, problem::Problem};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde_json::json;
use std::{net::SocketAddr, sync::Arc};

const HEADERS: [(HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
         font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("permissions-policy"),
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), hid=(), \
         microphone=(), midi=(), payment=(), publickey-credentials-get=(), serial=(), usb=(), xr-spatial-tracking=()",
    ),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// The hosts under which this server is reached.
#[derive(Clone, Debug)]
pub struct Guard {
    hosts: Arc<[String]>,
    /// The port at which every address of this machine is as good as another.
    any: Option<u16>,
}

impl Guard {
    /// The guard of a server that listens on `address`: its address, and the loopback names with its port.
    pub fn new(address: SocketAddr) -> Self {
        let mut hosts = vec![address.to_string()];
        for name in ["localhost", "127.0.0.1", "[::1]"] {
            hosts.push(format!("{name}:{}", address.port()));
            if address.port() == 80 {
                hosts.push(name.to_owned());
            }
        }
        let mut seen = std::collections::BTreeSet::new();
        hosts.retain(|host| seen.insert(host.clone()));
        Self { hosts: hosts.into(), any: None }
    }

    /// The guard of a server that a network reaches at `address`: under any of its numbers, which nobody can point elsewhere
    /// as a name can be, and under the names of [`Guard::new`].
    pub fn exposed(address: SocketAddr) -> Self {
        Self { any: Some(address.port()), ..Self::new(address) }
    }

    fn knows(&self, host: &str) -> bool {
        let number =
            || host.parse().ok().or_else(|| Some(SocketAddr::new(host.trim_matches(['[', ']']).parse().ok()?, 80)));
        if let Some(port) = self.any
            && number().is_some_and(|number| number.port() == port)
        {
            return true;
        }
        self.hosts.iter().any(|known| known.eq_ignore_ascii_case(host))
    }

    /// Why a request is refused, if it is.
    fn refusal(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> Option<Problem> {
        let forbidden =
            |field, got: String| Some(Problem::said(StatusCode::FORBIDDEN, field, "own-page", json!({ "got": got })));
        let hosts: Vec<_> = headers.get_all(header::HOST).iter().collect();
        let [host] = hosts[..] else { return Some(Problem::bad("host", "one-host", json!({}))) };
        let shown =
            |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).chars().take(100).collect::<String>();
        // A target that names a host outranks the header (RFC 9112 section 3.2.2).
        let target = uri.authority().map(|authority| authority.as_str());
        if !host.to_str().is_ok_and(|host| self.knows(host)) || target.is_some_and(|target| !self.knows(target)) {
            let got = target.map_or_else(|| shown(host), |target| target.chars().take(100).collect());
            let members = json!({ "expected": &self.hosts[..], "got": got });
            return Some(Problem::said(StatusCode::MISDIRECTED_REQUEST, "host", "host", members));
        }
        let ours = |origin: &HeaderValue| {
            origin.to_str().ok().and_then(|origin| origin.strip_prefix("http://")).is_some_and(|host| self.knows(host))
        };
        if let Some(foreign) = headers.get_all(header::ORIGIN).iter().find(|origin| !ours(origin)) {
            return forbidden("origin", shown(foreign));
        }
        let has = |name: &str, value: &str| headers.get(name).is_some_and(|got| got == value);
        let followed = *method == Method::GET
            && is_page(uri.path())
            && has("sec-fetch-mode", "navigate")
            && has("sec-fetch-dest", "document");
        let sites = headers.get_all("sec-fetch-site").iter();
        if let Some(foreign) = sites.filter(|site| *site != "same-origin" && *site != "none").find(|_| !followed) {
            return forbidden("sec-fetch-site", shown(foreign));
        }
        if *method == Method::POST {
            let json = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(|value| {
                value.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
            });
            if !json {
                let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
                return Some(Problem::said(status, "content-type", "json", json!({})));
            }
        }
        None
    }
}

/// The middleware.
pub(super) async fn guard(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    let mut response = match guard.refusal(request.method(), request.uri(), request.headers()) {
        Some(problem) => problem.into_response(),
        None => next.run(request).await,
    };
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    // A stored copy of a live page is a stale session on the projector.
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused_at(method: Method, uri: &str, headers: &[(HeaderName, &str)]) -> Option<StatusCode> {
        let guard = Guard::new("127.0.0.1:8080".parse().unwrap());
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name, value.parse().unwrap());
        }
        guard.refusal(&method, &uri.parse().unwrap(), &map).map(|problem| problem.into_response().status())
    }

    fn refused(method: Method, headers: &[(HeaderName, &str)]) -> Option<StatusCode> {
        refused_at(method, "/api/sessions", headers)
    }

    const HOST: (HeaderName, &str) = (header::HOST, "127.0.0.1:8080");
    const JSON: (HeaderName, &str) = (header::CONTENT_TYPE, "application/json");

    #[test]
    fn the_names_of_loopback_are_served_and_no_others() {
        for host in ["127.0.0.1:8080", "localhost:8080", "LOCALHOST:8080", "[::1]:8080"] {
            assert_eq!(refused(Method::GET, &[(header::HOST, host)]), None, "{host}");
        }
        for host in ["rebound.example:8080", "127.0.0.1", "127.0.0.1:8081", "localhost.evil:8080", ""] {
            let refused = refused(Method::GET, &[(header::HOST, host)]);
            assert_eq!(refused, Some(StatusCode::MISDIRECTED_REQUEST), "{host}");
        }
        assert_eq!(refused(Method::GET, &[]), Some(StatusCode::BAD_REQUEST));
        assert_eq!(refused(Method::GET, &[HOST, HOST]), Some(StatusCode::BAD_REQUEST));
        assert_eq!(refused_at(Method::GET, "http://localhost:8080/", &[HOST]), None);
        let elsewhere = refused_at(Method::GET, "http://evil.example/api/status", &[HOST]);
        assert_eq!(elsewhere, Some(StatusCode::MISDIRECTED_REQUEST), "the target outranks the header");
    }

    #[test]
    fn a_page_from_elsewhere_cannot_act_and_scripts_without_a_page_can() {
        assert_eq!(refused(Method::POST, &[HOST, JSON]), None);
        assert_eq!(refused(Method::POST, &[HOST, JSON, (header::ORIGIN, "http://localhost:8080")]), None);
        for origin in ["http://evil.example", "null", "https://127.0.0.1:8080", "http://127.0.0.1:9000"] {
            let refused = refused(Method::POST, &[HOST, JSON, (header::ORIGIN, origin)]);
            assert_eq!(refused, Some(StatusCode::FORBIDDEN), "{origin}");
        }
    }

    /// What browsers send of their own accord; an image or a fetch without CORS carries no Origin.
    #[test]
    fn a_page_from_elsewhere_can_only_lead_to_the_pages_of_the_lab() {
        let [site, mode, dest] = ["sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest"].map(HeaderName::from_static);
        let asked = |method: &Method, path, told: [&str; 3]| {
            let headers = [HOST, JSON, (site.clone(), told[0]), (mode.clone(), told[1]), (dest.clone(), told[2])];
            refused_at(method.clone(), path, &headers)
        };
        let forbidden = Some(StatusCode::FORBIDDEN);
        for foreign in ["cross-site", "same-site", "anything"] {
            for path in ["/api/compare?left=a&right=b", "/api/status", "/static/app.js", "/metrics", "/healthz"] {
                assert_eq!(asked(&Method::GET, path, [foreign, "no-cors", "image"]), forbidden, "{foreign} {path}");
                assert_eq!(asked(&Method::GET, path, [foreign, "navigate", "document"]), forbidden, "{foreign} {path}");
            }
            for path in ["/", "/sessions/a"] {
                assert_eq!(asked(&Method::GET, path, [foreign, "navigate", "document"]), None, "{foreign} {path}");
                assert_eq!(asked(&Method::GET, path, [foreign, "navigate", "iframe"]), forbidden, "{foreign} {path}");
                assert_eq!(
                    asked(&Method::HEAD, path, [foreign, "navigate", "document"]),
                    forbidden,
                    "{foreign} {path}"
                );
                assert_eq!(
                    asked(&Method::POST, path, [foreign, "navigate", "document"]),
                    forbidden,
                    "{foreign} {path}"
                );
            }
        }
        for own in ["same-origin", "none"] {
            assert_eq!(asked(&Method::GET, "/api/status", [own, "cors", "empty"]), None, "{own}");
            assert_eq!(asked(&Method::POST, "/api/sessions", [own, "cors", "empty"]), None, "{own}");
        }
    }

    #[test]
    fn what_a_form_can_send_is_not_taken() {
        for kind in ["text/plain", "application/x-www-form-urlencoded"] {
            let refused = refused(Method::POST, &[HOST, (header::CONTENT_TYPE, kind)]);
            assert_eq!(refused, Some(StatusCode::UNSUPPORTED_MEDIA_TYPE), "{kind}");
        }
        assert_eq!(refused(Method::POST, &[HOST]), Some(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
}
