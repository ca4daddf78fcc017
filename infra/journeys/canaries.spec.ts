import { expectInvariants } from '@rollcall/testing/check-invariants';
import type { CollectedSpan } from '@rollcall/testing/trace-collector';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failEverywhere } from './canary-failures.ts';
import { type Life, liveOneLife } from './canary-life.ts';
import { makeEveryMistake } from './canary-mistakes.ts';
import { type CanaryStack, type Remains, startCanaryStack } from './canary-stack.ts';
import { callback } from './oauth-browser.ts';

let canaryStack: CanaryStack;
let life: Life;
let failures: number;
let mistakes: number;
let remains: Remains;

beforeAll(async () => {
  canaryStack = await startCanaryStack();
  life = await liveOneLife(canaryStack).catch((error: unknown) => {
    // The log is collected, and shown to nobody else.
    throw new Error(`the life broke off: ${error}\n${canaryStack.complaints()}`, { cause: error });
  });
  failures = await failEverywhere(canaryStack, life);
  mistakes = await makeEveryMistake(canaryStack, life.adminToken);
  await expectInvariants(canaryStack.stack);
  remains = await canaryStack.remains();
}, 180_000);

afterAll(() => canaryStack?.stack.stop());

const byText = (one: string, other: string) => one.localeCompare(other);
const distinct = (texts: readonly (string | undefined)[]) => [...new Set(texts.map(String))].sort(byText);

describe('one sign-up', () => {
  const spansOf = (requestId: string): readonly CollectedSpan[] => {
    const begun = remains.spans.filter(({ attributes }) => attributes['rollcall.request'] === requestId);
    const [traceId, ...others] = distinct(begun.map((span) => span.traceId));
    expect(others).toEqual([]);
    return remains.spans.filter((span) => span.traceId === traceId);
  };

  it('is one trace, from the gateway through the services and NATS to the mail', () => {
    const spans = spansOf(life.signUpRequestId);
    const steps = spans.map(({ name, attributes }) => `${attributes['rollcall.service']}: ${name}`);
    expect(steps).toEqual(
      expect.arrayContaining([
        'gateway: signUp',
        'registration: signUp',
        'auth: storePendingCredential',
        'notification: verification.requested',
        'notification: send mail',
        'registration: mintVerificationSecret',
        'activity-log: verification.requested',
        'activity-log: mail.sent',
      ]),
    );
    // One tree: whatever is in the trace hangs, in the end, below the request.
    const ids = new Set(spans.map(({ spanId }) => spanId));
    const roots = spans.filter(({ parentSpanId }) => parentSpanId === undefined || !ids.has(parentSpanId));
    expect(roots.map(({ name }) => name)).toEqual(['signUp']);
  });

  it('has the id of its request on every span of it', () => {
    const requests = spansOf(life.signUpRequestId).map(({ attributes }) => attributes['rollcall.request']);
    expect(distinct(requests)).toEqual([life.signUpRequestId]);
  });

  it('is told by the log of every service it went through, under the same id of the request and the trace', () => {
    const lines = remains.logLines
      .filter((line) => line.includes(life.signUpRequestId))
      .map((line): Record<string, string> => JSON.parse(line));
    const told = lines.map(({ service, msg, operation, type, kind }) =>
      [service, msg, operation ?? type ?? kind].join(': '),
    );
    expect(told).toEqual(
      expect.arrayContaining([
        'gateway: a request was answered: signUp',
        'registration: a request was answered: signUp',
        'auth: a request was answered: storePendingCredential',
        'notification: an event was applied: verification.requested',
        'registration: a request was answered: mintVerificationSecret',
        'notification: a mail was sent: verification',
        'activity-log: an event was applied: mail.sent',
      ]),
    );
    expect(distinct(lines.map(({ requestId }) => requestId))).toEqual([life.signUpRequestId]);
    expect(distinct(lines.map(({ traceId }) => traceId))).toEqual(
      distinct(spansOf(life.signUpRequestId).map(({ traceId }) => traceId)),
    );
  });
});

