//! The items of a zone: rows of one value with an id, or whole RRsets.

use serde_json::Value as Json;

/// Where an item has its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Values {
    /// One value, under this key.
    Field(&'static str),
    /// A list of strings under this key.
    List(&'static str),
    /// A list of objects under the first key, each with its value under the second.
    Objects(&'static str, &'static str),
    /// A list of objects under the first key, each with the parts of its value in a list under the second: numbers and
    /// strings.
    Parts(&'static str, &'static str),
}

impl Values {
    /// Calls `spell` on every value.
    pub(super) fn try_each<E>(
        self,
        item: &mut Json,
        mut spell: impl FnMut(&mut Json) -> Result<(), E>,
    ) -> Result<(), E> {
        match self {
            Self::Field(key) => item.get_mut(key).map_or(Ok(()), spell),
            Self::List(key) => {
                let list = item.get_mut(key).and_then(Json::as_array_mut);
                list.into_iter().flatten().try_for_each(spell)
            }
            Self::Objects(key, inner) => {
                let list = item.get_mut(key).and_then(Json::as_array_mut);
                let values = list.into_iter().flatten().filter_map(|object| object.get_mut(inner));
                values.into_iter().try_for_each(&mut spell)
            }
            Self::Parts(key, inner) => {
                let list = item.get_mut(key).and_then(Json::as_array_mut);
                let values = list.into_iter().flatten().filter_map(|object| object.get_mut(inner));
                values.into_iter().try_for_each(|parts| spell_parts(parts, &mut spell))
            }
        }
    }

    /// Every value.
    pub(super) fn of(self, item: &Json) -> Vec<Json> {
        let mut values = Vec::new();
        let mut item = item.clone();
        let collected: Result<(), ()> = self.try_each(&mut item, |value| {
            values.extend(Some(value.take()).filter(|value| !value.is_null()));
            Ok(())
        });
        debug_assert!(collected.is_ok());
        values
    }

    /// The key of the values.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Field(key) | Self::List(key) | Self::Objects(key, _) | Self::Parts(key, _) => key,
        }
    }

    /// One value in the form that an item has it.
    pub(super) fn shaped(self, value: &str) -> Json {
        match self {
            Self::Field(_) => value.into(),
            Self::List(_) => vec![value].into(),
            Self::Objects(_, inner) => serde_json::json!([{inner: value}]),
            Self::Parts(_, inner) => serde_json::json!([{inner: [value]}]),
        }
    }
}

/// Calls `spell` on the parts of a value as one text, and puts the last of them back.
fn spell_parts<E>(
    parts: &mut Json,
    spell: &mut impl FnMut(&mut Json) -> Result<(), E>,
) -> Result<(), E> {
    let text = |part: &Json| part.as_str().map_or_else(|| part.to_string(), str::to_owned);
    let parts = parts.as_array_mut().map(Vec::as_mut_slice).unwrap_or_default();
    let mut value: Json = parts.iter().map(text).collect::<Vec<_>>().join(" ").into();
    spell(&mut value)?;
    if let (Some((last, before)), Some(spelled)) = (parts.split_last_mut(), value.as_str()) {
        let start = before.iter().map(|part| text(part).len() + 1).sum();
        *last = spelled.get(start..).unwrap_or_default().into();
    }
    Ok(())
}

/// What a query parameter filters a list by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum By {
    /// The name, as the service spells it.
    Name,
    /// A pattern of names: `_` is any character, `%` any text, and case does not matter.
    NamePattern,
    /// A pattern of types, of the same kind.
    TypePattern,
    /// The whole name, without its final dot.
    WholeName,
    /// The type.
    Type,
    /// The name of a zone.
    Zone,
}

/// Which item of a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pick<'p> {
    /// The one with this id.
    Id(&'p str),
    /// The one of this name and type.
    Set(&'p str, &'p str),
}

/// Whether a text fits a pattern of SQL's `LIKE`, without regard to case.
pub(super) fn is_like(text: &str, pattern: &str) -> bool {
    let mut rest = pattern.chars();
    match rest.next() {
        None => text.is_empty(),
        Some('%') => {
            let rest = rest.as_str();
            let mut ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            ends.any(|at| is_like(&text[at..], rest))
        }
        Some(wanted) => {
            let mut left = text.chars();
            let found = left.next();
            found.is_some_and(|found| wanted == '_' || found.eq_ignore_ascii_case(&wanted))
                && is_like(left.as_str(), rest.as_str())
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Values, is_like};

    #[test]
    fn parts_are_one_value() {
        let values = Values::Parts("records", "content");
        let mut item = json!({"records": [{"content": [10, "mx"]}, {"content": ["two words"]}]});
        assert_eq!(values.of(&item), ["10 mx", "two words"]);
        let dotted: Result<(), ()> = values.try_each(&mut item, |value| {
            *value = format!("{}.", value.as_str().unwrap()).into();
            Ok(())
        });
        dotted.unwrap();
        let expected = json!([{"content": [10, "mx."]}, {"content": ["two words."]}]);
        assert_eq!(item["records"], expected);
        assert_eq!(values.shaped("x"), json!([{"content": ["x"]}]));
    }

    #[test]
    fn patterns_fit_as_in_sql() {
        for (text, pattern, fits) in [
            ("", "", true),
            ("a", "", false),
            ("WWW", "www", true),
            ("x-srv", "_-srv", true),
            ("xdmarc", "_dmarc", true),
            ("a.b.c", "a%c", true),
            ("a.b", "a%c", false),
            ("txt", "%", true),
        ] {
            assert_eq!(is_like(text, pattern), fits, "{text} {pattern}");
        }
    }
}
