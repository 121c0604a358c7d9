//! Stored records: the bytes of today's versions, which a later program must still read, and the expiry index.

use latchkey::records::{
    self, AuthorizationCode, BrowserSession, Client, Consent, DeviceAuthorization, Grant, InitialAccessToken,
    Interaction, LoginThrottle, LogoutNotice, Participant, ProtectedResource, PushedRequest, Record,
    RevokedToken, ServerSecret, SessionCookie, SetupLink, SigningKey, Tenant, UnusedClient, User, UserCode,
    Username,
};
use latchkey::storage::{Fault, Read as _, Stop, Store};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

fn at(seconds: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(seconds).unwrap()
}

fn in_store<T: Send + 'static>(
    store: &Store,
    mut unit: impl FnMut(&mut dyn latchkey::storage::Txn) -> Result<T, Fault> + Send + 'static,
) -> T {
    store.run_blocking(move |txn| unit(txn).map_err(Stop::<()>::Fault)).unwrap()
}

/// Reads golden bytes under a golden key, and writes them again to the letter.
fn golden<R: Record + Clone + Send + 'static>(key: &str, value: &str) {
    let (tenant, store) = (Tenant::default_tenant(), Store::memory());
    let (stored_key, bytes) = (key.as_bytes().to_vec(), value.as_bytes().to_vec());
    let id = key.strip_prefix(&format!("default/{}/", R::SPACE)).unwrap().to_owned();
    in_store(&store, move |txn| {
        txn.put(stored_key.clone(), bytes.clone());
        Ok(())
    });
    let record: R = records::find(&store, &tenant, &id).unwrap().unwrap();
    assert_eq!(record.id(), id);
    in_store(&store, move |txn| {
        records::remove::<R>(txn, &tenant, &id);
        records::update(txn, &tenant, &record)
    });
    let written = store.get(key.as_bytes()).unwrap().unwrap();
    assert_eq!(String::from_utf8(written).unwrap(), value);
}

const A: &str = "01020304-0506-4708-890a-0b0c0d0e0f10";
const B: &str = "11121314-1516-4718-991a-1b1c1d1e1f20";

