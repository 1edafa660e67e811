//! The program `client`.

fn main() -> std::process::ExitCode {
    victims::program::client(std::env::args_os().collect())
}
