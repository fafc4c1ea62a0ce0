// What an editor does with a JSON file and a schema, by the language service that VS Code uses. Reads
// {"schema":{},"cases":[{"text":"..."}]} from stdin; `|` in a text is the cursor. Prints, for each case,
// {"problems":["line: message"],"completions":["label"],"hover":"..."}; the last two only where there is a cursor.
import { readFileSync } from 'node:fs';
import languages from 'vscode-json-languageservice';

const { getLanguageService, TextDocument } = languages;

const { schema, cases } = JSON.parse(readFileSync(0, 'utf8'));
// A text that names a schema of its own gets this one too, as beside the repository's yarp.json.
const service = getLanguageService({
  schemaRequestService: async () => JSON.stringify(schema),
  workspaceContext: { resolveRelativePath: (relative, resource) => new URL(relative, resource).toString() },
});
service.configure({ validate: true, allowComments: true, schemas: [{ uri: 'file:///schema.json', fileMatch: ['*.json'], schema }] });
const results = [];
for (const { text } of cases) {
  const cursor = text.indexOf('|');
  const document = TextDocument.create('file:///yarp.json', 'jsonc', 1, text.replace('|', ''));
  const parsed = service.parseJSONDocument(document);
  const problems = (await service.doValidation(document, parsed, { comments: 'ignore', trailingCommas: 'ignore' }))
    .map(problem => `${problem.range.start.line + 1}: ${problem.message}`);
  const result = { problems };
  if (cursor >= 0) {
    const place = document.positionAt(cursor);
    result.completions = (await service.doComplete(document, place, parsed)).items.map(item => item.label);
    result.hover = [(await service.doHover(document, place, parsed))?.contents ?? []].flat().join('\n');
  }
  results.push(result);
}
console.log(JSON.stringify(results));
