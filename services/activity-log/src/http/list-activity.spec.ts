import { newId } from '@rollcall/service-kit/identity';
import { somebody } from '@rollcall/testing/service-under-test';
import { sessionStarted } from '@rollcall/types/events/auth';
import { userDeactivated } from '@rollcall/types/events/deactivation';
import { profileUpdated } from '@rollcall/types/events/profile';
import { userRegistered } from '@rollcall/types/events/registration';
import { listActivity } from '@rollcall/types/routes/activity-log';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ActivityLogUnderTest,
  type Happening,
  startActivityLogUnderTest,
} from '../testing/activity-log-under-test.ts';

const ada = somebody();
const bob = somebody();
const admin = somebody();
const auditor = somebody();
let log: ActivityLogUnderTest;

const deactivation = {
  before: { status: 'active' },
  after: { status: 'deactivated' },
  by: 'administrator',
};
const origin = { ipAddress: '192.0.2.7', userAgent: 'a browser' };
const at = (hour: number): string => `2026-03-01T${String(hour).padStart(2, '0')}:00:00.000Z`;

// Oldest first; two at the very same moment.
const happenings: [Parameters<ActivityLogUnderTest['event']>[0], Happening][] = [
  [userRegistered, { subject: ada.userId, time: at(1), personal: { email: 'a@x.org', username: 'ada', profile: {} } }],
  [userRegistered, { subject: bob.userId, time: at(1), personal: { email: 'b@x.org', username: 'bob', profile: {} } }],
  [
    sessionStarted,
    {
      subject: ada.userId,
      time: at(2),
      data: { sessionId: newId(), methods: ['pwd'], newDevice: false },
      personal: origin,
    },
  ],
  [
    profileUpdated,
    {
      subject: ada.userId,
      actor: admin.userId,
      time: at(3),
      data: { version: 2, fields: ['firstName'] },
      personal: { before: { firstName: 'A' }, after: { firstName: 'Ada' } },
    },
  ],
  [userDeactivated, { subject: bob.userId, actor: admin.userId, time: at(4), data: deactivation }],
];

beforeAll(async () => {
  log = await startActivityLogUnderTest();
  log.letAudit(auditor);
  for (const [definition, happening] of happenings) await log.arrive(await log.event(definition, happening));
});
afterAll(() => log.stop());

const pageFor = async (reader: typeof ada, query: Record<string, string> = {}) => {
  const answer = await log.list(reader, query);
  expect(answer.status).toBe(200);
  return listActivity.responses[200].parse(await answer.json());
};
const typesFor = async (reader: typeof ada, query: Record<string, string> = {}) =>
  (await pageFor(reader, query)).items.map(({ type }) => type);

