import { z } from 'zod';
import { email } from './people.ts';
import { line } from './text.ts';

export interface Decision {
  readonly decision: 'allow' | 'deny';
}

/** What becomes of a request when a hook does not answer, or not as it should. */
export type WhenUnanswered = 'refuse' | 'allow';

/** A point at which somebody outside is asked, and the request waits for the answer. */
export interface HookPoint<Data = unknown, Answer extends Decision = Decision> {
  readonly name: string;
  readonly summary: string;
  readonly data: z.ZodType<Data>;
  readonly answer: z.ZodType<Answer>;
  /** The decision after which the hooks behind are not asked any more. */
  readonly settledBy: Decision['decision'];
  /** What an operator may choose; the first unless told. */
  readonly whenUnanswered: readonly [WhenUnanswered, ...WhenUnanswered[]];
}

const definePoint = <Data, Answer extends Decision>(point: HookPoint<Data, Answer>): HookPoint<Data, Answer> => point;

const deny = z.object({ decision: z.literal('deny') });

export const signInPoint = definePoint({
  name: 'sign_in',
  summary: 'Somebody has proved who they are, by whatever way, and no session has begun.',
  data: z.object({ userId: z.string(), methods: z.array(z.string()), ipAddress: z.string(), userAgent: z.string() }),
  answer: z.discriminatedUnion('decision', [z.object({ decision: z.literal('allow') }), deny]),
  settledBy: 'deny',
  whenUnanswered: ['refuse', 'allow'],
});

export const authenticationPoint = definePoint({
  name: 'authentication',
  summary: 'Somebody has sent a password that is none of ours for what they call themselves.',
  data: z.object({ identifier: z.string(), password: z.string() }),
  answer: z.discriminatedUnion('decision', [
    z.object({
      decision: z.literal('allow'),
      user: z.object({
        /** Theirs for ever, and never somebody else's. */
        id: line({ min: 1, max: 255 }),
        email,
        emailVerified: z.boolean(),
      }),
    }),
    deny,
  ]),
  settledBy: 'allow',
  // Without an answer nobody is somebody.
  whenUnanswered: ['refuse'],
});

/** Every point that there is, by name. */
export const hookPoints: ReadonlyMap<string, Pick<HookPoint, 'name' | 'whenUnanswered'>> = new Map(
  [signInPoint, authenticationPoint].map((point) => [point.name, point]),
);
