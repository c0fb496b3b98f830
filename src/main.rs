//! The `volley` program. Everything that it can do stands in the library; what it says to people stands in [`cli`].

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
