//! As much of a WebDriver client (W3C, WebDriver) as the tests need, over ChromeDriver.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tempfile::TempDir;

/// The key that moves the focus on.
pub(super) const TAB: char = '\u{E004}';

/// The key that follows a link.
pub(super) const ENTER: char = '\u{E007}';

/// Longer than any command takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// Nothing but the pages under test is to be loaded.
const ARGUMENTS: [&str; 12] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--hide-scrollbars",
    "--lang=en",
];

/// One browser at a time: each takes a whole core.
static TURN: Mutex<()> = Mutex::new(());

/// A browser that ends when it is dropped.
pub(super) struct Browser {
    driver: Child,
    address: String,
    session: String,
    _profile: TempDir,
    _turn: MutexGuard<'static, ()>,
}

impl Browser {
    pub(super) fn start() -> Self {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("`tests/run.sh` installs Chromium and ChromeDriver");
        let lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = lines.map_while(Result::ok).find_map(|line| {
            let (_, port) = line.split_once("successfully on port ")?;
            Some(port.trim_end_matches('.').to_owned())
        });
        let profile = tempfile::tempdir().unwrap();
        let mut browser = Self {
            driver,
            address: format!("127.0.0.1:{}", port.expect("ChromeDriver says its port")),
            session: String::new(),
            _profile: profile,
            _turn: turn,
        };
        let own = format!("--user-data-dir={}", browser._profile.path().display());
        let arguments: Vec<&str> = ARGUMENTS.into_iter().chain([own.as_str()]).collect();
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "goog:chromeOptions": { "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL" },
        } } });
        let session = browser.call("POST", "/session", &wanted);
        let id = session["sessionId"].as_str();
        browser.session = format!("/session/{}", id.unwrap_or_else(|| panic!("{session}")));
        browser
    }

    /// Opens a page.
    pub(super) fn go(&self, url: &str) {
        self.post("/url", &json!({ "url": url }));
    }

    /// The path of the page that is open.
    pub(super) fn path(&self, base: &str) -> String {
        let url = self.call("GET", &format!("{}/url", self.session), &Value::Null);
        let url = url.as_str().unwrap();
        url.strip_prefix(base).unwrap_or(url).to_owned()
    }

    /// Runs a script; what it promises is waited for.
    pub(super) fn run(&self, script: &str) -> Value {
        self.post("/execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// Clicks on the first element of a selector.
    pub(super) fn click(&self, selector: &str) {
        let found = self.post(
            "/element",
            &json!({ "using": "css selector", "value": selector }),
        );
        let element = found.as_object().and_then(|found| found.values().next());
        let element = element
            .and_then(Value::as_str)
            .unwrap_or_else(|| panic!("{selector}: {found}"));
        self.post(&format!("/element/{element}/click"), &json!({}));
    }

    /// Presses a key.
    pub(super) fn key(&self, key: char) {
        let press = [
            json!({ "type": "keyDown", "value": key }),
            json!({ "type": "keyUp", "value": key }),
        ];
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": press });
        self.post("/actions", &json!({ "actions": [keyboard] }));
    }

    /// Sets the preferred colour scheme.
    pub(super) fn prefer(&self, scheme: &str) {
        let feature = json!({ "name": "prefers-color-scheme", "value": scheme });
        self.command(
            "Emulation.setEmulatedMedia",
            &json!({ "features": [feature] }),
        );
    }

    /// Sets the size of the window in pixels.
    pub(super) fn resize(&self, width: u32, height: u32) {
        let metrics =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.command("Emulation.setDeviceMetricsOverride", &metrics);
    }

    /// The height of the page that is open, in pixels.
    pub(super) fn height(&self) -> u32 {
        let metrics = self.command("Page.getLayoutMetrics", &json!({}));
        let height = metrics["cssContentSize"]["height"].as_u64();
        height.unwrap().try_into().unwrap()
    }

    /// The window as a PNG, in base64.
    pub(super) fn screenshot(&self) -> String {
        let picture = self.command("Page.captureScreenshot", &json!({}));
        picture["data"].as_str().unwrap().to_owned()
    }

    /// What the console said since the last call.
    pub(super) fn console(&self) -> Vec<String> {
        let entries = self.post("/se/log", &json!({ "type": "browser" }));
        let entries = entries.as_array().unwrap().iter();
        entries
            .map(|entry| entry["message"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Ends the browser.
    pub(super) fn quit(self) {
        self.call("DELETE", &self.session, &Value::Null);
    }

    fn command(&self, name: &str, parameters: &Value) -> Value {
        self.post(
            "/goog/cdp/execute",
            &json!({ "cmd": name, "params": parameters }),
        )
    }

    fn post(&self, command: &str, body: &Value) -> Value {
        self.call("POST", &format!("{}{command}", self.session), body)
    }

    /// Sends a command; its value.
    fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let length = body.len();
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
        );
        stream.write_all((head + &body).as_bytes()).unwrap();
        let mut stream = BufReader::new(stream);
        let (mut line, mut length) = (String::new(), 0);
        while line != "\r\n" {
            line.clear();
            stream.read_line(&mut line).unwrap();
            let field = line.to_ascii_lowercase();
            if let Some(value) = field.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
        }
        let mut answer = vec![0; length];
        stream.read_exact(&mut answer).unwrap();
        let value = serde_json::from_slice::<Value>(&answer).unwrap()["value"].take();
        assert!(value.get("error").is_none(), "{method} {path}: {value:#}");
        value
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It has ended already where the test went well; the browser goes with its driver.
        let _gone = self.driver.kill();
        let _ended = self.driver.wait();
    }
}
