//! The life of an item: what the clock and its author make of it (`docs/data-format.md`, "The life of an item").

use crate::newsroom::item::{Item, Status};

/// For how long after a significant change an item travels in its feeds however old it is: 30 days, in seconds.
pub const CORRECTED_SECONDS: i64 = 30 * 86_400;

/// For how long an item is in the news sitemap: two days, in seconds.
pub const NEWS_SECONDS: i64 = 2 * 86_400;

/// What decides when an item is seen. Instants are seconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Life {
    /// Where its author has put it.
    pub status: Status,
    /// Its date.
    pub date: i64,
    /// Nothing of it is shown before this instant.
    pub embargo: Option<i64>,
    /// When it leaves the feeds.
    pub expires: Option<i64>,
    /// Whether it is shown before its time, to those who write it: a draft counts as done, and what is to come as come.
    pub is_previewed: bool,
}

/// Why an item that a preview shows is not for readers yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreleased {
    /// It is a draft.
    Draft,
    /// Its date is this instant.
    Scheduled(i64),
    /// Its embargo ends at this instant.
    Embargoed(i64),
}

/// What is remembered of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Past {
    /// It was never published.
    Unpublished,
    /// It was published once, and nobody can read it at the moment.
    Hidden,
    /// It is published: its page could be read at the last look.
    Shown,
}

impl Past {
    /// What is remembered of an item that was looked at last in a state, if ever, and was published at `wire`. One that
    /// is to be published only now, since the clock was set back, is not shown.
    pub fn of(state: Option<State>, wire: i64, now: i64) -> Self {
        match state {
            Some(state) if state.has_page() && wire <= now => Self::Shown,
            _ => Self::Hidden,
        }
    }
}

/// What an item is at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Its author is still writing.
    Draft,
    /// Its date or embargo has not come.
    Scheduled,
    /// It is in the feeds and on the pages.
    Visible,
    /// It has left the feeds; its page stays.
    Expired,
    /// It is held back.
    Withheld,
    /// It is withdrawn for good after it was seen.
    Canceled,
}

impl Life {
    /// The life of an item.
    pub fn of(item: &Item) -> Self {
        Self {
            status: item.status,
            date: item.date.instant().timestamp(),
            embargo: item.embargo_until.map(|embargo| embargo.timestamp()),
            expires: item.expires.map(|expires| expires.timestamp()),
            is_previewed: false,
        }
    }

    /// When it is released: the later of its date and its embargo.
    pub fn release(&self) -> i64 {
        self.embargo
            .map_or(self.date, |embargo| embargo.max(self.date))
    }

    /// What the item is at `now`. What was never published cannot be withdrawn: it is a draft. What is published stays
    /// so when its date moves into the future: a slip of the pen takes nothing off the wire. A text under an embargo is
    /// never shown.
    pub fn state(&self, now: i64, past: Past) -> State {
        let is_to_come = now < self.date && past != Past::Shown || self.is_embargoed(now);
        let is_to_come = is_to_come && !self.is_previewed;
        match self.status {
            Status::Draft if !self.is_previewed => State::Draft,
            Status::Withheld => State::Withheld,
            Status::Canceled if past == Past::Unpublished => State::Draft,
            Status::Canceled => State::Canceled,
            Status::Usable if is_to_come => State::Scheduled,
            Status::Draft | Status::Usable => {
                let is_expired = self.expires.is_some_and(|expires| expires <= now);
                if is_expired {
                    State::Expired
                } else {
                    State::Visible
                }
            }
        }
    }

    /// Whether nothing of the text may be shown yet.
    pub fn is_embargoed(&self, now: i64) -> bool {
        self.embargo.is_some_and(|embargo| now < embargo)
    }

