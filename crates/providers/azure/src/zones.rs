//! Zones and their record sets, as paths of the API.

use octodns_http::{Error, Method, Request};
use octodns_kit::{Json, Zone};

use crate::account::Account;
use crate::sets::{ETAG, text};

/// A kind of zones in the API.
#[derive(Clone, Copy, Debug)]
pub struct Collection {
    /// The part of the path of a zone before its name.
    pub(crate) path: &'static str,
    /// The part of the path of all sets of a zone behind its name.
    pub(crate) sets: &'static str,
    /// The version of the API.
    pub(crate) version: &'static str,
    /// The roles that are needed.
    pub(crate) roles: &'static str,
}

/// What has to be true of something for a change of it to be made.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Condition<'s> {
    /// It is not there.
    Absent,
    /// It is there.
    Present,
    /// It is as it was read.
    Unchanged(&'s Json),
}

impl Condition<'_> {
    /// A set must be as it was read, or not be there if it was not.
    pub(crate) fn of(existing: Option<&Json>) -> Condition<'_> {
        existing.map_or(Condition::Absent, Condition::Unchanged)
    }

    /// The request with this condition; the service answers 412 if it does not hold.
    pub(crate) fn set(self, request: Request<'_>) -> Request<'_> {
        match self {
            Self::Absent => request.header("if-none-match", "*"),
            Self::Present => request.header("if-match", "*"),
            Self::Unchanged(set) => match text(set, ETAG) {
                "" => request.header("if-match", "*"),
                etag => request.header("if-match", etag),
            },
        }
    }
}

impl Collection {
    /// A request about a set.
    pub(crate) fn set<'a>(
        &self,
        account: &'a Account,
        method: Method,
        zone: Zone<'_>,
        (name, of): (&str, &str),
    ) -> Request<'a> {
        account.request(method, &[self.path, zone.id, of, name], self.version)
    }

    /// A set, if it is there, as the API has it.
    pub(crate) async fn read_set(
        &self,
        account: &Account,
        zone: Zone<'_>,
        key: (&str, &str),
    ) -> Result<Option<Json>, Error> {
        self.set(account, Method::GET, zone, key).read_optional().await
    }

    /// Deletes a set as it was read.
    pub(crate) async fn delete_set(
        &self,
        account: &Account,
        zone: Zone<'_>,
        existing: &Json,
    ) -> Result<(), Error> {
        let key = (text(existing, "name"), text(existing, "type"));
        let request = self.set(account, Method::DELETE, zone, key);
        Condition::Unchanged(existing).set(request).send_ok_or_missing().await
    }
}
