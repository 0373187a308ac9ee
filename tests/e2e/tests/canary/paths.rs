//! Happy and failing paths, printing whatever can be printed on the way.

use crate::{
    hostile::{Hostile, Reply, http, json},
    printed::Printed,
    secrets::Secrets,
    world::{EMAIL, LICENSED, MODES, SUSPENDED, UNLICENSED, World, scopes, transport, user},
};
use ::http::Method;
use ob_sandbox::{NonceMode, Profile, Sandbox};
use obkit::{
    Environment, Grant, Integrator, Raw, RetryPolicy, ThirdParty,
    jose::{Algorithm, SigningKey},
    journal::{JsonlJournal, MemoryJournal},
    transport::{Http2, HyperTransport, SharedTransport},
};
use std::path::PathBuf;

pub(crate) async fn all(printed: &Printed, secrets: &Secrets) {
    secrets.add("personal data", EMAIL);
    for (profile, nonce) in MODES {
        let world = World::with(profile, Sandbox::builder().nonce(nonce), |builder| {
            builder.transport(secrets.recording(transport()))
        })
        .await;
        Walk {
            world,
            printed,
            secrets,
        }
        .everything()
        .await;
    }
    over_tls(printed, secrets, Http2::Auto).await;
    over_tls(printed, secrets, Http2::Off).await;
    bad_answers(printed, secrets).await;
    bad_keys(printed, secrets);
}

async fn over_tls(printed: &Printed, secrets: &Secrets, http2: Http2) {
    let sandbox = Sandbox::builder().tls(true).nonce(NonceMode::Required);
    let mut world = World::with(Profile::Fapi2, sandbox, |builder| builder).await;
    let ca = world.running.ca_pem().unwrap();
    let trusting = HyperTransport::builder().roots_pem(ca).http2(http2);
    printed.debug("transport builder", &trusting);
    let trusting: SharedTransport = trusting.build().unwrap().into();
    printed.debug("transport", &trusting);
    let builder = world.another().await.transport(secrets.recording(trusting));
    world.integrator = builder.build().unwrap();
    Walk {
        world,
        printed,
        secrets,
    }
    .everything()
    .await;

    // Without trust.
    let sandbox = Sandbox::builder().tls(true);
    let world = World::with(Profile::OneToMany, sandbox, |builder| builder).await;
    let party = world.party(UNLICENSED);
    printed.error(&party.providers().list().send().await.unwrap_err());
}

struct Walk<'a> {
    world: World,
    printed: &'a Printed,
    secrets: &'a Secrets,
}

