//! The tokens that were issued and have not ended.

use std::{collections::HashMap, time::SystemTime};

/// What the sandbox remembers of a token: enough to revoke it and to notice its misuse.
#[derive(Clone, Debug)]
pub(crate) struct IssuedToken {
    pub(crate) subject: String,
    pub(crate) consent: Option<String>,
    pub(crate) expires: SystemTime,
    pub(crate) revoked: bool,
}

/// Every live token by its `jti`.
#[derive(Debug, Default)]
pub(crate) struct IssuedTokens {
    by_jti: HashMap<String, IssuedToken>,
    tidy_at: usize,
}

impl IssuedTokens {
    pub(crate) fn add(&mut self, jti: String, token: IssuedToken, now: SystemTime) {
        // Looking at every token now and then costs nothing per token on average.
        if self.by_jti.len() >= self.tidy_at {
            self.by_jti.retain(|_, token| token.expires > now);
            self.tidy_at = (self.by_jti.len() * 2).max(1024);
        }
        self.by_jti.insert(jti, token);
    }

    pub(crate) fn get(&self, jti: &str) -> Option<&IssuedToken> {
        self.by_jti.get(jti)
    }

    /// Whether the token is one of ours that was not revoked (R031).
    pub(crate) fn is_good(&self, jti: &str) -> bool {
        self.get(jti).is_some_and(|token| !token.revoked)
    }

    /// Revokes every token of a subject and says how many there were.
    pub(crate) fn revoke_of(&mut self, subject: &str) -> usize {
        let of_subject = self
            .by_jti
            .values_mut()
            .filter(|token| token.subject == subject);
        of_subject.map(|token| token.revoked = true).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn token(subject: &str, expires: u64) -> IssuedToken {
        IssuedToken {
            subject: subject.into(),
            consent: None,
            expires: SystemTime::UNIX_EPOCH + Duration::from_secs(expires),
            revoked: false,
        }
    }

    #[test]
    fn r031_revokes_one_subject_only() {
        let mut issued = IssuedTokens::default();
        issued.add("1".into(), token("a", 9), SystemTime::UNIX_EPOCH);
        issued.add("2".into(), token("b", 9), SystemTime::UNIX_EPOCH);
        assert_eq!(issued.revoke_of("a"), 1);
        assert!(!issued.is_good("1") && issued.is_good("2") && !issued.is_good("3"));
    }

    #[test]
    fn forgets_what_has_ended() {
        let mut issued = IssuedTokens::default();
        for n in 0..5000 {
            let now = SystemTime::UNIX_EPOCH + Duration::from_secs(n);
            issued.add(n.to_string(), token("a", n + 10), now);
        }
        assert!(issued.by_jti.len() < 2100, "{}", issued.by_jti.len());
        assert!(issued.is_good("4999"));
    }
}
