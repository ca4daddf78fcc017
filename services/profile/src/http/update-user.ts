import { settleClaim } from '@rollcall/database/idempotency-keys';
import { answer, type CallContext, handle } from '@rollcall/service-kit/call-context';
import type { PersonalOf } from '@rollcall/types/event-definition';
import { profileUpdated } from '@rollcall/types/events/profile';
import type { UserId } from '@rollcall/types/ids';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import type { AnswerOf } from '@rollcall/types/route-definition';
import { updateUser } from '@rollcall/types/routes/profile';
import { decideChange, type ProfileChange, type ProfilePatch } from '../domain/profile.ts';
import type { Ports } from '../ports.ts';
import { isExternalIdTaken, replaceExternalIds } from '../store/external-ids.ts';
import { changeProfile, findProfile, type Profile } from '../store/profiles.ts';
import { idempotencyKeys } from '../store/schema.ts';
import { entityTag, holdsIfMatch } from './entity-tag.ts';
import { type Sight, sightOf, userView } from './user-view.ts';

/** Losing this often against other writers of one profile means that something writes in a loop. */
const attempts = 8;
/** They are in one event, which has to fit into a message. */
const mostExternalIds = 32;

/**
 * Changes a profile as its version stood when it was read: values are sealed before any row is locked, and a writer
 * who comes second decides anew, or is refused if it named the version it knows.
 */
export const handleUpdateUser = (ports: Ports) =>
  handle(
    updateUser,
    async ({ params: { userId }, body }, context) => {
      const sight = await judgeRights(userId, body, context);
      if (isRefusal(sight)) return sight;
      const answerFor = (profile: Profile) =>
        answer(200, userView(userId, profile, sight), { etag: entityTag(profile.version, sight) });

      for (let attempt = 0; attempt < attempts; attempt++) {
        const profile = await findProfile(ports.connection.db, userId);
        if (!profile) return refuse('not_found');
        if (!holdsIfMatch(context.headers.get('if-match'), profile.version)) return refuse('precondition_failed');
        const change = decideChange(profile, body);
        const changed = change ? await commit(ports, profile, change, context, answerFor) : profile;
        if (isRefusal(changed)) return changed;
        if (changed) return answerFor(changed);
      }
      return refuse('overloaded', { retryAfterSeconds: 1 });
    },
    ({ params, body }, context) => judgeRights(params.userId, body, context),
  );

/** What the caller may see of the answer; refuses changes to fields that are not the caller's. */
const judgeRights = async (
  userId: UserId,
  { externalIds }: ProfilePatch,
  context: CallContext,
): Promise<Sight | Refusal> =>
  externalIds && !(await context.holds('users.manage')) ? externalIdsForbidden : sightOf(userId, context);

/** @returns undefined when somebody else changed the profile in the meantime. */
const commit = async (
  { events, personal }: Ports,
  profile: Profile,
  change: ProfileChange,
  { cause, claim }: CallContext,
  answerFor: (changed: Profile) => AnswerOf<typeof updateUser>,
): Promise<Profile | undefined | Refusal> => {
  const { externalIds } = change.after;
  if (externalIds && Object.keys(externalIds).length > mostExternalIds) return tooManyExternalIds;

  const { userId: subject, version } = profile;
  const values: PersonalOf<typeof profileUpdated> = { before: change.before, after: change.after };
  const sealed = await personal.seal(subject, values);
  try {
    return await events.transact(async (tx, emit) => {
      const changed = await changeProfile(tx, subject, version, change.after);
      if (!changed) return undefined;
      if (externalIds) await replaceExternalIds(tx, subject, externalIds);
      const data = { version: changed.version, fields: [...change.fields] };
      await emit(profileUpdated, { subject, data, personal: sealed, cause });
      await settleClaim(tx, idempotencyKeys, claim, answerFor(changed));
      return changed;
    });
  } catch (error) {
    if (isExternalIdTaken(error)) return externalIdTaken;
    throw error;
  }
};

const externalIdsForbidden = refuse('forbidden', { detail: 'External ids are set by those who manage users.' });

const externalIdTaken = refuse('external_id_taken', {
  errors: [{ pointer: '/body/externalIds', detail: 'holds an id of another user' }],
});

const tooManyExternalIds = refuse('invalid_input', {
  errors: [{ pointer: '/body/externalIds', detail: `must leave at most ${mostExternalIds} systems` }],
});
