//! What each operation does to the world.

use super::draft::{self, Draft, FEEDS, LANGUAGES, TAGS};
use super::operation::{Kind, Operation};
use super::world::{Away, Held, World};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

/// The names that files and folders have.
const STEMS: [&str; 6] = ["a", "b", "c", "2026-03-01-d", "e.ru", "f"];
const FORMS: [&str; 3] = ["toml", "md", "json"];
const FOLDERS: [&str; 5] = ["news", "events", "press", "old-news", "news/deep"];

pub(crate) fn pick<T: Clone>(all: &[T], which: u8) -> Option<T> {
    all.get(usize::from(which) % all.len().max(1)).cloned()
}

impl World {
    /// Does it. What makes no sense at the moment does nothing.
    pub(crate) fn act(&mut self, operation: Operation) {
        let Operation { kind, which, how } = operation;
        match kind {
            Kind::New => self.new_item(which, how),
            Kind::Delete => self.delete(which),
            Kind::Recreate => self.recreate(which),
            Kind::Rename | Kind::MoveToSection | Kind::Duplicate => self.copy(kind, which, how),
            Kind::Truncate | Kind::BreakWithdrawn | Kind::NotUtf8 | Kind::TooLarge => {
                self.break_file(kind, which, how);
            }
            Kind::Directory => self.directory(which),
            Kind::LinkInside | Kind::LinkOutside => self.link(kind, which, how),
            Kind::SiteTitle
            | Kind::SiteLanguages
            | Kind::SiteTags
            | Kind::DefaultLanguage
            | Kind::SiteZone
            | Kind::SiteBaseUrl
            | Kind::SiteFeeds
            | Kind::SiteLogo
            | Kind::SiteBreak => self.site(kind, how),
            Kind::SectionWrite | Kind::SectionBreak | Kind::SectionDrop => {
                self.section(kind, which, how);
            }
            Kind::NewFolder => {
                if let Some(name) = pick(&FOLDERS, which) {
                    self.make_folder(name);
                }
            }
            Kind::RemoveFolder => self.remove_folder(which),
            Kind::RenameFolder => self.rename_folder(which, how),
            Kind::SwitchData => self.switch(),
            Kind::Media | Kind::MediaGone => self.media(kind, which, how),
            Kind::Swap => self.swap(which, how),
            Kind::FolderAway => self.folder_away(which),
            Kind::FolderBack => self.folder_back(which),
            Kind::NewMany => self.new_many(which, how),
            Kind::DeleteMany => self.delete_many(which),
            Kind::RecreateAll => self.recreate_all(),
            // Those are done by the test itself.
            Kind::Remove
            | Kind::Restart
            | Kind::RemoveMissing
            | Kind::Slowly
            | Kind::AwayAndBack => {}
            Kind::EditText
            | Kind::EditTitle
            | Kind::Correct
            | Kind::MoveDate
            | Kind::Sections
            | Kind::Mend
            | Kind::Embargo
            | Kind::Expire
            | Kind::Status
            | Kind::ReplacedBy
            | Kind::Slug
            | Kind::Alias
            | Kind::ChangeId
            | Kind::IdUri
            | Kind::Language
            | Kind::Picture
            | Kind::Tag
            | Kind::Slip
            | Kind::SlipBack
            | Kind::Advisory => self.edit(kind, which, how),
        }
    }

    pub(super) fn item_paths(&self) -> Vec<String> {
        self.files.keys().cloned().collect()
    }

    fn free_path(&self, which: u8, how: u8) -> Option<String> {
        let folders: Vec<&String> = self.folders.iter().collect();
        let folder = pick(&folders, which)?;
        let (stem, form) = (pick(&STEMS, which / 5)?, pick(&FORMS, how)?);
        let path = format!("{folder}/{stem}.{form}");
        (!self.files.contains_key(&path)).then_some(path)
    }

