//! The authorization endpoint. RFC 6749 §3.1, OIDC Core §3.1.2.1.

use crate::audit::{Entry, Event};
use crate::oauth::authorize::{self, Failure, Named, Outcome, SignedIn};
use crate::oauth::{OAuthError, Params};
use crate::storage::Stop;
use crate::web::authorization_request::resolve;
use crate::web::client_document::refresh_named;
use crate::web::extract::{Call, PageForm, Visit};
use crate::web::paths::{AUTHORIZE, CONSENT, LOGIN, SELECT_ACCOUNT};
use crate::web::respond::authorization;
use crate::web::respond::page_error::PageError;
use crate::web::respond::redirect::see_other;
use actix_web::HttpResponse;
use actix_web::http::header::SET_COOKIE;

/// What a browser can be sent on with, in bytes; a longer request is answered where it was posted.
const MAX_QUERY: usize = 16 * 1024;

/// `GET /authorize`.
pub async fn get(visit: Visit) -> Result<HttpResponse, PageError> {
    match visit.params() {
        Ok(params) => answer(&visit, &params).await,
        Err(error) => refuse(&visit.call, Stop::Refused(error)).await,
    }
}

/// `POST /authorize`, with the parameters in the body. OIDC Core §3.1.2.1.
///
/// A browser that comes from another site by POST keeps its `SameSite=Lax` cookies to itself, so it is sent once more
/// by GET, with which they travel: else the person would count as a stranger, and lose the sign-ins that wait.
pub async fn post(visit: Visit, form: PageForm) -> Result<HttpResponse, PageError> {
    let (call, params) = (&visit.call, form.params());
    if visit.known_browser().is_some() {
        return answer(&visit, params).await;
    }
    refresh(call, params).await?;
    let is_plain = matches!(Named::read(params), Ok(Named::Plain));
    if is_plain
        && let Err(stop) = authorize::trust(&call.state.store, &call.act, &call.realm.rules.policy, params)
    {
        return refuse(call, stop).await;
    }
    let query = params.to_query();
    if query.len() > MAX_QUERY {
        return answer(&visit, params).await;
    }
    Ok(see_other(&format!("{}?{query}", visit.href(AUTHORIZE))))
}

/// `GET /authorize/resume?interaction=…`: back from a page of ours.
pub async fn resume(visit: Visit) -> Result<HttpResponse, PageError> {
    let call = &visit.call;
    let id = visit.params().and_then(|params| Ok(params.get("interaction")?.unwrap_or_default().to_owned()));
    let id = match id {
        Ok(id) => id,
        Err(error) => return refuse(call, Stop::Refused(error)).await,
    };
    // Without its cookie no browser is the one that began.
    let browser = visit.known_browser().map(|browser| browser.hash()).unwrap_or_default();
    let person = visit.person().await?;
    check_stranger(call, person.is_none()).await?;
    let (act, realm) = (call.act.clone(), call.realm.clone());
    let unit = call
        .state
        .store
        .run(move |txn| authorize::resume(txn, &act, &realm.rules, (&id, &browser), person.as_ref()));
    match unit.await {
        Ok(outcome) => render(&visit, outcome).await,
        Err(stop) => refuse(call, stop).await,
    }
}

async fn answer(visit: &Visit, params: &Params) -> Result<HttpResponse, PageError> {
    let call = &visit.call;
    refresh(call, params).await?;
    check_fetch(call, params).await?;
    let asked = match resolve(call, params).await {
        Ok(asked) => asked,
        Err(stop) => return unresolved(visit, params, stop).await,
    };
    let target =
        match authorize::trust(&call.state.store, &call.act, &call.realm.rules.policy, asked.params()) {
            Ok(target) => target,
            Err(stop) => return refuse(call, stop).await,
        };
    let browser = visit.browser()?;
    let (rules, keys) = (&call.realm.rules, call.realm.keys.load_full());
    let checked = match authorize::parse(&asked, target, &call.act, (rules, &keys), &browser.hash()) {
        Ok(checked) => checked,
        Err(failure) => return tell(visit, failure).await,
    };
    let person = visit.person().await?;
    check_stranger(call, person.is_none()).await?;
    let outcome = decide(call, checked, person).await?;
    let mut response = render(visit, outcome).await?;
    if let Some(cookie) = browser.set_cookie(call.state.cookies) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}

