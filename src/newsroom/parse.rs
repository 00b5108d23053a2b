//! The files of a data directory made into site, sections and items. TOML, JSON and Markdown with front matter (TOML or
//! YAML) become
//! one tree of values with their places in the file ([`document`]); one set of readers takes the fields out of it and
//! collects every problem, not the first alone.

pub mod around;
pub mod body;
pub mod date;
pub mod dated;
pub mod document;
pub mod feeds;
pub mod fix;
mod foreign;
pub mod form;
pub mod identity;
pub mod item;
pub mod labels;
pub mod life;
pub mod media;
pub mod name;
pub mod origin;
pub mod person;
pub mod reader;
pub mod redirects;
pub mod report;
pub mod respell;
pub mod salvage;
pub mod section;
pub mod site;
mod slip;
mod syntax;
pub mod theme;
pub mod tree;
pub mod withdrawal;
mod yaml;

use crate::newsroom::identity::Id;
use crate::newsroom::item::Item;
use crate::newsroom::parse::form::Form;
use crate::newsroom::parse::report::Report;
use crate::newsroom::parse::tree::Value;
use crate::newsroom::problem::Problem;
use std::ops::Range;

/// One item file.
#[derive(Debug, Clone, Copy)]
pub struct File<'a> {
    /// The path relative to the data directory, with `/` between folders.
    pub path: &'a str,
    /// How it is written.
    pub form: Form,
    /// What is in it.
    pub text: &'a str,
    /// The id under which its item was published; `None` where the file or its name decides.
    pub id: Option<&'a Id>,
}

/// What an item file gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// The item; `None` where something in the file is an error.
    pub item: Option<Item>,
    /// Everything its author should know.
    pub problems: Vec<Problem>,
}

/// The bytes of a key's value in the outermost table of a file; `None` where it does not stand there.
pub fn place_of(form: Form, text: &str, key: &str) -> Option<Range<usize>> {
    let report = Report::new("", text);
    let (node, _) = document::read(&report, form)?;
    let Value::Table(fields) = node.value else {
        return None;
    };
    let mut fields = fields.into_iter();
    let field = fields.find(|field| field.key == key)?;
    Some(field.node.span)
}
