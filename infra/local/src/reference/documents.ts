import { readFileSync } from 'node:fs';
import path from 'node:path';
import { modelJson } from '@rollcall/authorization/dsl';
import { REPOSITORY } from '../../bootstrap/repository.mjs';
import { asvsPage } from './asvs-page.ts';
import { configurationTables } from './configuration-tables.ts';
import { eventsPage } from './events-page.ts';
import { withBlock } from './markdown.ts';
import { routesPage } from './routes-page.ts';

const modelText = readFileSync(path.join(REPOSITORY, 'services/role-permission/model.fga'), 'utf8');

export interface ReferenceDocument {
  readonly file: string;
  /** What is in the repository; empty where there is none yet. */
  readonly committed: string;
  /** What the declarations say. */
  readonly current: string;
}

/** Every document that lists what is declared elsewhere. */
export const referenceDocuments = (): readonly ReferenceDocument[] => {
  const document = (name: string, write: (committed: string) => string): ReferenceDocument => {
    const file = path.join(REPOSITORY, name);
    const committed = readIfThere(file);
    return { file, committed, current: write(committed) };
  };
  return [
    document('README.md', (readme) => withBlock(readme, 'configuration', configurationTables())),
    document('docs/events.md', eventsPage),
    document('docs/routes.md', routesPage),
    document('infra/security/README.md', asvsPage),
    // So that nobody who starts the service needs the parser.
    document('services/role-permission/src/model.json', () => `${JSON.stringify(modelJson(modelText))}\n`),
  ];
};

const readIfThere = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
};
