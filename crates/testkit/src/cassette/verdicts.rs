//! The verdicts on the recordings of a provider, one line each, with a count at the end.

use std::future::Future;

/// The verdicts on the recordings of one provider.
///
/// Each is a line on standard error, such as `recorded: FILE: agrees`, which `cargo xtask conformance`
/// counts; the differences follow on indented lines.
#[derive(Debug, Default)]
pub struct Verdicts {
    problems: Vec<String>,
    count: usize,
}

impl Verdicts {
    /// Records the differences of a recording; there should be none.
    pub fn held(&mut self, title: &str, problems: Vec<String>) {
        self.count += 1;
        if problems.is_empty() {
            say(title, "agrees", &[]);
            return;
        }
        say(title, "differs", &problems);
        self.problems.extend(problems.into_iter().map(|problem| format!("{title}: {problem}")));
    }

    /// Records the differences of a recording that must differ, with the reason. If nothing differs any more,
    /// the exception must be removed.
    pub fn excepted(&mut self, title: &str, reason: &str, problems: &[String]) {
        self.count += 1;
        if problems.is_empty() {
            let stale = format!("it agrees, and is listed as an exception: {reason}");
            say(title, "differs", std::slice::from_ref(&stale));
            self.problems.push(format!("{title}: {stale}"));
        } else {
            say(title, &format!("differs on purpose: {reason}"), &[]);
        }
    }

    /// Skips a recording, with the reason.
    pub fn left_out(&mut self, title: &str, reason: &str) {
        self.count += 1;
        say(title, &format!("left out: {reason}"), &[]);
    }

    /// Records a problem outside the recordings.
    pub fn wrong(&mut self, problem: String) {
        self.problems.push(problem);
    }

    /// Runs assertions on a recording; one that fails is a difference.
    pub async fn check(
        &mut self,
        title: &str,
        assertions: impl Future<Output = ()> + Send + 'static,
    ) {
        let problems = caught(assertions).await.err().into_iter().collect();
        self.held(title, problems);
    }

    /// All problems.
    pub fn problems(&self) -> &[String] {
        &self.problems
    }

    /// Prints the count and ends.
    ///
    /// # Panics
    ///
    /// If anything differs, or if nothing was compared.
    pub fn end(self) {
        assert!(self.count > 0, "no recordings");
        let Self { problems, .. } = self;
        assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
    }
}

#[expect(clippy::print_stderr, reason = "test support: it says what came of each recording")]
fn say(title: &str, verdict: &str, problems: &[String]) {
    // One write, so that parallel tests do not mix their lines.
    let mut text = format!("recorded: {title}: {verdict}");
    for line in problems.iter().flat_map(|problem| problem.lines()) {
        text.push_str("\n    ");
        text.push_str(line);
    }
    eprintln!("{text}");
}

/// Returns the output of a future, or the message of its panic.
pub(crate) async fn caught<T: Send + 'static>(
    future: impl Future<Output = T> + Send + 'static,
) -> Result<T, String> {
    let error = match tokio::spawn(future).await {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    let panic = match error.try_into_panic() {
        Ok(panic) => panic,
        Err(error) => return Err(error.to_string()),
    };
    let text = panic.downcast_ref::<String>().cloned();
    let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
    Err(text.unwrap_or_else(|| "a panic without words".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_unexplained_differences_are_problems() {
        let mut verdicts = Verdicts::default();
        verdicts.held("a.json", Vec::new());
        verdicts.excepted("b.json", "on purpose", &["it differs".to_owned()]);
        verdicts.left_out("c.json", "too new");
        assert_eq!(verdicts.problems(), [] as [&str; 0]);
        verdicts.held("d.json", vec!["it differs".to_owned()]);
        verdicts.excepted("e.json", "no more", &[]);
        verdicts.check("f.json", async { panic!("an assertion") }).await;
        verdicts.check("g.json", async {}).await;
        assert_eq!(
            verdicts.problems(),
            [
                "d.json: it differs",
                "e.json: it agrees, and is listed as an exception: no more",
                "f.json: an assertion",
            ]
        );
    }

    #[test]
    #[should_panic = "no recordings"]
    fn nothing_compared_is_a_failure() {
        Verdicts::default().end();
    }
}
