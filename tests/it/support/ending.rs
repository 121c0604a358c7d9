//! What can end between the moment at which somebody allows something and the one at which it is used. attacks: M12,
//! M13.

use super::App;
use latchkey::identity::{browser_session, users};
use latchkey::oauth::{clients, revocation};
use latchkey::records::{self, BrowserSession, Consent, Grant, Record, Tenant, Username};
use latchkey::storage::{Fault, Stop, Txn};

/// Something that ends what was allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    PersonDisabled,
    PersonDeleted,
    PasswordChanged,
    SessionEnded,
    ConsentWithdrawn,
    GrantRevoked,
    ClientDisabled,
    ClientDeleted,
}

impl Ending {
    /// All of them.
    pub(crate) const ALL: [Self; 8] = [
        Self::PersonDisabled,
        Self::PersonDeleted,
        Self::PasswordChanged,
        Self::SessionEnded,
        Self::ConsentWithdrawn,
        Self::GrantRevoked,
        Self::ClientDisabled,
        Self::ClientDeleted,
    ];

    /// The cause in the audit trail wherever somebody asks for something afterwards.
    pub(crate) fn cause(self) -> &'static str {
        match self {
            Self::PersonDisabled => "user.disabled",
            Self::PersonDeleted => "user.deleted",
            Self::PasswordChanged => "user.credential_replaced",
            Self::SessionEnded => "browser_session.ended",
            Self::ConsentWithdrawn => "consent.withdrawn",
            Self::GrantRevoked => "grant.revoked",
            Self::ClientDisabled => "client.disabled",
            Self::ClientDeleted => "client.unknown",
        }
    }

    /// Whether it is the client that is no more, rather than what a person allowed it.
    pub(crate) fn is_of_client(self) -> bool {
        matches!(self, Self::ClientDisabled | Self::ClientDeleted)
    }

    /// Lets it happen to everybody's sessions and grants, to this person and to this client.
    pub(crate) fn happen(self, app: &App, username: &str, client_id: &str) {
        let (act, client_id) = (app.act(), client_id.to_owned());
        let found: Username = app.record(username);
        let id = found.user_id;
        match self {
            Self::PersonDisabled => {
                app.state.store.run_blocking(move |txn| users::disable(txn, &act, "operator", id)).unwrap();
            }
            Self::PersonDeleted => {
                app.state.store.run_blocking(move |txn| users::delete(txn, &act, "operator", id)).unwrap();
            }
            Self::PasswordChanged => app.run(move |txn| {
                let key = id.to_string();
                let mut user: records::User = records::find(txn, &act.tenant, &key)?.unwrap();
                user.credential_epoch += 1;
                records::update(txn, &act.tenant, &user)
            }),
            Self::SessionEnded => app.run(move |txn| {
                for session in all::<BrowserSession>(txn)? {
                    browser_session::end(txn, &act, session.sid, "test")?;
                }
                Ok(())
            }),
            Self::ConsentWithdrawn => app.run(move |txn| {
                records::remove::<Consent>(txn, &act.tenant, &Consent::id_of(id, &client_id));
                Ok(())
            }),
            Self::GrantRevoked => app.run(move |txn| {
                for grant in all::<Grant>(txn)? {
                    let event = latchkey::audit::Event::AuthnTokenRevoked;
                    revocation::revoke_grant(txn, &act, grant.id, event, "test")?;
                }
                Ok(())
            }),
            Self::ClientDisabled => {
                let unit = move |txn: &mut dyn Txn| clients::disable(txn, &act, "operator", &client_id);
                app.state.store.run_blocking(unit).unwrap();
            }
            Self::ClientDeleted => {
                let unit = move |txn: &mut dyn Txn| clients::delete(txn, &act, "operator", &client_id);
                app.state.store.run_blocking(unit).unwrap();
            }
        }
    }
}

fn all<R: Record>(txn: &dyn Txn) -> Result<Vec<R>, Fault> {
    records::list(txn, &Tenant::default_tenant(), "", None, 100)
}

impl App {
    /// Runs a unit of work that refuses nothing.
    pub(crate) fn run(&self, mut unit: impl FnMut(&mut dyn Txn) -> Result<(), Fault> + Send + 'static) {
        self.state.store.run_blocking(move |txn| unit(txn).map_err(Stop::<()>::Fault)).unwrap();
    }

    /// The stored record of this id.
    pub(crate) fn record<R: Record>(&self, id: &str) -> R {
        records::find(&self.state.store, &Tenant::default_tenant(), id).unwrap().unwrap()
    }
}
