// Gets a token with npm openid-client, bound to a new DPoP key or to a client certificate, and calls a URL three times with it. See README.md.
import * as client from 'openid-client';
import { Agent, fetch } from 'undici';

let input = '';
for await (const chunk of process.stdin) input += chunk;
const { issuer, clientId, clientSecret, resource, url, algorithm, tls } = JSON.parse(input);

const dispatcher = tls && new Agent({ connect: tls });
const statuses = [];
async function send(target, options) {
  const response = await fetch(target, { ...options, dispatcher });
  if (String(target) === url) statuses.push(response.status);
  return response;
}

const config = await client.discovery(
  new URL(issuer),
  clientId,
  tls ? { use_mtls_endpoint_aliases: true } : clientSecret,
  tls ? client.TlsClientAuth() : undefined,
  { execute: [client.allowInsecureRequests], [client.customFetch]: send },
);
const DPoP = algorithm && client.getDPoPHandle(config, await client.randomDPoPKeyPair(algorithm));
const { access_token: token, token_type: tokenType } = await client.clientCredentialsGrant(config, { scope: 'orders:read', resource }, { DPoP });
for (let i = 0; i < 3; i++) {
  const response = await client.fetchProtectedResource(config, token, new URL(url), 'GET', undefined, undefined, { DPoP });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  await response.arrayBuffer();
}
const bearer = await fetch(url, { headers: { Authorization: `Bearer ${token}` }, dispatcher: tls && new Agent({ connect: { ca: tls.ca } }) });
console.log(JSON.stringify({ tokenType, parts: token.split('.').length, statuses, bearer: bearer.status }));
process.exit();
