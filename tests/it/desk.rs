//! A press office in small: a data directory, a state directory, a publisher over them and a clock to turn. What it
//! gives back is what readers get: whole answers, and the three documents of a place read back as one.

use crate::fixture::{publisher, turned};
use crate::serving::copy_tree;
use chrono::DateTime;
use http::Request;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tempfile::TempDir;
use tidings::edition::representation::Coding;
use tidings::edition::resource::{Content, Resource};
use tidings::making::made::Made;
use tidings::making::maker::Maker;
use tidings::newsroom::identity::Id;
use tidings::publishing::desk::GONE_AFTER_MILLISECONDS;
use tidings::publishing::desk::dirty::Dirty;
use tidings::publishing::publisher::Publisher;
use tidings::respond::{self, Outcome, Payload};
use tidings::store::ledger::{Ledger, Removal};

/// Noon of the day on which the small stories happen. It lies so far ahead that every file is older than the clock's
/// grain: the parsed index is used, as it is on a machine that has run for a while.
pub(crate) const DAY: &str = "2096-11-24";

/// The least that a site needs, for that time.
pub(crate) const SITE: &str = "title = \"Example\"\nbase_url = \"https://press.example.org\"\nid_authority = \"example.org\"\n\
                        id_authority_date = \"2022\"\n";

/// An answer to GET: status, fields and body.
pub(crate) type Answer = (u16, BTreeMap<String, String>, String);

/// The office.
pub(crate) struct Office {
    folder: TempDir,
    clock: Arc<AtomicI64>,
    publisher: Option<Publisher>,
    maker: Option<Maker>,
    /// Whether files were removed since the last step.
    has_removed: bool,
    /// Names the state directory in use.
    state: String,
}

/// The second that `12:00:00` (of [`DAY`]), `2096-11-24` or `2096-11-24T12:00:00Z` stands for.
pub(crate) fn second(text: &str) -> i64 {
    let full = match text.len() {
        8 => format!("{DAY}T{text}Z"),
        10 => format!("{text}T00:00:00Z"),
        _ => text.to_owned(),
    };
    full.parse::<DateTime<chrono::Utc>>().unwrap().timestamp()
}

impl Office {
    /// An office with files, which publishes from a second on. What is withdrawn was published before.
    pub(crate) fn open(files: &[(&str, &str)], now: i64) -> Self {
        let mut office = Self {
            folder: tempfile::tempdir().unwrap(),
            clock: Arc::new(AtomicI64::new(now)),
            publisher: None,
            maker: None,
            has_removed: false,
            state: "state".to_owned(),
        };
        fs::create_dir(office.data()).unwrap();
        // What is withdrawn was published a minute before: nothing else can be.
        let canceled = "status = \"canceled\"";
        let withdrawn = files.iter().filter(|(_, text)| text.contains(canceled));
        let withdrawn: Vec<_> = withdrawn.collect();
        for (path, text) in files {
            office.write(path, &text.replace(canceled, "status = \"usable\""));
        }
        if !withdrawn.is_empty() {
            office.at(now - 60);
        }
        office.start();
        if !withdrawn.is_empty() {
            office.at(now);
            withdrawn
                .iter()
                .for_each(|(path, text)| office.write(path, text));
            office.step();
        }
        office
    }

    /// An office with a copy of a data directory.
    pub(crate) fn over(data: &Path, now: i64) -> Self {
        let mut office = Self {
            folder: tempfile::tempdir().unwrap(),
            clock: Arc::new(AtomicI64::new(now)),
            publisher: None,
            state: "state".to_owned(),
            maker: None,
            has_removed: false,
        };
        copy_tree(data, &office.data());
        office.start();
        office
    }

    /// Where the data is.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Where the state is.
    pub(crate) fn state(&self) -> PathBuf {
        self.folder.path().join(&self.state)
    }

    /// Turns the clock.
    pub(crate) fn at(&mut self, now: i64) {
        self.clock.store(now, Ordering::SeqCst);
    }

