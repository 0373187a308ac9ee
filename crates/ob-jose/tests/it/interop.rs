//! Conversions to and from jsonwebtoken's keys.

use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{DecodingKey, EncodingKey};
use ob_jose::{Algorithm, KeyErrorKind, interop};

use crate::support::key;

#[test]
fn private_keys_go_there_and_back() {
    for algorithm in Algorithm::ALL {
        let key = key(algorithm);
        let foreign = interop::to_encoding_key(&key).unwrap();
        let back = interop::from_encoding_key(&foreign).unwrap();
        assert_eq!(back.thumbprint(), key.thumbprint());
    }
}

#[test]
fn private_keys_of_their_own_loader_are_read() {
    for algorithm in Algorithm::ALL {
        let key = key(algorithm);
        let pem = key.to_pkcs8_pem().unwrap();
        let pem = pem.expose().as_bytes();
        let foreign = match algorithm {
            Algorithm::Es256 => EncodingKey::from_ec_pem(pem),
            Algorithm::Ps256 => EncodingKey::from_rsa_pem(pem),
            _ => EncodingKey::from_ed_pem(pem),
        };
        let ours = interop::from_encoding_key(&foreign.unwrap()).unwrap();
        assert_eq!(ours.thumbprint(), key.thumbprint());
    }
}

#[test]
fn public_keys_go_there_and_back() {
    for algorithm in Algorithm::ALL {
        let jwk = key(algorithm).public_jwk().clone().with_kid("k");
        let decoding = interop::to_decoding_key(&jwk);
        assert_eq!(interop::from_decoding_key(&decoding).unwrap(), jwk);
        let theirs: Jwk = interop::to_jwk(&jwk).unwrap();
        let back = interop::from_jwk(&theirs).unwrap();
        assert_eq!((back.kid(), &back), (Some("k"), &jwk));
    }
}

#[test]
fn macs_are_refused() {
    let secret = EncodingKey::from_secret(b"secret");
    assert_eq!(
        interop::from_encoding_key(&secret).unwrap_err().kind(),
        KeyErrorKind::WrongKey
    );
    let secret = DecodingKey::from_secret(b"secret");
    assert_eq!(
        interop::from_decoding_key(&secret).unwrap_err().kind(),
        KeyErrorKind::WrongKey
    );
}
