// Runs the npm oidc-provider as an authorization server for client_credentials. See README.md.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import Provider, { errors } from 'oidc-provider';

// The provider logs notices through console.info, and stdout is for the one ready line.
console.info = console.error;

const clientId = 'orders-app';
const clientSecret = randomBytes(32).toString('hex');
const scope = 'orders:read orders:write';
const resources = { RS256: 'urn:shop-api', ES256: 'urn:shop-api:es' };

function privateJwk(type, options, alg) {
  const { privateKey } = generateKeyPairSync(type, options);
  return { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg };
}

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
  jwks: {
    keys: [privateJwk('rsa', { modulusLength: 2048 }, 'RS256'), privateJwk('ec', { namedCurve: 'P-256' }, 'ES256')],
  },
  scopes: scope.split(' '),
};

// The issuer holds the port, so the port comes first and the provider second.
const server = createServer().listen(0, '127.0.0.1');
await once(server, 'listening');
const issuer = `http://127.0.0.1:${server.address().port}`;
server.on('request', new Provider(issuer, configuration).callback());

process.stdin.on('close', () => process.exit()).resume();
console.log(JSON.stringify({ issuer, tokenEndpoint: `${issuer}/token`, clientId, clientSecret, resources }));
