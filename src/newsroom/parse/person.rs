//! People and organisations: bylines and contacts.

use crate::newsroom::item::Person;
use crate::newsroom::parse::reader::{Reader, line};
use crate::newsroom::parse::report::Report;
use crate::newsroom::parse::tree::{Node, Value};

/// A person as a table, or as a name alone.
pub fn of_node(report: &Report<'_>, key: &str, node: &Node<'_>) -> Option<Person> {
    if matches!(node.value, Value::Text(_)) {
        let name = line(report, key, node).filter(|name| !name.is_empty())?;
        told_of_byline(report, node, &name);
        return Some(Person {
            name,
            email: None,
            url: None,
        });
    }
    let reader = Reader::of(report, node)?;
    let person = of_table(&reader);
    reader.finish(&[("mail", "email"), ("uri", "url"), ("website", "url")]);
    person
}

/// A person whose table is open.
pub fn of_table(reader: &Reader<'_, '_>) -> Option<Person> {
    let name = reader.required_line("name", "write the name as it is to be shown");
    if let (Some(name), Some(node)) = (&name, reader.node("name")) {
        told_of_byline(reader.report, node, name);
    }
    let email = reader.line("email").filter(|email| {
        let is_address = is_email(email);
        if !is_address {
            reader
                .error_at("email", format!("`{email}` is no e-mail address"))
                .hint("write it as in `press@example.org`");
        }
        is_address
    });
    let url = reader.url("url");
    Some(Person {
        name: name?,
        email,
        url,
    })
}

/// Tells of a byline that is more, or less, than a name.
fn told_of_byline(report: &Report<'_>, node: &Node<'_>, name: &str) {
    if is_email(name) {
        let message = format!("`{name}` is an address, and is shown as a name");
        let reported = report.warning(node.span.clone(), message);
        reported.hint(format!("write `{{ name = \"…\", email = \"{name}\" }}`"));
    }
    let bare = ["By ", "by ", "BY "].iter();
    if let Some(bare) = bare.filter_map(|by| name.strip_prefix(by)).next() {
        let message = format!("`{name}` is shown as “By {name}”");
        let reported = report.warning(node.span.clone(), message);
        reported.hint(format!("write the name alone: `\"{}\"`", bare.trim()));
    }
}

/// A list of people; a single one may stand without the list.
pub fn several(reader: &Reader<'_, '_>, key: &'static str) -> Vec<Person> {
    match reader.node(key) {
        Some(node) if matches!(node.value, Value::Text(_) | Value::Table(_)) => {
            of_node(reader.report, key, node).into_iter().collect()
        }
        _ => reader.list(key, |report, key, node| of_node(report, key, node)),
    }
}

/// A bare address: one `@`, a host with a letter or digit at both ends, nothing that a header or a tag would trip over.
fn is_email(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_graphic() && !b"<>()[],;:\\\"@".contains(&byte);
    text.split_once('@').is_some_and(|(user, host)| {
        !user.is_empty()
            && user.bytes().all(plain)
            && host
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
            && host.starts_with(|c: char| c.is_ascii_alphanumeric())
            && host.ends_with(|c: char| c.is_ascii_alphanumeric())
    })
}
