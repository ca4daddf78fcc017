import type { z } from 'zod';

type Issue = z.core.$ZodRawIssue;
type Bound = Extract<Issue, { code: 'too_big' | 'too_small' }>;

/**
 * What is wrong with a value, as the rest of a sentence that begins with its name. A schema that has words of its own
 * is not asked about here. No message repeats what was sent.
 */
export const inputMessage = (issue: Issue): string => {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${kinds[issue.expected] ?? 'of another type'}`;
    case 'too_big':
      return `must be ${issue.exact ? 'exactly' : issue.inclusive === false ? 'less than' : 'at most'} ${measure(issue, issue.maximum)}`;
    case 'too_small':
      return `must be ${issue.exact ? 'exactly' : issue.inclusive === false ? 'more than' : 'at least'} ${measure(issue, issue.minimum)}`;
    case 'invalid_format':
      return issue.format === 'starts_with'
        ? `must begin with ${issue.prefix}`
        : (formats[issue.format] ?? 'is not of the form it must have');
    case 'invalid_value':
      return oneOf(issue.values);
    case 'invalid_union':
      return Array.isArray(issue.options) ? oneOf(issue.options) : 'has none of the forms it may have';
    case 'invalid_key':
      return issue.issues[0]?.message ?? 'is not a name that is taken here';
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    default:
      return 'is not valid';
  }
};

/** Is it that there is no value at all? */
export const isMissing = (issue: z.core.$ZodIssue): boolean =>
  ['invalid_type', 'invalid_value', 'invalid_union'].includes(issue.code) && isAbsent(issue);

// A tag that is missing is reported at its own place, but with the object that it is missing from.
const isAbsent = (issue: z.core.$ZodIssue): boolean => {
  if (issue.code !== 'invalid_union' || issue.discriminator === undefined) return issue.input === undefined;
  return typeof issue.input === 'object' && issue.input !== null && !(issue.discriminator in issue.input);
};

const kinds: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'an array',
  object: 'an object',
  record: 'an object',
  null: 'null',
};

const formats: Readonly<Record<string, string>> = {
  datetime: 'must be an ISO 8601 instant in UTC, such as 2030-01-31T12:00:00Z',
  email: 'must be an e-mail address',
  url: 'must be a URL',
  uuid: 'must be a UUID',
};

const units: Readonly<Record<string, string>> = { string: 'character', array: 'item' };

const measure = ({ origin }: Bound, limit: number | bigint): string => {
  const unit = units[origin];
  return unit === undefined ? String(limit) : `${limit} ${unit}${Number(limit) === 1 ? '' : 's'}`;
};

const oneOf = (values: readonly unknown[]): string => {
  const texts = values.map((value) => JSON.stringify(typeof value === 'bigint' ? String(value) : value));
  return `must be ${texts.length === 1 ? '' : 'one of '}${texts.join(', ')}`;
};
