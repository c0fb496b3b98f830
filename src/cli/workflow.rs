//! The same sweep as a Snakemake workflow: for a cluster, or to place and route the points as well.

use std::fmt::Write;
use std::path::Path;

use serde_json::{Value, json};

use volley::Result;
use volley::error::Kind;
use volley::output::write_whole_file;

/// What the workflow runs; it reads everything from a configuration file that can be edited.
#[derive(Debug, Clone, PartialEq)]
pub struct Workflow {
    /// As [`volley::sweep::Point::grid`] takes them.
    pub members: Vec<u32>,
    pub timesteps: Vec<u32>,
    pub weight_bits: Vec<u32>,
    pub thresholds: Vec<String>,
    /// Flags of `volley sweep` without their dashes, with what they are given.
    pub flags: Vec<(&'static str, Value)>,
    /// Path of the model.
    pub model: String,
}

/// Writes `Snakefile` and `config.yaml` into `folder`; results will be beside them.
///
/// # Errors
/// [`Kind::ForeignFile`] for a folder that holds a Snakefile of another kind, [`Kind::Unwritable`].
pub fn emit(folder: &Path, workflow: &Workflow) -> Result<()> {
    let own = include_str!("Snakefile");
    let path = folder.join("Snakefile");
    let mark = own.lines().next().unwrap_or_default();
    if std::fs::read_to_string(&path).is_ok_and(|text| !text.starts_with(mark)) {
        return Err(Kind::ForeignFile.at(&path).advise("choose another output folder"));
    }
    std::fs::create_dir_all(folder).map_err(|error| Kind::Unwritable { error }.at(folder))?;
    write_whole_file(&folder.join("config.yaml"), || Result::Ok(config(workflow)))?;
    write_whole_file(&path, || Result::Ok(own.into()))
}

/// A JSON value is a YAML value.
fn config(workflow: &Workflow) -> String {
    let mut text =
        String::from("# What `Snakefile` runs; paths may be relative to the folder in which snakemake is started.\n");
    let mut entry = |comment: &str, key: &str, value: Value| {
        if !comment.is_empty() {
            let _ = writeln!(text, "\n# {comment}");
        }
        let _ = writeln!(text, "{key}: {value}");
    };
    entry("The program, and where the results go.", "volley", json!("volley"));
    entry("", "sweep", json!("sweep"));
    entry("", "hardware", json!("hardware"));
    let points =
        [&workflow.members, &workflow.timesteps, &workflow.weight_bits].map(Vec::len).iter().product::<usize>();
    entry(
        &format!("{} points: all combinations.", points * workflow.thresholds.len()),
        "members",
        json!(workflow.members),
    );
    entry("", "timesteps", json!(workflow.timesteps));
    entry("", "weight_bits", json!(workflow.weight_bits));
    entry("", "thresholds", json!(workflow.thresholds));
    entry("The flags of `volley sweep --help`.", "model", json!(workflow.model));
    for (flag, value) in &workflow.flags {
        entry("", flag, value.clone());
    }
    text
}
