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
            Self::Field(key) | Self::List(key) | Self::Objects(key, _) => key,
        }
    }

    /// One value in the form that an item has it.
    pub(super) fn shaped(self, value: &str) -> Json {
        match self {
            Self::Field(_) => value.into(),
            Self::List(_) => vec![value].into(),
            Self::Objects(_, inner) => serde_json::json!([{inner: value}]),
        }
    }
}

/// What a query parameter filters a list by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum By {
    /// The name, as the service spells it.
    Name,
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
