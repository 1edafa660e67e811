//! The program `server`.

fn main() -> std::process::ExitCode {
    victims::server(std::env::args_os().collect())
}
