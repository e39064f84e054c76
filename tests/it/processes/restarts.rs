//! A host that is killed and started again, over and over, while everybody talks.

use fastrand::Rng;

use super::Points;
use super::book;
use super::script::{HOST, NOBODY, is_acknowledged, open_with};
use super::stage::Stage;

/// Restarts and guests with the tests, and when all of it is wanted.
const USUAL: (usize, usize) = (12, 4);
const MANY: (usize, usize) = (200, 20);
/// Acknowledgements between two restarts, at most, for each guest.
const BUSY: usize = 4;
/// Words of one guest that may wait for the host: far below what a member may say at once.
const WAITING: usize = 8;

/// People who talk all the time.
struct Crowd {
    stage: Stage,
    /// What each has said.
    said: Vec<usize>,
}

impl Crowd {
    fn guests(&self) -> std::ops::Range<usize> {
        1..self.stage.people.len()
    }

    /// All are in the room.
    fn enter(guests: usize) -> Self {
        let mut crowd = Self {
            stage: Stage::of(guests + 1),
            said: vec![0; guests + 1],
        };
        assert!(crowd.open(), "{}", crowd.stage.told());
        let listening = crowd.stage.people[HOST].now("listening").next().unwrap();
        let address = listening["addresses"][0].as_str().unwrap().to_owned();
        for guest in crowd.guests() {
            let name = format!("G{guest}");
            crowd.stage.start(guest, NOBODY, &["--name", &name, "join", &address]);
        }
        crowd.all_are_in();
        crowd
    }

    fn open(&mut self) -> bool {
        open_with(&mut self.stage, NOBODY, &["--admit", "anyone", "--history", "all"])
    }

    fn all_are_in(&mut self) {
        let guests = self.guests();
        let are_in = |stage: &Stage| guests.clone().all(|guest| stage.people[guest].standing.is_in);
        let needed: Vec<usize> = (0..self.stage.people.len()).collect();
        assert!(self.stage.wait(&needed, are_in), "{}", self.stage.told());
    }

    fn acknowledged(stage: &Stage) -> usize {
        stage.people.iter().map(|person| person.standing.acknowledged).sum()
    }

    /// Everybody says something more, as far as the host has heard them.
    fn talk(&mut self) {
        for who in 0..self.stage.people.len() {
            let answered = self.stage.people[who].standing.acknowledged;
            let may_say = who == HOST || self.said[who] < answered + WAITING;
            if may_say {
                self.said[who] += 1;
                let words = format!("p{who} {}", self.said[who]);
                self.stage.say(who, &words);
            }
        }
    }

    /// They talk until some more is acknowledged; in the middle of that the host is killed.
    fn restart(&mut self, chance: &mut Rng) {
        let enough = Self::acknowledged(&self.stage) + chance.usize(1..=BUSY * self.guests().len());
        while Self::acknowledged(&self.stage) < enough {
            self.talk();
            let before = Self::acknowledged(&self.stage);
            let goes_on = self.stage.wait(&[HOST], |stage| Self::acknowledged(stage) > before);
            assert!(goes_on, "{}", self.stage.told());
        }
        self.talk();
        self.stage.kill(HOST);
        self.talk();
        assert!(self.open(), "{}", self.stage.told());
        let guests = self.guests();
        let are_out = |stage: &Stage| {
            guests
                .clone()
                .all(|guest| !stage.people[guest].standing.is_in || came_back(stage, guest))
        };
        let needed: Vec<usize> = (0..self.stage.people.len()).collect();
        assert!(self.stage.wait(&needed, are_out), "{}", self.stage.told());
        for guest in self.guests() {
            self.stage.say(guest, "/retry");
        }
        self.all_are_in();
    }

    /// Everybody has heard everything, and leaves.
    fn leave(&mut self) {
        let everybody: Vec<usize> = (0..self.stage.people.len()).collect();
        let last = |who: usize| format!("end{who} 1");
        for who in &everybody {
            self.stage.say(*who, &last(*who));
        }
        // What a host had said when it was killed may be gone; what a guest had said is not.
        let said = self.said.clone();
        let all_said = |stage: &Stage| {
            let mut guests = stage.people.iter().zip(&said).skip(1);
            is_acknowledged(&stage.people[HOST], &last(HOST))
                && guests.all(|(guest, said)| guest.standing.acknowledged == said + 1)
        };
        assert!(self.stage.wait(&everybody, all_said), "{}", self.stage.told());
        let newest = |stage: &Stage, who: usize| stage.people[who].standing.newest;
        let heard = |stage: &Stage| everybody.iter().all(|who| newest(stage, *who) == newest(stage, HOST));
        assert!(self.stage.wait(&everybody, heard), "{}", self.stage.told());
        for who in everybody.iter().rev() {
            self.stage.say(*who, "/bye");
            self.stage.until_ended(*who);
        }
    }
}

/// Whether a guest has lost the line to each host that was killed.
fn came_back(stage: &Stage, guest: usize) -> bool {
    stage.people[guest].standing.lost + 1 >= stage.people[HOST].lives.len()
}

#[test]
fn a_host_that_is_restarted_all_the_time_loses_and_doubles_nothing() {
    let (restarts, guests) = match Points::asked_for(USUAL.0) {
        Points::Some(restarts) => (restarts, USUAL.1),
        Points::All => MANY,
    };
    let mut chance = Rng::with_seed(7);
    let mut crowd = Crowd::enter(guests);
    for _ in 0..restarts {
        crowd.restart(&mut chance);
    }
    crowd.leave();
    book::check(&crowd.stage);
    let acknowledged = Crowd::acknowledged(&crowd.stage);
    println!("{restarts} restarts with {guests} guests: {acknowledged} messages acknowledged");
}
