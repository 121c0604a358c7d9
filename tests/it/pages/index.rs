//! The start page.

use crate::support::app::PASSWORD;
use crate::support::{App, Browser};

#[actix_web::test]
async fn it_shows_where_services_find_what_they_need() {
    let app = App::start().await;
    let mut browser = Browser::new(&app);
    let answer = browser.open("/").await;
    assert_eq!(answer.status, 200);
    let links: Vec<_> =
        browser.html.split("<dd><a href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(links.len(), 4);
    for link in links.iter().skip(1) {
        let path = link.strip_prefix("http://localhost:8080").unwrap();
        assert_eq!(app.get(path).await.status, 200, "{path}");
    }
    assert!(browser.cookies.is_empty(), "who only looks gets no cookie");
}

#[actix_web::test]
async fn every_file_that_a_page_names_is_there_for_ever() {
    let app = App::start().await;
    let html = app.get("/").await.text();
    let files: Vec<_> =
        html.split("=\"/static/").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(files.len(), 3);
    for file in files {
        let answer = app.get(&format!("/static/{file}")).await;
        assert_eq!(answer.status, 200, "{file}");
        assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
    for path in ["/static/latchkey.css", "/static/..%2fCargo.toml", "/static/"] {
        assert_eq!(app.get(path).await.status, 404, "{path}");
    }
}

/// B01: nothing on the page is made from the request's host.
#[actix_web::test]
async fn the_host_of_the_request_is_not_believed() {
    let app = App::start().await;
    let mut browser = Browser::new(&app);
    let request = actix_web::test::TestRequest::get()
        .insert_header(("host", "evil.example"))
        .insert_header(("x-forwarded-host", "evil.example"))
        .insert_header(("forwarded", "host=evil.example"));
    let answer = browser.send(request, "/").await;
    assert!(!answer.text().contains("evil"));
}

/// An issuer may have a path; then all pages lie below it, and all that they name does.
#[actix_web::test]
async fn below_the_path_of_an_issuer_everything_is_as_elsewhere() {
    let app = App::start_with(|policy| policy.issuer = "http://localhost:8080/auth".into()).await;
    app.with_user("ada");
    let mut ada = Browser::new(&app);
    ada.open("/auth/login").await;
    let file =
        ada.html.split("rel=\"stylesheet\" href=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert_eq!(app.get(&file).await.status, 200, "{file}");
    let form = ada.form("/auth/login").with("username", "ada").with("password", PASSWORD);
    ada.submit(&form).await;
    assert_eq!(ada.path, "/auth/");
    assert!(ada.html.contains("You are signed in"));
    ada.submit(&ada.form("/auth/logout")).await;
    assert_eq!(ada.path, "/auth/signed-out");
    assert_eq!(app.get("/login").await.status, 404);
}
