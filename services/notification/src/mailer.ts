import { setTimeout as delay } from 'node:timers/promises';
import { isOutage } from '@rollcall/service-kit/failures';
import { inSpan, type SpanOptions, storyIds } from '@rollcall/service-kit/tracing';
import { Worker } from '@rollcall/service-kit/worker';
import { mailFailed, mailSent } from '@rollcall/types/events/notification';
import { openFacts } from './open-facts.ts';
import type { Ports } from './ports.ts';
import { DeliveryError, LetterRejectedError } from './post-office.ts';
import { claimDueMails, keepMails, type Mail, markFailed, markSent, postponeMail } from './store/mails.ts';
import { writeLetter } from './write-letter.ts';

type FailureReason = 'rejected' | 'expired' | 'recipient_unknown';

type Outcome =
  | { readonly status: 'sent'; readonly messageId: string }
  | { readonly status: 'failed'; readonly reason: FailureReason }
  | { readonly status: 'later'; readonly because: unknown; readonly inTheEnd: FailureReason };

const parallel = 4;
/** Well within a lease. */
const keepMilliseconds = 4_000;

/** Sends what is due, a few mails at a time. */
export const createMailer = (ports: Ports): Worker =>
  new Worker({
    name: 'mailer',
    idleMilliseconds: 500,
    log: ports.log,
    round: async (signal) => {
      const due = await claimDueMails(ports.connection.db, parallel);
      const kept = setInterval(() => void keep(ports, due), keepMilliseconds);
      const done = await Promise.allSettled(
        due.map(async (mail) => settle(ports, mail, await attempt(ports, mail), signal)),
      );
      clearInterval(kept);
      const failed = done.find((one) => one.status === 'rejected');
      if (failed) throw failed.reason;
      return due.length === parallel;
    },
  });

const keep = (ports: Ports, mails: readonly Mail[]): Promise<void> =>
  keepMails(
    ports.connection.db,
    mails.map(({ id }) => id),
  ).catch((error: unknown) => ports.log.warn({ err: error }, 'leases of mails were not kept going'));

const attempt = async (ports: Ports, mail: Mail): Promise<Outcome> => {
  try {
    return await inSpan(spanOf(mail), (traceparent) => send(ports, { ...mail, traceparent: traceparent ?? null }));
  } catch (error) {
    if (error instanceof LetterRejectedError) return { status: 'failed', reason: 'rejected' };
    return { status: 'later', because: error, inTheEnd: 'expired' };
  }
};

/** @throws when it may go better at the next attempt, or when the mail server refuses the letter. */
const send = async (ports: Ports, mail: Mail): Promise<Outcome> => {
  const facts = await openFacts(ports, mail);
  if (facts === 'nobody') return { status: 'failed', reason: 'recipient_unknown' };
  if (facts === 'not_yet') return { status: 'later', because: facts, inTheEnd: 'recipient_unknown' };
  const letter = await writeLetter(ports, mail, facts);
  if (!letter) return { status: 'failed', reason: 'expired' };
  await ports.postOffice.send(letter);
  return { status: 'sent', messageId: letter.messageId };
};

const settle = (ports: Ports, mail: Mail, outcome: Outcome, signal: AbortSignal): Promise<void> => {
  switch (outcome.status) {
    case 'sent':
      // Forgetting this would send the mail a second time, so only a kill may come between.
      return throughOutages(signal, () => recordSent(ports, mail, outcome.messageId));
    case 'failed':
      return recordFailed(ports, mail, outcome.reason);
    case 'later':
      return postpone(ports, mail, outcome.because, outcome.inTheEnd);
  }
};

const recordSent = async ({ events, log }: Ports, mail: Mail, messageId: string): Promise<void> => {
  await events.transact(async (tx, emit) => {
    if (!(await markSent(tx, mail.id, messageId))) return;
    const data = { mailId: mail.id, kind: mail.kind };
    await emit(mailSent, { subject: mail.userId, data, cause: causeOf(mail) });
  });
  log.info(telling(mail), 'a mail was sent');
};

const recordFailed = async ({ events, log }: Ports, mail: Mail, reason: FailureReason): Promise<void> => {
  log.warn({ ...telling(mail), reason }, 'a mail was given up');
  await events.transact(async (tx, emit) => {
    if (!(await markFailed(tx, mail.id))) return;
    const data = { mailId: mail.id, kind: mail.kind, reason };
    await emit(mailFailed, { subject: mail.userId, data, cause: causeOf(mail) });
  });
};

const postpone = async (ports: Ports, mail: Mail, because: unknown, inTheEnd: FailureReason): Promise<void> => {
  const { config, connection, log } = ports;
  if (Date.now() - mail.createdAt.getTime() > config.giveUpAfterMilliseconds) {
    return recordFailed(ports, mail, inTheEnd);
  }
  const waitMilliseconds = Math.min(
    config.firstRetryMilliseconds * 2 ** (mail.attempts - 1),
    config.longestRetryMilliseconds,
  );
  const about = { ...telling(mail), attempt: mail.attempts, waitMilliseconds };
  if (because instanceof DeliveryError)
    log.warn({ ...about, code: because.code, response: because.responseCode }, because.message);
  else log.warn({ ...about, err: because }, 'a mail waits for its next attempt');
  await postponeMail(connection.db, mail.id, waitMilliseconds);
};

const spanOf = ({ id, kind, correlationId, traceparent }: Mail): SpanOptions => ({
  name: 'send mail',
  kind: 'client',
  requestId: correlationId,
  parent: traceparent ?? undefined,
  attributes: { 'rollcall.service': 'notification', 'rollcall.mail': id, 'rollcall.mail.kind': kind },
});

/** Which mail a log line is about, and which request it follows from. */
const telling = ({ id, kind, correlationId, traceparent }: Mail) => ({
  ...storyIds(correlationId, traceparent),
  mailId: id,
  kind,
});

const causeOf = ({ id, correlationId, traceparent }: Mail) => ({
  actor: 'service:notification',
  correlationId,
  causationId: id,
  ...(traceparent === null ? {} : { traceparent }),
});

/** Repeats `work` until the database is back, or the service is told to stop. */
const throughOutages = async (signal: AbortSignal, work: () => Promise<void>): Promise<void> => {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isOutage(error) || signal.aborted) throw error;
      await delay(200, undefined, { signal }).catch(() => undefined);
    }
  }
};
