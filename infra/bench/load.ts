import autocannon, { type Request } from 'autocannon';

export interface Load {
  readonly url: string;
  /** The headers of the nth request. */
  readonly headers?: (n: number) => Readonly<Record<string, string>>;
  /** The JSON that the nth request is a POST of; they are GETs unless told. */
  readonly body?: (n: number) => string;
  /** After so many requests the same ones come again; made before the clock runs. None: every one is made anew. */
  readonly different?: number;
}

const connections = 32;
const seconds = 2;

/**
 * How many requests a second are answered with 200 while 32 clients ask without a pause.
 *
 * @throws when one is answered in another way
 */
export const requestsPerSecond = async ({ url, headers = () => ({}), body, different }: Load): Promise<number> => {
  let n = 0;
  const posted = (at: number): Request =>
    body === undefined
      ? { headers: headers(at) }
      : { method: 'POST', body: body(at), headers: { ...headers(at), 'content-type': 'application/json' } };
  const anew: Request = {
    setupRequest: (request) => {
      const { headers: own, ...rest } = posted(n++);
      return { ...request, ...rest, headers: { ...request.headers, ...own } };
    },
  };
  const requests = different === undefined ? [anew] : Array.from({ length: different }, (_, at) => posted(at));
  const result = await autocannon({ url, connections, duration: seconds, requests });
  if (result['2xx'] === 0 || result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${url}: ${JSON.stringify(result.statusCodeStats)}, ${result.errors} broken off`);
  }
  return result['2xx'] / result.duration;
};
