// npm `jose` verifies recorded JWTs. One line in, one line out, until the input ends.
import {
  EmbeddedJWK, calculateJwkThumbprint, createLocalJWKSet, jwtVerify,
} from 'jose';

const judges = {
  // A DPoP proof: signed by the key in its own header.
  async proof({ jwt, alg }) {
    const { payload, protectedHeader } = await jwtVerify(jwt, EmbeddedJWK, {
      algorithms: [alg],
      typ: 'dpop+jwt',
      requiredClaims: ['iat', 'jti', 'htm', 'htu'],
      maxTokenAge: '5 min',
    });
    return { payload, header: protectedHeader, jkt: await calculateJwkThumbprint(protectedHeader.jwk) };
  },
  // A client assertion: signed by the registered key, for the issuer alone.
  async assertion({ jwt, alg, keys, client, issuer }) {
    const { payload, protectedHeader } = await jwtVerify(jwt, createLocalJWKSet({ keys }), {
      algorithms: [alg],
      typ: 'client-authentication+jwt',
      issuer: client,
      subject: client,
      audience: issuer,
      requiredClaims: ['iat', 'exp', 'jti'],
      maxTokenAge: '5 min',
    });
    return { payload, header: protectedHeader };
  },
  // An access token: signed by the authorization server.
  async token({ jwt, alg, keys, issuer, audience = issuer }) {
    const { payload, protectedHeader } = await jwtVerify(jwt, createLocalJWKSet({ keys }), {
      algorithms: [alg],
      typ: 'at+jwt',
      issuer,
      audience,
      requiredClaims: ['sub', 'client_id', 'iat', 'exp', 'jti', 'scope'],
    });
    return { payload, header: protectedHeader, ath: sha256(jwt) };
  },
  async thumbprint({ jwk }) {
    return { jkt: await calculateJwkThumbprint(jwk) };
  },
};

for (let asked = await hear(); asked !== undefined; asked = await hear()) {
  try {
    tell({ accepted: true, ...(await judges[asked.kind](asked)) });
  } catch (error) {
    tell({ accepted: false, why: why(error) });
  }
}
