//! A device that comes by itself, over the network to which the audit is exposed: it opens a page, which leads it on.

use crate::{
    cli::{Failure, serve::picture},
    http::{Desk, Guard, Limits, device as page, listen, serve},
};
use ::audit::{Device, Program, Role, Speech, device};
use lab::words;
use serde_json::json;
use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};
use tokio::{sync::watch, task::JoinHandle, time::timeout};

/// How long the device may take to hear that all is over.
const FAREWELL: Duration = Duration::from_secs(12);

/// The page, as it is served.
pub(super) struct Guide {
    link: String,
    desk: Arc<Desk>,
    stop: watch::Sender<bool>,
    serving: JoinHandle<()>,
}

impl Guide {
    /// Serves it at this address, on a port of its own.
    pub(super) fn open(address: IpAddr) -> Result<(Self, Device), Failure> {
        let listener = listen(SocketAddr::new(address, 0))?;
        let at = listener.local_addr()?;
        let (device, visits) = device();
        let desk = Desk::new(visits);
        let (stop, stopped) = watch::channel(false);
        let router = page(Arc::clone(&desk), Guard::new(at));
        let serving = tokio::spawn(serve(listener, router, Limits::default(), stopped));
        Ok((Self { link: format!("http://{at}/"), desk, stop, serving }, device))
    }

    /// What the person at this terminal has to know, and to open on the device.
    pub(super) fn invitation(&self) -> Result<String, Failure> {
        let opens = words::say("audit-command", "opens", &json!({ "link": self.link }));
        Ok(format!("{opens}\n{}", picture(&self.link)?))
    }

    /// Lets the device hear that all is over, and serves no more.
    pub(super) async fn close(self) {
        // Whoever is gone hears nothing.
        let _ = timeout(FAREWELL, self.desk.told()).await;
        let _ = self.stop.send(true);
        let _ = self.serving.await;
    }
}

/// Whatever asks on the device.
pub(super) fn program(device: Device, repeat: String) -> Program {
    Program {
        role: Role::Client,
        name: "device".to_owned(),
        version: None,
        command: Vec::new(),
        files: Vec::new(),
        // A page that cannot be had is shown all the same.
        exits_honestly: false,
        defaults: Vec::new(),
        speech: Speech::Direct,
        only: None,
        repeat,
        passed: BTreeMap::new(),
        device: Some(device),
    }
}
