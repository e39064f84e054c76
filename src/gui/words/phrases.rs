//! Phrases of the transcript with a number, a name or a date in them, in both languages.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::SystemTime;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::chat::{Delivery, Move, People};
use crate::gui::words::strings::Strings;
use crate::profile::Language;
use crate::proto::{Author, LeaveReason};

/// Names that a summary spells out before it says "and so many others".
const NAMES_SPELLED_OUT: usize = 3;

/// A moment as people here read it. A clock before 9999 BC or after 9999 AD shows 1970.
pub(crate) fn local(at: SystemTime, zone: &TimeZone) -> Zoned {
    Timestamp::try_from(at)
        .unwrap_or(Timestamp::UNIX_EPOCH)
        .to_zoned(zone.clone())
}

/// `HH:MM`.
pub(crate) fn clock(at: &Zoned) -> String {
    format!("{:02}:{:02}", at.hour(), at.minute())
}

impl Strings {
    fn chinese(&self) -> bool {
        self.language == Language::Chinese
    }

    /// A day, seen from `today`.
    pub(crate) fn day(&self, day: Date, today: Date) -> String {
        if day == today {
            return self.today.to_owned();
        }
        if day.tomorrow().is_ok_and(|next| next == today) {
            return self.yesterday.to_owned();
        }
        let same_year = day.year() == today.year();
        match (self.chinese(), same_year) {
            (true, true) => format!("{}月{}日", day.month(), day.day()),
            (true, false) => format!("{}年{}月{}日", day.year(), day.month(), day.day()),
            (false, true) => day.strftime("%-d %b").to_string(),
            (false, false) => day.strftime("%-d %b %Y").to_string(),
        }
    }

    /// A day and a time in full.
    pub(crate) fn moment(&self, at: &Zoned) -> String {
        if self.chinese() {
            return at.strftime("%Y年%-m月%-d日 %H:%M:%S").to_string();
        }
        at.strftime("%A, %-d %B %Y, %H:%M:%S").to_string()
    }

    /// What stands on the divider above what is new.
    pub(crate) fn new_count(&self, count: usize) -> String {
        match (self.chinese(), count) {
            (true, _) => format!("{count} 条新消息"),
            (false, 1) => "1 new message".to_owned(),
            (false, _) => format!("{count} new messages"),
        }
    }

    /// The button to the latest message, with what waits there.
    pub(crate) fn jump(&self, unread: usize) -> String {
        if unread == 0 {
            return self.jump_to_latest.to_owned();
        }
        let (open, close) = if self.chinese() { ("（", "）") } else { (" (", ")") };
        format!("{}{open}{}{close}", self.jump_to_latest, self.new_count(unread))
    }

    /// The rest of a very long message.
    pub(crate) fn show_all_of(&self, bytes: usize) -> String {
        format!("{} · {} KB", self.show_all, bytes.div_ceil(1024))
    }

    /// How far an own message got; nothing for somebody else's.
    pub(crate) fn delivery(&self, delivery: Delivery) -> String {
        match delivery {
            Delivery::Received => String::new(),
            Delivery::Sending => self.sending.to_owned(),
            Delivery::Sent => self.sent.to_owned(),
            Delivery::Queued => self.on_this_computer.to_owned(),
            Delivery::Stored => self.with_host.to_owned(),
            Delivery::Refused(reason) => self.refused(reason),
        }
    }

