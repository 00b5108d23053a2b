//! XML documents, written in memory.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use std::io;

/// A document under way.
pub(super) type Xml = Writer<Vec<u8>>;

/// A document in UTF-8 with its declaration.
pub(super) fn document(root: impl FnOnce(&mut Xml) -> io::Result<()>) -> String {
    let mut xml = Writer::new(Vec::new());
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))
        .and_then(|()| root(&mut xml))
        .expect("writing to memory does not fail");
    String::from_utf8(xml.into_inner()).expect("all that is written is text")
}

/// An element with nothing but text in it.
pub(super) fn leaf(xml: &mut Xml, name: &str, text: &str) -> io::Result<()> {
    xml.create_element(name)
        .write_text_content(BytesText::new(text))?;
    Ok(())
}
