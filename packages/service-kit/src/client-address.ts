import ipaddr from 'ipaddr.js';

/**
 * The key under which an address is counted: IPv4 as a whole, whichever way it is spelled, and of IPv6 the /64, since
 * whoever has one address of it has them all.
 */
export const addressKey = (address: string): string => {
  if (!ipaddr.isValid(address)) return 'unknown';
  const parsed = ipaddr.process(address);
  return parsed instanceof ipaddr.IPv6
    ? `${parsed.parts
        .slice(0, 4)
        .map((part) => part.toString(16))
        .join(':')}::/64`
    : parsed.toString();
};

/** Is this one of the machine's own addresses? */
export const isLoopback = (address: string): boolean =>
  ipaddr.isValid(address) && ipaddr.process(address).range() === 'loopback';
