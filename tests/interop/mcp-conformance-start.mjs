// Loaded before the conformance suite (node --import). The suite sends no token, so that each request gets the one of MCP_TOKEN here. See README.md.
import { register } from 'node:module';
import { Agent, setGlobalDispatcher } from 'undici';

const token = process.env.MCP_TOKEN;
if (token) {
  // Symbol-keyed, so that it is the dispatcher of node's own fetch too.
  const withToken = (dispatch) => (options, handler) => dispatch({ ...options, headers: added(options.headers) }, handler);
  setGlobalDispatcher(new Agent().compose(withToken));
}

function added(headers) {
  if (Array.isArray(headers)) return [...headers, 'authorization', `Bearer ${token}`];
  return { ...headers, authorization: `Bearer ${token}` };
}

// The suite imports fs.globSync for its reports, which these tests do not use; node 20 does not have it.
register(`data:text/javascript,${encodeURIComponent(`
const fs = 'data:text/javascript,' + encodeURIComponent("export * from 'node:fs'; export const globSync = undefined;");
export const resolve = (name, context, next) =>
  name === 'fs' && context.parentURL.includes('/@modelcontextprotocol/conformance/') ? { url: fs, shortCircuit: true } : next(name, context);
`)}`);
