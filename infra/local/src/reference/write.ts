import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { referenceDocuments } from './documents.ts';

// `npm run docs`: writes every generated document anew.
for (const { file, committed, current } of referenceDocuments()) {
  if (current === committed) continue;
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, current);
  console.log(`wrote ${file}`);
}
