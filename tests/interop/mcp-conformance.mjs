// Runs the MCP conformance suite and prints what it says of each check. See README.md.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const here = import.meta.dirname;
const [side, url] = process.argv.slice(2);
const ofSide = {
  server: ['--url', url, '--suite', 'all'],
  client: ['--command', `node ${join(here, 'mcp-client.mjs')}`, '--suite', 'auth', '--timeout', '120000'],
};
const token = (await text(process.stdin)).trim();
const results = mkdtempSync(join(tmpdir(), 'mcp-conformance-'));
try {
  const suite = join(here, 'node_modules/@modelcontextprotocol/conformance/dist/index.js');
  const start = join(here, 'mcp-conformance-start.mjs');
  const run = spawn('node', ['--import', start, suite, side, ...ofSide[side], '-o', results], { env: { ...process.env, MCP_TOKEN: token }, stdio: ['ignore', 'pipe', 'pipe'] });
  const [[code], output] = await Promise.all([once(run, 'exit'), text(run.stdout), run.stderr.resume()]);
  const scenarios = {};
  for (const file of readdirSync(results, { recursive: true }).filter((name) => name.endsWith('checks.json'))) {
    // server-ping-2026-01-02T03-04-05-678Z/checks.json, auth/metadata-default-...
    const name = file.replace(/-\d{4}-\d\d-\d\dT.*$/, '').replace(/^server-/, '');
    scenarios[name] = JSON.parse(readFileSync(join(results, file), 'utf8'))
      .filter(({ status }) => status !== 'INFO')
      .map(({ id, status, errorMessage }) => ({ id, status, errorMessage }));
  }
  console.log(JSON.stringify({ code, scenarios, summary: output.slice(output.indexOf('SUMMARY')) }));
} finally {
  rmSync(results, { recursive: true });
}
