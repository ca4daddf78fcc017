import { startScriptedHook } from '@rollcall/testing/scripted-hook';
import { type AuthUnderTest, startAuthUnderTest } from './auth-under-test.ts';

/** Auth with a hook that keeps passwords outside and one that has a say about every sign-in; both do as they are told. */
export const startAuthWithHooks = async (environment: Readonly<Record<string, string>> = {}) => {
  const [directory, gate] = [await startScriptedHook(), await startScriptedHook()];
  const reset = () => {
    directory.reset();
    gate.reset();
    gate.script.answer = () => ({ decision: 'allow' });
  };
  reset();
  const auth = await startAuthUnderTest({
    environment: {
      BLOCKING_HOOKS: JSON.stringify([
        { name: 'directory', point: 'authentication', url: directory.url },
        { name: 'gate', point: 'sign_in', url: gate.url },
      ]),
      BLOCKING_HOOK_SECRETS: JSON.stringify({ directory: directory.secret, gate: gate.secret }),
      OUTGOING_PRIVATE_HOSTS: `${directory.host},${gate.host}`,
      ...environment,
    },
  });
  return {
    ...auth,
    directory,
    gate,
    reset,
    /** From now on the directory knows somebody by this password. */
    know: (password: string, user: { id: string; email: string; emailVerified: boolean }) => {
      directory.script.answer = ({ data }) =>
        data.password === password ? { decision: 'allow', user } : { decision: 'deny' };
    },
    stop: async () => {
      await auth.stop();
      await Promise.all([directory.close(), gate.close()]);
    },
  };
};

export type AuthWithHooks = Omit<AuthUnderTest, 'stop'> & Awaited<ReturnType<typeof startAuthWithHooks>>;