/// What asks cannot be found. The client is told if the request around it is trusted by itself, of which then nothing
/// else counts: RFC 9101 §6.3, §7.
async fn unresolved(
    visit: &Visit,
    outer: &Params,
    stop: Stop<OAuthError>,
) -> Result<HttpResponse, PageError> {
    let call = &visit.call;
    match (authorize::trust(&call.state.store, &call.act, &call.realm.rules.policy, outer), stop) {
        (Ok(target), Stop::Refused(error)) => {
            tell(visit, Failure { target, error, openid: authorize::asks_openid(outer) }).await
        }
        (_, stop) => refuse(call, stop).await,
    }
}

async fn decide(
    call: &Call,
    checked: authorize::Checked,
    person: Option<SignedIn>,
) -> Result<Outcome, PageError> {
    let (act, realm) = (call.act.clone(), call.realm.clone());
    let unit = call.state.store.run(move |txn| {
        let outcome = authorize::decide(txn, &act, &realm.rules, checked.clone(), person.as_ref())?;
        Ok::<_, Stop<OAuthError>>(outcome)
    });
    // Not done: RFC 6749 §4.1.2.1: `server_error` and `temporarily_unavailable` to the client: a failure of ours is
    // told to the person.
    unit.await.map_err(PageError::from)
}

async fn render(visit: &Visit, outcome: Outcome) -> Result<HttpResponse, PageError> {
    let page = |path: &str, id: &str| see_other(&format!("{}?interaction={id}", visit.href(path)));
    match outcome {
        Outcome::Answered(answer) => {
            let mut response = authorization::send(&visit.call, visit.frame(), answer.response())?;
            // OIDC Session Management §3.2: the frame compares what the client is told now with what the browser has.
            if let Some(cookie) = visit.tell_session(&answer.browser_session) {
                response.headers_mut().append(SET_COOKIE, cookie);
            }
            Ok(response)
        }
        Outcome::Refused(failure) => tell(visit, failure).await,
        Outcome::Login(id) => Ok(page(LOGIN, &id)),
        Outcome::ChooseAccount(id) => Ok(page(SELECT_ACCOUNT, &id)),
        Outcome::Consent(id) => Ok(page(CONSENT, &id)),
    }
}

/// Brings the client that is named up to date, where it is what a document says.
async fn refresh(call: &Call, params: &Params) -> Result<(), PageError> {
    let Err(stop) = refresh_named(call, params).await else { return Ok(()) };
    if let Stop::Refused(unknown) = &stop {
        note(call, Entry::new(&call.act, Event::AuthorizationAnswered).refused(unknown.cause())).await?;
    }
    Err(stop.into())
}

/// Refuses an address that makes us fetch more than its bucket holds.
async fn check_fetch(call: &Call, params: &Params) -> Result<(), PageError> {
    check_stranger(call, matches!(Named::read(params), Ok(Named::Reference(_)))).await
}

/// Refuses an address whose strangers begin more sign-ins than its bucket holds.
async fn check_stranger(call: &Call, is_stranger: bool) -> Result<(), PageError> {
    let Err(wait) = call.check_stranger(is_stranger) else { return Ok(()) };
    note(call, Entry::new(&call.act, Event::AuthorizationAnswered).refused("address.too_many")).await?;
    Err(PageError::too_many(wait))
}

/// Tells the client, now that it is trusted. RFC 6749 §4.1.2.1.
async fn tell(visit: &Visit, failure: Failure) -> Result<HttpResponse, PageError> {
    // Not done: RFC 9700 §4.11.2: signing in before an error is sent on to a client that somebody here vouches for: such
    // clients wait for errors. Before others there is a page.
    let entry = Entry::new(&visit.call.act, Event::AuthorizationAnswered).refused(failure.error.cause);
    note(&visit.call, entry.client(&failure.target.client().client_id)).await?;
    authorization::refuse(visit, &failure)
}

/// Tells the person, since whoever asks is not to be trusted with an answer.
async fn refuse(call: &Call, stop: Stop<OAuthError>) -> Result<HttpResponse, PageError> {
    if let Stop::Refused(error) = &stop {
        note(call, Entry::new(&call.act, Event::AuthorizationAnswered).refused(error.cause)).await?;
    }
    Err(stop.into())
}

async fn note(call: &Call, entry: Entry<'_>) -> Result<(), PageError> {
    Ok(call.state.trail.write(&call.act, entry).await?)
}
