import { type Newcomer, newcomer } from '@rollcall/testing/people';
import { type Stack, startStack } from '@rollcall/testing/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cast } from './cast.ts';
import { type RawAnswer, sendRaw } from './raw-request.ts';

/** Of each of two kinds of request; hundreds with `npm run faults`. */
const tries = Number(process.env.FAULTS_TIMING_TRIES ?? 6);
/** Misses that one account may have before it is guarded, and mails that one address may get in an hour: no more of either. */
const triesOfOne = 5;
/** Whoever answers sooner for some does so each time; noise does not come back. */
const rounds = 4;

let stack: Stack;
let cast: Cast;
let known: readonly { readonly email: string; readonly username: string }[];

beforeAll(
  async () => {
    stack = await startStack();
    cast = await Cast.of(stack);
    const people: { email: string; username: string }[] = [];
    while (people.length * triesOfOne < tries) people.push(await register());
    known = people;
  },
  60_000 + tries * 1_000,
);

afterAll(() => stack?.stop());

/** Somebody with an account, made from an address of its own: each may make a hundred in a minute. */
const register = async (): Promise<Newcomer> => {
  const person = newcomer('known');
  const { email, username, password } = person;
  const { status, text } = await sendRaw(stack.gateway, {
    method: 'POST',
    target: '/users/create',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${cast.admin.token}` },
    body: Buffer.from(JSON.stringify({ email, username, password, verified: true })),
  });
  if (status !== 201) throw new Error(`no account: ${status} ${text}`);
  return person;
};

interface Timed {
  readonly milliseconds: number;
  /** All that the answer says, but for what differs between any two. */
  readonly said: unknown;
}

const essence = ({ status, headers, text }: RawAnswer) => {
  const { date: _, 'x-request-id': __, 'content-length': ___, ...rest } = headers;
  const body: unknown = JSON.parse(text);
  const said = typeof body === 'object' && body !== null ? { ...body, instance: '', id: '' } : body;
  return { status, headers: rest, said };
};

const timed = async (path: string, body: unknown): Promise<Timed> => {
  const bytes = Buffer.from(JSON.stringify(body));
  const began = performance.now();
  const answer = await sendRaw(stack.gateway, {
    method: 'POST',
    target: path,
    headers: { 'content-type': 'application/json' },
    body: bytes,
  });
  return { milliseconds: performance.now() - began, said: essence(answer) };
};

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? 0;

/** Few tries say only whether the dearest part of the work is left out; many say more. */
const isNoise = (one: number, other: number): boolean => {
  const [low, high] = [Math.min(one, other), Math.max(one, other)];
  return tries < 100 ? high - low < 20 || high < low * 2.5 : high - low < Math.max(5, low * 0.2);
};

type Who = { readonly email: string; readonly username: string };

/** What tells of an account when it is answered sooner, later or otherwise than for nobody's. */
const questions: Readonly<Record<string, readonly [path: string, bodyOf: (who: Who) => unknown]>> = {
  'signing in by address': ['/v1/sessions', ({ email }) => ({ identifier: email, password: 'a wrong password' })],
  'signing in by username': ['/v1/sessions', ({ username }) => ({ identifier: username, password: 'a wrong one' })],
  'signing in at the UserService': ['/users/authenticate', ({ username }) => ({ username, password: 'a wrong one' })],
  'asking for a reset': ['/v1/password/forgot', ({ email }) => ({ email })],
  'asking for another link': ['/v1/registrations/resend', ({ email }) => ({ email })],
  'signing up': ['/v1/registrations', ({ email }) => ({ ...newcomer(), email })],
};

describe('whether there is an account', () => {
  it.each(Object.entries(questions))(
    'is told neither by the answer to %s nor by the time it takes (N58)',
    async (_, [path, bodyOf]) => {
      const measured: (readonly [known: number, unknown: number])[] = [];
      for (let round = 0; round < rounds; round++) {
        const times: { known: number[]; unknown: number[] } = { known: [], unknown: [] };
        for (let n = 0; n < tries; n++) {
          const somebody = known[(n + round) % known.length];
          if (!somebody) throw new Error('nobody is known');
          // Each first as often as the other: whatever else goes on is the same for both.
          const order = n % 2 === 0 ? (['known', 'unknown'] as const) : (['unknown', 'known'] as const);
          const said: unknown[] = [];
          for (const kind of order) {
            const answer = await timed(path, bodyOf(kind === 'known' ? somebody : newcomer('nobody')));
            times[kind].push(answer.milliseconds);
            said.push(answer.said);
          }
          expect(said[0]).toEqual(said[1]);
        }
        const medians = [median(times.known), median(times.unknown)] as const;
        measured.push(medians);
        if (isNoise(...medians)) return;
      }
      expect.fail(`medians of known and unknown, in ms: ${JSON.stringify(measured)}`);
    },
    60_000 + rounds * tries * 1_000,
  );
});
