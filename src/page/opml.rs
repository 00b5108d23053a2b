//! The list of all feeds, for readers to subscribe from (OPML 2.0; docs/http.md, “Lists for programs”).

use super::frame::links_of;
use super::xml::{Xml, document, leaf};
use crate::newsroom::Newsroom;
use crate::newsroom::place::{Place, folder};
use crate::newsroom::site::Tree;
use quick_xml::events::{BytesStart, Event};
use std::io;

/// The feeds of all news and of each section, one format of each: whoever takes the whole list up wants every text once.
/// Of several languages each has an outline of its own around its feeds. It stands on the settings alone.
pub fn render(newsroom: &Newsroom) -> String {
    let site = newsroom.site();
    document(|xml| {
        let root = xml
            .create_element("opml")
            .with_attribute(("version", "2.0"));
        root.write_inner_content(|xml| {
            xml.create_element("head").write_inner_content(|xml| {
                leaf(xml, "title", &site.title)?;
                leaf(xml, "ownerName", &site.publisher.name)
            })?;
            xml.create_element("body")
                .write_inner_content(|xml| body(xml, newsroom))?;
            Ok(())
        })?;
        Ok(())
    })
}

fn body(xml: &mut Xml, newsroom: &Newsroom) -> io::Result<()> {
    let site = newsroom.site();
    let has_languages = !site.languages.is_empty();
    for tree in site.trees() {
        if !has_languages {
            outlines(xml, newsroom, tree)?;
            continue;
        }
        let name = site.title(tree);
        xml.create_element("outline")
            .with_attributes([("text", name), ("title", name)])
            .write_inner_content(|xml| outlines(xml, newsroom, tree))?;
    }
    Ok(())
}

fn outlines(xml: &mut Xml, newsroom: &Newsroom, tree: Tree) -> io::Result<()> {
    let site = newsroom.site();
    let places = newsroom.places().into_iter();
    for place in places.filter(|place| place.tree == tree) {
        outline(xml, newsroom, &place, site.language(tree).as_str())?;
    }
    Ok(())
}

fn outline(xml: &mut Xml, newsroom: &Newsroom, place: &Place, language: &str) -> io::Result<()> {
    // A place has one format at least.
    let Some(feed) = links_of(newsroom, place).into_iter().next() else {
        return Ok(());
    };
    let site = newsroom.site();
    let (title, page) = (newsroom.title_of(place), folder(site, place));
    let mut outline = BytesStart::new("outline");
    outline.extend_attributes([
        ("type", "rss"),
        ("text", title),
        ("title", title),
        ("description", newsroom.description_of(place)),
        ("xmlUrl", &feed.url),
        ("htmlUrl", &site.base_url.join(&page)),
        ("language", language),
    ]);
    xml.write_event(Event::Empty(outline))
}
