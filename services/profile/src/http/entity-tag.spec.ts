import { expect, it } from 'vitest';
import { entityTag, holdsIfMatch } from './entity-tag.ts';

it('holds without a condition, for any version, and for the present one', () => {
  for (const ifMatch of [null, '*', '"3"', '"2", "3"', ' "3" '])
    expect(holdsIfMatch(ifMatch, 3), `${ifMatch}`).toBe(true);
});

it('does not hold for another version, a weak tag, or what is no tag', () => {
  for (const ifMatch of ['"2"', 'W/"3"', '3', '', '"33"']) expect(holdsIfMatch(ifMatch, 3), ifMatch).toBe(false);
});

it('is strong', () => {
  expect(entityTag(3)).toBe('"3"');
});
