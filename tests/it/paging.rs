//! The pages of long lists: fifty rows each, the pinned items first, on the first page alone.

use crate::desk::{Office, SITE, second};

/// An office with items `0` to `n - 1`, the last the newest; every fiftieth from the tenth on is pinned.
fn office(count: usize) -> Office {
    let files: Vec<(String, String)> = (0..count).map(file).collect();
    let mut all = vec![("site.toml", SITE), ("other/section.toml", "")];
    all.extend(files.iter().map(|(path, text)| (&**path, &**text)));
    Office::open(&all, second("12:00:00"))
}

fn file(number: usize) -> (String, String) {
    let date = format!("2096-11-{:02}T{:02}:00:00Z", 1 + number / 24, number % 24);
    let pinned = if number % 50 == 10 {
        "pinned = true\n"
    } else {
        ""
    };
    let text = format!("title = \"Item {number}.\"\ndate = {date}\n{pinned}body = \"b\"\n");
    (format!("news/n{number}.toml"), text)
}

/// The numbers of the items that a page lists.
fn rows(office: &Office, path: &str) -> Vec<usize> {
    let (status, _, body) = office.get(path);
    assert_eq!(status, 200, "{path}");
    let titles = body.split(">Item ").skip(1);
    titles
        .map(|rest| rest.split('.').next().unwrap().parse().unwrap())
        .collect()
}

#[test]
fn each_item_is_on_one_page_and_the_pinned_ones_are_on_the_first() {
    let office = office(120);
    for folder in ["/", "/news/"] {
        let first = rows(&office, folder);
        let mut expected = vec![110, 60, 10];
        expected.extend((0..120).rev().filter(|number| number % 50 != 10));
        assert_eq!(first, expected[..50]);
        assert_eq!(
            rows(&office, &format!("{folder}page/2/")),
            expected[50..100]
        );
        assert_eq!(rows(&office, &format!("{folder}page/3/")), expected[100..]);
        let page = |number: usize| office.get(&format!("{folder}page/{number}/")).2;
        let second = page(2);
        let link = |rel: &str, path: &str| {
            format!("rel=\"{rel}\" href=\"https://press.example.org{folder}{path}\"")
        };
        assert!(second.contains(&link("prev", "")) && second.contains(&link("next", "page/3/")));
        let third = page(3);
        assert!(third.contains(&link("prev", "page/2/")) && !third.contains("rel=\"next\""));
    }
}

#[test]
fn a_list_has_no_page_beyond_its_last_and_none_in_another_spelling() {
    let office = office(101);
    for path in [
        "page/4/",
        "page/0/",
        "page/02/",
        "page/-1/",
        "page/2x/",
        "page/",
        "page/99999999999999999999/",
    ] {
        assert_eq!(office.status(&format!("/news/{path}")), "404", "{path}");
        assert_eq!(office.status(&format!("/{path}")), "404", "{path}");
    }
    assert_eq!(office.status("/other/page/2/"), "404");
    assert_eq!(office.status("/none/page/2/"), "404");
    assert_eq!(office.status("/news/n1/page/2/"), "404");
    assert_eq!(office.status("/news/page/1/"), "301 /news/");
    assert_eq!(office.status("/news/page/1"), "301 /news/");
    assert_eq!(office.status("/page/1/"), "301 /");
    assert_eq!(office.status("/other/page/1/"), "301 /other/");
    assert_eq!(office.status("/none/page/1/"), "404");
    assert_eq!(office.status("/news/page/3"), "301 /news/page/3/");
}

#[test]
fn a_page_ends_when_its_last_row_goes() {
    let mut office = office(51);
    assert_eq!(rows(&office, "/news/page/2/"), [0]);
    office.at(second("12:00:01"));
    let (path, text) = file(30);
    office.write(
        &path,
        &format!("status = \"withheld\"\nstatus_note = \"n\"\n{text}"),
    );
    office.step();
    assert_eq!(office.status("/news/page/2/"), "404");
    assert_eq!(rows(&office, "/news/").len(), 50);
    assert!(!office.get("/news/").2.contains("rel=\"next\""));
}