    fn new_item(&mut self, which: u8, how: u8) {
        if let Some(path) = self.free_path(which, how / 3) {
            let draft = self.draft(how);
            self.write(&path, draft);
        }
    }

    fn delete(&mut self, which: u8) {
        let Some(path) = pick(&self.item_paths(), which) else {
            return;
        };
        self.take_away(&self.data().join(&path));
        self.forget(&path);
    }

    /// A file is no longer there.
    pub(super) fn forget(&mut self, path: &str) {
        self.touch(path);
        self.renamed.retain(|(_, to)| to != path);
        match self.files.remove(path) {
            Some(Held::Good(draft) | Held::Broken { was: draft, .. }) => {
                self.gone.insert(path.to_owned(), draft);
            }
            Some(Held::Link) | None => {}
        }
    }

    fn recreate(&mut self, which: u8) {
        let gone: Vec<String> = self.gone.keys().cloned().collect();
        if let Some(path) = pick(&gone, which) {
            self.put_back(&path);
        }
    }

    fn put_back(&mut self, path: &str) {
        let folder = Path::new(path)
            .parent()
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        if !self.folders.contains(&folder) {
            self.make_folder(&folder);
        }
        let draft = self.gone[path].clone();
        self.write(path, draft);
    }

    fn copy(&mut self, kind: Kind, which: u8, how: u8) {
        let Some(from) = pick(&self.item_paths(), which) else {
            return;
        };
        let Some(Held::Good(draft)) = self.files.get(&from).cloned() else {
            return;
        };
        let folder = match kind {
            Kind::MoveToSection => pick(&self.folders.iter().cloned().collect::<Vec<_>>(), how),
            Kind::Duplicate if how >= 128 => {
                pick(&self.folders.iter().cloned().collect::<Vec<_>>(), how)
            }
            _ => from.rsplit_once('/').map(|(folder, _)| folder.to_owned()),
        };
        let name = from.rsplit('/').next().unwrap();
        let form = name.rsplit('.').next().unwrap();
        let name = match kind {
            Kind::MoveToSection => name.to_owned(),
            _ => format!("{}.{form}", pick(&STEMS, how).unwrap()),
        };
        let to = format!("{}/{name}", folder.unwrap());
        if self.files.contains_key(&to) || self.data().join(&to).is_dir() {
            return;
        }
        if kind == Kind::Duplicate {
            self.write(&to, draft);
            return;
        }
        fs::rename(self.data().join(&from), self.data().join(&to)).unwrap();
        self.moved(&from, &to);
    }

    /// A file has another name now.
    fn moved(&mut self, from: &str, to: &str) {
        self.touch(from);
        self.touch(to);
        let Some(held) = self.files.remove(from) else {
            return;
        };
        self.gone.remove(to);
        let earlier = self.renamed.iter().position(|(_, name)| name == from);
        let first = earlier.map(|at| self.renamed.remove(at).0);
        self.renamed.retain(|(_, name)| name != to);
        if self.edited.remove(from) {
            self.edited.insert(to.to_owned());
        } else {
            self.renamed
                .push((first.unwrap_or_else(|| from.to_owned()), to.to_owned()));
        }
        self.files.insert(to.to_owned(), held);
    }

    fn break_file(&mut self, kind: Kind, which: u8, how: u8) {
        let Some(path) = pick(&self.item_paths(), which) else {
            return;
        };
        let Some(Held::Good(was) | Held::Broken { was, .. }) = self.files.get(&path).cloned()
        else {
            return;
        };
        let text = was.spell(&path);
        match kind {
            Kind::Truncate => {
                let end = text.floor_char_boundary(text.len() * usize::from(how) / 256);
                self.halves.remove(&was.text);
                self.wreck(&path, was, &text.as_bytes()[..end], false);
            }
            Kind::BreakWithdrawn => {
                let status = pick(&["canceled", "withheld", "draft", "cancelled"], how).unwrap();
                let sign = if path.ends_with(".json") {
                    format!("{{\"status\": \"{status}\",\n\"title\": \n")
                } else {
                    format!("+++\nstatus = \"{status}\"\ntitle = \n")
                };
                let sign = sign
                    .strip_prefix("+++\n")
                    .filter(|_| path.ends_with(".toml"))
                    .unwrap_or(&sign);
                self.wreck(&path, was, sign.as_bytes(), true);
            }
            Kind::NotUtf8 => {
                let bytes = [text.as_bytes(), &[0xff, 0xfe]].concat();
                self.wreck(&path, was, &bytes, false);
            }
            _ => {
                let bytes = format!("{text}\n{}", " ".repeat(4 * 1024 * 1024));
                self.wreck(&path, was, bytes.as_bytes(), false);
            }
        }
    }

