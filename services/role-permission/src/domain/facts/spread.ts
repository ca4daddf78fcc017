import { type Refusal, refuse } from '@rollcall/types/problems';
import { permissionsCarried } from '../authority.ts';
import { type AccessState, isBuiltIn } from '../state.ts';
import { asSubject } from '../tuples.ts';

/**
 * Permissions of the product itself reach people as such, by roles and by system groups only: an organization's admins
 * put people into teams and manageable groups, and billing into those of subscriptions.
 *
 * @param thing who would hold one of them: `user:<id>`, `role:<name>`, `group:<id>`, `team:<id>`
 */
export const notSpreadTo = (state: AccessState, thing: string): Refusal | undefined => {
  const [type = '', id = ''] = splitAt(thing, thing.indexOf(':'));
  if (type === 'user') return undefined;
  if (type === 'group' && state.groups.get(id)?.kind === 'system') return undefined;
  if (type === 'role' && state.roles.get(id)?.organizationId === null) {
    for (const [subject] of state.edges.subjectsOf(thing, 'assignee')) {
      const refusal = notSpreadTo(state, subject.replace(/#.*$/, ''));
      if (refusal) return refusal;
    }
    return undefined;
  }
  return refuse('permission_protected', {
    detail: 'Permissions of the product go to people, to system groups, and to roles that only these have.',
  });
};

/** Does a role hold any of the product's own permissions? */
export const carriesBuiltIns = (state: AccessState, thing: string): boolean => {
  for (const permission of permissionsCarried(state, asSubject(thing))) if (isBuiltIn(permission)) return true;
  return false;
};

const splitAt = (text: string, at: number): readonly [string, string] => [text.slice(0, at), text.slice(at + 1)];
