import { PersonalData, sealUnder } from '@rollcall/events/personal-data';
import { LRUCache } from 'lru-cache';
import type { AccessState } from './domain/state.ts';
import type { NameKeys } from './store/name-keys.ts';

/**
 * The names of organizations, teams and projects, which are sealed wherever they are kept: in the log, in the stream, in
 * every service that learns of them. Whoever is wiped out takes the key along.
 */
export class Names {
  readonly #keys: NameKeys;
  readonly #personal: PersonalData;
  /** Opening one takes tens of microseconds, and lists are full of them. */
  readonly #opened = new LRUCache<string, string>({ max: 50_000 });

  constructor(keys: NameKeys) {
    this.#keys = keys;
    this.#personal = new PersonalData((ownerId) => keys.read(ownerId));
  }

  /** @param ownerId whose key: an organization’s, or that of a project that a person owns */
  async seal(ownerId: string, name: string): Promise<string> {
    const sealed = await sealUnder(await this.#keys.ensure(ownerId), ownerId, { name });
    this.#opened.set(sealed, name);
    return sealed;
  }

  /** The name, or null once its key is destroyed. */
  async open(sealed: string): Promise<string | null> {
    const known = this.#opened.get(sealed);
    if (known !== undefined) return known;
    const values = await this.#personal.open(sealed);
    const name = values?.name;
    if (typeof name !== 'string') return null;
    this.#opened.set(sealed, name);
    return name;
  }

  /** Destroys the key of what is gone for good. */
  async destroy(ownerId: string): Promise<void> {
    await this.#keys.destroy(ownerId);
    this.#personal.forget(ownerId);
    this.#opened.clear();
  }
}

/** Whose key seals the name of a project: its organization’s, or its own. */
export const keyOwnerOf = (projectId: string, owner: string): string =>
  owner.startsWith('organization:') ? owner.slice('organization:'.length) : projectId;

/** Whose key seals the name of a thing that is there. */
export const nameOwnerIn = (
  state: AccessState,
  kind: 'organization' | 'team' | 'project',
  id: string,
): string | undefined => {
  switch (kind) {
    case 'organization':
      return state.organizations.has(id) ? id : undefined;
    case 'team':
      return state.teams.get(id)?.organizationId;
    case 'project': {
      const project = state.projects.get(id);
      return project && keyOwnerOf(id, project.owner);
    }
    default:
      return kind satisfies never;
  }
};
