//! The outermost layer, one future a request.

use super::request_id::{RequestId, RequestIds};
use super::{access_log, error_page, host, security_headers};
use crate::ports::Seed;
use crate::web::respond::page::Stationery;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::http::header::HeaderName;
use actix_web::{Error, HttpMessage as _, HttpResponse};
use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The outermost middleware. Wrap the whole application in it; clone it into every worker.
#[derive(Debug, Clone)]
pub struct Edge(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    stationery: Arc<Stationery>,
    ids: RequestIds,
}

impl Edge {
    /// The edge of the server whose pages are printed on `stationery`; `seed` starts the request ids.
    pub fn new(stationery: Arc<Stationery>, seed: &Seed) -> Self {
        Self(Arc::new(Shared { stationery, ids: RequestIds::new(seed) }))
    }
}

impl<S, B> Transform<S, ServiceRequest> for Edge
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    S::Future: 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B, String>>;
    type Error = Error;
    type InitError = ();
    type Transform = EdgeService<S>;
    type Future = Ready<Result<Self::Transform, Self::InitError>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(EdgeService { service, shared: Arc::clone(&self.0) }))
    }
}

/// One worker's edge.
#[derive(Debug)]
pub struct EdgeService<S> {
    service: S,
    shared: Arc<Shared>,
}

impl<S, B> Service<ServiceRequest> for EdgeService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    S::Future: 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B, String>>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>>>>;

    fn poll_ready(&self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.service.poll_ready(context)
    }

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let started = access_log::Started::now();
        let id = self.shared.ids.next();
        request.extensions_mut().insert(id);
        let shared = Arc::clone(&self.shared);
        // RFC 9112 §3.2.
        if !host::is_plain(request.headers()) {
            return Box::pin(ready(Ok(refuse(&shared, &started, request, id))));
        }
        let answer = self.service.call(request);
        Box::pin(async move {
            let answer = answer.await?;
            Ok(finish(&shared, &started, answer, id))
        })
    }
}

/// Refuses a request before anybody looks at it.
fn refuse<B: MessageBody>(
    shared: &Shared,
    started: &access_log::Started,
    request: ServiceRequest,
    id: RequestId,
) -> ServiceResponse<EitherBody<B, String>> {
    let bare = request.into_response(HttpResponse::BadRequest().finish());
    finish(shared, started, bare, id).map_body(|_, body| match body {
        EitherBody::Left { .. } => EitherBody::right(String::new()),
        EitherBody::Right { body } => EitherBody::right(body),
    })
}

/// Turns what the endpoint answered into what goes out.
fn finish<B: MessageBody>(
    shared: &Shared,
    started: &access_log::Started,
    answer: ServiceResponse<B>,
    id: RequestId,
) -> ServiceResponse<EitherBody<B, String>> {
    let (request, response) = answer.into_parts();
    let body = error_page::body_for(&shared.stationery, &request, &response, id);
    let mut response = match body {
        Some(body) => body.put_into(response).map_into_right_body(),
        None => response.map_into_left_body(),
    };
    let headers = response.headers_mut();
    security_headers::apply(headers, shared.stationery.is_https());
    if let Some(id) = id.header() {
        headers.insert(X_REQUEST_ID, id);
    }
    access_log::record(started, &request, response.status(), response.headers(), id);
    ServiceResponse::new(request, response)
}
