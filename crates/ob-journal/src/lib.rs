//! ob-journal
