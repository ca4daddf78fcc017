import { type Refusal, refuse } from '@rollcall/types/problems';

export const defaultBodyLimit = 65_536;

const tooLarge = (limit: number): Refusal => refuse('payload_too_large', { detail: `The limit is ${limit} bytes.` });

/**
 * How much more than allowed is read, and thrown away, before the connection is given up: hanging up on a client that
 * is still sending breaks the connection under it, and it never sees the answer.
 */
const discardedBytes = 16_777_216;

/**
 * Reads a whole body, but never keeps more than `limit` bytes of it: the length that the headers claim is checked
 * first, and a chunked body, which claims none, is counted as it comes.
 */
export const readBody = async (request: Request, limit: number): Promise<Uint8Array | null | Refusal> => {
  const claimed = Number(request.headers.get('content-length') ?? 0);
  if (claimed > limit + discardedBytes) return tooLarge(limit);
  if (!request.body) return claimed > limit ? tooLarge(limit) : null;

  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > limit + discardedBytes) return tooLarge(limit);
    if (size <= limit) chunks.push(chunk);
    else chunks.length = 0;
  }
  if (size > limit) return tooLarge(limit);
  return size === 0 ? null : Buffer.concat(chunks, size);
};

/** Parses JSON that is UTF-8 and whose type says so. */
export const parseJson = (body: Uint8Array, contentType: string | null): unknown | Refusal => {
  if (!/^application\/(?:[a-z.-]+\+)?json\s*(?:;|$)/i.test(contentType ?? '')) return refuse('unsupported_media_type');
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(body));
  } catch {
    return refuse('malformed_json');
  }
};
