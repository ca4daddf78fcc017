import type { PersonalData } from '@rollcall/events/personal-data';
import { isOutage } from '@rollcall/service-kit/failures';
import type { Logger } from '@rollcall/service-kit/logging';
import { z } from 'zod';
import type { RecordedActivity } from './store/activity.ts';

export interface Reader {
  readonly userId: string;
  /** Holds `activity.read`: may see everybody's personal values. */
  readonly seesAll: boolean;
}

/** People whose keys are fetched at the same time. */
const lanes = 8;

/**
 * Opens what the reader may see of the personal values in these rows.
 *
 * A person sees only what was sealed under their own key: to have acted on somebody is no right to their data.
 *
 * @returns by row id: the values, or null where they are not for this reader or the key is gone. A row without a
 * personal block is not there.
 * @throws when keys cannot be fetched just now: to say null then would be to say that the person was erased.
 */
export const openPersonalValues = async (
  personal: PersonalData,
  rows: readonly RecordedActivity[],
  reader: Reader,
  log: Logger,
): Promise<ReadonlyMap<string, Record<string, unknown> | null>> => {
  const opened = new Map<string, Record<string, unknown> | null>();
  const byPerson = new Map<string, { id: string; sealed: string }[]>();
  for (const { id, data } of rows) {
    if (typeof data.personal !== 'string') continue;
    const person = personOf(data.personal);
    opened.set(id, null);
    if (person === undefined || !(reader.seesAll || person === reader.userId)) continue;
    byPerson.set(person, [...(byPerson.get(person) ?? []), { id, sealed: data.personal }]);
  }

  const open = async ({ id, sealed }: { id: string; sealed: string }) => {
    try {
      opened.set(id, await personal.open(sealed));
    } catch (error) {
      if (isOutage(error)) throw error;
      // One damaged block must not hide the rest of the trail.
      log.error({ err: error, eventId: id }, 'the personal values of an event cannot be opened');
    }
  };
  const people = [...byPerson.values()].values();
  const lane = async () => {
    // One block of a person after the other, so that their key is asked for once.
    for (const blocks of people) for (const block of blocks) await open(block);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return opened;
};

const protectedHeader = z.object({ kid: z.string() });

/** Under whose key a block is sealed: the `kid` in the first part of the compact JWE (RFC 7516 section 7.1). */
const personOf = (sealed: string): string | undefined => {
  try {
    const [header = ''] = sealed.split('.', 1);
    return protectedHeader.parse(JSON.parse(Buffer.from(header, 'base64url').toString())).kid;
  } catch {
    return undefined;
  }
};