describe('200', () => {
  it('shows an auditor everything, newest first', async () => {
    expect(await typesFor(auditor)).toEqual([
      'user.deactivated',
      'profile.updated',
      'session.started',
      'user.registered',
      'user.registered',
    ]);
  });

  it('shows people what they did and what was done to them, and nothing else', async () => {
    expect(await typesFor(ada)).toEqual(['profile.updated', 'session.started', 'user.registered']);
    expect(await typesFor(admin)).toEqual(['user.deactivated', 'profile.updated']);
    expect(await typesFor(somebody())).toEqual([]);
  });

  it('tells who, whom, what and when, with bare ids', async () => {
    const [item] = (await pageFor(admin, { type: 'user.deactivated' })).items;
    expect(item).toEqual({
      id: expect.any(String),
      type: 'user.deactivated',
      time: at(4),
      source: 'rollcall/deactivation',
      actor: admin.userId,
      subject: bob.userId,
      correlationId: 'a-request',
      data: deactivation,
    });
  });

  it('filters by actor, subject, type and time, from inclusive and to exclusive', async () => {
    expect(await typesFor(auditor, { actor: admin.userId, subject: ada.userId })).toEqual(['profile.updated']);
    expect(await typesFor(auditor, { type: 'session.started' })).toEqual(['session.started']);
    expect(await typesFor(auditor, { from: at(2), to: at(4) })).toEqual(['profile.updated', 'session.started']);
    expect(await typesFor(ada, { actor: 'me' })).toEqual(['session.started', 'user.registered']);
    expect(await typesFor(auditor, { to: '0000-01-01T00:00:00Z' })).toEqual([]);
  });

  it('filters within what a person may see', async () => {
    expect(await typesFor(ada, { actor: admin.userId })).toEqual(['profile.updated']);
    expect(await typesFor(ada, { subject: bob.userId })).toEqual([]);
  });

  it('pages without gap or repeat, through events of one moment too', async () => {
    for (const [reader, total] of [
      [auditor, 5],
      [ada, 3],
    ] as const) {
      const whole = (await pageFor(reader)).items;
      const seen: unknown[] = [];
      let query: Record<string, string> | undefined = { limit: '1' };
      while (query) {
        const { items, nextCursor } = await pageFor(reader, query);
        seen.push(...items);
        query = nextCursor === null ? undefined : { limit: '1', cursor: nextCursor };
      }
      expect(seen).toHaveLength(total);
      expect(seen).toEqual(whole);
    }
  });

  it('opens a person’s own values for them and everybody’s for an auditor', async () => {
    for (const reader of [ada, auditor]) {
      const [item] = (await pageFor(reader, { type: 'session.started' })).items;
      expect(item?.data.personal).toEqual(origin);
    }
  });

  it('does not open the values of another to whoever acted on them, and never shows the sealed block', async () => {
    const [item] = (await pageFor(admin, { type: 'profile.updated' })).items;
    expect(item?.data).toEqual({ version: 2, fields: ['firstName'], personal: null });
  });

  it('does not open values of another that came in an event about the reader', async () => {
    const reader = somebody();
    const event = await log.event(sessionStarted, {
      subject: reader.userId,
      data: { sessionId: newId(), methods: [], newDevice: true },
      personal: origin,
      holder: bob.userId,
    });
    await log.arrive(event);
    expect((await pageFor(reader)).items[0]?.data.personal).toBeNull();
  });

  it('keeps the event and shows null once the person is erased', async () => {
    const gone = somebody();
    await log.arrive(
      await log.event(userRegistered, {
        subject: gone.userId,
        personal: { email: 'g@x.org', username: 'gone', profile: {} },
      }),
    );
    log.erase(gone.userId);
    const { items } = await pageFor(auditor, { subject: gone.userId });
    expect(items.map(({ data }) => data)).toEqual([{ personal: null }]);
  });

  it('shows the rest when one block is damaged', async () => {
    const reader = somebody();
    const personal = { email: 'r@x.org', username: 'reader', profile: {} };
    const [first, second] = [
      await log.event(userRegistered, { subject: reader.userId, personal }),
      await log.event(userRegistered, { subject: reader.userId, personal }),
    ];
    await log.arrive({ ...first, data: { personal: `${first.data.personal}`.replace(/.{22}$/, 'A'.repeat(22)) } });
    await log.arrive(second);
    const shown = (await pageFor(reader)).items.map(({ data }) => data.personal);
    expect(shown).toEqual([personal, null]);
  });

  it('asks for the key of a person once a page', async () => {
    const reader = somebody();
    const personal = { email: 'r@x.org', username: 'reader', profile: {} };
    for (let n = 0; n < 20; n++) {
      await log.arrive(await log.event(userRegistered, { subject: reader.userId, personal }));
    }
    await pageFor(reader);
    expect(log.calls.filter((call) => call.includes(`data-keys/${reader.userId}`))).toHaveLength(1);
  });
});

describe('400', () => {
  it('refuses a cursor of another list', async () => {
    for (const cursor of [
      'x',
      Buffer.from('["a"]').toString('base64url'),
      Buffer.from('[1,2]').toString('base64url'),
    ]) {
      const answer = await log.list(ada, { cursor });
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({ code: 'invalid_cursor' });
    }
  });

  it('refuses filters that cannot be, NUL among them', async () => {
    const bad = [
      { actor: 'a\u0000' },
      { subject: '' },
      { type: '\u0000' },
      { from: 'yesterday' },
      { limit: '0' },
      { who: 'a' },
    ];
    for (const query of bad) expect((await log.list(auditor, { ...query })).status, JSON.stringify(query)).toBe(400);
  });
});

describe('401', () => {
  it('shows nothing to whoever is not signed in', async () => {
    expect((await log.list(null)).status).toBe(401);
  });
});
