// Signs security event tokens (RFC 8417) with npm jose. See README.md.
import { randomUUID } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';

const { sets } = JSON.parse(await text(process.stdin));
const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
const jwk = { ...(await exportJWK(publicKey)), kid: 'events', use: 'sig', alg: 'ES256' };
const tokens = await Promise.all(sets.map((claims) => new SignJWT(claims)
  .setProtectedHeader({ alg: 'ES256', kid: jwk.kid, typ: 'secevent+jwt' })
  .setIssuedAt()
  .setJti(randomUUID())
  .sign(privateKey)));
console.log(JSON.stringify({ jwks: { keys: [jwk] }, tokens }));
