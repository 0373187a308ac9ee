//! Countries of operation.

use crate::RegistryError;
use ob_core::Shown;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::{fmt, str::FromStr};

/// A country of operation: an assigned two-letter code of ISO 3166-1 in capital letters.
///
/// A code that looks right and means nothing (`UK`, `EN`) is refused, because the platform would
/// refuse it weeks later.
///
/// ```
/// use ob_registry::Country;
/// assert_eq!("DE".parse::<Country>()?.as_str(), "DE");
/// assert!("UK".parse::<Country>().is_err());
/// # Ok::<(), ob_registry::RegistryError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country(&'static str);

impl Country {
    /// The code, for example `DE`.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        self.0
    }
}

impl FromStr for Country {
    type Err = RegistryError;

    fn from_str(text: &str) -> Result<Self, RegistryError> {
        ASSIGNED
            .split_ascii_whitespace()
            .find(|code| *code == text)
            .map(Self)
            .ok_or_else(|| RegistryError::value("country", Shown(text), NEEDED))
    }
}

/// By hand: the derived one would borrow the `&'static str` from the input.
impl<'de> Deserialize<'de> for Country {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}

impl Serialize for Country {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Country({})", self.0)
    }
}

const NEEDED: &str = "an assigned ISO 3166-1 code of two capital letters, for example DE or GB";

/// The 249 assigned codes, and XK, which the European institutions use for Kosovo.
const ASSIGNED: &str = "\
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS \
BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE \
EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM \
HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC \
LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA \
NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW \
SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO \
TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW";

#[cfg(test)]
mod tests {
    #![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_list_is_complete_and_sorted() {
        let codes: Vec<_> = ASSIGNED.split_ascii_whitespace().collect();
        assert_eq!(codes.len(), 249 + 1);
        assert!(codes.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn refuses_what_is_not_assigned() {
        for text in [
            "",
            "D",
            "DEU",
            "de",
            "UK",
            "EN",
            "ZZ",
            "D ",
            "DE AT",
            "\u{0414}\u{0415}",
        ] {
            let refused = text.parse::<Country>().unwrap_err().to_string();
            assert!(refused.contains("ISO 3166-1"), "{text:?}");
        }
    }
}