    /// What the clock shows.
    pub(crate) fn now(&self) -> i64 {
        self.clock.load(Ordering::SeqCst)
    }

    /// Saves a file as an editor does that puts a new one in the old one's place.
    pub(crate) fn write(&mut self, path: &str, text: &str) {
        let file = self.data().join(path);
        let folder = file.parent().unwrap();
        self.make_folder_of(path);
        let new = folder.join(".new");
        fs::write(&new, text).unwrap();
        fs::rename(new, file).unwrap();
        self.touch(path);
    }

    /// Removes a file or a folder, if it is there.
    pub(crate) fn remove(&mut self, path: &str) {
        let file = self.data().join(path);
        if file.is_dir() {
            fs::remove_dir_all(file).unwrap();
        } else if file.exists() {
            fs::remove_file(file).unwrap();
        }
        self.has_removed = true;
        self.touch(path);
    }

    /// Renames a file.
    pub(crate) fn rename(&mut self, from: &str, to: &str) {
        self.make_folder_of(to);
        fs::rename(self.data().join(from), self.data().join(to)).unwrap();
        self.has_removed |= self.data().join(to).is_dir();
        self.touch(from);
        self.touch(to);
    }

    fn make_folder_of(&mut self, path: &str) {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        if !self.data().join(folder).exists() {
            fs::create_dir_all(self.data().join(folder)).unwrap();
            self.touch(folder);
        }
    }

    fn touch(&mut self, path: &str) {
        if let Some(publisher) = &mut self.publisher {
            let mut dirty = Dirty::default();
            dirty.add(path);
            publisher.note(dirty);
        }
    }

    /// Leaves the wish to remove an item, as `tidings remove` does.
    pub(crate) fn wish_removal(&mut self, id: &str, note: Option<&str>) {
        let removal = Removal {
            id: Id::new(id).unwrap(),
            note: note.map(str::to_owned),
            at: self.now(),
        };
        let mut ledger = Ledger::open(&self.state(), self.now()).unwrap();
        ledger.wish_removal(&removal).unwrap();
        drop(ledger);
        if let Some(publisher) = &mut self.publisher {
            publisher.look_for_removals();
        }
    }

    /// Publishes what has come, and what is believed once files have been gone for long enough.
    pub(crate) fn step(&mut self) {
        self.publisher().step().unwrap();
        if std::mem::take(&mut self.has_removed) {
            self.at(self.now() + GONE_AFTER_MILLISECONDS / 1_000);
            self.publisher().step().unwrap();
        }
    }

    /// Looks at everything, and publishes what has come.
    pub(crate) fn rescan(&mut self) {
        self.publisher().note(Dirty::everything());
        self.step();
    }

    /// Stops. What was handed over is written.
    pub(crate) fn stop(&mut self) {
        self.has_removed = false;
        drop(self.publisher.take());
    }

    /// Starts.
    pub(crate) fn start(&mut self) {
        let publisher = publisher(&self.data(), Some(&self.state()), turned(&self.clock));
        self.maker = Some(Maker::new(publisher.folder(), publisher.media()));
        self.publisher = Some(publisher);
    }

    /// Stops, forgets files of the state directory that begin with a name, and starts.
    pub(crate) fn restart_without(&mut self, name: &str) {
        self.stop();
        for file in fs::read_dir(self.state()).unwrap().flatten() {
            if file.file_name().to_string_lossy().starts_with(name) {
                fs::remove_file(file.path()).unwrap();
            }
        }
        self.start();
    }

    /// Stops and starts.
    pub(crate) fn restart(&mut self) {
        self.stop();
        self.start();
    }

    /// Stops and starts with another state directory, which may be a new one.
    pub(crate) fn restart_in(&mut self, state: &str) {
        self.stop();
        state.clone_into(&mut self.state);
        self.start();
    }

    /// The publisher.
    pub(crate) fn publisher(&mut self) -> &mut Publisher {
        self.publisher.as_mut().unwrap()
    }

    fn publishing(&self) -> &Publisher {
        self.publisher.as_ref().unwrap()
    }

