// Checks values against schemas inside an OpenAPI 3.1 document. Reads {"document":{...},"checks":[{"pointer":"#/...","value":...}]} from stdin; prints
// {"errors":[...]}.
import { readFileSync } from 'node:fs';
import addFormats from 'ajv-formats';
import Ajv from 'ajv/dist/2020.js';

const { document, checks } = JSON.parse(readFileSync(0, 'utf8'));
const ajv = new Ajv({ strict: false, allErrors: true });
addFormats(ajv);
ajv.addSchema(document, 'document');
const errors = [];
for (const { pointer, value } of checks) {
  const validate = ajv.compile({ $ref: `document${pointer}` });
  validate(value);
  for (const error of validate.errors ?? []) errors.push(`${pointer}: ${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`);
}
console.log(JSON.stringify({ errors }));
