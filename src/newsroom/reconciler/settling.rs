//! What a published item without an entry stands on: the last good version of its file, its notice, or nothing.

use super::{Awaited, Reconciler};
use crate::newsroom::absence::{Absence, is_canceled_when_missing, notice, problem, withheld};
use crate::newsroom::entry::Entry;
use crate::newsroom::identity::Id;
use crate::newsroom::item::Status;
use crate::newsroom::lifecycle::{Past, State};
use crate::newsroom::rare_fields::Withdrawal;
use crate::newsroom::record::ItemRecord;
use std::sync::Arc;

impl Reconciler<'_> {
    /// Finds what a published item without an entry could stand on. `last_good` is the last good version of its file.
    pub fn settle(
        &mut self,
        id: &Id,
        absence: &Absence<'_>,
        last_good: Option<Entry>,
    ) -> Option<Arc<Entry>> {
        let record = self.records.absent.get(id)?;
        let is_canceled = record.state == Some(State::Canceled)
            || self.removals.contains_key(&record.id)
            || match absence {
                Absence::Broken(said) | Absence::Refused(said) => {
                    said.status == Some(Status::Canceled)
                }
                Absence::PutOff => false,
                Absence::Gone { is_certain } => {
                    *is_certain && is_canceled_when_missing(self.newsroom, record)
                }
            };
        // What was held back last stays so until a whole file says otherwise. What is to come, since the clock was set
        // back, comes.
        let is_open = |state: State| state.has_page() || state == State::Scheduled;
        let is_held = !record.state.is_some_and(is_open);
        let entry = match absence {
            _ if is_canceled => notice(self.newsroom, record, self.said(record, absence)),
            Absence::Broken(said) | Absence::Refused(said) => {
                let is_shown = record.past(self.newsroom.now()) == Past::Shown;
                let mut entry = last_good.map(|entry| withheld(entry, said, is_shown));
                if let Some(entry) = entry.as_mut().filter(|_| is_held && said.is_silent()) {
                    entry.life.status = Status::Withheld;
                }
                entry
            }
            Absence::Gone { .. } | Absence::PutOff => last_good.filter(|_| !is_held),
        };
        let lost = problem(record, absence, false, false);
        if is_canceled && entry.is_none() {
            let said = self.said(record, absence);
            self.keep_withdrawn(id, said);
            return None;
        }
        if entry.is_some() {
            self.awaited.push(Awaited {
                id: id.clone(),
                kept: problem(record, absence, true, is_canceled),
                lost,
            });
        } else {
            self.problems.extend(lost);
            self.lose(id);
        }
        entry.map(Arc::new)
    }

    /// What is said of a withdrawal beside its row.
    fn said(&self, record: &ItemRecord, absence: &Absence<'_>) -> Withdrawal {
        let removal = self.removals.get(&record.id);
        let removal = removal.filter(|_| record.state != Some(State::Canceled));
        match absence {
            Absence::Broken(said) | Absence::Refused(said)
                if said.status == Some(Status::Canceled) =>
            {
                said.withdrawal.clone()
            }
            Absence::Broken(_) | Absence::Gone { .. } | Absence::PutOff | Absence::Refused(_) => {
                removal.cloned().unwrap_or_default()
            }
        }
    }
}
