// An MCP server with everything that the conformance suite calls: sessions, streams that a client can resume, and one tool for each scenario. See README.md.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { InMemoryEventStore } from '@modelcontextprotocol/sdk/examples/shared/inMemoryEventStore.js';
import { createMcpExpressApp } from '@modelcontextprotocol/sdk/server/express.js';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import * as types from '@modelcontextprotocol/sdk/types.js';

// One red pixel, and a sound without samples.
const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC';
const wav = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA=';

const text = (value) => ({ type: 'text', text: value });
const image = { type: 'image', data: png, mimeType: 'image/png' };
const embedded = (uri, mimeType, value) => ({ type: 'resource', resource: { uri, mimeType, text: value } });
const strings = (...names) => ({ type: 'object', properties: Object.fromEntries(names.map((name) => [name, { type: 'string', description: name }])), required: names });
const choices = (...values) => values.map((value) => ({ const: value, title: `Choice ${value}` }));
const options = ['option1', 'option2', 'option3'];

function log(extra, data) {
  return extra.sendNotification({ method: 'notifications/message', params: { level: 'info', data } });
}

async function elicit(extra, message, requestedSchema) {
  const result = await extra.sendRequest({ method: 'elicitation/create', params: { message, requestedSchema } }, types.ElicitResultSchema);
  return [text(`User response: ${JSON.stringify(result)}`)];
}

const tools = {
  whoami: {
    call: ({ requestInfo: { headers } }) => [text(JSON.stringify({ subject: headers['x-auth-subject'], token: headers.authorization ?? null }))],
  },
  test_simple_text: { call: () => [text('This is a simple text response for testing.')] },
  test_image_content: { call: () => [image] },
  test_audio_content: { call: () => [{ type: 'audio', data: wav, mimeType: 'audio/wav' }] },
  test_embedded_resource: { call: () => [embedded('test://embedded-resource', 'text/plain', 'This is an embedded resource content.')] },
  test_multiple_content_types: {
    call: () => [text('Multiple content types test:'), image, embedded('test://mixed-content-resource', 'application/json', '{"test":"data","value":123}')],
  },
  test_error_handling: {
    call: () => {
      throw new Error('This tool intentionally returns an error for testing');
    },
  },
  test_tool_with_logging: {
    call: async (extra) => {
      await log(extra, 'Tool execution started');
      await pause(50);
      await log(extra, 'Tool processing data');
      await pause(50);
      await log(extra, 'Tool execution completed');
      return [text('Logged three times.')];
    },
  },
  test_tool_with_progress: {
    call: async (extra) => {
      for (const progress of [0, 50, 100]) {
        await extra.sendNotification({ method: 'notifications/progress', params: { progressToken: extra._meta.progressToken, progress, total: 100 } });
        await pause(50);
      }
      return [text('Done.')];
    },
  },
  test_sampling: {
    inputSchema: strings('prompt'),
    call: async (extra, { prompt }) => {
      const params = { messages: [{ role: 'user', content: text(prompt) }], maxTokens: 100 };
      const { content } = await extra.sendRequest({ method: 'sampling/createMessage', params }, types.CreateMessageResultSchema);
      return [text(`LLM response: ${content.text}`)];
    },
  },
  test_elicitation: { inputSchema: strings('message'), call: (extra, { message }) => elicit(extra, message, strings('username', 'email')) },
  test_elicitation_sep1034_defaults: {
    call: (extra) =>
      elicit(extra, 'Every kind of value has a default.', {
        type: 'object',
        properties: {
          name: { type: 'string', default: 'John Doe' },
          age: { type: 'integer', default: 30 },
          score: { type: 'number', default: 95.5 },
          status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
          verified: { type: 'boolean', default: true },
        },
      }),
  },
  test_elicitation_sep1330_enums: {
    call: (extra) =>
      elicit(extra, 'Every kind of choice.', {
        type: 'object',
        properties: {
          untitledSingle: { type: 'string', enum: options },
          titledSingle: { type: 'string', oneOf: choices('value1', 'value2') },
          legacyEnum: { type: 'string', enum: ['opt1', 'opt2'], enumNames: ['Option one', 'Option two'] },
          untitledMulti: { type: 'array', items: { type: 'string', enum: options } },
          titledMulti: { type: 'array', items: { anyOf: choices('value1', 'value2') } },
        },
      }),
  },
  // The stream ends in the middle of the call, and the client asks for the rest with Last-Event-ID.
  test_reconnection: {
    call: async (extra, _, transport) => {
      await log(extra, 'The stream ends here.');
      transport.closeSSEStream(extra.requestId);
      await pause(100);
      return [text('Reconnection test completed successfully.')];
    },
  },
  json_schema_2020_12_tool: {
    inputSchema: {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      $defs: { address: { type: 'object', properties: { street: { type: 'string' }, city: { type: 'string' } } } },
      properties: { name: { type: 'string' }, address: { $ref: '#/$defs/address' } },
      additionalProperties: false,
    },
    call: () => [text('Valid.')],
  },
};

