// A client of the MCP SDK that knows addresses only and finds out by itself where to get a token: of servers behind the gateway, and of those of the
// conformance suite. See README.md.
import { parseArgs } from 'node:util';
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { LoggingMessageNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { callback, logIn } from './log-in.mjs';

const { values: options, positionals: addresses } = parseArgs({ allowPositionals: true, options: { tool: { type: 'string', multiple: true }, 'no-challenge': { type: 'boolean' } } });
const about = { name: 'gateway-interop', version: '1.0.0' };
const given = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? '{}');

const kept = { client: given.client_id && { client_id: given.client_id, client_secret: given.client_secret } };
const authorizations = [];
const authProvider = {
  redirectUrl: callback,
  clientMetadataUrl: 'https://conformance-test.local/client-metadata.json',
  clientMetadata: { client_name: about.name, redirect_uris: [callback], grant_types: ['authorization_code'], response_types: ['code'], token_endpoint_auth_method: 'none' },
  clientInformation: () => kept.client,
  saveClientInformation: (client) => (kept.client = client),
  tokens: () => kept.tokens,
  saveTokens: (tokens) => (kept.tokens = tokens),
  codeVerifier: () => kept.verifier,
  saveCodeVerifier: (verifier) => (kept.verifier = verifier),
  redirectToAuthorization: (address) => authorizations.push(address),
};

const steps = [];
async function recorded(address, request) {
  const response = await fetch(address, request);
  const resumes = new Headers(request?.headers).has('last-event-id') ? ' resumes' : '';
  steps.push(`${request?.method ?? 'GET'} ${new URL(address).pathname} ${response.status}${resumes}`);
  if (!options['no-challenge'] || response.status !== 401) return response;
  // A client that does not read the challenge has to guess the address of the metadata.
  const headers = new Headers(response.headers);
  headers.delete('www-authenticate');
  return new Response(response.body, { status: response.status, headers });
}

// Each token that a server rejects leads to one login; three are enough for every honest server.
async function withLogins(transportOf, action) {
  for (let logins = 0; ; logins++) {
    try {
      return await action();
    } catch (fault) {
      if (!(fault instanceof UnauthorizedError) || logins === 3) throw fault;
      await transportOf().finishAuth((await logIn(authorizations.at(-1))).get('code'));
    }
  }
}

async function call(address) {
  let transport;
  const client = new Client(about);
  const logs = [];
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => void logs.push(params.data));
  const transportOf = () => transport;
  await withLogins(transportOf, () => client.connect((transport = new StreamableHTTPClientTransport(new URL(address), { authProvider, fetch: recorded }))));
  const { tools } = await withLogins(transportOf, () => client.listTools());
  const results = {};
  for (const name of options.tool ?? [tools[0].name]) {
    const { content } = await withLogins(transportOf, () => client.callTool({ name, arguments: {} }));
    results[name] = content[0].text;
  }
  await transport.terminateSession();
  await client.close();
  return { results, logs };
}

process.on('uncaughtExceptionMonitor', () => console.error(steps.join('\n')));
const calls = [];
for (const address of addresses) calls.push(await call(address));
const asked = authorizations.map(({ searchParams }) => ({ scope: searchParams.get('scope'), resource: searchParams.get('resource') }));
console.log(JSON.stringify({ calls, asked, steps }));
process.exit();
