// An authorization server made of npm `oidc-provider` with the FAPI 2.0 profile: private_key_jwt,
// DPoP with nonces, client credentials for one resource, JWT access tokens. The platform's header
// decides whom a token is for, by the library's own extension points.
import { createServer } from 'node:http';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { Provider } from 'oidc-provider';

const { clientId, jwk, alg, tokenAlg, fapi, nonces, scope, parties, wrong } = await hear();
const resource = 'urn:obkit:interop:api';

function signingKey() {
  const { privateKey } = tokenAlg === 'PS256'
    ? generateKeyPairSync('rsa', { modulusLength: 2048 })
    : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...privateKey.export({ format: 'jwk' }), kid: 'as-1', use: 'sig', alg: tokenAlg };
}

const seen = { challenges: 0, tokens: 0, nonces: new Set() };

// The library's nonces are of a minute; the test moves its clock instead of waiting. What Node
// itself writes, such as the `Date` of an answer, stays true.
const now = Date.now;
let ahead = 0;
Date.now = () => now() + ahead * 1000;

const configuration = {
  clients: [{
    client_id: clientId,
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: alg,
    jwks: { keys: [jwk] },
    ...(fapi ? { dpop_bound_access_tokens: true } : {}),
    id_token_signed_response_alg: tokenAlg,
    scope,
  }],
  clientAuthMethods: ['private_key_jwt'],
  scopes: scope.split(' '),
  jwks: { keys: [signingKey()] },
  ttl: { ClientCredentials: 300 },
  // Assertions are judged by the moved clock too.
  clockTolerance: 3600,
  enabledJWA: {
    clientAuthSigningAlgValues: ['ES256', 'PS256', 'EdDSA', 'Ed25519'],
    dPoPSigningAlgValues: ['ES256', 'PS256', 'EdDSA', 'Ed25519'],
    idTokenSigningAlgValues: ['ES256', 'PS256'],
  },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    ...(fapi ? { fapi: { enabled: true, profile: '2.0' } } : {}),
    dPoP: {
      enabled: true,
      nonceSecret: randomBytes(32),
      requireNonce: () => nonces,
    },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => resource,
      getResourceServerInfo: () => ({
        audience: resource, scope, accessTokenFormat: 'jwt', accessTokenTTL: 300, jwt: { sign: { alg: tokenAlg } },
      }),
    },
  },
  // Who asked is the actor ...
  extraTokenClaims: (ctx) => (ctx.get('x-on-behalf-of') ? { act: { sub: clientId } } : undefined),
  formats: {
    customizers: {
      // ... and whom the header names is the subject, or somebody else where the test wants a lie.
      async jwt(ctx, _token, { payload }) {
        const named = ctx.get('x-on-behalf-of');
        if (!named) return;
        if (!parties.includes(named)) throw new Error('not a third-party of this client');
        payload.sub = wrong?.[named] ?? named;
      },
    },
  },
};

let provider;
const server = createServer((incoming, outgoing) => {
  outgoing.on('finish', () => {
    const nonce = outgoing.getHeader('dpop-nonce');
    if (nonce) seen.nonces.add(nonce);
    if (outgoing.statusCode === 400 && nonce) seen.challenges += 1;
    if (outgoing.statusCode === 200 && incoming.method === 'POST') seen.tokens += 1;
  });
  provider.callback()(incoming, outgoing);
});
server.listen(0, '127.0.0.1', async () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  provider = new Provider(issuer, configuration);
  provider.on('server_error', (_ctx, error) => console.error(why(error)));
  provider.on('grant.error', (_ctx, error) => console.error(error.error, error.error_description, error.error_detail));
  tell({ ready: issuer });
  for (let asked = await hear(); asked !== undefined; asked = await hear()) {
    ahead += asked.advance ?? 0;
    tell({ challenges: seen.challenges, tokens: seen.tokens, nonces: seen.nonces.size });
  }
});
