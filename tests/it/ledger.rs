//! A ledger that cannot be used as it should be, when the server starts and while it runs. An item that was withdrawn by
//! `tidings remove` tells whether it was forgotten: its file is still there.

use crate::serving::{ITEM, SITE, Serving, ask_until, data, now_milliseconds, run, tidings, write};
use chrono::DateTime;
use rusqlite::Connection;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A publication of which an item was withdrawn, stopped.
struct Withdrawn {
    folder: TempDir,
}

impl Withdrawn {
    fn new(others: usize) -> Self {
        let names: Vec<String> = (0..others).map(|n| format!("news/n{n:04}.toml")).collect();
        let mut files = vec![("site.toml", SITE), ("news/gone.toml", ITEM)];
        files.extend(names.iter().map(|name| (name.as_str(), ITEM)));
        let folder = data(&files);
        let withdrawn = Self { folder };
        let server = withdrawn.serve();
        let (status, said) = run(tidings().args(["remove", "gone"]).arg(withdrawn.data()));
        assert_eq!(status, 0, "{said}");
        is_gone(&server);
        server.stop();
        withdrawn
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn ledger(&self) -> PathBuf {
        self.folder.path().join("data.state/ledger.sqlite")
    }

    fn serve(&self) -> Serving {
        Serving::start(&self.data(), &[])
    }

    /// The names in the state directory, and what is in the ledger.
    fn state(&self) -> (Vec<String>, Vec<u8>) {
        let folder = self.folder.path().join("data.state");
        let names = fs::read_dir(folder).unwrap().flatten();
        let mut names: Vec<String> = names
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .filter(|name| name.starts_with("ledger.sqlite") && !name.ends_with("-shm"))
            .filter(|name| !name.ends_with("-wal"))
            .collect();
        names.sort();
        (names, fs::read(self.ledger()).unwrap_or_default())
    }

    /// A start is refused, with these words, and changes nothing.
    fn is_refused(&self, words: &[&str]) {
        let before = self.state();
        let began = Instant::now();
        let (status, said) = run(tidings()
            .arg("serve")
            .arg(self.data())
            .args(["--listen", "127.0.0.1:0"]));
        assert_eq!(status, 1, "{said}");
        assert!(began.elapsed() < Duration::from_secs(25), "{said}");
        for words in words {
            assert!(said.contains(words), "{said}");
        }
        assert!(self.state() == before, "{:?}: {said}", self.state().0);
    }
}

fn is_gone(server: &Serving) {
    let page = ask_until(server, "/news/gone/", |page| {
        page.starts_with("HTTP/1.1 410 ")
    });
    assert!(
        page.starts_with("HTTP/1.1 410 "),
        "{page}\n{}",
        server.said()
    );
}

#[test]
fn a_ledger_that_another_program_holds_is_waited_for_and_then_the_start_is_refused() {
    let withdrawn = Withdrawn::new(1);
    let other = Connection::open(withdrawn.ledger()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    withdrawn.is_refused(&["held by another program", "waiting for it"]);
    // One that is given back in time is used.
    std::thread::scope(|scope| {
        scope.spawn(move || {
            std::thread::sleep(Duration::from_secs(3));
            drop(other);
        });
        let server = withdrawn.serve();
        is_gone(&server);
        server.stop();
    });
}

#[test]
fn a_ledger_that_cannot_be_opened_is_left_as_it_is() {
    let withdrawn = Withdrawn::new(1);
    let (ledger, kept) = (withdrawn.ledger(), withdrawn.folder.path().join("kept"));
    fs::rename(&ledger, &kept).unwrap();
    fs::create_dir(&ledger).unwrap();
    withdrawn.is_refused(&["cannot open the ledger"]);
    fs::remove_dir(&ledger).unwrap();
    fs::rename(&kept, &ledger).unwrap();
    let server = withdrawn.serve();
    is_gone(&server);
    server.stop();
}

/// Runs the program as a user who owns nothing, where this process may choose.
fn as_nobody(data: &Path) -> Option<(i32, String)> {
    use std::os::unix::fs::MetadataExt;
    // Only root may become somebody else.
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        return None;
    }
    let mut command = std::process::Command::new("setpriv");
    command
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .arg(assert_cmd::cargo::cargo_bin!("tidings"))
        .arg("serve")
        .arg(data)
        .args(["--listen", "127.0.0.1:0"]);
    Some(run(&mut command))
}

#[test]
fn a_ledger_of_another_owner_is_not_forgotten() {
    use std::os::unix::fs::PermissionsExt;
    let withdrawn = Withdrawn::new(1);
    let open = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    open(withdrawn.folder.path(), 0o755);
    let state = withdrawn.folder.path().join("data.state");
    // Whoever may read the directory and not write it, and whoever may write it and not read the ledger.
    for (of_state, of_ledger) in [(0o755, 0o644), (0o777, 0o600), (0o700, 0o600)] {
        open(&state, of_state);
        open(&state.join("lock"), 0o666);
        open(&withdrawn.ledger(), of_ledger);
        let before = withdrawn.state();
        let Some((status, said)) = as_nobody(&withdrawn.data()) else {
            return;
        };
        assert!(status == 1 && said.contains("cannot"), "{said}");
        assert!(withdrawn.state() == before, "{said}");
    }
    open(&state, 0o700);
    let server = withdrawn.serve();
    is_gone(&server);
    server.stop();
}

#[test]
fn a_disk_that_is_full_at_the_start_costs_nothing() {
    let withdrawn = Withdrawn::new(1);
    let state = withdrawn.folder.path().join("data.state");
    let small = withdrawn.folder.path().join("small");
    fs::create_dir(&small).unwrap();
    let mount = std::process::Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"])
        .arg(&small)
        .output();
    if !mount.is_ok_and(|done| done.status.success()) {
        // Only root may make a small disk.
        return;
    }
    let unmount = Unmount(small.clone());
    for entry in fs::read_dir(&state).unwrap().flatten() {
        fs::copy(entry.path(), small.join(entry.file_name())).unwrap();
    }
    let filler = small.join("filler");
    let mut bytes = 1 << 20;
    while bytes > 0 {
        // As much as there is room for.
        let old = fs::read(&filler).unwrap_or_default().len();
        if fs::write(&filler, vec![0; old + bytes]).is_err() {
            bytes /= 2;
        }
    }
    let arguments = ["--state", small.to_str().unwrap()];
    let before = fs::read(small.join("ledger.sqlite")).unwrap();
    let (status, said) = run(tidings()
        .arg("serve")
        .arg(withdrawn.data())
        .args(["--listen", "127.0.0.1:0"])
        .args(arguments));
    assert!(status == 1 && said.contains("ledger"), "{said}");
    assert!(fs::read(small.join("ledger.sqlite")).unwrap() == before);
    fs::remove_file(&filler).unwrap();
    let server = Serving::start(&withdrawn.data(), &arguments);
    is_gone(&server);
    server.stop();
    drop(unmount);
}

struct Unmount(PathBuf);

impl Drop for Unmount {
    fn drop(&mut self) {
        // What cannot be unmounted goes with the machine.
        let _done = std::process::Command::new("umount").arg(&self.0).status();
    }
}

#[test]
fn a_first_start_that_cannot_write_leaves_no_empty_ledger() {
    let folder = data(&[("site.toml", SITE), ("news/a.toml", ITEM)]);
    let state = folder.path().join("data.state");
    let (status, said) = run(std::process::Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 8 && exec \"$0\" \"$@\""])
        .arg(assert_cmd::cargo::cargo_bin!("tidings"))
        .arg("serve")
        .arg(folder.path().join("data"))
        .args(["--listen", "127.0.0.1:0"]));
    assert!(
        status == 1 && said.contains("cannot make the ledger"),
        "{said}"
    );
    let left = fs::read_dir(&state).unwrap().flatten();
    let left: Vec<_> = left.map(|entry| entry.file_name()).collect();
    assert_eq!(left, ["lock"], "{said}");
    Serving::start(&folder.path().join("data"), &[]).stop();
}

