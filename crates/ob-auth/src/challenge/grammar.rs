//! The grammar of RFC 9110 section 11.6.1, strictly.

use std::borrow::Cow;

/// One challenge: a scheme and its parameters (a token68 is read over).
#[derive(Debug)]
pub(super) struct Parsed<'a> {
    pub(super) scheme: &'a str,
    params: Vec<(&'a str, Cow<'a, str>)>,
}

impl Parsed<'_> {
    /// The parameter of this name, in any case. A second one of the same name counts for
    /// nothing, as does the first then: nobody can say which is meant.
    pub(super) fn param(&self, name: &str) -> Option<&str> {
        let mut all = self
            .params
            .iter()
            .filter(|(known, _)| known.eq_ignore_ascii_case(name));
        let (first, second) = (all.next()?, all.next());
        second.is_none().then_some(first.1.as_ref())
    }
}

/// Reads one header line: `#challenge`. `None` when it breaks the grammar.
pub(super) fn parse(line: &str) -> Option<Vec<Parsed<'_>>> {
    let mut rest = Cursor(line);
    let mut found = Vec::new();
    rest.skip_commas();
    while !rest.0.is_empty() {
        found.push(challenge(&mut rest)?);
    }
    Some(found)
}

/// `auth-scheme [ 1*SP ( token68 / #auth-param ) ]`
fn challenge<'a>(rest: &mut Cursor<'a>) -> Option<Parsed<'a>> {
    let scheme = rest.token()?;
    let mut params = Vec::new();
    let spaced = rest.skip_blanks();
    if rest.ends_element() {
        rest.skip_commas();
        return Some(Parsed { scheme, params });
    }
    spaced.then_some(())?;
    if !rest.token68() {
        params.push(rest.param()?);
    }
    rest.end_element()?;
    while let Some(param) = rest.try_param() {
        params.push(param);
        rest.end_element()?;
    }
    Some(Parsed { scheme, params })
}

struct Cursor<'a>(&'a str);

impl<'a> Cursor<'a> {
    fn take_while(&mut self, belongs: impl Fn(u8) -> bool) -> &'a str {
        let end = self.0.bytes().position(|b| !belongs(b));
        let (taken, rest) = self
            .0
            .split_at_checked(end.unwrap_or(self.0.len()))
            .unwrap_or(("", ""));
        self.0 = rest;
        taken
    }

    fn token(&mut self) -> Option<&'a str> {
        Some(self.take_while(is_tchar)).filter(|token| !token.is_empty())
    }

    fn skip_blanks(&mut self) -> bool {
        !self.take_while(is_blank).is_empty()
    }

    fn skip_commas(&mut self) {
        self.take_while(|b| is_blank(b) || b == b',');
    }

    fn ends_element(&self) -> bool {
        self.0.is_empty() || self.0.starts_with(',')
    }

    fn end_element(&mut self) -> Option<()> {
        self.skip_blanks();
        self.ends_element().then(|| self.skip_commas())
    }

    /// A token68 that fills the rest of its element.
    fn token68(&mut self) -> bool {
        let mut ahead = Cursor(self.0);
        let body = ahead.take_while(is_token68);
        ahead.take_while(|b| b == b'=');
        ahead.skip_blanks();
        let found = !body.is_empty() && ahead.ends_element();
        if found {
            self.0 = ahead.0;
        }
        found
    }

    /// A parameter if one follows; a scheme is followed by no `=`.
    fn try_param(&mut self) -> Option<(&'a str, Cow<'a, str>)> {
        let mut ahead = Cursor(self.0);
        let param = ahead.param()?;
        self.0 = ahead.0;
        Some(param)
    }

    /// `token BWS "=" BWS ( token / quoted-string )`
    fn param(&mut self) -> Option<(&'a str, Cow<'a, str>)> {
        let name = self.token()?;
        self.skip_blanks();
        self.0 = self.0.strip_prefix('=')?;
        self.skip_blanks();
        let value = match self.0.strip_prefix('"') {
            Some(inside) => self.quoted(inside)?,
            None => Cow::Borrowed(self.token()?),
        };
        Some((name, value))
    }

    fn quoted(&mut self, inside: &'a str) -> Option<Cow<'a, str>> {
        let mut text = String::new();
        let mut chars = inside.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.0 = inside.get(at + 1..)?;
                    return Some(Cow::Owned(text));
                }
                '\\' => text.push(chars.next()?.1),
                _ => text.push(c),
            }
        }
        None
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

fn is_tchar(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

fn is_token68(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn shown(line: &str) -> Option<String> {
        let text = |one: &Parsed<'_>| {
            let params: Vec<_> = one.params.iter().map(|(n, v)| format!("{n}={v}")).collect();
            format!("{}[{}]", one.scheme, params.join(";"))
        };
        parse(line).map(|all| all.iter().map(text).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn several_challenges_in_one_line() {
        let line = r#"Basic realm="simple, \"x\"",a = b , Negotiate abc==, New, DPoP error=e"#;
        insta::assert_snapshot!(
            shown(line).unwrap(),
            @r#"Basic[realm=simple, "x";a=b] Negotiate[] New[] DPoP[error=e]"#
        );
        assert_eq!(shown("").unwrap(), "");
        assert_eq!(shown(" , ,").unwrap(), "");
    }

    #[test]
    fn what_breaks_the_grammar_is_none() {
        for line in [
            "Dpop error:\"x\"",
            "DPoP error=\"x",
            "DPoP error=\"x\" y",
            "DPoP a=b c=d",
            "=x",
            "\"DPoP\"",
            "DPoP error=\"x\\",
        ] {
            assert!(parse(line).is_none(), "{line}");
        }
    }

    #[test]
    fn a_parameter_given_twice_counts_for_nothing() {
        let parsed = parse("DPoP error=a, ERROR=b").unwrap();
        assert_eq!(parsed.first().unwrap().param("error"), None);
    }
}
