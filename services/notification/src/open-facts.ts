import { email, username } from '@rollcall/types/people';
import { z } from 'zod';
import type { Ports } from './ports.ts';
import type { Mail } from './store/mails.ts';
import { findRecipient } from './store/recipients.ts';

/** Text that a stranger chose, such as a user agent: one line of bounded length, whatever it was. */
const foreignLine = z.string().transform((text) =>
  text
    .toWellFormed()
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .slice(0, 200),
);

/** Checked again by the strict schemas, since this is what an SMTP command is made of. */
const openedFacts = z.object({
  email,
  username: username.optional(),
  ipAddress: foreignLine.optional(),
  userAgent: foreignLine.optional(),
});
export type OpenedFacts = z.infer<typeof openedFacts>;

/**
 * Opens what is known of the recipient and what the event itself carried.
 *
 * @returns `nobody` when there is no address to write to: the person was erased, or the address is not one.
 * @returns `not_yet` while the person's registration has not been heard of; events of two services come in any order.
 * @throws when a key cannot be fetched just now.
 */
export const openFacts = async (
  { connection, personal }: Ports,
  { userId, sealed }: Mail,
): Promise<OpenedFacts | 'nobody' | 'not_yet'> => {
  const remembered = await findRecipient(connection.db, userId);
  const recipient = remembered === undefined ? {} : await personal.open(remembered);
  const carried = sealed === null ? {} : await personal.open(sealed);
  if (!recipient || !carried) return 'nobody';

  const values: Record<string, unknown> = { ...recipient, ...carried };
  if (values.email === undefined && remembered === undefined) return 'not_yet';
  const facts = openedFacts.safeParse(values);
  return facts.success ? facts.data : 'nobody';
};
