//! The program `attacker`.

fn main() -> std::process::ExitCode {
    attacker::program::attacker(std::env::args_os().collect())
}
