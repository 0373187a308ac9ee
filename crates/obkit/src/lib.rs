//! obkit
