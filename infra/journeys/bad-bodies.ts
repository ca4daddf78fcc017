import { gzipSync } from 'node:zlib';

/** A body that is wrong as a whole, and the problem it is. */
export interface BadBody {
  readonly what: string;
  readonly bytes: Uint8Array;
  readonly contentType?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly chunked?: boolean;
  /** Of the problem; of a value of the wrong type it is the route's own code for invalid input. */
  readonly code: 'malformed_json' | 'unsupported_media_type' | 'payload_too_large' | 'invalid';
}

const tenMegabytes = 10 * 1024 * 1024;

/** A valid body, spoilt in every way that has nothing to do with its fields. @param limit how many bytes the route takes */
export const badBodies = (valid: unknown, limit: number): readonly BadBody[] => {
  const json = Buffer.from(JSON.stringify(valid));
  const malformed = (what: string, text: string | Uint8Array): BadBody => ({
    what,
    bytes: typeof text === 'string' ? Buffer.from(text) : text,
    code: 'malformed_json',
  });
  const mistyped = (what: string, contentType: string | undefined): BadBody => ({
    what,
    bytes: json,
    contentType,
    code: 'unsupported_media_type',
  });
  const wrong = (text: string): BadBody => ({ what: text.slice(0, 20), bytes: Buffer.from(text), code: 'invalid' });
  const padded = Buffer.concat([json.subarray(0, -1), Buffer.from(`,"padding":"${'x'.repeat(tenMegabytes)}"}`)]);
  const tooLarge = (what: string, bytes: Uint8Array, chunked = false): BadBody => ({
    what,
    bytes,
    chunked,
    code: 'payload_too_large',
  });
  return [
    malformed('nothing', ''),
    malformed('all but its end', json.subarray(0, -1)),
    malformed('two of it', `${json}${json}`),
    malformed('a trailing comma', `${json.toString().slice(0, -1)},}`),
    malformed('single quotes', "{'a':1}"),
    malformed('NaN', '{"a":NaN}'),
    malformed(
      'a byte that is no UTF-8',
      Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff]), Buffer.from('"}')]),
    ),
    malformed('an encoded surrogate', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])),
    malformed('UTF-16', Buffer.from(json.toString(), 'utf16le')),
    malformed('a raw NUL', '{"a":"\u0000"}'),
    malformed('30,000 open brackets', '['.repeat(30_000)),
    malformed('gzip', gzipSync(json)),
    {
      ...mistyped('gzip, told so', 'application/json'),
      bytes: gzipSync(json),
      headers: { 'content-encoding': 'gzip' },
    },
    mistyped('in another charset', 'application/json; charset=utf-16'),
    mistyped('as text', 'text/plain'),
    mistyped('as a form', 'application/x-www-form-urlencoded'),
    mistyped('as a multipart form', 'multipart/form-data; boundary=x'),
    mistyped('as something like JSON', 'application/jsonp'),
    mistyped('as a list of types', 'text/plain, application/json'),
    mistyped('as nothing', undefined),
    ...['null', '[]', '"text"', '7', 'true', '1e999', '[{}]'].map(wrong),
    wrong(`${'['.repeat(30_000)}${']'.repeat(30_000)}`),
    tooLarge('100,000 objects in one another', Buffer.from(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`)),
    tooLarge('a text of 1 MB', Buffer.from(`{"password":"${'x'.repeat(1_048_576)}"}`)),
    tooLarge('one byte more than allowed', Buffer.alloc(limit + 1, 0x20)),
    tooLarge('10 MB', padded),
    tooLarge('10 MB in chunks', padded, true),
  ];
};