const resources = {
  'test://static-text': { mimeType: 'text/plain', text: 'This is the content of the static text resource.' },
  'test://static-binary': { mimeType: 'image/png', blob: png },
  'test://watched-resource': { mimeType: 'text/plain', text: 'Watched.' },
};

function read(uri) {
  const [, id] = uri.match(/^test:\/\/template\/(\w+)\/data$/) ?? [];
  const content = id ? { mimeType: 'application/json', text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }) } : resources[uri];
  if (!content) throw new types.McpError(types.ErrorCode.InvalidParams, `There is no ${uri}.`);
  return { contents: [{ uri, ...content }] };
}

const user = (content) => ({ role: 'user', content });
const prompts = {
  test_simple_prompt: { messages: () => [user(text('This is a simple prompt for testing.'))] },
  test_prompt_with_arguments: { names: ['arg1', 'arg2'], messages: ({ arg1, arg2 }) => [user(text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`))] },
  test_prompt_with_embedded_resource: {
    names: ['resourceUri'],
    messages: ({ resourceUri }) => [user(embedded(resourceUri, 'text/plain', 'Embedded resource content for testing.')), user(text('Please process the embedded resource above.'))],
  },
  test_prompt_with_image: { messages: () => [user(image), user(text('Please analyze the image above.'))] },
};

function serverOf(transport) {
  const capabilities = { tools: {}, resources: { subscribe: true }, prompts: {}, logging: {}, completions: {} };
  const server = new Server({ name: 'gateway-interop', version: '1.0.0' }, { capabilities });
  const on = (schema, handler) => server.setRequestHandler(schema, handler);
  on(types.ListToolsRequestSchema, () => ({
    tools: Object.entries(tools).map(([name, { inputSchema = { type: 'object' } }]) => ({ name, description: `The tool ${name}.`, inputSchema })),
  }));
  on(types.CallToolRequestSchema, async ({ params: { name, arguments: values = {} } }, extra) => {
    if (!tools[name]) throw new types.McpError(types.ErrorCode.InvalidParams, `There is no tool ${name}.`);
    try {
      return { content: await tools[name].call(extra, values, transport) };
    } catch (fault) {
      return { isError: true, content: [text(fault.message)] };
    }
  });
  on(types.ListResourcesRequestSchema, () => ({
    resources: Object.entries(resources).map(([uri, { mimeType }]) => ({ uri, name: uri, description: `The resource ${uri}.`, mimeType })),
  }));
  on(types.ListResourceTemplatesRequestSchema, () => ({ resourceTemplates: [{ uriTemplate: 'test://template/{id}/data', name: 'template' }] }));
  on(types.ReadResourceRequestSchema, ({ params: { uri } }) => read(uri));
  on(types.SubscribeRequestSchema, () => ({}));
  on(types.UnsubscribeRequestSchema, () => ({}));
  on(types.ListPromptsRequestSchema, () => ({
    prompts: Object.entries(prompts).map(([name, { names = [] }]) => ({ name, description: `The prompt ${name}.`, arguments: names.map((argument) => ({ name: argument, required: true })) })),
  }));
  on(types.GetPromptRequestSchema, ({ params: { name, arguments: values = {} } }) => ({ messages: prompts[name].messages(values) }));
  on(types.CompleteRequestSchema, () => ({ completion: { values: ['test1'], total: 1, hasMore: false } }));
  return server;
}

const sessions = new Map();
const eventStore = new InMemoryEventStore();

// The transport of the session, or a new one: `initialize` is a POST without a session.
async function transportOf(request, response) {
  const id = request.headers['mcp-session-id'];
  if (id && sessions.has(id)) return sessions.get(id);
  if (id || request.method !== 'POST') {
    response.status(id ? 404 : 400).json({ jsonrpc: '2.0', error: { code: -32000, message: 'No such session' }, id: null });
    return undefined;
  }
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    eventStore,
    retryInterval: 50,
    onsessioninitialized: (session) => sessions.set(session, transport),
    onsessionclosed: (session) => sessions.delete(session),
  });
  await serverOf(transport).connect(transport);
  return transport;
}

const app = createMcpExpressApp();
app.all(/\/mcp\/?$/, async (request, response) => (await transportOf(request, response))?.handleRequest(request, response, request.body));
const http = app.listen(0, '127.0.0.1');
await once(http, 'listening');
process.stdin.on('end', () => process.exit()).resume();
console.log(http.address().port);
