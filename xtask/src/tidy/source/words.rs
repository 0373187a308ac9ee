//! A file as a flat row of words, without comments, so that text in comments and strings
//! never counts as code and code inside macros does.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

use super::Place;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::tidy) struct Word {
    pub(in crate::tidy) text: String,
    pub(in crate::tidy) kind: Kind,
    pub(in crate::tidy) place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tidy) enum Kind {
    Name,
    Sign,
    Literal,
}

/// The words of `text`; empty when it is no Rust (which the parser has reported already).
pub(super) fn split(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    if let Ok(stream) = text.parse::<TokenStream>() {
        flatten(stream, &mut words);
    }
    words
}

fn flatten(stream: TokenStream, words: &mut Vec<Word>) {
    let mut glued = false;
    for tree in stream {
        match tree {
            TokenTree::Punct(sign) => {
                let continues = glued && sign.as_char() == ':';
                match words.last_mut() {
                    Some(last) if continues && last.text == ":" => last.text.push(':'),
                    _ => words.push(word(sign.as_char().to_string(), Kind::Sign, sign.span())),
                }
                glued = sign.as_char() == ':' && sign.spacing() == Spacing::Joint;
                continue;
            }
            TokenTree::Ident(name) => words.push(word(name.to_string(), Kind::Name, name.span())),
            TokenTree::Literal(value) => {
                words.push(word(value.to_string(), Kind::Literal, value.span()));
            }
            TokenTree::Group(group) => {
                let (open, close) = signs(group.delimiter());
                words.push(word(open.to_owned(), Kind::Sign, group.span_open()));
                flatten(group.stream(), words);
                words.push(word(close.to_owned(), Kind::Sign, group.span_close()));
            }
        }
        glued = false;
    }
}

fn word(text: String, kind: Kind, span: proc_macro2::Span) -> Word {
    Word {
        text,
        kind,
        place: Place::from(span.start()),
    }
}

fn signs(delimiter: Delimiter) -> (&'static str, &'static str) {
    match delimiter {
        Delimiter::Parenthesis => ("(", ")"),
        Delimiter::Brace => ("{", "}"),
        Delimiter::Bracket => ("[", "]"),
        Delimiter::None => ("", ""),
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn comments_vanish_and_paths_stay_together() {
        let words: Vec<String> = split("// todo!()\nfn f() { a::b(\"c::d\"); }")
            .into_iter()
            .map(|word| word.text)
            .collect();
        assert_eq!(
            words,
            [
                "fn", "f", "(", ")", "{", "a", "::", "b", "(", "\"c::d\"", ")", ";", "}"
            ]
        );
    }
}