#[test]
fn what_was_withdrawn_is_read_out_of_a_damaged_ledger() {
    let withdrawn = Withdrawn::new(400);
    let whole = fs::read(withdrawn.ledger()).unwrap();
    let damage: [(&str, &dyn Fn() -> Vec<u8>); 2] = [
        ("cut", &|| whole[..whole.len() - 4_096 - 17].to_vec()),
        ("overwritten", &|| {
            let mut bytes = whole.clone();
            let at = whole.len() / 4096 / 2 * 4096;
            bytes[at..at + 4096].fill(0xa5);
            bytes
        }),
    ];
    for (name, damaged) in damage {
        fs::write(withdrawn.ledger(), damaged()).unwrap();
        for suffix in ["-wal", "-shm"] {
            let _gone = fs::remove_file(
                withdrawn
                    .ledger()
                    .with_file_name(format!("ledger.sqlite{suffix}")),
            );
        }
        let server = withdrawn.serve();
        let page = server.get("/news/gone/");
        let said = server.stop();
        assert!(page.starts_with("HTTP/1.1 410 "), "{name}: {page}\n{said}");
    }
}

#[test]
fn a_lock_that_another_program_holds_delays_neither_embargo_nor_withdrawal() {
    let folder = data(&[("site.toml", SITE), ("news/a.toml", ITEM)]);
    let path = folder.path().join("data");
    let server = Serving::start(&path, &[]);
    let other = Connection::open(folder.path().join("data.state/ledger.sqlite")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let due = now_milliseconds() / 1_000 + 3;
    let until = DateTime::from_timestamp(due, 0).unwrap().to_rfc3339();
    let sealed = ITEM.replace("First", "Sealed");
    write(
        &path.join("news/b.toml"),
        &format!("{sealed}embargo_until = {until}\n"),
    );
    let feed = ask_until(&server, "/rss.xml", |feed| feed.contains("Sealed"));
    let late = now_milliseconds() - due * 1_000;
    assert!(feed.contains("Sealed") && late < 1_000, "late by {late} ms");
    let began = Instant::now();
    write(
        &path.join("news/a.toml"),
        &format!("status = \"canceled\"\nstatus_note = \"n\"\n{ITEM}"),
    );
    ask_until(&server, "/news/a/", |page| {
        page.starts_with("HTTP/1.1 410 ")
    });
    assert!(
        began.elapsed() < Duration::from_millis(2_500),
        "{:?}",
        began.elapsed()
    );
    let said = server.said();
    assert_eq!(said.matches("cannot write the ledger").count(), 1, "{said}");
    drop(other);
    let has_written = crate::serving::wait_until(|| server.said().contains("is written again"));
    assert!(has_written, "{}", server.said());
    server.stop();
    let server = Serving::start(&path, &[]);
    assert!(server.get("/news/a/").starts_with("HTTP/1.1 410 "));
    server.stop();
}

#[test]
fn a_damaged_ledger_is_kept_aside_and_a_read_only_place_costs_a_warning() {
    let folder = data(&[("site.toml", SITE), ("news/a.toml", ITEM)]);
    let state = folder.path().join("data.state");
    fs::create_dir(&state).unwrap();
    fs::write(
        state.join("ledger.sqlite"),
        "this is no database, but long enough to be looked at".repeat(100),
    )
    .unwrap();
    let server = Serving::start(&folder.path().join("data"), &[]);
    assert!(server.get("/rss.xml").contains("First"));
    assert!(server.stop().contains("a new ledger is begun"));
    assert!(
        fs::read_dir(&state)
            .unwrap()
            .flatten()
            .any(|entry| entry.file_name().to_string_lossy().contains("damaged"))
    );
    let server = Serving::start(
        &folder.path().join("data"),
        &["--state", "/proc/none/state"],
    );
    assert!(server.get("/rss.xml").contains("First"));
    assert!(server.stop().contains("kept in memory"));
}

#[test]
fn a_ledger_and_an_index_that_are_damaged_within_stop_nothing() {
    let names: Vec<String> = (0..40)
        .map(|number| format!("news/{number}.toml"))
        .collect();
    let files = names.iter().map(|name| (name.as_str(), ITEM));
    let files: Vec<(&str, &str)> = files.chain([("site.toml", SITE)]).collect();
    let folder = data(&files);
    let (data, state) = (folder.path().join("data"), folder.path().join("data.state"));
    let server = Serving::start(&data, &[]);
    let before = server.get("/rss.xml");
    assert!(before.contains("First"));
    server.stop();
    for file in ["ledger.sqlite", "index.sqlite"] {
        let mut bytes = fs::read(state.join(file)).unwrap();
        assert!(bytes.len() > 8192, "{file}: {}", bytes.len());
        bytes[4096..].fill(0xa5);
        fs::write(state.join(file), bytes).unwrap();
    }
    let server = Serving::start(&data, &[]);
    let after = server.get("/rss.xml");
    let body = |answer: &str| answer.split_once("\r\n\r\n").unwrap().1.to_owned();
    assert_eq!(body(&after), body(&before));
    let said = server.stop();
    assert!(said.contains("a new ledger is begun"), "{said}");
}
