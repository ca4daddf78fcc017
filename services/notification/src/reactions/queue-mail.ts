import type { ReactionScope, ReceivedEvent } from '@rollcall/events/reaction';
import type { Envelope } from '@rollcall/types/envelope';
import type { EventDefinition } from '@rollcall/types/event-definition';
import type { MailKind } from '@rollcall/types/events/notification';
import { addMail } from '../store/mails.ts';

/** What reactions need beside their transaction. */
export interface ReactionPorts {
  /** There will be a mail to send as soon as the transaction has committed. */
  readonly mailComing: () => void;
}

/** The personal block of an event, as it travels. */
export const sealedOf = ({ data }: Envelope): string | null =>
  typeof data.personal === 'string' ? data.personal : null;

/** Puts down that a mail is to be sent about an event; the mailer sends it. */
export const queueMail = async (
  { envelope, cause }: ReceivedEvent<EventDefinition>,
  { tx }: ReactionScope,
  { mailComing }: ReactionPorts,
  mail: { readonly kind: MailKind; readonly requestId?: string },
): Promise<void> => {
  await addMail(tx, {
    id: envelope.id,
    kind: mail.kind,
    userId: envelope.subject,
    requestId: mail.requestId ?? null,
    sealed: sealedOf(envelope),
    happenedAt: new Date(envelope.time),
    correlationId: cause.correlationId,
    traceparent: cause.traceparent ?? null,
  });
  mailComing();
};
