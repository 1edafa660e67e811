//! A browser: Chromium, spoken to through its driver (W3C WebDriver), for as much as the tests of the page need.

use crate::{
    http::{Answer, post, request},
    programs::{DEADLINE, Program},
};
use serde_json::{Value, json};
use std::{
    env,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// Drivers that are started before one is given up.
const ATTEMPTS: usize = 5;

/// Fills in a field as its user does; answers whether it is there.
const FILL: &str = "const field = document.querySelector(arguments[0]);
    if (!field) return false;
    field.value = arguments[1];
    for (const kind of ['input', 'change']) field.dispatchEvent(new Event(kind, { bubbles: true }));
    return true;";

/// Resolves as soon as an element is there: what changes on a page announces itself.
const AWAIT: &str = "
    const [selector, done] = arguments;
    const there = () => document.querySelector(selector) !== null;
    if (there()) return done(true);
    const observer = new MutationObserver(() => {
      if (!there()) return;
      observer.disconnect();
      done(true);
    });
    observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });";

/// An open browser window with a profile of its own.
pub struct Browser {
    address: SocketAddr,
    session: String,
    _driver: Program,
    _profile: TempDir,
}

impl Browser {
    /// Opens a browser. Where there is none, says how to get it, and fails if this is a CI run.
    pub fn open() -> Option<Self> {
        let found = [&["chromedriver"][..], &["chromium", "chromium-browser", "google-chrome"]].map(find);
        let [Some(driver), Some(chromium)] = found else {
            let hint =
                "the page was not tested: it needs Chromium and its driver, apt-get install chromium chromium-driver";
            assert!(env::var_os("CI").is_none(), "{hint}");
            println!("{hint}");
            return None;
        };
        let (driver, port) = (0..ATTEMPTS).find_map(|_| start(&driver)).expect("a driver that finds a port");
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let profile = tempfile::tempdir().expect("a directory");
        let answer = post(address, "/session", &capabilities(&chromium, profile.path()).to_string());
        let session = crate::serving::text(&value(answer)["sessionId"]);
        Some(Self { address, session, _driver: driver, _profile: profile })
    }

    /// Loads an address.
    pub fn go(&self, url: &str) {
        self.command("/url", &json!({ "url": url }));
    }

    /// Opens another window of the same browser, beside those that are there, and looks at it from now on. Answers with its name.
    pub fn open_window(&self) -> String {
        let name = crate::serving::text(&self.command("/window/new", &json!({ "type": "window" }))["handle"]);
        self.look_at(&name);
        name
    }

    /// The name of the window that is looked at.
    pub fn window(&self) -> String {
        let line = format!("GET /session/{}/window", self.session);
        crate::serving::text(&value(request(self.address, &line, &[("Host", &self.address.to_string())], "")))
    }

    /// Looks at a window by its name.
    pub fn look_at(&self, window: &str) {
        self.command("/window", &json!({ "handle": window }));
    }

    /// Hides the window, as another tab or another program would: its pages know that nobody sees them.
    pub fn hide(&self) {
        self.command("/window/minimize", &json!({}));
    }

    /// Shows the window, this many pixels wide.
    pub fn show(&self, width: u32) {
        self.command("/window/rect", &json!({ "width": width, "height": 1000 }));
    }

    /// Gives the page exactly this room, whatever the window is, and waits until it has settled in it: whoever measures measures
    /// what stays.
    pub fn screen(&self, width: u32, height: u32) {
        let params = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.command("/goog/cdp/execute", &json!({ "cmd": "Emulation.setDeviceMetricsOverride", "params": params }));
        self.draw();
    }

    /// Waits until what is due has been drawn: in the first picture a drawing measures its room, in the second it stands in it, and
    /// what comes after pictures has come.
    pub fn draw(&self) {
        self.run_until_done("requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(arguments[0])))", &[]);
    }

