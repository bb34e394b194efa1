//! What changes inside a text: words, and the middle of long ones.

/// Where a stretch of text is: on both sides of a change, or on one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::output) enum Side {
    /// In both texts.
    Both,
    /// Only in what is there now.
    Before,
    /// Only in what is to be there.
    After,
}

/// A stretch of text, and the side it is on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::output) struct Piece {
    pub(in crate::output) side: Side,
    pub(in crate::output) text: String,
}

impl Piece {
    /// A text on a side.
    pub(in crate::output) fn new(side: Side, text: impl Into<String>) -> Self {
        Self { side, text: text.into() }
    }
}

/// The most pairs of words that are compared with each other. What has more is shown as replaced, so that the time
/// that a text takes grows with its length alone.
const MOST_PAIRS: usize = 1 << 14;

/// From how many characters on a word is looked into.
const LONG_WORD: usize = 24;

/// How many characters of a long word must stay for it to be shown as kept in part.
const LEAST_KEPT: usize = 8;

/// Both texts as one, with what is only in one of them marked. Joined, the pieces of a side and of both are the text
/// of that side.
pub(in crate::output) fn pieces(before: &str, after: &str) -> Vec<Piece> {
    let (old, new) = (words(before), words(after));
    let start = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let (old_rest, new_rest) = (&old[start..], &new[start..]);
    let ends = old_rest.iter().rev().zip(new_rest.iter().rev());
    let end = ends.take_while(|(old, new)| old == new).count();
    let old_middle = &old_rest[..old_rest.len() - end];
    let new_middle = &new_rest[..new_rest.len() - end];

    let mut joined = Joined::default();
    joined.keep(&old[..start]);
    for step in steps(old_middle, new_middle) {
        match step {
            Step::Keep(word) => joined.keep(&[word]),
            Step::Remove(word) => joined.removed.push_str(word),
            Step::Add(word) => joined.added.push_str(word),
        }
    }
    joined.keep(&old_rest[old_rest.len() - end..]);
    joined.end()
}

/// Both texts as one, if they have enough in common to be read so.
pub(in crate::output) fn merged(before: &str, after: &str) -> Option<Vec<Piece>> {
    let pieces = pieces(before, after);
    let weight = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
    let both = pieces.iter().filter(|piece| piece.side == Side::Both);
    let shared: usize = both.map(|piece| weight(&piece.text)).sum();
    let longest = weight(before).max(weight(after));
    // `v=spf1 `, `v=DKIM1; k=rsa; p=`: the same kind of text, however little of the rest stays.
    let starts_alike = pieces.first().is_some_and(|first| {
        first.side == Side::Both && weight(&first.text) > 2 && first.text.contains([' ', ';'])
    });
    (shared > 0 && (shared * 3 >= longest || starts_alike)).then_some(pieces)
}

/// The words of a text, all of it: runs of blanks, separators, and what is between them. A key ends with its equals
/// sign.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (word, after) = rest.split_at(word_end(rest));
        words.push(word);
        rest = after;
    }
    words
}

/// Where the first word of a text ends.
fn word_end(text: &str) -> usize {
    if let Some(separator) = separator(text) {
        return separator;
    }
    let is_blank = text.starts_with(char::is_whitespace);
    for (at, c) in text.char_indices() {
        if is_blank != c.is_whitespace() || (!is_blank && separator(&text[at..]).is_some()) {
            return at;
        }
        if c == '=' {
            return at + 1;
        }
    }
    text.len()
}

/// The length of the separator that a text starts with; that of TXT values has a backslash.
fn separator(text: &str) -> Option<usize> {
    let separators = [";", ",", r"\;"];
    separators.into_iter().find(|separator| text.starts_with(separator)).map(str::len)
}

