import type { AccessFact, FactOf, FactType } from '../events.ts';
import { groupFacts } from './groups.ts';
import type { FactKind, FactKinds } from './kind.ts';
import { organizationFacts } from './organizations.ts';
import { peopleFacts } from './people.ts';
import { permissionFacts } from './permissions.ts';
import { projectFacts } from './projects.ts';
import { roleFacts } from './roles.ts';
import { teamFacts } from './teams.ts';

const kinds: FactKinds<FactType> = {
  ...peopleFacts,
  ...permissionFacts,
  ...roleFacts,
  ...groupFacts,
  ...organizationFacts,
  ...teamFacts,
  ...projectFacts,
};

/** What there is to know about a fact's type; nothing in a word that only a newer version knows. */
export const kindOf = <T extends FactType>(fact: FactOf<T>): FactKind<AccessFact> | undefined =>
  // A kind is asked about facts of its own type only.
  Object.hasOwn(kinds, fact.type) ? (kinds[fact.type] as unknown as FactKind<AccessFact>) : undefined;
