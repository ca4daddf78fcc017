import { z } from 'zod';

// NUL breaks Postgres; a lone surrogate is silently stored as another string. Neither may pass an edge.
const isStorable = (value: string): boolean => value.isWellFormed() && !value.includes('\u0000');

// Line breaks and other control characters have no place in a name, and would forge mail headers and log lines.
const isOneLine = (value: string): boolean => !/[\p{Cc}\u2028\u2029]/u.test(value);

// What is shown as nothing cannot be told from what is missing.
const isVisible = (value: string): boolean => value === '' || /[^\s\p{Cc}\p{Cf}]/u.test(value);

// Embeddings, overrides and isolates turn the text beside them round too; letters bring their direction with them.
const keepsDirection = (value: string): boolean => !/[\u202a-\u202e\u2066-\u2069]/.test(value);

const codePoints = (value: string): number => [...value].length;

export interface TextLimits {
  readonly min?: number;
  readonly max: number;
}

/**
 * Text of any kind, to be compared or hashed and never shown. Lengths count code points, as a person counts characters.
 * Refuses NUL and lone surrogates, so that what is stored is what was sent.
 */
export const verbatim = ({ min = 0, max }: TextLimits) =>
  z
    .string()
    // A code point is at most two code units: this bound is cheap and comes before the exact count.
    .max(max * 2, `must be at most ${max} characters`)
    .refine(isStorable, 'must not contain NUL or unpaired surrogates')
    .refine((value) => codePoints(value) >= min && codePoints(value) <= max, `must be ${min} to ${max} characters`)
    .meta({ minLength: min, maxLength: max });

/** {@link verbatim} for others to read: text of any script that may span lines, neither blank nor turned round. */
export const paragraph = (limits: TextLimits) =>
  verbatim(limits)
    .refine(isVisible, 'must not be blank')
    .refine(keepsDirection, 'must not contain characters that turn the direction of text')
    .meta({ minLength: limits.min ?? 0, maxLength: limits.max });

/** {@link paragraph} without control characters: for names and anything that reaches a header or a log line. */
export const line = (limits: TextLimits) =>
  paragraph(limits)
    .refine(isOneLine, 'must not contain control characters or line breaks')
    .meta({ minLength: limits.min ?? 0, maxLength: limits.max });
