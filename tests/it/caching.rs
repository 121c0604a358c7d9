//! What caches may keep of each route. The answers themselves are checked wherever a test asks for one:
//! [`crate::support::caching`].

use crate::support::App;
use crate::support::caching::ROUTES;
use actix_web::http::Method;
use actix_web::test::TestRequest;
use std::collections::BTreeSet;

const PATHS: &str = include_str!("../../src/web/paths.rs");
const MAP: &str = include_str!("../../src/web/routes.rs");

/// What stands between `before` and `after`, each time.
fn all_between<'a>(text: &'a str, before: &'a str, after: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(before).skip(1).filter_map(move |rest| rest.split_once(after).map(|(inner, _)| inner))
}

/// A new route fails here until it has its line.
#[test]
fn every_route_has_its_line() {
    let constants = all_between(PATHS, "pub const ", ";").filter_map(|line| line.split_once(": &str = \""));
    let constants: Vec<(&str, &str)> =
        constants.map(|(name, path)| (name, path.trim_end_matches('"'))).collect();
    let known: BTreeSet<&str> = ROUTES.iter().map(|(path, ..)| *path).collect();
    for (name, path) in &constants {
        assert!(known.contains(path), "{name} ({path}) has no line in tests/it/support/caching.rs");
    }
    // All but the resource metadata, whose name belongs to another module.
    assert_eq!(constants.len() + 1, ROUTES.len());
    // No route has a path of its own beside the constants.
    let others =
        ["path", "format!(\"{WELL_KNOWN}{{resource:.*}}\"", "[\"\", INDEX]", "&format!(\"{path}{base}\""];
    for name in all_between(MAP, "resource(", ")").chain(all_between(MAP, "metadata(", ")")) {
        let is_constant = constants.iter().any(|(constant, _)| *constant == name);
        let is_signature = name == "path: &str";
        assert!(is_constant || is_signature || others.contains(&name), "resource({name})");
    }
}

/// Each route answers the methods of its line, and no others; what it answers to a stranger is kept as the line says.
#[actix_web::test]
async fn every_method_stands_in_the_line_of_its_route() {
    let app = App::start_registering(|_| {}).await;
    app.with_web_client(&[]);
    for (path, methods, _) in ROUTES {
        let path = path.replace("{client_id}", "web").replace("{name}", "latchkey.css");
        let mut answered = Vec::new();
        for name in ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"] {
            let request = TestRequest::with_uri(&path).method(Method::from_bytes(name.as_bytes()).unwrap());
            if app.send(request).await.status != 405 {
                answered.push(name);
            }
        }
        assert_eq!(answered, methods, "{path}");
    }
}
