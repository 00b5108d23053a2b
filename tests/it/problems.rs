//! What authors are told: an item's text, and a part of each report that it must give. Where no report is expected,
//! there must be none at all.

use crate::fixture::{NOW, Publication, SITE};
use tidings::newsroom::parse;

/// The least that an item needs, before further keys.
const ITEM: &str = "title = \"T\"\ndate = 2026-03-01\nbody = \"b\"\n";

/// The reports of a file beside a section `news` and a section `from-others` whose items need a source.
fn reports(path: &str, text: &str) -> Vec<String> {
    let site = format!("{SITE}timezone = \"Europe/Vienna\"\n[languages.ru]\n");
    let files = [
        ("news/section.toml", ""),
        ("from-others/section.toml", "syndicated = true\n"),
        (path, text),
    ];
    Publication::of(&site, &files, NOW)
        .problems
        .iter()
        .map(ToString::to_string)
        .collect()
}

fn check(text: &str, expected: &[&str]) {
    let reports = reports("news/a.toml", text);
    assert_eq!(
        reports.is_empty(),
        expected.is_empty(),
        "{text}\n{reports:#?}"
    );
    for part in expected {
        assert!(
            reports.iter().any(|report| report.contains(part)),
            "{text}\nlacks {part}\n{reports:#?}"
        );
    }
}

