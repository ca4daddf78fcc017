import { z } from 'zod';
import type { StatefulService } from './services.ts';

type Shape = z.ZodRawShape;

export interface EventDefinition<
  Data extends Shape = Shape,
  Personal extends Shape = Shape,
  Type extends string = string,
> {
  readonly type: Type;
  readonly service: StatefulService;
  /** One sentence for the generated reference: when does this happen? */
  readonly summary: string;
  /** What anyone who may see the event may read. */
  readonly data: z.ZodObject<Data>;
  /** What only ever travels encrypted under the person's own key; absent where an event has none. */
  readonly personal?: z.ZodObject<Personal>;
  /** What `data` of an envelope looks like: the personal values are one sealed string in it. */
  readonly wire: z.ZodObject;
}

/**
 * The block that holds personal values on the road: a compact JWE (`dir`, `A256GCM`) whose `kid` is the person.
 * Destroying the key makes every copy unreadable.
 */
export const sealedPersonal = z.string().regex(/^[A-Za-z0-9_-]+\.\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+$/);

/** Declares an event type. Names are facts in the past: `user.registered`. */
export const defineEvent = <
  const Type extends string,
  Data extends Shape,
  Personal extends Shape = Record<never, never>,
>(definition: {
  type: Type;
  service: StatefulService;
  summary: string;
  data: Data;
  personal?: Personal;
}): EventDefinition<Data, Personal, Type> => {
  const { type, service, summary, personal } = definition;
  const data = z.object(definition.data);
  if (!personal) return { type, service, summary, data, wire: data };
  const wire = z.object({ ...definition.data, personal: sealedPersonal.optional() });
  return { type, service, summary, data, personal: z.object(personal), wire };
};

export type DataOf<E extends EventDefinition> = z.infer<E['data']>;
export type PersonalOf<E extends EventDefinition> = z.infer<NonNullable<E['personal']>>;
