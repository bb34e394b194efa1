//! How a service pages its lists, as data. Lists that no such data describes are read by
//! [`octodns_http::pages`] and [`octodns_http::all_ahead`] themselves.

use std::sync::atomic::{AtomicU64, Ordering};

use octodns_http::{Error, Page, PageAt, Request, Response, all, all_ahead, pages};
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use crate::directory::ListedZone;
use crate::fields;

/// How many pages are read at the same time, once their number is known.
const AT_ONCE: usize = 4;

/// How a service pages its lists.
///
/// Facts in bodies are found by the keys that lead to them: `meta.total`.
///
/// ```
/// use octodns_kit::http::{Client, Error};
/// use octodns_kit::{Json, ListedZone, Pages};
///
/// // ?page=2&per_page=100: {"zones": [{"name": "example.com"}, ...], "meta": {"total": 123}}
/// const PAGES: Pages =
///     Pages::numbered("page").size("per_page", 100).entries(&["zones", "rows"]).total("meta.total");
///
/// async fn zones(client: &Client) -> Result<Vec<ListedZone>, Error> {
///     PAGES.zones(|| client.get(&["zones"]), "name", "").await
/// }
///
/// async fn rows(client: &Client, zone: &str) -> Result<Vec<Json>, Error> {
///     PAGES.read(|| client.get(&["zones", zone, "rows"])).await
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Pages {
    place: Place,
    size: Option<(&'static str, u64)>,
    first: First,
    entries: &'static [&'static str],
    total: Option<Mark>,
    /// The number of pages.
    count: Option<&'static str>,
    next: Option<&'static str>,
    start: Option<&'static str>,
    /// The number of the page.
    number: Option<&'static str>,
}

/// How a client asks for a page, by this parameter.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// Its number.
    Number(&'static str),
    /// The number of entries before it.
    Offset(&'static str),
    /// There is only one.
    Whole,
}

/// A page to read.
#[derive(Clone, Copy)]
struct At<'l> {
    /// Its number, counted from 1.
    number: u64,
    /// The number of entries before it.
    offset: u64,
    /// The number that the service has for the first page, once that is read.
    first: &'l AtomicU64,
}

impl At<'_> {
    /// The number that the service has for the page.
    fn place(self) -> u64 {
        self.first.load(Ordering::Relaxed).saturating_add(self.number - 1)
    }
}

/// What the request for the first page has.
#[derive(Clone, Copy, Debug)]
enum First {
    /// Its place and the size.
    Both,
    /// The size.
    Size,
    /// Neither.
    Nothing,
}

/// Where a number is.
#[derive(Clone, Copy, Debug)]
struct Mark {
    name: &'static str,
    is_header: bool,
    /// Whether a response without it is malformed.
    is_needed: bool,
}

impl Pages {
    /// Pages are asked for by their number from 1, in this parameter.
    pub const fn numbered(parameter: &'static str) -> Self {
        Self::by(Place::Number(parameter))
    }

    /// Pages are asked for by the number of entries before them, in this parameter.
    pub const fn offset(parameter: &'static str) -> Self {
        Self::by(Place::Offset(parameter))
    }

    /// A list has one page.
    pub const fn whole() -> Self {
        Self::by(Place::Whole)
    }

    const fn by(place: Place) -> Self {
        Self {
            place,
            size: None,
            first: First::Both,
            entries: &[],
            total: None,
            count: None,
            next: None,
            start: None,
            number: None,
        }
    }

    /// The parameter for the number of entries of a page, and how many are asked for.
    #[must_use]
    pub const fn size(self, parameter: &'static str, size: u64) -> Self {
        Self { size: Some((parameter, size)), ..self }
    }

    /// The request for the first page has no place.
    #[must_use]
    pub const fn first_without_place(self) -> Self {
        Self { first: First::Size, ..self }
    }

    /// The request for the first page has neither place nor size.
    #[must_use]
    pub const fn first_bare(self) -> Self {
        Self { first: First::Nothing, ..self }
    }