impl Walk<'_> {
    async fn everything(&self) {
        self.secrets.add_key(&self.world.key);
        for id in [UNLICENSED, LICENSED] {
            self.happy(&self.world.party(id)).await;
        }
        self.refusals().await;
        self.journal().await;
        self.values();
    }

    async fn happy(&self, party: &ThirdParty) {
        let print = self.printed;
        let create = party.consents().create(user());
        print.debug("call", &create);
        let consent = create.send().await.unwrap();
        print.debug("consent", &consent);
        let consent = consent.reference().clone();
        print.debug("reference", &consent);
        print.display("reference", &consent);
        let flow = party.flows(&consent).connect_accounts(crate::world::USER);
        print.debug("call", &flow);
        print.debug("flow", &flow.send().await.unwrap());
        let sandbox = self.world.sandbox();
        sandbox.complete_flow(consent.id(), "john.smith").unwrap();
        print.debug(
            "consent",
            &party.consents().get(&consent).send().await.unwrap(),
        );
        let list = party.accounts(&consent).list();
        print.debug("call", &list);
        let accounts = list.send().await.unwrap();
        print.debug("accounts", &accounts);
        let account = &accounts.items[0].id;
        let page = party
            .transactions(&consent)
            .list(account)
            .send()
            .await
            .unwrap();
        print.debug("transactions", &page);
        let raw = Raw::new(Method::GET, "/providers", scopes("ob_providers"));
        let raw = party.raw(raw);
        print.debug("call", &raw);
        print.debug("raw answer", &raw.send().await.unwrap());

        let lease = party
            .token(&Grant::new(scopes("ob_providers")))
            .await
            .unwrap();
        print.debug("lease", &lease);
        print.debug("token", &lease.token);
        let call = party.providers().list().token(lease.token.clone());
        print.debug("call with a token", &call);
        call.send().await.unwrap();
        print.debug("party", party);
        print.debug("acting for", party.acting_for());

        // Through a refused token, to a fresh one.
        assert!(sandbox.revoke_tokens(party.id().as_str()) > 0);
        party.accounts(&consent).list().send().await.unwrap();
        party.consents().revoke(&consent).send().await.unwrap();
        print.error(&party.accounts(&consent).list().send().await.unwrap_err());
    }

    async fn refusals(&self) {
        let (world, print) = (&self.world, self.printed);
        let (acme, other) = (world.party(UNLICENSED), world.party(LICENSED));
        let grant = Grant::new(scopes("ob_providers"));
        let lease = acme.token(&grant).await.unwrap();
        let foreign = other.providers().list().token(lease.token);
        print.debug("foreign", &foreign);
        print.error(&foreign.send().await.unwrap_err());
        let consent = world.unauthorised_consent(&acme).await;
        print.error(&acme.accounts(&consent).list().send().await.unwrap_err());
        print.error(&other.accounts(&consent).list().send().await.unwrap_err());
        print.error(&other.consents().get(&consent).send().await.unwrap_err());
        print.error(&world.integrator.on_behalf_of(SUSPENDED).unwrap_err());
        print.error(&world.integrator.on_behalf_of("nobody").unwrap_err());
        print.error(&world.integrator.on_behalf_of("no body").unwrap_err());
        print.error(&acme.token(&Grant::new(scopes("nope"))).await.unwrap_err());
        let no_address = obkit::api::EndUser::new("user-1", "");
        print.debug("end user", &user());
        print.error(&acme.consents().create(no_address).send().await.unwrap_err());

        world.sandbox().suspend(LICENSED);
        print.error(&other.providers().list().send().await.unwrap_err());
        world.sandbox().resume(LICENSED);

        // A key the platform does not know, and a clock that is far off.
        let wrong = world.another().await.kid("unknown-kid");
        print.debug("builder", &wrong);
        let wrong = wrong.transport(self.secrets.recording(transport()));
        let wrong = wrong.build().unwrap().on_behalf_of(UNLICENSED).unwrap();
        print.error(&wrong.providers().list().send().await.unwrap_err());
    }

    async fn journal(&self) {
        let print = self.printed;
        for record in self.world.journal.records() {
            print.debug("record", &record);
            print.display("line", &serde_json::to_string(&record).unwrap());
        }
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
        let path = path.join(format!("canary-{}.jsonl", std::process::id()));
        let journal = JsonlJournal::open(&path).await.unwrap();
        print.debug("journal", &journal);
        let builder = self.world.another().await.journal(journal);
        let quiet = builder.transport(self.transport()).build().unwrap();
        let acme = quiet.on_behalf_of(UNLICENSED).unwrap();
        acme.consents().create(user()).send().await.unwrap();
        quiet.flush_journal().await.unwrap();
        let lines = std::fs::read_to_string(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        assert!(lines.contains("consents.create"), "{lines}");
        print.display("journal", &lines);
    }

    /// As the world's own, which may be over TLS.
    fn transport(&self) -> SharedTransport {
        match self.world.running.ca_pem() {
            Some(ca) => {
                let trusting = HyperTransport::builder().roots_pem(ca).build();
                self.secrets.recording(trusting.unwrap())
            }
            None => self.secrets.recording(transport()),
        }
    }

    fn values(&self) {
        let (world, print) = (&self.world, self.printed);
        print.debug("integrator", &world.integrator);
        print.debug("identity", world.integrator.identity());
        print.debug("itself", &world.integrator.as_itself());
        print.debug("registry", world.integrator.registry());
        for party in world.integrator.registry().list() {
            print.debug("third-party", &party);
        }
        print.debug("descriptor", &world.descriptor);
        print.debug("environment", &world.descriptor.environment());
        print.display("environment", &world.descriptor.environment());
        print.debug("sandbox", &world.running);
        print.debug("sandbox", world.sandbox());
        print.debug("sandbox's integrator", world.sandbox().integrator());
        print.debug("sandbox's parties", &world.sandbox().third_parties());
        print.debug("counters", &world.counters());
        let described = serde_json::to_string(&world.sandbox().descriptor()).unwrap();
        print.display("descriptor", &described);
        let key = SigningKey::from_bytes(world.key.as_bytes()).unwrap();
        print.debug("key", &key);
        print.debug("key", &key.to_private_jwk());
        print.debug("key", &key.to_private_jwk().to_json().unwrap());
        print.debug("key", &key.to_pkcs8_pem().unwrap());
    }
}

