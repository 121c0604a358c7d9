//! Starting and stopping: one clear line for whatever is in the way, and nothing lost at the end.

use super::process::{Home, exists, form_request, free_address, pause, read_all, wait};
use rustix::process::Signal;
use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

/// The server ends with code 1, and its last line, which is its only error, says this.
fn refuses(home: &Home, arguments: &[&str], expected: &str) {
    let said = home.refuse_to_serve(arguments);
    let errors: Vec<&str> = said.err.lines().filter(|line| line.starts_with("latchkey: ")).collect();
    assert_eq!((said.code, errors.len()), (1, 1), "{said:?}");
    assert!(errors[0].contains(expected), "{expected}: {said:?}");
    assert!(said.out.is_empty(), "{said:?}");
}

#[test]
fn a_typo_in_the_configuration_stops_the_start_with_its_line() {
    let home = Home::new();
    home.write("x.toml", "[http]\nlistn = \"127.0.0.1:1\"\n");
    refuses(&home, &["--config", "x.toml"], "x.toml:2: http.listn: no such key; did you mean listen?");
    refuses(&home, &["--config", "none.toml"], "none.toml:1: cannot be read");
    refuses(&Home::new().with("HTTP__WORKER", "1"), &[], "LATCHKEY__HTTP__WORKER: http.worker: no such key");
}

#[test]
fn authorities_that_cannot_be_read_stop_the_start() {
    let home = Home::new().with("OUTBOUND__CA_FILE", "ca.pem");
    refuses(&home, &[], "outbound.ca_file: ca.pem: ");
    home.write("ca.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    refuses(&home, &[], "outbound");
    let home = Home::new().with("OUTBOUND__ALLOW", "10.0.0.0/33");
    refuses(&home, &[], "LATCHKEY__OUTBOUND__ALLOW: outbound.allow: ");
}

#[test]
fn a_data_folder_that_cannot_be_made_is_one_line() {
    let home = Home::new().with("DATA_DIR", "occupied/data");
    home.write("occupied", "a file");
    refuses(&home, &[], "data folder occupied/data cannot be made");
    refuses(
        &Home::new().with("DATA_DIR", "/proc/latchkey"),
        &[],
        "data folder /proc/latchkey cannot be made",
    );
}

#[test]
fn a_port_in_use_is_one_line_and_leaves_no_data_folder() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let home = Home::new().with("HTTP__LISTEN", &address);
    refuses(&home, &[], &format!("cannot listen on {address}"));
    assert!(!home.path("data").exists());
}

#[test]
fn a_second_process_on_the_same_data_folder_is_one_line_and_the_folder_is_its_owners_alone() {
    let home = Home::new();
    let server = home.serve(&[]);
    refuses(&home, &[], "data folder ./data is in use by another process");
    for (name, mode) in [("data", 0o40700), ("data/latchkey.sock", 0o140_600), ("data/kek", 0o100_600)] {
        let found = std::fs::metadata(home.path(name)).unwrap().permissions().mode();
        assert_eq!(found, mode, "{name}: {found:o}");
    }
    server.stop();
}

