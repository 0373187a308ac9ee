//! The isolation proof. The runs are in `tests/it`.
