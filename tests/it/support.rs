//! What several test files share: peers, deadlines, harnesses.