    /// Why an item that a preview shows is not for readers at `now`; `None` where it is, or where there is no preview.
    pub fn unreleased(&self, now: i64) -> Option<Unreleased> {
        match self.status {
            _ if !self.is_previewed => None,
            Status::Draft => Some(Unreleased::Draft),
            Status::Usable if now < self.release() => Some(match self.embargo {
                Some(embargo) if embargo > self.date => Unreleased::Embargoed(embargo),
                Some(_) | None => Unreleased::Scheduled(self.date),
            }),
            Status::Usable | Status::Withheld | Status::Canceled => None,
        }
    }
}

impl State {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Draft,
        Self::Scheduled,
        Self::Visible,
        Self::Expired,
        Self::Withheld,
        Self::Canceled,
    ];

    /// The word that the ledger keeps.
    pub fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Scheduled => "scheduled",
            Self::Visible => "visible",
            Self::Expired => "expired",
            Self::Withheld => "withheld",
            Self::Canceled => "canceled",
        }
    }

    /// The state of a word; `None` for any other.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Whether the item's page may be read.
    pub fn has_page(self) -> bool {
        matches!(self, Self::Visible | Self::Expired)
    }

    /// Whether the item's address answers: with its page, or with the notice of its withdrawal.
    pub fn answers(self) -> bool {
        self.has_page() || self == Self::Canceled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visible_is_usable_released_and_not_expired() {
        let life = Life {
            status: Status::Usable,
            date: 100,
            embargo: None,
            expires: Some(200),
            is_previewed: false,
        };
        let states = [99, 100, 199, 200].map(|now| life.state(now, Past::Unpublished));
        assert_eq!(
            states,
            [
                State::Scheduled,
                State::Visible,
                State::Visible,
                State::Expired
            ]
        );
    }

    #[test]
    fn only_what_was_seen_can_be_canceled() {
        let life = Life {
            status: Status::Canceled,
            date: 100,
            embargo: None,
            expires: None,
            is_previewed: false,
        };
        assert_eq!(life.state(50, Past::Hidden), State::Canceled);
        assert_eq!(life.state(200, Past::Unpublished), State::Draft);
    }

    #[test]
    fn what_is_published_stays_so_when_its_date_moves_ahead() {
        let life = |embargo, expires| Life {
            status: Status::Usable,
            date: 900,
            embargo,
            expires,
            is_previewed: false,
        };
        let past = |state, wire| Past::of(Some(state), wire, 200);
        let state = |past| life(None, None).state(200, past);
        assert_eq!(state(past(State::Visible, 100)), State::Visible);
        assert_eq!(
            life(Some(5_000), None).state(200, Past::Shown),
            State::Scheduled
        );
        assert_eq!(
            life(None, Some(150)).state(200, Past::Shown),
            State::Expired
        );
        // What is held back, what was lost and what a clock set back has made early waits for its date.
        assert_eq!(state(past(State::Withheld, 100)), State::Scheduled);
        assert_eq!(state(Past::of(None, 100, 200)), State::Scheduled);
        assert_eq!(state(past(State::Visible, 900)), State::Scheduled);
    }

    #[test]
    fn a_preview_shows_drafts_and_what_is_to_come_and_nothing_else() {
        let life = |status, embargo| Life {
            status,
            date: 100,
            embargo,
            expires: Some(900),
            is_previewed: true,
        };
        let usable = life(Status::Usable, Some(200));
        let states = [50, 150, 200, 900]
            .map(|now| (usable.state(now, Past::Unpublished), usable.unreleased(now)));
        let waits = Some(Unreleased::Embargoed(200));
        assert_eq!(
            states,
            [
                (State::Visible, waits),
                (State::Visible, waits),
                (State::Visible, None),
                (State::Expired, None)
            ]
        );
        let draft = life(Status::Draft, None);
        assert_eq!(
            (draft.state(50, Past::Unpublished), draft.unreleased(50)),
            (State::Visible, Some(Unreleased::Draft))
        );
        for (status, state) in [
            (Status::Withheld, State::Withheld),
            (Status::Canceled, State::Draft),
        ] {
            let life = life(status, None);
            assert_eq!(
                (life.state(50, Past::Unpublished), life.unreleased(50)),
                (state, None)
            );
        }
    }
}
