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
  // Looking at the body of a request that can have none costs more than all else that is done with it.
  const mayHaveOne = request.method !== 'GET' && request.method !== 'HEAD';
  if (!mayHaveOne) return claimed > limit ? tooLarge(limit) : null;
  return isShort(request, limit) ? readAtOnce(request, limit) : readAsItComes(request, limit);
};

/** A server reads no more of a connection as a body than its headers claim, when they do and nothing contradicts them. */
const isShort = ({ headers }: Request, limit: number): boolean => {
  const length = headers.get('content-length') ?? '';
  return /^[0-9]{1,9}$/.test(length) && Number(length) <= limit && headers.get('transfer-encoding') === null;
};

/** Ten times as fast as a stream of the web platform, for which the server would have to make a second request object. */
const readAtOnce = async (request: Request, limit: number): Promise<Uint8Array | null | Refusal> => {
  const body = new Uint8Array(await request.arrayBuffer());
  if (body.byteLength > limit) return tooLarge(limit);
  return body.byteLength === 0 ? null : body;
};

const readAsItComes = async (request: Request, limit: number): Promise<Uint8Array | null | Refusal> => {
  if (!request.body) return null;
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

/** What a sender says about a body. */
export interface BodyHeaders {
  readonly contentType: string | null;
  readonly contentEncoding: string | null;
}

/**
 * Parses JSON that is UTF-8, not packed, and whose headers say nothing else. It comes wrapped: a body may look like anything,
 * a refusal included.
 */
export const parseJson = (
  body: Uint8Array,
  { contentType, contentEncoding }: BodyHeaders,
): { readonly json: unknown } | Refusal => {
  if (!/^application\/(?:[a-z.-]+\+)?json\s*(?:;|$)/i.test(contentType ?? '')) return refuse('unsupported_media_type');
  if (!isUtf8(contentType ?? '')) return refuse('unsupported_media_type', { detail: 'The only charset is UTF-8.' });
  if (!/^\s*(?:identity)?\s*$/i.test(contentEncoding ?? '')) {
    return refuse('unsupported_media_type', { detail: 'A Content-Encoding is not taken.' });
  }
  try {
    return { json: JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(body)) };
  } catch {
    return refuse('malformed_json');
  }
};

// RFC 8259 section 8.1 knows no other; a charset that is named all the same must be that one, each time it is named.
const isUtf8 = (contentType: string): boolean =>
  [...contentType.matchAll(/;\s*charset\s*=\s*("[^"]*"|[^;\s]*)/gi)].every(([, charset = '']) =>
    /^"?utf-?8"?$/i.test(charset),
  );
