import type { z } from 'zod';

/** A field of a declared body or query. */
export interface Field {
  /** Names from the outermost inwards. */
  readonly path: readonly string[];
  readonly kind: 'text' | 'number' | 'boolean' | 'object' | 'dictionary' | 'anything' | 'list' | 'moment';
  /** May it be null? */
  readonly nullable: boolean;
}

type Definition = z.core.$ZodTypes['_zod']['def'];

const definitionOf = (schema: z.core.$ZodType): Definition =>
  // Every schema that zod makes is one of these.
  (schema as z.core.$ZodTypes)._zod.def;

/**
 * Every field of a schema, nested ones included.
 *
 * @throws for a kind of schema it does not know: what is not listed would go untested in silence.
 */
export const fieldsOf = (schema: z.core.$ZodType, path: readonly string[] = [], nullable = false): readonly Field[] => {
  const definition = definitionOf(schema);
  const leaf = (kind: Field['kind']): readonly Field[] => [{ path, kind, nullable }];
  switch (definition.type) {
    case 'optional':
    case 'default':
    case 'readonly':
      return fieldsOf(definition.innerType, path, nullable);
    case 'nullable':
      return fieldsOf(definition.innerType, path, true);
    case 'pipe':
      // What a preprocessing step leaves is what is declared; of what is made something else, what comes in.
      return fieldsOf(isTransform(definition.out) ? definition.in : definition.out, path, nullable);
    case 'object': {
      const inner = Object.entries(definition.shape).flatMap(([name, field]) => fieldsOf(field, [...path, name]));
      return path.length === 0 ? inner : [...leaf('object'), ...inner];
    }
    case 'string':
    case 'enum':
    case 'literal':
    case 'template_literal':
      return leaf('text');
    case 'number':
      return leaf('number');
    case 'boolean':
      return leaf('boolean');
    case 'record':
      return leaf(definitionOf(definition.valueType).type === 'unknown' ? 'anything' : 'dictionary');
    case 'array':
      return leaf('list');
    case 'union':
      if (path.length > 0 && definition.options.every(isNumberOrText)) return leaf('moment');
      throw new Error(`${path.join('.')} is a union, for which there is no bad input yet`);
    default:
      throw new Error(`${path.join('.')} is a ${definition.type}, for which there is no bad input yet`);
  }
};

const isTransform = (schema: z.core.$ZodType): boolean => definitionOf(schema).type === 'transform';

/** Revisions and instants are given as the one or the other. */
const isNumberOrText = (schema: z.core.$ZodType): boolean => ['number', 'string'].includes(definitionOf(schema).type);

/** Does an object schema refuse members that it does not name? */
export const isStrict = (schema: z.core.$ZodType): boolean => {
  const definition = definitionOf(schema);
  if (definition.type === 'pipe') return isStrict(definition.out);
  return definition.type === 'object' && definition.catchall !== undefined;
};
