//! Pages in a real browser: Chromium, driven over WebDriver. Screenshots for people to look at go to
//! `target/screenshots/`.

mod driver;

use super::crawl::tools;
use crate::serving::{Serving, copy_tree, write};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use driver::Browser;
use serde_json::{Value, json};
use std::fs;
use std::net::TcpListener;
use std::path::Path;
use tempfile::TempDir;

/// What axe-core looks for: WCAG 2.2, levels A and AA, and what its makers hold for good practice.
const AXE: &str = "return axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', \
                   'best-practice'] }).then(result => [result.passes.length, result.violations.flatMap(violation => \
                   violation.nodes.map(node => violation.id + ': ' + node.html + ' ' + node.failureSummary))]);";

/// So many of its rules apply to every page at least.
const RULES_MIN: usize = 20;

/// The kinds of pages below a tree's root, with names for their screenshots.
const KINDS: [(&str, &str); 8] = [
    ("item", "news/2026-11-12-autumn-exercise/"),
    ("list", ""),
    ("section", "news/"),
    ("author", "author/press-office/"),
    ("empty", "media-about-us/"),
    ("missing", "nothing/"),
    ("withdrawn", "news/withdrawn/"),
    ("wide", "news/wide/"),
];

/// The window's height in pixels.
const HEIGHT: u32 = 800;

/// So often the Tab key is pressed until what is looked for has the focus.
const TABS_MAX: usize = 80;

/// The sample with an Arabic tree and a withdrawn item in each, on a server that it names as its own.
struct Site {
    folder: TempDir,
    base: String,
    server: Serving,
}

impl Site {
    fn serve() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        copy_tree(&Path::new(env!("CARGO_MANIFEST_DIR")).join("data"), &data);
        let append = |file: &str, text: &str| {
            let before = fs::read_to_string(data.join(file)).unwrap();
            write(&data.join(file), &format!("{before}\n{text}"));
        };
        append("site.toml", include_str!("browser/site.ar.toml"));
        append(
            "news/section.toml",
            "[languages.ar]\ntitle = \"الأخبار\"\ndescription = \"عمل اللجنة\"\n",
        );
        let item = data.join("news/2026/2026-11-12-autumn-exercise.ar.toml");
        write(&item, include_str!("browser/item.ar.toml"));
        let wide = format!("+++\ntitle = \"Wide\"\ndate = 2026-10-01\n+++\n{}", wide());
        for language in ["", ".ru", ".ar"] {
            write(&data.join(format!("news/wide{language}.md")), &wide);
            let gone =
                "title = \"Gone\"\ndate = 2026-11-01\nstatus = \"canceled\"\nbody = \"Gone\"\n";
            write(&data.join(format!("news/withdrawn{language}.toml")), gone);
        }
        let address = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let (address, base) = (address.to_string(), format!("http://{address}"));
        let server = Serving::start(&data, &["--listen", &address, "--base-url", &base]);
        Self {
            folder,
            base,
            server,
        }
    }

    fn stop(self) {
        self.server.stop();
        self.folder.close().unwrap();
    }
}

/// What is wider than any window: a table, a line of code, and a word.
fn wide() -> String {
    let row = |cell: &str| format!("|{}\n", format!(" {cell} |").repeat(30));
    let table = row("Heading") + &row("---") + &row("figures");
    let (code, word) = ("code ".repeat(100), "word".repeat(100));
    format!("{table}\n# One\n\n    {code}\n\n### Two\n\n{word}\n")
}

/// What a page's console said, and what it asked other hosts for.
fn faults(browser: &Browser, base: &str) -> Vec<String> {
    // The page's own 404 or 410 is said in the console, too.
    let said = browser.console().into_iter();
    let said =
        said.filter(|line| !line.contains("status of 404") && !line.contains("status of 410"));
    let asked =
        browser.run("return performance.getEntriesByType('resource').map(entry => entry.name)");
    let asked: Vec<String> = serde_json::from_value(asked).unwrap();
    said.chain(asked.into_iter().filter(|url| !url.starts_with(base)))
        .collect()
}

fn take_picture(browser: &Browser, name: &str, width: u32) {
    browser.resize(width, HEIGHT);
    browser.resize(width, browser.height());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
    fs::create_dir_all(&folder).unwrap();
    let picture = STANDARD.decode(browser.screenshot()).unwrap();
    fs::write(folder.join(format!("{name}-{width}.png")), picture).unwrap();
    browser.resize(width, HEIGHT);
}

