//! The end users.

/// A test user of platform section 10 (DOC).
#[derive(Debug)]
pub(crate) struct User {
    pub(crate) username: &'static str,
    pub(crate) full_name: &'static str,
    /// What the platform's table calls the user's default flow.
    pub(crate) flow: &'static str,
    pub(crate) otp: &'static str,
    pub(crate) data: UserData,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UserData {
    /// Four accounts, transactions since 2023-01-01.
    Rich,
    /// One account, transactions of the last 90 days.
    Basic,
    /// No account.
    None,
}

/// The password of every test user (DOC).
pub(crate) const PASSWORD: &str = "12345";

pub(crate) const USERS: [User; 6] = [
    User {
        username: "john.smith",
        full_name: "John Smith",
        flow: "redirect",
        otp: "987654",
        data: UserData::Rich,
    },
    User {
        username: "mattias.mustermann",
        full_name: "Mattias Mustermann",
        flow: "redirect",
        otp: "12345",
        data: UserData::Basic,
    },
    User {
        username: "max.mustermann",
        full_name: "Max Mustermann",
        flow: "embedded with OTP",
        otp: "987654",
        data: UserData::Basic,
    },
    User {
        username: "erika.mustermann",
        full_name: "Erika Mustermann",
        flow: "embedded, OTP type choice",
        otp: "987654",
        data: UserData::Basic,
    },
    User {
        username: "dan.mustermann",
        full_name: "Dan Mustermann",
        flow: "decoupled",
        otp: "987654",
        data: UserData::Basic,
    },
    User {
        username: "nomoney.mustermann",
        full_name: "Nomoney Mustermann",
        flow: "embedded with OTP",
        otp: "987654",
        data: UserData::None,
    },
];

impl User {
    pub(crate) fn find(username: &str) -> Option<&'static Self> {
        USERS.iter().find(|user| user.username == username)
    }

    /// Whether these are the user's password and one-time password.
    pub(crate) fn accepts(&self, password: &str, otp: &str) -> bool {
        password == PASSWORD && otp == self.otp
    }
}
