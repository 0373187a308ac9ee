//! End-to-end tests: obkit against the sandbox, over real sockets. The tests are in `tests/it`.
