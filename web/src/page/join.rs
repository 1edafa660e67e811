//! The page's modules, joined: what is needed together comes as one file, while whoever works on the page edits modules.
//!
//! Each module becomes a function, so that its names stay its own; what it exports is kept under its path in `$modules`, and an
//! import takes it from there. Modules are read line by line, as the page's are written: an import and an export begin their
//! line. A cycle is refused, and so is an `export let`, whose changes nobody would see.

use std::collections::{BTreeMap, BTreeSet};

/// Modules by their paths.
pub(crate) type Modules = BTreeMap<String, String>;

/// One module as it is read.
#[derive(Default)]
struct Module {
    /// Its lines, without comments, imports, and what says that something is exported.
    body: String,
    /// What it takes from other modules: paths, and names as in a pattern.
    takes: Vec<(String, String)>,
    /// Paths of what it imports as it runs.
    later: Vec<String>,
    /// What it exports: the name, and the name that it has inside.
    offers: Vec<(String, String)>,
}

/// Joins a module with all that it imports, under its own path, and so each module that is imported as these run, with what it
/// needs beside.
///
/// # Errors
/// Says which module cannot be joined, and why.
pub(crate) fn join(entry: &str, modules: &Modules) -> Result<Vec<(String, String)>, String> {
    let read = |path: &str| {
        let text = modules.get(path).ok_or_else(|| format!("{path}: there is no such module"))?;
        module(path, text).map_err(|why| format!("{path}: {why}"))
    };
    let mut there = BTreeMap::new();
    let first = needed(entry, &read, &mut there)?;
    let mut later: BTreeSet<String> = first.iter().flat_map(|path| there[path].later.clone()).collect();
    let mut files = vec![(entry.to_owned(), written(entry, &first, &there, true))];
    while let Some(path) = later.pop_first() {
        let before = there.len();
        let order = needed(&path, &read, &mut there)?;
        later.extend(order.iter().flat_map(|path| there[path].later.clone()));
        if there.len() == before {
            return Err(format!("{path}: it is there already, and imported as something runs"));
        }
        let way = "../".repeat(path.matches('/').count());
        let text = format!("import {{ $modules }} from \"./{way}{entry}\";\n{}", written(&path, &order, &there, false));
        files.push((path, text));
    }
    Ok(files)
}

/// The module at a path and what it needs and is not there yet, each behind what it needs itself.
fn needed(
    path: &str,
    read: &dyn Fn(&str) -> Result<Module, String>,
    there: &mut BTreeMap<String, Module>,
) -> Result<Vec<String>, String> {
    fn visit(
        path: &str,
        read: &dyn Fn(&str) -> Result<Module, String>,
        there: &mut BTreeMap<String, Module>,
        open: &mut Vec<String>,
        order: &mut Vec<String>,
    ) -> Result<(), String> {
        if there.contains_key(path) {
            return Ok(());
        }
        if open.iter().any(|it| it == path) {
            return Err(format!("{path}: it needs itself, by {}", open.join(", ")));
        }
        open.push(path.to_owned());
        let module = read(path)?;
        for (needs, _) in &module.takes {
            visit(needs, read, there, open, order)?;
        }
        open.pop();
        order.push(path.to_owned());
        there.insert(path.to_owned(), module);
        Ok(())
    }
    let mut order = Vec::new();
    visit(path, read, there, &mut Vec::new(), &mut order)?;
    Ok(order)
}

/// One file. The first has the table of all modules; what another one's entry exports, that file exports.
fn written(entry: &str, order: &[String], there: &BTreeMap<String, Module>, first: bool) -> String {
    let mut file = if first { "export const $modules = {};\n".to_owned() } else { String::new() };
    for path in order {
        let Module { body, takes, offers, .. } = &there[path];
        let takes: String =
            takes.iter().map(|(from, names)| format!("const {{ {names} }} = $modules[\"{from}\"];\n")).collect();
        let pair = |(name, inside): &(String, String)| format!("{name}: {inside}");
        let offers = offers.iter().map(pair).collect::<Vec<_>>().join(", ");
        file += &if offers.is_empty() {
            // What only acts may await something.
            format!("{{\n{takes}{body}}}\n")
        } else {
            format!("$modules[\"{path}\"] = (() => {{\n{takes}{body}return {{ {offers} }};\n}})();\n")
        };
    }
    let names = there[entry].offers.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
    if !first {
        file += &format!("export const {{ {names} }} = $modules[\"{entry}\"];\n");
    }
    file
}

fn module(path: &str, text: &str) -> Result<Module, String> {
    let mut module = Module::default();
    let mut lines = without_comments(text);
    while let Some(line) = lines.next() {
        if line.starts_with("import ") {
            let mut whole = line.to_owned();
            while !whole.ends_with(';') {
                whole += lines.next().ok_or("an import does not end")?;
            }
            let (names, from) = import(&whole).ok_or_else(|| format!("not understood: {whole}"))?;
            module.takes.push((resolved(path, from), names.trim().replace(" as ", ": ")));
        } else {
            module.take(path, line)?;
            module.body.push('\n');
        }
    }
    Ok(module)
}

