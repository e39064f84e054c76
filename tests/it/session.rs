//! Native lines: what two honest sides do together.

mod support;

use support::{Pair, identity};

#[test]
fn both_sides_learn_who_the_other_is() {
    let mut pair = Pair::new().drive();
    let (guest, host) = pair.ready();
    assert_eq!(guest.peer, identity(1).key());
    assert_eq!(host.peer, identity(2).key());
    assert_eq!(guest.hash, host.hash);
}
