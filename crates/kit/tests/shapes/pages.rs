//! Lists in the styles that [`Pages`] declares.

use octodns_kit::http::Client;
use octodns_kit::{Json, ListedZone, Pages, created_id, json};
use octodns_testkit::fake::{Fake, Request, Response};

/// Reads numbers from 0 to `count` from a service that answers `page` for the entries from some on, of at most `size`;
/// returns them or why that fails, and the queries.
async fn read(
    pages: Pages,
    (count, size): (u64, u64),
    page: impl Fn(u64, Vec<u64>) -> Response + Send + 'static,
) -> (Result<u64, String>, Vec<String>) {
    let fake = Fake::start(move |request: &Request| {
        let number = |name: &str, default| request.number(name, default) as u64;
        let start = number("start", 0).max((number("page", 1) - 1) * size);
        page(start, (start..count.min(start + size)).collect())
    })
    .await;
    let client = Client::builder("test", fake.url()).build().unwrap();
    let read = pages.read::<u64>(|| client.get(&["list"])).await;
    let read = read.map(|entries| {
        assert!(entries.iter().copied().eq(0..entries.len() as u64), "{entries:?}");
        entries.len() as u64
    });
    let why = |error: octodns_kit::http::Error| {
        let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
        format!("{error}{}", cause.unwrap_or_default())
    };
    let query = |target: &str| target.split_once('?').map_or("", |(_, query)| query).to_owned();
    let mut queries: Vec<_> = fake.seen().iter().map(|seen| query(&seen.target)).collect();
    // Pages that are read ahead come in any order.
    queries[1..].sort();
    (read.map_err(why), queries)
}

fn bare(_: u64, items: Vec<u64>) -> Response {
    Response::json(200, items)
}

fn listed(items: &[u64], more: &Json) -> Response {
    let mut body = json!({"rows": items});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    Response::json(200, body)
}

#[tokio::test]
async fn each_style_is_read_to_its_end() {
    let numbered = Pages::numbered("page").entries(&["zones", "rows"]);
    let offset = Pages::offset("start").size("max", 2);
    let (five, none) = ((5, 2), (0, 2));
    let queries = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();

    let pages = numbered.pages("meta.pages").total("meta.total");
    let all = |_, items: Vec<u64>| listed(&items, &json!({"meta": {"pages": 3, "total": 5}}));
    let expected = queries(&["page=1", "page=2", "page=3"]);
    assert_eq!(read(pages, five, all).await, (Ok(5), expected));

    let pages = numbered.first_without_place().size("n", 2).total_if_given("total");
    let all = |_, items: Vec<u64>| listed(&items, &json!({"total": "5"}));
    let expected = queries(&["n=2", "page=2&n=2", "page=3&n=2"]);
    assert_eq!(read(pages, five, all).await, (Ok(5), expected.clone()));
    // Without it, a page that is not full is the last.
    let all = |_, items: Vec<u64>| listed(&items, &json!({}));
    assert_eq!(read(pages, five, all).await, (Ok(5), expected));

    let all = |start: u64, items: Vec<u64>| {
        listed(&items, &json!({"next": (start < 4).then(|| start / 2 + 2)}))
    };
    assert_eq!(read(numbered.next("next"), five, all).await.0, Ok(5));
    let all = |start: u64, items: Vec<u64>| {
        let url = if start < 4 { "https://api.example.com/list?page=2" } else { "" };
        listed(&items, &json!({"links": {"next": url}}))
    };
    assert_eq!(read(numbered.next("links.next"), five, all).await.0, Ok(5));

    let expected = queries(&["start=0&max=2", "start=2&max=2", "start=4&max=2"]);
    assert_eq!(read(offset, five, bare).await, (Ok(5), expected));
    let all = |_, items: Vec<u64>| bare(0, items).with_header("x-total", "5");
    let expected = queries(&["", "start=2&max=2", "start=4&max=2"]);
    let pages = offset.first_bare().total_header("x-total");
    assert_eq!(read(pages, five, all).await, (Ok(5), expected));
    assert_eq!(read(offset, none, bare).await, (Ok(0), queries(&["start=0&max=2"])));

    let whole = Pages::whole().entries(&["data.rows"]).total_if_given("total");
    let all = |_, _| Response::json(200, json!({"data": {"rows": [0, 1, 2]}, "total": 3}));
    assert_eq!(read(whole, five, all).await, (Ok(3), queries(&[""])));
    let lost = |_, _| Response::json(200, json!({"data": {"rows": [0]}, "total": 3}));
    let (lost, queries) = read(whole, five, lost).await;
    assert!(lost.unwrap_err().contains("1 entries were read, but the service reports 3"));
    assert_eq!(queries.len(), 1);
}

