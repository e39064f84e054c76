# The commands of CONTRIBUTING.md under short names. `just` lists them.

_default:
    @just --list

# The window
run *arguments:
    cargo run --release -- {{arguments}}

# The terminal program, without building the window
cli *arguments:
    cargo run --no-default-features --bin landline-cli -- {{arguments}}

# All tests
test *arguments:
    cargo test {{arguments}}

# All tests but the window's, which build in a fraction of the time
test-below *arguments:
    cargo test --no-default-features {{arguments}}

# A simulated room: so many runs from a seed on, optimised
sim seed='1' count='2000':
    LANDLINE_SIM_FROM={{seed}} LANDLINE_SIM_COUNT={{count}} cargo test --profile sim --no-default-features --test it room_sim::whatever -- --nocapture

# Real processes at every point where they can be killed or their disk can fail; takes hours. A number tries so many
faults points='all':
    LANDLINE_FAULT_POINTS={{points}} cargo test --no-default-features --test it processes:: -- --nocapture

# Format
fmt:
    cargo fmt

# Format, both feature sets, warnings as errors
lint:
    cargo fmt --check
    cargo clippy --no-default-features --lib --bin landline-cli -- -D warnings
    cargo clippy --all-targets -- -D warnings

# The library's documentation
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --no-deps

# Licences, advisories, sources
deny:
    cargo deny --all-features check

# The measurements
bench *arguments:
    cargo bench {{arguments}}

# Everything that must hold before a change is taken
ci:
    .ci/run
