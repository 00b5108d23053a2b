//! The real binary: a data directory made of texts, a server over it on a port of the system's choice, and those who
//! ask it.

use assert_cmd::cargo::cargo_bin;
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The least that a site needs.
pub(crate) const SITE: &str = "title = \"Example\"\nbase_url = \"http://localhost:8080\"\nid_authority = \"example.org\"\nid_authority_date = \"2022\"\n";

/// Longer than any answer may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// What is waited for is looked at so often …
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// … and for so long.
const WAIT_MAX: Duration = Duration::from_secs(20);

/// A folder with a data directory `data` of these files in it.
pub(crate) const ITEM: &str = "title = \"First\"\ndate = 2026-03-01\nbody = \"Text.\"\n";

pub(crate) fn data(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        write(&folder.path().join("data").join(path), text);
    }
    folder
}

/// Writes a file in place, with the folders that it needs.
pub(crate) fn write(file: &Path, text: &str) {
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
}

pub(crate) fn tidings() -> Command {
    let mut command = Command::new(cargo_bin!("tidings"));
    command
        .env_remove("TIDINGS_STATE")
        .env_remove("TIDINGS_LISTEN")
        .env_remove("STATE_DIRECTORY");
    command
}

/// Runs `tidings check`; returns its status and all that it said.
pub(crate) fn check(data: &Path, more: &[&str]) -> (i32, String) {
    run(tidings().arg("check").arg(data).args(more))
}

/// Runs a command; returns its status and all that it said.
pub(crate) fn run(command: &mut Command) -> (i32, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    let text = String::from_utf8(stdout).unwrap() + &String::from_utf8(stderr).unwrap();
    (status.code().unwrap(), text)
}

/// A server that is stopped when it is dropped.
pub(crate) struct Serving {
    child: Child,
    address: String,
    said: Arc<Mutex<String>>,
    listening: Option<JoinHandle<()>>,
}

impl Serving {
    pub(crate) fn start(data: &Path, more: &[&str]) -> Self {
        Self::start_as(tidings(), data, more)
    }

    pub(crate) fn start_as(mut command: Command, data: &Path, more: &[&str]) -> Self {
        let mut child = command
            .arg("serve")
            .arg(data)
            .args(["--listen", "127.0.0.1:0"])
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let said = Arc::new(Mutex::new(String::new()));
        // What it says is taken from it at once: a full pipe would hold it up.
        let listening = std::thread::spawn({
            let (stderr, said) = (child.stderr.take().unwrap(), Arc::clone(&said));
            move || {
                for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                    let mut said = said.lock().unwrap();
                    said.push_str(&line);
                    said.push('\n');
                }
            }
        });
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap())
            .read_line(&mut line)
            .unwrap();
        let mut serving = Self {
            child,
            address: String::new(),
            said,
            listening: Some(listening),
        };
        match line.trim().strip_prefix("listening on http://") {
            Some(address) => address.clone_into(&mut serving.address),
            None => panic!("did not start: {}", serving.end().1),
        }
        serving
    }

    pub(crate) fn get(&self, path: &str) -> String {
        let fields = "Connection: close\r\n";
        let answer = self.connect().ask(path, fields);
        let answer = answer.unwrap_or_else(|error| panic!("{path}: {error}\n{}", self.said()));
        answer.head + &String::from_utf8_lossy(&answer.body)
    }

    /// A connection that stays open.
    pub(crate) fn connect(&self) -> Connection {
        Connection {
            address: self.address.clone(),
            stream: None,
        }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// What it has said so far.
    pub(crate) fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    pub(crate) fn signal(&self, signal: nix::sys::signal::Signal) {
        let id = i32::try_from(self.child.id()).unwrap();
        nix::sys::signal::kill(nix::unistd::Pid::from_raw(id), signal).unwrap();
    }

    /// Stops it as an operator does; returns what it said.
    pub(crate) fn stop(mut self) -> String {
        self.signal(nix::sys::signal::Signal::SIGTERM);
        let (is_well, said) = self.end();
        assert!(is_well, "{said}");
        said
    }

    /// Waits for its end; returns whether it ended well, and what it said.
    fn end(&mut self) -> (bool, String) {
        let status = self.child.wait().unwrap();
        if let Some(listening) = self.listening.take() {
            listening.join().unwrap();
        }
        (status.success(), self.said())
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It has ended already where the test stopped it.
        let _gone = self.child.kill();
        let _ended = self.child.wait();
    }
}

