//! Where an output goes, and what it may replace.

use std::path::{Path, PathBuf};

/// The path of an output. What is there already is replaced only if the same command wrote it and nobody has changed it since; with
/// [`Target::force`], changed outputs of Volley are replaced as well, and any file. A folder of other things is never replaced.
///
/// A path alone is a target without force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub(super) path: PathBuf,
    pub(super) force: bool,
}

impl Target {
    /// Replaces what was changed as well, if `force` is true.
    pub fn force(path: impl AsRef<Path>, force: bool) -> Target {
        Target { path: path.as_ref().into(), force }
    }

    /// Where the output goes.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl<P: AsRef<Path>> From<P> for Target {
    fn from(path: P) -> Target {
        Target::force(path, false)
    }
}
