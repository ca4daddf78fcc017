import ipaddr from 'ipaddr.js';
import { LRUCache } from 'lru-cache';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** No spelling of an address is longer. */
const longest = 64;
/** Each request reads one or more, most of them seen a moment ago. */
const read = new LRUCache<string, { readonly address: Address | undefined }>({ max: 10_000 });

/** An address in any spelling, IPv4 also where IPv6 wraps it; undefined for anything else. */
export const parseAddress = (text: string): Address | undefined => {
  if (text.length > longest) return undefined;
  let known = read.get(text);
  if (!known) {
    known = { address: ipaddr.isValid(text) ? ipaddr.process(text) : undefined };
    read.set(text, known);
  }
  return known.address;
};

/**
 * The key under which an address is counted: IPv4 as a whole, whichever way it is spelled, and of IPv6 the /64, since
 * whoever has one address of it has them all.
 */
export const addressKey = (address: string): string => {
  const parsed = parseAddress(address);
  if (!parsed) return 'unknown';
  return parsed instanceof ipaddr.IPv6
    ? `${parsed.parts
        .slice(0, 4)
        .map((part) => part.toString(16))
        .join(':')}::/64`
    : parsed.toString();
};

/** Is this one of the machine's own addresses? */
export const isLoopback = (address: string): boolean => parseAddress(address)?.range() === 'loopback';