    /// Where the entries are: at one of these places, whatever the list. Default: they are the body itself.
    #[must_use]
    pub const fn entries(self, paths: &'static [&'static str]) -> Self {
        Self { entries: paths, ..self }
    }

    /// The number of all entries, which each page says: those that are missing in the end are noticed.
    #[must_use]
    pub const fn total(self, path: &'static str) -> Self {
        Self { total: Some(Mark { name: path, is_header: false, is_needed: true }), ..self }
    }

    /// The same, which pages may say.
    #[must_use]
    pub const fn total_if_given(self, path: &'static str) -> Self {
        Self { total: Some(Mark { name: path, is_header: false, is_needed: false }), ..self }
    }

    /// The same in a header, if a response has it.
    #[must_use]
    pub const fn total_header(self, name: &'static str) -> Self {
        Self { total: Some(Mark { name, is_header: true, is_needed: false }), ..self }
    }

    /// The number of pages, which each page says.
    #[must_use]
    pub const fn pages(self, path: &'static str) -> Self {
        Self { count: Some(path), ..self }
    }

    /// The place of the next page, or its URL; the last page has none, or one that is not behind it.
    #[must_use]
    pub const fn next(self, path: &'static str) -> Self {
        Self { next: Some(path), ..self }
    }

    /// The number of entries before the page, if it says so: it has to be the one that was asked for.
    #[must_use]
    pub const fn start(self, path: &'static str) -> Self {
        Self { start: Some(path), ..self }
    }

    /// The number of the page, which each page says. The first one, to be asked for by [`Pages::first_without_place`],
    /// says from where the service counts; each other one has to be the one that was asked for.
    #[must_use]
    pub const fn number(self, path: &'static str) -> Self {
        Self { number: Some(path), ..self }
    }

    /// All entries of a list; `get` makes the request without a page.
    ///
    /// # Errors
    ///
    /// Fails if one page fails, or if the list is not consistent: it is never partial.
    pub async fn read<'c, T: DeserializeOwned>(
        &self,
        get: impl Fn() -> Request<'c> + Sync,
    ) -> Result<Vec<T>, Error> {
        let read = |entry| serde_json::from_value(entry).map_err(|error| error.to_string());
        Box::pin(self.each(&get, &read)).await
    }

    /// All zones of a list, whose entries have the name of a zone and its id under these keys; "" for none.
    ///
    /// # Errors
    ///
    /// Fails like [`Pages::read`].
    pub async fn zones<'c>(
        &self,
        get: impl Fn() -> Request<'c> + Sync,
        name: &'static str,
        id: &'static str,
    ) -> Result<Vec<ListedZone>, Error> {
        Box::pin(self.each(&get, &|zone| ListedZone::read(&zone, name, id))).await
    }

    /// All entries of a list, each `read` from its JSON. Compiled once for each type of entries; its future is large.
    async fn each<'c, T>(
        &self,
        get: &(dyn Fn() -> Request<'c> + Sync),
        read: &ReadEntry<'_, T>,
    ) -> Result<Vec<T>, Error> {
        let first = &AtomicU64::new(1);
        if matches!(self.place, Place::Whole) {
            let at = At { number: 1, offset: 0, first };
            return all(pages(1, async |_| self.page(get(), at, read).await)).await;
        }
        let page = async |PageAt { number, offset, .. }: PageAt| {
            self.page(get(), At { number, offset, first }, read).await
        };
        all_ahead(AT_ONCE, page).await
    }

    async fn page<T>(
        &self,
        request: Request<'_>,
        at: At<'_>,
        read: &ReadEntry<'_, T>,
    ) -> Result<Page<T, u64>, Error> {
        let response = self.at(request, at).send().await?;
        let mut body: Json = response.json()?;
        let entries = self.take_entries(&mut body, &response)?;
        let facts = (self, &response, &body);
        check_number(facts, at)?;
        let (total, has_next) = (total(facts)?, has_next(facts, at, entries.len() as u64)?);
        let read = entries.into_iter().map(read).collect::<Result<Vec<_>, _>>();
        let entries = read.map_err(|why| response.malformed("an entry of the list", &why))?;
        let page = Page::new(&response, entries).total(total);
        Ok(match self.count {
            Some(path) => page.numbered(at.number, number(&response, path, value_at(&body, path))?),
            None => page.next(has_next.then_some(at.number + 1)),
        })
    }

    /// The request for a page.
    fn at<'c>(&self, request: Request<'c>, at: At<'_>) -> Request<'c> {
        let (is_first, first) = (at.number == 1, self.first);
        let request = match self.place {
            _ if is_first && !matches!(first, First::Both) => request,
            Place::Number(parameter) => request.query(parameter, at.place()),
            Place::Offset(parameter) => request.query(parameter, at.offset),
            Place::Whole => request,
        };
        match self.size {
            Some((parameter, size)) if !(is_first && matches!(first, First::Nothing)) => {
                request.query(parameter, size)
            }
            _ => request,
        }
    }

    /// The entries of a page.
    fn take_entries(&self, body: &mut Json, response: &Response) -> Result<Vec<Json>, Error> {
        let pointer = |path: &&str| format!("/{}", path.replace('.', "/"));
        let pointers = self.entries.iter().map(pointer);
        let found = match pointers.into_iter().find(|pointer| body.pointer(pointer).is_some()) {
            Some(pointer) => body.pointer_mut(&pointer).map(Json::take),
            None => self.entries.is_empty().then(|| body.take()),
        };
        match found.unwrap_or_default() {
            Json::Array(entries) => Ok(entries),
            _ => Err(response.malformed(self.entries.join(" or "), "there is no list")),
        }
    }
}

