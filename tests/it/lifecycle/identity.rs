//! Who is who: ids and addresses that stay, whatever becomes of files and their names.

use super::item;
use crate::desk::{Office, SITE, second};
use crate::digest;
use crate::story::{at, tell};

const TEN: &str = "2096-11-24T10:00:00Z";
const ELEVEN: &str = "2096-11-24T11:00:00Z";
const FEED: &str = "a [A] 10:00:00\nupdated 10:00:00";

fn with_id(id: &str, title: &str, date: &str) -> String {
    item(title, date, &format!("id = \"{id}\"\n"))
}

#[test]
fn a_renamed_file_keeps_the_id_and_moves_the_page() {
    let problem = "news/b.toml: warning: this item was published as `a` from a file of another name, and keeps that id";
    tell(&[
        at("12:00:00")
            .write("news/a.toml", item("A", TEN, ""))
            .feed(FEED),
        at("12:10:00")
            .rename("news/a.toml", "news/b.toml")
            .feed("a [A] 10:00:00\nupdated 12:10:00")
            .pages("301 /news/a/ /news/b/\n200 /news/b/")
            .problems(problem),
        at("12:20:00")
            .rename("news/b.toml", "other/c.toml")
            .feed("a [A] 10:00:00\nupdated 12:20:00")
            .pages("301 /news/a/ /other/c/\n301 /news/b/ /other/c/\n301 /news/b /other/c/\n200 /other/c/")
            .problems("other/c.toml: warning: this item was published as `a` from a file of another name, and keeps that id"),
        at("12:30:00")
            .write("other/c.toml", with_id("a", "A", TEN))
            .feed("a [A] 10:00:00\nupdated 12:20:00")
            .pages("301 /news/a/ /other/c/"),
    ]);
}

#[test]
fn a_day_alone_stays_at_its_second_when_the_file_is_renamed() {
    let day = item("A", "2096-11-20", "");
    let files = [("site.toml", SITE), ("news/a.toml", &*day)];
    let mut office = Office::open(&files, second("12:00:00"));
    let before = digest::of_place(&office, "/");
    office.at(second("12:10:00"));
    office.rename("news/a.toml", "news/b.toml");
    office.step();
    // The address of the page is another, and the feed with it.
    let after = before.replace("updated 2096-11-20T10:16:50Z", "updated 12:10:00");
    assert_ne!(after, before);
    assert_eq!(digest::of_place(&office, "/"), after);
    office.restart_without("index.sqlite");
    assert_eq!(digest::of_place(&office, "/"), after);
}

#[test]
fn what_is_renamed_and_rewritten_in_one_step_takes_nobodys_id() {
    tell(&[
        at("12:00:00")
            .write("news/a.toml", item("A", TEN, ""))
            .write("news/x.toml", item("X", ELEVEN, ""))
            .feed("x [X] 11:00:00\na [A] 10:00:00\nupdated 11:00:00"),
        at("12:10:00")
            .remove("news/a.toml")
            .write("news/b.toml", item("B", ELEVEN, ""))
            .feed("b [B] 11:00:00\nx [X] 11:00:00\na [A] 10:00:00\nupdated 12:10:00")
            .problems("news/a.toml: warning: the file of the published item `a` is gone"),
    ]);
}

#[test]
fn a_changed_id_is_a_problem_and_the_published_one_stays() {
    let problem = "news/a.toml: error: the id of this item was `a` when it was published, and is now `z`; feeds keep `a`";
    tell(&[
        at("12:00:00")
            .write("news/a.toml", with_id("a", "A", TEN))
            .feed(FEED),
        at("12:10:00")
            .write("news/a.toml", with_id("z", "A", TEN))
            .feed(FEED)
            .pages("200 /news/a/")
            .problems(problem),
        at("12:20:00")
            .write("news/a.toml", with_id("z", "A", TEN) + "\n")
            .feed(FEED)
            .problems(problem),
        at("12:30:00")
            .write("news/a.toml", with_id("a", "A", TEN))
            .feed(FEED),
    ]);
}

#[test]
fn an_id_is_never_used_for_another_item() {
    tell(&[
        at("12:00:00")
            .write("news/a.toml", with_id("a", "A", TEN))
            .feed(FEED),
        at("12:10:00")
            .remove("news/a.toml")
            .feed(FEED)
            .problems("news/a.toml: warning: the file of the published item `a` is gone"),
        at("12:20:00")
            .write("news/b.toml", with_id("a", "Other", ELEVEN))
            .feed(FEED)
            .pages("200 /news/a/\n404 /news/b/")
            .problems("news/b.toml: error: the id `a` was that of another item, published from `news/a.toml`\nnews/a.toml: warning: the file of the published item `a` is gone"),
    ]);
}

