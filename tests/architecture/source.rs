//! A source file: its path, its code without comments and texts, and the modules that it uses.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// A source file.
pub struct Source {
    /// Path below its root without the ending, such as `listings/rules`.
    pub path: String,
    /// The whole text.
    pub text: String,
    /// The text without comments, string literals and unit tests.
    pub code: String,
}

impl Source {
    /// Builds a source from its path and text.
    pub fn new(path: &str, text: String) -> Self {
        Self {
            path: path.to_owned(),
            code: code(&text),
            text,
        }
    }

    /// The file name without the ending; for `mod.rs`, `mod`.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// Folders that the file is in, such as `["listings", "search"]`.
    pub fn folders(&self) -> Vec<&str> {
        let mut parts: Vec<&str> = self.path.split('/').collect();
        parts.pop();
        parts
    }

    /// Reports whether a word is in the code.
    pub fn mentions(&self, word: &str) -> bool {
        let part = |c: char| c.is_alphanumeric() || c == '_';
        self.code.match_indices(word).any(|(at, _)| {
            !self.code[..at].ends_with(part) && !self.code[at + word.len()..].starts_with(part)
        })
    }

    /// The paths below `crate` that the file uses, such as `listings::rules::Act`.
    pub fn uses(&self) -> BTreeSet<String> {
        self.paths("crate::")
    }

    /// The paths that follow a root such as `entity::`; an alias stands behind its path, as in `person as row`.
    fn paths(&self, root: &str) -> BTreeSet<String> {
        let mut paths = BTreeSet::new();
        for (at, _) in self.code.match_indices(root) {
            collect("", &self.code[at + root.len()..], &mut paths);
        }
        paths
    }

    /// The tables that the file writes with statements of its own, by the names of their entities.
    pub fn written(&self) -> BTreeSet<String> {
        const VERBS: [&str; 7] = [
            "insert",
            "insert_many",
            "update",
            "update_many",
            "delete",
            "delete_many",
            "delete_by_id",
        ];
        let imports = self.paths("entity::");
        let resolve = |module: &str| {
            let alias = format!(" as {module}");
            let aliased = imports.iter().find_map(|path| path.strip_suffix(&alias));
            aliased.unwrap_or(module).to_owned()
        };
        let bare = imports
            .iter()
            .find_map(|path| path.strip_suffix("::Entity"));
        let mut written = BTreeSet::new();
        for (at, _) in self.code.match_indices("Entity::") {
            let rest = &self.code[at + "Entity::".len()..];
            let verb: String = rest
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            if !VERBS.contains(&verb.as_str()) {
                continue;
            }
            let before = &self.code[..at];
            let table = before.strip_suffix("::").map_or_else(
                || bare.unwrap_or_default().to_owned(),
                |before| {
                    let name = before.rsplit(|c: char| !(c.is_alphanumeric() || c == '_'));
                    resolve(name.into_iter().next().unwrap_or_default())
                },
            );
            written.insert(table);
        }
        written
    }
}

/// Collects the paths of a use tree such as `{App, kit::{Error, Id}};` and returns what follows it.
fn collect<'a>(prefix: &str, text: &'a str, found: &mut BTreeSet<String>) -> &'a str {
    let text = text.trim_start();
    if let Some(mut rest) = text.strip_prefix('{') {
        loop {
            rest = collect(prefix, rest, found).trim_start();
            match rest.strip_prefix(',') {
                Some(more) => rest = more,
                None => return rest.strip_prefix('}').unwrap_or(rest),
            }
        }
    }
    let end = text
        .find(|c: char| !(c.is_alphanumeric() || c == '_'))
        .unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    if name.is_empty() {
        return rest;
    }
    let path = if prefix.is_empty() {
        name.to_owned()
    } else {
        format!("{prefix}::{name}")
    };
    if let Some(more) = rest.strip_prefix("::") {
        return collect(&path, more, found);
    }
    let Some(alias) = rest.strip_prefix(" as ") else {
        found.insert(path);
        return rest;
    };
    let end = alias
        .find(|c: char| !(c.is_alphanumeric() || c == '_'))
        .unwrap_or(alias.len());
    found.insert(format!("{path} as {}", &alias[..end]));
    &alias[end..]
}

/// The lines that are neither comments nor unit tests, without string literals.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    let mut code = String::new();
    for line in text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
    {
        for (at, part) in line.split('"').enumerate() {
            if at % 2 == 0 {
                code.push_str(part);
            }
        }
        code.push('\n');
    }
    code
}

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// All Rust sources below a folder of the repository.
pub fn sources(below: &str) -> Vec<Source> {
    fn walk(folder: &Path, below: &Path, found: &mut Vec<Source>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, below, found);
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let name = path.strip_prefix(below).unwrap().with_extension("");
                found.push(Source::new(
                    &name.to_string_lossy().replace('\\', "/"),
                    text,
                ));
            }
        }
    }
    let below = root().join(below);
    let mut found = Vec::new();
    walk(&below, &below, &mut found);
    assert!(found.len() > 3, "{} holds no sources", below.display());
    found
}

#[test]
fn code_is_told_from_comments_texts_and_tests() {
    let source = Source::new(
        "listings/service",
        "//! async_graphql\nuse crate::{\n    App,\n    kit::{Error, page::{self}},\n    places::Place as P,\n};\nlet a = \"sea_orm\"; crate::search::x();\n#[cfg(test)]\nuse crate::demo;".into(),
    );
    assert!(!source.mentions("async_graphql") && !source.mentions("sea_orm"));
    assert_eq!(
        source.uses().into_iter().collect::<Vec<_>>(),
        [
            "App",
            "kit::Error",
            "kit::page::self",
            "places::Place as P",
            "search::x"
        ]
    );
}
