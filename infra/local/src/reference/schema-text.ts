import { z } from 'zod';

type Json = z.core.JSONSchema._JSONSchema;

const jsonOf = (schema: z.ZodType, io: 'input' | 'output'): Json =>
  z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' });

/** What a schema takes or gives, in words short enough for a table. */
export const typeText = (schema: z.ZodType, io: 'input' | 'output' = 'output'): string => textOf(jsonOf(schema, io));

/** The fields of an object schema, each with its type; an optional one ends in `?`. */
export const fieldTexts = (schema: z.ZodType): readonly { readonly name: string; readonly type: string }[] => {
  const json = jsonOf(schema, 'output');
  if (typeof json === 'boolean') return [];
  const required = new Set(json.required);
  return Object.entries(json.properties ?? {}).map(([name, field]) => ({
    name: required.has(name) ? name : `${name}?`,
    type: textOf(field),
  }));
};

const textOf = (json: Json): string => {
  if (typeof json === 'boolean') return 'anything';
  if (json.anyOf) return json.anyOf.map(textOf).join(' or ');
  if (json.const !== undefined) return JSON.stringify(json.const);
  if (json.enum) return json.enum.map((value) => JSON.stringify(value)).join(' or ');
  switch (json.type) {
    case 'array':
      return `list of ${Array.isArray(json.items) || json.items === undefined ? 'anything' : textOf(json.items)}`;
    case 'object':
      return objectText(json);
    case 'string':
      return json.format ?? 'text';
    case undefined:
      return 'anything';
    default:
      return String(json.type);
  }
};

const objectText = (json: Exclude<Json, boolean>): string => {
  const names = Object.keys(json.properties ?? {});
  if (names.length === 0) return 'object';
  const required = new Set(json.required);
  return `{ ${names.map((name) => (required.has(name) ? name : `${name}?`)).join(', ')} }`;
};
