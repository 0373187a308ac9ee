//! ob-api
