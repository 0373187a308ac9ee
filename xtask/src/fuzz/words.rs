//! What may be asked of the fuzzer.

/// Which targets, and for how long each.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Wishes {
    pub(super) seconds: u64,
    targets: Vec<String>,
}

impl Wishes {
    pub(crate) fn parse(words: &[&str]) -> Result<Self, String> {
        let mut wishes = Self {
            seconds: 60,
            targets: Vec::new(),
        };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match *word {
                "--seconds" => {
                    let number = words.next().and_then(|number| number.parse().ok());
                    let number = number.filter(|seconds| *seconds > 0);
                    wishes.seconds = number.ok_or("`--seconds` wants a number of at least 1")?;
                }
                option if option.starts_with('-') => {
                    return Err(format!("no option `{option}` for fuzz"));
                }
                target => wishes.targets.push(target.to_owned()),
            }
        }
        Ok(wishes)
    }

    /// The wished targets, or all; an unknown one is named beside those that are known.
    pub(super) fn chosen(&self, known: &[String]) -> Result<Vec<String>, String> {
        if let Some(name) = self.targets.iter().find(|name| !known.contains(name)) {
            let known = known.join(", ");
            return Err(format!(
                "no fuzz target is called `{name}`; there are {known}"
            ));
        }
        match self.targets.as_slice() {
            [] => Ok(known.to_vec()),
            some => Ok(some.to_vec()),
        }
    }
}

/// Words that a mutation alone would hardly ever make.
pub(super) fn dictionary(target: &str) -> &'static str {
    match target {
        "challenge" | "htu" | "ids" | "retry_after" | "values" => "http.dict",
        _ => "jose.dict",
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::Wishes;

    #[test]
    fn seconds_and_targets_are_understood() {
        let known = ["iban".to_owned(), "jws".to_owned()];
        let wishes = Wishes::parse(&["jws", "--seconds", "300"]).unwrap();
        assert_eq!(wishes.seconds, 300);
        assert_eq!(wishes.chosen(&known).unwrap(), ["jws"]);
        let all = Wishes::parse(&[]).unwrap();
        assert_eq!(all.chosen(&known).unwrap(), known);
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for words in [&["--seconds"][..], &["--seconds", "0"], &["--seconds", "x"]] {
            assert!(Wishes::parse(words).unwrap_err().contains("--seconds"));
        }
        assert!(Wishes::parse(&["--jobs"]).unwrap_err().contains("--jobs"));
        let unknown = Wishes::parse(&["jwe"]).unwrap();
        let sentence = unknown.chosen(&["jws".to_owned()]).unwrap_err();
        assert!(
            sentence.contains("`jwe`") && sentence.contains("jws"),
            "{sentence}"
        );
    }
}
