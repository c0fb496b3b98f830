//! The one error type of the library: every value names the thing that is wrong and says what to do.

use std::path::PathBuf;

/// What went wrong, where, and what to do about it.
///
/// The variants differ in *what* they name (a file, a node of the imported graph, a layer, a key, a tool),
/// so that a user always reads the name of the thing to mend.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder could not be read or written.
    #[error("{}: {source}; {advice}", path.display())]
    Io { path: PathBuf, source: std::io::Error, advice: String },
    /// A file was read but its content cannot be used.
    #[error("{}: {problem}; {advice}", path.display())]
    File { path: PathBuf, problem: String, advice: String },
    /// A node of the imported graph cannot be used.
    #[error("node '{node}' ({operator}): {problem}; {advice}")]
    Node { node: String, operator: String, problem: String, advice: String },
    /// A layer of a converted or fixed-point network cannot be used.
    #[error("layer '{layer}': {problem}; {advice}")]
    Layer { layer: String, problem: String, advice: String },
    /// A flag or a TOML key has an illegal value.
    #[error("{key}: {problem}; {advice}")]
    Setting { key: String, problem: String, advice: String },
    /// An outside program is missing or failed.
    #[error("{tool}: {problem}; {advice}")]
    Tool { tool: String, problem: String, advice: String },
    /// An accelerator, or the line to it, does not do what it should.
    #[error("{device}: {problem}; {advice}")]
    Device { device: String, problem: String, advice: String },
}

/// Shorthand for results of the library.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An unreadable or unwritable path.
    pub fn io(path: impl Into<PathBuf>, source: std::io::Error, advice: impl Into<String>) -> Self {
        Error::Io { path: path.into(), source, advice: advice.into() }
    }

    /// A file with unusable content.
    pub fn file(path: impl Into<PathBuf>, problem: impl Into<String>, advice: impl Into<String>) -> Self {
        Error::File { path: path.into(), problem: problem.into(), advice: advice.into() }
    }

    /// A node of the imported graph that cannot be used.
    pub fn node(
        node: impl Into<String>,
        operator: impl Into<String>,
        problem: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Error::Node { node: node.into(), operator: operator.into(), problem: problem.into(), advice: advice.into() }
    }

    /// A layer that cannot be used.
    pub fn layer(layer: impl Into<String>, problem: impl Into<String>, advice: impl Into<String>) -> Self {
        Error::Layer { layer: layer.into(), problem: problem.into(), advice: advice.into() }
    }

    /// An illegal flag or key.
    pub fn setting(key: impl Into<String>, problem: impl Into<String>, advice: impl Into<String>) -> Self {
        Error::Setting { key: key.into(), problem: problem.into(), advice: advice.into() }
    }

    /// A missing or failing outside program.
    pub fn tool(tool: impl Into<String>, problem: impl Into<String>, advice: impl Into<String>) -> Self {
        Error::Tool { tool: tool.into(), problem: problem.into(), advice: advice.into() }
    }

    /// An accelerator that fails; `device` is its port.
    pub fn device(device: impl Into<String>, problem: impl Into<String>, advice: impl Into<String>) -> Self {
        Error::Device { device: device.into(), problem: problem.into(), advice: advice.into() }
    }
}
