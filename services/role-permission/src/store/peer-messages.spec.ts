import { describe, expect, it } from 'vitest';
import { PeerMessages } from './peer-messages.ts';

const messages = new PeerMessages('a secret of this service');
const sealed = messages.seal('here', { a: 'ü' });

describe('a message between replicas', () => {
  it('is read where it was sent', () => {
    expect(messages.open('here', sealed)).toEqual({ a: 'ü' });
  });

  it('is nothing to whoever was not meant, and from whoever does not know the secret', () => {
    expect(messages.open('there', sealed)).toBeUndefined();
    expect(new PeerMessages('another').open('here', sealed)).toBeUndefined();
  });

  it('is nothing once a bit of it is changed', () => {
    for (let n = 0; n < sealed.length; n++) {
      const changed = Buffer.from(sealed);
      changed[n] = (changed[n] ?? 0) ^ 1;
      expect(messages.open('here', changed)).toBeUndefined();
    }
    expect(messages.open('here', Buffer.alloc(3))).toBeUndefined();
  });
});
