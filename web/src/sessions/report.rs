//! What makes an exported session look as it does on the dashboard: the page's own styles and modules, in the file itself.
//!
//! The modules stand in an import map, each as a `data:` address under a bare name. Only scripts that carry the file's
//! nonce run, and what they import; nothing that a session says can know it.

use crate::{
    page,
    sessions::{chains::chains, session::Record},
};
use serde_json::json;
use std::{collections::BTreeMap, fmt::Write};

/// The module that shows a session in a file.
const ENTRY: &str = "report.js";

/// The page's style sheets, as its shell names them.
pub(crate) fn styles() -> String {
    let shell = page::find("index.html").and_then(|file| std::str::from_utf8(file.bytes).ok()).unwrap_or_default();
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
    let data = json!({ "session": record.session, "events": record.events, "chains": chains(record) });
    let data = data.to_string().replace('<', "\\u003c");
    let imports: BTreeMap<&str, String> = modules().into_iter().map(|(name, text)| (name, address(text))).collect();
    let map = json!({ "imports": imports });
    format!(
        "<script type=\"application/json\" id=\"session\">{data}</script>\n\
         <script type=\"importmap\" nonce=\"{nonce}\">{map}</script>\n\
         <script type=\"module\" nonce=\"{nonce}\">import \"{ENTRY}\";</script>\n"
    )
}

/// The entry and every module that it needs, by name.
fn modules() -> BTreeMap<&'static str, &'static str> {
    let mut found = BTreeMap::new();
    let mut open = vec![ENTRY];
    while let Some(name) = open.pop() {
        let Some(text) = page::text(name) else { continue };
        if found.insert(name, text).is_none() {
            open.extend(imports(text));
        }
    }
    found
}

/// The modules that a module imports: every import of the page is written `from "./NAME"`.
fn imports(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| line.starts_with("import ") || line.starts_with("} from ")).filter_map(|line| {
        let (_, name) = line.split_once("from \"./")?;
        name.split('"').next()
    })
}

/// A module as a `data:` address, its imports by their bare names.
fn address(text: &str) -> String {
    let mut address = "data:text/javascript;charset=utf-8,".to_owned();
    for byte in text.replace("from \"./", "from \"").bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~!*'();:@&=+$,/?".contains(&byte) {
            address.push(char::from(byte));
        } else {
            let _ = write!(address, "%{byte:02X}");
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
        assert!(modules.contains_key(ENTRY) && modules.contains_key("vendor/preact.js"));
        assert!(!modules.contains_key("stream.js"), "a report has no lab to listen to");
        for name in modules.values().flat_map(|text| imports(text)) {
            assert!(modules.contains_key(name), "{name}");
        }
    }

    #[test]
    fn a_module_is_an_address_of_one_line_and_imports_bare_names() {
        let address = address("import { a } from \"./b.js\";\n// 100 % ü\n");
        assert_eq!(
            address,
            "data:text/javascript;charset=utf-8,import%20%7B%20a%20%7D%20from%20%22b.js%22;%0A//%20100%20%25%20%C3%BC%0A"
        );
    }

    #[test]
    fn the_styles_are_those_of_the_shell() {
        let styles = styles();
        assert!(styles.contains(".sentence") && styles.contains(".diagram") && styles.contains("@media print {"));
    }
}
