//! What is answered when the state could not be stored.
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use std::io;

/// The state could not be stored, so nothing has happened.
#[derive(Debug)]
pub(super) struct Broken(io::Error);

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Broken {
        Broken(error)
    }
}

impl IntoResponse for Broken {
    fn into_response(self) -> Response {
        tracing::error!(error = %self.0, "the practice state could not be stored");
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    }
}
