// Holds a SARIF log on stdin against the schema of SARIF 2.1.0 that the npm package @microsoft/jest-sarif carries. Prints {"errors":[...]}.
import { readFileSync } from 'node:fs';
import Ajv from 'ajv-draft-04';
import addFormats from 'ajv-formats';

const schema = JSON.parse(readFileSync(new URL('node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json', import.meta.url), 'utf8'));
// One pattern in the schema has a stray bracket, which only the old kind of regular expressions takes.
const ajv = new Ajv({ allErrors: true, strict: false, unicodeRegExp: false });
addFormats(ajv);
const validate = ajv.compile(schema);
validate(JSON.parse(readFileSync(0, 'utf8')));
console.log(JSON.stringify({ errors: (validate.errors ?? []).map((error) => `${error.instancePath}: ${error.message} ${JSON.stringify(error.params)}`) }));
