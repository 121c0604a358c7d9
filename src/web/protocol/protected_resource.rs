//! What the APIs behind our origin, and our own userinfo endpoint, say about themselves. RFC 9728 §3.

use crate::oauth::protected_resource::{self, Document as Description, WELL_KNOWN};
use crate::storage::{Fault, Stop};
use crate::web::extract::Call;
use crate::web::paths::USERINFO;
use crate::web::respond::ProtocolError;
use crate::web::respond::document::Document;
use crate::web::respond::page_error::{PageError, Phrase};
use actix_web::http::header::HeaderValue;
use actix_web::{Either, HttpRequest, HttpResponse};

/// `GET /.well-known/oauth-protected-resource…`.
pub async fn get(
    call: Call,
    request: HttpRequest,
) -> Either<Result<HttpResponse, ProtocolError>, Result<HttpResponse, PageError>> {
    match document(&call, &request) {
        Ok(Some(document)) => {
            let cache_control = HeaderValue::from_static("public, max-age=300");
            Either::Left(Ok(document.answer(&request, cache_control)))
        }
        Ok(None) => Either::Right(Err(Phrase::NotFound.into())),
        Err(error) => Either::Left(Err(error)),
    }
}

fn document(call: &Call, request: &HttpRequest) -> Result<Option<Document>, ProtocolError> {
    let Some(description) = description(call, request)? else { return Ok(None) };
    let broken = |_| ProtocolError::stopped(call, Stop::Fault(Fault::broken("a description is no JSON")));
    Ok(Some(Document::of(serde_json::to_vec(&description).map_err(broken)?.into())))
}

fn description(call: &Call, request: &HttpRequest) -> Result<Option<Description>, ProtocolError> {
    let policy = &call.realm.rules.policy;
    let Ok(issuer) = url::Url::parse(&policy.issuer) else { return Ok(None) };
    // RFC 9728 §3.1: what stands behind the well-known part belongs to the resource, to the letter.
    let asked = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
    let Some(rest) = asked.strip_prefix(WELL_KNOWN) else { return Ok(None) };
    // RFC 9728 §3.3: `resource` is what the client inserted the well-known part into.
    let resource = format!("{}{rest}", issuer.origin().ascii_serialization());
    if resource == format!("{}{USERINFO}", policy.issuer) {
        return Ok(Some(Description::of_userinfo(&resource, policy)));
    }
    let find = |resource: &str| {
        let found = protected_resource::find(&call.state.store, &call.act.tenant, resource);
        found.map_err(|fault| ProtocolError::stopped(call, Stop::Fault(fault)))
    };
    let mut found = find(&resource)?;
    if found.is_none() && rest.is_empty() {
        found = find(&format!("{resource}/"))?;
    }
    Ok(found.map(|own| Description::of(own, policy)))
}
