//! The data folder as the command finds it: whose it is, and whether there is a store in it.

use super::process::Home;
use std::os::unix::fs::chown;

/// A uid that is not root's. Nobody needs to have it.
const SERVICE: u32 = 54_321;

/// Every verb that opens the store itself, each with what it is told on standard input.
const VERBS: [&[&str]; 8] = [
    &["client", "list"],
    &["client", "add", "--grant-types", "client_credentials"],
    &["client", "token", "create"],
    &["user", "list"],
    &["user", "add", "ada", "--no-password"],
    &["resource", "list"],
    &["key", "list"],
    &["inspect", "x"],
];

/// What root wrote there, the service could not use at its next start.
#[test]
fn a_store_of_another_user_is_left_as_it_is() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("SKIPPED: only root can give a folder away");
        return;
    }
    let home = Home::new();
    home.run(&["user", "add", "bob", "--no-password"]).done();
    std::fs::remove_file(home.path("data/checkpoint")).unwrap();
    chown(home.path("data/journal"), Some(SERVICE), None).unwrap();
    let expected = "latchkey: the store in ./data belongs to uid 54321, and this runs as uid 0: run it as that user \
                    (sudo -u '#54321' latchkey ...)\n";
    for verb in VERBS {
        let said = home.run(verb);
        assert_eq!((said.code, said.out.as_str(), said.err.as_str()), (1, "", expected), "{verb:?}");
    }
    let said = home.refuse_to_serve(&[]);
    assert!(said.code == 1 && said.err.ends_with(expected), "{said:?}");
    assert!(!home.path("data/checkpoint").exists(), "nothing was written");
    chown(home.path("data/journal"), Some(0), None).unwrap();
    // Whose the folder is that the store was made in says nothing: it may be a volume that was mounted.
    chown(home.path("data"), Some(SERVICE), None).unwrap();
    assert!(home.run(&["user", "list"]).done().contains("bob"));
}

/// A file that the store cannot use is named.
#[test]
fn what_stops_the_start_of_the_store_is_named() {
    let home = Home::new();
    home.run(&["user", "add", "bob", "--no-password"]).done();
    std::fs::remove_file(home.path("data/checkpoint")).unwrap();
    std::fs::create_dir_all(home.path("data/checkpoint.new/x")).unwrap();
    let said = home.run(&["user", "list"]);
    assert!(said.code == 1 && said.err.contains("./data/checkpoint: "), "{said:?}");
}

#[test]
fn a_store_that_is_made_by_the_way_is_told() {
    let adds: [&[&str]; 4] = [
        &["client", "add", "--grant-types", "client_credentials"],
        &["client", "token", "create"],
        &["user", "add", "ada", "--no-password"],
        &["resource", "add", "https://api.example/orders"],
    ];
    for add in adds {
        let home = Home::new().with("REGISTRATION__MODE", "token");
        let first = home.run(add);
        let place = home.path("data").canonicalize().unwrap();
        let told = format!("latchkey: a new store was made in {};", place.display());
        assert!(first.code == 0 && first.err.starts_with(&told), "{add:?}: {first:?}");
        assert_eq!(first.err.lines().count(), 1, "{first:?}");
        let again = home.run(&["user", "add", "bob", "--no-password", "--json"]);
        assert_eq!((again.code, again.err.as_str()), (0, ""), "{again:?}");
    }
}

/// A token that opens nothing is handed over by mistake.
#[test]
fn an_initial_access_token_that_no_registration_takes_is_told() {
    let home = Home::new();
    home.run(&["user", "add", "ada", "--no-password"]).done();
    let made = home.run(&["client", "token", "create"]);
    assert!(made.code == 0 && made.err.contains("registration.mode is \"off\""), "{made:?}");
    let taken = home.with("REGISTRATION__MODE", "token").run(&["client", "token", "create"]);
    assert_eq!((taken.code, taken.err.as_str()), (0, ""));
}
