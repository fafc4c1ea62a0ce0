// An MCP server, and a client of the MCP SDK that finds out by itself where to get a token. See README.md.
import { createServer } from 'node:http';
import { once } from 'node:events';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';

const about = { name: 'gateway-interop', version: '1.0.0' };
const callback = 'http://127.0.0.1:9/callback';

// Without sessions: each request has a server of its own.
async function serve() {
  const http = createServer(async (request, response) => {
    const server = new McpServer(about);
    server.registerTool('whoami', { description: 'The user that the gateway names.' }, ({ requestInfo }) => ({
      content: [{ type: 'text', text: JSON.stringify({ subject: requestInfo.headers['x-auth-subject'], token: requestInfo.headers.authorization ?? null }) }],
    }));
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined, enableJsonResponse: true });
    await server.connect(transport);
    await transport.handleRequest(request, response);
  }).listen(0, '127.0.0.1');
  await once(http, 'listening');
  process.stdin.on('end', () => process.exit()).resume();
  console.log(http.address().port);
}

// The browser in which alice logs in: she follows every redirect until one leads to the client.
async function logIn(address) {
  const cookies = new Map();
  for (let steps = 0; steps < 10; steps++) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(address, { redirect: 'manual', headers: { cookie } });
    for (const set of response.headers.getSetCookie()) {
      const [, name, value] = set.match(/^([^=]+)=([^;]*)/);
      cookies.set(name, value);
    }
    const next = response.headers.get('location');
    if (!next) throw new Error(`${address}: ${response.status} ${await response.text()}`);
    address = new URL(next, address);
    if (address.href.startsWith(callback)) return address.searchParams;
  }
  throw new Error('The provider sends the browser round in circles.');
}

async function call(url) {
  const steps = [];
  const kept = {};
  const authProvider = {
    redirectUrl: callback,
    clientMetadata: { client_name: about.name, redirect_uris: [callback], grant_types: ['authorization_code'], response_types: ['code'], token_endpoint_auth_method: 'none' },
    clientInformation: () => kept.client,
    saveClientInformation: (client) => (kept.client = client),
    tokens: () => kept.tokens,
    saveTokens: (tokens) => (kept.tokens = tokens),
    codeVerifier: () => kept.verifier,
    saveCodeVerifier: (verifier) => (kept.verifier = verifier),
    redirectToAuthorization: (address) => (kept.address = address),
  };
  const recorded = async (address, options) => {
    const response = await fetch(address, options);
    steps.push(`${options?.method ?? 'GET'} ${new URL(address).pathname} ${response.status}`);
    return response;
  };
  const connect = async () => {
    const client = new Client(about);
    const transport = new StreamableHTTPClientTransport(new URL(url), { authProvider, fetch: recorded });
    try {
      await client.connect(transport);
      return client;
    } catch (fault) {
      if (!(fault instanceof UnauthorizedError)) throw fault;
      const answer = await logIn(kept.address);
      if (!answer.get('code')) throw new Error(`No code: ${answer}`);
      await transport.finishAuth(answer.get('code'));
      return null;
    }
  };
  const client = (await connect()) ?? (await connect());
  const result = await client.callTool({ name: 'whoami' });
  await client.close();
  console.log(JSON.stringify({ result: JSON.parse(result.content[0].text), scope: kept.address?.searchParams.get('scope'), resource: kept.address?.searchParams.get('resource'), steps }));
}

const [command, url] = process.argv.slice(2);
await (command === 'serve' ? serve() : call(url));
