//! A tree of values with their places in the file, the same for TOML, JSON and YAML.

use crate::newsroom::parse::report::Report;
use std::borrow::Cow;
use std::ops::Range;

/// How deep values may be nested.
pub(super) const DEPTH_MAX: usize = 64;

/// So many lines a text of keys may have: each may take some 200 bytes until it is understood.
const LINES_MAX: usize = 250_000;

/// A value with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Node<'a> {
    /// Its bytes in the file.
    pub span: Range<usize>,
    /// What it is.
    pub value: Value<'a>,
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// Keys with their values, in the file's order.
    Table(Vec<Field<'a>>),
    /// A list.
    List(Vec<Node<'a>>),
    /// A string.
    Text(Cow<'a, str>),
    /// A whole number.
    Integer(i64),
    /// Any other number.
    Float(f64),
    /// True or false.
    Boolean(bool),
    /// A date or time of TOML's own, in the spelling of RFC 3339.
    Date(String),
    /// JSON's null.
    Null,
}

/// A key with its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Field<'a> {
    /// The key.
    pub key: Cow<'a, str>,
    /// Its bytes in the file.
    pub key_span: Range<usize>,
    /// Its value.
    pub node: Node<'a>,
}

impl Value<'_> {
    /// What it is, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Table(_) => "a table",
            Self::List(_) => "a list",
            Self::Text(_) => "a string",
            Self::Integer(_) | Self::Float(_) => "a number",
            Self::Boolean(_) => "true or false",
            Self::Date(_) => "a date",
            Self::Null => "null",
        }
    }
}

/// Whether a text of keys has more lines than one may have, which is reported.
pub(super) fn has_too_many_lines(report: &Report<'_>, text: &str, offset: usize) -> bool {
    let has_more = memchr::memchr_iter(b'\n', text.as_bytes()).count() > LINES_MAX;
    if has_more {
        let message = format!("this has more than {LINES_MAX} lines");
        let reported = report.error(offset..offset, message);
        reported.hint("split the text, or attach it as a file");
    }
    has_more
}
