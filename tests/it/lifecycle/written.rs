//! Withdrawals as authors write them, where they should and where they should not: the item is off the wire at once, and
//! a message says where the line should stand.

use super::item;
use crate::story::{at, tell, tell_of};

const TEN: &str = "2096-11-24T10:00:00Z";

/// The page is gone, with one problem that says these words.
fn keeps_back(path: &'static str, before: String, after: String, words: &'static str) {
    let page = "404 /news/a/";
    tell(&[
        at("12:00:00")
            .write(path, before.clone())
            .pages("200 /news/a/"),
        at("12:10:00")
            .write(path, after)
            .feed("updated 12:10:00")
            .pages(page)
            .some_problems(words),
        // Mended, it is back.
        at("12:20:00").write(path, before).pages("200 /news/a/"),
    ]);
}

fn toml(more: &str) -> String {
    format!("{}{more}", item("A", TEN, ""))
}

fn markdown(more: &str) -> String {
    format!("+++\ntitle = \"A\"\ndate = {TEN}\n+++\nText of A.\n{more}")
}

#[test]
fn a_withdrawal_below_a_line_in_brackets_keeps_the_item_back() {
    let said = "status = \"canceled\"\nstatus_note = \"Wrong.\"\n";
    for table in [
        "[[corrections]]\nat = 2096-11-24T11:00:00Z\nnote = \"n\"\n",
        "[[images]]\nsrc = \"https://example.org/a.png\"\nalt = \"\"\n",
        "[source]\nname = \"Gazette\"\nurl = \"https://example.org/\"\n",
        "[extra]\nnumber = 1\n",
    ] {
        let (before, after) = (toml(table), toml(&format!("{table}{said}")));
        keeps_back(
            "news/a.toml",
            before,
            after,
            "above the first line in brackets",
        );
    }
}

#[test]
fn a_withdrawal_after_the_text_of_a_markdown_file_keeps_the_item_back() {
    for said in [
        "\nstatus = \"canceled\"\nstatus_note = \"The figures were not final.\"\n",
        "\nStatus: withdrawn\n",
        "\n+++\nstatus = \"withheld\"\n+++\n",
        "\nwithdrawn = true\n",
    ] {
        let words = "move it between the two lines `+++`";
        keeps_back("news/a.md", markdown(""), markdown(said), words);
    }
}

#[test]
fn a_withdrawal_in_other_words_keeps_the_item_back() {
    for (said, words) in [
        ("status: canceled\n", "news/a.toml:"),
        ("Status = \"canceled\"\n", "write `status = \"canceled\"`"),
        ("stauts = \"canceled\"\n", "write `status = \"canceled\"`"),
        ("withdrawn = true\n", "write `status = \"canceled\"`"),
        ("canceled = true\n", "write `status = \"canceled\"`"),
        ("status = \"cancled\"\n", "write `status = \"canceled\"`"),
        ("status = “canceled”\n", "news/a.toml:"),
    ] {
        keeps_back("news/a.toml", toml(""), toml(said), words);
    }
}

#[test]
fn a_word_that_means_canceled_is_taken_for_it() {
    for word in ["Canceled", "cancelled", "withdrawn", "Retracted", "killed"] {
        let said = format!("status = \"{word}\"\nstatus_note = \"Wrong.\"\n");
        tell(&[
            at("12:00:00").write("news/a.toml", toml("")),
            at("12:10:00")
                .write("news/a.toml", toml(&said))
                .feed("† a 10:00:00, 12:10:00: Wrong.\nupdated 12:10:00")
                .pages("410 /news/a/")
                .problems("is taken for `canceled`"),
        ]);
    }
}

#[test]
fn words_in_a_text_withdraw_nothing() {
    let text = "Write this:\n\n```\nstatus = \"canceled\"\n```\n\nThen save the file.\n";
    let body = format!(
        "title = \"A\"\ndate = {TEN}\nbody = \"\"\"\nWrite this:\nstatus = \"canceled\"\n\"\"\"\n"
    );
    tell(&[at("12:00:00")
        .write("news/a.md", markdown(text))
        .write("news/b.toml", body)
        .pages("200 /news/a/\n200 /news/b/")]);
}

