//! The dashboard's files, embedded when the program is built.

/// A file of the page: path below `web/page`, and its two forms.
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

include!(concat!(env!("OUT_DIR"), "/page.rs"));

/// The file at a path, as in `index.html` or `static/app.js`.
pub(crate) fn find(path: &str) -> Option<&'static File> {
    FILES.iter().find(|file| file.path == path)
}

/// The text of a file below `static/`.
pub(crate) fn text(name: &str) -> Option<&'static str> {
    std::str::from_utf8(find(&format!("static/{name}"))?.plain.bytes).ok()
}
