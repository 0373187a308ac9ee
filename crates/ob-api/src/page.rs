//! Lists.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// One page of a list: `{"items":[...]}` (INT), with `total` (ASSUMED).
///
/// ```
/// use ob_api::Page;
/// let page: Page<u32> = serde_json::from_str(r#"{"items":[1,2],"total":7,"next":"later"}"#)?;
/// assert_eq!((page.items.len(), page.total), (2, Some(7)));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items of this page, in the platform's order.
    pub items: Vec<T>,
    /// How many items there are on all pages (ASSUMED; anything but a whole number is ignored).
    #[serde(
        default,
        deserialize_with = "whole_number",
        skip_serializing_if = "Option::is_none"
    )]
    pub total: Option<u64>,
}

impl<T> Page<T> {
    /// A page that does not say how many items there are in all.
    #[must_use]
    pub const fn new(items: Vec<T>) -> Self {
        Self { items, total: None }
    }

    /// A page of a list of `total` items.
    #[must_use]
    pub const fn of(total: u64, items: Vec<T>) -> Self {
        Self {
            items,
            total: Some(total),
        }
    }
}

fn whole_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    Value::deserialize(deserializer).map(|value| value.as_u64())
}