#[test]
fn no_kind_of_page_keeps_anybody_out() {
    let site = Site::serve();
    let axe = fs::read_to_string(tools().join("node_modules/axe-core/axe.min.js")).unwrap();
    let browser = Browser::start();
    let mut wrong = Vec::new();
    // What is dark is so at every width.
    for (scheme, widths) in [("light", &[360, 1280][..]), ("dark", &[1280])] {
        browser.prefer(scheme);
        for (language, root) in [("en", "/"), ("ru", "/ru/"), ("ar", "/ar/")] {
            let page = |(kind, path)| (kind, format!("{}{root}{path}", site.base));
            browser.go(&page(KINDS[0]).1);
            let tag =
                browser.run("return document.querySelector('.facts a[href*=\"/tag/\"]').href");
            let tag = ("tag", tag.as_str().unwrap().to_owned());
            for (kind, url) in KINDS.map(page).into_iter().chain([tag]) {
                browser.go(&url);
                let name = format!("{language}-{kind}-{scheme}");
                for width in widths {
                    take_picture(&browser, &name, *width);
                    let found = browser.run(&format!("{axe}; {AXE}"));
                    let (passed, found): (usize, Vec<String>) =
                        serde_json::from_value(found).unwrap();
                    assert!(
                        passed >= RULES_MIN,
                        "axe-core looked for {passed} things alone"
                    );
                    wrong.extend(found.iter().map(|one| format!("{name} {width}: {one}")));
                }
                // Nothing is cut off on the narrowest window that WCAG knows (1.4.10), nor on a wide one.
                for width in [320, 1920] {
                    browser.resize(width, HEIGHT);
                    let more =
                        browser.run("return document.documentElement.scrollWidth - innerWidth");
                    if more.as_i64() > Some(0) {
                        wrong.push(format!("{name} is {more} too wide for {width}"));
                    }
                }
                let faults = faults(&browser, &site.base);
                wrong.extend(faults.iter().map(|one| format!("{name}: {one}")));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    browser.quit();
    site.stop();
}

#[test]
fn from_the_first_page_to_an_item_its_section_and_its_feed_by_clicks() {
    let site = Site::serve();
    let browser = Browser::start();
    browser.go(&site.base);
    browser.click(".items a");
    assert_eq!(
        browser.path(&site.base),
        "/statements/2026-11-20-data-exchange/"
    );
    browser.click(".ways a");
    assert_eq!(browser.path(&site.base), "/statements/");
    browser.click(".follow a");
    assert_eq!(browser.path(&site.base), "/statements/rss.xml");
    // A feed may run nothing, not even what asks for its styles: what it shows is seen in its picture alone.
    let faults: Vec<String> = browser.console();
    assert!(faults.is_empty(), "{faults:?}");
    take_picture(&browser, "en-feed-light", 1280);
    for (name, path) in [("ru-feed", "/ru/atom.xml"), ("ar-feed", "/ar/rss.xml")] {
        browser.go(&format!("{}{path}", site.base));
        take_picture(&browser, &format!("{name}-light"), 360);
    }
    browser.quit();
    site.stop();
}

#[test]
fn the_same_by_the_keyboard_alone_and_an_address_is_selected_on_the_way() {
    let site = Site::serve();
    let browser = Browser::start();
    browser.go(&format!("{}/ar/", site.base));
    browser.key(driver::TAB);
    let first = browser.run("return document.activeElement.className");
    assert_eq!(first, json!("skip"));
    browser.key(driver::ENTER);
    let main = browser.run("return document.activeElement.id");
    assert_eq!(main, json!("content"));
    tab_to(&browser, ".items a");
    browser.key(driver::ENTER);
    assert_eq!(
        browser.path(&site.base),
        "/ar/news/2026-11-12-autumn-exercise/"
    );
    tab_to(&browser, ".ways a");
    browser.key(driver::ENTER);
    assert_eq!(browser.path(&site.base), "/ar/news/");
    tab_to(&browser, ".follow input");
    let selected = browser.run(
        "const field = document.activeElement; return field.value.slice(field.selectionStart, field.selectionEnd)",
    );
    assert_eq!(selected, json!(format!("{}/ar/news/rss.xml", site.base)));
    browser.go(&format!("{}/ar/news/", site.base));
    tab_to(&browser, ".follow a");
    browser.key(driver::ENTER);
    assert_eq!(browser.path(&site.base), "/ar/news/rss.xml");
    browser.quit();
    site.stop();
}

/// Presses Tab until an element of a selector has the focus; each on the way shows that it has it.
fn tab_to(browser: &Browser, selector: &str) {
    for _ in 0..TABS_MAX {
        browser.key(driver::TAB);
        let state = browser.run(&format!(
            "const now = document.activeElement; \
             return [now.matches('{selector}'), getComputedStyle(now).outlineStyle, now.outerHTML.slice(0, 200)]"
        ));
        // A player shows the focus on its own buttons.
        let is_player = state[2].as_str().unwrap().starts_with("<audio");
        let is_seen = is_player || state[1] != json!("none");
        assert!(is_seen, "the focus is not seen: {}", state[2]);
        if state[0] == Value::Bool(true) {
            return;
        }
    }
    panic!("no way to `{selector}` by the keyboard");
}
