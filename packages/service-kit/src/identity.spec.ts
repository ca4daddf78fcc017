import { expect, it } from 'vitest';
import { newId, timeOfId } from './identity.ts';

it('an id tells when it was made, to the millisecond; what is none of ours tells nothing', () => {
  const before = Date.now();
  const at = timeOfId(newId());
  expect(at).toBeGreaterThanOrEqual(before);
  expect(at).toBeLessThanOrEqual(Date.now());
  // The example of RFC 9562, appendix A.6.
  expect(timeOfId('017f22e2-79b0-7cc3-98c4-dc0c0c07398f')).toBe(Date.UTC(2022, 1, 22, 19, 22, 22));
  for (const other of ['', 'a-request', '919108f7-52d1-4320-9bac-f847db4148a8'])
    expect(timeOfId(other)).toBeUndefined();
});
