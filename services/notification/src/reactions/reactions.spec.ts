import { newId } from '@rollcall/service-kit/identity';
import type { EventDefinition } from '@rollcall/types/event-definition';
import {
  accountSecured,
  factorAdded,
  factorRemoved,
  factorsReset,
  identityLinked,
  identityUnlinked,
  impersonationStarted,
  magicLinkRequested,
  passwordChanged,
  passwordResetRequested,
  recoveryCodesMade,
  recoveryCodeUsed,
  sessionStarted,
} from '@rollcall/types/events/auth';
import { userDeactivated } from '@rollcall/types/events/deactivation';
import { signUpRepeated, verificationRequested } from '@rollcall/types/events/registration';
import { entityId, sessionId } from '@rollcall/types/ids';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type NotificationUnderTest, startNotificationUnderTest } from '../testing/notification-under-test.ts';

let notification: NotificationUnderTest;
let userId = newId();
let email = '';

beforeAll(async () => {
  notification = await startNotificationUnderTest();
});
afterAll(() => notification.stop());
beforeEach(() => {
  userId = newId();
  email = `${userId}@example.com`;
});

/** The one mail of this spec’s person. */
const onlyMail = async () => {
  await expect.poll(() => notification.inboxOf(email), { timeout: 5_000 }).toHaveLength(1);
  const [mail] = await notification.inboxOf(email);
  if (!mail) throw new Error('the mail is gone');
  return { subject: mail.subject, text: mail.text ?? '', html: mail.html ?? '' };
};

describe('mails with a link', () => {
  it('verification.requested mails the link of the configured address with a fresh secret', async () => {
    const data = { requestId: newId() };
    await notification.arrive(verificationRequested, userId, data, { email, username: 'ada' });
    const { subject, text, html } = await onlyMail();
    expect(subject).toBe('Confirm your e-mail address');
    const link = `http://rollcall.test/verify?token=${notification.tokens.at(-1)}`;
    expect(text).toContain(link);
    expect(html).toContain(`href="${link}"`);
    expect(text).toContain('Hello ada,');
    expect(text).toContain('3 February 2031 at 04:05 UTC');
  });

  it('password_reset.requested mails the link to choose a new password', async () => {
    await notification.register(userId, email);
    await notification.arrive(passwordResetRequested, userId, { requestId: newId() });
    const { subject, text, html } = await onlyMail();
    expect(subject).toBe('Choose a new password');
    const link = `http://rollcall.test/reset-password?token=${notification.tokens.at(-1)}`;
    expect(text).toContain(link);
    expect(html).toContain(`href="${link}"`);
  });

  it('magic_link.requested mails a link and a code to sign in with', async () => {
    await notification.register(userId, email);
    await notification.arrive(magicLinkRequested, userId, { requestId: newId() });
    const { subject, text, html } = await onlyMail();
    expect(subject).toBe('Sign in to your account');
    const link = `http://rollcall.test/magic-link?token=${notification.tokens.at(-1)}`;
    expect(text).toContain(link);
    expect(html).toContain(`href="${link}"`);
    for (const form of [text, html]) expect(form).toContain('123456');
  });
});