    /// Presses a key, as it is called in the page's events.
    pub fn press(&self, key: &str) {
        let script = "document.body.dispatchEvent(new KeyboardEvent('keydown', { key: arguments[0], bubbles: true, cancelable: true }));";
        self.run(script, &[key]);
    }

    /// Strikes keys one after the other as a person does, each as the driver calls it (W3C WebDriver section 17.4.2).
    pub fn strike(&self, keys: &[&str]) {
        let struck = keys.iter().flat_map(|key| ["keyDown", "keyUp"].map(|way| json!({ "type": way, "value": key })));
        self.keyboard(struck.collect());
    }

    /// Strikes a key while another is held down.
    pub fn chord(&self, held: &str, key: &str) {
        let strokes = [("keyDown", held), ("keyDown", key), ("keyUp", key), ("keyUp", held)];
        self.keyboard(strokes.map(|(way, key)| json!({ "type": way, "value": key })).into());
    }

    fn keyboard(&self, strokes: Vec<Value>) {
        self.command("/actions", &json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": strokes }] }));
    }

    /// Lays the page out as it is printed, or as it is on a screen.
    pub fn print(&self, on_paper: bool) {
        let params = json!({ "media": if on_paper { "print" } else { "screen" } });
        self.command("/goog/cdp/execute", &json!({ "cmd": "Emulation.setEmulatedMedia", "params": params }));
    }

    /// Where it is.
    pub fn place(&self) -> String {
        crate::serving::text(&self.run("return location.pathname + location.search", &[]))
    }

    /// Where within the page it is: with what follows the `#`.
    pub fn place_within(&self) -> String {
        crate::serving::text(&self.run("return location.pathname + location.search + location.hash", &[]))
    }

    /// Loads the page that is shown anew, as its user asks for it.
    pub fn reload(&self) {
        self.command("/refresh", &json!({}));
    }

    /// Awaits an element that the selector names.
    pub fn await_element(&self, selector: &str) {
        let begun = Instant::now();
        loop {
            let answer = self.post("/execute/async", &json!({ "script": AWAIT, "args": [selector] }));
            if answer.status == 200 {
                return;
            }
            // A script is lost with its page, which may load itself anew.
            if begun.elapsed() < patience() {
                continue;
            }
            let page = self.run("return document.body.innerText.slice(0, 2000)", &[]);
            panic!("{selector} did not come at {}: {}\n{page}", self.place(), answer.body);
        }
    }

    /// Awaits an element, and clicks it as a person does: it has to be visible and nothing may cover it.
    pub fn click(&self, selector: &str) {
        let begun = Instant::now();
        loop {
            self.await_element(selector);
            let mut answer = self.post("/element", &json!({ "using": "css selector", "value": selector }));
            if answer.status == 200 {
                let element = answer.json()["value"].take();
                let id = element.as_object().and_then(|element| element.values().next()).expect("an element");
                answer = self.post(&format!("/element/{}/click", crate::serving::text(id)), &json!({}));
            }
            // What the page has drawn anew between two commands is another element.
            if answer.status != 404 || begun.elapsed() > patience() {
                value(answer);
                return;
            }
        }
    }

    /// Awaits a field, and of a list what is to be chosen in it; fills it in as a person does.
    pub fn fill(&self, selector: &str, value: &str) {
        let quoted: String = value.chars().map(|c| format!("\\{:x} ", u32::from(c))).collect();
        let begun = Instant::now();
        loop {
            self.await_element(&format!("{selector}:not(select), {selector}:has(option[value='{quoted}'])"));
            if self.run(FILL, &[selector, value]) == true {
                return;
            }
            // What the page has drawn anew between two commands is another element.
            assert!(begun.elapsed() < patience(), "{selector} does not stay at {}", self.place());
        }
    }

    /// Gives a file to a field that takes one.
    pub fn give(&self, selector: &str, file: &Path) {
        self.await_element(selector);
        let element = self.command("/element", &json!({ "using": "css selector", "value": selector }));
        let id = element.as_object().and_then(|element| element.values().next()).expect("an element").clone();
        let path = format!("/element/{}/value", crate::serving::text(&id));
        self.command(&path, &json!({ "text": file.display().to_string() }));
    }

    /// Awaits an element; answers with its text.
    pub fn text(&self, selector: &str) -> String {
        let begun = Instant::now();
        loop {
            self.await_element(selector);
            let text = self.run("return document.querySelector(arguments[0])?.textContent ?? null", &[selector]);
            if !text.is_null() || begun.elapsed() > patience() {
                return crate::serving::text(&text);
            }
        }
    }

    /// How many elements the selector names now.
    pub fn count(&self, selector: &str) -> u64 {
        let count = self.run("return document.querySelectorAll(arguments[0]).length", &[selector]);
        count.as_u64().expect("a number")
    }

    /// Whether a dialog is open, which only a script can have done.
    pub fn has_dialog(&self) -> bool {
        let line = format!("GET /session/{}/alert/text", self.session);
        request(self.address, &line, &[("Host", &self.address.to_string())], "").status == 200
    }

    /// What the browser complained about since it was last asked: errors, and breaches of the page's own policy.
    pub fn complaints(&self) -> Vec<String> {
        let log = self.command("/se/log", &json!({ "type": "browser" }));
        let entries = log.as_array().expect("a log").iter();
        entries.filter(|entry| entry["level"] == "SEVERE").map(|entry| entry["message"].to_string()).collect()
    }

    /// Runs a script, as the driver may and the page may not.
    pub fn run(&self, script: &str, args: &[&str]) -> Value {
        self.command("/execute/sync", &json!({ "script": script, "args": args }))
    }

    /// Runs a script that is done when it calls its last argument, with what it answers.
    pub fn run_until_done(&self, script: &str, args: &[&str]) -> Value {
        self.command("/execute/async", &json!({ "script": script, "args": args }))
    }

    fn command(&self, path: &str, body: &Value) -> Value {
        value(self.post(path, body))
    }

    fn post(&self, path: &str, body: &Value) -> Answer {
        post(self.address, &format!("/session/{}{path}", self.session), &body.to_string())
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The driver ends its browser only when it is asked to.
        let line = format!("DELETE /session/{}", self.session);
        request(self.address, &line, &[("Host", &self.address.to_string())], "");
    }
}

/// A driver with the port that it chose; nothing where somebody else took that port before it had it in all protocols.
fn start(driver: &Path) -> Option<(Program, u16)> {
    let mut command = Command::new(driver);
    command.arg("--port=0");
    let mut driver = Program::spawn("chromedriver", command);
    let port = driver
        .seek(|line| line.split_once("started successfully on port ")?.1.trim_end_matches('.').parse().ok())
        .ok()?;
    Some((driver, port))
}

fn value(answer: Answer) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()["value"].take()
}

/// How long something on a page is awaited.
fn patience() -> Duration {
    DEADLINE / 3
}

fn capabilities(chromium: &Path, profile: &Path) -> Value {
    let mut args: Vec<String> = [
        "headless",
        "no-sandbox",
        "disable-gpu",
        "disable-quic",
        "no-first-run",
        "disable-background-networking",
        "disable-component-update",
        "disable-sync",
        "disable-dev-shm-usage",
        "window-size=1280,1000",
    ]
    .map(|flag| format!("--{flag}"))
    .into();
    args.push(format!("--user-data-dir={}", profile.display()));
    let patience = u64::try_from(patience().as_millis()).expect("a short time");
    json!({ "capabilities": { "alwaysMatch": {
        "browserName": "chrome",
        "goog:chromeOptions": { "binary": chromium, "args": args },
        "goog:loggingPrefs": { "browser": "ALL" },
        "timeouts": { "script": patience, "pageLoad": patience },
        "unhandledPromptBehavior": "ignore",
    } } })
}

/// The first of these programs that the search path has.
fn find(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let directories: Vec<PathBuf> = env::split_paths(&path).collect();
    names.iter().flat_map(|name| directories.iter().map(move |it| it.join(name))).find(|it| it.is_file())
}
