// A client of the sandbox made of npm `openid-client` or `oauth4webapi`: it reads the metadata
// document, gets tokens on behalf of third-parties, and calls the API with them.
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';

const told = await hear();
const { descriptor, key, alg, dpopAlg } = told;
const issuer = new URL(descriptor.issuer);
const clientId = descriptor.integrator.client_id;
const params = { ES256: { name: 'ECDSA', namedCurve: 'P-256' }, PS256: { name: 'RSA-PSS', hash: 'SHA-256' } };
const signer = {
  key: await crypto.subtle.importKey('jwk', strict(key), params[alg], false, ['sign']),
  kid: descriptor.integrator.kid,
};
const pair = await oauth.generateKeyPair(dpopAlg, { extractable: false });

// Web Crypto refuses members about use that differ from what is asked of it.
function strict({ kty, crv, x, y, d, n, e, p, q, dp, dq, qi }) {
  return { kty, crv, x, y, d, n, e, p, q, dp, dq, qi };
}

const SCOPES = 'consents:create ob_providers';

function consentBody() {
  return JSON.stringify({
    useCaseConfigurationId: descriptor.integrator.use_case_configuration_id,
    endUsers: [{ identifier: 'user-1', email: 'erika@example.com' }],
  });
}

async function withOauth4webapi() {
  const client = { client_id: clientId };
  const auth = oauth.PrivateKeyJwt(signer);
  const response = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2' });
  const as = await oauth.processDiscoveryResponse(issuer, response);
  const DPoP = oauth.DPoP(client, pair);
  const challenges = { token: 0, api: 0 };
  // The library keeps the nonce of the challenge; to try again is its caller's part.
  async function patiently(server, attempt) {
    try {
      return await attempt();
    } catch (error) {
      if (!oauth.isDPoPNonceError(error)) throw error;
      challenges[server] += 1;
      return attempt();
    }
  }
  async function token(party) {
    return patiently('token', async () => oauth.processClientCredentialsResponse(as, client,
      await oauth.clientCredentialsGrantRequest(as, client, auth, { scope: SCOPES }, {
        DPoP, headers: { 'X-On-Behalf-Of': party.client_id },
      })));
  }
  async function call(answer, method, url, headers, body) {
    const bound = answer.token_type === 'dpop' ? { DPoP } : undefined;
    return patiently('api', () => oauth.protectedResourceRequest(
      answer.access_token, method, url, new Headers(headers), body, bound));
  }
  return { token, call, challenges, metadata: as };
}

async function withOpenidClient() {
  // The library has no argument for the platform's header; its `fetch` may be wrapped.
  let onBehalfOf;
  const challenges = { token: 0, api: 0 };
  const fetching = async (url, options) => {
    const headers = new Headers(options.headers);
    if (onBehalfOf) headers.set('X-On-Behalf-Of', onBehalfOf);
    const response = await fetch(url, { ...options, headers });
    const challenged = [400, 401].includes(response.status) && response.headers.has('dpop-nonce');
    if (challenged) challenges[response.status === 400 ? 'token' : 'api'] += 1;
    return response;
  };
  const config = await openid.discovery(issuer, clientId, {}, openid.PrivateKeyJwt(signer), {
    algorithm: 'oauth2', [openid.customFetch]: fetching,
  });
  const DPoP = openid.getDPoPHandle(config, pair);
  async function token(party) {
    onBehalfOf = party.client_id;
    try {
      return await openid.clientCredentialsGrant(config, { scope: SCOPES }, { DPoP });
    } finally {
      onBehalfOf = undefined;
    }
  }
  async function call(answer, method, url, headers, body) {
    const bound = answer.token_type === 'dpop' ? { DPoP } : undefined;
    return openid.fetchProtectedResource(
      config, answer.access_token, url, method, body, new Headers(headers), bound);
  }
  return { token, call, challenges, metadata: config.serverMetadata() };
}

async function story(library, party) {
  const answer = await library.token(party);
  const own = { 'X-Application-Id': party.application_id, Accept: 'application/json' };
  const at = (path) => new URL(path, descriptor.api_base);
  const providers = await library.call(answer, 'GET', at('/providers?limit=5'), own);
  const created = await library.call(answer, 'POST', at('/consents'), {
    ...own, 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID(),
  }, consentBody());
  // A token for one third-party, presented for another, by a client that is not ours.
  const other = descriptor.third_parties.find((one) => one.application_id !== party.application_id);
  const astray = await library.call(answer, 'GET', at('/providers'), {
    ...own, 'X-Application-Id': other.application_id,
  });
  return {
    party: party.business_id,
    sub: JSON.parse(Buffer.from(answer.access_token.split('.')[1], 'base64url')).sub,
    token_type: answer.token_type,
    providers: { status: providers.status, body: await providers.json() },
    created: { status: created.status, body: await created.json() },
    astray: astray.status,
  };
}

try {
  const library = await { 'oauth4webapi': withOauth4webapi, 'openid-client': withOpenidClient }[told.library]();
  for (const party of descriptor.third_parties.filter((one) => one.status === 'active')) {
    tell(await story(library, party));
  }
  let refused;
  try {
    const [suspended] = descriptor.third_parties.filter((one) => one.status === 'suspended');
    await library.token(suspended);
  } catch (error) {
    refused = why(error);
  }
  tell({ end: true, refused, challenges: library.challenges, metadata: library.metadata });
} catch (error) {
  tell({ error: why(error) });
}
process.exit(0);
