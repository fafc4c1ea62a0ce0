// Checks Kubernetes objects strictly: every field known, of the right type, none missing. The types are those of the npm package
// kubernetes-models, one copy for each version of Kubernetes, and of its siblings for custom resources; the TypeScript compiler rejects an
// object literal with a field that its type does not have. Reads {"objects":[...]} from stdin; prints {"versions":[...],"errors":[...]}.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const folder = path.dirname(fileURLToPath(import.meta.url));
const versions = ['1.33', '1.36'];
const custom = {
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator',
  'gateway.networking.k8s.io': '@kubernetes-models/gateway-api',
  'keda.sh': '@kubernetes-models/keda',
  'external-secrets.io': '@kubernetes-models/external-secrets',
  'cert-manager.io': '@kubernetes-models/cert-manager',
};

const { objects } = JSON.parse(readFileSync(0, 'utf8'));
const errors = [];
for (const version of versions) {
  for (const error of check(version)) errors.push(`Kubernetes ${version}: ${error}`);
}
console.log(JSON.stringify({ versions, errors }));

function check(version) {
  const lines = [];
  const owners = [];
  const imports = new Map();
  objects.forEach((object, index) => {
    const type = typeOf(version, object);
    if (!imports.has(type)) imports.set(type, `T${imports.size}`);
    // Spread over lines so that an error's line tells where in the object it is.
    const text = JSON.stringify(object, null, 1).split('\n');
    text[0] = `const o${index}: ${imports.get(type)} = ${text[0]}`;
    for (const line of text) {
      owners.push(object);
      lines.push(line);
    }
  });
  const head = [...imports].map(([type, name]) => `import type { I${type.slice(type.lastIndexOf('/') + 1)} as ${name} } from ${JSON.stringify(type)};`);
  const file = path.join(folder, `manifests-${version}.ts`);
  const source = ts.createSourceFile(file, [...head, ...lines, 'export {};'].join('\n'), ts.ScriptTarget.ES2022, true);
  const options = {
    strict: true, noEmit: true, skipLibCheck: true, types: [], target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.getSourceFile = (name, ...rest) => (name === file ? source : getSourceFile.call(host, name, ...rest));
  host.fileExists = (name) => name === file || fileExists.call(host, name);
  const program = ts.createProgram([file], options, host);
  return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map((diagnostic) => {
    const line = source.getLineAndCharacterOfPosition(diagnostic.start).line - head.length;
    const owner = owners[line];
    const name = owner ? `${owner.kind} ${owner.metadata?.name}: ` : '';
    return `${name}${(lines[line] ?? '').trim()} ${ts.flattenDiagnosticMessageText(diagnostic.messageText, ' ')}`;
  });
}

function typeOf(version, { apiVersion, kind }) {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return `${custom[group] ?? `kubernetes-${version}`}/${apiVersion}/${kind}`;
}