#[test]
fn people_are_read_as_they_were_written() {
    golden::<User>(
        &format!("default/user/{A}"),
        &format!(
            r#"{{"v":1,"r":{{"id":"{A}","username":"ada","name":"Ada","email":"ada@example.com","email_verified":true,"roles":["admin"],"groups":["staff"],"password":"$argon2id$x","credential_epoch":2,"disabled":true,"created_at":1,"updated_at":2}}}}"#
        ),
    );
    golden::<Username>(
        "default/username/ada",
        &format!(r#"{{"v":1,"r":{{"username":"ada","user_id":"{A}"}}}}"#),
    );
    golden::<BrowserSession>(
        &format!("default/browser_session/{A}"),
        &format!(
            r#"{{"v":1,"r":{{"sid":"{A}","user_id":"{B}","cookie_hash":"h","credential_epoch":2,"auth_time":1,"amr":["pwd"],"seen_at":2,"created_at":1,"expires_at":3,"remote":"192.0.2.1","user_agent":"x"}}}}"#
        ),
    );
    golden::<SessionCookie>(
        "default/session_cookie/h",
        &format!(r#"{{"v":1,"r":{{"hash":"h","sid":"{A}","expires_at":3}}}}"#),
    );
    golden::<LoginThrottle>(
        "default/login_throttle/t",
        r#"{"v":1,"r":{"id":"t","failures":6,"not_before":1500,"expires_at":3}}"#,
    );
    golden::<SetupLink>("default/setup_link/h", r#"{"v":1,"r":{"hash":"h","created_at":1,"expires_at":3}}"#);
}

#[test]
fn what_openid_connect_added_is_read_as_it_was_written() {
    golden::<User>(
        &format!("default/user/{A}"),
        &format!(
            r#"{{"v":1,"r":{{"id":"{A}","username":"ada","email_verified":false,"details":{{"given_name":"Ada","middle_name":"King","family_name":"Lovelace","nickname":"n","profile":"https://a.example/p","picture":"https://a.example/i","website":"https://a.example/w","gender":"g","birthdate":"1815-12-10","zoneinfo":"Europe/London","locale":"en","phone_number":"+4420","phone_number_verified":true,"address":{{"formatted":"f","street_address":"s","locality":"l","region":"r","postal_code":"p","country":"c"}}}},"credential_epoch":0,"disabled":false,"created_at":1,"updated_at":2}}}}"#
        ),
    );
    golden::<Consent>(
        &format!("default/consent/{A}/web"),
        &format!(
            r#"{{"v":1,"r":{{"user_id":"{A}","client_id":"web","scope":"openid","claims":["birthdate"],"given_at":1}}}}"#
        ),
    );
    golden::<Interaction>(
        "default/interaction/i",
        &format!(
            r#"{{"v":1,"r":{{"id":"i","browser_hash":"b","client_id":"web","redirect_uri":"https://app.example/cb","scope":"openid","claims":{{"userinfo":{{"email":{{"essential":true}}}},"id_token":{{"acr":{{"values":["y"]}},"sub":{{"value":"x"}}}}}},"acr_values":["y"],"ui_locales":"fr","hinted":"a pairwise subject","fresh_login":false,"fresh_consent":false,"choose_account":true,"chosen":"{A}","created_at":1,"expires_at":2}}}}"#
        ),
    );
}

#[test]
fn clients_and_what_they_were_given_are_read_as_they_were_written() {
    golden::<Client>(
        "default/client/web",
        r#"{"v":1,"r":{"client_id":"web","client_name":"Web","native":true,"redirect_uris":["https://app.example/cb"],"grant_types":["authorization_code","refresh_token","client_credentials"],"token_endpoint_auth_method":"client_secret_basic","secrets":[{"hash":"h","expires_at":9}],"scope":"openid read","resources":["https://api.example"],"roles":["r"],"access_token_signed_response_alg":"ES256","id_token_signed_response_alg":"RS256","require_pkce":true,"rotate_refresh_tokens":true,"skip_consent":true,"access_token_ttl":60,"disabled":true,"created_at":1,"updated_at":2}}"#,
    );
    golden::<Grant>(
        &format!("default/grant/{A}"),
        &format!(
            r#"{{"v":1,"r":{{"id":"{A}","client_id":"web","user_id":"{B}","scope":"openid","resources":["https://api.example"],"sid":"{B}","offline":true,"auth_time":1,"amr":["pwd"],"credential_epoch":2,"refresh":{{"generation":3,"seed":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16],"rotated_at":4}},"revoked":{{"at":5,"cause":"code.reused"}},"created_at":1,"expires_at":6}}}}"#
        ),
    );
    golden::<AuthorizationCode>(
        "default/authorization_code/h",
        &format!(
            r#"{{"v":1,"r":{{"hash":"h","grant_id":"{A}","client_id":"web","redirect_uri":"https://app.example/cb","code_challenge":"c","nonce":"n","scope":"openid","consumed_at":2,"usable_until":3,"expires_at":4}}}}"#
        ),
    );
    golden::<Interaction>(
        "default/interaction/i",
        &format!(
            r#"{{"v":1,"r":{{"id":"i","browser_hash":"b","client_id":"web","redirect_uri":"https://app.example/cb","scope":"openid","resources":["https://api.example"],"state":"s","nonce":"n","code_challenge":"c","login_hint":"ada","hinted":"{A}","max_age":60,"fresh_login":true,"fresh_consent":true,"signed_in":"{A}","consented":"{B}","created_at":1,"expires_at":2}}}}"#
        ),
    );
    golden::<Consent>(
        &format!("default/consent/{A}/web"),
        &format!(
            r#"{{"v":1,"r":{{"user_id":"{A}","client_id":"web","scope":"openid","resources":["https://api.example"],"given_at":1}}}}"#
        ),
    );
    golden::<RevokedToken>("default/revoked_token/j", r#"{"v":1,"r":{"jti":"j","expires_at":1}}"#);
    golden::<DeviceAuthorization>(
        "default/device_authorization/h",
        &format!(
            r#"{{"v":1,"r":{{"hash":"h","user_code_hash":"u","client_id":"tv","scope":"openid","resources":["https://api.example"],"authorization_details":[{{"type":"t"}}],"interval":10,"polled_at":1500,"entered":2,"answer":{{"allowed":"{A}"}},"consumed_at":2,"created_at":1,"usable_until":3,"expires_at":4}}}}"#
        ),
    );
    golden::<UserCode>("default/user_code/u", r#"{"v":1,"r":{"hash":"u","device":"h","expires_at":3}}"#);
    golden::<PushedRequest>(
        "default/pushed_request/h",
        r#"{"v":1,"r":{"hash":"h","client_id":"web","params":[["state","s"]],"signed":true,"consumed_at":1,"usable_until":2,"expires_at":3}}"#,
    );
}

#[test]
fn what_signing_out_leaves_to_do_is_read_as_it_was_written() {
    golden::<Participant>(
        &format!("default/participant/{A}/{B}/web"),
        &format!(r#"{{"v":1,"r":{{"user_id":"{A}","sid":"{B}","client_id":"web","expires_at":3}}}}"#),
    );
    golden::<LogoutNotice>(
        &format!("default/logout_notice/000000000002/{A}"),
        &format!(
            r#"{{"v":1,"r":{{"id":"{A}","client_id":"web","user_id":"{B}","sid":"{B}","attempts":1,"due_at":2,"expires_at":3}}}}"#
        ),
    );
}

#[test]
fn what_stands_around_registration_is_read_as_it_was_written() {
    let common = r#""redirect_uris":["https://app.example/cb"],"grant_types":["authorization_code"],"token_endpoint_auth_method":"none","scope":"openid","access_token_signed_response_alg":"ES256","id_token_signed_response_alg":"ES256","require_pkce":true,"rotate_refresh_tokens":true,"skip_consent":false"#;
    for origin in [
        r#"{"registered":{"token_hash":"h","initial_access_token":"t","software_statement":"s","unused_until":9}}"#,
        r#"{"document":{"fetched_at":1,"fresh_until":2,"unused_until":9}}"#,
    ] {
        golden::<Client>(
            "default/client/web",
            &format!(
                r#"{{"v":1,"r":{{"client_id":"web","native":false,{common},"origin":{origin},"disabled":false,"created_at":1,"updated_at":2}}}}"#
            ),
        );
    }
    golden::<InitialAccessToken>(
        "default/initial_access_token/h",
        r#"{"v":1,"r":{"hash":"h","note":"n","uses_left":3,"scope":"openid","grant_types":["client_credentials"],"resources":["https://api.example"],"profile":"fapi2_security","created_at":1,"expires_at":2}}"#,
    );
    golden::<UnusedClient>(
        "default/unused_client/000000000009/web",
        r#"{"v":1,"r":{"client_id":"web","until":9}}"#,
    );
    golden::<ProtectedResource>(
        "default/protected_resource/https://api.example/",
        r#"{"v":1,"r":{"resource":"https://api.example/","resource_name":"A","scopes_supported":["read"],"resource_signing_alg_values_supported":["ES256"],"dpop_bound_access_tokens_required":true,"tls_client_certificate_bound_access_tokens":true,"resource_documentation":"https://api.example/d","resource_policy_uri":"https://api.example/p","resource_tos_uri":"https://api.example/t","created_at":1}}"#,
    );
}

#[test]
fn keys_and_secrets_are_read_as_they_were_written() {
    golden::<SigningKey>(
        "default/signing_key/k",
        r#"{"v":1,"r":{"kid":"k","algorithm":"ES256","state":"retired","public":{"kty":"EC","crv":"P-256","x":"x","y":"y"},"sealed":{"s":1},"first":true,"token_life":3600,"created_at":"2027-01-15T08:00:00Z","publish_at":"2027-01-15T08:00:00Z","ready_at":"2027-01-16T08:00:00Z","activate_at":"2027-01-16T08:00:00Z","retire_at":"2027-02-15T08:00:00Z","remove_at":"2027-02-15T09:00:00Z","revoked_at":"2027-02-15T08:30:00Z"}}"#,
    );
    golden::<ServerSecret>("default/server_secret/p", r#"{"v":1,"r":{"name":"p","sealed":{"s":1}}}"#);
}

/// A record that has had two versions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Renamed {
    id: String,
    colour: String,
}

impl Record for Renamed {
    const SPACE: &'static str = "renamed";
    const VERSION: u32 = 2;

    fn id(&self) -> String {
        self.id.clone()
    }

    fn upgrade(version: u32, json: &str) -> Result<Self, Fault> {
        #[derive(Deserialize)]
        struct First {
            id: String,
            color: String,
        }
        if version != 1 {
            return Err(Fault::broken("unknown version"));
        }
        let First { id, color } = serde_json::from_str(json).map_err(|e| Fault::broken(e.to_string()))?;
        Ok(Self { id, colour: color })
    }
}

#[test]
fn an_older_version_is_upgraded_when_it_is_read_and_a_newer_one_is_refused() {
    let (tenant, store) = (Tenant::default_tenant(), Store::memory());
    in_store(&store, |txn| {
        txn.put(b"default/renamed/a".to_vec(), br#"{"v":1,"r":{"id":"a","color":"red"}}"#.to_vec());
        txn.put(b"default/renamed/b".to_vec(), br#"{"v":3,"r":{"id":"b","colour":"red"}}"#.to_vec());
        txn.put(b"default/renamed/c".to_vec(), br#"{"v":2,"r":{"id":"c"}}"#.to_vec());
        Ok(())
    });
    let found = records::find::<Renamed>(&store, &tenant, "a").unwrap().unwrap();
    assert_eq!(found, Renamed { id: "a".into(), colour: "red".into() });
    assert!(records::find::<Renamed>(&store, &tenant, "b").is_err());
    assert!(records::find::<Renamed>(&store, &tenant, "c").is_err(), "damaged");
}

#[test]
fn what_has_expired_is_swept_with_what_belongs_to_it_and_nothing_else() {
    let (tenant, store) = (Tenant::default_tenant(), Store::memory());
    let own = tenant.clone();
    in_store(&store, move |txn| {
        for (jti, expires_at) in [("old", 100), ("edge", 200), ("young", 300)] {
            records::insert(txn, &own, &RevokedToken { jti: jti.into(), expires_at: at(expires_at) })?;
        }
        Ok(())
    });
    let sweep = |now: i64, limit: usize| {
        let tenant = tenant.clone();
        in_store(&store, move |txn| Ok(records::sweep(txn, &tenant, at(now), None, limit)?.len()))
    };
    let left = || records::list::<RevokedToken>(&store, &tenant, "", None, 10).unwrap().len();
    assert_eq!((sweep(100, 10), left()), (0, 3), "not before its time has passed");
    assert_eq!((sweep(201, 1), left()), (1, 2), "as many as were asked for");
    assert_eq!((sweep(201, 10), left()), (1, 1));
    assert_eq!((sweep(999, 10), left()), (1, 0));
    assert!(store.scan(b"default/expiry/", None, 10).unwrap().is_empty());
}
