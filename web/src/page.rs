//! The dashboard's files, joined and packed when the program is built (`build.rs`).

#[cfg(test)]
mod join;
#[cfg(test)]
mod texts;

/// A file of the page: its path below the page's directory, and its two forms.
pub(crate) struct File {
    pub(crate) path: &'static str,
    pub(crate) plain: Form,
    pub(crate) gzip: Form,
}

/// What is sent of a file: its bytes, and a tag that changes with them.
pub(crate) struct Form {
    pub(crate) bytes: &'static [u8],
    pub(crate) tag: &'static str,
}

// `FILES`, and `EDITION`, which changes with any of them.
include!(concat!(env!("OUT_DIR"), "/page.rs"));

/// The file at a path, as in `index.html` or `static/app.js`.
pub(crate) fn find(path: &str) -> Option<&'static File> {
    FILES.iter().find(|file| file.path == path)
}

/// The file below `static/` that this edition of the page has at `EDITION/…`.
pub(crate) fn of_edition(path: &str) -> Option<&'static File> {
    let name = path.strip_prefix(EDITION)?.strip_prefix('/')?;
    find(&format!("static/{name}"))
}

/// The text of a file below `static/`.
pub(crate) fn text(name: &str) -> Option<&'static str> {
    std::str::from_utf8(find(&format!("static/{name}"))?.plain.bytes).ok()
}