#[test]
fn what_was_never_published_is_not_announced_as_withdrawn() {
    let canceled = "status = \"canceled\"\nstatus_note = \"Wrong.\"\n";
    tell(&[
        at("12:00:00")
            .write("news/a.toml", toml("status = \"draft\"\n"))
            .write("news/new.toml", toml(canceled))
            .pages("404 /news/a/\n404 /news/new/"),
        at("12:10:00")
            .write("news/a.toml", toml(canceled))
            .feed("updated 2022-01-01")
            .pages("404 /news/a/\n404 /news/new/"),
    ]);
}

#[test]
fn withdrawing_one_language_version_warns_about_the_others() {
    let site = format!("{}[languages.ru]\ntitle = \"Пример\"\n", crate::desk::SITE);
    let canceled = "status = \"canceled\"\nstatus_note = \"Wrong.\"\n";
    tell_of(
        &site,
        &[
            at("12:00:00")
                .write("news/a.toml", toml(""))
                .write("news/a.ru.toml", toml("")),
            at("12:10:00")
                .write("news/a.toml", toml(canceled))
                .problems("its version in `ru` (`news/a.ru.toml`) is still published"),
            at("12:20:00").write("news/a.ru.toml", toml(canceled)),
        ],
    );
}

#[test]
fn a_published_item_stays_when_its_date_moves_ahead() {
    let moved = |date: &str| item("A", date, "");
    tell(&[
        at("12:00:00")
            .write("news/a.toml", moved(TEN))
            .feed("a [A] 10:00:00\nupdated 10:00:00"),
        at("12:10:00")
            .write("news/a.toml", moved("2096-11-25T10:00:00Z"))
            .feed("a [A] 10:00:00\nupdated 10:00:00")
            .pages("200 /news/a/")
            .problems("`date` now lies ahead (2096-11-25T10:00:00Z)"),
        at("12:20:00")
            .write("news/a.toml", moved("2132-11-24T10:00:00Z"))
            .pages("200 /news/a/")
            .problems("`date` now lies ahead (2132-11-24T10:00:00Z)"),
        at("12:30:00")
            .write(
                "news/a.toml",
                item("Sealed", TEN, "embargo_until = 2096-11-24T12:35:00Z\n"),
            )
            .feed("a [A] 10:00:00\nupdated 10:00:00")
            .pages("200 /news/a/")
            .problems("`embargo_until` now lies ahead"),
        at("12:35:00")
            .feed("a [Sealed] 10:00:00\nupdated 12:35:00")
            .pages("200 /news/a/")
            .problems("the date was moved"),
        // Held back it waits for its embargo, as it was never meant to be seen before.
        at("12:40:00")
            .write("news/a.toml", item("A", TEN, "status = \"withheld\"\n"))
            .pages("404 /news/a/"),
        at("12:50:00")
            .write(
                "news/a.toml",
                item("A", TEN, "embargo_until = 2096-11-24T13:00:00Z\n"),
            )
            .pages("404 /news/a/")
            .problems("this item was published before, and nobody sees it until its embargo ends"),
        at("13:00:00")
            .pages("200 /news/a/")
            .problems("the date was moved"),
    ]);
}

#[test]
fn a_removal_counts_while_the_new_text_is_under_an_embargo() {
    tell(&[
        at("12:00:00")
            .write("news/a.toml", item("A", TEN, ""))
            .pages("200 /news/a/"),
        at("12:10:00")
            .write(
                "news/a.toml",
                item("Sealed", TEN, "embargo_until = 2099-01-01T00:00:00Z\n"),
            )
            .pages("200 /news/a/")
            .problems("`embargo_until` now lies ahead"),
        at("12:20:00")
            .withdraw("a", None)
            .pages("410 /news/a/")
            .problems("the item `a` was withdrawn for good and stays so"),
    ]);
}

