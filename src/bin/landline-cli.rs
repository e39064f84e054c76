//! The terminal program: a stub over `landline::cli`.

fn main() -> std::process::ExitCode {
    landline::cli::main()
}
