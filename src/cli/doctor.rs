//! `volley doctor`: which tools are installed, which are missing, how to get them.

use anyhow::Result;
use serde_json::json;
use volley::doctor;
use volley::tool::Finder;

use super::{Json, Outcome, say, say_json};
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
    let missing: Vec<_> = tools.iter().filter(|tool| tool.found.is_none() && !tool.optional).collect();
    let mut table = Table::new(["tool", "needed", "found", "purpose", "how to get"]);
    for tool in &tools {
        table.row(vec![
            Cell::text(tool.tool),
            Cell::text(if tool.optional { "optional" } else { "yes" }),
            tool.found.as_ref().map_or_else(Cell::none, Cell::text),
            Cell::text(tool.purpose),
            // A user who has it need not read where it comes from.
            Cell::text(if tool.found.is_some() && !args.json.wanted { "" } else { tool.how_to_get }),
        ]);
    }
    if args.json.wanted {
        say_json(&json!({ "usable": missing.is_empty(), "tools": table.json() }))?;
    } else {
        say(table.text())?;
        for tool in &missing {
            say(format!("missing: {} ({}); {}", tool.tool, tool.purpose, tool.how_to_get))?;
        }
    }
    Ok(if missing.is_empty() { Outcome::Fine } else { Outcome::Unusable })
}
