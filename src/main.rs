//! The `volley` program. Everything that it can do is in the library; everything that it says to people is in [`cli`].

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
