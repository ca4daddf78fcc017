import type Provider from 'oidc-provider';
import type { Ports } from '../ports.ts';

/**
 * The provider with the keys that sign now. A rotation makes another one; all that they keep is in the database. It is
 * loaded when the first application comes, not at every start.
 */
export const createProviders = (ports: Ports): (() => Promise<Provider>) => {
  let made: { readonly keys: string; readonly provider: Promise<Provider> } | undefined;
  return async () => {
    const keys = await ports.keys.all();
    const ids = keys.map(({ kid }) => kid).join(' ');
    if (made?.keys !== ids) {
      const provider = import('./make-provider.ts').then(({ makeProvider }) => makeProvider(ports, keys));
      made = { keys: ids, provider };
    }
    return made.provider;
  };
};
