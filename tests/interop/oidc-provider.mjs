// Runs the npm oidc-provider: client_credentials, logins of alice without a page to click on, logout, keys that can be rotated. See README.md.
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { createLocalJWKSet, jwtVerify } from 'jose';
import Provider, { errors } from 'oidc-provider';

// The provider logs notices through console.info, and stdout is for the one ready line.
console.info = console.error;

const { values: options } = parseArgs({
  options: { port: { type: 'string', default: '0' }, keys: { type: 'string' }, resource: { type: 'string' }, encrypt: { type: 'string' }, mtls: { type: 'string' } },
});
const clientId = 'orders-app';
const clientSecret = randomBytes(32).toString('hex');
const scope = 'orders:read orders:write';
const resources = { RS256: 'urn:shop-api', ES256: 'urn:shop-api:es', opaque: 'urn:shop-api:opaque', encrypted: 'urn:shop-api:encrypted' };

// The private JWK of the gateway, of which the provider uses the public part.
const encryption = options.encrypt ? JSON.parse(options.encrypt) : undefined;

// Through PEM: node 20 hangs when it collects the generator of a key while the key is being exported as a JWK.
function privateJwk(type, options, alg) {
  const publicKeyEncoding = { type: 'spki', format: 'pem' };
  const privateKeyEncoding = { type: 'pkcs8', format: 'pem' };
  const { privateKey } = generateKeyPairSync(type, { ...options, publicKeyEncoding, privateKeyEncoding });
  return { ...createPrivateKey(privateKey).export({ format: 'jwk' }), kid: randomBytes(8).toString('hex'), use: 'sig', alg };
}

function newKeys() {
  return [privateJwk('rsa', { modulusLength: 2048 }, 'RS256'), privateJwk('ec', { namedCurve: 'P-256' }, 'ES256')];
}

// The first key of an algorithm signs; the others are published only.
let keys = options.keys && existsSync(options.keys) ? JSON.parse(readFileSync(options.keys, 'utf8')) : newKeys();

function getResourceServerInfo(ctx, resource) {
  if (options.resource && resource?.startsWith(options.resource)) return { scope, audience: resource, accessTokenFormat: 'jwt', accessTokenTTL: 300, jwt: { sign: { alg: 'RS256' } } };
  if (resource === resources.opaque) return { scope, audience: 'shop-api', accessTokenFormat: 'opaque', accessTokenTTL: 300 };
  if (resource === resources.encrypted) {
    const { jwk, alg, enc } = encryption;
    const encrypt = { alg, enc, kid: jwk.kid, key: createPublicKey({ key: jwk, format: 'jwk' }) };
    return { scope, audience: 'shop-api', accessTokenFormat: 'jwt', accessTokenTTL: 300, jwt: { sign: { alg: 'RS256' }, encrypt } };
  }
  const alg = Object.keys(resources).find((name) => resources[name] === resource);
  if (!alg) throw new errors.InvalidTarget();
  return { scope, audience: 'shop-api', accessTokenFormat: 'jwt', accessTokenTTL: 300, jwt: { sign: { alg } } };
}

// The certificate and key of an endpoint with TLS, and the self-signed certificate with which a client authenticates there (RFC 8705).
const mtls = options.mtls ? JSON.parse(options.mtls) : undefined;

function mtlsClient({ client }) {
  const certificate = new X509Certificate(client);
  const jwk = { ...certificate.publicKey.export({ format: 'jwk' }), kid: 'certificate', use: 'sig', alg: 'ES256', x5c: [certificate.raw.toString('base64')] };
  return {
    client_id: 'mtls-app',
    grant_types: ['client_credentials'],
    token_endpoint_auth_method: 'self_signed_tls_client_auth',
    tls_client_certificate_bound_access_tokens: true,
    jwks: { keys: [jwk] },
    redirect_uris: [],
    response_types: [],
    scope,
  };
}

// A client at which alice logs in; whoever opens its authorization request in a browser is alice.
const webClient = {
  client_id: 'shop-web',
  client_secret: clientSecret,
  grant_types: ['authorization_code'],
  token_endpoint_auth_method: 'client_secret_post',
  redirect_uris: ['https://shop-web.example/callback'],
  response_types: ['code'],
  scope: `openid ${scope}`,
};

const loginPath = '/login/';

async function loadExistingGrant(ctx) {
  const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
  grant.addOIDCScope(`openid ${scope}`);
  grant.addResourceScope((options.resource && ctx.oidc.params.resource) || resources.RS256, scope);
  await grant.save();
  return grant;
}

// The gateway, which exchanges the tokens of its callers (RFC 8693).
const exchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange';
const gatewayClient = {
  client_id: 'gateway',
  client_secret: clientSecret,
  grant_types: [exchangeGrant],
  token_endpoint_auth_method: 'client_secret_basic',
  redirect_uris: [],
  response_types: [],
  // Responses to introspection are signed if the gateway asks for that.
  introspection_signed_response_alg: 'RS256',
  scope,
};

