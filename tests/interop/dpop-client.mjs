// Gets a DPoP-bound token with npm dpop and calls a URL with it, with one more try where the answer asks for a nonce. See README.md.
import * as DPoP from 'dpop';

let input = '';
for await (const chunk of process.stdin) input += chunk;
const { tokenEndpoint, clientId, clientSecret, resource, url, algorithm } = JSON.parse(input);
const keys = await DPoP.generateKeyPair(algorithm);

async function send(target, method, token, options) {
  let nonce;
  const answers = [];
  for (let attempt = 0; attempt < 2; attempt++) {
    const proof = await DPoP.generateProof(keys, target, method, nonce, token);
    const headers = { ...options.headers, DPoP: proof, ...(token && { Authorization: `DPoP ${token}` }) };
    const response = await fetch(target, { ...options, method, headers });
    answers.push({ status: response.status, challenge: response.headers.get('www-authenticate'), body: await response.text() });
    nonce = response.headers.get('dpop-nonce');
    if (response.ok || !nonce) break;
  }
  return answers;
}

const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, scope: 'orders:read', resource });
const issued = JSON.parse((await send(tokenEndpoint, 'POST', undefined, { body })).at(-1).body);
const calls = [];
for (let i = 0; i < 3; i++) calls.push((await send(url, 'GET', issued.access_token, {})).map(({ status, challenge }) => ({ status, challenge })));
const bearer = await fetch(url, { headers: { Authorization: `Bearer ${issued.access_token}` } });
console.log(JSON.stringify({ tokenType: issued.token_type, calls, bearer: bearer.status }));
