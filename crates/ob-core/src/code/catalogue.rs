//! The codes themselves: what happened, why, what to do, whose turn it is.

use super::Owner;

macro_rules! codes {
    ($($code:ident: $($owner:ident)+, $summary:literal, $why:literal, $fix:literal;)+) => {
        /// A permanent error code: `OB-`, a letter for the area, a number.
        ///
        /// Areas: K keys, T tokens, D DPoP, C clock and certificates, R registry, X isolation,
        /// A API, N network, S shared state, J journal. A code never changes its meaning and is
        /// never used again.
        ///
        /// ```
        /// use ob_core::{Code, Owner};
        /// let code: Code = "OB-X001".parse()?;
        /// assert_eq!(code, Code::X001);
        /// assert_eq!(code.owners(), [Owner::You]);
        /// # Ok::<(), ob_core::UnknownCode>(())
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = concat!($summary, ".")] $code,)+
        }

        impl Code {
            /// Every code, in order.
            pub const ALL: &'static [Self] = &[$(Self::$code),+];

            /// The code as it is printed: `OB-X001`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$code => concat!("OB-", stringify!($code)),)+ }
            }

            /// What happened, in a few words.
            #[must_use]
            pub const fn summary(self) -> &'static str {
                match self { $(Self::$code => $summary,)+ }
            }

            /// Why it happens.
            #[must_use]
            pub const fn why(self) -> &'static str {
                match self { $(Self::$code => $why,)+ }
            }

            /// What to do about it.
            #[must_use]
            pub const fn fix(self) -> &'static str {
                match self { $(Self::$code => $fix,)+ }
            }

            /// Whose turn it is, the likeliest first.
            #[must_use]
            pub const fn owners(self) -> &'static [Owner] {
                match self { $(Self::$code => &[$(Owner::$owner),+],)+ }
            }
        }
    };
}

