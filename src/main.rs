//! The binary: hands over to `cli` and leaves with its exit code.

fn main() -> std::process::ExitCode {
    usher::cli::main()
}