/// Reads an entry of a list.
type ReadEntry<'r, T> = dyn Fn(Json) -> Result<T, String> + Sync + 'r;

/// A page without its entries.
type Facts<'p> = (&'p Pages, &'p Response, &'p Json);

/// The number of all entries, if the page says it.
fn total((pages, response, body): Facts<'_>) -> Result<Option<u64>, Error> {
    let Some(Mark { name, is_header, is_needed }) = pages.total else { return Ok(None) };
    let found = match response.header(name) {
        _ if !is_header => value_at(body, name).clone(),
        header => header.map_or(Json::Null, Json::from),
    };
    if found.is_null() && !is_needed { Ok(None) } else { number(response, name, &found).map(Some) }
}

/// Learns from the first page from where the service counts, and checks the number of each other one.
fn check_number((pages, response, body): Facts<'_>, at: At<'_>) -> Result<(), Error> {
    let Some(path) = pages.number else { return Ok(()) };
    let found = number(response, path, value_at(body, path))?;
    if at.number == 1 {
        at.first.store(found, Ordering::Relaxed);
    } else if found != at.place() {
        let why = format!("it is number {found}, not {}", at.place());
        return Err(response.malformed("the page", &why));
    }
    Ok(())
}

/// Whether there is another page, where the service does not say how many there are.
fn has_next(facts: Facts<'_>, at: At<'_>, count: u64) -> Result<bool, Error> {
    let ((pages, response, body), offset) = (facts, at.offset);
    if let Some(path) = pages.start
        && let found = value_at(body, path)
        && !found.is_null()
        && number(response, path, found)? != offset
    {
        return Err(response.malformed(path, &format!("it is not {offset}")));
    }
    if let Some(path) = pages.next {
        let here = match pages.place {
            Place::Offset(_) => offset,
            _ => at.place(),
        };
        return Ok(match value_at(body, path) {
            Json::String(url) => !url.is_empty(),
            next => next.as_u64().is_some_and(|next| next > here),
        });
    }
    Ok(match (pages.place, total(facts)?, pages.size) {
        (Place::Whole, ..) | (_, None, None) => false,
        (_, Some(total), _) => count > 0 && offset.saturating_add(count) < total,
        (_, None, Some((_, size))) => count >= size,
    })
}

/// A number, which may be a text, at this place of a response.
fn number(response: &Response, place: &str, found: &Json) -> Result<u64, Error> {
    let number = found.as_u64().or_else(|| found.as_str()?.parse().ok());
    let why = || if found.is_null() { "it is missing" } else { "it is no number" };
    number.ok_or_else(|| response.malformed(place, why()))
}

/// The value that these keys lead to; null if there is none.
fn value_at<'b>(body: &'b Json, path: &str) -> &'b Json {
    path.split('.').fold(body, |value, key| &value[key])
}

/// Sends a request that creates a zone, and returns its id, to which these keys of the response lead: `zone.id`.
///
/// # Errors
///
/// Fails like [`Request::read`], also if there is no id.
pub async fn created_id(request: Request<'_>, path: &str) -> Result<String, Error> {
    let response = request.send().await?;
    let body: Json = response.json()?;
    let id = fields::id(value_at(&body, path));
    id.ok_or_else(|| response.malformed(path, "it is missing"))
}

impl ListedZone {
    /// An entry of a list of zones.
    pub(crate) fn read(zone: &Json, name: &str, id: &str) -> Result<Self, String> {
        let Some(called) = zone[name].as_str() else {
            return Err(format!("a zone has no {name}"));
        };
        if id.is_empty() {
            return Ok(Self::named(called));
        }
        let id_of = fields::id(&zone[id]).ok_or_else(|| format!("{called} has no {id}"))?;
        Ok(Self::new(called, id_of))
    }
}
