//! Which hosts are this machine.

use std::net::IpAddr;

/// Whether a URL's host names this machine: 127.0.0.0/8, `[::1]` or the word `localhost`.
///
/// IPv4 in other notations (`127.1`, `0x7f000001`, `::ffff:127.0.0.1`) and `localhost.` do not:
/// nobody needs them, attackers do (R001). What the word resolves to is checked when it is
/// resolved.
///
/// ```
/// use ob_transport::names_loopback;
/// assert!(names_loopback("127.0.0.1") && names_loopback("[::1]") && names_loopback("LocalHost"));
/// assert!(!names_loopback("127.1") && !names_loopback("localhost.example"));
/// ```
#[must_use]
pub fn names_loopback(host: &str) -> bool {
    let bare = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    match bare.unwrap_or(host).parse::<IpAddr>() {
        Ok(address) => address.is_loopback(),
        Err(_) => host.eq_ignore_ascii_case("localhost"),
    }
}
