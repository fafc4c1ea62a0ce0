// Runs the npm oidc-provider as an authorization server for client_credentials, whose keys can be rotated. See README.md.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import Provider, { errors } from 'oidc-provider';

// The provider logs notices through console.info, and stdout is for the one ready line.
console.info = console.error;

const { values: options } = parseArgs({ options: { port: { type: 'string', default: '0' }, keys: { type: 'string' } } });
const clientId = 'orders-app';
const clientSecret = randomBytes(32).toString('hex');
const scope = 'orders:read orders:write';
const resources = { RS256: 'urn:shop-api', ES256: 'urn:shop-api:es' };

function privateJwk(type, options, alg) {
  const { privateKey } = generateKeyPairSync(type, options);
  return { ...privateKey.export({ format: 'jwk' }), kid: randomBytes(8).toString('hex'), use: 'sig', alg };
}

function newKeys() {
  return [privateJwk('rsa', { modulusLength: 2048 }, 'RS256'), privateJwk('ec', { namedCurve: 'P-256' }, 'ES256')];
}

// The first key of an algorithm signs; the others are published only.
let keys = options.keys && existsSync(options.keys) ? JSON.parse(readFileSync(options.keys, 'utf8')) : newKeys();

function getResourceServerInfo(ctx, resource) {
  const alg = Object.keys(resources).find((name) => resources[name] === resource);
  if (!alg) throw new errors.InvalidTarget();
  return { scope, audience: 'shop-api', accessTokenFormat: 'jwt', accessTokenTTL: 300, jwt: { sign: { alg } } };
}

const configuration = {
  clients: [
    {
      client_id: clientId,
      client_secret: clientSecret,
      grant_types: ['client_credentials'],
      token_endpoint_auth_method: 'client_secret_post',
      redirect_uris: [],
      response_types: [],
      scope,
    },
  ],
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    resourceIndicators: { enabled: true, defaultResource: () => resources.RS256, getResourceServerInfo },
  },
  scopes: scope.split(' '),
};

// The issuer holds the port, so the port comes first and the provider second.
const server = createServer().listen(Number(options.port), '127.0.0.1');
await once(server, 'listening');
const issuer = `http://127.0.0.1:${server.address().port}`;

function serve() {
  if (options.keys) writeFileSync(options.keys, JSON.stringify(keys), { mode: 0o600 });
  const provider = new Provider(issuer, { ...configuration, jwks: { keys } });
  server.removeAllListeners('request').on('request', provider.callback());
}

const commands = {
  rotate: () => (keys = [...newKeys(), ...keys]),
  'rotate drop-old': () => (keys = newKeys()),
  'drop-old': () => (keys = keys.slice(0, 2)),
};

serve();
createInterface({ input: process.stdin })
  .on('line', (line) => {
    if (!commands[line]) throw new Error(`There is no command "${line}".`);
    commands[line]();
    serve();
    console.log(JSON.stringify({ kids: keys.map((key) => key.kid) }));
  })
  .on('close', () => process.exit());
console.log(JSON.stringify({ issuer, tokenEndpoint: `${issuer}/token`, clientId, clientSecret, resources }));