/// Servers that answer anything but an answer, some of them with what we sent them.
async fn bad_answers(printed: &Printed, secrets: &Secrets) {
    let world = World::simple().await;
    let token = format!(
        "eyJhbGciOiJFUzI1NiJ9.{}.{}",
        "Y2Fu".repeat(40),
        "YXJ5".repeat(22)
    );
    let whole = |kind: &str| {
        format!(r#"{{"access_token":"{token}","token_type":"{kind}","expires_in":300}}"#)
    };
    let echo = format!(r#"{{"error":"invalid_client","error_description":"bad {token}"}}"#);
    let html = format!("<html>{token}</html>");
    let page = "Content-Type: text/html\r\n";
    let location = format!("Location: http://127.0.0.1:1/?t={token}\r\n");
    let nonce = format!("DPoP-Nonce: {token}\r\n");
    let cut = format!("HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n{token}");
    let replies = [
        (false, json("200 OK", &whole("Bearer"))),
        (false, json("200 OK", &whole("mac"))),
        (false, json("200 OK", &whole("DPoP"))),
        (false, json("200 OK", &whole("Bearer")[..60])),
        (true, json("400 Bad Request", &echo)),
        (true, json("401 Unauthorized", &echo)),
        (false, http("200 OK", page, &html)),
        (false, http("500 Oops", page, &html)),
        (false, http("302 Found", &location, "")),
        (
            false,
            http("400 Bad", &nonce, r#"{"error":"use_dpop_nonce"}"#),
        ),
        (false, Reply::Bytes(format!("{token}\r\n\r\n").into_bytes())),
        (false, Reply::Bytes(cut.into_bytes())),
        (false, Reply::Reset),
    ];
    secrets.add("access token", token.as_str());
    for (echoes, reply) in replies {
        let hostile = Hostile::start(reply).await;
        let d = &world.descriptor;
        let tokens = format!("{}/oauth2/tokens", hostile.base);
        // What the API echoes is in `bad_answers::an_error_that_echoes_a_token`.
        let at_the_api = (!echoes).then_some(hostile.base.as_str());
        let environments = [
            Some(Environment::new(&d.issuer, tokens, &d.api_base)),
            at_the_api.map(|base| Environment::new(&d.issuer, &d.token_endpoint, base)),
        ];
        for environment in environments.into_iter().flatten() {
            let integrator = Integrator::builder(environment.allow_http_on_loopback())
                .identity(world.integrator.identity().clone())
                .key(SigningKey::from_bytes(world.key.as_bytes()).unwrap())
                .kid(&d.integrator.kid)
                .registry(d.registry().await.unwrap())
                .clock(world.clock.clone())
                .journal(MemoryJournal::default())
                .retry(RetryPolicy::never())
                .transport(secrets.recording(transport()))
                .build()
                .unwrap();
            let acme = integrator.on_behalf_of(UNLICENSED).unwrap();
            printed.error(&acme.consents().create(user()).send().await.unwrap_err());
            printed.debug("integrator", &integrator);
        }
    }
    secrets.add_key(&world.key);
}

/// Keys that cannot be read: the reason may be told, the key may not.
fn bad_keys(printed: &Printed, secrets: &Secrets) {
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let pem = key.to_pkcs8_pem().unwrap().expose().to_owned();
    for line in pem.lines().filter(|line| !line.starts_with('-')) {
        secrets.add("damaged key", line);
    }
    let jwk = key.to_private_jwk().to_json().unwrap().expose().to_owned();
    let members: serde_json::Value = serde_json::from_str(&jwk).unwrap();
    secrets.add("damaged key", members["d"].as_str().unwrap());
    let damaged = [
        pem.replace("END PRIVATE", "END PUBLIC"),
        pem.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"),
        pem.replacen('M', "!", 1),
        pem[..pem.len() - 40].to_owned(),
        pem.replace('\n', ""),
        jwk.replace("P-256", "P-521"),
        jwk.replace("\"d\"", "\"d\":1,\"d\""),
        jwk[..jwk.len() - 1].to_owned(),
    ];
    let mut refused = 0;
    for text in damaged {
        match SigningKey::from_bytes(text.as_bytes()) {
            Ok(key) => printed.debug("key", &key),
            Err(error) => {
                refused += 1;
                printed.error(&error);
            }
        }
    }
    assert!(
        refused >= 6,
        "only {refused} of the damaged keys were refused"
    );
    let wrong = key.require(Algorithm::Ps256).unwrap_err();
    printed.error(&wrong);
}
