import dns from 'node:dns';
import { isIP } from 'node:net';
import { promisify } from 'node:util';

const keptMilliseconds = 2_000;

/**
 * The addresses behind the URLs of a service. A name may stand for several of them, as it does for the replicas of a
 * container, and for others a moment later. One that cannot be looked up stands for what it stood for before.
 */
export class ReplicaAddresses {
  readonly #urls: readonly URL[];
  readonly #byUrl = new Map<string, readonly string[]>();
  #current: readonly string[] | undefined;
  #lookedUpAt = Number.NEGATIVE_INFINITY;
  #lookingUp: Promise<readonly string[]> | undefined;

  constructor(urls: readonly string[]) {
    this.#urls = urls.map((url) => new URL(url));
  }

  /** As last looked up; only the first time does anybody wait for that. */
  current(): readonly string[] | Promise<readonly string[]> {
    if (this.#lookingUp === undefined && performance.now() - this.#lookedUpAt > keptMilliseconds) {
      this.#lookingUp = this.#lookUp();
    }
    return this.#current ?? this.#lookingUp ?? [];
  }

  async #lookUp(): Promise<readonly string[]> {
    await Promise.all(
      this.#urls.map(async (url) => {
        const addresses = await addressesOf(url.hostname);
        if (addresses) this.#byUrl.set(url.href, addresses.map((address) => withHost(url, address)).sort());
        // Whoever asks there finds out why.
        else if (!this.#byUrl.has(url.href)) this.#byUrl.set(url.href, [url.origin]);
      }),
    );
    this.#current = [...new Set(this.#urls.flatMap(({ href }) => this.#byUrl.get(href) ?? []))];
    this.#lookedUpAt = performance.now();
    this.#lookingUp = undefined;
    return this.#current;
  }
}

const addressesOf = async (hostname: string): Promise<string[] | undefined> => {
  const bare = hostname.replace(/^\[|\]$/g, '');
  if (isIP(bare)) return [bare];
  const found = await promisify(dns.lookup)(bare, { all: true }).catch(() => undefined);
  return found?.map(({ address }) => address);
};

const withHost = (url: URL, address: string): string => {
  const placed = new URL(url);
  placed.hostname = isIP(address) === 6 ? `[${address}]` : address;
  return placed.origin;
};
