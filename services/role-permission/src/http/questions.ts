import { InvalidQuestion, TooComplex } from '@rollcall/authorization/errors';
import { answer, handle } from '@rollcall/service-kit/call-context';
import { decodeCursor, encodeCursor } from '@rollcall/service-kit/cursor';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import * as routes from '@rollcall/types/routes/role-permission/questions';
import { administers } from '../domain/asking.ts';
import { may } from '../domain/authority.ts';
import { narrowedTo, type Related } from '../domain/narrowed.ts';
import { hearingAt, type Tells } from '../hearing.ts';
import { type Moment, type PresentMoment, presentFrom } from '../moment.ts';
import type { Ports } from '../ports.ts';
import { thingCursor } from './cursors.ts';
import { explained } from './explained.ts';
import { flipped } from './flipped.ts';

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
    compute: (then: Moment, present: PresentMoment, tells: Tells) => Answer | Promise<Answer>,
  ): Promise<Answer | Refusal> => {
    const present = await presentFrom(ports, asked.minRevision);
    if (isRefusal(present)) return present;
    const refusal = notFor(asker, about, present);
    if (refusal) return refusal;
    const then = await ports.past.at(asked.at, about, present);
    if (isRefusal(then)) return then;
    const tells = await hearingAt(ports.edges, asker.userId, about, then, present);
    return meant(() => compute(then, present, tells));
  };

  return [
    handle(routes.checkAccess, async ({ body }, { signedIn }) => {
      const question = named(body);
      const { user, relation, object } = question;
      const outcome = await answered(body, question, signedIn, ({ graph, revision, now }, _, tells) => ({
        // Asked in any case: what means nothing is refused whoever it is about.
        allowed: graph.check(user, relation, object, now) && tells(question),
        revision,
      }));
      return isRefusal(outcome) ? outcome : answer(200, outcome);
    }),

    handle(routes.checkAccessBatch, async ({ body: { checks } }, { signedIn }) => {
      for (const [n, { minRevision }] of checks.entries()) {
        const reached = minRevision === undefined ? undefined : await presentFrom(ports, minRevision);
        if (isRefusal(reached)) return within(`/checks/${n}`, reached);
      }
      // One present for all of them, which has every revision that any of them asks for.
      const present = await presentFrom(ports, undefined);
      if (isRefusal(present)) return present;
      const questions = checks.map((check, n) => ({ ...named(check), at: check.at, n }));
      for (const { n, ...question } of questions) {
        const refusal = notFor(signedIn, question, present);
        if (refusal) return within(`/checks/${n}`, refusal);
      }
      const results: { allowed: boolean }[] = [];
      for (const at of new Set(questions.map((question) => question.at))) {
        const then = questions.filter((question) => question.at === at);
        const moment = await ports.past.atFor(at, then, present);
        if (isRefusal(moment)) return within(`/checks/${then[0]?.n}`, moment);
        for (const { n, user, relation, object } of then) {
          const tells = await hearingAt(ports.edges, signedIn.userId, { user, object }, moment, present);
          const allowed = await meant(
            () => moment.graph.check(user, relation, object, moment.now) && tells({ user, relation, object }),
          );
          if (isRefusal(allowed)) return within(`/checks/${n}`, allowed);
          results[n] = { allowed };
        }
      }
      return answer(200, { results, revision: present.revision });
    }),

    handle(routes.listAccessObjects, async ({ body }, { signedIn }) => {
      const after = decodeCursor(body.cursor, thingCursor);
      if (isRefusal(after)) return after;
      const { user, relation, type } = body;
      const outcome = await answered(body, { user }, signedIn, (then, { reading }, tells) => {
        const { items } = then.graph.listObjects(user, relation, type, then.now, after ? { after: after[0] } : {});
        const { state, now } = reading;
        const isOpen = user === `user:${signedIn.userId}` || may(state, signedIn.userId, 'access.read', now);
        const visible = isOpen
          ? items
          : items.filter(
              (object) => administers(state, signedIn.userId, object, now) && tells({ user, relation, object }),
            );
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
      const outcome = await answered(body, { object }, signedIn, ({ graph, revision, now }, _, tells) => {
        const { items } = graph.listUsers(object, relation, type, now, after ? { after: after[0] } : {});
        const told = items.filter((user) => tells({ user, relation, object }));
        return { ...listed(told, body.limit), revision };
      });
      if (isRefusal(outcome)) return outcome;
      const { items: users, ...rest } = outcome;
      return answer(200, { users, ...rest });
    }),

    handle(routes.expandAccess, async ({ body }, { signedIn }) => {
      const { object, relation } = body;
      const outcome = await answered(body, { object }, signedIn, ({ graph, revision, now }, { reading }) => {
        // Where nothing was given within the organization, what is held everywhere stands for it: by others than its people.
        const isNarrowed = narrowedTo(reading.state, signedIn.userId, object, reading.now) !== undefined;
        const tree = isNarrowed ? graph.graph.expand(object, relation, now) : graph.expand(object, relation, now);
        return { tree: { ...tree }, revision };
      });
      return isRefusal(outcome) ? outcome : answer(200, outcome);
    }),

    handle(routes.explainAccess, async ({ body }, { signedIn }) => {
      const question = named(body);
      const outcome = await answered(body, question, signedIn, (then, present, tells) =>
        explained({ question, asker: signedIn.userId, then, present, tells }),
      );
      return isRefusal(outcome) ? outcome : answer(200, outcome);
    }),

    handle(routes.whyAccessChanged, async ({ body: { from, to, ...asked } }, { signedIn }) => {
      const question = named(asked);
      const present = await presentFrom(ports, undefined);
      if (isRefusal(present)) return present;
      const refusal = notFor(signedIn, question, present);
      if (refusal) return refusal;
      const change = await meant(() => flipped(ports, question, { from, to }, signedIn.userId, present));
      return isRefusal(change) ? change : answer(200, change);
    }),
  ];
};

const named = ({ user, relation, object }: Related): Related => ({ user, relation, object });

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
