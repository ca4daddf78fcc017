import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { hasSeen } from '@rollcall/service-kit/if-none-match';

interface Content {
  readonly plain: Uint8Array<ArrayBuffer>;
  readonly zipped: Uint8Array<ArrayBuffer>;
  readonly etag: string;
}

const zip = promisify(gzip);
const worthZipping = /^(?:text\/|application\/(?:json|javascript))/;

/** An answer that is the same for everybody: made once, when first asked for, and then only compared by its ETag. */
export class FixedDocument {
  readonly #headers: Readonly<Record<string, string>>;
  readonly #load: () => Promise<string | Uint8Array>;
  #content: Promise<Content> | undefined;

  constructor(headers: Readonly<Record<string, string>>, load: () => Promise<string | Uint8Array>) {
    this.#headers = headers;
    this.#load = load;
  }

  async answer(asked: Headers): Promise<Response> {
    this.#content ??= this.#make();
    const { plain, zipped, etag } = await this.#content;
    const headers: Record<string, string> = { ...this.#headers, etag, vary: 'Accept-Encoding' };
    if (hasSeen(asked.get('if-none-match'), etag)) return new Response(null, { status: 304, headers });
    if (zipped.length === plain.length || !takesGzip(asked.get('accept-encoding'))) {
      return new Response(plain, { headers });
    }
    return new Response(zipped, { headers: { ...headers, 'content-encoding': 'gzip' } });
  }

  async #make(): Promise<Content> {
    const plain = Buffer.from(await this.#load());
    const zipped = worthZipping.test(this.#headers['content-type'] ?? '') ? Buffer.from(await zip(plain)) : plain;
    // Weak, because it stands for the zipped form as well (RFC 9110 section 8.8.1).
    return { plain, zipped, etag: `W/"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"` };
  }
}

const takesGzip = (acceptEncoding: string | null): boolean =>
  /(?:^|,)\s*gzip\s*(?:;\s*q=(?:1|0\.0*[1-9]\d*)[\d.]*\s*)?(?:,|$)/i.test(acceptEncoding ?? '');