#[test]
fn a_withdrawn_item_stays_so_while_its_language_is_away() {
    let site = |languages: &str| format!("{}{languages}", crate::desk::SITE);
    let russian = "[languages.ru]\ntitle = \"Пример\"\n";
    tell_of(
        &site(russian),
        &[
            at("12:00:00")
                .write("news/x.ru.toml", toml(""))
                .pages("200 /ru/news/x/"),
            at("12:10:00")
                .write(
                    "news/x.ru.toml",
                    toml("status = \"canceled\"\nstatus_note = \"n\"\n"),
                )
                .pages("410 /ru/news/x/"),
            at("12:20:00")
                .remove("news/x.ru.toml")
                .pages("410 /ru/news/x/"),
            at("12:30:00")
                .write("site.toml", site(""))
                .some_problems("feeds"),
            at("12:40:00")
                .write("site.toml", site(russian))
                .pages("410 /ru/news/x/"),
            at("12:50:00")
                .write("news/x.ru.toml", toml(""))
                .pages("410 /ru/news/x/")
                .problems("was withdrawn for good"),
        ],
    );
}

#[test]
fn what_was_lost_takes_no_address_from_what_stands_there() {
    tell(&[
        at("12:00:00").write("news/a.toml", item("A", TEN, "slug = \"x\"\n")),
        // The broken file is that of a published item of which a copy is kept; it goes, and nothing is left of it.
        at("12:10:00").write("news/a.toml", item("A", TEN, "slug = \"y\"\n")),
        at("12:20:00")
            .write("news/b.toml", item("B", TEN, "slug = \"z\"\n"))
            .pages("200 /news/y/\n200 /news/z/"),
        at("12:30:00")
            .write("news/a.toml", item("A", TEN, "slug = \"z\"\n"))
            .pages("200 /news/y/\n200 /news/z/")
            .some_problems("belongs to `news/b.toml`"),
    ]);
}

#[test]
fn a_withdrawal_in_a_broken_file_counts_whatever_other_file_claims_its_id() {
    tell(&[
        at("12:00:00")
            .write("news/b.toml", item("B", TEN, ""))
            .write("news/c.toml", item("C", TEN, "slug = \"one\"\n"))
            .pages("200 /news/b/"),
        // In one look: the withdrawal, and a file of the same name in another section and with the same date.
        at("12:10:00")
            .write("news/b.toml", "status = \"canceled\"\ntitle = \n")
            .write("events/b.toml", item("Other", TEN, ""))
            .pages("410 /news/b/\n404 /events/b/")
            .some_problems("says that the item is withdrawn: that is done"),
    ]);
}

#[test]
fn a_slip_of_an_embargo_hides_an_item_that_no_feed_shows_and_loses_nothing() {
    let expired = |more: &str| {
        let keys = format!("expires = 2096-11-24T11:00:00Z\n{more}");
        item("A", TEN, &keys)
    };
    tell(&[
        at("12:00:00")
            .write("news/a.toml", expired(""))
            .pages("200 /news/a/"),
        // There is no copy of what feeds do not show, and the new text may not be seen.
        at("12:10:00")
            .write(
                "news/a.toml",
                expired("embargo_until = 2096-11-24T12:30:00Z\n"),
            )
            .pages("404 /news/a/")
            .problems("this item was published before, and nobody sees it until its embargo ends"),
        at("12:30:00")
            .pages("200 /news/a/")
            .problems("the date was moved"),
    ]);
}

#[test]
fn an_embargo_ends_on_its_second_though_the_date_has_slipped_ahead() {
    let later = "2132-11-24T10:00:00Z";
    tell(&[
        at("12:00:00")
            .write("news/a.toml", item("A", TEN, ""))
            .feed("a [A] 10:00:00\nupdated 10:00:00"),
        at("12:10:00")
            .write(
                "news/a.toml",
                item("Sealed", later, "embargo_until = 2096-11-24T12:35:00Z\n"),
            )
            .feed("a [A] 10:00:00\nupdated 10:00:00")
            .problems("`embargo_until` now lies ahead"),
        at("12:35:00")
            .feed("a [Sealed] 10:00:00\nupdated 12:35:00")
            .problems("`date` now lies ahead"),
    ]);
}
