import ipaddr from 'ipaddr.js';

/** What the Internet hands out of IPv6 (RFC 4291 section 2.4); site-local, IPv4-compatible and local NAT64 forms lie outside. */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');
/** RFC 9637: for documentation, and newer than the table of the library. */
const documentation = ipaddr.IPv6.parseCIDR('3fff::/20');
/** Looks public, and is the machine below a virtual one on Azure, whom it tells its secrets. */
const hostOfVirtualMachines = '168.63.129.16';

/**
 * Is this an address of the public Internet, as a resolver writes it? Nothing else is: not loopback, private, link-local
 * (where clouds keep their metadata), shared by carriers, multicast, unspecified or reserved; and no IPv6 address that
 * stands for an IPv4 one, such as IPv4-mapped, NAT64, 6to4 and Teredo, whatever it stands for.
 */
export const isPublicAddress = (text: string): boolean => {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.parse(text);
  if (address.range() !== 'unicast') return false;
  if (address instanceof ipaddr.IPv6) return address.match(globalUnicast) && !address.match(documentation);
  return address.toString() !== hostOfVirtualMachines;
};
