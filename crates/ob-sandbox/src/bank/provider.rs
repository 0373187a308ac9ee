//! The four test banks.

use crate::seed::Seed;

/// A test bank of platform section 10 (DOC).
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Provider {
    pub(crate) name: &'static str,
    /// German bank codes start with 1 to 8; a 9 exists nowhere, so no IBAN made of it is real.
    pub(crate) bank_code: &'static str,
}

pub(crate) const PROVIDERS: [Provider; 4] = [
    Provider {
        name: "Mock Bank",
        bank_code: "90010001",
    },
    Provider {
        name: "Redirect Test Bank",
        bank_code: "90010002",
    },
    Provider {
        name: "Embedded Test Bank",
        bank_code: "90010003",
    },
    Provider {
        name: "Decoupled Test Bank",
        bank_code: "90010004",
    },
];

impl Provider {
    pub(crate) fn id(&self, seed: Seed) -> String {
        seed.uuid(&["provider", self.name]).to_string()
    }

    /// By name or by id.
    pub(crate) fn find(seed: Seed, wanted: &str) -> Option<&'static Self> {
        PROVIDERS
            .iter()
            .find(|bank| bank.name == wanted || bank.id(seed) == wanted)
    }
}
