//! The page in a browser, as a trainer and a student meet it.

mod accessible;
mod class;
mod comparison;
mod computation;
mod connection;
mod finding;
mod first_page;
mod hand;
mod hostile;
mod layout;
mod picture;
mod session;
mod software;
mod stage;
mod think;
mod toy;

use serde_json::Value;
use support::{
    browser::Browser,
    serving::{Lab, MISSION, text},
};

/// Goes down to what stands below the board, which is loaded then.
fn below(browser: &Browser) {
    browser.await_element(".matrix");
    browser.await_element("[data-later=Below], .misconceptions");
    browser.run("document.querySelector('.home').scrollIntoView({ block: 'end' })", &[]);
    browser.await_element(".misconceptions");
}

/// A page of this lab, with its live stream open.
fn visit(browser: &Browser, lab: &Lab, path: &str) {
    browser.go(&format!("http://{}{path}", lab.address));
    browser.await_element("html[data-live=open]");
}
