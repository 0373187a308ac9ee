//! What the JOSE around a signature costs. Every group runs the bare signature as its baseline:
//! compare within one run, the machine is not to be trusted across runs.
#![expect(
    clippy::unwrap_used,
    reason = "a benchmark stops at the first surprise"
)]

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _,
    ParsedPublicKey, RSA_PSS_SHA256, RsaKeyPair,
};
use criterion::async_executor::AsyncExecutor;
use criterion::{Criterion, criterion_group, criterion_main};
use ob_jose::{
    Algorithm, ClientAssertion, DpopProver, ExpectedProof, Htu, ProofInput, ProofVerifier,
    PublicJwk, RsaSize, SigningKey, ath,
};

const NOW: u64 = 1_763_800_000;
const JTI: &str = "Jw3pWkzXbEGtJ9rXvE1cWw";
const NONCE: &str = "eyJ7S_zG.eyJH0-Z.HX4w-7v";

/// The local signer is ready at once, so that polling once is what an executor would do.
struct Ready;

impl AsyncExecutor for Ready {
    fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        let mut future = std::pin::pin!(future);
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        loop {
            if let std::task::Poll::Ready(value) = future.as_mut().poll(&mut context) {
                return value;
            }
        }
    }
}

struct Proof {
    htu: Htu,
    ath: String,
}

impl Proof {
    fn new() -> Self {
        let htu = Htu::from_uri("https://api.openbanking.example/accounts/2f1c/transactions");
        Self {
            htu: htu.unwrap(),
            ath: ath(&"t".repeat(1200)),
        }
    }

    fn input(&self) -> ProofInput<'_> {
        let (ath, nonce) = (Some(&*self.ath), Some(NONCE));
        ProofInput {
            htm: "GET",
            htu: &self.htu,
            iat: NOW,
            jti: JTI,
            ath,
            nonce,
        }
    }
}

/// The first two parts of a token: what the baseline signs.
fn signing_input(token: &str) -> &[u8] {
    token.rsplit_once('.').unwrap().0.as_bytes()
}

fn dpop_proof(c: &mut Criterion) {
    let (key, proof) = (
        SigningKey::generate(Algorithm::Es256).unwrap(),
        Proof::new(),
    );
    let prover = DpopProver::new(Arc::new(key));
    let sample = Ready.block_on(prover.prove(&proof.input())).unwrap();
    let raw = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();

    let mut group = c.benchmark_group("dpop proof ES256");
    group.bench_function("raw signature", |b| {
        b.iter(|| {
            raw.sign(&SystemRandom::new(), black_box(signing_input(&sample)))
                .unwrap()
        });
    });
    group.bench_function("prove", |b| {
        b.to_async(Ready)
            .iter(|| async { prover.prove(black_box(&proof.input())).await });
    });
    group.finish();
}

fn client_assertion(c: &mut Criterion) {
    let key = SigningKey::generate_rsa(RsaSize::Bits4096)
        .unwrap()
        .with_kid("key-1");
    let assertion = ClientAssertion::new("2f1c5c1e-client", "https://auth.openbanking.example");
    let now = UNIX_EPOCH + Duration::from_secs(NOW);
    let sample = Ready.block_on(assertion.sign(&key, now, JTI)).unwrap();
    let raw = RsaKeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa4096).unwrap();

    let mut group = c.benchmark_group("client assertion PS256-4096");
    group.bench_function("raw signature", |b| {
        let mut signature = vec![0; raw.public_modulus_len()];
        b.iter(|| {
            let input = black_box(signing_input(&sample));
            raw.sign(&RSA_PSS_SHA256, &SystemRandom::new(), input, &mut signature)
                .unwrap();
        });
    });
    group.bench_function("sign", |b| {
        b.to_async(Ready)
            .iter(|| assertion.sign(&key, now, black_box(JTI)));
    });
    group.finish();
}

fn verify_proof(c: &mut Criterion) {
    let (key, proof) = (
        SigningKey::generate(Algorithm::Es256).unwrap(),
        Proof::new(),
    );
    let prover = DpopProver::new(Arc::new(key));
    let text = Ready.block_on(prover.prove(&proof.input())).unwrap();
    let now = UNIX_EPOCH + Duration::from_secs(NOW + 1);
    let expected = ExpectedProof::new("GET", &proof.htu, now);
    let expected = expected.with_token(&proof.ath, prover.thumbprint());
    let raw = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let public = raw.public_key().as_ref().to_vec();
    let prepared = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &public).unwrap();
    let signature = raw
        .sign(&SystemRandom::new(), signing_input(&text))
        .unwrap();

    let mut group = c.benchmark_group("verify dpop proof ES256");
    group.bench_function("raw verification, key kept", |b| {
        b.iter(|| {
            prepared
                .verify_sig(black_box(signing_input(&text)), signature.as_ref())
                .unwrap();
        });
    });
    group.bench_function("raw verification, key parsed", |b| {
        b.iter(|| {
            let key = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, black_box(&public)).unwrap();
            key.verify_sig(black_box(signing_input(&text)), signature.as_ref())
                .unwrap();
        });
    });
    group.bench_function("verify", |b| {
        b.iter(|| {
            ProofVerifier::new()
                .verify(black_box(&text), &expected)
                .unwrap()
        });
    });
    group.finish();
}

fn jwk(c: &mut Criterion) {
    let jwk = SigningKey::generate(Algorithm::Es256)
        .unwrap()
        .public_jwk()
        .clone();
    let json = jwk.to_json();
    let mut group = c.benchmark_group("jwk ES256");
    group.bench_function("parse", |b| {
        b.iter(|| PublicJwk::from_json(black_box(&json)).unwrap());
    });
    group.bench_function("thumbprint", |b| b.iter(|| black_box(&jwk).thumbprint()));
    group.finish();
}

criterion_group!(benches, dpop_proof, client_assertion, verify_proof, jwk);
criterion_main!(benches);