/// What leads from the words of one text to those of another.
enum Step<'t> {
    Keep(&'t str),
    Remove(&'t str),
    Add(&'t str),
}

/// The steps by the longest common subsequence, unless that takes too long to find.
fn steps<'t>(old: &[&'t str], new: &[&'t str]) -> Vec<Step<'t>> {
    let removed = old.iter().copied().map(Step::Remove);
    let added = new.iter().copied().map(Step::Add);
    if old.is_empty() || new.is_empty() || old.len().saturating_mul(new.len()) > MOST_PAIRS {
        return removed.chain(added).collect();
    }
    common(old, new).into_iter().map(|pair| step(pair, old, new)).collect()
}

fn step<'t>(pair: Pair, old: &[&'t str], new: &[&'t str]) -> Step<'t> {
    match pair {
        Pair::Both(at, _) => Step::Keep(old[at]),
        Pair::Before(at) => Step::Remove(old[at]),
        Pair::After(at) => Step::Add(new[at]),
    }
}

/// Places in two lists: of an item that both have, or of one that only one of them has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::output) enum Pair {
    /// The same item in both.
    Both(usize, usize),
    /// In the first alone.
    Before(usize),
    /// In the second alone.
    After(usize),
}

/// A longest common subsequence of two lists, with what is between its items. Takes as many steps as there are pairs.
pub(in crate::output) fn common<T: PartialEq>(old: &[T], new: &[T]) -> Vec<Pair> {
    let width = new.len() + 1;
    // How long the common subsequence of what follows is, for each pair of places.
    let mut longest = vec![0_u32; (old.len() + 1) * width];
    for at in (0..old.len()).rev() {
        for to in (0..new.len()).rev() {
            let here = at * width + to;
            longest[here] = if old[at] == new[to] {
                longest[here + width + 1] + 1
            } else {
                longest[here + width].max(longest[here + 1])
            };
        }
    }
    let (mut at, mut to, mut pairs) = (0, 0, Vec::new());
    while at < old.len() || to < new.len() {
        let here = at * width + to;
        if at < old.len() && to < new.len() && old[at] == new[to] {
            pairs.push(Pair::Both(at, to));
            (at, to) = (at + 1, to + 1);
        } else if to == new.len() || (at < old.len() && longest[here + width] >= longest[here + 1])
        {
            pairs.push(Pair::Before(at));
            at += 1;
        } else {
            pairs.push(Pair::After(to));
            to += 1;
        }
    }
    pairs
}

/// Pieces that are put together, what is removed before what is added in its place.
#[derive(Default)]
struct Joined {
    pieces: Vec<Piece>,
    removed: String,
    added: String,
}

impl Joined {
    fn keep(&mut self, words: &[&str]) {
        if !words.is_empty() {
            self.replaced();
            self.push(Side::Both, &words.concat());
        }
    }

    /// Ends a stretch that differs.
    fn replaced(&mut self) {
        let (removed, added) = (std::mem::take(&mut self.removed), std::mem::take(&mut self.added));
        let (start, end) = kept_of_word(&removed, &added);
        self.push(Side::Both, &removed[..start]);
        self.push(Side::Before, &removed[start..removed.len() - end]);
        self.push(Side::After, &added[start..added.len() - end]);
        self.push(Side::Both, &removed[removed.len() - end..]);
    }

    fn push(&mut self, side: Side, text: &str) {
        match self.pieces.last_mut() {
            _ if text.is_empty() => {}
            Some(last) if last.side == side => last.text.push_str(text),
            _ => self.pieces.push(Piece::new(side, text)),
        }
    }

    fn end(mut self) -> Vec<Piece> {
        self.replaced();
        self.pieces
    }
}

/// How many bytes at the start and at the end of two long words are the same; 0 of words that are not long, or that
/// have little in common.
fn kept_of_word(removed: &str, added: &str) -> (usize, usize) {
    let is_long = |word: &str| {
        word.chars().nth(LONG_WORD - 1).is_some() && !word.contains(char::is_whitespace)
    };
    if !is_long(removed) || !is_long(added) {
        return (0, 0);
    }
    let same = |pairs: &mut dyn Iterator<Item = (char, char)>| -> usize {
        pairs.take_while(|(old, new)| old == new).map(|(c, _)| c.len_utf8()).sum()
    };
    let start = same(&mut removed.chars().zip(added.chars()));
    let (old, new) = (&removed[start..], &added[start..]);
    let end = same(&mut old.chars().rev().zip(new.chars().rev()));
    if start + end >= LEAST_KEPT { (start, end) } else { (0, 0) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// As in `git diff --word-diff`.
    fn shown(before: &str, after: &str) -> String {
        let show = |piece: &Piece| match piece.side {
            Side::Both => piece.text.clone(),
            Side::Before => format!("[-{}-]", piece.text),
            Side::After => format!("{{+{}+}}", piece.text),
        };
        pieces(before, after).iter().map(show).collect()
    }

    #[test]
    fn words_that_change_are_marked() {
        for (before, after, expected) in [
            ("a", "a", "a"),
            ("", "a", "{+a+}"),
            ("10 mx1.", "20 mx1.", "[-10-]{+20+} mx1."),
            ("v=spf1 a -all", "v=spf1 mx a ~all", "v=spf1 {+mx +}a [--all-]{+~all+}"),
            (
                r"v=DMARC1\; p=none\; rua=mailto:a@b.c",
                r"v=DMARC1\; p=reject\; rua=mailto:a@b.c",
                r"v=DMARC1\; p=[-none-]{+reject+}\; rua=mailto:a@b.c",
            ),
            (
                "p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AOLD1234567890IDAQAB",
                "p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8ANEW0987654321IDAQAB",
                "p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A[-OLD1234567890-]{+NEW0987654321+}IDAQAB",
            ),
        ] {
            assert_eq!(shown(before, after), expected);
        }
    }

    #[test]
    fn texts_are_read_as_one_only_if_they_have_something_in_common() {
        for (before, after, is_one) in [
            ("192.0.2.1", "192.0.2.2", false),
            ("v=spf1 a -all", "v=spf1 include:other.example ?all", true),
            ("google-site-verification=a", "MS=ms1", false),
            ("10 mx1.example.", "20 mx1.example.", true),
            ("10 mx1.example.", "10 other.invalid.", false),
        ] {
            assert_eq!(merged(before, after).is_some(), is_one, "{before} {after}");
        }
    }

    /// The bound is one of work, not of what is shown.
    #[test]
    fn long_texts_are_replaced_as_a_whole() {
        let text = |word: &str| [word, " "].concat().repeat(1000);
        let found = pieces(&text("a"), &text("b"));
        assert_eq!(found.len(), 3, "{}", found.len());
        assert_eq!(found[2], Piece::new(Side::Both, " "));
    }

    proptest! {
        #[test]
        fn the_pieces_of_a_side_are_its_text(
            before in "[ab=;\\\\, é]{0,40}", after in "[ab=;\\\\, é]{0,40}", long in "[ab]{0,60}",
        ) {
            for (before, after) in [
                (before.clone(), after.clone()),
                (format!("{long}{before}"), format!("{long}{after}")),
                (format!("{before}{long}x"), format!("{after}{long}y")),
            ] {
                let found = pieces(&before, &after);
                let side = |side: Side| -> String {
                    let of_side = found.iter().filter(|piece| piece.side != side);
                    of_side.map(|piece| piece.text.as_str()).collect()
                };
                prop_assert_eq!(side(Side::After), before);
                prop_assert_eq!(side(Side::Before), after);
            }
        }
    }
}
