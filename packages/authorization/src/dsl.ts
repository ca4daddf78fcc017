import { errors, transformer, validator } from '@openfga/syntax-transformer';
import { ModelError, type Place } from './errors.ts';
import { Model } from './model.ts';
import { readModelJson } from './model-definition.ts';

/**
 * Compiles a model in OpenFGA's language, schema 1.1, read by OpenFGA's own parser. Everything but conditions.
 * Only this file loads the parser: who has the JSON form needs `Model.from(readModelJson(json))` alone.
 *
 * @throws ModelError naming the line and the cause
 * @example
 * const model = compileModel('model\n  schema 1.1\ntype user\ntype team\n  relations\n    define member: [user]');
 */
export const compileModel = (dsl: string): Model => {
  try {
    return Model.from(readModelJson(modelJson(dsl)));
  } catch (error) {
    if (!(error instanceof ModelError) || error.place.line !== undefined) throw error;
    throw new ModelError(error.reason, withLine(dsl, error.place), { cause: error });
  }
};

/** The JSON form of a model in OpenFGA's language: what is handed to those who should not need the parser. */
export const modelJson = (dsl: string): unknown => {
  try {
    validator.validateDSL(dsl);
    return transformer.transformDSLToJSONObject(dsl);
  } catch (error) {
    if (!(error instanceof errors.BaseMultiError)) throw error;
    const first: errors.BaseError | undefined = error.errors[0];
    // Their lines count from 0.
    const place = first?.line === undefined ? {} : { line: first.line.start + 1 };
    throw new ModelError(first?.msg ?? error.message, place, { cause: error });
  }
};

/** Adds the line on which the type, or the relation of it, is defined. */
const withLine = (dsl: string, place: Place): Place => {
  if (place.type === undefined) return place;
  const words = dsl.split('\n').map((line) => line.trim().split(/[\s:]+/u));
  const typeLine = words.findIndex(([keyword, name]) => keyword === 'type' && name === place.type);
  const line =
    place.relation === undefined
      ? typeLine
      : words.findIndex(([keyword, name], n) => n > typeLine && keyword === 'define' && name === place.relation);
  return line < 0 ? place : { ...place, line: line + 1 };
};
