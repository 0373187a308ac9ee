//! The checklist: requirements and attack lines, each with its number.

/// One requirement or one line of an attack list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// `R014`, or `L1.3` for the third line of the first attack list.
    pub(super) id: String,
    /// The roles it binds: `C`, `AS`, `RS`, or `ALL`.
    pub(super) roles: Vec<String>,
    pub(super) requirement: String,
    /// Why no test can prove it.
    pub(super) not_applicable: Option<String>,
}

/// The checklist of the project, in its order.
pub(super) fn checklist() -> Result<Vec<Row>, String> {
    parse(include_str!("rows.txt"))
}

fn parse(text: &str) -> Result<Vec<Row>, String> {
    let lines = text.lines().enumerate();
    let told = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let rows: Vec<Row> = told
        .map(|(number, line)| row(line).ok_or_else(|| broken(number, line)))
        .collect::<Result<_, _>>()?;
    match twice(&rows) {
        Some(id) => Err(format!("the checklist names {id} twice")),
        None => Ok(rows),
    }
}

fn row(line: &str) -> Option<Row> {
    let mut cells = line.split(" | ");
    let id = cells.next().filter(|id| is_id(id))?.to_owned();
    let roles = words(cells.next()?);
    let requirement = cells.next()?.to_owned();
    let mut not_applicable = None;
    for cell in cells {
        match cell.split_once(": ")? {
            ("decided", _) => {}
            ("n/a", reason) => not_applicable = Some(reason.to_owned()),
            _ => return None,
        }
    }
    Some(Row {
        id,
        roles,
        requirement,
        not_applicable,
    })
}

/// `R` and three digits, or `L`, a digit, a point and a number.
pub(super) fn is_id(word: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(number) = word.strip_prefix('R') {
        return number.len() == 3 && digits(number);
    }
    let line = word.strip_prefix('L').and_then(|rest| rest.split_once('.'));
    line.is_some_and(|(list, item)| list.len() == 1 && digits(list) && digits(item))
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn twice(rows: &[Row]) -> Option<&str> {
    let mut seen = std::collections::BTreeSet::new();
    rows.iter()
        .map(|row| row.id.as_str())
        .find(|id| !seen.insert(*id))
}

fn broken(number: usize, line: &str) -> String {
    let shown: String = line.chars().take(60).collect();
    format!(
        "rows.txt:{}: `{shown}` is not `id | who | requirement [| decided: …] [| n/a: …]`",
        number + 1
    )
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::{checklist, is_id, parse};

    #[test]
    fn the_checklist_is_whole() {
        let rows = checklist().unwrap();
        let of = |letter: char| rows.iter().filter(|row| row.id.starts_with(letter)).count();
        assert_eq!((of('R'), of('L')), (234, 75));
        assert!(rows.iter().all(|row| !row.roles.is_empty()));
    }

    #[test]
    fn ids_have_one_form() {
        for id in ["R001", "R234", "L1.1", "L2.24"] {
            assert!(is_id(id), "{id}");
        }
        for id in [
            "R1", "R0001", "r001", "R00a", "L1", "L1.", "L12.1", "L.1", "X8", "",
        ] {
            assert!(!is_id(id), "{id}");
        }
    }

    #[test]
    fn a_broken_line_is_named() {
        for text in ["R001 | C", "X1 | C | words", "R001 | C | words | maybe: so"] {
            let sentence = parse(text).unwrap_err();
            assert!(sentence.starts_with("rows.txt:1: `"), "{sentence}");
        }
        let sentence = parse("R001 | C | a\n# note\nR001 | AS | b").unwrap_err();
        assert_eq!(sentence, "the checklist names R001 twice");
    }
}
