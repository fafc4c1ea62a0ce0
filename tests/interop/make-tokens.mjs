// Signs one access token per algorithm with an npm JWT library. See README.md.
import { createPrivateKey, createPublicKey, createSecretKey, generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { createSigner } from 'fast-jwt';
import { SignJWT } from 'jose';
import jsonwebtoken from 'jsonwebtoken';

// Through PEM: node 20 hangs when it collects the generator of a key while the key is being exported as a JWK.
function newPair(type, options) {
  const publicKeyEncoding = { type: 'spki', format: 'pem' };
  const privateKeyEncoding = { type: 'pkcs8', format: 'pem' };
  const { publicKey, privateKey } = generateKeyPairSync(type, { ...options, publicKeyEncoding, privateKeyEncoding });
  return { publicKey: createPublicKey(publicKey), privateKey: createPrivateKey(privateKey) };
}

const rsaAlgorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];
const curves = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' };
const hmacAlgorithms = ['HS256', 'HS384', 'HS512'];
// RFC 8037 and RFC 9864; jsonwebtoken has neither.
const edwardsAlgorithms = { jose: ['EdDSA', 'Ed25519'], 'fast-jwt': ['EdDSA'], jsonwebtoken: [] };

const libraries = {
  jose: (claims, key, header) => new SignJWT(claims).setProtectedHeader(header).sign(key),
  jsonwebtoken: (claims, key, header) => jsonwebtoken.sign(claims, key, { algorithm: header.alg, header }),
  // fast-jwt takes text only, no KeyObject.
  'fast-jwt': (claims, key, { alg, kid, typ }) =>
    createSigner({ key: keyText(key), algorithm: alg, kid, typ })(claims),
};

function keyText(key) {
  return key.type === 'secret' ? key.export().toString('ascii') : key.export({ type: 'pkcs8', format: 'pem' });
}

function generateKeys(library) {
  const jwks = [];
  const secrets = {};
  const keys = new Map();

  const addPair = ({ publicKey, privateKey }, kid, algorithms) => {
    jwks.push({ ...publicKey.export({ format: 'jwk' }), kid, use: 'sig' });
    for (const alg of algorithms) keys.set(alg, { key: privateKey, kid });
  };
  addPair(newPair('rsa', { modulusLength: 2048 }), 'rsa', rsaAlgorithms);
  for (const [alg, namedCurve] of Object.entries(curves)) {
    addPair(newPair('ec', { namedCurve }), namedCurve, [alg]);
  }
  if (edwardsAlgorithms[library].length > 0) addPair(newPair('ed25519'), 'Ed25519', edwardsAlgorithms[library]);
  for (const alg of hmacAlgorithms) {
    secrets[alg] = randomBytes(32).toString('hex');
    keys.set(alg, { key: createSecretKey(secrets[alg], 'ascii') });
  }
  return { jwks, secrets, keys };
}

function newClaims(request) {
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: request.issuer,
    aud: request.audience,
    sub: request.subject,
    client_id: request.clientId,
    scope: request.scope,
    iat: now,
    exp: now + request.lifetimeSeconds,
    jti: randomUUID(),
  };
}

const library = process.argv[2];
if (!Object.hasOwn(libraries, library)) {
  console.error(`usage: node make-tokens.mjs ${Object.keys(libraries).join('|')} < request.json`);
  process.exit(2);
}

const request = JSON.parse(await text(process.stdin));
const { jwks, secrets, keys } = generateKeys(library);
const tokens = [];
for (const [alg, { key, kid }] of keys) {
  const header = { alg, typ: 'at+jwt', ...(kid && { kid }) };
  tokens.push({ alg, kid, token: await libraries[library](newClaims(request), key, header) });
}

// These libraries know all twelve other algorithms, so a failure to sign is an error and ends the script.
console.log(JSON.stringify({ library, jwks: { keys: jwks }, secrets, tokens, unsupported: [] }));
