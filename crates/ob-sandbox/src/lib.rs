//! ob-sandbox