#[test]
fn of_two_files_with_one_id_the_published_one_keeps_it() {
    tell(&[
        at("12:00:00")
            .write("news/z.toml", with_id("a", "A", TEN))
            .feed(FEED),
        at("12:10:00")
            .write("news/b.toml", with_id("a", "Other", ELEVEN))
            .feed(FEED)
            .pages("200 /news/z/\n404 /news/b/")
            .problems("news/b.toml: error: the id `a`"),
    ]);
}

#[test]
fn of_two_new_files_with_one_id_the_one_to_be_read_has_it_else_the_first() {
    let draft = item("Draft", TEN, "id = \"a\"\nstatus = \"draft\"\n");
    tell(&[at("12:00:00")
        .write("news/1.toml", draft)
        .write("news/2.toml", with_id("a", "A", TEN))
        .write("news/3.toml", with_id("a", "Other", TEN))
        .feed(FEED)
        .pages("404 /news/1/\n200 /news/2/\n404 /news/3/")
        .problems("news/1.toml: error: the id `a` belongs to `news/2.toml`\nnews/3.toml: error: the id `a` belongs to `news/2.toml`")]);
}

#[test]
fn the_refused_file_comes_in_when_the_other_goes_out_of_its_way() {
    tell(&[
        at("12:00:00")
            .write("news/a.toml", item("A", TEN, "slug = \"s\"\n"))
            .write("news/b.toml", item("B", ELEVEN, "slug = \"s\"\n"))
            .feed(FEED)
            .problems("news/b.toml: error: the page `/news/s/` belongs to `news/a.toml`"),
        at("12:10:00")
            .write("news/a.toml", item("A", TEN, "slug = \"t\"\n"))
            .feed("b [B] 11:00:00\na [A] 10:00:00\nupdated 11:00:00")
            .pages("200 /news/s/\n200 /news/t/"),
    ]);
}

#[test]
fn of_two_published_items_the_one_that_stands_at_a_path_keeps_it() {
    tell(&[
        at("12:00:00")
            .write("news/a.toml", item("A", TEN, ""))
            .write("news/b.toml", item("B", ELEVEN, ""))
            .feed("b [B] 11:00:00\na [A] 10:00:00\nupdated 11:00:00"),
        at("12:10:00")
            .write("news/a.toml", item("A", TEN, "slug = \"b\"\n"))
            .pages("200 /news/b/\n200 /news/a/")
            .feed("b [B] 11:00:00\na [A] 10:00:00\nupdated 11:00:00")
            .problems(
                "news/a.toml: error: the page `/news/b/` belongs to `news/b.toml`\n\
                 news/a.toml: warning: until then its last good version stays published",
            ),
        at("12:20:00")
            .write("news/a.toml", item("A", TEN, ""))
            .feed("b [B] 11:00:00\na [A] 10:00:00\nupdated 11:00:00"),
    ]);
}

#[test]
fn a_withdrawal_counts_in_a_file_that_claims_the_page_of_another() {
    let taken = "slug = \"b\"\nstatus = \"canceled\"\nstatus_note = \"Wrong.\"\n";
    let other = "the page `/news/b/` belongs to `news/b.toml`";
    tell(&[
        at("12:00:00")
            .write("news/a.toml", item("A", TEN, ""))
            .write("news/b.toml", item("B", ELEVEN, "")),
        at("12:10:00")
            .write("news/a.toml", item("A", TEN, taken))
            .pages("200 /news/b/\n410 /news/a/")
            .feed("b [B] 11:00:00\n† a 10:00:00, 12:10:00: Wrong.\nupdated 12:10:00")
            .problems(other),
        at("12:20:00")
            .write(
                "news/a.toml",
                item(
                    "A",
                    TEN,
                    "slug = \"b\"\nembargo_until = 2097-01-01T00:00:00Z\n",
                ),
            )
            .pages("200 /news/b/\n410 /news/a/")
            .problems(other),
    ]);
}

#[test]
fn what_waits_for_its_date_takes_no_path_from_what_comes_before_it() {
    let embargo = "slug = \"s\"\nembargo_until = 2096-11-24T14:00:00Z\n";
    let problem = "belongs to `news/b.toml`";
    tell(&[
        at("12:00:00")
            .write("news/a.toml", item("A", TEN, embargo))
            .write(
                "news/b.toml",
                item("B", "2096-11-24T13:00:00Z", "slug = \"s\"\n"),
            )
            .feed("updated 2022-01-01")
            .pages("404 /news/s/")
            .problems("belongs to `news/a.toml`"),
        at("13:00:00")
            .feed("b [B] 13:00:00\nupdated 13:00:00")
            .pages("200 /news/s/")
            .problems(problem),
        at("14:00:00")
            .feed("b [B] 13:00:00\nupdated 13:00:00")
            .problems(problem),
    ]);
}

