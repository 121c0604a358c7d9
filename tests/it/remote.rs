//! What others publish: how often it is fetched, and what happens where their server fails.

use crate::support::signed::Key;
use latchkey::jose::JwkSet;
use latchkey::ports::ManualClock;
use latchkey::ports::outbound::{FakeOutbound, FetchError, Fetched};
use latchkey::remote::{RemoteError, RemoteKeys, Turns};
use serde_json::{Value, json};
use std::sync::Arc;
use time::{Duration, OffsetDateTime};

const URL: &str = "https://client.example/jwks";

struct World {
    outbound: Arc<FakeOutbound>,
    clock: Arc<ManualClock>,
    keys: RemoteKeys,
}

impl World {
    fn new() -> Self {
        let outbound = Arc::new(FakeOutbound::default());
        let clock = Arc::new(ManualClock::at(OffsetDateTime::UNIX_EPOCH + Duration::DAY));
        let keys = RemoteKeys::new(outbound.clone(), clock.clone());
        Self { outbound, clock, keys }
    }

    fn publish(&self, kids: &[&str], cache_control: Option<&str>) {
        let keys: Vec<Value> = kids.iter().map(|kid| Key::es256().public(Some(kid))).collect();
        self.outbound.answer(
            URL,
            Ok(Fetched {
                status: 200,
                content_type: None,
                cache_control: cache_control.map(str::to_owned),
                body: json!({ "keys": keys }).to_string().into_bytes(),
            }),
        );
    }

    fn count(&self) -> usize {
        self.outbound.count(URL)
    }
}