    fn directory(&mut self, which: u8) {
        let Some(path) = pick(&self.item_paths(), which) else {
            return;
        };
        let at = self.data().join(&path);
        self.take_away(&at);
        fs::create_dir(&at).unwrap();
        self.forget(&path);
    }

    fn link(&mut self, kind: Kind, which: u8, how: u8) {
        let Some(path) = self.free_path(how, which) else {
            return;
        };
        let at = self.data().join(&path);
        self.take_away(&at);
        if kind == Kind::LinkInside {
            let Some(target) = pick(&self.item_paths(), which) else {
                return;
            };
            let up = "../".repeat(path.matches('/').count());
            symlink(format!("{up}{target}"), at).unwrap();
        } else {
            let outside = self.root().join("outside/x.toml");
            let draft = self.draft(0);
            fs::write(&outside, draft.spell("x.toml")).unwrap();
            symlink(outside, at).unwrap();
        }
        self.touch(&path);
        self.files.insert(path, Held::Link);
    }

    fn site(&mut self, kind: Kind, how: u8) {
        match kind {
            Kind::SiteTitle => self.site.title = self.next(),
            Kind::SiteLanguages => self.site.languages = pick(&LANGUAGES, how).unwrap().to_vec(),
            Kind::DefaultLanguage => {
                let last = self.site.languages.len() - 1;
                self.site.languages.swap(0, last);
            }
            Kind::SiteTags => self.site.tags = pick(&TAGS, how).unwrap(),
            Kind::SiteZone => {
                self.site.zone = pick(&["Europe/Moscow", "UTC", "America/New_York"], how).unwrap();
            }
            Kind::SiteBaseUrl => {
                let urls = ["https://press.example.org", "https://www.example.org/press"];
                self.site.base_url = pick(&urls, how).unwrap();
            }
            Kind::SiteFeeds => self.site.feeds = pick(&FEEDS, how).unwrap().to_owned(),
            Kind::SiteLogo => self.site.logo = (!how.is_multiple_of(3)).then_some(how % 3),
            _ => {
                let text = self.site.spell();
                let end = text.floor_char_boundary(text.len() * usize::from(how) / 256);
                let wreck = format!("{}\nbroken = ", &text[..end]);
                self.put("site.toml", wreck.as_bytes());
                return;
            }
        }
        let text = self.site.spell();
        self.put("site.toml", text.as_bytes());
    }

    fn section(&mut self, kind: Kind, which: u8, how: u8) {
        let folders: Vec<&String> = self.folders.iter().collect();
        let Some(folder) = pick(&folders, which) else {
            return;
        };
        let path = format!("{folder}/section.toml");
        let number = self.next();
        match kind {
            Kind::SectionWrite => self.put(&path, draft::section(number, how).as_bytes()),
            Kind::SectionBreak => self.put(&path, b"title = \n"),
            _ => {
                self.take_away(&self.data().join(&path));
                self.touch(&path);
            }
        }
    }

    fn remove_folder(&mut self, which: u8) {
        let folders: Vec<String> = self.folders.iter().cloned().collect();
        let Some(folder) = pick(&folders, which) else {
            return;
        };
        self.take_away(&self.data().join(&folder));
        let below = format!("{folder}/");
        self.folders
            .retain(|name| *name != folder && !name.starts_with(&below));
        for path in self.item_paths() {
            if path.starts_with(&below) {
                self.forget(&path);
            }
        }
        self.touch(&folder);
    }

