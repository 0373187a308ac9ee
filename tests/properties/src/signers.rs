//! Keys of the tests, and tokens made with them.

use std::future::Future;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ob_jose::{Algorithm, Signer, SigningKey, base64url};

/// The time at which every token is judged.
pub(crate) const NOW: u64 = 1_800_000_000;

pub(crate) fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(NOW)
}

/// Drives a future that needs nothing but to be polled, or the timer.
pub(crate) fn run<F: Future>(future: F) -> F::Output {
    thread_local! {
        static RUNTIME: tokio::runtime::Runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .expect("a runtime of one thread");
    }
    RUNTIME.with(|runtime| runtime.block_on(future))
}

/// The same key in every run, so that an input means the same in every run.
pub(crate) fn eddsa() -> &'static Arc<SigningKey> {
    static KEY: LazyLock<Arc<SigningKey>> = LazyLock::new(|| {
        let head = [
            0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20,
        ];
        from_der(&[&head[..], &[7; 32]].concat())
    });
    &KEY
}

/// The same key in every run; its signatures differ, as ECDSA's do.
pub(crate) fn es256() -> &'static Arc<SigningKey> {
    static KEY: LazyLock<Arc<SigningKey>> = LazyLock::new(|| {
        let (head, curve) = (
            [0x30, 0x31, 2, 1, 1, 4, 0x20],
            [0xa0, 0x0a, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7],
        );
        from_der(&[&head[..], &[7; 32], &curve].concat())
    });
    &KEY
}

/// A fresh key: RSA cannot be had from a few constant bytes.
pub(crate) fn ps256() -> &'static Arc<SigningKey> {
    static KEY: LazyLock<Arc<SigningKey>> = LazyLock::new(|| {
        let key = SigningKey::generate(Algorithm::Ps256).expect("the system has randomness");
        Arc::new(key.with_kid(KID))
    });
    &KEY
}

pub(crate) const KID: &str = "k1";

fn from_der(der: &[u8]) -> Arc<SigningKey> {
    let key = SigningKey::from_der(der).expect("the constant bytes are a key");
    Arc::new(key.with_kid(KID))
}

/// Signs any header and payload, however wrong.
pub(crate) fn seal(key: &SigningKey, header: &[u8], payload: &[u8]) -> String {
    let input = format!(
        "{}.{}",
        base64url::encode(header),
        base64url::encode(payload)
    );
    let signature = run(Signer::sign(key, input.as_bytes())).expect("a local key signs");
    format!("{input}.{}", base64url::encode(&signature))
}
