//! ob
fn main() {}
