// A reverse proxy that asks before each request, as Envoy's filter ext_authz does, with npm @grpc/grpc-js. See README.md.
//   node ext-authz.mjs PROTO CHECK DESTINATION [raw]   prints its port; serves until its standard input ends
import http from 'node:http';
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';

const [proto, check, destination, form] = process.argv.slice(2);
const definition = loader.loadSync(proto, { keepCase: true, defaults: true, arrays: true });
const { Authorization } = grpc.loadPackageDefinition(definition).envoy.service.auth.v3;
const client = new Authorization(check, grpc.credentials.createInsecure());
const hop = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'host']);

/** Names in lower case; a name that is there twice has its values joined, or is there twice in the raw form. */
function pairs(request) {
  const found = [];
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    found.push([request.rawHeaders[i].toLowerCase(), request.rawHeaders[i + 1]]);
  }
  return found;
}

function attributes(request) {
  const headers = pairs(request).filter(([name]) => name !== 'host');
  const http = { method: request.method, path: request.url, host: request.headers.host, scheme: 'http' };
  if (form === 'raw') {
    http.header_map = { headers: headers.map(([key, value]) => ({ key, raw_value: Buffer.from(value, 'latin1') })) };
  } else {
    http.headers = { ':method': request.method, ':path': request.url };
    for (const [name, value] of headers) {
      http.headers[name] = name in http.headers ? `${http.headers[name]},${value}` : value;
    }
  }
  return { source: { address: { socket_address: { address: request.socket.remoteAddress } } }, request: { http } };
}

function apply(mutations, headers) {
  for (const { header, append_action: action } of mutations) {
    if (action !== 'APPEND_IF_EXISTS_OR_ADD') {
      headers.delete(header.key);
    }
    headers.set(header.key, [...(headers.get(header.key) ?? []), header.value]);
  }
}

const list = (headers) => [...headers].flatMap(([name, values]) => values.flatMap((value) => [name, value]));

const server = http.createServer((request, response) => {
  client.Check({ attributes: attributes(request) }, { deadline: Date.now() + 20000 }, (error, answer) => {
    if (error) {
      response.writeHead(403, { 'x-check-code': error.code }).end();
      return;
    }
    const headers = new Map();
    if (answer.status.code !== 0) {
      const { status, body, headers: set } = answer.denied_response;
      apply(set, headers);
      response.writeHead(status.code, list(headers)).end(body);
      return;
    }
    for (const [name, value] of pairs(request)) {
      if (!hop.has(name)) {
        headers.set(name, [...(headers.get(name) ?? []), value]);
      }
    }
    apply(answer.ok_response.headers, headers);
    answer.ok_response.headers_to_remove.forEach((name) => headers.delete(name));
    const forwarded = http.request(new URL(destination), {
      method: request.method, path: request.url, headers: ['host', request.headers.host, ...list(headers)],
    }, (result) => {
      response.writeHead(result.statusCode, result.headers);
      result.pipe(response);
    });
    forwarded.on('error', () => response.writeHead(502).end());
    request.pipe(forwarded);
  });
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.on('end', () => { server.closeAllConnections(); server.close(); client.close(); }).resume();