async function exchange(ctx) {
  const { provider, client, params } = ctx.oidc;
  const { payload } = await jwtVerify(params.subject_token ?? '', createLocalJWKSet({ keys: keys.map(({ d, p, q, dp, dq, qi, ...key }) => key) }), { issuer }).catch(() => {
    throw new errors.InvalidGrant('subject token invalid');
  });
  const token = new provider.AccessToken({ accountId: payload.sub, client, scope: params.scope, gty: 'exchange' });
  const jwt = { sign: { alg: 'ES256' } };
  token.resourceServer = new provider.ResourceServer(params.audience, { scope, audience: params.audience, accessTokenFormat: 'jwt', accessTokenTTL: 60, jwt });
  const issuedType = 'urn:ietf:params:oauth:token-type:access_token';
  ctx.body = { access_token: await token.save(), issued_token_type: issuedType, token_type: 'Bearer', expires_in: token.expiration };
}

const configuration = {
  clients: [
    webClient,
    gatewayClient,
    {
      client_id: clientId,
      client_secret: clientSecret,
      grant_types: ['client_credentials'],
      token_endpoint_auth_method: 'client_secret_post',
      redirect_uris: [],
      response_types: [],
      scope,
    },
    ...(mtls ? [mtlsClient(mtls)] : []),
  ],
  ...(mtls && { clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'self_signed_tls_client_auth'] }),
  features: {
    backchannelLogout: { enabled: true },
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    // A proof without its nonce is rejected, as authorization servers may do.
    dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true },
    introspection: { enabled: true, allowedPolicy: () => true },
    jwtIntrospection: { enabled: true },
    mTLS: { enabled: mtls !== undefined, certificateBoundAccessTokens: true, selfSignedTlsClientAuth: true, getCertificate: (ctx) => ctx.socket.getPeerX509Certificate?.() },
    registration: { enabled: options.resource !== undefined },
    resourceIndicators: { enabled: true, defaultResource: () => resources.RS256, getResourceServerInfo, useGrantedResource: () => true },
  },
  // A client registers with the scopes that it wants first, and may ask for more later.
  extraClientMetadata: { properties: ['later_scopes'], validator: (ctx, name, value, metadata) => void (options.resource && delete metadata.scope) },
  extraTokenClaims: (ctx) => (ctx.oidc.entities.AuthorizationCode?.sid ? { sid: ctx.oidc.entities.AuthorizationCode.sid } : undefined),
  // The provider's own rejects to talk to this machine, where the gateway is.
  fetch: (url, { dispatcher, ...options }) => globalThis.fetch(url, options),
  findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  interactions: { url: (ctx, interaction) => loginPath + interaction.uid },
  loadExistingGrant,
  pkce: { required: () => false },
  scopes: ['openid', ...scope.split(' ')],
};

let listener;

// It asks for a certificate and takes any: the provider knows which one is its client's.
const tlsServer = mtls && createTlsServer({ cert: mtls.cert, key: mtls.key, requestCert: true, rejectUnauthorized: false }, (request, response) => listener(request, response));
if (tlsServer) {
  await once(tlsServer.listen(0, '127.0.0.1'), 'listening');
  configuration.discovery = { mtls_endpoint_aliases: { token_endpoint: `https://127.0.0.1:${tlsServer.address().port}/token` } };
}

// The issuer holds the port, so the port comes first and the provider second.
const server = createServer().listen(Number(options.port), '127.0.0.1');
await once(server, 'listening');
const issuer = `http://127.0.0.1:${server.address().port}`;

function serve() {
  if (options.keys) writeFileSync(options.keys, JSON.stringify(keys), { mode: 0o600 });
  const provider = new Provider(issuer, { ...configuration, jwks: { keys } });
  provider.registerGrantType(exchangeGrant, exchange, ['subject_token', 'subject_token_type', 'requested_token_type', 'audience', 'scope'], []);
  // RFC 6749 section 3.3: a client that asks for no scope gets this one.
  provider.use((ctx, next) => {
    if (options.resource && ctx.path === '/auth' && !ctx.query.scope) ctx.query = { ...ctx.query, scope: 'orders:read' };
    return next();
  });
  provider.on('server_error', (ctx, fault) => console.error(fault.stack));
  const callback = provider.callback();
  listener = callback;
  server.removeAllListeners('request').on('request', (request, response) =>
    request.url.startsWith(loginPath)
      ? provider.interactionFinished(request, response, { login: { accountId: 'alice' } })
      : callback(request, response),
  );
}

const commands = {
  rotate: () => (keys = [...newKeys(), ...keys]),
  'rotate drop-old': () => (keys = newKeys()),
  'drop-old': () => (keys = keys.slice(0, 2)),
};

serve();
createInterface({ input: process.stdin })
  .on('line', (line) => {
    const [, logoutUri] = line.match(/^logout-uri (.+)$/) ?? [];
    if (logoutUri) {
      Object.assign(webClient, { backchannel_logout_uri: logoutUri, backchannel_logout_session_required: true });
      serve();
      return console.log(JSON.stringify({ logoutUri }));
    }
    if (!commands[line]) throw new Error(`There is no command "${line}".`);
    commands[line]();
    serve();
    console.log(JSON.stringify({ kids: keys.map((key) => key.kid) }));
  })
  .on('close', () => process.exit());
const mtlsTokenEndpoint = configuration.discovery?.mtls_endpoint_aliases.token_endpoint;
console.log(JSON.stringify({ issuer, tokenEndpoint: `${issuer}/token`, mtlsTokenEndpoint, clientId, webClientId: webClient.client_id, clientSecret, resources }));
