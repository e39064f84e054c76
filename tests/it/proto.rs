//! The endpoint: host and guest as pure state machines.

use landline::proto::{Encoding, LineEnd};

use crate::pure::{Pair, Room};

#[test]
fn a_host_alone_is_a_member_and_says_that_its_room_is_plain() {
    Room::host()
        .shows(&["Host joined", "notice PlainText"])
        .says("anybody?")
        .shows(&["1 Host: anybody?", "1 sent to 0"]);
}

#[test]
fn everybody_hears_everybody_with_names() {
    Room::host_with(|config| config.welcome = "天王盖地虎,宝塔镇河妖".into())
        .open(1)
        .open(2)
        .quietly()
        .hears(1, "天王盖地虎,宝塔镇河妖")
        .hears(2, "天王盖地虎,宝塔镇河妖")
        .after(1_000)
        .sends(1, "你好\n")
        .shows(&["1 plain guest 10.0.0.1: 你好"])
        .hears(1, "")
        .hears(2, "plain guest 10.0.0.1: 你好")
        .after(1_000)
        .says("welcome both")
        .shows(&["2 Host: welcome both", "2 sent to 2"])
        .hears(1, "welcome both\n")
        .hears(2, "welcome both");
}

#[test]
fn two_landlines_talk_at_once_and_by_name() {
    let pair = Pair::new(true)
        .connect()
        .guest_says("hello")
        .host_says("two\nlines")
        .host_says("more");
    pair.host.shows(&[
        "Host joined",
        "notice PlainText",
        "plain guest 10.0.0.1 joined",
        "plain guest 10.0.0.1 is now Gina",
        "1 Gina: hello",
        "2 Host: two\nlines",
        "2 sent to 1",
        "3 Host: more",
        "3 sent to 1",
    ]);
    pair.guest.shows(&[
        "connected to host.lan:8888 in host.lan:8888",
        "host.lan:8888 joined",
        "Gina joined",
        "notice PlainText",
        "1 Gina: hello",
        "1 sent to 1",
        "2 host.lan:8888: two",
        "3 host.lan:8888: lines",
        "4 host.lan:8888: more",
    ]);
}
