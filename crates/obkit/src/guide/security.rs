//! Who attacks, what stands against it, and what obkit does not protect from.
//!
//! The attackers are those of the FAPI 2.0 Attacker Model; the numbers (`R014`) are rows of the
//! checklist that `cargo xtask standards` holds the tests against: it prints each row with the
//! tests that prove it, and fails on a row without one. `L2.4` is the fourth line of the second
//! attack list in the same table.
//!
//! The model takes TLS, the distribution of keys and random numbers for sound. Its formal
//! analysis covers the authorization code and CIBA flows; the client credentials grant that the
//! one-to-many access uses is allowed by FAPI 2.0 and was not part of that analysis. What
//! follows is therefore argued, and tested, not proven.
//!
//! # The promise
//!
//! obkit's own goal comes before the model's: **no call is made for the wrong third-party.** The
//! attacker here is mostly an accident: a cache that answers for another key, two tasks that
//! share a variable, a consent id from another third-party's row.
//!
//! | measure | rows |
//! |---|---|
//! | The only way to a call is a handle, [`ThirdParty`](crate::ThirdParty); there is no default third-party and no setter | R198 |
//! | One immutable [`ActingFor`](crate::ActingFor) travels from the handle to the header | R197, R198, L3.11 |
//! | A token is opened and compared (`sub`, `act.sub`, `cnf.jkt`, scope, consent) before it is cached and again when it is attached | R162, R182, R185 |
//! | The cache key is a typed value with issuer, client, third-party, scopes, consent, profile and DPoP key | R197, R087 |
//! | A consent remembers its owner; another's handle refuses it before anything is sent | R200, L3.8 |
//! | The platform checks again: application id against the token's `sub`, consent against the token, relation on each request | R195, R196, R193 |
//!
//! Wrong-party attempts are refused without being sent, with a code of their own:
//!
//! ```
//! use obkit::Code;
//!
//! for (code, summary) in [
//!     ("OB-X001", "token of another third-party"),
//!     ("OB-X002", "application id of another third-party"),
//!     ("OB-X003", "consent of another third-party"),
//! ] {
//!     assert_eq!(code.parse::<Code>()?.summary(), summary);
//! }
//! # Ok::<(), obkit::core::UnknownCode>(())
//! ```
//!
//! # A1: the web attacker
//!
//! Sends anything to anybody, runs own clients and servers, makes users and programs follow
//! links.
//!
//! | attempt | measure | rows |
//! |---|---|---|
//! | Forge or alter an assertion, a proof, a token | A closed set of algorithms (ES256, PS256, Ed25519) fixed before parsing; strict JSON, base64url and compact form; keys only from where they are registered | R034–R038, R123–R148, L1 |
//! | Pass one kind of JWT for another | Explicit types, disjoint rules | R143, L1.18 |
//! | Have a token issued for a third-party that is not theirs | The relation is checked on each token request; one answer for unknown, suspended and foreign | R187, R193, R194, L3.5 |
//! | Slip a header into a request by an id or a setting | Ids are checked types; protected headers cannot be set by callers | R190, R191, L4.3 |
//! | Draw a request to another host by a path, a link or a redirect | Ids are one percent-encoded segment; paging links stay on their origin; no redirect is followed | R163, R232, L4.2 |
//! | Exhaust memory or time | Limits before decoding, on bodies, headers, nonces, tokens and replay records; deadlines on each attempt | R147, R166, R104, L4.5 |
//!
//! # A1a: the web attacker who runs an authorization server
//!
//! | attempt | measure | rows |
//! |---|---|---|
//! | Name the honest server's token endpoint as its own, to be given an assertion that the honest one accepts | `aud` is the issuer from the configuration, a string, never an endpoint's URL | R021, R052, R064 |
//! | Answer with metadata of another issuer | The document's `issuer` must equal the one that was asked, byte for byte | R026, R170 |
//! | Use what it receives at another server | A DPoP key and a token cache for each issuer | R043 |
//! | Weaken the profile: answer `Bearer` to `fapi2`, ask for another algorithm | No fallback; `token_type` is checked, algorithms must overlap before anything is sent | R081, R084 |
//! | Keep the client busy: challenge for ever, answer for ever | At most three requests for one token; bounded bodies | R078, R166, L2.19 |
//!
//! # A2: the network attacker
//!
//! Reads and changes what crosses the network, as far as TLS lets it.
//!
//! | measure | rows |
//! |---|---|
//! | TLS 1.2 or later with forward secrecy and authenticated encryption only; names, dates and chains checked; no switch that turns it off | R001–R003, R005 |
//! | Plain http only to loopback addresses, after an explicit word in the code | R001 |
//! | The server's clock is believed only after TLS is verified, within 60 seconds | R028 |
//!
//! # A3a: the attacker who reads the authorization request
//!
//! There is none: the client credentials grant has no front channel. The address of the managed
//! flow (`flowUrl`) goes to the end user's browser and carries no credential of the Integrator.
//!
//! # A4: the attacker who reads token requests and answers
//!
//! Informative in the final model. What such a reader gets is an assertion that was used (R054),
//! a proof that was used (R104) and a token bound to a key that it does not have (R033, R114).
//! In the profile `one-to-many` the platform may issue Bearer tokens; a reader can use those
//! until they expire, five minutes with this sandbox (R181). Choose `fapi2` where the platform
//! offers it.
//!
//! # A5: the attacker who reads requests to the API, for example in logs
//!
//! | attempt | measure | rows |
//! |---|---|---|
//! | Replay a request | A proof is good once, for one method, one address, one token, for a short time; a nonce where the server asks for one | R088–R104, L2.1 |
//! | Use the token with another key, or as Bearer | Bound to the key's thumbprint; refused as Bearer | R103, R111, L2.10 |
//! | Burn a victim's `jti` with unsigned proofs | A replay record is written only after the signature was verified | R117, L2.17 |
//! | Find secrets in our own output | Tokens, assertions, proofs, nonces and keys are values that print nothing; a search over all output of all crates at their most verbose is part of the tests | R220, L5.1, L5.2 |
//!
//! # Keys
//!
//! The client's signing key, the DPoP key and the server's keys are three different keys; one
//! key in two roles does not build (R045). The DPoP key is made in the process, never written
//! and dropped with its tokens (R086, R087). Private keys are wiped when they are dropped as far
//! as their owner allows (L5.4); the tools write key files with mode 0600 and report a wider one
//! (L5.5).
//!
//! # What obkit does not protect from
//!
//! - **Who can run code in your process, or read its memory.** Keys and tokens are there. A
//!   signer outside the process ([`Signer`](crate::jose::Signer)) keeps the client's key out
//!   of it; tokens stay.
//! - **A stolen signing key.** Whoever has it can ask for tokens on behalf of each third-party
//!   that the platform lets the Integrator act for. Rotate the key and tell the platform.
//! - **A wrong row in the registry.** obkit acts for whom the registry says; that business id
//!   `acme` belongs to client id `…` is your statement. The platform's answer is compared with
//!   it, so a row that confuses two third-parties' client id and application id is refused, but
//!   two rows swapped whole are not noticed.
//! - **Your own callers.** Which user of your product may act for which third-party is your
//!   authorization; obkit begins at `on_behalf_of`.
//! - **What a DPoP proof does not cover**: the body and all headers but those that carry it
//!   (RFC 9449 section 11.7). Within TLS they are safe from the network, not from a proxy that
//!   you let terminate it.
//! - **Data after it was handed to you.** The journal keeps who acted for whom, not the data.
//! - **The platform itself, and the banks behind it.** A platform that answers with another
//!   third-party's data under the right token cannot be noticed from here.
//! - **Denial of service by volume.** Memory and time of one call are bounded; how many calls
//!   you make is your affair.
//! - **The sandbox as a server for others.** It listens on loopback, its test controls are open
//!   to whoever reaches it, and its keys are made for the run. Never put it on a network.
