import { Resolver } from 'node:dns/promises';

/** The TXT records of a name, none where there is none; undefined while nobody can say. */
export type LookUpTxt = (name: string) => Promise<readonly string[] | undefined>;

/** There is no such name, or no record of this kind: an answer, unlike silence. */
const saysNone: ReadonlySet<unknown> = new Set(['ENOTFOUND', 'ENODATA']);

/** An IP address, with a port if wanted; of IPv6 then in brackets. */
export const isDnsServer = (text: string): boolean => {
  try {
    new Resolver().setServers([text]);
    return true;
  } catch {
    return false;
  }
};

/** @param servers the ones to ask, see {@link isDnsServer}; those of the system where there is none */
export const createTxtLookup = (servers: readonly string[]): LookUpTxt => {
  const resolver = new Resolver({ timeout: 2_000, tries: 2 });
  if (servers.length > 0) resolver.setServers(servers);
  return async (name) => {
    try {
      return (await resolver.resolveTxt(name)).map((parts) => parts.join(''));
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      return saysNone.has(code) ? [] : undefined;
    }
  };
};
