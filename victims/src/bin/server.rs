//! The program `server`.

fn main() -> std::process::ExitCode {
    victims::program::server(std::env::args_os().collect())
}
