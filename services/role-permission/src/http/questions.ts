import { InvalidQuestion, TooComplex } from '@rollcall/authorization/errors';
import { describeMissing } from '@rollcall/authorization/missing';
import { answer, handle } from '@rollcall/service-kit/call-context';
import { decodeCursor, encodeCursor } from '@rollcall/service-kit/cursor';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import * as routes from '@rollcall/types/routes/role-permission/questions';
import { administers, seesParts } from '../domain/asking.ts';
import { may } from '../domain/authority.ts';
import { type Moment, type PresentMoment, presentFrom } from '../moment.ts';
import type { Ports } from '../ports.ts';
import { thingCursor } from './cursors.ts';

interface Asker {
  readonly userId: string;
}

interface Asked {
  readonly at?: number | string | undefined;
  readonly minRevision?: number | string | undefined;
}

export const questionHandlers = (ports: Ports) => {
  /** The answer to a question at its moment, if its asker may have it; who may is judged at the present. */
  const answered = async <Answer>(
    asked: Asked,
    about: { readonly user?: string; readonly object?: string },
    asker: Asker,
    compute: (then: Moment, present: PresentMoment) => Answer,
  ): Promise<Answer | Refusal> => {
    const present = await presentFrom(ports, asked.minRevision);
    if (isRefusal(present)) return present;
    const refusal = notFor(asker, about, present);
    if (refusal) return refusal;
    const then = await ports.past.at(asked.at, about, present);
    return isRefusal(then) ? then : meant(() => compute(then, present));
  };

  return [
    handle(routes.checkAccess, async ({ body }, { signedIn }) => {
      const question = named(body, signedIn);
      const { user, relation, object } = question;
      const outcome = await answered(body, question, signedIn, ({ graph, revision, now }) => ({
        allowed: graph.check(user, relation, object, now),
        revision,
      }));
      return isRefusal(outcome) ? outcome : answer(200, outcome);
    }),

    handle(routes.checkAccessBatch, async ({ body: { checks } }, { signedIn }) => {
      const results: { allowed: boolean }[] = [];
      let latest = 0;
      for (const [n, check] of checks.entries()) {
        const question = named(check, signedIn);
        const { user, relation, object } = question;
        const outcome = await answered(check, question, signedIn, ({ graph, now }, { revision }) => ({
          allowed: graph.check(user, relation, object, now),
          revision,
        }));
        if (isRefusal(outcome)) return within(`/checks/${n}`, outcome);
        latest = Math.max(latest, outcome.revision);
        results.push({ allowed: outcome.allowed });
      }
      return answer(200, { results, revision: latest });
    }),

    handle(routes.listAccessObjects, async ({ body }, { signedIn }) => {
      const after = decodeCursor(body.cursor, thingCursor);
      if (isRefusal(after)) return after;
      const { relation, type } = body;
      const user = who(body.user, signedIn);
      const outcome = await answered(body, { user }, { userId: signedIn.userId }, (then, { reading }) => {
        const { items } = then.graph.listObjects(user, relation, type, then.now, after ? { after: after[0] } : {});
        const { state, now } = reading;
        const isOpen = user === `user:${signedIn.userId}` || may(state, signedIn.userId, 'access.read', now);
        const visible = isOpen ? items : items.filter((object) => administers(state, signedIn.userId, object, now));
        return { ...listed(visible, body.limit), revision: then.revision };
      });
      if (isRefusal(outcome)) return outcome;
      const { items: objects, ...rest } = outcome;
      return answer(200, { objects, ...rest });
    }),

    handle(routes.listAccessUsers, async ({ body }, { signedIn }) => {
      const after = decodeCursor(body.cursor, thingCursor);
      if (isRefusal(after)) return after;
      const { object, relation, type = 'user' } = body;
      const outcome = await answered(body, { object }, signedIn, ({ graph, revision, now }) => {
        const { items } = graph.listUsers(object, relation, type, now, after ? { after: after[0] } : {});
        return { ...listed(items, body.limit), revision };
      });
      if (isRefusal(outcome)) return outcome;
      const { items: users, ...rest } = outcome;
      return answer(200, { users, ...rest });
    }),

    handle(routes.expandAccess, async ({ body }, { signedIn }) => {
      const { object, relation } = body;
      const outcome = await answered(body, { object }, signedIn, ({ graph, revision, now }) => ({
        tree: { ...graph.expand(object, relation, now) },
        revision,
      }));
      return isRefusal(outcome) ? outcome : answer(200, outcome);
    }),

    handle(routes.explainAccess, async ({ body }, { signedIn }) => {
      const question = named(body, signedIn);
      const { user, relation, object } = question;
      const outcome = await answered(body, question, signedIn, (then, { reading }) => ({
        explanation: then.graph.explain(user, relation, object, then.now),
        origins: then.origins,
        revision: then.revision,
        isOpen: seesParts(reading.state, signedIn.userId, object, reading.now),
      }));
      if (isRefusal(outcome)) return outcome;
      const { explanation, origins, revision, isOpen } = outcome;
      if (explanation.allowed) {
        const made = await origins(explanation.paths.flat());
        const paths = explanation.paths.map((path) =>
          path.map(({ validUntil, ...tuple }) => ({
            tuple: validUntil === undefined ? tuple : { ...tuple, validUntil: new Date(validUntil).toISOString() },
            event: made(tuple),
          })),
        );
        return answer(200, { allowed: true, paths, revision });
      }
      // What else there would have to be tells what the thing consists of.
      const missing =
        'barred' in explanation
          ? [`${user} is suspended`]
          : isOpen
            ? explanation.missing.map(describeMissing)
            : [`${user} is not ${relation} of ${object}`];
      return answer(200, { allowed: false, paths: [], missing, revision });
    }),

    handle(routes.whyAccessChanged, async ({ body: { from, to, ...asked } }, { signedIn }) => {
      const question = named(asked, signedIn);
      const present = await presentFrom(ports, undefined);
      if (isRefusal(present)) return present;
      const refusal = notFor(signedIn, question, present);
      if (refusal) return refusal;
      const change = await meant(() => ports.past.change(question, { from, to }, present));
      return isRefusal(change) ? change : answer(200, change);
    }),
  ];
};