#[test]
fn a_wrong_key_encryption_key_stops_the_start() {
    let home = Home::new();
    home.serve(&[]).stop();
    let kek = std::fs::read(home.path("data/kek")).unwrap();

    std::fs::remove_file(home.path("data/kek")).unwrap();
    refuses(&home, &[], "the key-encryption key ./data/kek is missing");
    home.write("data/kek", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n");
    refuses(&home, &[], "which is not configured");
    home.write("data/kek", "short\n");
    refuses(&home, &[], "must hold 32 bytes a key");

    std::fs::write(home.path("data/kek"), kek).unwrap();
    home.serve(&[]).stop();
}

#[test]
fn a_key_encryption_key_may_come_from_a_file_the_environment_or_a_command() {
    let home = Home::new().with("KEYS__KEK_FILE", "key");
    home.write("key", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n");
    let mode =
        |mode| std::fs::set_permissions(home.path("key"), std::fs::Permissions::from_mode(mode)).unwrap();
    mode(0o644);
    refuses(&home, &[], "key can be read by others (mode 0644): make it 0600");
    mode(0o600);
    home.serve(&[]).stop();
    refuses(
        &Home::new().with("KEYS__KEK_ENV", "NOT_SET"),
        &[],
        "the environment variable NOT_SET is not set",
    );
    let key = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    let home = Home::new().with("KEYS__KEK_COMMAND", &format!("echo,{key}"));
    home.serve(&[]).stop();
    assert!(!exists(&home.path("data"), "kek"), "the store keeps no key of its own");
    refuses(&Home::new().with("KEYS__KEK_COMMAND", "false"), &[], "command false: ended with");
}

#[test]
fn the_first_start_prints_a_set_up_link_until_somebody_is_there() {
    let home = Home::new();
    let server = home.serve(&[]);
    let out = server.out();
    assert!(out.contains("/setup?token=lki_"), "{out}");
    assert!(out.contains(&format!("issuer     http://{}", server.address)), "{out}");
    assert!(!server.log().contains("lki_"), "the link is no matter for the log");
    server.stop();
    home.run_with(&["user", "add", "ada", "--password-stdin"], "correct horse battery staple\n").done();
    let server = home.serve(&[]);
    assert!(!server.out().contains("setup"), "{}", server.out());
    server.stop();
}

#[test]
fn sigterm_lets_a_request_in_flight_finish_and_closes_the_store() {
    for signal in [Signal::TERM, Signal::INT] {
        let home = Home::new();
        let added = home.run(&[
            "client",
            "add",
            "--client-id",
            "svc",
            "--grant-types",
            "client_credentials",
            "--json",
        ]);
        let secret = added.json()["client_secret"].as_str().unwrap().to_owned();
        let server = home.serve(&[]);
        let request = form_request("/token", &format!("svc:{secret}"), "grant_type=client_credentials");
        let (first, last) = request.split_at(request.len() - 5);
        let mut stream = server.connect();
        stream.write_all(first.as_bytes()).unwrap();
        pause(Duration::from_millis(100));
        server.signal(signal);
        wait(|| server.log().contains("stopping"));
        stream.write_all(last.as_bytes()).unwrap();
        let answer = read_all(&mut stream);
        assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("access_token"), "{answer}");
        let log = server.stop_by_itself();
        assert!(log.contains("stopped"), "{log}");

        let trail = home.run(&["audit", "tail", "--json", "-n", "1000"]).done();
        assert_eq!(trail.lines().filter(|line| line.contains("sys_shutdown")).count(), 1, "{trail}");
        assert!(!exists(&home.path("data"), "latchkey.sock"));
        let server = home.serve(&[]);
        assert!(!server.log().contains("replayed"), "{}", server.log());
        server.stop();
        let trail = home.run(&["audit", "tail", "--json", "-n", "1000"]).done();
        assert!(!trail.contains("sys_store_recovered"), "{trail}");
        home.run(&["audit", "verify"]).done();
    }
}

/// What the trail counted instead of writing, it tells before the end.
#[test]
fn how_many_refusals_were_left_out_is_told_at_the_end() {
    let home = Home::new().with("AUDIT__REFUSALS_PER_MINUTE", "1");
    let server = home.serve(&[]);
    for _ in 0..5 {
        server.post("/token", "nobody:x", "grant_type=client_credentials");
    }
    server.stop();
    let trail = home.run(&["audit", "tail", "-n", "3"]).done();
    let lines: Vec<&str> = trail.lines().collect();
    assert!(lines[0].contains("cause=audit.suppressed  remote=127.0.0.1  suppressed=1"), "{trail}");
    assert!(lines[1].contains("cause=audit.suppressed  remote=127.0.0.1  suppressed=3"), "{trail}");
    assert!(lines[2].contains("sys_shutdown"), "{trail}");
}

#[test]
fn an_idle_connection_does_not_hold_up_the_end() {
    let home = Home::new();
    let server = home.serve(&[]);
    let mut idle = server.connect();
    idle.write_all(b"GET /.well-known/jwks.json HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let _silent = server.connect();
    pause(Duration::from_millis(200));
    let began = std::time::Instant::now();
    server.stop();
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
}

#[test]
fn sighup_reloads_the_log_level_and_names_what_it_cannot_reload() {
    let home = Home::new();
    home.write("x.toml", "[log]\nlevel = \"info\"\n");
    let server = home.serve(&["--config", "x.toml"]);
    server.exchange("GET /.well-known/jwks.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert!(!server.log().contains("/.well-known/jwks.json"), "{}", server.log());

    home.write("x.toml", "[log]\nlevel = \"debug\"\n[tokens]\naccess_ttl = \"1m\"\n");
    server.signal(Signal::HUP);
    wait(|| server.log().contains("configuration reloaded"));
    assert!(server.log().contains("tokens.access_ttl has changed"), "{}", server.log());
    server.exchange("GET /.well-known/jwks.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    wait(|| server.log().contains("/.well-known/jwks.json"));

    home.write("x.toml", "[log]\nlevel = \"loud\"\n");
    server.signal(Signal::HUP);
    wait(|| server.log().contains("reload refused, nothing changed: x.toml:2: log.level"));
    server.stop();
}

#[test]
fn headers_that_do_not_arrive_end_the_connection() {
    let home = Home::new().with("HTTP__HEADER_TIMEOUT", "1s");
    let server = home.serve(&[]);
    let mut slow = server.connect();
    slow.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ").unwrap();
    let mut silent = server.connect();
    let answer = read_all(&mut slow);
    assert!(answer.starts_with("HTTP/1.1 408") || answer.is_empty(), "{answer}");
    read_all(&mut silent);
    let huge = format!("GET / HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n", "a".repeat(300_000));
    let mut stream = server.connect();
    // It may hang up before it has read all.
    let _ = stream.write_all(huge.as_bytes());
    let mut answer = Vec::new();
    let _ = std::io::Read::read_to_end(&mut stream, &mut answer);
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    assert!(free_address() != server.address);
    server.stop();
}
