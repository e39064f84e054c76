//! Colours, spacing, radii and text styles; nothing else names a colour.
