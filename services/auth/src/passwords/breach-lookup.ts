import { createHash } from 'node:crypto';
import type { Logger } from '@rollcall/service-kit/logging';
import type { OutgoingHttp } from '@rollcall/service-kit/outgoing-http';

/** Has this password leaked somewhere? */
export type BreachLookup = (password: string) => Promise<boolean>;

const patienceMilliseconds = 2_000;

/**
 * Asks a service that keeps leaked passwords, by k-anonymity: it is told the first five digits of the SHA-1, which some
 * thousand passwords share, and answers the rest of each that it has, one a line as `<35 digits>:<how often>`. Whoever sets
 * a password does not wait for it: where it does not answer, the lists at hand have judged already.
 *
 * @param base what the five digits are put behind, such as `https://api.pwnedpasswords.com/range/`
 */
export const createBreachLookup = (
  outgoing: Pick<OutgoingHttp, 'call'>,
  base: string | undefined,
  log: Logger,
): BreachLookup => {
  if (base === undefined) return async () => false;
  return async (password) => {
    const digest = createHash('sha1').update(password).digest('hex').toUpperCase();
    const rest = digest.slice(5);
    const signal = AbortSignal.timeout(patienceMilliseconds);
    try {
      // The length of an answer that is not padded tells which it was.
      const answer = await outgoing.call(base + digest.slice(0, 5), { headers: { 'add-padding': 'true' }, signal });
      if (!answer.ok) throw new Error(`it answered ${answer.status}`);
      const lines = (await answer.text()).split(/\r?\n/);
      return lines.some((line) => line.toUpperCase().startsWith(`${rest}:`) && !/:0*$/.test(line.trim()));
    } catch (error) {
      log.warn({ err: error }, 'the service that keeps leaked passwords does not answer');
      return false;
    }
  };
};
