//! ob-registry