    /// What somebody is called here: their name, or that they have none.
    pub(crate) fn called<'a>(&self, author: &'a Author) -> Cow<'a, str> {
        match author.address_as_name() {
            Some(address) if self.chinese() => Cow::Owned(format!("{} {address}", self.plain_guest)),
            _ => Cow::Borrowed(&*author.name),
        }
    }

    /// What somebody was called before they took the name that they have now.
    pub(crate) fn called_before<'a>(&self, author: &Author, previous: &'a Arc<str>) -> Cow<'a, str> {
        let before = Author {
            name: Arc::clone(previous),
            ..author.clone()
        };
        match self.called(&before) {
            Cow::Owned(translated) => Cow::Owned(translated),
            Cow::Borrowed(_) => Cow::Borrowed(previous),
        }
    }

    /// Comings and goings in one line.
    pub(crate) fn moves(&self, people: &People) -> String {
        if let ([step], 0) = (people.moves.as_slice(), people.omitted) {
            return self.step(step);
        }
        let people_by = Standing::of(&people.moves);
        let names = |authors: &[&Author]| {
            let called: Vec<_> = authors.iter().map(|author| self.called(author)).collect();
            self.names(&called)
        };
        let renamed = people.moves.iter().filter(|step| matches!(step, Move::Renamed { .. }));
        let mut parts = Vec::new();
        if !people_by.came.is_empty() {
            parts.push(self.joined(&names(&people_by.came)));
        }
        if !people_by.back.is_empty() {
            parts.push(self.came_back(&names(&people_by.back)));
        }
        if !people_by.went.is_empty() {
            parts.push(self.went(&names(&people_by.went)));
        }
        match people_by.lost.as_slice() {
            [] => {}
            [(author, reason)] => parts.push(self.left(&self.called(author), *reason)),
            lost => {
                let authors: Vec<&Author> = lost.iter().map(|(author, _)| *author).collect();
                parts.push(self.gone(&names(&authors)));
            }
        }
        parts.extend(renamed.map(|step| self.step(step)));
        if people.omitted > 0 {
            parts.push(self.omitted(people.omitted));
        }
        parts.join(" · ")
    }

    /// One coming or going, with its reason.
    pub(crate) fn step(&self, step: &Move) -> String {
        match step {
            Move::Joined(author) => self.joined(&self.called(author)),
            Move::Left(author, reason) => self.left(&self.called(author), *reason),
            Move::Renamed { author, previous } => {
                self.renamed(&self.called_before(author, previous), &self.called(author))
            }
        }
    }

    fn came_back(&self, names: &str) -> String {
        if self.chinese() {
            return format!("{names} 回来了");
        }
        format!("{names} came back")
    }

    fn went(&self, names: &str) -> String {
        if self.chinese() {
            return format!("{names} 离开了");
        }
        format!("{names} left")
    }

    fn gone(&self, names: &str) -> String {
        if self.chinese() {
            return format!("{names} 断开了");
        }
        format!("{names} are gone")
    }

    /// Comings and goings that are not listed any more.
    pub(crate) fn omitted(&self, count: usize) -> String {
        if self.chinese() {
            return format!("此前还有 {count} 次进出");
        }
        format!("{count} more before")
    }

    fn names(&self, names: &[Cow<'_, str>]) -> String {
        let (comma, and) = if self.chinese() {
            ("、", " 和 ")
        } else {
            (", ", " and ")
        };
        match names {
            [] => String::new(),
            [one] => one.to_string(),
            [first, rest @ ..] if names.len() > NAMES_SPELLED_OUT => self.others(first, rest.len()),
            [start @ .., last] => format!("{}{and}{last}", start.join(comma)),
        }
    }

    fn others(&self, first: &str, count: usize) -> String {
        if self.chinese() {
            return format!("{first} 和另外 {count} 人");
        }
        format!("{first} and {count} others")
    }

    /// A message as people hear it: who, when, what, how far it got.
    pub(crate) fn spoken(&self, who: &str, time: &str, text: &str, state: &str) -> String {
        let (comma, colon, stop) = if self.chinese() {
            ("，", "：", "。")
        } else {
            (", ", ": ", ". ")
        };
        let state = if state.is_empty() {
            String::new()
        } else {
            format!("{stop}{state}")
        };
        format!("{who}{comma}{time}{colon}{text}{state}")
    }
}

/// Where people stand after comings and goings, each of them once: the last word about somebody must be true.
#[derive(Debug, Default)]
struct Standing<'a> {
    /// Were not here before.
    came: Vec<&'a Author>,
    /// Went, and are here again.
    back: Vec<&'a Author>,
    /// Left by their own will.
    went: Vec<&'a Author>,
    /// Are gone otherwise, and how.
    lost: Vec<(&'a Author, LeaveReason)>,
}

impl<'a> Standing<'a> {
    fn of(moves: &'a [Move]) -> Self {
        let mut people: Vec<(&Move, &Move)> = Vec::new();
        for step in moves.iter().filter(|step| !matches!(step, Move::Renamed { .. })) {
            match people
                .iter_mut()
                .find(|(_, last)| is_same(last.author(), step.author()))
            {
                Some((_, last)) => *last = step,
                None => people.push((step, step)),
            }
        }
        let mut standing = Self::default();
        for (first, last) in people {
            let came = matches!(first, Move::Joined(_));
            if came {
                standing.came.push(last.author());
            }
            match last {
                Move::Left(author, LeaveReason::Bye) => standing.went.push(author),
                Move::Left(author, reason) => standing.lost.push((author, *reason)),
                Move::Joined(author) if !came => standing.back.push(author),
                Move::Joined(_) | Move::Renamed { .. } => {}
            }
        }
        standing
    }
}

