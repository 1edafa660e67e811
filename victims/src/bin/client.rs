//! The program `client`.

fn main() -> std::process::ExitCode {
    victims::client(std::env::args_os().collect())
}
