// An API made of npm `oauth4webapi`: its own check of JWT access tokens and DPoP proofs decides
// about every request. Beside it, as RFC 9449 section 9 has it, each answer brings the next nonce.
import { createServer } from 'node:http';
import { randomBytes } from 'node:crypto';
import * as oauth from 'oauth4webapi';

const { issuer, jwks_uri, audience, alg, dpopAlg, nonces, answer } = await hear();
const as = { issuer, jwks_uri };
const given = new Set();
const jtis = new Set();

function claims(proof) {
  return JSON.parse(Buffer.from(proof.split('.')[1], 'base64url'));
}

async function judge(request) {
  const token = await oauth.validateJwtAccessToken(as, request, audience, {
    requireDPoP: true,
    signingAlgorithms: [alg, dpopAlg],
    // The authorization server is on loopback.
    [oauth.allowInsecureRequests]: true,
  });
  // What the library leaves to the server: nonces, and proofs that were seen before.
  const proof = claims(request.headers.get('dpop'));
  if (nonces && !given.has(proof.nonce)) return { challenge: true };
  if (jtis.has(proof.jti)) throw new Error('the proof was used before');
  jtis.add(proof.jti);
  return { sub: token.sub, actor: token.act?.sub, jkt: token.cnf.jkt, nonce: proof.nonce };
}

const server = createServer(async (incoming, outgoing) => {
  const parts = [];
  for await (const part of incoming) parts.push(part);
  const { port } = server.address();
  const { method } = incoming;
  const url = `http://127.0.0.1:${port}${incoming.url}`;
  const body = ['GET', 'HEAD'].includes(method) ? undefined : Buffer.concat(parts);
  const headers = new Headers();
  for (let at = 0; at < incoming.rawHeaders.length; at += 2) {
    headers.append(incoming.rawHeaders[at], incoming.rawHeaders[at + 1]);
  }
  const respond = (status, own, value) => {
    if (nonces) {
      const nonce = randomBytes(16).toString('base64url');
      given.add(nonce);
      own['DPoP-Nonce'] = nonce;
    }
    outgoing.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...own });
    outgoing.end(JSON.stringify(value));
  };
  const application = headers.get('x-application-id');
  try {
    const verdict = await judge(new Request(url, { method, headers, body, duplex: 'half' }));
    tell({ method, path: incoming.url, application, ...verdict });
    if (verdict.challenge) {
      return respond(401, { 'WWW-Authenticate': 'DPoP error="use_dpop_nonce", algs="ES256 PS256 EdDSA"' }, {});
    }
    respond(200, {}, answer);
  } catch (error) {
    tell({ method, path: incoming.url, application, refused: why(error) });
    respond(401, { 'WWW-Authenticate': 'DPoP error="invalid_token"' }, {});
  }
});
server.listen(0, '127.0.0.1', () => tell({ ready: `http://127.0.0.1:${server.address().port}` }));
