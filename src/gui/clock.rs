//! Times as people read them.

use std::time::SystemTime;

use jiff::Zoned;
use jiff::tz::TimeZone;

use super::strings::strings;
use crate::profile::Language;

/// A moment in a row of a list: the time today, else the day.
pub(crate) fn short(language: Language, at: SystemTime) -> String {
    relative(language, &local(at), &Zoned::now())
}

fn local(at: SystemTime) -> Zoned {
    jiff::Timestamp::try_from(at)
        .unwrap_or_default()
        .to_zoned(TimeZone::system())
}

fn relative(language: Language, at: &Zoned, now: &Zoned) -> String {
    if at.date() == now.date() {
        return at.strftime("%H:%M").to_string();
    }
    if now.date().yesterday().is_ok_and(|day| day == at.date()) {
        return strings(language).yesterday.to_owned();
    }
    match language {
        Language::English => at.strftime("%-d %b").to_string(),
        Language::Chinese => format!("{}月{}日", at.month(), at.day()),
    }
}

#[cfg(test)]
mod tests {
    use super::relative;
    use crate::profile::Language;

    #[test]
    fn today_yesterday_and_earlier() {
        let now: jiff::Zoned = "2026-11-22T14:05:00+08:00[Asia/Shanghai]".parse().unwrap();
        let at = |text: &str| format!("{text}+08:00[Asia/Shanghai]").parse::<jiff::Zoned>().unwrap();
        let both = |text: &str| [Language::English, Language::Chinese].map(|tongue| relative(tongue, &at(text), &now));
        assert_eq!(both("2026-11-22T09:41:00"), ["09:41", "09:41"]);
        assert_eq!(both("2026-11-21T23:59:00"), ["Yesterday", "昨天"]);
        assert_eq!(both("2026-11-02T08:00:00"), ["2 Nov", "11月2日"]);
    }
}
