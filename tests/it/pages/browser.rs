//! The pages in a real Chromium.

use crate::support::app::PASSWORD;
use crate::support::site::Site;
use crate::support::webdriver::{Chromium, chromium, chromium_without_foreign_cookies};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fantoccini::key::Key;
use latchkey::ports::outbound::Fetched;

/// A site where `ada` may sign in, and a browser. None where there is no Chromium.
async fn start(scripts: bool) -> Option<(Site, Chromium)> {
    let browser = chromium(scripts).await?;
    let site = Site::start().await;
    site.app.with_user("ada");
    Some((site, browser))
}

async fn stop(site: Site, browser: Chromium) {
    browser.close().await;
    site.stop().await;
}

async fn log_in(browser: &Chromium, password: &str) {
    browser.fill("#username", "ada").await;
    browser.fill("#password", password).await;
    browser.click("form[action='/login'] .button").await;
}

fn parameter(url: &url::Url, name: &str) -> String {
    url.query_pairs()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/test runs it"]
async fn a_person_signs_in_consents_and_goes_back() {
    let Some((site, browser)) = start(true).await else { return };
    browser.open(&site.authorize("openid profile")).await;
    browser.arrive(&format!("{}/login?interaction=", site.url)).await;
    assert!(browser.client.title().await.unwrap().contains("Sign in"));
    assert_eq!(browser.focused("id").await, "username", "the cursor is where one types first");
    log_in(&browser, PASSWORD).await;
    browser.arrive(&format!("{}/consent?interaction=", site.url)).await;
    let text = browser.text().await;
    assert!(text.contains("Meadow Notes") && text.contains("See your profile"), "{text}");
    assert_eq!(browser.script("return document.cookie").await, "", "scripts see no cookie");
    browser.click("button[value=allow]").await;
    let back = browser.arrive(&site.callback).await;
    assert!(parameter(&back, "code").starts_with("lkc_"), "{back}");
    assert_eq!((parameter(&back, "state").as_str(), parameter(&back, "iss")), ("xyz", site.url.clone()));
    browser.open(&site.authorize("openid")).await;
    browser.arrive(&site.callback).await;
    stop(site, browser).await;
}

/// OIDC Registration §2: under the page's policy, and from our own path.
#[actix_web::test]
#[ignore = "needs Chromium: scripts/test runs it"]
async fn a_person_sees_the_picture_of_the_client() {
    const LOGO: &str = "https://notes.example/logo";
    const PNG: &str =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    let Some((site, browser)) = start(true).await else { return };
    let body = STANDARD.decode(PNG).unwrap();
    site.app.outbound.answer(LOGO, Ok(Fetched { status: 200, body, ..Fetched::default() }));
    site.app.change_client("web", |client| client.about.logo_uri = Some(LOGO.to_owned()));
    browser.open(&site.authorize("openid")).await;
    log_in(&browser, PASSWORD).await;
    browser.arrive(&format!("{}/consent", site.url)).await;
    let look = "const logo = document.querySelector('img.logo'); return [logo.complete && logo.naturalWidth, logo.src]";
    let mut seen = browser.script(look).await;
    for _ in 0..50 {
        if seen[0] != false {
            break;
        }
        actix_web::rt::time::sleep(std::time::Duration::from_millis(50)).await;
        seen = browser.script(look).await;
    }
    assert_eq!(seen[0], 1, "{seen}");
    assert!(seen[1].as_str().unwrap().starts_with(&format!("{}/logos/", site.url)), "{seen}");
    stop(site, browser).await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/test runs it"]
async fn a_wrong_password_is_said_where_one_types_again() {
    let Some((site, browser)) = start(true).await else { return };
    browser.open(&site.authorize("openid")).await;
    log_in(&browser, "wrong").await;
    let notice = browser.find("#notice[role=alert]").await;
    assert_eq!(notice.text().await.unwrap(), "The username or password is not right.");
    assert_eq!(browser.focused("id").await, "password");
    assert_eq!(browser.focused("aria-describedby").await, "notice");
    assert_eq!(browser.focused("aria-invalid").await, "true");
    let name = browser.find("#username").await;
    assert_eq!(name.prop("value").await.unwrap().as_deref(), Some("ada"), "the name need not be typed again");
    log_in(&browser, PASSWORD).await;
    browser.arrive(&format!("{}/consent", site.url)).await;
    stop(site, browser).await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/test runs it"]
async fn who_cancels_goes_back_without_a_code() {
    let Some((site, browser)) = start(true).await else { return };
    browser.open(&site.authorize("openid")).await;
    browser.click("form[action='/login/cancel'] button").await;
    let back = browser.arrive(&site.callback).await;
    assert_eq!(
        (parameter(&back, "error").as_str(), parameter(&back, "code").as_str()),
        ("access_denied", "")
    );
    browser.open(&site.authorize("openid")).await;
    log_in(&browser, PASSWORD).await;
    browser.click("button[value=deny]").await;
    let back = browser.arrive(&site.callback).await;
    assert_eq!(parameter(&back, "error"), "access_denied");
    stop(site, browser).await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/test runs it"]
async fn a_person_signs_out_and_the_way_back_shows_nothing() {
    let Some((site, browser)) = start(true).await else { return };
    browser.open(&format!("{}/login", site.url)).await;
    log_in(&browser, PASSWORD).await;
    browser.find("form[action='/logout']").await;
    assert!(browser.text().await.contains("You are signed in as"));
    browser.click("form[action='/logout'] button").await;
    browser.arrive(&format!("{}/signed-out", site.url)).await;
    browser.client.back().await.unwrap();
    browser.find("a[href='/login']").await;
    assert!(browser.text().await.contains("Nobody is signed in"), "no page is kept");
    stop(site, browser).await;
}

/// Two requests of one browser wait side by side, and signing in for one does not spoil the other.
#[actix_web::test]
#[ignore = "needs Chromium: scripts/test runs it"]
async fn a_second_tab_does_not_disturb_the_first() {
    let Some((site, browser)) = start(true).await else { return };
    browser.open(&site.authorize("openid")).await;
    browser.find("#username").await;
    let first = browser.client.window().await.unwrap();
    let second = browser.client.new_window(true).await.unwrap().handle;
    browser.client.switch_to_window(second).await.unwrap();
    browser.open(&site.authorize("openid")).await;
    log_in(&browser, PASSWORD).await;
    browser.find("button[value=allow]").await;
    browser.client.switch_to_window(first).await.unwrap();
    log_in(&browser, PASSWORD).await;
    browser.click("button[value=allow]").await;
    let back = browser.arrive(&site.callback).await;
    assert!(parameter(&back, "code").starts_with("lkc_"), "{back}");
    let windows = browser.client.windows().await.unwrap();
    browser.client.switch_to_window(windows[1].clone()).await.unwrap();
    browser.click("button[value=allow]").await;
    let back = browser.arrive(&site.callback).await;
    assert!(parameter(&back, "code").starts_with("lkc_"), "{back}");
    stop(site, browser).await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/test runs it"]
async fn everything_works_without_scripts() {
    let Some((site, browser)) = start(false).await else { return };
    browser.open(&site.authorize("openid")).await;
    let reveal = browser.find(".reveal").await;
    assert!(!reveal.is_displayed().await.unwrap(), "a button that would do nothing is not shown");
    log_in(&browser, "wrong").await;
    browser.find("#notice").await;
    assert_eq!(browser.focused("id").await, "password");
    log_in(&browser, PASSWORD).await;
    browser.click("button[value=allow]").await;
    let back = browser.arrive(&site.callback).await;
    assert!(parameter(&back, "code").starts_with("lkc_"), "{back}");
    stop(site, browser).await;
}

/// WCAG 2.2, 2.1.1 and 2.4.7: without a mouse, and one always sees where one is.
#[actix_web::test]
#[ignore = "needs Chromium: scripts/test runs it"]
async fn everything_works_by_keyboard() {
    let Some((site, browser)) = start(true).await else { return };
    browser.open(&site.authorize("openid")).await;
    browser.find("#username").await;
    browser.type_text("ada").await;
    browser.press(Key::Tab).await;
    assert_eq!(browser.focused("id").await, "password");
    browser.type_text(PASSWORD).await;
    let mut reached = Vec::new();
    for _ in 0..3 {
        browser.press(Key::Tab).await;
        reached.push(browser.focused("class").await);
        let outline = browser.script("return getComputedStyle(document.activeElement).outlineStyle").await;
        assert_ne!(outline, "none", "{reached:?}: the focus is seen");
    }
    assert_eq!(reached, ["reveal", "button", "button button-second"]);
    for _ in 0..3 {
        browser.type_text(&format!("{}{}", Key::Shift, Key::Tab)).await;
    }
    assert_eq!(browser.focused("id").await, "password", "and back");
    browser.press(Key::Enter).await;
    browser.find("button[value=allow]").await;
    while browser.focused("value").await != "allow" {
        browser.press(Key::Tab).await;
    }
    browser.press(Key::Enter).await;
    browser.arrive(&site.callback).await;
    stop(site, browser).await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/test runs it"]
async fn a_password_can_be_shown_and_pasted() {
    let Some((site, browser)) = start(true).await else { return };
    browser.open(&format!("{}/login", site.url)).await;
    browser.fill("#password", "a b").await;
    let password = browser.find("#password").await;
    let before = password.rectangle().await.unwrap();
    browser.click(".reveal").await;
    assert_eq!(password.attr("type").await.unwrap().as_deref(), Some("text"));
    assert_eq!(
        browser.find(".reveal").await.attr("aria-label").await.unwrap().as_deref(),
        Some("Hide password")
    );
    assert_eq!(password.rectangle().await.unwrap(), before, "nothing moves");
    browser.click(".reveal").await;
    assert_eq!(password.attr("type").await.unwrap().as_deref(), Some("password"));
    let paste = "const event = new ClipboardEvent('paste', { cancelable: true, bubbles: true });
        return document.getElementById('password').dispatchEvent(event)";
    assert_eq!(browser.script(paste).await, true, "nobody stands in the way of a paste");
    stop(site, browser).await;
}

/// WCAG 2.2, 1.4.10 (320 CSS pixels) and 2.5.8 (targets), and that nothing comes from elsewhere or moves about.
#[actix_web::test]
#[ignore = "needs Chromium: scripts/test runs it"]
async fn pages_fit_a_small_screen_and_load_nothing_from_elsewhere() {
    let Some((site, browser)) = start(true).await else { return };
    for path in ["/", "/login", "/signed-out", "/nothing", &site.authorize("openid")[site.url.len()..]] {
        browser.open(&format!("{}{path}", site.url)).await;
        browser.find("main").await;
        let wide = "document.body.style.width = '320px'; document.body.style.minWidth = '0';
            return Math.max(...[...document.querySelectorAll('body *')].map(e => e.getBoundingClientRect().right))
                - document.body.getBoundingClientRect().left";
        assert!(browser.script(wide).await.as_f64().unwrap() <= 320.0, "{path} fits 320 px");
        let small = "return [...document.querySelectorAll('a, button, input:not([type=hidden])')]
            .map(e => e.getBoundingClientRect()).filter(r => r.width < 24 || r.height < 24).length";
        assert_eq!(browser.script(small).await, 0, "{path}: targets are 24 px at least");
        let foreign = "return performance.getEntriesByType('resource').map(e => e.name)
            .filter(name => !name.startsWith(location.origin + '/static/'))";
        assert_eq!(browser.script(foreign).await, serde_json::json!([]), "{path}");
        let styled = "return getComputedStyle(document.querySelector('main')).borderTopWidth";
        assert_eq!(browser.script(styled).await, "1px", "{path}: the policy lets our own style in");
    }
    stop(site, browser).await;
}

/// What the frame of OIDC Session Management §3.3 answers a page of the client that asks about this state.
async fn watched(site: &Site, browser: &Chromium, state: &str) -> String {
    browser.open(&site.callback).await;
    let script = format!(
        "return new Promise((done) => {{
           const frame = document.createElement('iframe');
           frame.src = '{url}/check-session';
           addEventListener('message', (event) => done(event.origin + ' ' + event.data));
           frame.onload = () => frame.contentWindow.postMessage('web {state}', '{url}');
           document.body.append(frame);
         }});",
        url = site.url
    );
    let said = browser.script(&script).await.as_str().unwrap().to_owned();
    said.strip_prefix(&format!("{} ", site.url)).unwrap().to_owned()
}

/// What the frame answers to a page of another origin around the one in which it stands. OIDC Session Management §3.2.
async fn overheard(site: &Site, browser: &Chromium, state: &str) -> String {
    browser.open(&site.callback.replace("127.0.0.1", "localhost")).await;
    let append = |src: &str| {
        format!(
            "return new Promise((done) => {{
               const frame = document.createElement('iframe');
               frame.onload = () => done(true);
               frame.src = '{src}';
               document.body.append(frame);
             }});"
        )
    };
    browser.script(&append(&site.callback)).await;
    browser.client.enter_frame(0).await.unwrap();
    browser.script(&append(&format!("{}/check-session", site.url))).await;
    let ask = |whom: &str| {
        format!(
            "return new Promise((done) => {{
               addEventListener('message', (event) => done(event.data));
               {whom}.postMessage('web {state}', '*');
               setTimeout(() => done('nothing'), 1000);
             }});"
        )
    };
    assert_ne!(
        browser.script(&ask("frames[0]")).await,
        "nothing",
        "it is there, and answers the page that holds it"
    );
    browser.client.enter_parent_frame().await.unwrap();
    browser.script(&ask("frames[0].frames[0]")).await.as_str().unwrap().to_owned()
}

