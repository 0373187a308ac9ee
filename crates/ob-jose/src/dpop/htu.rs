//! The target URI of a proof.

use std::borrow::Cow;
use std::fmt;
use std::net::Ipv6Addr;

/// An HTTP target URI without query and fragment (RFC 9449 section 4.2).
///
/// Scheme and host are written in lower case, a default port is dropped and an empty path becomes
/// `/`; the path stays **byte for byte** as it will be on the wire: `%2F` is not `/`, and `..` is
/// left alone (R071).
///
/// ```
/// use ob_jose::Htu;
///
/// let htu = Htu::from_uri("HTTPS://API.example:443/v1/a%2Fb?limit=10#x")?;
/// assert_eq!(htu.as_str(), "https://api.example/v1/a%2Fb");
/// assert!(Htu::from_uri("https://user@api.example/").is_err());
/// # Ok::<(), ob_jose::BadHtu>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Htu {
    text: String,
    path_at: usize,
}

impl Htu {
    /// Takes an absolute `http` or `https` URI; whether plain http is allowed is not decided here.
    ///
    /// # Errors
    /// Relative, another scheme, userinfo, a malformed host or port, or a character that RFC 3986
    /// does not allow (an internationalised host must be in its `xn--` form).
    pub fn from_uri(uri: &str) -> Result<Self, BadHtu> {
        let (scheme, rest) = uri.split_once("://").ok_or(BadHtu("an absolute URI"))?;
        let default_port = match scheme {
            _ if scheme.eq_ignore_ascii_case("https") => 443,
            _ if scheme.eq_ignore_ascii_case("http") => 80,
            _ => return Err(BadHtu("the scheme http or https")),
        };
        let rest = rest.split(['?', '#']).next().unwrap_or(rest);
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (host, port) = split_authority(authority)?;
        check_path(path)?;

        let mut text = String::with_capacity(uri.len() + 1);
        text.push_str(if default_port == 443 {
            "https://"
        } else {
            "http://"
        });
        text.extend(host.chars().map(|c| c.to_ascii_lowercase()));
        if let Some(port) = port.filter(|port| *port != default_port) {
            text.push(':');
            text.push_str(&port.to_string());
        }
        let path_at = text.len();
        text.push_str(if path.is_empty() { "/" } else { path });
        Ok(Self { text, path_at })
    }

    /// The URI as it goes into a proof.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The URI for comparing: besides what [`from_uri`](Self::from_uri) does, percent-encoded
    /// unreserved characters are decoded, the rest gets upper-case hex digits, and dot segments
    /// are removed (RFC 3986 section 6.2.2, R097).
    #[must_use]
    pub fn normalised(&self) -> Cow<'_, str> {
        let (origin, path) = self.text.split_at(self.path_at);
        if !path.contains('%') && !path.contains("/.") {
            return Cow::Borrowed(&self.text);
        }
        let path = remove_dot_segments(&normalise_escapes(path));
        Cow::Owned(format!("{origin}{path}"))
    }

    /// Whether both name one target after normalising.
    #[must_use]
    pub fn is_same_target(&self, other: &Self) -> bool {
        self.text == other.text || self.normalised() == other.normalised()
    }
}

/// `host [":" port]`, with the port's digits read as a number.
fn split_authority(authority: &str) -> Result<(&str, Option<u16>), BadHtu> {
    if authority.contains('@') {
        return Err(BadHtu("a URI without userinfo"));
    }
    let (host, port) = match authority.rfind([':', ']']) {
        Some(at) if authority.as_bytes().get(at) == Some(&b':') => {
            let (host, port) = authority.split_at(at);
            (host, port.strip_prefix(':').filter(|port| !port.is_empty()))
        }
        _ => (authority, None),
    };
    check_host(host)?;
    let port = port.map(|port| match port.bytes().all(|b| b.is_ascii_digit()) {
        true => port.parse::<u16>().map_err(|_| BAD_PORT),
        false => Err(BAD_PORT),
    });
    Ok((host, port.transpose()?))
}

const BAD_PORT: BadHtu = BadHtu("a port of at most 65535");

fn check_host(host: &str) -> Result<(), BadHtu> {
    if let Some(address) = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
    {
        let parsed = address.parse::<Ipv6Addr>();
        return parsed
            .map(drop)
            .map_err(|_| BadHtu("a well-formed IPv6 address"));
    }
    let name = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    if !host.is_empty() && host.bytes().all(name) {
        return Ok(());
    }
    Err(BadHtu("a host of letters, digits, '-', '.', '_' and '~'"))
}

/// `path-abempty` of RFC 3986 section 3.3.
fn check_path(path: &str) -> Result<(), BadHtu> {
    let mut bytes = path.bytes();
    while let Some(byte) = bytes.next() {
        let fine = match byte {
            b'%' => {
                let hex = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_hexdigit());
                hex(bytes.next()) && hex(bytes.next())
            }
            _ => byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/".contains(&byte),
        };
        if !fine {
            return Err(BadHtu(
                "a path of RFC 3986 characters, all others percent-encoded",
            ));
        }
    }
    Ok(())
}

/// The path is known to hold only whole escapes.
fn normalise_escapes(path: &str) -> String {
    let mut pieces = path.split('%');
    let mut normal = String::with_capacity(path.len());
    normal.push_str(pieces.next().unwrap_or(""));
    for piece in pieces {
        let (hex, rest) = piece.split_at_checked(2).unwrap_or((piece, ""));
        match u8::from_str_radix(hex, 16) {
            Ok(byte) if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => {
                normal.push(char::from(byte));
            }
            _ => {
                normal.push('%');
                normal.push_str(&hex.to_ascii_uppercase());
            }
        }
        normal.push_str(rest);
    }
    normal
}

/// RFC 3986 section 5.2.4 for a path that starts with `/`.
fn remove_dot_segments(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        match segment {
            "." => {}
            ".." => drop(kept.pop()),
            _ => {
                kept.push(segment);
                continue;
            }
        }
        if last {
            kept.push("");
        }
    }
    format!("/{}", kept.join("/"))
}

impl fmt::Display for Htu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Htu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Htu({})", self.text)
    }
}

/// The text is not a target URI; the text itself is not repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a target URI: need {0}")]
pub struct BadHtu(&'static str);

impl BadHtu {
    /// What is needed.
    #[must_use]
    pub const fn needed(&self) -> &'static str {
        self.0
    }
}
