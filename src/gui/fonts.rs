//! Fonts: Inter, the right Chinese faces, colour emoji, a bundled last resort.
