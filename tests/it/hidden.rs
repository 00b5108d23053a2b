//! Media files follow their items in every state: what nobody may read hides its files under every address.

use crate::desk::{Office, SITE, second};
use crate::serving::{self, ITEM, Serving, data, write};
use std::process::Command;

const EMBARGO: &str = "embargo_until = 2099-01-01T00:00:00Z\n";

fn item(title: &str, more: &str, body: &str) -> String {
    format!("title = \"{title}\"\ndate = 2096-11-24T10:00:00Z\n{more}body = '''{body}'''\n")
}

fn office(files: &[(&str, &str)]) -> Office {
    let mut all = vec![("site.toml", SITE), ("media/e.pdf", "secret words")];
    all.extend(files);
    Office::open(&all, second("12:00:00"))
}

fn is_hidden(office: &Office, what: &str) {
    for path in ["/media/e.pdf", "/media/e.00000000.pdf"] {
        let (status, _, body) = office.get(path);
        assert!(
            status == 404 && !body.contains("secret"),
            "{what}: {path}: {status}"
        );
    }
}

#[test]
fn every_address_of_a_file_hides_it_with_its_item() {
    for url in [
        "e.pdf",
        "./e.pdf",
        "/media/e.pdf",
        "../../media/e.pdf",
        "https://press.example.org/media/e.pdf",
        "http://PRESS.example.org/media/e.pdf?x=1#page=2",
        "//press.example.org/media/e.pdf",
        "/media/e.0a1b2c3d.pdf",
        "https://press.example.org/media/e.0a1b2c3d.pdf",
    ] {
        for body in [
            format!("[The file]({url})"),
            format!("<a href=\" {url} \">The file</a>"),
            format!("Text.\n\n[1]: {url}\n\n[The file][1]"),
        ] {
            let office = office(&[("news/a.toml", &item("A", EMBARGO, &body))]);
            is_hidden(&office, &body);
        }
    }
    for listed in [
        "[[images]]\nsrc = \"https://press.example.org/media/e.pdf\"\nalt = \"\"\n",
        "[[attachments]]\nsrc = \"https://press.example.org/media/e.pdf\"\ntype = \"application/pdf\"\n",
    ] {
        let text = format!("{}{listed}", item("A", EMBARGO, "b"));
        is_hidden(&office(&[("news/a.toml", &text)]), listed);
    }
    // A plain text that writes the address out.
    let text = "body_format = \"text\"\n";
    let body = "See https://press.example.org/media/e.pdf.";
    let office = office(&[("news/a.toml", &item("A", &format!("{text}{EMBARGO}"), body))]);
    is_hidden(&office, body);
}

#[test]
fn a_file_that_breaks_goes_on_hiding_what_it_names() {
    let whole = item("A", EMBARGO, "[The file](e.pdf)");
    let broken = whole.replace("title = \"A\"", "title = \"A");
    let mut office = office(&[("news/a.toml", &whole)]);
    is_hidden(&office, "whole");
    office.at(second("12:10:00"));
    office.write("news/a.toml", &broken);
    office.step();
    is_hidden(&office, "broken");
    office.restart();
    is_hidden(&office, "broken, after a restart");
    office.restart_without("index.sqlite");
    is_hidden(&office, "broken, read anew");
    office.at(second("12:20:00"));
    office.write("news/a.toml", &item("A", "", "[The file](e.pdf)"));
    office.step();
    assert_eq!(office.status("/media/e.pdf"), "200");
}

#[test]
fn what_was_withheld_hides_its_files_when_it_breaks_or_goes() {
    let shown = item("A", "", "[The file](e.pdf)");
    let withheld = item("A", "status = \"withheld\"\n", "[The file](e.pdf)");
    let mut office = office(&[("news/a.toml", &shown)]);
    assert_eq!(office.status("/media/e.pdf"), "200");
    for (at, text) in [
        ("12:10:00", withheld.clone()),
        ("12:20:00", withheld.replace("title = \"A\"", "title = \"A")),
        ("12:30:00", "title = \n".to_owned()),
    ] {
        office.at(second(at));
        office.write("news/a.toml", &text);
        office.step();
        is_hidden(&office, &text);
        office.restart();
        is_hidden(&office, &text);
    }
    office.at(second("12:40:00"));
    office.remove("news/a.toml");
    office.step();
    is_hidden(&office, "gone");
}