/// OIDC Session Management §3.1: the client's page sees the sign-out without asking the server itself.
#[actix_web::test]
#[ignore = "needs Chromium: scripts/test runs it"]
async fn a_client_sees_in_its_frame_that_the_person_has_signed_out() {
    let Some((site, browser)) = start(true).await else { return };
    browser.open(&site.authorize("openid")).await;
    log_in(&browser, PASSWORD).await;
    browser.arrive(&format!("{}/consent?interaction=", site.url)).await;
    browser.click("button[value=allow]").await;
    let state = parameter(&browser.arrive(&site.callback).await, "session_state");
    assert_eq!(watched(&site, &browser, &state).await, "unchanged");
    assert_eq!(watched(&site, &browser, "nonsense").await, "error");
    assert_eq!(overheard(&site, &browser, &state).await, "nothing");
    browser.open(&format!("{}/logout", site.url)).await;
    browser.click("form[action='/logout'] .button").await;
    browser.arrive(&format!("{}/signed-out", site.url)).await;
    assert_eq!(watched(&site, &browser, &state).await, "changed");
    stop(site, browser).await;
}

/// The client at another site, a person who has signed in for it, and the `session_state` that it got.
async fn signed_in_elsewhere(browser: &Chromium) -> (Site, String) {
    let site = Site::start_elsewhere().await;
    site.app.with_user("ada");
    browser.open(&site.authorize("openid")).await;
    log_in(browser, PASSWORD).await;
    browser.click("button[value=allow]").await;
    let state = parameter(&browser.arrive(&site.callback).await, "session_state");
    (site, state)
}