#[test]
fn a_long_text_in_the_place_of_a_list_is_not_quoted() {
    let reports = reports(
        "news/a.toml",
        &format!("tags = \"{}\"\n{ITEM}", "x".repeat(5_000)),
    );
    let told = reports.join("\n");
    assert!(
        told.contains("write its members in square brackets"),
        "{told}"
    );
    assert!(told.len() < 1_000, "{told}");
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table, one row a message")]
fn keys_of_an_item() {
    for (more, expected) in [
        ("", &[][..]),
        (
            "titel = \"x\"\n",
            &[
                "news/a.toml:4:1: error: `titel` is not known here",
                "did you mean `title`",
            ],
        ),
        ("headline = \"x\"\n", &["it is called `title` here"]),
        ("keywords = []\n", &["it is called `tags` here"]),
        ("id = \"Größe\"\n", &["`Größe` is no id", "write `grosse`"]),
        ("tags = \"a\"\n", &["put it in square brackets: `[\"a\"]`"]),
        (
            "priority = 11\n",
            &["from 1 to 9", "the nearest that may be written is `9`"],
        ),
        ("pinned = \"yes\"\n", &["without quotation marks"]),
        ("id = \"feed\"\n", &["`feed` is the name of the feeds"]),
        ("slug = \"A b\"\n", &["write `a-b`"]),
        ("slug = \"archive\"\n", &["the slug `archive` is taken"]),
        (
            "aliases = [\"old\"]\n",
            &["`old` is no path of this publication"],
        ),
        (
            "aliases = [\"/a/../b/\"]\n",
            &["is no path of this publication"],
        ),
        (
            "section = \"new\"\n",
            &["there is no section `new`", "did you mean `news`"],
        ),
        (
            "section = \"news\"\nsections = [\"news\"]\n",
            &["are both here"],
        ),
        ("section = \"from-others\"\n", &["`source` is missing"]),
        ("id_uri = \"tag:example.org,2022:a\"\n", &[]),
        ("id_uri = \"tag:example.org,2021:b\"\n", &[]),
        (
            "id_uri = \"tag:Example.org,2022:b\"\n",
            &["names `b` of this publication, not an item elsewhere"],
        ),
        (
            "id_uri = \"tag:example.org,2022:feed/news\"\n",
            &["names `feed/news` of this publication"],
        ),
        ("lang = \"russian\"\n", &["`russian` is no language tag"]),
        (
            "status = \"cancelled\"\n",
            &[
                "warning: `cancelled` is taken for `canceled`",
                "write `status = \"canceled\"`",
                "warning: nothing says why",
            ],
        ),
        (
            "status = \"cancled\"\n",
            &["`cancled` is no status", "write `status = \"canceled\"`"],
        ),
        ("status = \"canceled\"\n", &["warning: nothing says why"]),
        (
            "draft = true\nstatus = \"usable\"\n",
            &["`draft` and `status` disagree"],
        ),
        (
            "embargo_until = 2026-03-01T10:00:00\n",
            &["must say its offset"],
        ),
        ("embargo_until = 2026-03-01\n", &["must say its offset"]),
        ("expires = \"soon\"\n", &["`soon` is not a date"]),
        (
            "expires = \"so\\non\\u001b[31m\"\n",
            &["`so on[31m` is not a date"],
        ),
        ("\"a\\tb\\u0085\" = 1\n", &["`a b ` is not known here"]),
        (
            "updated = 2026-03-29T02:30:00\n",
            &["does not exist in Europe/Vienna", "write the offset"],
        ),
        (
            "updated = 2026-10-25T02:30:00\n",
            &["happens twice in Europe/Vienna"],
        ),
        ("priority = 10\n", &["`priority` must be from 1 to 9"]),
        ("priority = \"high\"\n", &["must be a whole number"]),
        ("pinned = \"yes\"\n", &["must be `true` or `false`"]),
        ("tags = \"a\"\n", &["`tags` must be a list"]),
        (
            "tags = [1]\n",
            &["`tags` must be a string", "put it in quotation marks"],
        ),
        (
            "authors = [{ email = \"a@example.org\" }]\n",
            &["`name` is missing"],
        ),
        (
            "authors = [{ name = \"N\", email = \"not an address\" }]\n",
            &["is no e-mail address"],
        ),
        ("authors = \"N\"\nextra = { anything = 1 }\n", &[]),
        (
            "canonical_url = \"/relative\"\n",
            &["must be an absolute web address"],
        ),
        (
            "license = \"CC BY\"\n",
            &["must be an absolute web address"],
        ),
        ("license = \"\"\n", &[]),
        (
            "body_format = \"rst\"\n",
            &["write one of `markdown`, `html`, `text`"],
        ),
        ("genre = \"gossip\"\n", &["`gossip` is no genre"]),
        (
            "place = { name = \"P\", lat = 1.0 }\n",
            &["`lat` and `lon` go together"],
        ),
        (
            "place = { name = \"P\", lat = 91.0, lon = 0 }\n",
            &["`lat` must be from -90 to 90"],
        ),
        (
            "place = { name = \"P\", country = \"Austria\" }\n",
            &["no country code"],
        ),
        ("feeds = { exclude = [\"msn\"] }\n", &[]),
        (
            "[[corrections]]\nat = 2026-03-02T10:00:00Z\n",
            &["`note` is missing"],
        ),
        ("[[corrections]]\nnote = \"n\"\n", &["`at` is missing"]),
        ("[[images]]\nsrc = \"a.jpg\"\n", &["`alt` is missing"]),
        (
            "[[images]]\nsrc = \"../a.jpg\"\nalt = \"\"\n",
            &["is no path of a file below `media/`"],
        ),
        (
            "[[images]]\nsrc = \"/media/a.jpg\"\nalt = \"\"\n",
            &["is no path of a file below `media/`"],
        ),
        (
            "[[images]]\nsrc = \"ftp://example.org/a.jpg\"\nalt = \"\"\n",
            &["`ftp:` is no address"],
        ),
        (
            "[[images]]\nsrc = \"a.jpg\"\nalt = \"\"\nsummary = \"s\"\n",
            &["move it above the first line in brackets"],
        ),
        (
            "[[images]]\nsrc = \"a.jpg\"\nalt = \"\"\nfocal = [2, 0]\n",
            &["two numbers from 0 to 1"],
        ),
        ("[[attachments]]\ntitle = \"x\"\n", &["`src` is missing"]),
        (
            "[[attachments]]\nsrc = \"a.pdf\"\ntype = \"pdf\"\n",
            &["`pdf` is no media type"],
        ),
        (
            "[[attachments]]\nsrc = \"a\"\nrole = \"main\"\n[[attachments]]\nsrc = \"b\"\nrole = \"main\"\n",
            &["more than one attachment"],
        ),
        ("[source]\nname = \"N\"\n", &["`url` is missing"]),
        (
            "summary = \"\\u0007 bell\"\n",
            &["warning: the control character U+0007 is removed from `summary`"],
        ),
        (
            "subtitle = \"a\u{0}b\"\n",
            &["warning: the control character U+0000 is removed"],
        ),
    ] {
        check(&format!("{ITEM}{more}"), expected);
    }
}

#[test]
fn what_an_item_must_have() {
    check("date = 2026-03-01\nbody = \"b\"\n", &["`title` is missing"]);
    check("title = \"T\"\nbody = \"b\"\n", &["`date` is missing"]);
    check("title = \"T\"\ndate = 2026-03-01\n", &["`body` is missing"]);
    check(
        "title = \" \"\ndate = 2026-03-01\nbody = \"b\"\n",
        &["`title` is empty"],
    );
    check(
        "title = \"T\"\ndate = 2026-03-01\nbody = \" \"\n",
        &["`body` is empty"],
    );
    for (format, level) in [("markdown", "> "), ("html", "<div>")] {
        let body = level.repeat(20_000);
        check(
            &format!(
                "title = \"T\"\ndate = 2026-03-01\nbody_format = \"{format}\"\nbody = \"{body}x\"\n"
            ),
            &["news/a.toml:4:8: error: the body is nested more than 256 levels deep"],
        );
    }
    check(
        "title = \"T\"\ndate = \"14.09.2022\"\nbody = \"b\"\n",
        &["write it as `2022-09-14`"],
    );
    check(
        "title = \"T\"\ndate = 14.09.2022\nbody = \"b\"\n",
        &["if this is a date, write it as `2022-09-14`"],
    );
    check(
        "title = \"T\"\ndate = 0000-01-01\nbody = \"b\"\n",
        &["the year of `date`"],
    );
    check("title = \"T\"\ntitle = \"U\"\n", &["this is not TOML"]);
    check("title = T\n", &["this is not TOML"]);
}

#[test]
fn names_of_files_say_folder_language_and_date() {
    let dated = "title = \"T\"\nbody = \"b\"\n";
    assert_eq!(reports("news/2026-03-01-x.toml", dated), [""; 0]);
    assert_eq!(reports("news/x.ru.toml", ITEM), [""; 0]);
    assert_eq!(reports("news/x.v2.toml", ITEM), [""; 0]);
    assert_eq!(reports("news/x.new.toml", ITEM), [""; 0]);
    assert_eq!(reports("news/x.ok.toml", ITEM), [""; 0]);
    let unlisted = reports("news/x.sr-latn.toml", ITEM).join("\n");
    assert!(
        unlisted.contains("error: the file's name ends with `.sr-Latn`")
            && unlisted.contains("write `[languages.sr-Latn]` into site.toml"),
        "{unlisted}"
    );
    assert!(
        reports("news/x.ru.toml", &format!("{ITEM}lang = \"en\"\n"))[0]
            .contains("the file name says `ru`")
    );
    assert!(reports("news/….toml", ITEM)[0].contains("give the item"));
    assert!(reports("ru/x.toml", ITEM)[0].contains("`ru` cannot be a section"));
}

#[test]
fn a_file_of_another_kind_is_reported_in_part() {
    let lines = "This is no TOML.\n".repeat(1_000);
    let keys: String = (0..1_000).map(|key| format!("k{key} = 1\n")).collect();
    for text in [lines, format!("{ITEM}{keys}")] {
        let reports = reports("news/a.toml", &text);
        assert_eq!(reports.len(), 101);
        let last = "news/a.toml: error: only 100 of this file's problems are listed";
        assert!(reports[100].starts_with(last), "{}", reports[100]);
    }
    let tags = "\"a\\u0001\", ".repeat(150);
    let warnings = reports("news/a.toml", &format!("{ITEM}tags = [{tags}]\n"));
    assert_eq!(warnings.len(), 101);
    let is_warning = |report: &String| report.contains("warning: ");
    assert!(warnings.iter().all(is_warning), "{}", warnings[100]);
}

#[test]
fn json_and_front_matter_tell_their_places_too() {
    let json = reports(
        "news/a.json",
        "{\n  \"title\": \"T\",\n  \"date\": \"2026-03-01\",\n  \"bodi\": 1,\n  \"title\": \"U\"\n}",
    );
    assert!(
        json.iter()
            .any(|report| report.starts_with("news/a.json:4:3: error: `bodi` is not known here")),
        "{json:#?}"
    );
    assert!(
        json.iter()
            .any(|report| report.starts_with("news/a.json:5:3: error: `title` is here twice")),
        "{json:#?}"
    );
    assert!(
        reports("news/a.json", "{\"title\": }")[0]
            .starts_with("news/a.json:1:11: error: this is not JSON")
    );
    assert!(reports("news/a.json", "[]")[0].contains("here must be keys with values"));
    for half in ["{\"title\": \"\\ud83d\"}", "{\"extra\": {\"\\ud83d\": 1}}"] {
        assert!(reports("news/a.json", half)[0].contains("an escape that is no character"));
    }
    let deep = format!("{{\"extra\": {}{}}}", "[".repeat(100), "]".repeat(100));
    assert!(reports("news/a.json", &deep)[0].contains("nested more than"));
    assert!(reports("news/a.md", "title\n")[0].contains("begins with a line `+++`"));
    assert!(reports("news/a.md", "+++\ntitle = \"T\"\n")[0].contains("has no end"));
    let md = reports(
        "news/a.md",
        "+++\ntitle = \"T\"\ndate = 2026-03-01\nkey = 1\n+++\nBody\n",
    );
    assert!(
        md[0].starts_with("news/a.md:4:1: error: `key` is not known here"),
        "{md:#?}"
    );
    assert!(
        reports(
            "news/a.md",
            "+++\nbody = \"x\"\ntitle = \"T\"\ndate = 2026-03-01\n+++\nBody\n"
        )[0]
        .contains("the body is here and after")
    );
    assert_eq!(
        reports(
            "news/a.md",
            "\u{FEFF}+++\r\ntitle = \"T\"\r\ndate = 2026-03-01\r\n+++\r\nBody\r\n"
        ),
        [""; 0]
    );
}

#[test]
fn keys_of_the_site() {
    for (site, expected) in [
        (
            "",
            &[
                "`title` is missing",
                "`base_url` is missing",
                "`id_authority` is missing",
                "`id_authority_date` is missing",
            ][..],
        ),
        (
            &format!("{SITE}timezone = \"Europe/Vienne\"\n"),
            &["is no time zone", "did you mean `Europe/Vienna`"],
        ),
        (
            &format!("{SITE}default_language = \"english\"\n"),
            &["is no language tag"],
        ),
        (
            &format!("{SITE}[languages.en]\n"),
            &["`en` is the default language"],
        ),
        (
            &format!("{SITE}[feeds]\nmax_age_seconds = 60\n"),
            &["must be from 600 to 86400"],
        ),
        (
            &format!("{SITE}[feeds]\nformats = [\"rdf\"]\n"),
            &["`rdf` is no feed format"],
        ),
        (
            &format!("{SITE}[feeds]\nformats = []\n"),
            &["`formats` is empty"],
        ),
        (
            &format!("{SITE}[feeds]\nitems = 500\n"),
            &["must be from 1 to 100"],
        ),
        (
            &format!("{SITE}logo = \"../x.png\"\n"),
            &["is no path of a file below"],
        ),
        (
            &format!("{SITE}links = [{{ title = \"x\", url = \"javascript:x\" }}]\n"),
            &["neither an absolute address nor a path"],
        ),
        (
            &format!("{SITE}[tags]\n\"Climate change\" = \"Climate\"\n"),
            &[
                "`Climate change` cannot be part of an address",
                "write `climate-change`, and `Climate change` as its `title`",
            ],
        ),
        (
            &format!("{SITE}[authors]\n\"…\" = \"Nobody\"\n"),
            &["write a word that can be part of an address"],
        ),
        (
            &format!("{SITE}[tags.a]\nspellings = [\"X y\"]\n[tags.b]\nspellings = [\"x-Y\"]\n"),
            &["the spelling `x-y` is that of `a`, too"],
        ),
        (
            &format!("{SITE}[tags]\nb = \"B\"\na = {{ spellings = [\"b\"] }}\n"),
            &["`b` is a spelling of `a` and has a page of its own, too"],
        ),
        (
            &format!("{SITE}[tags.a]\nspellings = [\"…\"]\n"),
            &["no address can be made of `…`"],
        ),
        (
            &format!("{SITE}[tags.a]\nsynonyms = [\"x\"]\nlanguages.ru.title = \"x\"\n"),
            &[
                "`synonyms` is not known here",
                "`ru` is no language that `site.toml` lists",
            ],
        ),
        (
            &SITE.replace("https://press.example.org", "press.example.org"),
            &["is not an absolute URL"],
        ),
        (&SITE.replace("\"2022\"", "\"22\""), &["`22` is no year"]),
        (
            &SITE.replace("\"example.org\"", "\"exa mple\""),
            &["is no domain name"],
        ),
        (
            &SITE.replace("\"2022\"", "2022"),
            &["put it in quotation marks"],
        ),
    ] {
        let (read, problems) = parse::site::read(site, None);
        let reports: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert!(read.is_none(), "{site}");
        for part in expected {
            assert!(
                reports.iter().any(|report| report.contains(part)),
                "{site}\nlacks {part}\n{reports:#?}"
            );
        }
    }
}

#[test]
fn a_language_is_listed_once_however_it_is_spelled() {
    let site = format!("{SITE}[languages.sr-latn]\n[languages.sr-Latn]\n");
    let problems = parse::site::read(&site, None).1;
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert!(
        told.join("\n")
            .contains("the language `sr-Latn` is here twice"),
        "{told:?}"
    );
}

#[test]
fn a_text_of_more_lines_than_anybody_writes_is_refused_with_the_limit() {
    let lines = "\n".repeat(250_001);
    for (path, text) in [
        ("news/a.toml", format!("{ITEM}{lines}")),
        ("news/a.md", format!("+++\ntitle = \"T\"\n+++\n{lines}b")),
    ] {
        let reports = reports(path, &text);
        let told = reports
            .iter()
            .any(|report| report.contains("more than 250000"));
        assert!(told, "{path}: {reports:?}");
    }
}
