import { commaList } from './environment.ts';

const entry = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]):[0-9]{1,5}$/i;

/** As addresses are compared, whatever their spelling; undefined for what is not exactly one host and one port. */
const spelledAsUrl = (text: string): string | undefined => {
  if (!entry.test(text) || !URL.canParse(`https://${text}`)) return undefined;
  const { hostname } = new URL(`https://${text}`);
  return `${hostname}:${Number(text.slice(text.lastIndexOf(':') + 1))}`;
};

/** The host and the port that a URL leads to, as {@link privateHosts} has them. */
export const hostAndPort = ({ hostname, port, protocol }: URL): string =>
  `${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`;

/** Is what is sent there kept from others: by TLS, or because the operator named the very host and port? */
export const isConfidential = (url: URL, named: ReadonlySet<string>): boolean =>
  url.protocol === 'https:' || (url.protocol === 'http:' && named.has(hostAndPort(url)));

/** Servers that may be called although their addresses are private: each exactly one host and port. */
export const privateHosts = commaList
  .refine(
    (hosts) => hosts.every((host) => spelledAsUrl(host) !== undefined),
    'must hold host:port pairs, comma separated, each exactly one host and one port',
  )
  .transform((hosts): ReadonlySet<string> => new Set(hosts.flatMap((host) => spelledAsUrl(host) ?? [])))
  .meta({
    description:
      'host:port pairs, comma separated, that addresses people configured may lead to although they are private, also without TLS; none unless told',
  });