/// OIDC Session Management §3.2: in a page of another site, too, where the browser gives its cookies there.
#[actix_web::test]
#[ignore = "needs Chromium: scripts/test runs it"]
async fn a_client_of_another_site_sees_in_its_frame_what_becomes_of_the_session() {
    let Some(browser) = chromium(true).await else { return };
    let (site, first) = signed_in_elsewhere(&browser).await;
    assert_eq!(watched(&site, &browser, &first).await, "unchanged");
    assert_eq!(watched(&site, &browser, "nonsense").await, "error");
    browser.open(&format!("{}&prompt=login", site.authorize("openid"))).await;
    log_in(&browser, PASSWORD).await;
    let second = parameter(&browser.arrive(&site.callback).await, "session_state");
    assert_eq!(watched(&site, &browser, &first).await, "changed");
    assert_eq!(watched(&site, &browser, &second).await, "unchanged");
    browser.open(&format!("{}/logout", site.url)).await;
    browser.click("form[action='/logout'] .button").await;
    browser.arrive(&format!("{}/signed-out", site.url)).await;
    assert_eq!(watched(&site, &browser, &second).await, "changed");
    stop(site, browser).await;
}

/// What is not seen is not said to have changed: the client would ask and ask.
#[actix_web::test]
#[ignore = "needs Chromium: scripts/test runs it"]
async fn a_frame_that_gets_no_cookies_says_so() {
    let Some(browser) = chromium_without_foreign_cookies().await else { return };
    let (site, state) = signed_in_elsewhere(&browser).await;
    assert_eq!(watched(&site, &browser, &state).await, "error");
    stop(site, browser).await;
}

/// OIDC Form Post §2: the page sends itself; without scripts, a button does.
#[actix_web::test]
#[ignore = "needs Chromium: scripts/test runs it"]
async fn an_answer_is_posted_with_scripts_and_without() {
    for scripts in [true, false] {
        let Some((site, browser)) = start(scripts).await else { return };
        browser.open(&format!("{}&response_mode=form_post", site.authorize("openid"))).await;
        log_in(&browser, PASSWORD).await;
        browser.arrive(&format!("{}/consent", site.url)).await;
        browser.click("button[value=allow]").await;
        if !scripts {
            browser.click("form .button").await;
        }
        let back = browser.arrive(&site.callback).await;
        assert_eq!(back.query(), None, "nothing travels in the address: {back}");
        stop(site, browser).await;
    }
}
