//! `volley doctor`: which tools are installed, which are missing, how to get them.

use anyhow::Result;
use serde_json::json;
use volley::doctor;
use volley::tool::{Finder, number};

use super::{Json, Outcome, say, say_json, say_table};
use volley::table::{Cell, Table};

/// Show which outside tools are installed, which are missing, and how to get them
#[derive(clap::Args)]
#[command(after_help = "Example:
  volley doctor

Exit code 2 if a tool is missing that co-simulation needs.")]
pub struct Args {
    #[command(flatten)]
    json: Json,
}

pub fn run(args: &Args) -> Result<Outcome> {
    let tools = doctor::check(&Finder::default());
    let usable = tools.iter().all(|tool| tool.is_usable() || tool.optional);
    if args.json.wanted {
        let list = tools.iter().map(|tool| {
            json!({
                "tool": tool.tool, "needed": !tool.optional, "usable": tool.is_usable(), "path": tool.path, "found": tool.found,
                "problem": tool.problem, "purpose": tool.purpose, "how_to_get": tool.how_to_get,
            })
        });
        say_json(&json!({ "usable": usable, "tools": list.collect::<Vec<_>>() }))?;
    } else {
        let mut table = Table::new(["tool", "needed", "version", "purpose"]);
        for tool in &tools {
            let version = tool.found.as_deref().map(|line| match number(line) {
                Some(_) => version_in(line),
                None => "found".into(),
            });
            table.row(vec![
                Cell::text(tool.tool),
                Cell::text(if tool.optional { "optional" } else { "yes" }),
                version.map_or_else(Cell::none, Cell::text),
                Cell::text(tool.purpose),
            ]);
        }
        say_table(&table)?;
        for tool in tools.iter().filter(|tool| !tool.is_usable()) {
            let what = match (&tool.path, &tool.problem) {
                (Some(path), Some(problem)) => format!("{}: {problem}", path.display()),
                _ => format!("missing: {}", tool.tool),
            };
            say(format!("{what} ({}); {}", tool.purpose, tool.how_to_get))?;
        }
    }
    Ok(if usable { Outcome::Fine } else { Outcome::Unusable })
}

/// The word of a line that is its version.
fn version_in(line: &str) -> String {
    let words = line.split([' ', '(', ')', ',']);
    words.into_iter().find(|word| number(word).is_some()).unwrap_or_default().into()
}
