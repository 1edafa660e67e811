//! `/metrics`, in the text format of Prometheus.

use super::App;
use axum::{extract::State, http::header, response::IntoResponse};
use lab::verdict::Kind;
use std::{fmt::Write, sync::Arc};

pub(super) async fn metrics(State(app): State<Arc<App>>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text(&app))
}

fn text(app: &App) -> String {
    let mut text = String::new();
    let book = app.console.book();
    let mut family = |name: &str, kind: &str, help: &str, samples: &[(String, u64)]| {
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
        for (labels, value) in samples {
            let _ = writeln!(text, "{name}{labels} {value}");
        }
    };
    let verdicts = book.verdicts();
    let judged: Vec<_> = Kind::ALL
        .iter()
        .map(|kind| (format!("{{verdict=\"{kind}\"}}"), verdicts.get(kind).copied().unwrap_or_default()))
        .collect();
    family("interlock_sessions_total", "counter", "Sessions judged, by verdict.", &judged);
    family(
        "interlock_sessions_running",
        "gauge",
        "Sessions that run or wait.",
        &[(String::new(), book.running() as u64)],
    );
    let waiting = app.console.waiting() as u64;
    family("interlock_sessions_waiting", "gauge", "Sessions that wait for their turn.", &[(String::new(), waiting)]);
    let processes = app.console.processes();
    let each = [("client", processes.client), ("attacker", processes.attacker), ("server", processes.server)];
    let labels = |name: &str| format!("{{process=\"{name}\"}}");
    let up: Vec<_> = each.iter().map(|(name, process)| (labels(name), u64::from(process.up))).collect();
    let restarts: Vec<_> = each.iter().map(|(name, process)| (labels(name), u64::from(process.restarts))).collect();
    family("interlock_process_up", "gauge", "Whether a process takes orders.", &up);
    family("interlock_process_restarts_total", "counter", "How often a process was started again.", &restarts);
    let health = book.store().health().borrow().clone();
    let ok = u64::from(health.ok);
    family("interlock_store_ok", "gauge", "Whether sessions are being kept.", &[(String::new(), ok)]);
    let unreadable = health.unreadable as u64;
    family(
        "interlock_store_unreadable",
        "gauge",
        "Stored sessions that cannot be read.",
        &[(String::new(), unreadable)],
    );
    let viewers = (app.limits.viewers - app.viewers.available_permits()) as u64;
    family("interlock_viewers", "gauge", "Viewers of the live stream.", &[(String::new(), viewers)]);
    text
}