fn kids(keys: &Result<Arc<JwkSet>, RemoteError>) -> Vec<String> {
    let keys = keys.as_ref().unwrap();
    keys.keys().iter().map(|key| key.kid().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_set_is_fetched_once_while_it_is_fresh() {
    let world = World::new();
    world.publish(&["a"], Some("max-age=600"));
    assert_eq!(kids(&world.keys.get(URL).await), ["a"]);
    world.publish(&["b"], Some("max-age=600"));
    world.clock.advance(Duration::seconds(599));
    assert_eq!(kids(&world.keys.get(URL).await), ["a"]);
    assert_eq!(world.count(), 1);
    world.clock.advance(Duration::seconds(1));
    assert_eq!(kids(&world.keys.get(URL).await), ["b"]);
    assert_eq!(world.count(), 2);
}

/// decisions.md §5.
#[tokio::test]
async fn an_unknown_key_has_the_set_fetched_again_at_most_once_a_minute() {
    let world = World::new();
    world.publish(&["a"], None);
    let first = world.keys.get(URL).await.unwrap();
    world.publish(&["b"], None);
    let second = world.keys.get_newer(URL, &first).await;
    assert_eq!(kids(&second), ["b"], "keys that changed right after the first fetch are found");
    world.publish(&["c"], None);
    for known in [&first, &second.unwrap()] {
        assert_eq!(kids(&world.keys.get_newer(URL, known).await), ["b"]);
    }
    assert_eq!(world.count(), 2);
    world.clock.advance(Duration::MINUTE);
    for _ in 0..3 {
        let known = world.keys.get(URL).await.unwrap();
        assert_eq!(kids(&world.keys.get_newer(URL, &known).await), ["c"]);
    }
    assert_eq!(world.count(), 3);
}

#[tokio::test]
async fn who_lacks_what_another_has_fetched_meanwhile_has_nothing_fetched() {
    let world = World::new();
    world.publish(&["a"], None);
    let first = world.keys.get(URL).await.unwrap();
    world.publish(&["b"], Some("max-age=60"));
    world.clock.advance(Duration::HOUR);
    world.keys.get(URL).await.unwrap();
    assert_eq!(kids(&world.keys.get_newer(URL, &first).await), ["b"]);
    assert_eq!(world.count(), 2);
}

#[tokio::test]
async fn a_server_that_fails_rests_from_unknown_keys_too() {
    let world = World::new();
    world.publish(&["a"], None);
    let known = world.keys.get(URL).await.unwrap();
    world.outbound.answer(URL, Err(FetchError::TimedOut));
    for _ in 0..3 {
        assert_eq!(kids(&world.keys.get_newer(URL, &known).await), ["a"]);
    }
    assert_eq!(world.count(), 2);
}

#[tokio::test]
async fn a_set_whose_server_fails_is_used_for_a_day_and_not_longer() {
    let world = World::new();
    world.publish(&["a"], Some("max-age=60"));
    world.keys.get(URL).await.unwrap();
    world.outbound.answer(URL, Err(FetchError::TimedOut));
    world.clock.advance(Duration::HOUR);
    assert_eq!(kids(&world.keys.get(URL).await), ["a"]);
    assert_eq!(kids(&world.keys.get(URL).await), ["a"]);
    assert_eq!(world.count(), 2, "a server that failed rests for some seconds");
    world.clock.advance(Duration::DAY);
    assert_eq!(world.keys.get(URL).await.unwrap_err(), RemoteError::Fetch(FetchError::TimedOut));
    world.publish(&["b"], None);
    world.clock.advance(Duration::seconds(9));
    assert!(world.keys.get(URL).await.is_err(), "it rests longer the second time");
    world.clock.advance(Duration::seconds(1));
    assert_eq!(kids(&world.keys.get(URL).await), ["b"]);
}

#[tokio::test]
async fn what_is_no_key_set_of_public_keys_is_not_used() {
    let world = World::new();
    let mut private = Key::es256().public(None);
    private["d"] = json!("AA");
    for (status, body, cause) in [
        (200, "{}".to_owned(), "jwks.malformed"),
        (200, "<html>".to_owned(), "jwks.malformed"),
        (200, json!({ "keys": [private] }).to_string(), "jwk.private"),
        (200, json!({ "keys": [{ "kty": "oct", "k": "AA" }] }).to_string(), "jwk.private"),
        (404, json!({ "keys": [] }).to_string(), "outbound.status"),
    ] {
        world.outbound.answer(URL, Ok(Fetched { status, body: body.into_bytes(), ..Fetched::default() }));
        world.clock.advance(Duration::MINUTE);
        assert_eq!(world.keys.get(URL).await.unwrap_err().as_str(), cause);
    }
}

#[tokio::test]
async fn all_who_ask_at_a_time_wait_for_one_fetch() {
    let world = World::new();
    world.publish(&["a"], None);
    let answers = tokio::join!(world.keys.get(URL), world.keys.get(URL));
    assert!(answers.0.is_ok() && answers.1.is_ok());
    assert_eq!(world.count(), 1);
    world.publish(&["b"], None);
    let known = answers.0.unwrap();
    let (one, other) = tokio::join!(world.keys.get_newer(URL, &known), world.keys.get_newer(URL, &known));
    assert_eq!((kids(&one), kids(&other)), (vec!["b".to_owned()], vec!["b".to_owned()]));
    assert_eq!(world.count(), 2);
}

#[tokio::test]
async fn so_many_sets_are_kept_and_no_more() {
    let world = World::new();
    let url = |n: usize| format!("https://client{n}.example/jwks");
    for n in 0..1100 {
        let answer = Fetched {
            status: 200,
            cache_control: Some("max-age=3600".to_owned()),
            body: b"{\"keys\":[]}".to_vec(),
            ..Fetched::default()
        };
        world.outbound.answer(&url(n), Ok(answer));
        world.keys.get(&url(n)).await.unwrap();
        world.clock.advance(Duration::milliseconds(1000));
    }
    world.keys.get(&url(1099)).await.unwrap();
    assert_eq!(world.outbound.count(&url(1099)), 1);
    world.keys.get(&url(0)).await.unwrap();
    assert_eq!(world.outbound.count(&url(0)), 2, "the oldest went first");
}

/// Such as that of an address that may not make us fetch: whoever waited may.
#[tokio::test]
async fn a_try_that_came_to_no_end_is_nobody_elses() {
    let turns = Turns::new(World::new().clock);
    let without = async {
        tokio::task::yield_now().await;
        Err("not you")
    };
    let ended = tokio::join!(turns.share(URL, without), turns.share(URL, async { Ok::<_, &str>(Ok(())) }));
    assert_eq!(ended, (Err("not you"), Ok(Ok(()))));
}
