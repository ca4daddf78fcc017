import { createHmac, timingSafeEqual } from 'node:crypto';

const tagBytes = 32;

/** What tells a sealed message from every other. */
export const sealOf = (message: Uint8Array): string => Buffer.from(message.subarray(0, tagBytes)).toString('base64');

/**
 * Messages between replicas. Every service may publish on the bus, and replicas believe each other's entries and have
 * each other's commands decided without asking for rights: so each message proves that its sender can read this
 * service's own tables. The tag covers where a message goes, so that none is taken for another.
 */
export class PeerMessages {
  readonly #secret: string;

  constructor(secret: string) {
    this.#secret = secret;
  }

  seal(destination: string, message: unknown): Buffer {
    const text = Buffer.from(JSON.stringify(message));
    return Buffer.concat([this.#tag(destination, text), text]);
  }

  /** What was sealed for this destination; undefined for anything else. */
  open(destination: string, bytes: Uint8Array): unknown {
    const tag = bytes.subarray(0, tagBytes);
    const text = bytes.subarray(tagBytes);
    if (tag.length !== tagBytes || !timingSafeEqual(tag, this.#tag(destination, text))) return undefined;
    return JSON.parse(Buffer.from(text).toString());
  }

  #tag(destination: string, text: Uint8Array): Buffer {
    return createHmac('sha256', this.#secret).update(`${destination}\n`).update(text).digest();
  }
}
