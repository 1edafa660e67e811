//! `interlock`: the lab, the dashboard and the checks for CI.

use std::process::ExitCode;

fn main() -> ExitCode {
    web::cli::main()
}
