//! openidconnect signs in, gets tokens and verifies them as a service would, with its strict checks on.

mod checks;
mod flows;
mod forge;
mod verify;

use checks::Checks;
use flows::{Outcome, Registered, Server};
use openidconnect::core::CoreIdToken;
use openidconnect::{OAuth2TokenResponse, TokenResponse};
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

const ELSEWHERE: &str = "https://other.example";

fn main() -> ExitCode {
    let mut checks = Checks::default();
    if let Some(server) = checks.check("discovery", Server::discover()) {
        let outcome = run(&server, &mut checks);
        if outcome.is_err() {
            checks.check("the run to its end", outcome);
        }
    }
    checks.close()
}

fn run(server: &Server, checks: &mut Checks) -> Outcome<()> {
    let web = server.registered("web")?;
    let client = server.client(&web)?;
    let signed_in =
        checks.check("authorization code flow with PKCE, state, nonce and iss", server.sign_in(&client));
    let (tokens, nonce) = signed_in.ok_or("no tokens")?;

    let id_token = tokens.id_token().ok_or("no ID token")?;
    let verifier = client.id_token_verifier().set_allowed_algs(verify::algorithms());
    let verdict = id_token.claims(&verifier, &nonce).map_err(Into::into);
    let claims =
        checks.check("ID token: iss, aud, exp, nonce, signature", verdict).ok_or("no good ID token")?;
    let person = claims.subject();

    let access_token = tokens.access_token().secret();
    let verdict = server.belongs(access_token, &web, Some(person));
    checks.check("access token: typ, iss, aud, exp, algorithm, signature", verdict);
    checks.check("userinfo is about the same subject", server.user_info(&client, &tokens, person));
    let renewed =
        server.refresh(&client, &tokens).and_then(|token| server.belongs(&token, &web, Some(person)));
    checks.check("refresh rotates the token", renewed);

    refuse_bad_access_tokens(server, checks, access_token, &web)?;
    let verdict = server.verifier(&server.demo.issuer, &web.client_id)?.verify(&id_token.to_string());
    checks.refused("an ID token as access token", "unsupported JWT type", verdict);
    let swapped: CoreIdToken = access_token.parse()?;
    let verdict = swapped.claims(&verifier, &nonce).map_err(Into::into);
    checks.refused("an access token as ID token", "unsupported JWT type", verdict);
    as_a_service(server, checks)
}

/// What a service must not accept.
fn refuse_bad_access_tokens(
    server: &Server,
    checks: &mut Checks,
    token: &str,
    web: &Registered,
) -> Outcome<()> {
    let issuer = &server.demo.issuer;
    let good = server.verifier(issuer, &web.audience)?;
    checks.refused(
        "another audience",
        "Invalid audiences",
        server.verifier(issuer, ELSEWHERE)?.verify(token),
    );
    checks.refused(
        "another issuer",
        "Invalid issuer",
        server.verifier(ELSEWHERE, &web.audience)?.verify(token),
    );
    checks.refused("changed claims", "Crypto error", good.verify(&forge::altered(token)?));
    checks.refused("a changed signature", "Crypto error", good.verify(&forge::badly_signed(token)?));
    checks.refused("alg none", "No signature found", good.verify(&forge::unsigned(token)?));
    Ok(())
}

/// Client credentials, and the end of a token's life.
fn as_a_service(server: &Server, checks: &mut Checks) -> Outcome<()> {
    let service = server.registered("service")?;
    let stranger = Registered { client_secret: Some("wrong".to_owned()), ..service.clone() };
    checks.refused("a wrong client secret", "invalid_client", server.client_credentials(&stranger));

    let token = server.client_credentials(&service)?;
    checks.check("client credentials", server.belongs(&token, &service, None));
    let verifier = server.verifier(&server.demo.issuer, &service.audience)?;
    let claims = checks
        .check("the token is still good before its end", verifier.verify(&token))
        .ok_or("no good token")?;
    expect_scope(checks, claims.additional_claims());
    let left = SystemTime::from(claims.expiration()).duration_since(SystemTime::now()).unwrap_or_default();
    std::thread::sleep(left + Duration::from_secs(1));
    checks.refused("an expired token", "Expired", verifier.verify(&token));
    Ok(())
}

fn expect_scope(checks: &mut Checks, claims: &verify::AccessClaims) {
    let verdict = checks::expect("scope", &claims.scope.as_deref(), &Some("read"));
    checks.check("the token has the scope that was asked for, and no other", verdict);
}
