//! One line: a peer, its bytes in and out, its deadlines. State transitions only.
