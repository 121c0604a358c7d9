//! The closed list of what can happen.

use serde::{Deserialize, Serialize};

/// What happened. Where OWASP's logging vocabulary has a word for it, that word is the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The server came up.
    SysStartup,
    /// The server went down in good order.
    SysShutdown,
    /// The store was replayed, rebuilt or cut at start-up.
    SysStoreRecovered,
    /// A person signed in, or proved again who they are.
    AuthnLoginSuccess,
    /// A sign-in was refused.
    AuthnLoginFail,
    /// A sign-in was slowed down after too many failures.
    AuthnLoginLock,
    /// A password was set or replaced.
    AuthnPasswordChange,
    /// A client proved, or failed to prove, who it is.
    AuthnClient,
    /// Tokens were issued, or refused.
    AuthnTokenCreated,
    /// A token or its grant was revoked.
    AuthnTokenRevoked,
    /// A code or refresh token was used a second time; its grant is revoked.
    AuthnTokenReuse,
    /// A token was introspected.
    TokenIntrospected,
    /// A person's claims were read at userinfo, or refused.
    UserinfoRead,
    /// A browser session began.
    SessionCreated,
    /// A browser session ended.
    SessionEnded,
    /// A client was told that a browser session has ended, or could not be told.
    LogoutNotified,
    /// An authorization request was pushed, or its push refused.
    AuthorizationPushed,
    /// An authorization request was answered.
    AuthorizationAnswered,
    /// A device asked for its codes, or was refused.
    DeviceAuthorizationRequested,
    /// A person typed the code of a device, or one that is not right.
    UserCodeEntered,
    /// A person was asked for consent and answered.
    ConsentAnswered,
    /// A person was added.
    UserCreated,
    /// A person was changed.
    UserUpdated,
    /// A person was deleted.
    UserDeleted,
    /// A client was registered.
    ClientCreated,
    /// A client read its own registration.
    ClientRead,
    /// A client was changed.
    ClientUpdated,
    /// A client was deleted.
    ClientDeleted,
    /// An API was described.
    ResourceCreated,
    /// The description of an API was deleted.
    ResourceDeleted,
    /// An initial access token was made.
    RegistrationTokenCreated,
    /// An initial access token was withdrawn.
    RegistrationTokenRevoked,
    /// A signing key changed its state.
    KeyChanged,
    /// An address was refused so often that entries were left out: the entry says how many.
    ExcessRateLimitExceeded,
    /// Sealed rows were rewritten under another key-encryption key.
    KeyRewrapped,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was done.
    Success,
    /// It was refused, for the entry's cause.
    Refused,
}
