//! Every word of the window, in English and 中文; the compiler finds what is missing.
