import { InvalidQuestion, TooComplex } from '@rollcall/authorization/errors';
import type { AccessEntry, AccessReading } from './access-feed.ts';
import type { Channel } from './channel.ts';

/** Who holds one of these sees the whole log. */
const readingRights = ['permission:access.read', 'permission:access.manage'];

/** What one person may see at one moment. Answers are remembered for that moment, so it is made anew for the next one. */
export class Sight {
  readonly #userId: string;
  readonly #user: string;
  readonly #reading: AccessReading;
  /** By id: one may be an organization’s and a project’s. */
  readonly #memberships = { organization: new Map<string, boolean>(), project: new Map<string, boolean>() };
  /** Denied everything, whatever else is true of them. */
  readonly #isBarred: boolean;
  #readsAll: boolean | undefined;

  constructor(userId: string, reading: AccessReading) {
    this.#userId = userId;
    this.#user = `user:${userId}`;
    this.#reading = reading;
    this.#isBarred = reading.graph.barred.has(this.#user);
  }

  /** May they see every entry? */
  get readsAll(): boolean {
    this.#readsAll ??= readingRights.some((right) => this.#holds('holder', right));
    return this.#readsAll;
  }

  /** Everybody may watch `access`, where they see what they may. */
  mayWatch({ kind, id }: Channel): boolean {
    if (this.#isBarred) return false;
    if (kind === 'access' || (kind === 'user' && id === this.#userId)) return true;
    return this.readsAll || (kind !== 'user' && this.#isMember(kind, id));
  }

  maySee({ users, organizationId, projectId }: AccessEntry): boolean {
    if (this.#isBarred) return false;
    return (
      users.includes(this.#userId) ||
      this.readsAll ||
      (organizationId !== null && this.#isMember('organization', organizationId)) ||
      (projectId !== null && this.#isMember('project', projectId))
    );
  }

  #isMember(type: 'organization' | 'project', id: string): boolean {
    const memberships = this.#memberships[type];
    const known = memberships.get(id);
    if (known !== undefined) return known;
    const answer = this.#holds('member', `${type}:${id}`);
    memberships.set(id, answer);
    return answer;
  }

  #holds(relation: string, object: string): boolean {
    const { graph, now } = this.#reading;
    try {
      return graph.check(this.#user, relation, object, now);
    } catch (error) {
      // What cannot be answered is not allowed.
      if (error instanceof TooComplex || error instanceof InvalidQuestion) return false;
      throw error;
    }
  }
}
