//! Chromium, driven through its own driver. Each test has its own driver, profile and browser.

use fantoccini::elements::Element;
use fantoccini::key::Key;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long a page may take to come.
const PATIENCE: Duration = Duration::from_secs(15);

const SWITCHES: [&str; 10] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--ignore-certificate-errors",
];

/// A running Chromium.
pub(crate) struct Chromium {
    /// The WebDriver client.
    pub(crate) client: Client,
    _driver: Driver,
}

struct Driver {
    process: Child,
    port: u16,
    profile: TempDir,
}

/// Starts Chromium, with or without scripts. Pages of other sites get cookies, which Debian's would refuse them. None, and a line that says so, where it is not installed; a failure
/// where `LATCHKEY_TEST_ALL=1` asks for every test.
pub(crate) async fn chromium(scripts: bool) -> Option<Chromium> {
    let allowed = if scripts { 1 } else { 2 };
    chromium_set(&json!({
        "profile.managed_default_content_settings.javascript": allowed,
        "profile.block_third_party_cookies": false,
        "profile.cookie_controls_mode": 0,
    }))
    .await
}

/// Starts Chromium as [`chromium`] does, where pages of other sites get no cookies.
pub(crate) async fn chromium_without_foreign_cookies() -> Option<Chromium> {
    chromium_set(&json!({ "profile.block_third_party_cookies": true, "profile.cookie_controls_mode": 1 }))
        .await
}

async fn chromium_set(prefs: &Value) -> Option<Chromium> {
    let Some(driver) = Driver::start() else {
        assert!(!every_test_is_asked_for(), "chromium and chromedriver are not installed");
        println!("SKIPPED browser: apt-get install chromium chromium-driver");
        return None;
    };
    Some(Chromium { client: driver.connect(prefs).await, _driver: driver })
}

#[allow(clippy::disallowed_methods, reason = "the test command says so through the environment")]
fn every_test_is_asked_for() -> bool {
    std::env::var("LATCHKEY_TEST_ALL").is_ok_and(|value| value == "1")
}

impl Driver {
    fn start() -> Option<Self> {
        Command::new("chromium")
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .ok()?;
        let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        let mut command = Command::new("chromedriver");
        let command = command.arg(format!("--port={port}")).stdout(Stdio::null()).stderr(Stdio::null());
        let process = command.spawn().ok()?;
        Some(Self { process, port, profile: TempDir::new().unwrap() })
    }

    async fn connect(&self, prefs: &Value) -> Client {
        let profile = format!("--user-data-dir={}", self.profile.path().display());
        let switches: Vec<&str> = SWITCHES.into_iter().chain([profile.as_str()]).collect();
        let options = json!({ "args": switches, "prefs": prefs });
        let Value::Object(capabilities) = json!({ "browserName": "chrome", "goog:chromeOptions": options })
        else {
            unreachable!("an object was written");
        };
        let address = format!("http://127.0.0.1:{}", self.port);
        let began = Instant::now();
        loop {
            let mut builder = ClientBuilder::new(HttpConnector::new());
            match builder.capabilities(capabilities.clone()).connect(&address).await {
                Ok(client) => return client,
                Err(error) => assert!(began.elapsed() < PATIENCE, "no browser: {error}"),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

impl Drop for Driver {
    /// The driver ends the browser when it is told to shut down; killed, it would leave it behind.
    #[allow(clippy::disallowed_methods, reason = "waits for another process")]
    fn drop(&mut self) {
        if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) {
            let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
            let _ =
                stream.write_all(b"GET /shutdown HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            let _ = stream.read_to_end(&mut Vec::new());
        }
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(5) {
            if matches!(self.process.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Chromium {
    /// Opens a URL.
    pub(crate) async fn open(&self, url: &str) {
        self.client.goto(url).await.unwrap();
    }

    /// The element that a CSS selector finds, as soon as it is there.
    pub(crate) async fn find(&self, css: &str) -> Element {
        let found = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await;
        match found {
            Ok(element) => element,
            Err(error) => panic!("{css}: {error}: {}", self.text().await),
        }
    }

    /// Types into a field.
    pub(crate) async fn fill(&self, css: &str, text: &str) {
        let field = self.find(css).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Clicks.
    pub(crate) async fn click(&self, css: &str) {
        self.find(css).await.click().await.unwrap();
    }

    /// Presses a key, wherever the focus is.
    pub(crate) async fn press(&self, key: Key) {
        let focused = self.client.active_element().await.unwrap();
        focused.send_keys(&key.to_string()).await.unwrap();
    }

    /// Types, wherever the focus is.
    pub(crate) async fn type_text(&self, text: &str) {
        self.client.active_element().await.unwrap().send_keys(text).await.unwrap();
    }

    /// An attribute of the element that has the focus; empty where it has none.
    pub(crate) async fn focused(&self, attribute: &str) -> String {
        let focused = self.client.active_element().await.unwrap();
        focused.attr(attribute).await.unwrap().unwrap_or_default()
    }

    /// All that can be read on the page.
    pub(crate) async fn text(&self) -> String {
        match self.client.find(Locator::Css("body")).await {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        }
    }

    /// Waits until the address begins with this, and gives the address.
    pub(crate) async fn arrive(&self, url: &str) -> url::Url {
        let began = Instant::now();
        loop {
            let here = self.client.current_url().await.unwrap();
            if here.as_str().starts_with(url) {
                return here;
            }
            assert!(began.elapsed() < PATIENCE, "at {here}, not {url}: {}", self.text().await);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// What a script gives, run in the page.
    pub(crate) async fn script(&self, body: &str) -> Value {
        self.client.execute(body, Vec::new()).await.unwrap()
    }

    /// Ends the browser.
    pub(crate) async fn close(self) {
        self.client.close().await.unwrap();
    }
}