    fn rename_folder(&mut self, which: u8, how: u8) {
        let folders: Vec<String> = self.folders.iter().cloned().collect();
        let (Some(from), Some(to)) = (pick(&folders, which), pick(&FOLDERS, how)) else {
            return;
        };
        let is_free =
            !self.folders.contains(to) && !to.contains('/') && !self.data().join(to).exists();
        if !is_free {
            return;
        }
        fs::rename(self.data().join(&from), self.data().join(to)).unwrap();
        let below = format!("{from}/");
        let renamed = |name: &String| match name.strip_prefix(&below) {
            Some(rest) => format!("{to}/{rest}"),
            None if *name == from => to.to_owned(),
            None => name.clone(),
        };
        self.folders = self.folders.iter().map(renamed).collect();
        for path in self.item_paths() {
            if path.starts_with(&below) {
                self.moved(&path, &renamed(&path));
            }
        }
        // The watch tells of the folder alone.
        self.touched.retain(|path| !path.starts_with(&below));
        self.touch(&from);
        self.touch(to);
    }

    /// Puts a copy of the data directory in its place, as deployments do.
    fn switch(&mut self) {
        let number = self.next();
        let copy = self.root().join(format!("v{number}"));
        let data = fs::canonicalize(self.data()).unwrap();
        copy_tree(&data, &copy);
        if self.is_linked {
            let link = self.root().join("new");
            symlink(format!("v{number}"), &link).unwrap();
            fs::rename(link, self.data()).unwrap();
            if number.is_multiple_of(2) {
                fs::remove_dir_all(data).unwrap();
            }
        } else {
            fs::rename(self.data(), self.root().join(format!("old{number}"))).unwrap();
            fs::rename(copy, self.data()).unwrap();
        }
        self.must_rescan = true;
    }

    fn media(&mut self, kind: Kind, which: u8, how: u8) {
        let path = format!("media/{}.png", which % 3);
        if kind == Kind::MediaGone {
            self.take_away(&self.data().join(&path));
            self.touch(&path);
            return;
        }
        fs::create_dir_all(self.data().join("media")).unwrap();
        let logo = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/media/logo.png");
        let mut bytes = fs::read(logo).unwrap();
        bytes.extend([how; 4]);
        self.put(&path, &bytes);
    }

    fn edit(&mut self, kind: Kind, which: u8, how: u8) {
        if let Some(path) = pick(&self.item_paths(), which) {
            self.edit_file(&path, kind, how);
        }
    }

    /// Gives one of these files another text.
    pub(super) fn edit_one(&mut self, paths: &[String], which: u8) {
        if let Some(path) = pick(paths, which) {
            self.edit_file(&path, Kind::EditText, 0);
        }
    }

    fn edit_file(&mut self, path: &str, kind: Kind, how: u8) {
        let mut draft = match self.files.get(path).cloned() {
            Some(Held::Good(draft)) => draft,
            // Whoever edits a broken file mends it.
            Some(Held::Broken { was, .. }) => was,
            Some(Held::Link) | None => return,
        };
        self.change(path, &mut draft, kind, how);
        self.write(path, draft);
    }

