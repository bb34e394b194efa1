//! Paged lists: how a client asks for a page, and what the response says of the others.

use serde_json::{Value as Json, json};

use crate::fake::Request;

/// How a service pages its lists.
#[derive(Clone, Debug)]
pub struct Paging {
    style: Style,
    /// The parameter for the start of a page.
    place: &'static str,
    /// The parameter for the page size.
    size: &'static str,
    default: usize,
    most: usize,
    /// The number of the first page.
    first: usize,
    /// The parameter that asks for everything on one page.
    whole_by: &'static str,
    marks: Vec<Mark>,
}

/// What is wrong with the pages of a list. Pages count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PageFault {
    /// This page has no items, but the same totals and links.
    Lost(usize),
    /// Every page has the items of the first, and says that another one follows.
    Repeated,
    /// Every page but the first starts with the last item of the page before, and the total is one more: an item was
    /// added at the start after the first page was read.
    Shifted,
    /// This page, or each, claims this total.
    Total(Option<usize>, u64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    /// Everything in one answer.
    Whole,
    /// By page number, from 1.
    Numbered,
    /// By the number of items before the page.
    Offset,
    /// By a token from the last page.
    Cursor,
}

/// What a response says of the list, and where.
#[derive(Clone, Copy, Debug)]
enum Mark {
    Total(&'static str),
    Pages(&'static str),
    /// The number of the page.
    Page(&'static str),
    /// The number of items before the page.
    Start(&'static str),
    TotalHeader(&'static str),
    /// The number of items of the page.
    Returned(&'static str),
    /// The start of the next page; null on the last.
    Next(&'static str),
    /// The URL of the next page; absent on the last.
    NextUrl(&'static str),
    /// The same in a list of links.
    NextLink(&'static str),
    /// The same in a header.
    LinkHeader,
}

/// One page: its items, and the data next to them.
pub(super) struct Page<'a> {
    pub(super) items: Vec<Json>,
    pub(super) marks: Vec<(&'a str, Json)>,
    pub(super) headers: Vec<(String, String)>,
}

impl Paging {
    /// Every list is one response.
    pub const fn whole() -> Self {
        Self::new(Style::Whole, "", "", usize::MAX, usize::MAX)
    }

    /// By page number, from 1; `default` items per page, or as many as the client asks for, up to `most`.
    pub const fn numbered(
        place: &'static str,
        size: &'static str,
        default: usize,
        most: usize,
    ) -> Self {
        Self::new(Style::Numbered, place, size, default, most)
    }

    /// By the number of items before the page.
    pub const fn offset(
        place: &'static str,
        size: &'static str,
        default: usize,
        most: usize,
    ) -> Self {
        Self::new(Style::Offset, place, size, default, most)
    }

    /// By a token from the last page.
    pub const fn cursor(
        place: &'static str,
        size: &'static str,
        default: usize,
        most: usize,
    ) -> Self {
        Self::new(Style::Cursor, place, size, default, most)
    }

    const fn new(
        style: Style,
        place: &'static str,
        size: &'static str,
        default: usize,
        most: usize,
    ) -> Self {
        Self { style, place, size, default, most, first: 1, whole_by: "", marks: Vec::new() }
    }

    /// With this parameter, set to `true`, everything is on one page.
    #[must_use]
    pub fn whole_by(self, param: &'static str) -> Self {
        Self { whole_by: param, ..self }
    }

    /// The total number of items is in the body, at this path.
    #[must_use]
    pub fn total(self, path: &'static str) -> Self {
        self.mark(Mark::Total(path))
    }

    /// The number of pages is in the body, at this path.
    #[must_use]
    pub fn pages(self, path: &'static str) -> Self {
        self.mark(Mark::Pages(path))
    }

    /// Pages are numbered from 0.
    #[must_use]
    pub fn from_zero(self) -> Self {
        Self { first: 0, ..self }
    }

    /// The number of the page is in the body, at this path.
    #[must_use]
    pub fn page_number(self, path: &'static str) -> Self {
        self.mark(Mark::Page(path))
    }

    /// The number of items before the page is in the body, at this path.
    #[must_use]
    pub fn start(self, path: &'static str) -> Self {
        self.mark(Mark::Start(path))
    }

    /// The number of items of the page is in the body, at this path.
    #[must_use]
    pub fn returned(self, path: &'static str) -> Self {
        self.mark(Mark::Returned(path))
    }

    /// The total number of items is in a header.
    #[must_use]
    pub fn total_header(self, name: &'static str) -> Self {
        self.mark(Mark::TotalHeader(name))
    }

    /// The start of the next page is in the body, at this path; null on the last.
    #[must_use]
    pub fn next(self, path: &'static str) -> Self {
        self.mark(Mark::Next(path))
    }

    /// The URL of the next page is in the body, at this path; absent on the last.
    #[must_use]
    pub fn next_url(self, path: &'static str) -> Self {
        self.mark(Mark::NextUrl(path))
    }

    /// The body has a list of links at this path, on all pages but the last with one to the next:
    /// `{"rel": "next", "href": URL}`.
    #[must_use]
    pub fn next_link(self, path: &'static str) -> Self {
        self.mark(Mark::NextLink(path))
    }

    /// The header `Link` has the URL of the next page, as `rel="next"` (RFC 8288).
    #[must_use]
    pub fn link_header(self) -> Self {
        self.mark(Mark::LinkHeader)
    }

    fn mark(mut self, mark: Mark) -> Self {
        self.marks.push(mark);
        self
    }

    /// The query parameter for the page size.
    pub(super) fn size(&self) -> Option<&'static str> {
        Some(self.size).filter(|size| !size.is_empty())
    }

    /// Whether responses contain the total.
    pub(super) fn counts(&self) -> bool {
        let counts = |mark: &Mark| matches!(mark, Mark::Total(_) | Mark::TotalHeader(_));
        self.style != Style::Whole && self.marks.iter().any(counts)
    }

    /// Whether a response says that another page follows.
    pub(super) fn links(&self) -> bool {
        self.style != Style::Whole && !self.marks.is_empty()
    }

    /// The page for a request, with at most `limit` items.
    pub(super) fn page(
        &self,
        all: &[Json],
        request: &Request,
        limit: Option<usize>,
        fault: Option<PageFault>,
    ) -> Page<'_> {
        if self.style == Style::Whole {
            return Page { items: all.to_vec(), marks: Vec::new(), headers: Vec::new() };
        }
        let is_whole = !self.whole_by.is_empty() && request.param(self.whole_by) == Some("true");
        let size = request.number(self.size, self.default).clamp(1, self.most);
        let size = if is_whole { size.max(all.len()) } else { size };
        let size = size.min(limit.unwrap_or(size)).max(1);
        let start = match self.style {
            Style::Numbered => {
                request.number(self.place, self.first).saturating_sub(self.first) * size
            }
            Style::Cursor => {
                let text = request.param(self.place).unwrap_or_default();
                text.strip_prefix("after-").and_then(|text| text.parse().ok()).unwrap_or(0)
            }
            _ => request.number(self.place, 0),
        };
        let here = start / size + 1;
        let is_repeated = fault == Some(PageFault::Repeated);
        let is_shifted = fault == Some(PageFault::Shifted);
        let from = match start {
            _ if is_repeated => 0,
            start => start.saturating_sub(usize::from(is_shifted)),
        };
        let mut items: Vec<Json> = all.iter().skip(from).take(size).cloned().collect();
        let count = all.len() + usize::from(is_shifted && start > 0);
        let has_next = is_repeated || start + size < count;
        let next = has_next.then(|| match self.style {
            Style::Numbered => json!(here + self.first),
            Style::Cursor => json!(format!("after-{}", start + size)),
            _ => json!(start + size),
        });
        let mut total = count as u64;
        match fault {
            Some(PageFault::Lost(page)) if page == here => items.clear(),
            Some(PageFault::Total(page, claimed)) if page.is_none_or(|page| page == here) => {
                total = claimed;
            }
            _ => {}
        }
        let mut page = Page { items, marks: Vec::new(), headers: Vec::new() };
        for mark in &self.marks {
            self.say(*mark, &mut page, (total, size as u64, here, next.as_ref()), request);
        }
        page
    }

    fn say(
        &self,
        mark: Mark,
        page: &mut Page<'_>,
        (total, size, here, next): (u64, u64, usize, Option<&Json>),
        request: &Request,
    ) {
        let url = next.map(|next| self.url(request, next));
        match mark {
            Mark::Total(path) => page.marks.push((path, json!(total))),
            Mark::Pages(path) => page.marks.push((path, json!(total.div_ceil(size)))),
            Mark::Page(path) => page.marks.push((path, json!(here - 1 + self.first))),
            Mark::Start(path) => page.marks.push((path, json!((here as u64 - 1) * size))),
            Mark::Returned(path) => page.marks.push((path, json!(page.items.len()))),
            Mark::TotalHeader(name) => page.headers.push((name.to_owned(), total.to_string())),
            Mark::Next(path) => page.marks.push((path, next.cloned().unwrap_or_default())),
            Mark::NextUrl(path) => page.marks.extend(url.map(|url| (path, json!(url)))),
            Mark::NextLink(path) => {
                let link = |url| json!({"rel": "next", "href": url});
                page.marks.push((path, url.into_iter().map(link).collect()));
            }
            Mark::LinkHeader => {
                let link = |url| ("link".to_owned(), format!("<{url}>; rel=\"next\""));
                page.headers.extend(url.map(link));
            }
        }
    }

    /// The URL of the page that begins at `next`.
    fn url(&self, request: &Request, next: &Json) -> String {
        let next = next.as_str().map_or_else(|| next.to_string(), str::to_owned);
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(request.query.iter().filter(|(name, _)| name != self.place));
        query.append_pair(self.place, &next);
        let path = request.target.split('?').next().unwrap_or_default();
        let host = request.header("host").unwrap_or_default();
        format!("http://{host}{path}?{}", query.finish())
    }
}

/// Sets a value at a path such as `meta.total`, and creates the objects on the way.
pub(super) fn place(json: &mut Json, path: &str, value: Json) {
    let mut held = json;
    for key in path.split('.') {
        if !held.is_object() {
            *held = json!({});
        }
        held = &mut held[key];
    }
    *held = value;
}
