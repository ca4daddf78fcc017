import type { Http2Bindings, HttpBindings } from '@hono/node-server';
import { parseAddress } from '@rollcall/service-kit/client-address';
import type ipaddr from 'ipaddr.js';
import type { Config } from './config.ts';

/** What is known of the connection of a request; nothing, for one that was made inside this process. */
export type Bindings = Partial<HttpBindings | Http2Bindings>;

/** As much of a request as says who sent it. */
interface Incoming {
  readonly socket: { readonly remoteAddress?: string | undefined };
}

/**
 * The address a request comes from. `X-Forwarded-For` counts only when a trusted proxy sent it, and of it the last
 * address that is not itself such a proxy: everything before that is the client's own claim.
 */
export const clientAddress = (config: Config, incoming: Incoming | undefined, forwardedFor: string | null): string => {
  const hops = [...(forwardedFor?.split(',').map((hop) => hop.trim()) ?? []), incoming?.socket.remoteAddress ?? ''];
  for (let index = hops.length - 1; index >= 0; index--) {
    const address = parseAddress(hops[index] ?? '');
    if (!address) return 'unknown';
    if (index === 0 || !isTrusted(config, address)) return address.toString();
  }
  return 'unknown';
};

const isTrusted = ({ trustedProxies }: Config, address: ipaddr.IPv4 | ipaddr.IPv6): boolean =>
  trustedProxies.some((range) => address.kind() === range[0].kind() && address.match(range));

const localRanges: ReadonlySet<string> = new Set(['loopback', 'private', 'uniqueLocal', 'linkLocal']);
/** Proxies leave these; a request that carries one came from further away than its connection says. */
const forwardingHeaders = ['forwarded', 'via', 'x-forwarded-for', 'x-real-ip'];

/**
 * Is whoever asks on this machine or its private network, without anything in between? Goes by the connection alone;
 * headers can only make a caller foreign, never local.
 */
export const isLocalPeer = (env: Bindings | undefined, headers: Headers): boolean => {
  const peer = parseAddress(env?.incoming?.socket.remoteAddress ?? '');
  if (!peer || !localRanges.has(peer.range())) return false;
  return !forwardingHeaders.some((name) => headers.has(name)) && isLocalName(headers.get('host') ?? '');
};

/** A proxy that leaves no header behind still passes on the name that people asked for. */
const isLocalName = (host: string): boolean => {
  const name = host.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  const address = parseAddress(name);
  if (address) return localRanges.has(address.range());
  return name === 'localhost' || name.endsWith('.localhost') || !name.includes('.');
};
