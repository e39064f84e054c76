//! Line icons, drawn with the painter on a 24-unit grid.
