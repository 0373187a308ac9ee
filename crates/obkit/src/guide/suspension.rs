//! What happens when a third-party is suspended.
//!
//! A suspension is a change in the registry, made here or by another process. From the moment
//! that this process shows it, nothing more is sent for the third-party:
//!
//! | what | is |
//! |---|---|
//! | a new handle, [`Integrator::on_behalf_of`](crate::Integrator::on_behalf_of) | refused |
//! | a call through a handle from before | refused, unsent |
//! | a call that waits between two attempts | refused before its next attempt |
//! | a call whose token was still being fetched | refused, the token is used for nothing |
//! | a token request that would be repeated, for a nonce for example | not repeated |
//! | a refresh in the background | not made |
//! | a request that already left | waited for: its answer is not taken back |
//! | a token that is held | forgotten |
//!
//! The refusal is `OB-R005` and says since when, by whom and why. It is never retryable, and
//! [`Error::sent`](crate::Error::sent) tells whether an earlier attempt of the call had left.
//! The same door refuses with `OB-C201` when a licensed third-party's certificate has lapsed, by
//! the clock, and with `OB-R009` when its ids were changed.
//!
//! Nothing of a refusal is remembered: after the third-party is active again, its handles work.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use obkit::registry::Status;
//! # use obkit::{Environment, Identity, Integrator, journal::MemoryJournal};
//! # use obkit::registry::{MemoryStore, Registry, ThirdParty};
//! # let running = ob_sandbox::Sandbox::start().await?;
//! # let seed = running.sandbox().integrator().clone();
//! # let environment = Environment::new(running.issuer(), running.token_url(), running.api_base());
//! # let identity = Identity {
//! #     business_id: "integrator".parse()?,
//! #     client_id: seed.client_id,
//! #     application_id: seed.application_id,
//! #     use_case_configuration_id: seed.use_case_configuration_id,
//! # };
//! # let party = running.sandbox().third_parties().into_iter().next().ok_or("one")?;
//! # let row = ThirdParty::builder(
//! #     party.business_id, party.legal_name, party.client_id, party.application_id,
//! # );
//! # let row = row.scopes(party.scopes).status(Status::Active).build()?;
//! # let integrator = Integrator::builder(environment.allow_http_on_loopback())
//! #     .identity(identity)
//! #     .key(seed.key)
//! #     .registry(Registry::open(MemoryStore::with([row])).await?)
//! #     .journal(MemoryJournal::default())
//! #     .build()?;
//! let acme = integrator.on_behalf_of("acme-budget")?;
//! acme.providers().list().send().await?;
//!
//! let edit = integrator.registry().edit("maria", "invoice unpaid")?;
//! edit.set_status(acme.id(), Status::Suspended).await?;
//! let refused = acme.providers().list().send().await.unwrap_err();
//! assert_eq!(refused.code().as_str(), "OB-R005");
//! assert_eq!(refused.sent().as_str(), "no");
//!
//! let edit = integrator.registry().edit("maria", "invoice paid")?;
//! edit.set_status(acme.id(), Status::Active).await?;
//! acme.providers().list().send().await?;
//! # Ok(())
//! # }
//! ```
//!
//! # Several processes
//!
//! Each process that serves calls spawns
//! [`Integrator::follow_registry`](crate::Integrator::follow_registry) under a name of its own.
//! Whoever suspends then asks for the
//! [`Registry::receipt`](crate::registry::Registry::receipt): it lists each replica with the
//! moment at which the suspension took effect there and the moment at which its last request
//! left. [`Receipt::quiet_at`](crate::registry::Receipt::quiet_at) is the moment from which
//! nothing was sent any more anywhere. A request that hangs holds the receipt of its own
//! third-party back, and no other's.
//!
//! From that call on, nothing is sent for third-parties until the store has the replica's first
//! report and the replica has seen what was decided before it: no receipt forgets one that
//! serves. Two processes under one name would speak for each other, so each needs its own. A
//! process that ends signs off
//! ([`Registry::sign_off`](crate::registry::Registry::sign_off)); one that was killed is named as
//! silent until it is back under its name, or somebody says that it is gone
//! (`ob registry replicas --sign-off NAME`).
//!
//! A request that its caller gave up, by a deadline for example, counts as ended then; what the
//! network had already taken of it may still arrive.