codes! {
    K001: You,
        "key cannot be read",
        "The bytes are neither a PEM, a DER nor a JWK private key, or they are damaged.",
        "Give a private key as PKCS#8, SEC1 or PKCS#1 (PEM or DER) or as a JWK; `ob keys show FILE` says what a file holds.";
    K002: You,
        "key has the wrong type or curve",
        "The key is of another kind than the algorithm needs: ES256 needs EC P-256, PS256 needs RSA of 2048 to 8192 bits, EdDSA needs Ed25519.",
        "Use the key whose public half was registered at the platform, or make one with `ob keys new`.";
    K003: You,
        "PEM was flattened",
        "The line breaks of a PEM arrived as a literal backslash and n, as environment variables and secret stores do. The key was repaired and works.",
        "Store the PEM with real line breaks to silence this.";
    K004: You,
        "PKCS#12 cannot be opened",
        "The file is a PKCS#12 container (.p12, .pfx); its password or alias is needed to take the key out.",
        "Extract the key once: `openssl pkcs12 -in FILE -nodes -nocerts -out key.pem`.";
    K005: You,
        "key is too small or too large",
        "FAPI 2.0 asks for RSA of at least 2048 bits; more than 8192 bits only costs time.",
        "Make a new key and register its public half.";
    K006: You,
        "private key is encrypted",
        "The PEM is protected by a passphrase, which obkit does not ask for.",
        "Decrypt it into a secret store: `openssl pkcs8 -in FILE -out key.pem`.";
    K007: You,
        "announced kid is not the signing key's",
        "The key id that goes into the assertion belongs to another key than the one that signs.",
        "Set the key id the portal shows for this very key.";
    K008: You,
        "one key in two roles",
        "The key that authenticates the Integrator and the key that DPoP proofs are made with must be different (FAPI 2.0 section 6.8).",
        "Let obkit make the DPoP key, or give a second one.";
    K009: You,
        "signing failed",
        "The signer (a key in memory, an HSM, a remote service) gave no signature.",
        "Look at the signer's own message below; nothing was sent.";
    K010: You,
        "configuration is not usable",
        "A setting is missing or is not what it must be.",
        "Correct the setting that the message names.";
    T201: Platform,
        "token answer is not usable",
        "The token endpoint answered something that is not a token answer: not JSON, empty, cut off, or with a member of the wrong type.",
        "Look at the status and the correlation id; a proxy in between is the usual culprit.";
    T202: Platform You,
        "token request was refused",
        "The authorization server refused the request with an error of its own.",
        "Read the server's error and description.";
    T203: You Platform,
        "invalid_client",
        "The authorization server did not accept the client assertion, and the cause is not visible from here.",
        "Check that the public key registered at the portal is this key's, the key id, the client id, and that the issuer (`aud`) is exact.";
    T204: You ThirdParty,
        "not allowed to act for this third-party",
        "The authorization server knows the Integrator but not the relationship: the third-party is unknown to it, suspended, or not onboarded under this Integrator.",
        "Check the third-party's client id in the registry, then its onboarding at the platform.";
    T205: You ThirdParty,
        "scope was refused",
        "A scope is unknown to the authorization server, or the third-party did not authorise it.",
        "Ask for the scopes that were agreed at onboarding.";
    T210: Platform,
        "token endpoint unreachable",
        "No answer came from the token endpoint, or it failed with an error of its own.",
        "Try again; check the token URL, DNS and the way out of your network.";
    T211: Platform,
        "no valid token, nothing sent",
        "The held token has expired and no new one could be fetched, so the call was not sent.",
        "See the error below this one; the call can be repeated.";
    T215: Platform,
        "token cannot be sealed",
        "The token does not say what was asked for: its `sub`, `act.sub`, `cnf.jkt`, scope or consent differ, or it cannot be decoded. It was thrown away.",
        "Do not work around it: the token might act for another third-party. Report it with the correlation id.";
    T216: Platform,
        "wrong token_type for the profile",
        "The answer's token type is not one that the profile allows; there is no fallback to a weaker one.",
        "Check the profile of the environment and the client's registration.";
    T217: You ThirdParty,
        "fewer scopes than asked",
        "The token was granted fewer scopes than the call needs.",
        "Have the missing scope authorised for this third-party.";
    D301: You Platform,
        "DPoP proof was refused",
        "The server did not accept the proof: usually its `htu` is not the URL the server believes to have.",
        "Compare both URLs below; a proxy that rewrites host or path is the usual culprit.";
    D302: Platform,
        "nonce asked for again and again, stopped",
        "The server asked for a new DPoP nonce after it had been given the one it asked for.",
        "Report it with the correlation id; several servers that do not share nonces are the usual culprit.";
    D304: Platform,
        "token is bound to another key",
        "The token's `cnf.jkt` is not the thumbprint of the DPoP key in use.",
        "Do not work around it: the token was made for another key. Report it with the correlation id.";
    C101: You,
        "clock too far off to compensate",
        "This machine's clock and the server's differ by more than the 60 seconds that obkit corrects by itself.",
        "Set the clock (NTP), then try again.";
    C201: ThirdParty You,
        "certificate lapsed",
        "A licensed third-party has no certificate left that is in date, so it is suspended from the moment the last one ended.",
        "Have the third-party renew it, put the new certificate into the registry; it is in service again at once.";
    C202: ThirdParty You,
        "certificate does not fit",
        "A certificate is of the wrong kind, of another organisation, without the role or key usage it needs, or already another third-party's.",
        "`ob cert inspect FILE` shows what a certificate says; ask the third-party for the right one.";
    R001: You,
        "unknown third-party",
        "No third-party with this business id is in the registry.",
        "Check the spelling; an id that comes close is named.";
    R002: You,
        "id collision",
        "Two third-parties would share a business id, a client id or an application id.",
        "Each third-party has its own; check which of the two rows is wrong.";
    R003: You ThirdParty,
        "third-party is not active yet",
        "Its onboarding has not been finished.",
        "Finish the onboarding, then set it active.";
    R004: You,
        "malformed id",
        "The text cannot be an id of this kind.",
        "Use the id as the platform or the registry shows it.";
    R005: You ThirdParty,
        "third-party is suspended or offboarded",
        "It was taken out of service, so nothing is sent for it.",
        "Resume it in the registry if that was not meant.";
    R006: You,
        "illegal transition",
        "The third-party cannot go from its present status to the one asked for.",
        "Take the steps in between; the message names the legal ones.";
    R007: You ThirdParty,
        "scope or product not authorised by this third-party",
        "The third-party did not authorise this scope, so it is not even asked for.",
        "Have it authorised, then add it to the registry.";
    R008: You,
        "registry cannot be read or written",
        "The store behind the registry failed or holds something that is not a registry.",
        "See the place the message names; nothing was changed.";
    R009: You,
        "third-party is not usable as described",
        "A field of the third-party is missing or contradicts another one.",
        "Correct the field that the message names.";
    R010: You,
        "lost update refused",
        "The third-party was changed by somebody else since the version that this change was made from.",
        "Look at the present state, then make the change again from there.";
    R011: You,
        "registry of another version of obkit",
        "The database was made or migrated by a newer version than this one, which could harm it.",
        "Use at least the version of obkit that the message names.";
    R012: You,
        "registry store out of reach",
        "The store has not been heard of for a while, so what is known of the third-parties may be old.",
        "Bring the store back; the last known state serves until the maximum age that was set.";
    R013: You,
        "stale plan refused",
        "The registry was changed after the plan was made, so the plan no longer says what applying it would do.",
        "Make the plan again, look at it, and apply the new one.";
    X001: You,
        "token of another third-party",
        "A token was about to be attached to a call for somebody else. It was refused and not sent.",
        "This should be impossible: report it with the journal records of the call.";
    X002: You,
        "application id of another third-party",
        "A call was about to carry an application id that is not its third-party's. It was refused and not sent.",
        "Let obkit write `X-Application-Id`; never set it yourself.";
    X003: You,
        "consent of another third-party",
        "The consent belongs to another third-party than the handle. It was refused and not sent.",
        "Use the handle of the consent's owner.";
    A100: You,
        "request cannot be made",
        "A value of the operation is one that the platform is known to refuse, so nothing was sent.",
        "Correct the value that the message names.";
    A400: You,
        "the platform did not accept the request",
        "A property is invalid or a business rule refused it.",
        "Read the platform's description.";
    A401: Platform You,
        "the API refused the token",
        "The token was refused, a fresh one was fetched, and that was refused as well.",
        "Report it with the correlation id; check that token endpoint and API belong to one environment.";
    A403: You ThirdParty,
        "the API forbids this",
        "The token lacks a scope, or the application id is not the third-party's.",
        "Compare the scopes asked for with those authorised, and the application id in the registry.";
    A404: You EndUser,
        "not found",
        "There is no such thing, or it belongs to another third-party: the platform answers both alike.",
        "Check the id, and whose it is.";
    A409: You,
        "conflict",
        "The request contradicts the present state, or the same idempotency key is in use.",
        "Read the present state first.";
    A429: You,
        "rate limited",
        "The platform asks to slow down.",
        "Wait as long as the error says.";
    A461: EndUser You,
        "consent is not usable",
        "The consent has expired, was revoked, or was never authorised by the end user.",
        "Ask the end user to authorise it (again).";
    A500: Platform,
        "the platform failed",
        "The platform answered with an error of its own.",
        "Try again later; report the correlation id if it stays.";
    A502: Platform,
        "answer is not understood",
        "The answer has the right status but its body is not what this operation returns.",
        "Report it with the correlation id; a proxy in between is the usual culprit.";
    N101: Platform,
        "refused to follow a redirect with credentials",
        "The server redirected a request that carries credentials. It was not followed.",
        "Configure the final URL.";
    N102: You,
        "URL refused",
        "The URL is not https, carries user information, or is not a URL. Plain http is allowed to loopback addresses only, and only when asked for.",
        "Correct the URL.";
    N103: Platform,
        "cannot connect",
        "No connection could be made, so nothing was sent.",
        "Check the host, DNS and the way out of your network.";
    N104: Platform You,
        "TLS failed",
        "The server's certificate was not accepted, or TLS could not be set up. Nothing was sent.",
        "Check the certificate authority that is configured and the host's name.";
    N105: Platform,
        "connection broken",
        "The connection broke before the whole answer came; the request may have been carried out.",
        "Repeat it only if it is idempotent.";
    N106: Platform,
        "answer too large",
        "The answer is larger than the limit and was not read further.",
        "Ask for fewer items, or raise the limit.";
    N499: You,
        "cancelled by the caller",
        "The future of the call was dropped, or the deadline it was given passed, before the attempt had an outcome.",
        "Look the outcome up before repeating it, if the record says that it may have been sent.";
    N504: Platform,
        "no answer, outcome unknown",
        "The time was up before an answer came; the request may have been carried out.",
        "Look the outcome up before repeating it.";
    S101: You,
        "shared entry failed authentication",
        "An entry of the shared cache was not written by this fleet, or for another third-party. It was ignored.",
        "Check who can write to the shared cache.";
    S102: You,
        "lease backend down, fetching without it",
        "The shared cache did not answer, so each replica fetches its own tokens.",
        "Bring the shared cache back.";
    J001: You,
        "journal cannot be written",
        "The record of a call could not be written. Nothing more is sent until it can.",
        "Check the disk and the permissions of the journal.";
    J002: You,
        "journal cannot be read",
        "A line of the journal is not a record.",
        "See the line the message names.";
}