/** `me` stands for the asker. */
const who = (user: string, { userId }: Asker): string => (user === 'user:me' ? `user:${userId}` : user);

const named = <Q extends { readonly user: string; readonly relation: string; readonly object: string }>(
  { user, relation, object }: Q,
  asker: Asker,
) => ({ user: who(user, asker), relation, object });

/** Everybody asks about themselves; about others whoever administers what it is about, or reads all. */
const notFor = (
  { userId }: Asker,
  { user, object }: { readonly user?: string; readonly object?: string },
  { reading: { state, now } }: PresentMoment,
): Refusal | undefined => {
  const isOpen =
    user === `user:${userId}` ||
    may(state, userId, 'access.read', now) ||
    // Of lists about others they get what they administer.
    object === undefined ||
    administers(state, userId, object, now);
  return isOpen ? undefined : refuse('forbidden');
};

/** A question that means nothing is refused with the reason. */
const meant = async <Answer>(compute: () => Answer | Promise<Answer>): Promise<Answer | Refusal> => {
  try {
    return await compute();
  } catch (error) {
    if (error instanceof TooComplex) return refuse('overloaded', { retryAfterSeconds: 1 });
    if (!(error instanceof InvalidQuestion)) throw error;
    return refuse('invalid_input', { errors: [{ pointer: '/body', detail: error.message }] });
  }
};

const within = (place: string, refusal: Refusal): Refusal =>
  refusal.errors === undefined
    ? refusal
    : {
        ...refusal,
        errors: refusal.errors.map((error) => ({
          ...error,
          pointer: error.pointer.replace(/^\/body/, `/body${place}`),
        })),
      };

/** The part of a list that an answer has room for. */
const listed = (items: readonly string[], limit: number) => {
  const shown = items.slice(0, limit);
  const last = shown.at(-1);
  const complete = items.length <= limit;
  return { items: shown, complete, nextCursor: complete || last === undefined ? null : encodeCursor([last]) };
};
