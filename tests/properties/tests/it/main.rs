//! Every property on its seeds and on the regressions: what the fuzzer found once stays found.

#![expect(clippy::expect_used, reason = "tests")]

mod replay;