/// A page that does not say what each page has to say is an error, never the end of the list.
#[tokio::test]
async fn what_is_missing_from_a_page_is_an_error() {
    let numbered = Pages::numbered("page").entries(&["zones", "rows"]);
    let offset = Pages::offset("start").size("max", 2);
    for (pages, more, why) in [
        (numbered.total("meta.total"), json!({}), "at meta.total: it is missing"),
        (numbered.total("total"), json!({"total": "many"}), "at total: it is no number"),
        (numbered.total_if_given("total"), json!({"total": []}), "at total: it is no number"),
        (numbered.pages("pages"), json!({}), "at pages: it is missing"),
        (numbered.entries(&["a", "b"]), json!({}), "at a or b: there is no list"),
        (
            numbered.total("total"),
            json!({"total": 7}),
            "5 entries were read, but the service reports 7",
        ),
        (offset.entries(&["rows"]).start("start"), json!({"start": 1}), "at start: it is not 0"),
    ] {
        let page = move |_, items: Vec<u64>| listed(&items, &more);
        let (read, _) = read(pages, (5, 5), page).await;
        let error = read.unwrap_err();
        assert!(error.contains(why), "{error}, not {why}");
    }
    let text = |_, _| Response::json(200, json!({"rows": ["x"]}));
    let (read, _) = read(numbered, (5, 5), text).await;
    assert!(read.unwrap_err().contains("an entry of the list: invalid type"));
}

/// Some services count pages from 0, and say so.
#[tokio::test]
async fn the_first_page_says_from_where_the_service_counts() {
    let pages = Pages::numbered("page").first_without_place().entries(&["rows"]);
    let pages = pages.number("page").pages("pages");
    for (first, is_stuck) in [(0, false), (1, false), (0, true)] {
        let fake = Fake::start(move |request: &Request| {
            let number = request.number("page", first);
            let said = if is_stuck { first } else { number };
            Response::json(200, json!({"rows": [number - first], "page": said, "pages": 3}))
        })
        .await;
        let client = Client::builder("test", fake.url()).build().unwrap();
        match pages.read::<usize>(|| client.get(&["list"])).await {
            Ok(read) => assert_eq!((read, is_stuck), (vec![0, 1, 2], false), "from {first}"),
            Err(error) => {
                let cause = std::error::Error::source(&error).unwrap().to_string();
                assert!(is_stuck && cause.contains("it is number 0, not "), "{cause}");
            }
        }
    }
}

#[tokio::test]
async fn new_zones_have_ids() {
    let fake = Fake::start(|_: &Request| {
        Response::json(201, json!({"zone": {"id": 7}, "id": "seven", "none": {"id": ""}}))
    })
    .await;
    let client = Client::builder("test", fake.url()).build().unwrap();
    let created = async |path| created_id(client.post(&["zones"]), path).await;
    assert_eq!(created("zone.id").await.unwrap(), "7");
    assert_eq!(created("id").await.unwrap(), "seven");
    assert!(created("none.id").await.is_err());
}

#[tokio::test]
async fn zones_have_names_and_perhaps_ids() {
    let fake = Fake::start(|_: &Request| {
        Response::json(200, json!([{"name": "a.example", "id": 7}, {"name": "b.example"}]))
    })
    .await;
    let client = Client::builder("test", fake.url()).build().unwrap();
    let list = async |id| Pages::offset("start").zones(|| client.get(&["zones"]), "name", id).await;
    let named = ["a.example", "b.example"].map(ListedZone::named);
    assert_eq!(list("").await.unwrap(), named);
    let error = std::error::Error::source(&list("id").await.unwrap_err()).unwrap().to_string();
    assert_eq!(error, "b.example has no id");
}
