//! The same sweep as a Snakemake workflow: for a cluster, or to place and route the points as well.

use std::fmt::Write;
use std::path::Path;

use serde_json::{Value, json};

use volley::Result;
use volley::output::{Own, Target, check_file, write_whole_file};

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
/// As [`write_whole_file`], for either file; then neither is written.
pub fn emit(folder: &Path, force: bool, workflow: &Workflow) -> Result<()> {
    let files = [
        (Own::Snakefile, "Snakefile", include_str!("Snakefile").to_string()),
        (Own::WorkflowConfiguration, "config.yaml", config(workflow)),
    ];
    let target = |name: &str| Target::force(folder.join(name), force);
    for (own, name, _) in &files {
        check_file(&target(name), *own)?;
    }
    files.into_iter().try_for_each(|(own, name, text)| write_whole_file(&target(name), own, || Result::Ok(text.into())))
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
