//! Shows text from a service in one line of a message.

/// The maximum number of characters of a response that are shown.
const MOST: usize = 400;

/// The text on one line, without control characters, and of limited length.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::new();
    for (count, word) in text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .enumerate()
    {
        if count > 0 {
            line.push(' ');
        }
        line.push_str(word);
    }
    if let Some((end, _)) = line.char_indices().nth(MOST) {
        line.truncate(end);
        line.push_str(" ...");
    }
    line
}
