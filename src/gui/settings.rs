//! Name, language, theme, zoom, and the list of keys.
