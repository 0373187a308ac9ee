//! Points in time and calendar dates.

mod date;
mod timestamp;

pub use date::Date;
pub use timestamp::Timestamp;
