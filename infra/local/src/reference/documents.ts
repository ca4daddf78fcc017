import { readFileSync } from 'node:fs';
import path from 'node:path';
import { REPOSITORY } from '../../bootstrap/repository.mjs';
import { configurationTables } from './configuration-tables.ts';
import { eventsPage } from './events-page.ts';
import { withBlock } from './markdown.ts';
import { routesPage } from './routes-page.ts';

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
  ];
};

const readIfThere = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
};