describe('secrets and personal values', () => {
  it('are in no log line', () => {
    expect(remains.logLines.length).toBeGreaterThan(mistakes);
    expect(failures).toBeGreaterThan(7);
    expect(remains.logLines.filter((line) => line.includes('request failed')).length).toBeGreaterThanOrEqual(failures);
    expect(canaryStack.canaries.seenIn('the log', remains.logLines)).toEqual([]);
  });

  it('are in no trace', () => {
    expect(remains.spans.length).toBeGreaterThan(100);
    expect(canaryStack.canaries.seenIn('a trace', remains.traceExports)).toEqual([]);
  });

  it('are in no message on NATS', () => {
    expect(remains.messages.length).toBeGreaterThan(50);
    // What the stream keeps was heard as well, once for each of its readers.
    const texts = [...new Set(remains.messages.flatMap(({ subject, headers, body }) => [subject, headers, body]))];
    expect(texts.some((text) => text.includes(life.userId) && text.includes('"personal"'))).toBe(true);
    expect(canaryStack.canaries.seenIn('a message', texts)).toEqual([]);
  });

  it('are in no outbox and no parked event but sealed', () => {
    expect(remains.eventRows.length).toBeGreaterThan(20);
    expect(remains.eventRows.some((row) => row.includes('"personal"'))).toBe(true);
    expect(canaryStack.canaries.seenIn('an outbox', remains.eventRows)).toEqual([]);
  });

  it('are in no metric', () => {
    expect(remains.metrics).toContain('rollcall_http_request_duration_seconds');
    expect(canaryStack.canaries.seenIn('the metrics', [remains.metrics])).toEqual([]);
  });
});

describe('secrets', () => {
  it('rest in no table', () => {
    expect(canaryStack.canaries.seenIn('a table', remains.rows, ['personal'])).not.toEqual([]);
    expect(canaryStack.canaries.seenIn('a table', remains.rows, ['secret'])).toEqual([]);
  });

  it('are in no answer that says what went wrong', () => {
    expect(remains.errorAnswers.length).toBeGreaterThan(mistakes / 2);
    expect(canaryStack.canaries.seenIn('an error', remains.errorAnswers, ['secret'])).toEqual([]);
  });
});

describe('what is read', () => {
  it('holds no secret, whoever it is that reads (N14)', () => {
    expect(remains.readAnswers.length).toBeGreaterThan(20);
    expect(canaryStack.canaries.seenIn('what was read', remains.readAnswers, ['secret'])).toEqual([]);
  });

  it('of browsers, what they keep and where they are sent, tells nothing of anybody (N38)', () => {
    expect(remains.cookies.length).toBeGreaterThan(4);
    expect(canaryStack.canaries.seenIn('a cookie', remains.cookies, ['personal'])).toEqual([]);
    // An application is told there what it has asked for.
    const ours = remains.addresses.filter((address) => address !== '' && !address.startsWith(callback));
    expect(ours.length).toBeGreaterThan(1);
    expect(canaryStack.canaries.seenIn('an address', ours)).toEqual([]);
  });
});

describe('mails', () => {
  it('hold no secret but the one that was minted for their reader', () => {
    const texts = remains.mails.map((mail) =>
      [...life.mailed]
        .filter(([, owner]) => mail.to.includes(owner))
        .reduce((text, [token]) => text.replaceAll(token, ''), JSON.stringify(mail)),
    );
    expect(canaryStack.canaries.seenIn('a mail', texts, ['secret'])).toEqual([]);
  });

  it('tell nobody about anybody else', () => {
    const toOthers = remains.mails.filter(({ to }) => !to.includes(life.email));
    expect(toOthers.length).toBeGreaterThan(1);
    const texts = toOthers.map((mail) => JSON.stringify(mail));
    expect(canaryStack.canaries.seenIn('a mail to somebody else', texts, ['personal'])).toEqual([]);
  });
});
