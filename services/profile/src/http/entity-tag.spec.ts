import { expect, it } from 'vitest';
import { entityTag, holdsIfMatch } from './entity-tag.ts';

const whole = { all: true, status: true };
const part = { all: false, status: true };
const open = { all: false, status: false };

it('holds without a condition, for any version, and for the present one, however much of it was shown', () => {
  for (const ifMatch of [null, '*', '"3"', '"2", "3"', ' "3" ', entityTag(3, part), entityTag(3, open)])
    expect(holdsIfMatch(ifMatch, 3), `${ifMatch}`).toBe(true);
});

it('does not hold for another version, a weak tag, or what is no tag', () => {
  for (const ifMatch of ['"2"', 'W/"3"', '3', '', '"33"', '"3-"', '"2-open"']) {
    expect(holdsIfMatch(ifMatch, 3), ifMatch).toBe(false);
  }
});

it('is strong, and another one for everybody who sees another part', () => {
  expect(entityTag(3, whole)).toBe('"3"');
  expect(new Set([whole, part, open].map((sight) => entityTag(3, sight))).size).toBe(3);
});
