import { applyBatch } from '@rollcall/events/inbox';
import { takeIn } from '@rollcall/events/intake';
import { PersonalData } from '@rollcall/events/personal-data';
import { newId } from '@rollcall/service-kit/identity';
import { somebody } from '@rollcall/testing/service-under-test';
import { envelope } from '@rollcall/types/envelope';
import { userRegistered } from '@rollcall/types/events/registration';
import type { ProfileFacts } from '@rollcall/types/people';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventTables } from '../store/schema.ts';
import { type ProfileUnderTest, startProfileUnderTest } from '../testing/profile-under-test.ts';
import { onUserRegistered } from './on-user-registered.ts';

let profile: ProfileUnderTest;

beforeAll(async () => {
  profile = await startProfileUnderTest();
});
afterAll(() => profile.stop());

const registered = async (person: ReturnType<typeof somebody>, fields: ProfileFacts = {}) =>
  envelope.parse({
    specversion: '1.0',
    id: newId(),
    source: 'rollcall/registration',
    type: userRegistered.type,
    subject: person.userId,
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    data: {
      personal: await profile.personal.seal(person.userId, {
        email: 'ada@example.com',
        username: 'ada',
        profile: fields,
      }),
    },
    actor: person.userId,
    correlationid: 'a-request',
    subjectsequence: 1,
  });

/** Applies an event as the consumer does, under the rights of the service. */
const arrive = async (event: Awaited<ReturnType<typeof registered>>, personal = profile.personal) => {
  const reactions = new Map([[userRegistered.type, onUserRegistered(personal)]]);
  const incoming = await takeIn(event, reactions, personal);
  return applyBatch(profile.connection.db, eventTables, event.source, [incoming]);
};

const read = async (person: ReturnType<typeof somebody>) => {
  const answer = await profile.call({ method: 'GET', path: '/v1/users/me', actor: person });
  return { status: answer.status, body: await answer.json() };
};

describe('user.registered', () => {
  it('makes the profile, in an event that names its cause', async () => {
    const ada = somebody();
    const event = await registered(ada, { firstName: 'Ada', gender: 'martian' });
    expect(await arrive(event)).toEqual(['applied']);
    expect((await read(ada)).body).toMatchObject({ username: 'ada', firstName: 'Ada', gender: null });
    expect(await profile.eventsAbout(ada)).toMatchObject([
      {
        type: 'profile.created',
        actor: ada.userId,
        correlationid: 'a-request',
        causationid: event.id,
        personal: { after: { username: 'ada', firstName: 'Ada', externalIds: {} } },
      },
    ]);
  });

  it('twice is once', async () => {
    const ada = somebody();
    const event = await registered(ada);
    await arrive(event);
    expect(await arrive(event)).toEqual(['repeated']);
    expect(await profile.eventsAbout(ada)).toHaveLength(1);
  });

  it('changes nothing after registration’s own call, and is changed by none before it', async () => {
    const before = somebody();
    await profile.enrol(before, 'augusta');
    expect(await arrive(await registered(before))).toEqual(['applied']);
    expect((await read(before)).body).toMatchObject({ username: 'augusta' });

    const after = somebody();
    await arrive(await registered(after));
    expect(await (await profile.enrol(after, 'augusta')).json()).toEqual({ enrolled: false });
    expect((await read(after)).body).toMatchObject({ username: 'ada' });

    for (const person of [before, after]) expect(await profile.eventsAbout(person)).toHaveLength(1);
  });

  it('makes no profile of a person whose key is gone', async () => {
    const ada = somebody();
    const event = await registered(ada);
    expect(await arrive(event, new PersonalData(async () => undefined))).toEqual(['applied']);
    expect((await read(ada)).status).toBe(404);
  });
});
