import type { Actor } from '@rollcall/service-kit/actor';
import type { AuthUnderTest } from './auth-under-test.ts';

type Ask = AuthUnderTest['ask'];

/** A browser, as far as cookies go: it keeps them, and sends them back. */
export const createBrowser = (ask: Ask) => {
  const cookies = new Map<string, string>();
  const send = async (method: string, path: string, call: { body?: unknown; actor?: Actor } = {}) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await ask(method, path, { ...call, headers: { ...(cookie ? { cookie } : {}) } });
    for (const set of answer.cookies) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      if (/Max-Age=0/.test(set)) cookies.delete(name);
      else cookies.set(name, value);
    }
    return answer;
  };

  return {
    cookies,
    send,
    /** Begins at a provider; answers the page that it is sent to. */
    begin: async (provider: string, body: Readonly<Record<string, string>> = {}, actor?: Actor): Promise<URL> => {
      const { status, body: said } = await send('POST', `/v1/identities/${provider}/begin`, {
        body,
        ...(actor ? { actor } : {}),
      });
      if (status !== 201) throw new Error(`beginning at ${provider} answered ${status} ${JSON.stringify(said)}`);
      return new URL(String(said.url));
    },
    /** Comes back from a provider; answers where it is sent on to, and what the page there is told. */
    comeBack: async (provider: string, query: Readonly<Record<string, string>>, actor?: Actor) => {
      const path = `/v1/identities/${provider}/callback?${new URLSearchParams(query)}`;
      const { status, headers } = await send('GET', path, actor ? { actor } : {});
      const location = headers.location === undefined ? undefined : new URL(headers.location);
      return {
        status,
        location: location?.href,
        error: location?.searchParams.get('identity_error') ?? undefined,
        told: location?.searchParams.get('identity') ?? undefined,
        accessToken: cookies.get('rollcall_access'),
      };
    },
  };
};

export type Browser = ReturnType<typeof createBrowser>;
