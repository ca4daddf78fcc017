import { reactTo } from '@rollcall/events/reaction';
import { userRegistered } from '@rollcall/types/events/registration';
import { rememberRecipient } from '../store/recipients.ts';
import { sealedOf } from './queue-mail.ts';

/** Keeps the address as it came: sealed under the person's key, so that erasing the key erases it here too. */
export const onUserRegistered = () =>
  reactTo(userRegistered, async ({ envelope }, { tx }) => {
    const sealed = sealedOf(envelope);
    if (sealed !== null) await rememberRecipient(tx, envelope.subject, sealed);
  });