describe('notices', () => {
  it('sign_up.repeated tells the owner of the address and gives no link away', async () => {
    await notification.register(userId, email);
    await notification.arrive(signUpRepeated, userId, {}, { email });
    const { subject, text } = await onlyMail();
    expect(subject).toBe('You already have an account');
    expect(text).toContain('Hello ada,');
    expect(text).not.toContain('token=');
  });

  it('session.started on a new device says when, from what and from where', async () => {
    await notification.register(userId, email);
    const data = { sessionId: sessionId.parse(newId()), methods: ['pwd'], newDevice: true };
    await notification.arrive(sessionStarted, userId, data, { ipAddress: '192.0.2.7', userAgent: 'Firefox <b>1</b>' });
    const { subject, text, html } = await onlyMail();
    expect(subject).toBe('New sign-in to your account');
    expect(text).toContain('When: 2 January 2030 at 03:04 UTC\nDevice: Firefox <b>1</b>\nAddress: 192.0.2.7');
    expect(html).toContain('Firefox &lt;b&gt;1&lt;/b&gt;');
  });

  it('session.started from where many are guessed at says so, on whatever device', async () => {
    await notification.register(userId, email);
    const suspected = true as const;
    const data = { sessionId: sessionId.parse(newId()), methods: ['pwd'], newDevice: false, suspected };
    await notification.arrive(sessionStarted, userId, data, { ipAddress: '192.0.2.7', userAgent: 'a script' });
    const { subject, text } = await onlyMail();
    expect(subject).toBe('New sign-in to your account');
    expect(text).toContain('passwords were tried under many names');
    expect(text).toContain('Address: 192.0.2.7');
  });

  it('session.started on a known device sends nothing', async () => {
    await notification.register(userId, email);
    const data = { sessionId: sessionId.parse(newId()), methods: ['pwd'], newDevice: false };
    const event = await notification.arrive(sessionStarted, userId, data, { ipAddress: '', userAgent: '' });
    expect(await notification.mailOf(event)).toBeUndefined();
  });

  it('password.changed tells the person', async () => {
    await notification.register(userId, email);
    await notification.arrive(passwordChanged, userId, { how: 'reset' });
    expect((await onlyMail()).subject).toBe('Your password was changed');
  });

  it.each([
    ['factors.reset', factorsReset, { removed: 2 }, 'were removed'],
    [
      'impersonation.started',
      impersonationStarted,
      { sessionId: sessionId.parse(newId()), expiresAt: new Date().toISOString() },
      'looked at',
    ],
    ['factor.added', factorAdded, { factorId: entityId.parse(newId()), kind: 'totp' }, 'was added to'],
    ['factor.removed', factorRemoved, { factorId: entityId.parse(newId()), kind: 'totp' }, 'was removed from'],
    ['recovery_codes.made', recoveryCodesMade, { count: 10 }, 'has new recovery codes'],
    ['identity.linked', identityLinked, { identityId: newId(), authType: 'google' }, 'was linked to'],
    ['identity.unlinked', identityUnlinked, { identityId: newId(), authType: 'google' }, 'was unlinked from'],
  ] as const)('%s tells the person', async (_, definition, data, said) => {
    await notification.register(userId, email);
    await notification.arrive(definition as EventDefinition, userId, data);
    expect((await onlyMail()).subject).toContain(said);
  });

  it('of what somebody else may have done have a link that takes it back', async () => {
    await notification.register(userId, email);
    await notification.arrive(factorAdded, userId, { factorId: entityId.parse(newId()), kind: 'totp' });
    const { text, html } = await onlyMail();
    const link = `http://rollcall.test/security-actions?token=${notification.tokens.at(-1)}`;
    expect(text).toContain(`This was not me:\n${link}`);
    expect(html).toContain(`href="${link}"`);
  });

  it('go without one where there is nothing to take back any more', async () => {
    notification.world.voidRequests = true;
    await notification.register(userId, email);
    await notification.arrive(passwordChanged, userId, { how: 'reset' });
    expect((await onlyMail()).text).not.toContain('token=');
    notification.world.voidRequests = false;
  });

  it('account.secured tells what is gone, and has no link', async () => {
    await notification.register(userId, email);
    const data = { since: new Date().toISOString(), factors: [], identities: [], consents: 0 };
    await notification.arrive(accountSecured, userId, data);
    const { subject, text } = await onlyMail();
    expect(subject).toBe('Your account is safe');
    expect(text).not.toContain('token=');
  });

  it('recovery_code.used says when, from what and from where', async () => {
    await notification.register(userId, email);
    await notification.arrive(recoveryCodeUsed, userId, { left: 9 }, { ipAddress: '192.0.2.7', userAgent: 'Firefox' });
    const { subject, text } = await onlyMail();
    expect(subject).toBe('A recovery code was used to sign in to your account');
    expect(text).toContain('Device: Firefox\nAddress: 192.0.2.7');
  });

  it('user.deactivated tells the person', async () => {
    await notification.register(userId, email);
    const change = { before: { status: 'active' }, after: { status: 'deactivated' }, by: 'administrator' } as const;
    await notification.arrive(userDeactivated, userId, change);
    expect((await onlyMail()).subject).toBe('Your account was deactivated');
  });
});

describe('an event', () => {
  it('makes one mail, however often it arrives, and mail.sent names it as the cause', async () => {
    await notification.register(userId, email);
    const event = await notification.arrive(passwordChanged, userId, { how: 'change' });
    await notification.settled(event, 'sent');
    expect(await notification.apply(event)).toEqual(['repeated']);
    // Even a reaction that runs again, as after a retry of a parked event, finds the mail there.
    expect(await notification.apply({ ...event, subjectsequence: 2 })).toEqual(['applied']);
    expect(await notification.inboxOf(email)).toHaveLength(1);
    expect(await notification.eventsAbout(userId)).toMatchObject([
      {
        type: 'mail.sent',
        actor: 'service:notification',
        correlationid: 'a-request',
        causationid: event.id,
        data: { mailId: event.id, kind: 'password_changed' },
      },
    ]);
  });

  it('leaves no personal value readable in the database', async () => {
    await notification.register(userId, email, 'canary-name');
    const data = { sessionId: sessionId.parse(newId()), methods: ['pwd'], newDevice: true };
    const event = await notification.arrive(sessionStarted, userId, data, { ipAddress: '192.0.2.9', userAgent: 'x' });
    await notification.settled(event, 'sent');
    const { sql } = notification.connection;
    const rows = await sql`
      select to_jsonb(r)::text as text from notification.recipients r where user_id = ${userId}
      union all select to_jsonb(m)::text from notification.mails m where user_id = ${userId}
      union all select envelope::text from notification.outbox where subject = ${userId}`;
    expect(rows).toHaveLength(3);
    for (const { text } of rows) expect(text).not.toMatch(/example\.com|canary-name|192\.0\.2\.9/);
    expect(await notification.mailOf(event)).toMatchObject({ sealed: null });
  });
});
