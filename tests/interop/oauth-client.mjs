// A client of oauth4webapi, which compares identifiers strictly: from the 401 of a URL to its answer, by RFC 9728 and RFC 8414. See README.md.
import * as oauth from 'oauth4webapi';
import { callback, logIn } from './log-in.mjs';

const insecure = { [oauth.allowInsecureRequests]: true };
const url = new URL(process.argv[2]);
const resource = new URL(process.argv[3]);

// The first call tells where the metadata is; the client follows it only if that is the place of this resource.
const challenge = await oauth.protectedResourceRequest('none', 'GET', url, undefined, undefined, insecure).catch((fault) => fault);
const [{ parameters }] = challenge.cause;
const request = await oauth.resourceDiscoveryRequest(resource, insecure);
if (request.url !== parameters.resource_metadata) throw new Error(`${parameters.resource_metadata} is not the metadata of ${resource}, ${request.url}.`);
const about = await oauth.processResourceDiscoveryResponse(resource, request);

const issuer = new URL(about.authorization_servers[0]);
const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure }));
const metadata = { redirect_uris: [callback], grant_types: ['authorization_code'], response_types: ['code'], token_endpoint_auth_method: 'none' };
const client = await oauth.processDynamicClientRegistrationResponse(await oauth.dynamicClientRegistrationRequest(server, metadata, insecure));

const verifier = oauth.generateRandomCodeVerifier();
const address = new URL(server.authorization_endpoint);
address.search = new URLSearchParams({
  client_id: client.client_id,
  redirect_uri: callback,
  response_type: 'code',
  ...(parameters.scope && { scope: parameters.scope }),
  resource: about.resource,
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  code_challenge_method: 'S256',
});
const answer = oauth.validateAuthResponse(server, client, await logIn(address), oauth.expectNoState);
const grant = await oauth.authorizationCodeGrantRequest(server, client, oauth.None(), answer, callback, verifier, { ...insecure, additionalParameters: { resource: about.resource } });
const { access_token: token } = await oauth.processAuthorizationCodeResponse(server, client, grant);

const response = await oauth.protectedResourceRequest(token, 'GET', url, undefined, undefined, insecure);
console.log(JSON.stringify({ first: challenge.status, metadata: parameters.resource_metadata, scope: parameters.scope, resource: about.resource, last: response.status }));
