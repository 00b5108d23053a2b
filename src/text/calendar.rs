//! Dates as people read them, in each language (Unicode CLDR, by ICU4X).

use crate::text::language::Language;
use chrono::{DateTime, Datelike, NaiveDate, Offset, Timelike};
use chrono_tz::Tz;
use icu_calendar::Gregorian;
use icu_datetime::FixedCalendarDateTimeFormatter;
use icu_datetime::fieldsets::{YMD, YMDT};
use icu_datetime::input::{Date, DateTime as Local, Time};
use icu_datetime::options::TimePrecision;
use icu_locale_core::Locale;

/// Writes dates in one language: `14 September 2022`, `14 September 2022 at 18:30`. The day has 24 hours, and the
/// calendar is the Gregorian one whatever the country's custom: these are the dates of publications.
pub struct Calendar {
    days: FixedCalendarDateTimeFormatter<Gregorian, YMD>,
    minutes: FixedCalendarDateTimeFormatter<Gregorian, YMDT>,
    is_known: bool,
}

impl Calendar {
    /// The dates of a language.
    ///
    /// # Panics
    ///
    /// Never: the data of every language are in the program, and `und` answers for the unknown.
    pub fn of(language: &Language) -> Self {
        let locale = locale(language);
        let (days, minutes) = formatters(&locale);
        // A language that nobody has described gets month numbers: the ISO date says the same in a known form.
        let (unknown, _) = formatters(&Locale::UNKNOWN);
        let probe = Date::try_new_gregorian(2022, 9, 14).expect("a day of the calendar");
        let is_known = days.format(&probe).to_string() != unknown.format(&probe).to_string();
        Self {
            days,
            minutes,
            is_known,
        }
    }

    /// A day.
    pub fn day(&self, day: NaiveDate) -> String {
        match date(day).filter(|_| self.is_known) {
            Some(date) => self.days.format(&date).to_string(),
            None => day.to_string(),
        }
    }

    /// A minute in its time zone.
    pub fn minute(&self, at: &DateTime<Tz>) -> String {
        let time = || {
            let (hour, minute) = (
                u8::try_from(at.hour()).ok()?,
                u8::try_from(at.minute()).ok()?,
            );
            Time::try_new(hour, minute, 0, 0).ok()
        };
        let local = date(at.date_naive()).zip(time()).filter(|_| self.is_known);
        match local {
            Some((date, time)) => self.minutes.format(&Local { date, time }).to_string(),
            None => at.format("%Y-%m-%d %H:%M").to_string(),
        }
    }
}

/// The offset of an instant from UTC: `UTC`, `UTC+2`, `UTC−3:30`.
pub fn offset(at: &DateTime<Tz>) -> String {
    let minutes = at.offset().fix().local_minus_utc() / 60;
    let sign = if minutes < 0 { '−' } else { '+' };
    match (minutes.abs() / 60, minutes.abs() % 60) {
        (0, 0) => "UTC".to_owned(),
        (hours, 0) => format!("UTC{sign}{hours}"),
        (hours, rest) => format!("UTC{sign}{hours}:{rest:02}"),
    }
}

type Formatters = (
    FixedCalendarDateTimeFormatter<Gregorian, YMD>,
    FixedCalendarDateTimeFormatter<Gregorian, YMDT>,
);

fn formatters(locale: &Locale) -> Formatters {
    let minutes = YMDT::long().with_time_precision(TimePrecision::Minute);
    let reason = "the data are in the program";
    (
        FixedCalendarDateTimeFormatter::try_new(locale.into(), YMD::long()).expect(reason),
        FixedCalendarDateTimeFormatter::try_new(locale.into(), minutes).expect(reason),
    )
}

/// The language as ICU names it. Plain English is the world's, which writes the day first. Arabic has Western digits, as
/// news agencies write them in every Arab country.
fn locale(language: &Language) -> Locale {
    let digits = if language.as_str().split('-').next() == Some("ar") {
        "-nu-latn"
    } else {
        ""
    };
    let tag = match language.as_str() {
        "en" => "en-GB",
        other => other,
    };
    format!("{tag}-u-hc-h23{digits}")
        .parse()
        .unwrap_or(Locale::UNKNOWN)
}

fn date(day: NaiveDate) -> Option<Date<Gregorian>> {
    let (month, number) = (
        u8::try_from(day.month()).ok()?,
        u8::try_from(day.day()).ok()?,
    );
    Date::try_new_gregorian(day.year(), month, number).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    fn written(tag: &str) -> (String, String) {
        let calendar = Calendar::of(&Language::new(tag).unwrap());
        let zone: Tz = "Europe/Moscow".parse().unwrap();
        let day = NaiveDate::from_ymd_opt(2022, 9, 14).unwrap();
        let at = zone.with_ymd_and_hms(2022, 9, 14, 18, 30, 0).unwrap();
        (calendar.day(day), calendar.minute(&at))
    }

    #[test]
    fn a_date_is_written_as_its_language_writes_it() {
        for (tag, day, minute) in [
            ("en", "14 September 2022", "14 September 2022 at 18:30"),
            ("en-US", "September 14, 2022", "September 14, 2022 at 18:30"),
            ("ru", "14 сентября 2022 г.", "14 сентября 2022 г. в 18:30"),
            (
                "hy",
                "2022 թ․ սեպտեմբերի 14",
                "2022 թ․ սեպտեմբերի 14, 18:30",
            ),
            ("fr", "14 septembre 2022", "14 septembre 2022 à 18:30"),
            ("de", "14. September 2022", "14. September 2022 um 18:30"),
            (
                "es",
                "14 de septiembre de 2022",
                "14 de septiembre de 2022 a las 18:30",
            ),
            ("ar", "14 سبتمبر 2022", "14 سبتمبر 2022 في 18:30"),
            ("ar-EG", "14 سبتمبر 2022", "14 سبتمبر 2022 في 18:30"),
            ("zh", "2022年9月14日", "2022年9月14日 18:30"),
            ("be", "14 верасня 2022 г.", "14 верасня 2022 г. у 18:30"),
            ("kk", "2022 ж. 14 қыркүйек", "2022 ж. 14 қыркүйек, 18:30"),
            ("ky", "2022-ж. 14-сентябрь", "2022-ж. 14-сентябрь 18:30"),
            ("tg", "14 Сентябр 2022", "14 Сентябр 2022 соати 18:30"),
            (
                "sr-Latn",
                "14. septembar 2022.",
                "14. septembar 2022. 18:30",
            ),
            ("xx", "2022-09-14", "2022-09-14 18:30"),
        ] {
            let (own_day, own_minute) = written(tag);
            let plain = |text: String| text.replace(['\u{a0}', '\u{202f}'], " ");
            assert_eq!(
                (plain(own_day), plain(own_minute)),
                (day.to_owned(), minute.to_owned()),
                "{tag}"
            );
        }
    }

    #[test]
    fn an_offset_is_said_from_utc() {
        for (zone, offset_text) in [
            ("Europe/Moscow", "UTC+3"),
            ("America/St_Johns", "UTC−2:30"),
            ("UTC", "UTC"),
        ] {
            let zone: Tz = zone.parse().unwrap();
            let at = zone.with_ymd_and_hms(2022, 9, 14, 18, 30, 0).unwrap();
            assert_eq!(offset(&at), offset_text);
        }
    }
}
