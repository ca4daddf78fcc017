import { InvalidQuestion, TooComplex } from '@rollcall/authorization/errors';
import { requestDuration } from '@rollcall/service-kit/metrics';
import { readContent } from '@rollcall/service-kit/route-input';
import { isRefusal, problems, type Refusal } from '@rollcall/types/problems';
import type { Route } from '@rollcall/types/route-definition';
import { checkAccess, checkAccessBatch } from '@rollcall/types/routes/role-permission/questions';
import type { z } from 'zod';
import type { AccessFollower } from './follower.ts';
import { holdsIn } from './permission-check.ts';

/** What a signed-in person asks, as it came. */
export interface Asked {
  readonly userId: string;
  /** Of a key: what it is good for. */
  readonly scopes: readonly string[] | undefined;
  /** With its `?`, or empty. */
  readonly search: string;
  readonly body: Uint8Array | null;
  readonly headers: Headers;
}

type Access = Pick<AccessFollower, 'present'>;
type Present = Exclude<Awaited<ReturnType<Access['present']>>, Refusal>;
type Question = z.output<typeof checkAccess.body>;

interface Verdict {
  readonly allowed: boolean;
  readonly revision: number;
}

/**
 * Answers checks about the present from the replica, for those who ask about themselves or may read all access.
 * Undefined for everything else, and for whatever is wrong with a question: its owner answers that, as it would have
 * answered the rest, so that nobody can tell who did.
 */
export const answerAccess = async (
  access: Access,
  route: Route,
  asked: Asked,
): Promise<Response | Refusal | undefined> => {
  if (route.operationId !== checkAccess.operationId && route.operationId !== checkAccessBatch.operationId)
    return undefined;
  if (asked.search !== '') return undefined;
  // Whether a key is good for it is judged in one place.
  if (asked.scopes !== undefined) return undefined;
  const began = performance.now();
  const { content } = readContent(route, asked.body, asked.headers, asked.userId);
  if (isRefusal(content)) return undefined;
  // The content was just parsed by the schema of its route.
  const outcome =
    route.operationId === checkAccess.operationId
      ? await check(access, content as Question, asked.userId)
      : await checkAll(access, content as z.output<typeof checkAccessBatch.body>, asked.userId);
  if (outcome === undefined) return undefined;
  const status = isRefusal(outcome) ? problems[outcome.refused].status : 200;
  requestDuration.labels('gateway', route.operationId, String(status)).observe((performance.now() - began) / 1_000);
  return isRefusal(outcome) ? outcome : new Response(JSON.stringify(outcome), { headers: answerHeaders });
};

/** As every service answers. */
const answerHeaders = { 'content-type': 'application/json', 'cache-control': 'no-store' };

const checkAll = async (
  access: Access,
  { checks }: z.output<typeof checkAccessBatch.body>,
  asker: string,
): Promise<
  { readonly results: readonly Pick<Verdict, 'allowed'>[]; readonly revision: number } | Refusal | undefined
> => {
  if (checks.some(({ at }) => at !== undefined)) return undefined;
  for (const { minRevision } of checks) {
    const reached = minRevision === undefined ? undefined : await access.present(minRevision);
    if (isRefusal(reached)) return reached;
  }
  // One present for all of them, which has every revision that any of them asks for.
  const reading = await access.present(undefined);
  if (isRefusal(reading)) return reading;
  const results: Pick<Verdict, 'allowed'>[] = [];
  for (const question of checks) {
    const verdict = judged(reading, question, asker);
    if (verdict === undefined) return undefined;
    results.push({ allowed: verdict.allowed });
  }
  return { results, revision: reading.revision };
};

const check = async (access: Access, question: Question, asker: string): Promise<Verdict | Refusal | undefined> => {
  if (question.at !== undefined) return undefined;
  const reading = await access.present(question.minRevision);
  return isRefusal(reading) ? reading : judged(reading, question, asker);
};

const judged = (reading: Present, question: Question, asker: string): Verdict | undefined => {
  const self = `user:${asker}`;
  const { user } = question;
  if (user !== self && !holdsIn(reading, asker, 'access.read')) return undefined;
  try {
    const { graph, now, revision } = reading;
    return { allowed: graph.check(user, question.relation, question.object, now), revision };
  } catch (error) {
    if (error instanceof InvalidQuestion || error instanceof TooComplex) return undefined;
    throw error;
  }
};
