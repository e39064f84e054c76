//! Seeded simulation of plain lines under faults, with invariants after every step.