impl Module {
    /// Takes in a line that is no import.
    fn take(&mut self, path: &str, line: &str) -> Result<(), String> {
        const LATER: &str = "import(\"";
        let mut rest = line;
        let list = ["export{", "export {"].iter().find_map(|list| line.split_once(list));
        if let Some((before, list)) = list {
            let list = list.trim_end_matches([';', '}', ' ']);
            self.offers.extend(list.split(',').map(|one| {
                let (inside, name) = one.split_once(" as ").unwrap_or((one, one));
                (name.trim().to_owned(), inside.trim().to_owned())
            }));
            rest = before;
        } else if let Some(declared) = line.strip_prefix("export ") {
            let kinds = ["const ", "class ", "function* ", "function ", "async function "];
            let name = kinds.iter().find_map(|kind| declared.strip_prefix(kind));
            let is_part = |c: char| c.is_alphanumeric() || c == '_';
            let name = name.and_then(|name| name.split(|c| !is_part(c)).next()).filter(|name| !name.is_empty());
            let name = name.ok_or_else(|| format!("not understood: {line}"))?;
            self.offers.push((name.to_owned(), name.to_owned()));
            rest = declared;
        }
        while let Some((before, after)) = rest.split_once(LATER) {
            let (to, after) = after.split_once('"').ok_or("an import does not end")?;
            let to = resolved(path, to);
            // Relative to the file that is joined, which stands above all.
            self.body += &format!("{before}{LATER}./{to}\"");
            self.later.push(to);
            rest = after;
        }
        self.body += rest;
        Ok(())
    }
}

/// Names and path of a whole import.
fn import(line: &str) -> Option<(&str, &str)> {
    let (names, from) = line.strip_prefix("import {")?.split_once("} from \"")?;
    Some((names, from.strip_suffix("\";").filter(|from| from.starts_with('.'))?))
}

/// The path of what the module at `path` calls `to`.
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

/// The lines of a module or a style sheet, but for empty ones and for comments that have lines of their own.
pub(crate) fn without_comments(text: &str) -> impl Iterator<Item = &str> {
    let mut within = false;
    text.lines().filter(move |line| {
        let line = line.trim();
        let begins = within || line.starts_with("/*");
        within = begins && !line.contains("*/");
        !(begins || line.is_empty() || line.starts_with("//"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(modules: &[(&str, &str)]) -> Result<Vec<(String, String)>, String> {
        join("app.js", &modules.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect())
    }

    #[test]
    fn modules_keep_their_names_to_themselves_and_stand_behind_what_they_need() {
        let files = joined(&[
            ("app.js", "/** Begins. */\nimport { b as c,\n  d } from \"./a/b.js\";\n\nawait c(d);\n"),
            ("a/b.js", "import { e } from \"../v.js\";\n// why\nexport async function b() {}\nexport const d = e;\n"),
            ("v.js", "import { w } from \"./w.js\";\nconst x=w;export{x as e};"),
            ("w.js", "const w = 1;\nexport { w };\n"),
        ]);
        let text = "export const $modules = {};\n\
            $modules[\"w.js\"] = (() => {\nconst w = 1;\n\nreturn { w: w };\n})();\n\
            $modules[\"v.js\"] = (() => {\nconst { w } = $modules[\"w.js\"];\nconst x=w;\nreturn { e: x };\n})();\n\
            $modules[\"a/b.js\"] = (() => {\nconst { e } = $modules[\"v.js\"];\nasync function b() {}\nconst d = e;\nreturn { b: b, d: d };\n})();\n\
            {\nconst { b: c,  d } = $modules[\"a/b.js\"];\nawait c(d);\n}\n";
        assert_eq!(files, Ok(vec![("app.js".to_owned(), text.to_owned())]));
    }

    #[test]
    fn what_is_imported_as_something_runs_is_a_file_of_its_own_without_what_is_there() {
        let files = joined(&[
            ("app.js", "import { load } from \"./a/load.js\";\nload();\n"),
            ("a/load.js", "export const load = () => import(\"./later.js\").then(x);\n"),
            ("a/later.js", "import { load } from \"./load.js\";\nimport { f } from \"../f.js\";\nexport class G {}\n"),
            ("f.js", "export const f = 1;\n"),
        ]);
        let files = files.unwrap();
        assert!(files[0].1.contains("const load = () => import(\"./a/later.js\").then(x);\n"), "{}", files[0].1);
        let text = "import { $modules } from \"./../app.js\";\n\
            $modules[\"f.js\"] = (() => {\nconst f = 1;\nreturn { f: f };\n})();\n\
            $modules[\"a/later.js\"] = (() => {\nconst { load } = $modules[\"a/load.js\"];\nconst { f } = $modules[\"f.js\"];\nclass G {}\nreturn { G: G };\n})();\n\
            export const { G } = $modules[\"a/later.js\"];\n";
        assert_eq!(files[1], ("a/later.js".to_owned(), text.to_owned()));
    }

    #[test]
    fn what_cannot_be_joined_is_refused_by_name() {
        for (text, why) in [
            ("import { b } from \"./b.js\";", "b.js: there is no such module"),
            ("import { a } from \"./app.js\";", "app.js: it needs itself, by app.js"),
            ("import b from \"./b.js\";", "app.js: not understood: import b from \"./b.js\";"),
            ("import { b } from \"elsewhere\";", "app.js: not understood: import { b } from \"elsewhere\";"),
            ("export let a = 1;", "app.js: not understood: export let a = 1;"),
            ("export default 1;", "app.js: not understood: export default 1;"),
        ] {
            assert_eq!(joined(&[("app.js", text)]), Err(why.to_owned()), "{text}");
        }
    }

    #[test]
    fn comments_go_and_what_looks_like_one_stays() {
        let lines: Vec<&str> = without_comments("/* a */\n/**\n * b\n */\n x / 2; // c\n\n  // d\n\"/*\"\n").collect();
        assert_eq!(lines, [" x / 2; // c", "\"/*\""]);
    }
}