/// A plain guest who comes again has another number.
fn is_same(one: &Author, other: &Author) -> bool {
    one.id == other.id || one.plain && other.plain && one.name == other.name
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use jiff::civil::date;

    use crate::chat::{Move, People};
    use crate::gui::words::strings::{EN, ZH};
    use crate::proto::{Author, LeaveReason, MemberId};

    fn author(name: &str) -> Author {
        Author {
            id: MemberId(name.bytes().map(u64::from).sum()),
            name: name.into(),
            plain: true,
        }
    }

    fn people(moves: Vec<Move>, omitted: usize) -> People {
        People {
            moves,
            omitted,
            at: SystemTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn comings_and_goings_are_one_line() {
        let joined = |name| Move::Joined(author(name));
        let left = |name| Move::Left(author(name), LeaveReason::Bye);
        let four = people(
            vec![joined("Lin"), joined("Marek"), joined("Ana"), joined("Bo"), left("Ana")],
            0,
        );
        assert_eq!(EN.moves(&four), "Lin and 3 others joined · Ana left");
        assert_eq!(ZH.moves(&four), "Lin 和另外 3 人 加入了 · Ana 离开了");
        let two = people(vec![joined("Lin"), joined("Marek")], 7);
        assert_eq!(ZH.moves(&two), "Lin 和 Marek 加入了 · 此前还有 7 次进出");
        assert_eq!(EN.moves(&two), "Lin and Marek joined · 7 more before");
        assert_eq!(EN.moves(&people(vec![left("Lin")], 0)), "Lin left");
        let back = people(vec![left("Lin"), joined("Lin")], 0);
        assert_eq!(EN.moves(&back), "Lin came back");
        let lost = |name| Move::Left(author(name), LeaveReason::TooSlow);
        let again = people(vec![joined("Bo"), joined("Lin"), lost("Lin"), joined("Lin")], 0);
        assert_eq!(
            EN.moves(&again),
            "Bo and Lin joined",
            "each once, and who is here is not said to be gone"
        );
        let back = people(vec![lost("Lin"), joined("Bo"), joined("Lin")], 0);
        assert_eq!(ZH.moves(&back), "Bo 加入了 · Lin 回来了");
        let removed = |name| Move::Left(author(name), LeaveReason::Removed);
        let one = people(vec![joined("Bo"), removed("Lin")], 0);
        assert_eq!(EN.moves(&one), "Bo joined · Lin was removed by the host");
        let both = people(vec![left("Bo"), removed("Lin"), removed("Ana")], 0);
        assert_eq!(EN.moves(&both), "Bo left · Lin and Ana are gone");
    }

    #[test]
    fn who_has_no_name_is_called_so_in_the_language_of_the_window() {
        let nobody = author("plain guest 10.0.0.7 #2");
        assert_eq!(EN.called(&nobody), "plain guest 10.0.0.7 #2");
        assert_eq!(ZH.called(&nobody), "明文访客 10.0.0.7 #2");
        assert_eq!(ZH.called(&author("林小雨")), "林小雨");
        let host = Author {
            id: MemberId::HOST,
            ..nobody.clone()
        };
        assert_eq!(
            ZH.called(&host),
            "plain guest 10.0.0.7 #2",
            "a host may call themselves so"
        );
        let named = Move::Renamed {
            author: author("小雨"),
            previous: nobody.name,
        };
        assert_eq!(ZH.step(&named), "明文访客 10.0.0.7 #2 改名为 小雨");
    }

    #[test]
    fn days_are_told_from_today() {
        let today = date(2026, 3, 1);
        let told = |day| EN.day(day, today);
        assert_eq!(told(today), "Today");
        assert_eq!(told(date(2026, 2, 28)), "Yesterday");
        assert_eq!(told(date(2026, 2, 27)), "27 Feb");
        assert_eq!(told(date(2025, 12, 31)), "31 Dec 2025");
        assert_eq!(ZH.day(date(2025, 12, 31), today), "2025年12月31日");
    }

    #[test]
    fn a_clock_far_off_does_no_harm() {
        let far = SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 60);
        assert_eq!(super::clock(&super::local(far, &jiff::tz::TimeZone::UTC)), "00:00");
    }
}
