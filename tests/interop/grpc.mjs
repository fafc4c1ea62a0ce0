// A gRPC service and its client, both of npm @grpc/grpc-js, with bytes for messages. See README.md.
//   node grpc.mjs serve            serves until its standard input ends, and prints its port
//   node grpc.mjs call ADDRESS [TOKEN]   makes one call of each kind and prints what came of each as JSON
import grpc from '@grpc/grpc-js';

const bytes = (value) => value;
const method = (name, requestStream, responseStream) => ({
  path: `/${name}`, requestStream, responseStream,
  requestSerialize: bytes, requestDeserialize: bytes, responseSerialize: bytes, responseDeserialize: bytes,
});
const service = {
  unary: method('shop.Echo/Unary', false, false),
  clientStream: method('shop.Echo/ClientStream', true, false),
  serverStream: method('shop.Echo/ServerStream', false, true),
  bothStreams: method('shop.Echo/BothStreams', true, true),
};

function serve() {
  const server = new grpc.Server();
  server.addService(service, {
    unary: (call, reply) => reply(null, call.request),
    clientStream: (call, reply) => {
      const parts = [];
      call.on('data', (part) => parts.push(part));
      call.on('end', () => reply(null, Buffer.concat(parts)));
    },
    serverStream: (call) => {
      for (const byte of call.request) {
        call.write(Buffer.from([byte]));
      }
      call.end();
    },
    bothStreams: (call) => {
      call.on('data', (part) => call.write(part));
      call.on('end', () => call.end());
    },
  });
  server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
    console.log(error ? `error ${error.message}` : port);
  });
  process.stdin.on('end', () => server.forceShutdown()).resume();
}

const outcome = (error, text) => (error
  ? { code: error.code, details: error.details, challenge: error.metadata.get('www-authenticate')[0] ?? null }
  : { code: 0, text });

async function call(address, token) {
  const client = new (grpc.makeGenericClientConstructor(service, 'Echo'))(address, grpc.credentials.createInsecure());
  const metadata = new grpc.Metadata();
  if (token) {
    metadata.set('authorization', `Bearer ${token}`);
  }
  const options = { deadline: Date.now() + 20000 };
  const streamed = (stream) => new Promise((resolve) => {
    const parts = [];
    stream.on('data', (part) => parts.push(part));
    stream.on('error', (error) => resolve(outcome(error)));
    stream.on('end', () => resolve(outcome(null, Buffer.concat(parts).toString())));
  });
  const send = (stream) => {
    for (const part of ['a', 'b', 'c']) {
      stream.write(Buffer.from(part));
    }
    stream.end();
    return stream;
  };

  const results = {
    unary: await new Promise((resolve) => {
      client.unary(Buffer.from('abc'), metadata, options, (error, answer) => resolve(outcome(error, answer?.toString())));
    }),
    clientStream: await new Promise((resolve) => {
      send(client.clientStream(metadata, options, (error, answer) => resolve(outcome(error, answer?.toString()))));
    }),
    serverStream: await streamed(client.serverStream(Buffer.from('abc'), metadata, options)),
    bothStreams: await streamed(send(client.bothStreams(metadata, options))),
  };
  client.close();
  console.log(JSON.stringify(results));
}

const [command, ...rest] = process.argv.slice(2);
if (command === 'serve') {
  serve();
} else if (command === 'call' && rest.length > 0) {
  await call(...rest);
} else {
  console.error('usage: node grpc.mjs serve | call ADDRESS [TOKEN]');
  process.exit(2);
}