    /// The problems, one a line.
    pub(crate) fn problems(&mut self) -> Vec<String> {
        let problems = self.publisher().problems();
        problems.iter().map(ToString::to_string).collect()
    }

    /// The resource that is ready at a path.
    pub(crate) fn resource(&self, path: &str) -> Option<Arc<Resource>> {
        self.publishing().current().load().resource(path).cloned()
    }

    /// The answer to GET.
    pub(crate) fn get(&self, path: &str) -> Answer {
        self.ask(Request::get(path).header("host", "press.example.org"))
    }

    /// The answer to a request.
    pub(crate) fn ask(&self, request: http::request::Builder) -> Answer {
        let answer = self.ask_now(request);
        answer.unwrap_or_else(|file| panic!("{file} is another than it was"))
    }

    /// The same, or the file whose change must be taken in first.
    pub(crate) fn ask_now(&self, request: http::request::Builder) -> Result<Answer, String> {
        let (head, ()) = request.body(()).unwrap().into_parts();
        let now = DateTime::from_timestamp(self.now(), 0).unwrap();
        let edition = self.publishing().current().load_full();
        let answer = match respond::respond(&head, &edition, now) {
            Outcome::Answer(answer) => answer,
            Outcome::Make(key) => {
                let maker = self.maker.as_ref().unwrap();
                match maker.make(&edition, &key, self.now()) {
                    Made::Resource(resource) | Made::File(resource, _) => {
                        respond::with(&head, &resource, now)
                    }
                    Made::Redirect(url) => {
                        respond::redirect(&head, &url, tidings::edition::route::Route::Page)
                    }
                    Made::Nothing(status, route) => {
                        respond::failure(&head, &edition, status, route)
                    }
                    Made::Changed(file) => return Err(file),
                }
            }
        };
        let (parts, payload) = answer.response.into_parts();
        let fields = parts.headers.iter();
        let fields = fields.map(|(name, value)| {
            (
                name.to_string(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        });
        let body = match payload {
            Payload::Empty => String::new(),
            Payload::Bytes(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Payload::File(pieces) => format!("{pieces:?} of a file"),
        };
        Ok((parts.status.as_u16(), fields.collect(), body))
    }

    /// Every path that may answer: feeds, lists, the pages of all items, and these.
    pub(crate) fn paths(&self, more: &[String]) -> BTreeSet<String> {
        let edition = self.publishing().current().load_full();
        let newsroom = &edition.newsroom;
        let mut paths: BTreeSet<String> = more.iter().cloned().collect();
        paths.extend(edition.resources().map(|(path, _)| path.to_owned()));
        for place in newsroom.places() {
            paths.insert(tidings::newsroom::place::folder(newsroom.site(), &place));
        }
        for place in newsroom.label_places() {
            let folder = tidings::newsroom::place::folder(newsroom.site(), place);
            let files = ["", "rss.xml", "atom.xml", "feed.json"];
            paths.extend(files.map(|file| format!("{folder}{file}")));
        }
        for entry in newsroom.entries() {
            paths.insert(newsroom.path(entry));
            paths.extend(entry.rare.aliases.iter().map(ToString::to_string));
        }
        paths
    }

    /// The answers at paths.
    pub(crate) fn answers(&self, paths: &BTreeSet<String>) -> BTreeMap<String, Answer> {
        let answers = paths.iter().map(|path| (path.clone(), self.get(path)));
        answers.collect()
    }

    /// What is at a path, in few words: `200`, `301 /news/b/`.
    pub(crate) fn status(&self, path: &str) -> String {
        let (status, fields, _) = self.get(path);
        let target = fields.get("location");
        let target = target.map(|url| url.replace("https://press.example.org", ""));
        target.map_or_else(|| status.to_string(), |target| format!("{status} {target}"))
    }
}

/// The text of a resource.
pub(crate) fn text(resource: &Resource) -> String {
    match resource.content() {
        Content::Text(texts) => {
            String::from_utf8(texts.get(Coding::Identity).unwrap().to_vec()).unwrap()
        }
        Content::File { .. } => panic!("a file"),
    }
}
