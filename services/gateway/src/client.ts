import type { HttpBindings } from '@hono/node-server';
import ipaddr from 'ipaddr.js';
import type { Config } from './config.ts';

/**
 * The address a request comes from. `X-Forwarded-For` counts only when a trusted proxy sent it, and of it the last
 * address that is not itself such a proxy: everything before that is the client's own claim.
 */
export const clientAddress = (config: Config, env: Partial<HttpBindings>, forwardedFor: string | null): string => {
  const hops = [...(forwardedFor?.split(',').map((hop) => hop.trim()) ?? []), env.incoming?.socket.remoteAddress ?? ''];
  for (let index = hops.length - 1; index >= 0; index--) {
    const hop = hops[index] ?? '';
    if (!ipaddr.isValid(hop)) return 'unknown';
    const address = ipaddr.process(hop);
    if (index === 0 || !isTrusted(config, address)) return address.toString();
  }
  return 'unknown';
};

const isTrusted = ({ trustedProxies }: Config, address: ipaddr.IPv4 | ipaddr.IPv6): boolean =>
  trustedProxies.some((range) => address.kind() === range[0].kind() && address.match(range));
