//! Every page of a list.

use crate::exit::Failure;
use obkit::{Error, api::Page};

/// How many items one page is asked to hold; the platform's own default.
pub(crate) const LIMIT: u32 = 100;

/// Reads page after page; `fetch` gets the offset of the first item that is wanted.
///
/// A list ends where its `total` says; one that names none ends at a page that is not full.
pub(crate) async fn all<T, F>(fetch: impl Fn(u64) -> F) -> Result<Vec<T>, Failure>
where
    F: Future<Output = Result<Page<T>, Error>>,
{
    let mut items = Vec::new();
    for _ in 0..MOST_PAGES {
        let page = fetch(items.len() as u64).await?;
        let got = page.items.len();
        items.extend(page.items);
        let more = match page.total {
            Some(total) => got > 0 && (items.len() as u64) < total,
            None => got >= LIMIT as usize,
        };
        if !more {
            return Ok(items);
        }
    }
    Err(Failure::unexpected(format!(
        "the list did not end after {MOST_PAGES} pages"
    )))
}

/// A server that ignores the offset would be asked forever.
const MOST_PAGES: usize = 1_000;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use std::cell::RefCell;

    /// Pages of a list of `length`, of at most `per_page`; gives what was read and the offsets.
    async fn read(length: u64, per_page: u64, says_total: bool) -> (Vec<u64>, Vec<u64>) {
        let offsets = RefCell::new(Vec::new());
        let items = all(async |offset| {
            offsets.borrow_mut().push(offset);
            let items = (offset..length.min(offset + per_page)).collect();
            Ok(match says_total {
                true => Page::of(length, items),
                false => Page::new(items),
            })
        });
        (items.await.unwrap(), offsets.into_inner())
    }

    #[tokio::test]
    async fn reads_to_the_end_and_not_beyond() {
        for (length, per_page, says_total, offsets) in [
            (0, 100, true, &[0][..]),
            (0, 100, false, &[0]),
            (99, 100, true, &[0]),
            (100, 100, true, &[0]),
            (100, 100, false, &[0, 100]),
            (250, 100, true, &[0, 100, 200]),
            (250, 100, false, &[0, 100, 200]),
            // A server that gives less than was asked for.
            (25, 10, true, &[0, 10, 20]),
        ] {
            let (items, asked) = read(length, per_page, says_total).await;
            assert_eq!(items, (0..length).collect::<Vec<_>>());
            assert_eq!(asked, offsets, "{length} by {per_page}, {says_total}");
        }
    }

    #[tokio::test]
    async fn a_list_without_an_end_is_given_up() {
        let endless = all(async |_| Ok(Page::new(vec![0; LIMIT as usize])));
        assert!(endless.await.is_err());
        // Fewer items than the total, and then nothing: it cannot be had.
        let short = all(async |_| Ok(Page::<u32>::of(7, Vec::new())));
        assert!(short.await.unwrap().is_empty());
    }
}
