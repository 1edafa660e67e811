//! What makes an exported session look as it does on the dashboard: the page's own styles and modules, in the file itself.
//!
//! The modules stand in an import map, each as a `data:` address under its path as a bare name. Only scripts that carry the
//! file's nonce run, and what they import; nothing that a session says can know it.

use crate::{
    page, registry,
    sessions::{chains::chains, session::Record},
};
use serde_json::json;
use std::{collections::BTreeMap, fmt::Write};

/// The module that shows a session in a file.
const ENTRY: &str = "report.js";

/// The page's style sheets, as its shell names them.
pub(crate) fn styles() -> String {
    let shell =
        page::find("index.html").and_then(|file| std::str::from_utf8(file.plain.bytes).ok()).unwrap_or_default();
    let sheets = shell.lines().filter_map(|line| {
        let name = line.split_once("<link rel=\"stylesheet\" href=\"/static/")?.1.split('"').next()?;
        let sheet = page::text(name)?;
        Some(if line.contains("media=\"print\"") { format!("@media print {{\n{sheet}}}\n") } else { sheet.to_owned() })
    });
    sheets.collect()
}

/// The session as data, the modules, and what starts them.
pub(crate) fn scripts(record: &Record, nonce: &str) -> String {
    // So no text of a session can end the element that holds it.
    let words = lab::words::tongue().file;
    let data = json!({ "session": record.session, "events": record.events, "chains": chains(record), "words": words,
                       "verdicts": registry::verdicts(),
                       "version": env!("CARGO_PKG_VERSION") });
    let data = data.to_string().replace('<', "\\u003c");
    let imports: BTreeMap<_, _> = modules().iter().map(|(path, text)| (path.clone(), address(path, text))).collect();
    let map = json!({ "imports": imports });
    format!(
        "<script type=\"application/json\" id=\"session\">{data}</script>\n\
         <script type=\"importmap\" nonce=\"{nonce}\">{map}</script>\n\
         <script type=\"module\" nonce=\"{nonce}\">import \"{ENTRY}\";</script>\n"
    )
}

/// The entry and every module that it needs, by path below `static/`.
fn modules() -> BTreeMap<String, &'static str> {
    let mut found = BTreeMap::new();
    let mut open = vec![ENTRY.to_owned()];
    while let Some(path) = open.pop() {
        let Some(text) = page::text(&path) else { continue };
        let needs: Vec<String> = imports(text).map(|to| resolved(&path, to)).collect();
        if found.insert(path, text).is_none() {
            open.extend(needs);
        }
    }
    found
}

/// What a module imports, as it says it: every import of the page is written `from "./PATH"` or `from "../PATH"`.
fn imports(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter_map(imported)
}

/// What a line imports, where it ends an import.
fn imported(line: &str) -> Option<&str> {
    if !(line.starts_with("import ") || line.starts_with("} from ")) {
        return None;
    }
    let to = line.split_once(" from \"")?.1.strip_suffix("\";")?;
    to.starts_with('.').then_some(to)
}

/// The path below `static/` of what the module at `path` calls `to`.
fn resolved(path: &str, to: &str) -> String {
    let mut folders: Vec<&str> = path.split('/').collect();
    folders.pop();
    for part in to.split('/') {
        match part {
            "." => {}
            ".." => drop(folders.pop()),
            name => folders.push(name),
        }
    }
    folders.join("/")
}

/// The module at `path` as a `data:` address, its imports by their bare names.
fn address(path: &str, text: &str) -> String {
    let mut address = "data:text/javascript;charset=utf-8,".to_owned();
    for line in text.split_inclusive('\n') {
        let line = match imported(line.trim_end()) {
            Some(to) => line.replace(&format!("\"{to}\""), &format!("\"{}\"", resolved(path, to))),
            None => line.to_owned(),
        };
        for byte in line.bytes() {
            if byte.is_ascii_alphanumeric() || b"-_.~!*'();:@&=+$,/?".contains(&byte) {
                address.push(char::from(byte));
            } else {
                let _ = write!(address, "%{byte:02X}");
            }
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_carries_every_module_that_its_modules_import() {
        let modules = modules();
        assert!(["vendor/preact.js", "model/fold.js", "views/story.js"].iter().all(|path| modules.contains_key(*path)));
        assert!(!modules.contains_key("lab/stream.js"), "a report has no lab to listen to");
        for (path, text) in &modules {
            for to in imports(text).map(|to| resolved(path, to)) {
                assert!(modules.contains_key(&to), "{path}: {to}");
            }
        }
    }

    #[test]
    fn a_module_is_an_address_of_one_line_and_imports_bare_names() {
        let text = "import { b } from \"./b.js\";\nimport {\n} from \"../model/c.js\";\n// 100 % ü\n";
        assert_eq!(
            address("draw/a.js", text),
            "data:text/javascript;charset=utf-8,import%20%7B%20b%20%7D%20from%20%22draw/b.js%22;%0A\
             import%20%7B%0A%7D%20from%20%22model/c.js%22;%0A//%20100%20%25%20%C3%BC%0A"
        );
    }

    #[test]
    fn the_styles_are_those_of_the_shell() {
        let styles = styles();
        assert!(styles.contains(".sentence") && styles.contains(".diagram") && styles.contains("@media print {"));
    }
}
