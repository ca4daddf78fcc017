import { entityId } from '@rollcall/types/ids';
import type { AccessEntry } from './access-feed.ts';

/** What can be watched. Those of one name are the same channel, whoever watches and however they called it. */
export interface Channel {
  readonly kind: 'access' | 'organization' | 'project' | 'user';
  /** `access`, `organization:<id>`, `project:<id>` or `user:<id>`. */
  readonly name: string;
  /** Empty for `access`. */
  readonly id: string;
}

const access: Channel = { kind: 'access', name: 'access', id: '' };

/** `activity` is another name for what is about oneself. @returns undefined for what is no channel */
export const readChannel = (text: string, userId: string): Channel | undefined => {
  if (text === 'access') return access;
  if (text === 'activity' || text === 'user:me') return named('user', userId);
  const [kind = '', id = '', ...rest] = text.split(':');
  if (kind !== 'organization' && kind !== 'project' && kind !== 'user') return undefined;
  return rest.length === 0 && entityId.safeParse(id).success ? named(kind, id) : undefined;
};

const named = (kind: 'organization' | 'project' | 'user', id: string): Channel => ({ kind, name: `${kind}:${id}`, id });

/** The names of the channels that an entry belongs to, each once. */
export const channelsOf = ({ concern: { users, organizations, project } }: AccessEntry): readonly string[] => [
  access.name,
  ...organizations.map((id) => `organization:${id}`),
  ...(project === null ? [] : [`project:${project.id}`]),
  ...users.map((id) => `user:${id}`),
];

export const belongsTo = ({ kind, id }: Channel, { concern }: AccessEntry): boolean => {
  switch (kind) {
    case 'access':
      return true;
    case 'organization':
      return concern.organizations.includes(id);
    case 'project':
      return concern.project?.id === id;
    case 'user':
      return concern.users.includes(id);
    default:
      return kind satisfies never;
  }
};
