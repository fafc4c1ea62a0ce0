// Opens a WebSocket with npm ws, sends "hello" and reports the echo or the rejection. See README.md.
import WebSocket from 'ws';

const [url, token] = process.argv.slice(2);
if (!url) {
  console.error('usage: node ws-client.mjs URL [TOKEN]');
  process.exit(2);
}

const socket = new WebSocket(url, { headers: token ? { Authorization: `Bearer ${token}` } : {} });
setTimeout(() => socket.terminate(), 4000).unref();

let opened = false;
let result;

socket.on('open', () => {
  opened = true;
  socket.send('hello');
});
socket.on('message', (data) => {
  result = { opened, echo: data.toString() };
  socket.close();
});
socket.on('unexpected-response', (request, response) => {
  result = { opened, status: response.statusCode };
  socket.terminate();
});
// terminate() before the handshake is over also raises an error; the first result stands.
socket.on('error', (error) => {
  result ??= { opened, error: error.message };
});
socket.on('close', (code) => {
  result ??= { opened, error: `closed with code ${code} before the echo` };
  console.log(JSON.stringify(result));
  process.exitCode = 'error' in result ? 1 : 0;
});
