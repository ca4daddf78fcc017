import { streamName } from '@rollcall/types/envelope';
import { type Bus, isMissing, retentionMilliseconds } from './bus.ts';
import type { RelaySource, Remembered } from './relay-source.ts';

/** Near the end of its time an event may be gone by age rather than by accident. */
const certainlyKept = retentionMilliseconds - 60 * 60_000;

/**
 * From which sequence on does the stream not have what we remember to be there? Undefined when it has everything.
 *
 * A stream loses its end and then writes over it, so the last event that we remember tells: when that one is in its
 * place, so are those before it. The stream's length tells nothing, for others may have written since.
 */
export const findLoss = async (bus: Bus, source: RelaySource): Promise<number | undefined> => {
  let before = Number.MAX_SAFE_INTEGER;
  for (let step = 1; ; step *= 4) {
    const last = await source.remembered(before);
    if (!last) return before === Number.MAX_SAFE_INTEGER ? undefined : 0;
    if (await isInPlace(bus, last)) return before === Number.MAX_SAFE_INTEGER ? undefined : last.streamSequence + 1;
    // Longer and longer steps: some that were not lost are published again, but a long loss is found quickly.
    before = last.streamSequence - step + 1;
  }
};

const isInPlace = async (bus: Bus, { eventId, streamSequence, at }: Remembered): Promise<boolean> => {
  if (Date.now() - at.getTime() > certainlyKept) return true;
  const manager = await bus.manager();
  try {
    const message = await manager.streams.getMessage(streamName, { seq: streamSequence });
    return message.header.get('Nats-Msg-Id').startsWith(eventId);
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
};
