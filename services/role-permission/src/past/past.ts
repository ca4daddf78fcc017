import type { Tuple } from '@rollcall/authorization/tuple';
import { type Refusal, refuse } from '@rollcall/types/problems';
import type { AccessEvent } from '../domain/events.ts';
import type { Moment, Origins } from '../moment.ts';
import type { EdgeLife, EdgeQueries, Stretch } from '../store/edge-queries.ts';
import type { LogQueries } from '../store/log-queries.ts';
import { at, Facts, type Question } from './facts.ts';
import { flippedBy } from './flip.ts';

/** A moment as clients name it: a revision, or an instant in ISO 8601. */
export type Asked = number | string;

type Now = Pick<Moment, 'revision' | 'now'>;

export interface Point {
  readonly position: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * What the graph was at earlier moments, as far as a question needs it: read from the table of edges, which keeps when
 * each began and ended. The present is never asked for here.
 */
export class Past {
  readonly #edges: EdgeQueries;
  readonly #log: LogQueries;

  constructor(edges: EdgeQueries, log: LogQueries) {
    this.#edges = edges;
    this.#log = log;
  }

  /** The moment that a question is about: the present one unless it names another. */
  async at(asked: Asked | undefined, question: Question, present: Moment): Promise<Moment | Refusal> {
    return this.#momentAt(asked, present, (stretch) => Facts.of(this.#sources, question, stretch));
  }

  /** The moment that several checks are about; what they need of it is read at once. */
  async atFor(
    asked: Asked | undefined,
    checks: readonly Required<Question>[],
    present: Moment,
  ): Promise<Moment | Refusal> {
    return this.#momentAt(asked, present, (stretch) => Facts.ofAll(this.#sources, checks, stretch));
  }

  async #momentAt(
    asked: Asked | undefined,
    present: Moment,
    read: (stretch: Stretch) => Promise<Facts>,
  ): Promise<Moment | Refusal> {
    if (asked === undefined) return present;
    const point = await this.pointOf(asked, '/body/at', present);
    if ('refused' in point) return point;
    const { position, now } = point;
    const facts = await read({ from: position, to: position });
    return { graph: facts.graph(at(position)), revision: position, now, origins: this.#originsIn(facts.edges) };
  }

  /**
   * What a check said at two moments, and the fewest events between them that make the difference: those of them that are
   * to be shown.
   */
  async change(
    question: Required<Question> & { readonly relation: string },
    { from, to }: { readonly from: Asked; readonly to: Asked | undefined },
    present: Moment,
    isShown: (event: AccessEvent) => boolean = () => true,
  ) {
    const stretch = await this.stretchOf({ from, to }, '/body', present);
    if ('refused' in stretch) return stretch;
    const { start, end } = stretch;
    const between = { from: start.position, to: end.position };
    const facts = await Facts.of(this.#sources, question, between);
    const { user, relation, object } = question;
    const allowedAt = (point: Point): boolean =>
      facts.graph(at(point.position)).check(user, relation, object, point.now);
    const [before, after] = [allowedAt(start), allowedAt(end)];
    const positions = before === after ? [] : flippedBy(facts, { user, relation, object }, start, after);
    const entries = positions.length > 0 ? await this.#log.at(positions) : [];
    return {
      from: { allowed: before, revision: start.position },
      to: { allowed: after, revision: end.position },
      events: entries
        .filter(({ event }) => isShown(event))
        .map(({ position, at, event: { type, subject, cause } }) => ({
          position,
          type,
          subject,
          actor: cause.actor,
          time: new Date(at).toISOString(),
        })),
    };
  }

  /** Two moments, the second one the present unless it is named. */
  async stretchOf(
    { from, to }: { readonly from: Asked; readonly to: Asked | undefined },
    pointer: string,
    present: Now,
  ): Promise<{ readonly start: Point; readonly end: Point } | Refusal> {
    const start = await this.pointOf(from, `${pointer}/from`, present);
    if ('refused' in start) return start;
    const end = await this.pointOf(to ?? present.revision, `${pointer}/to`, present);
    if ('refused' in end) return end;
    if (start.position <= end.position) return { start, end };
    return refuse('invalid_input', { errors: [{ pointer: `${pointer}/to`, detail: 'lies before from' }] });
  }

  /** Where in the log a moment is, and when it was. @param pointer where in the request it is named */
  async pointOf(asked: Asked, pointer: string, { revision, now }: Now): Promise<Point | Refusal> {
    const isAhead = typeof asked === 'number' ? asked > revision : Date.parse(asked) > now;
    if (isAhead) return refuse('invalid_input', { errors: [{ pointer, detail: 'lies in the future' }] });
    if (typeof asked === 'string') {
      const instant = Date.parse(asked);
      return { position: await this.#log.positionAt(instant), now: instant };
    }
    if (asked === revision) return { position: revision, now };
    const [entry] = await this.#log.at([asked]);
    return { position: asked, now: entry?.at ?? 0 };
  }

  get #sources() {
    return { edges: this.#edges, log: this.#log };
  }

  #originsIn(edges: readonly EdgeLife[]): Origins {
    return async (tuples) => {
      const made = new Map(edges.map((edge) => [keyOf({ ...edge, user: edge.subject }), edge.from]));
      const positions = [...new Set(tuples.flatMap((tuple) => made.get(keyOf(tuple)) ?? []))];
      const entries = new Map((await this.#log.at(positions)).map((entry) => [entry.position, entry]));
      return (tuple) => {
        const entry = entries.get(made.get(keyOf(tuple)) ?? 0);
        if (!entry) return null;
        return { position: entry.position, actor: entry.event.cause.actor, time: new Date(entry.at).toISOString() };
      };
    };
  }
}

const keyOf = ({ object, relation, user }: Tuple): string => `${object}#${relation}@${user}`;
