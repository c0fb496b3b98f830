//! Runs the program in a folder of its own.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use ndarray::{Array1, Array3};

use super::DIGITS;
use support::command::words;
use support::onnx::Graph;

/// A folder for one test, and the program run in it.
pub struct Place(tempfile::TempDir);

pub struct Ran {
    pub code: i32,
    pub stdout: String,
    /// With the folder's path, times and addresses replaced.
    pub stderr: String,
}

impl Place {
    pub fn new() -> Place {
        // With a space in its path, as people's folders have.
        Place(tempfile::Builder::new().prefix("a place ").tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_volley"));
        // Tools are found on PATH alone.
        command.env("XDG_CONFIG_HOME", self.0.path()).env_remove("VOLLEY_TOOLS");
        command.current_dir(self.0.path()).args(words(arguments));
        command
    }

    pub fn finish(&self, output: Output) -> Ran {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let stderr = text(output.stderr).replace(&self.0.path().display().to_string(), "[folder]");
        Ran {
            code: output.status.code().expect("the program was not killed"),
            stdout: text(output.stdout),
            stderr: stderr.replace(DIGITS, "[digits]"),
        }
    }

    pub fn run(&self, arguments: &str) -> Ran {
        self.finish(self.command(arguments).output().unwrap())
    }

    /// Runs what must succeed, perhaps with notes, and returns its output.
    pub fn fine(&self, arguments: &str) -> String {
        let ran = self.run(arguments);
        let complaint = ran.stderr.lines().find(|line| !line.starts_with("note: "));
        assert_eq!((ran.code, complaint), (0, None), "{arguments}");
        ran.stdout
    }

    /// Runs what must be refused and returns the message; nothing may have been left behind.
    pub fn refused(&self, arguments: &str) -> String {
        let before = self.list();
        let ran = self.run(arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{arguments}: {}", ran.stderr);
        assert_eq!(self.list(), before, "{arguments} left something behind");
        ran.stderr
    }

    pub fn list(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// A hand-made model, with its normalisation beside it.
    pub fn model(&self, graph: Graph) {
        std::fs::write(self.path("model.onnx"), graph.bytes()).unwrap();
        std::fs::write(self.path("model.toml"), "[input]\nmean = [0.0]\nstd = [1.0]\n").unwrap();
    }

    /// Converts the digits network to `net`.
    pub fn digits(self) -> Place {
        self.fine(&format!("convert {DIGITS}/digits.onnx --members 4 --timesteps 1 -o net"));
        self
    }
}

pub fn write_images(path: &Path, size: usize) {
    let mut archive = ndarray_npy::NpzWriter::new(std::fs::File::create(path).unwrap());
    archive.add_array("x", &Array3::<u8>::zeros((3, size, size))).unwrap();
    archive.add_array("y", &Array1::<u8>::zeros(3)).unwrap();
    archive.finish().unwrap();
}