/// A connection that is opened again where the server has closed it.
pub(crate) struct Connection {
    address: String,
    stream: Option<BufReader<TcpStream>>,
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Status line and fields, with the empty line.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Connection {
    /// Sends a GET with further fields, each with its line end, and reads the answer.
    pub(crate) fn ask(&mut self, path: &str, fields: &str) -> io::Result<Answer> {
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n");
        if let Some(mut stream) = self.stream.take() {
            // A server may close a connection that waits; then the request goes out on another.
            let sent = stream.get_mut().write_all(request.as_bytes());
            if sent.is_ok() && stream.fill_buf().is_ok_and(|bytes| !bytes.is_empty()) {
                return self.read(stream);
            }
        }
        let mut stream = TcpStream::connect(&self.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        stream.write_all(request.as_bytes())?;
        self.read(BufReader::new(stream))
    }

    fn read(&mut self, mut stream: BufReader<TcpStream>) -> io::Result<Answer> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if stream.read_line(&mut head)? == 0 {
                return Err(io::Error::other(format!("the answer ends after {head:?}")));
            }
        }
        let mut answer = Answer {
            status: head[9..12].parse().map_err(io::Error::other)?,
            head,
            body: Vec::new(),
        };
        if answer.status != 304 {
            let length = answer.field("content-length").unwrap_or("0").parse();
            answer.body = vec![0; length.map_err(io::Error::other)?];
            stream.read_exact(&mut answer.body)?;
        }
        if answer.field("connection") != Some("close") {
            self.stream = Some(stream);
        }
        Ok(answer)
    }
}

impl Answer {
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines();
        lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    /// The value of a date field, in seconds since 1970.
    pub(crate) fn date(&self, name: &str) -> Option<u64> {
        let date = httpdate::parse_http_date(self.field(name)?).unwrap();
        let since = date.duration_since(std::time::UNIX_EPOCH).unwrap();
        Some(since.as_secs())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// The value of a field of an answer.
pub(crate) fn field<'a>(answer: &'a str, name: &str) -> &'a str {
    let start = format!("{name}: ");
    answer
        .lines()
        .find_map(|line| line.strip_prefix(start.as_str()))
        .unwrap_or_else(|| panic!("no {name}: {answer}"))
}

/// Asks until an answer pleases; the last one where none does in time.
pub(crate) fn ask_until(server: &Serving, path: &str, pleases: impl Fn(&str) -> bool) -> String {
    let until = Instant::now() + WAIT_MAX;
    loop {
        let answer = server.get(path);
        if pleases(&answer) || Instant::now() > until {
            return answer;
        }
        std::thread::sleep(LOOK_EVERY);
    }
}

/// Waits until something is so; false where it never is.
pub(crate) fn wait_until(is_so: impl Fn() -> bool) -> bool {
    let until = Instant::now() + WAIT_MAX;
    while !is_so() {
        if Instant::now() > until {
            return false;
        }
        std::thread::sleep(LOOK_EVERY);
    }
    true
}

/// Stops a server over `data` in a folder, and lets a fresh one serve a copy of what it leaves: what is at these paths is
/// the same, with its tags and dates.
pub(crate) fn is_as_a_fresh_one(server: Serving, folder: &Path, paths: &[&str]) -> String {
    let before: Vec<String> = paths.iter().map(|path| server.get(path)).collect();
    let said = server.stop();
    let copy = tempfile::tempdir().unwrap();
    for part in ["data", "data.state"] {
        copy_tree(&folder.join(part), &copy.path().join(part));
    }
    let fresh = Serving::start(&copy.path().join("data"), &[]);
    for (path, before) in paths.iter().zip(before) {
        let now = fresh.get(path);
        assert_eq!(without_date(&before), without_date(&now), "{path}\n{said}");
    }
    fresh.stop();
    said
}

/// An answer without what is another each second.
pub(crate) fn without_date(answer: &str) -> String {
    let date = field(answer, "date");
    answer.replace(&format!("\ndate: {date}"), "")
}

/// Copies a folder with the times of its files, links followed, and leaves out what is hidden.
pub(crate) fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (path, name) = (entry.path(), entry.file_name());
        if name.to_string_lossy().starts_with('.') {
            continue;
        }
        if path.is_dir() {
            copy_tree(&path, &to.join(name));
        } else {
            let modified = fs::metadata(&path).unwrap().modified().unwrap();
            let copy = to.join(name);
            fs::copy(path, &copy).unwrap();
            let file = fs::File::options().append(true).open(copy).unwrap();
            file.set_modified(modified).unwrap();
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the server under test reads this very clock"
)]
pub(crate) fn now_milliseconds() -> i64 {
    chrono::Utc::now().timestamp_millis()
}
