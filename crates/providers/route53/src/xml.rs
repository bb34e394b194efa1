//! XML as a tree: AWS' responses are small, and elements are found by name.

use quick_xml::events::Event;
use quick_xml::reader::Reader;

/// An element, without its namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) elements: Vec<Self>,
}

/// Why a document is not valid.
#[derive(Debug, thiserror::Error)]
pub(crate) enum XmlError {
    /// It is not XML.
    #[error("it is not XML")]
    Syntax(#[from] quick_xml::Error),
    /// It ends before its root element does.
    #[error("it is truncated")]
    Unclosed,
}

impl Element {
    /// The root element of a document.
    pub(crate) fn parse(document: &[u8]) -> Result<Self, XmlError> {
        let document = String::from_utf8_lossy(document);
        let mut reader = Reader::from_str(&document);
        let mut open = vec![Self::default()];
        loop {
            match reader.read_event()? {
                Event::Start(start) => open.push(Self::named(start.local_name().as_ref())),
                Event::Empty(empty) => {
                    let element = Self::named(empty.local_name().as_ref());
                    if let Some(parent) = open.last_mut() {
                        parent.elements.push(element);
                    }
                }
                Event::End(_) => {
                    let closed = open.pop().unwrap_or_default();
                    if let Some(parent) = open.last_mut() {
                        parent.elements.push(closed);
                    }
                }
                Event::Text(text) => {
                    if let Some(element) = open.last_mut() {
                        element.text.push_str(&text.xml10_content());
                    }
                }
                Event::CData(data) => {
                    if let Some(element) = open.last_mut() {
                        element.text.push_str(&data.xml10_content());
                    }
                }
                Event::GeneralRef(reference) => {
                    let resolved = match reference.resolve_char_ref()? {
                        Some(character) => character.to_string(),
                        None => entity(&reference).to_owned(),
                    };
                    if let Some(element) = open.last_mut() {
                        element.text.push_str(&resolved);
                    }
                }
                Event::Eof => break,
                _ => {}
            }
        }
        let root = open.pop().filter(|_| open.is_empty()).and_then(|mut top| top.elements.pop());
        root.ok_or(XmlError::Unclosed)
    }

    fn named(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// The first child with this name.
    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.elements.iter().find(|element| element.name == name)
    }

    /// The children with this name.
    pub(crate) fn children<'n>(&'n self, name: &'n str) -> impl Iterator<Item = &'n Self> {
        self.elements.iter().filter(move |element| element.name == name)
    }

    /// The text of a child; `None` if it is empty.
    pub(crate) fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(|element| element.text.trim()).filter(|text| !text.is_empty())
    }
}

/// The entities defined by XML; others do not occur.
fn entity(name: &str) -> &'static str {
    match name {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_found_by_name_and_entities_resolved() {
        let text = b"<?xml version=\"1.0\"?>\n<a xmlns=\"x\"><n:b>1 &lt; &#50; &amp;</n:b><c/><b><![CDATA[<]]></b></a>";
        let root = Element::parse(text).unwrap();
        let texts: Vec<_> = root.children("b").map(|element| &*element.text).collect();
        assert_eq!((&*root.name, texts), ("a", vec!["1 < 2 &", "<"]));
        assert_eq!((root.text_of("b"), root.text_of("c")), (Some("1 < 2 &"), None));
        for broken in ["<a><b></a>", "<a><b/>", "", "not found"] {
            assert!(Element::parse(broken.as_bytes()).is_err(), "{broken}");
        }
    }
}
