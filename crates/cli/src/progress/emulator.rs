//! What somebody sees on a terminal.
//!
//! The tests of whole programs look through it as well.

/// The lines of a terminal and its cursor. Long lines are broken when they are looked at, as terminals do that break
/// them anew when their width changes.
#[derive(Default)]
pub(crate) struct Picture {
    lines: Vec<Vec<char>>,
    line: usize,
    column: usize,
}

impl Picture {
    /// Shows text with the control sequences that are used for progress; others are a fault.
    pub(crate) fn write(&mut self, text: &str) {
        let mut rest = text.chars();
        while let Some(c) = rest.next() {
            match c {
                '\r' => self.column = 0,
                '\n' => (self.line, self.column) = (self.line + 1, 0),
                '\x1b' => {
                    let sequence: String = rest.by_ref().take(2).collect();
                    self.obey(&sequence, &mut rest);
                }
                c => self.put(c),
            }
        }
    }

    fn obey(&mut self, sequence: &str, rest: &mut impl Iterator<Item = char>) {
        match sequence {
            "[J" => {
                self.lines.truncate(self.line + 1);
                if let Some(line) = self.lines.get_mut(self.line) {
                    line.truncate(self.column);
                }
            }
            "[1" => {
                assert_eq!(rest.next(), Some('A'), "it only goes up");
                self.line -= 1;
            }
            other => panic!("ESC {other:?} is not expected"),
        }
    }

    fn put(&mut self, c: char) {
        if self.lines.len() <= self.line {
            self.lines.resize(self.line + 1, Vec::new());
        }
        let line = &mut self.lines[self.line];
        if line.len() <= self.column {
            line.resize(self.column + 1, ' ');
        }
        line[self.column] = c;
        self.column += 1;
    }

    /// The rows that somebody sees, without empty ones at the end.
    pub(crate) fn rows(&self, columns: usize) -> Vec<String> {
        let mut rows = Vec::new();
        for line in &self.lines {
            if line.is_empty() {
                rows.push(String::new());
            }
            rows.extend(line.chunks(columns).map(|row| row.iter().collect::<String>()));
        }
        while rows.last().is_some_and(String::is_empty) {
            rows.pop();
        }
        rows
    }
}
