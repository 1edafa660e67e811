//! Files and directories that one program alone sees in the place of the system's: mounts in a namespace of its own (Linux, where
//! that is allowed).

use std::process::Stdio;
use tokio::{process::Command, sync::OnceCell};

/// What is seen, and in whose place.
pub(crate) type Mounts = Vec<[String; 2]>;

/// What mounts pairs of arguments up to `--`, and then is the command behind that.
const SCRIPT: &str = "while [ \"$1\" != -- ]; do mount --bind \"$1\" \"$2\" || exit; shift 2; done; shift; exec \"$@\"";

/// The command as it is to be started, so that it sees these.
pub(crate) fn within(mounts: Mounts, command: Vec<String>) -> Vec<String> {
    if mounts.is_empty() {
        return command;
    }
    let before = ["unshare", "--map-root-user", "--mount", "sh", "-c", SCRIPT, "sh"].map(str::to_owned);
    before.into_iter().chain(mounts.into_iter().flatten()).chain(["--".to_owned()]).chain(command).collect()
}

/// Whether that is possible here.
pub(crate) async fn is_possible() -> bool {
    static POSSIBLE: OnceCell<bool> = OnceCell::const_new();
    *POSSIBLE.get_or_init(tried).await
}

async fn tried() -> bool {
    let own = ["/etc/hosts", "/etc/hosts"].map(str::to_owned);
    let command = within(vec![own], vec!["true".to_owned()]);
    let Some((program, arguments)) = command.split_first() else { return false };
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().await.is_ok_and(|status| status.success())
}
