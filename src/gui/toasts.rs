//! Short notes that go away by themselves.
