//! Signals that come when the server is busy with something else.

use super::item;
use crate::serving::{SITE, data, tidings};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::{Duration, Instant};

/// A start takes so long at the least when a file has just been saved.
const DURING_START: [u64; 4] = [40, 100, 300, 900];

fn start(folder: &std::path::Path) -> std::process::Child {
    tidings()
        .arg("serve")
        .arg(folder.join("data"))
        .args(["--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn signal(child: &std::process::Child, signal: Signal) {
    kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), signal).unwrap();
}

#[test]
fn a_hang_up_during_the_start_does_not_end_the_program() {
    let folder = data(&[("site.toml", SITE), ("news/a.toml", &item("First"))]);
    let mut child = start(folder.path());
    for pause in DURING_START {
        std::thread::sleep(Duration::from_millis(pause));
        signal(&child, Signal::SIGHUP);
    }
    let mut line = String::new();
    let mut said = BufReader::new(child.stdout.take().unwrap());
    said.read_line(&mut line).unwrap();
    assert!(line.starts_with("listening on "), "{line}");
    signal(&child, Signal::SIGTERM);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_start_that_is_told_to_stop_stops() {
    for pause in DURING_START {
        let folder = data(&[("site.toml", SITE), ("news/a.toml", &item("First"))]);
        let mut child = start(folder.path());
        std::thread::sleep(Duration::from_millis(pause));
        let told = Instant::now();
        signal(&child, Signal::SIGTERM);
        assert!(child.wait().unwrap().success(), "after {pause} ms");
        assert!(told.elapsed() < Duration::from_secs(2), "after {pause} ms");
    }
}