    fn change(&mut self, path: &str, draft: &mut Draft, kind: Kind, how: u8) {
        let (now, number) = (self.now(), self.next());
        // A secret is a text that nobody has seen yet. A date may slip and nothing else.
        if !matches!(kind, Kind::Slip | Kind::SlipBack) || how >= 128 {
            draft.text = number;
        }
        let hours = i64::from(how % 8) * 3_600;
        match kind {
            Kind::EditTitle => draft.title = number,
            Kind::Slip => {
                let day = 86_400;
                let ahead = [3 * 3_600, 30 * 3_600, 40 * day, 1_100 * day];
                let at = now + ahead[usize::from(how % 4)];
                let before = (draft.date, draft.embargo);
                self.slipped.entry(path.to_owned()).or_insert(before);
                if how & 12 == 12 {
                    draft.embargo = Some(at);
                } else {
                    draft.date = at;
                }
            }
            Kind::SlipBack => {
                if let Some((date, embargo)) = self.slipped.remove(path) {
                    (draft.date, draft.embargo) = (date, embargo);
                }
            }
            Kind::Tag => {
                let tags = [None, Some("water"), Some("River"), Some("WATER")];
                draft.tag = pick(&tags, how).unwrap();
            }
            Kind::Correct if how % 4 == 3 => draft.updated = Some(now + hours),
            Kind::Correct => draft
                .corrections
                .push(now + hours * i64::from(how % 2) - 60),
            Kind::MoveDate => draft.date += hours - 4 * 3_600,
            Kind::Sections => {
                draft.sections = [vec![], vec!["news"], vec!["events", "news"], vec!["press"]]
                    [usize::from(how % 4)]
                .iter()
                .map(|name| (*name).to_owned())
                .collect();
            }
            Kind::Embargo => {
                let ways = [
                    None,
                    Some(now - 5_000),
                    Some(now + 2),
                    Some(now + hours + 60),
                    Some(self.never()),
                ];
                draft.embargo = pick(&ways, how).unwrap();
            }
            Kind::Expire => {
                let ways = [None, Some(now - 100), Some(now + 2), Some(now + hours + 60)];
                draft.expires = pick(&ways, how).unwrap();
            }
            Kind::Status => {
                let ways = [
                    None,
                    Some("usable"),
                    Some("draft"),
                    Some("withheld"),
                    Some("canceled"),
                ];
                draft.status = pick(&ways, how).unwrap();
                draft.note = (how >= 128).then_some("It was wrong.");
            }
            Kind::ReplacedBy => draft.replaced_by = self.some_id(how),
            Kind::Slug => {
                draft.slug = (!how.is_multiple_of(4)).then(|| format!("slug-{}", how % 4))
            }
            Kind::Alias => draft.aliases = vec![format!("/news/slug-{}/", how % 5)],
            Kind::ChangeId => {
                draft.id = match how % 4 {
                    0 => None,
                    1 => self.some_id(how / 4),
                    _ => Some(format!("own-{number}")),
                };
            }
            Kind::IdUri => {
                draft.id_uri =
                    (!how.is_multiple_of(3)).then(|| format!("https://old.example/{}", how % 3))
            }
            Kind::Language => {
                draft.language = pick(&[None, Some("ru"), Some("de"), Some("en")], how).unwrap()
            }
            Kind::Picture => {
                draft.image = (!how.is_multiple_of(4)).then_some(how % 3);
                draft.figure = (how % 5 > 2).then_some(how % 3);
            }
            Kind::Advisory => draft.is_advisory = !draft.is_advisory,
            _ => {}
        }
    }

    /// An id that another item has or may get.
    fn some_id(&self, which: u8) -> Option<String> {
        let drafts = self.files.iter().filter_map(|(path, held)| match held {
            Held::Good(draft) => draft.id.clone().or_else(|| {
                let name = path.rsplit('/').next()?;
                Some(name.rsplit_once('.')?.0.to_owned())
            }),
            Held::Broken { .. } | Held::Link => None,
        });
        pick(&drafts.collect::<Vec<_>>(), which)
    }
}