#[test]
fn an_item_that_is_refused_hides_its_files() {
    let first = item("A", "slug = \"x\"\n", "b");
    let second = item(
        "B",
        &format!("slug = \"x\"\n{EMBARGO}"),
        "[The file](e.pdf)",
    );
    let office = office(&[("news/a.toml", &first), ("news/b.toml", &second)]);
    is_hidden(&office, "refused");
}

#[test]
fn an_item_that_breaks_while_it_is_published_keeps_its_files() {
    let text = item("A", "", "[The file](e.pdf)");
    let mut office = office(&[("news/a.toml", &text)]);
    office.at(second("12:10:00"));
    office.write("news/a.toml", &text.replace("title = \"A\"", "title = \"A"));
    office.step();
    assert_eq!(office.status("/news/a/"), "200");
    assert_eq!(office.status("/media/e.pdf"), "200");
}

#[test]
fn the_address_in_the_settings_and_the_one_in_force_are_both_the_publications_own() {
    for url in [
        "http://localhost:8080/media/e.pdf",
        "https://other.example/media/e.pdf",
    ] {
        let text = format!("{ITEM}{EMBARGO}").replace("Text.", &format!("[The file]({url})"));
        let folder = data(&[("site.toml", serving::SITE), ("news/a.toml", &text)]);
        write(&folder.path().join("data/media/e.pdf"), "secret words");
        let arguments = ["--base-url", "https://other.example"];
        let server = Serving::start(&folder.path().join("data"), &arguments);
        let answer = server.get("/media/e.pdf");
        assert!(answer.starts_with("HTTP/1.1 404 "), "{url}: {answer}");
        server.stop();
    }
}

#[test]
fn a_pipe_in_the_place_of_a_file_holds_nothing_up() {
    let folder = data(&[("site.toml", serving::SITE), ("news/a.toml", ITEM)]);
    let path = folder.path().join("data");
    let server = Serving::start(&path, &[]);
    for name in ["theme.css", "news/section.toml", "news/p.toml"] {
        let made = Command::new("mkfifo").arg(path.join(name)).status();
        assert!(made.unwrap().success());
    }
    let withheld = format!("status = \"withheld\"\n{ITEM}");
    write(&path.join("news/a.toml"), &withheld);
    let is_gone = |page: &str| page.starts_with("HTTP/1.1 404 ");
    let page = serving::ask_until(&server, "/news/a/", is_gone);
    assert!(is_gone(&page), "{page}");
    let has_said = serving::wait_until(|| server.said().contains("theme.css: error"));
    assert!(has_said, "{}", server.said());
    server.stop();
    // Nor does a start over it.
    let server = Serving::start(&path, &[]);
    assert!(is_gone(&server.get("/news/a/")));
    server.stop();
}

#[test]
fn many_items_with_one_picture_are_taken_out_one_by_one() {
    // Each look-up for one of many that share a picture costs what it costs for one of a few.
    let text = |number: usize| {
        format!(
            "id = \"n{number}\"\n{}",
            item(&format!("N{number}"), "", "[p](e.pdf)")
        )
    };
    let names: Vec<(String, String)> = (0..2_000)
        .map(|number| (format!("news/n{number}.toml"), text(number)))
        .collect();
    let files: Vec<(&str, &str)> = names
        .iter()
        .map(|(n, t)| (n.as_str(), t.as_str()))
        .collect();
    let mut office = office(&files);
    office.at(second("12:10:00"));
    for (number, (name, _)) in names.iter().enumerate() {
        office.write(name, &text(number).replace("[p](e.pdf)", "none"));
    }
    office.step();
    let newsroom = office.publisher().current().load().newsroom.clone();
    assert_eq!(newsroom.referring("e.pdf").count(), 0);
    assert_eq!(newsroom.len(), 2_000);
}
