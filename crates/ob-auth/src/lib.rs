//! ob-auth
