//! The `Date` of answers (RFC 9110, section 6.6.1), spelt once a second. hyper's own would stay ahead for as long as a
//! clock was set back.

use crate::clock;
use crate::text::date::imf_fixdate;
use http::HeaderValue;
use std::cell::RefCell;

/// The present date, by the clock that decides on everything else.
///
/// # Panics
///
/// Never: a date has no other characters than a field may have.
pub fn now() -> HeaderValue {
    thread_local! {
        static SPELT: RefCell<Option<(i64, HeaderValue)>> = const { RefCell::new(None) };
    }
    let second = clock::now().timestamp();
    SPELT.with_borrow_mut(|spelt| match spelt {
        Some((at, value)) if *at == second => value.clone(),
        _ => {
            let value =
                HeaderValue::from_str(&imf_fixdate(second)).expect("a date is a field's value");
            *spelt = Some((second, value.clone()));
            value
        }
    })
}