impl World {
    /// Two files of one form take each other's names, wherever they lie.
    fn swap(&mut self, which: u8, how: u8) {
        let good: Vec<String> = self
            .files
            .iter()
            .filter(|(_, held)| matches!(held, Held::Good(_)))
            .map(|(path, _)| path.clone())
            .collect();
        let Some(one) = pick(&good, which) else {
            return;
        };
        let form = |path: &str| path.rsplit('.').next().unwrap().to_owned();
        let others: Vec<String> = good
            .into_iter()
            .filter(|path| *path != one && form(path) == form(&one))
            .collect();
        let Some(other) = pick(&others, how) else {
            return;
        };
        let aside = format!("{}/.swap", one.rsplit_once('/').unwrap().0);
        for (from, to) in [(&one, &aside), (&other, &one), (&aside, &other)] {
            fs::rename(self.data().join(from), self.data().join(to)).unwrap();
            self.moved(from, to);
        }
    }

    /// A folder is moved out of the directory.
    fn folder_away(&mut self, which: u8) {
        let folders: Vec<String> = self.folders.iter().cloned().collect();
        let Some(name) = pick(&folders, which) else {
            return;
        };
        if self.folders_away.iter().any(|away| away.name == name) {
            return;
        }
        let number = self.next();
        let at = self.root().join(format!("outside/away{number}"));
        fs::rename(self.data().join(&name), &at).unwrap();
        let below = format!("{name}/");
        let is_below = |path: &str| path.starts_with(&below);
        let files: BTreeMap<String, Held> = self
            .files
            .iter()
            .filter(|(path, _)| is_below(path))
            .map(|(path, held)| (path.clone(), held.clone()))
            .collect();
        let inner: BTreeSet<String> = self
            .folders
            .iter()
            .filter(|folder| **folder == name || is_below(folder))
            .cloned()
            .collect();
        self.folders.retain(|folder| !inner.contains(folder));
        for path in files.keys() {
            self.forget(path);
            self.gone.remove(path);
        }
        self.touched.retain(|path| !path.starts_with(&below));
        self.touch(&name);
        self.folders_away.push(Away {
            name,
            at,
            files,
            folders: inner,
        });
    }

    /// It is put back as it was.
    fn folder_back(&mut self, which: u8) {
        if self.folders_away.is_empty() {
            return;
        }
        let at = usize::from(which) % self.folders_away.len();
        let name = &self.folders_away[at].name;
        let parent = name.rsplit_once('/').map(|(parent, _)| parent);
        let has_parent = parent.is_none_or(|parent| self.folders.contains(parent));
        if self.data().join(name).exists() || !has_parent {
            return;
        }
        let away = self.folders_away.remove(at);
        fs::rename(&away.at, self.data().join(&away.name)).unwrap();
        self.folders.extend(away.folders);
        for path in away.files.keys() {
            self.gone.remove(path);
            self.edited.insert(path.clone());
        }
        self.files.extend(away.files);
        self.touch(&away.name);
    }

    fn new_many(&mut self, which: u8, how: u8) {
        let folders: Vec<String> = self.folders.iter().cloned().collect();
        let Some(folder) = pick(&folders, which) else {
            return;
        };
        for number in 0..7 {
            let path = format!("{folder}/m{number}.{}", pick(&FORMS, how).unwrap());
            if !self.files.contains_key(&path) {
                let draft = self.draft(how & 0xf0);
                self.write(&path, draft);
            }
        }
    }

    /// All files of a folder are deleted.
    fn delete_many(&mut self, which: u8) {
        let folders: Vec<String> = self.folders.iter().cloned().collect();
        let Some(folder) = pick(&folders, which) else {
            return;
        };
        let below = format!("{folder}/");
        for path in self
            .item_paths()
            .iter()
            .filter(|path| path.starts_with(&below))
        {
            self.take_away(&self.data().join(path));
            self.forget(path);
        }
    }

    fn recreate_all(&mut self) {
        let gone: Vec<String> = self.gone.keys().cloned().collect();
        for path in gone {
            self.put_back(&path);
        }
    }
}

fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type().unwrap();
        if kind.is_symlink() {
            symlink(fs::read_link(&source).unwrap(), target).unwrap();
        } else if kind.is_dir() {
            copy_tree(&source, &target);
        } else {
            fs::copy(source, target).unwrap();
        }
    }
}
