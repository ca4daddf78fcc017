import { hookPoints, type WhenUnanswered } from '@rollcall/types/hook-points';
import { configuredProviderId } from '@rollcall/types/routes/auth/identities';
import { z } from 'zod';
import { readEntries, readSecrets } from './json-variables.ts';
import { isSigningSecret } from './signing-secrets.ts';

export interface BlockingHook {
  /** What people who sign in by it are known by, too: as `authType`. */
  readonly name: string;
  readonly point: string;
  readonly url: string;
  readonly whenUnanswered: WhenUnanswered;
  readonly deadlineMilliseconds: number;
}

const pointNames = [...hookPoints.keys()].join(', ');

const entry = z.strictObject({
  name: configuredProviderId,
  point: z.string().refine((name) => hookPoints.has(name), `must be one of ${pointNames}`),
  url: z.url({ protocol: /^https?$/, error: 'must be a URL' }),
  whenUnanswered: z.enum(['refuse', 'allow'], 'must be refuse or allow').optional(),
  deadlineMilliseconds: z.int().min(100, 'must be 100 or more').max(10_000, 'must be 10000 or less').default(3_000),
});

/** Each fault by the entry, or the name, that it is about. */
const readHooks = (text: string, ctx: z.RefinementCtx): ReadonlyMap<string, BlockingHook> => {
  const hooks = new Map<string, BlockingHook>();
  for (const given of readEntries(text, ctx, entry, { what: 'hooks', most: 20 })) {
    const { name, point } = given;
    const choices = hookPoints.get(point)?.whenUnanswered ?? ['refuse'];
    const { whenUnanswered = choices[0] } = given;
    if (hooks.has(name)) ctx.addIssue(`${name} is there twice`);
    if (!choices.includes(whenUnanswered)) ctx.addIssue(`${name}: ${point} cannot be allowed unanswered`);
    hooks.set(name, { ...given, whenUnanswered });
  }
  return hooks;
};

export const blockingHooks = z.string().default('[]').transform(readHooks).meta({
  description:
    'who outside is asked before somebody is let in: JSON like [{"name":"directory","point":"authentication","url":"https://…"}]; [the whole of it](docs/hooks.md)',
});

export const blockingHookSecrets = z.string().default('{}').transform(readSecrets).meta({
  description: 'what requests to those hooks are signed with: JSON like {"directory":"whsec_…"}',
});

/** What is wrong with hooks and secrets together. */
export const judgeHooks = (
  hooks: ReadonlyMap<string, BlockingHook>,
  secrets: ReadonlyMap<string, string>,
  isCallable: (url: string) => boolean,
): readonly string[] => [
  ...[...hooks.keys()].filter((name) => !secrets.has(name)).map((name) => `BLOCKING_HOOK_SECRETS has none for ${name}`),
  ...[...secrets.keys()]
    .filter((name) => !hooks.has(name))
    .map((name) => `BLOCKING_HOOK_SECRETS: BLOCKING_HOOKS has no ${name}`),
  ...[...secrets]
    .filter(([name, secret]) => hooks.has(name) && !isSigningSecret(secret))
    .map(([name]) => `BLOCKING_HOOK_SECRETS: that of ${name} must be whsec_ and 24 to 64 random bytes in base64`),
  ...[...hooks.values()]
    .filter(({ url }) => new URL(url).username !== '' || new URL(url).password !== '')
    .map(({ name }) => `BLOCKING_HOOKS: ${name} has a password in its address`),
  ...[...hooks.values()]
    .filter(({ url }) => !isCallable(url))
    .map(({ name }) => `BLOCKING_HOOKS: ${name} has an address without TLS that OUTGOING_PRIVATE_HOSTS does not name`),
];