#[test]
fn a_former_path_leads_to_the_present_one_while_that_can_be_read() {
    let with = |slug: &str, more: &str| item("A", TEN, &format!("slug = \"{slug}\"\n{more}"));
    let withheld = "status = \"withheld\"\nstatus_note = \"n\"\n";
    tell(&[
        at("12:00:00")
            .write("news/a.toml", with("one", ""))
            .pages("200 /news/one/"),
        at("12:10:00")
            .write("news/a.toml", with("two", ""))
            .pages("301 /news/one/ /news/two/"),
        at("12:20:00")
            .write("news/a.toml", with("three", ""))
            .pages("301 /news/one/ /news/three/\n301 /news/two/ /news/three/\n200 /news/three/"),
        at("12:30:00")
            .write("news/a.toml", with("three", withheld))
            .pages("404 /news/one/\n404 /news/two/\n404 /news/three/"),
        at("12:40:00")
            .write("news/a.toml", with("three", ""))
            .write("news/b.toml", item("B", ELEVEN, "slug = \"one\"\n"))
            .pages("200 /news/one/\n301 /news/two/ /news/three/"),
        at("12:50:00")
            .write("news/a.toml", with("two", ""))
            .pages("200 /news/two/\n301 /news/three/ /news/two/"),
    ]);
}

#[test]
fn what_is_renamed_while_another_takes_its_name_is_told_apart() {
    let problem = "news/b.toml: warning: this item was published as `a` from a file of another name, and keeps that id";
    tell(&[
        at("12:00:00")
            .write("news/a.toml", item("A", TEN, ""))
            .feed(FEED),
        at("12:10:00")
            .rename("news/a.toml", "news/b.toml")
            .write(
                "news/a.toml",
                item("New", ELEVEN, "id = \"new\"\nslug = \"new\"\n"),
            )
            .feed("new [New] 11:00:00\na [A] 10:00:00\nupdated 11:00:00")
            .problems(problem),
    ]);
}

#[test]
fn an_item_moved_to_another_section_keeps_id_and_redirects() {
    tell(&[
        at("12:00:00")
            .write("news/a.toml", item("A", TEN, ""))
            .write("other/section.toml", "")
            .feed(FEED),
        at("12:10:00")
            .remove("news/a.toml")
            .write("other/a.toml", item("A", TEN, ""))
            .feed("a [A] 10:00:00\nupdated 12:10:00")
            .feed_of("/news/", "updated 12:10:00")
            .feed_of("/other/", FEED)
            .pages("301 /news/a/ /other/a/\n200 /other/a/"),
    ]);
}

#[test]
fn two_files_swap_their_names() {
    tell(&[
        at("12:00:00")
            .write("news/a.toml", with_id("a", "A", TEN))
            .write("news/b.toml", with_id("b", "B", ELEVEN))
            .feed("b [B] 11:00:00\na [A] 10:00:00\nupdated 11:00:00"),
        at("12:10:00")
            .write("news/a.toml", with_id("b", "B", ELEVEN))
            .write("news/b.toml", with_id("a", "A", TEN))
            .feed("b [B] 11:00:00\na [A] 10:00:00\nupdated 12:10:00")
            .pages("200 /news/a/\n200 /news/b/"),
    ]);
}

#[test]
fn two_items_of_one_day_whose_files_change_their_names_keep_their_ids() {
    let (one, other) = (item("One", TEN, ""), item("Other", TEN, ""));
    tell(&[
        at("12:00:00")
            .write("news/a.toml", one.clone())
            .write("news/b.toml", other.clone())
            .feed("a [One] 10:00:00\nb [Other] 10:00:00\nupdated 10:00:00"),
        at("12:10:00")
            .write("news/a.toml", other)
            .write("news/b.toml", one)
            .feed("a [One] 10:00:00\nb [Other] 10:00:00\nupdated 12:10:00")
            .some_problems("was published as `a` from a file of another name"),
    ]);
}

#[test]
fn a_folder_that_is_renamed_takes_its_item_along_though_another_of_the_same_name_is_missing() {
    // Published as `b`, it lies in a file of the name that another published item had, which is gone.
    tell(&[
        at("12:00:00")
            .write("news/a.toml", item("A", TEN, ""))
            .write("news/b.toml", item("A", TEN, "tags = [\"x\"]\n"))
            .pages("200 /news/a/\n200 /news/b/"),
        at("12:10:00")
            .rename("news/b.toml", "events/a.toml")
            .pages("200 /events/a/\n301 /news/b/ /events/a/")
            .some_problems("this item was published as `b`"),
        at("12:20:00")
            .remove("news/a.toml")
            .pages("200 /news/a/")
            .some_problems(""),
        at("12:30:00")
            .rename("events/a.toml", "press/a.toml")
            .pages("200 /news/a/\n200 /press/a/\n301 /news/b/ /press/a/")
            .some_problems("this item was published as `b`"),
    ]);
}
