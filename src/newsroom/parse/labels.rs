//! The tables `[tags]` and `[authors]` of `site.toml`: what the pages of tags and authors are called, and which spellings
//! share one.

use crate::newsroom::label::Kind;
use crate::newsroom::parse::reader::{Reader, line};
use crate::newsroom::parse::report::Report;
use crate::newsroom::parse::section;
use crate::newsroom::parse::tree::{Field, Node, Value};
use crate::newsroom::vocabulary::{Term, Vocabulary};
use crate::newsroom::wording::Voice;
use crate::text::language::Language;
use crate::text::slug::Slug;
use std::collections::BTreeMap;

/// The most pages of which `site.toml` says something, of tags or of authors: more than anybody keeps in order by hand.
const TERMS_MAX: usize = 10_000;

/// A page with what is said of it and its further spellings as slugs.
struct Said {
    page: Slug,
    term: Term,
    spellings: Vec<Slug>,
}

/// Reads one of the two. `languages` are the further ones of the publication.
pub fn vocabulary(
    reader: &Reader<'_, '_>,
    kind: Kind,
    languages: &[(Language, Voice)],
) -> Vocabulary {
    let Some(table) = reader.table(kind.table()) else {
        return Vocabulary::default();
    };
    if table.all().len() > TERMS_MAX {
        let message = format!("there are more than {TERMS_MAX} {}", kind.table());
        reader.error_at(kind.table(), message);
        return Vocabulary::default();
    }
    let mut terms = BTreeMap::new();
    let mut merged: BTreeMap<Slug, Slug> = BTreeMap::new();
    for field in table.all() {
        let Some(said) = one(&table, kind, field, languages) else {
            continue;
        };
        for spelling in said.spellings {
            let other = merged.insert(spelling.clone(), said.page.clone());
            if let Some(other) = other.filter(|other| *other != said.page) {
                let message = format!("the spelling `{spelling}` is that of `{other}`, too");
                let reported = table.report.error(field.node.span.clone(), message);
                reported.hint("name it under one of the two");
            }
        }
        terms.insert(said.page, said.term);
    }
    let both = merged
        .iter()
        .find(|(spelling, _)| terms.contains_key(*spelling));
    if let Some((spelling, page)) = both {
        let message =
            format!("`{spelling}` is a spelling of `{page}` and has a page of its own, too");
        let reported = reader.report.error(reader.place(kind.table()), message);
        reported.hint("keep one of the two");
    }
    Vocabulary::new(terms, merged)
}

fn one(
    table: &Reader<'_, '_>,
    kind: Kind,
    field: &Field<'_>,
    languages: &[(Language, Voice)],
) -> Option<Said> {
    let Some(page) = Slug::new(&field.key) else {
        let message = format!(
            "`{}` cannot be part of an address: lower-case letters, digits and single hyphens only",
            field.key
        );
        let reported = table.report.error(field.key_span.clone(), message);
        match Slug::of(&field.key) {
            Some(made) => reported.hint(format!(
                "write `{made}`, and `{}` as its `title` or among its `spellings`",
                field.key
            )),
            None => reported.hint("write a word that can be part of an address"),
        }
        return None;
    };
    let mut term = Term::default();
    if matches!(field.node.value, Value::Text(_)) {
        let title = line(table.report, kind.table(), &field.node);
        term.words.title = title.filter(|title| !title.is_empty());
        return Some(Said {
            page,
            term,
            spellings: Vec::new(),
        });
    }
    let reader = Reader::of(table.report, &field.node)?;
    term.words.title = reader.line("title");
    term.words.description = reader.line("description");
    term.wording = section::wordings(&reader, languages);
    let mut spellings = reader.list("spellings", spelling);
    spellings.retain(|spelling| *spelling != page);
    reader.finish(&[
        ("name", "title"),
        ("language", "languages"),
        ("aliases", "spellings"),
        ("synonyms", "spellings"),
    ]);
    Some(Said {
        page,
        term,
        spellings,
    })
}

/// A spelling, as a URL segment.
fn spelling(report: &Report<'_>, key: &'static str, node: &Node<'_>) -> Option<Slug> {
    let text = line(report, key, node)?;
    let slug = Slug::of(&text);
    if slug.is_none() {
        let message = format!("no address can be made of `{text}`");
        report.error(node.span.clone(), message);
    }
    slug
}
