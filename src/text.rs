//! Text as the formats need it: legal in XML, sanitised as HTML, dated and named as the wire wants it.

pub mod calendar;
pub mod causes;
pub mod date;
pub mod escape;
pub mod headline;
pub mod html;
pub mod language;
pub mod legal;
pub mod links;
pub mod markdown;
pub mod nesting;
pub mod slug;
pub mod summary;
pub mod words;
