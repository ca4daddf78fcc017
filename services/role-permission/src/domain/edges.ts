import type { AccessEvent } from './events.ts';

/** One arrow of the graph of rights: this subject has this relation to this object. */
export interface Edge {
  /** `<type>:<id>`. */
  readonly object: string;
  readonly relation: string;
  /** `<type>:<id>`, or `<type>:<id>#<relation>` for all who have a relation to something. */
  readonly subject: string;
  /** ISO 8601 in UTC; null for one that lasts. */
  readonly validUntil: string | null;
}

/** What an event does to the graph: first some edges end, then others begin. */
export interface EdgeChanges {
  readonly closed: readonly Edge[];
  readonly opened: readonly Edge[];
}

export const edgesOf = (event: AccessEvent): EdgeChanges => {
  switch (event.type) {
    case 'permission.granted': {
      const { permission, before, after } = event.data;
      return {
        closed: before ? [holder(event.subject, permission, before.validUntil)] : [],
        opened: [holder(event.subject, permission, after.validUntil)],
      };
    }
    case 'permission.revoked': {
      const { permission, before } = event.data;
      return { closed: [holder(event.subject, permission, before.validUntil)], opened: [] };
    }
    default:
      return { closed: [], opened: [] };
  }
};

/** What the command behind an event read and wrote, as far as another command could get in its way. */
export const keysOf = (event: AccessEvent): readonly string[] => {
  const { closed, opened } = edgesOf(event);
  return [...new Set([...closed, ...opened].map(textOf))];
};

const textOf = ({ object, relation, subject }: Edge): string => `${object}#${relation}@${subject}`;

const holder = (userId: string, permission: string, validUntil: string | null): Edge => ({
  object: `permission:${permission}`,
  relation: 'holder',
  subject: `user:${userId}`,
  validUntil,
});
