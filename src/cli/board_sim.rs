//! `volley board-sim`: a simulated board.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Result;
use volley::board::Board;
use volley::board_sim;
use volley::error::Kind;
use volley::interrupt::Hold;
use volley::output::temporary_folder;

use super::{Outcome, progress, say};

/// Simulate a whole board, its serial line behind a pseudo-terminal
#[derive(clap::Args)]
#[command(after_help = "Examples:
  volley board-sim rtl --board ulx3s-85f --link /tmp/ulx3s
  volley run --port /tmp/ulx3s --data test.npz          (in another terminal)

Verilator simulates the board's whole top: UART pins, link, core. The first line printed is `port PATH`; hosts may come and go until
Ctrl-C. The line runs at 8 clocks a bit, whatever rate a host sets.")]
pub struct Args {
    /// Folder that `volley generate` wrote
    #[arg(value_name = "RTL")]
    rtl: PathBuf,
    /// A board with a serial line: its name, or the path of its TOML
    #[arg(long, value_name = "BOARD")]
    board: String,
    /// Also make a symbolic link to the pseudo-terminal, removed at the end
    #[arg(long, value_name = "PATH")]
    link: Option<PathBuf>,
    /// Stop after this many seconds [default: never]
    #[arg(long, value_name = "SECONDS")]
    limit: Option<u64>,
    /// Seed of the start values of registers without a reset
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u32,
}

/// Time between two looks at the board and the clock.
const LOOK: Duration = Duration::from_millis(100);

pub fn run(args: &Args) -> Result<Outcome> {
    let board = Board::find(&args.board)?;
    // Checked before the simulator is built, which takes a while.
    args.link.as_deref().map_or(Ok(()), Link::check)?;
    let work = temporary_folder()?;
    let spinner = progress::spinner("building the simulator");
    let program = board_sim::build(&args.rtl, &board, work.path());
    spinner.finish_and_clear();
    let mut running = program?.start(args.seed)?;
    // It runs on without its file, and Ctrl-C leaves nothing behind.
    drop(work);
    let _link = args.link.as_ref().map(|path| Link::new(path.clone(), &running.port)).transpose()?;
    say(format!("port {}", running.port.display()))?;
    eprintln!("the simulated {} runs; stop it with Ctrl-C", board.name);
    let started = Instant::now();
    while running.is_running() {
        if args.limit.is_some_and(|limit| started.elapsed() >= Duration::from_secs(limit)) {
            return Ok(Outcome::Fine);
        }
        std::thread::sleep(LOOK);
    }
    running.wait()?;
    Ok(Outcome::Fine)
}

/// A symbolic link that is removed at the end.
struct Link {
    path: PathBuf,
    _hold: Hold,
}

impl Link {
    /// A link that an earlier board left may be replaced; anything else may not.
    fn check(path: &Path) -> volley::Result<()> {
        let is_port = || std::fs::read_link(path).is_ok_and(|port| port.starts_with("/dev/pts"));
        if path.symlink_metadata().is_ok() && !is_port() {
            return Err(Kind::ForeignFile.at(path).advise("choose another path for --link"));
        }
        Ok(())
    }

    fn new(path: PathBuf, port: &Path) -> volley::Result<Link> {
        Link::check(&path)?;
        if path.is_symlink() {
            std::fs::remove_file(&path)
                .map_err(|error| Kind::Unwritable { error }.at(&path).advise("choose another path for --link"))?;
        }
        let hold = Hold::path(&path);
        std::os::unix::fs::symlink(port, &path)
            .map_err(|error| Kind::Unwritable { error }.at(&path).advise("choose another path for --link"))?;
        Ok(Link { path, _hold: hold })
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        // Nothing can be done about a link that cannot be removed.
        let _ = std::fs::remove_file(&self.path);
    }
}
