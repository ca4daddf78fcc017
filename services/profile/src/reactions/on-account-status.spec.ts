import { applyBatch } from '@rollcall/events/inbox';
import { takeIn } from '@rollcall/events/intake';
import { newId } from '@rollcall/service-kit/identity';
import { somebody } from '@rollcall/testing/service-under-test';
import { envelope } from '@rollcall/types/envelope';
import { userDeactivated, userReactivated } from '@rollcall/types/events/deactivation';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventTables } from '../store/schema.ts';
import { type ProfileUnderTest, startProfileUnderTest } from '../testing/profile-under-test.ts';
import { onAccountStatus } from './on-account-status.ts';

let profile: ProfileUnderTest;

beforeAll(async () => {
  profile = await startProfileUnderTest();
});
afterAll(() => profile.stop());

const arrive = async (
  definition: typeof userDeactivated | typeof userReactivated,
  userId: string,
  subjectsequence: number,
) => {
  const isOver = definition === userDeactivated;
  const statuses = isOver ? ['active', 'deactivated'] : ['deactivated', 'active'];
  const event = envelope.parse({
    specversion: '1.0',
    id: newId(),
    source: 'rollcall/deactivation',
    type: definition.type,
    subject: userId,
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    data: { before: { status: statuses[0] }, after: { status: statuses[1] }, by: 'self' },
    actor: userId,
    correlationid: 'a-request',
    subjectsequence,
  });
  const reactions = new Map(onAccountStatus.map((reaction) => [reaction.definition.type, reaction]));
  const incoming = await takeIn(event, reactions, profile.personal);
  return applyBatch(profile.connection.db, eventTables, event.source, [incoming]);
};
const read = async (person: ReturnType<typeof somebody>) => {
  const answer = await profile.call({ method: 'GET', path: '/v1/users/me', actor: person });
  return { status: Object(await answer.json()).status, etag: answer.headers.get('etag') };
};

it('a profile says whether its account is deactivated, under another entity tag each time', async () => {
  const ada = somebody();
  await profile.enrol(ada);
  expect(await read(ada)).toEqual({ status: 'active', etag: '"1"' });
  await arrive(userDeactivated, ada.userId, 1);
  expect(await read(ada)).toEqual({ status: 'deactivated', etag: '"2"' });
  await arrive(userReactivated, ada.userId, 2);
  expect(await read(ada)).toEqual({ status: 'active', etag: '"3"' });
});

it('what is said of an account whose profile is still to come is not lost', async () => {
  const ada = somebody();
  await expect(arrive(userDeactivated, ada.userId, 1)).rejects.toThrow();
  await profile.enrol(ada);
  expect(await arrive(userDeactivated, ada.userId, 1)).toEqual(['applied']);
  expect(await read(ada)).toMatchObject({ status: 'deactivated' });
});
