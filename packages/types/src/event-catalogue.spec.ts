import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { envelope } from './envelope.ts';
import { eventCatalogue } from './event-catalogue.ts';

/** Every place in a JSON schema where what is not named is refused. */
const closedPlaces = (schema: unknown, path = ''): string[] => {
  if (typeof schema !== 'object' || schema === null) return [];
  const own = 'additionalProperties' in schema && schema.additionalProperties === false ? [path] : [];
  return [...own, ...Object.entries(schema).flatMap(([key, value]) => closedPlaces(value, `${path}/${key}`))];
};

const schemas = [
  ['the envelope', envelope],
  ...[...eventCatalogue.values()].flatMap(({ type, wire, personal }) => [
    [type, wire] as const,
    ...(personal ? [[`${type}, its personal values`, personal] as const] : []),
  ]),
] as const;

describe('an event of a newer version (F42)', () => {
  it.each(schemas)('may say more than this version knows: %s', (_, schema) => {
    expect(closedPlaces(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }))).toEqual([]);
  });

  it('would be found if it might not', () => {
    const strict = z.object({ after: z.strictObject({ name: z.string() }) });
    expect(closedPlaces(z.toJSONSchema(strict, { io: 'input' }))).toEqual(['/properties/after']);
  });
});
