import { expect, it } from 'vitest';
import { hasSeen } from './if-none-match.ts';

it('what is asked for has been seen by who names it, weakly or among others', () => {
  for (const held of ['"3"', 'W/"3"', '"2", "3"', '*']) expect(hasSeen(held, '"3"'), held).toBe(true);
  for (const held of [null, '', '"2"', '3', '"3-open"']) expect(hasSeen(held, '"3"'), `${held}`).toBe(false);
});
