//! The foreign judges. The runs are in `tests/it`.
