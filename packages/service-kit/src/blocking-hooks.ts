import type { Decision, HookPoint } from '@rollcall/types/hook-points';
import { type Refusal, refuse } from '@rollcall/types/problems';
import { Webhook } from 'standardwebhooks';
import type { BlockingHook } from './blocking-hook-config.ts';
import { newId } from './identity.ts';
import type { Logger } from './logging.ts';
import { hookDuration } from './metrics.ts';
import type { OutgoingHttp } from './outgoing-http.ts';
import { OutgoingHttpError } from './outgoing-http-error.ts';

export interface BlockingHooksOptions {
  readonly hooks: Iterable<BlockingHook>;
  /** By the name of the hook. */
  readonly secrets: ReadonlyMap<string, string>;
  readonly outgoing: Pick<OutgoingHttp, 'call'>;
}

export interface Settled<Answer> {
  /** Whose answer it is. */
  readonly hook: string;
  readonly answer: Answer;
}

/**
 * Asks the hooks of a point one after the other, in the order of the configuration, until one has settled it. Undefined when
 * nobody has to be asked, or nobody who has answered; `hook_unavailable` when one does not that has to. Never to be awaited
 * inside a transaction: a hook takes seconds.
 */
export type AskHooks = <Data, Answer extends Decision>(
  point: HookPoint<Data, Answer>,
  data: Data,
  log: Logger,
) => Promise<Settled<Answer> | Refusal | undefined>;

/**
 * Requests are signed after the Standard Webhooks specification. What comes back is believed because it comes over TLS from
 * the configured address; {@link OutgoingHttp} bounds its size, and how many wait at once for hooks that hang.
 */
export const createBlockingHooks = ({ hooks, secrets, outgoing }: BlockingHooksOptions): AskHooks => {
  const all = [...hooks].map((hook) => ({ hook, signer: new Webhook(secrets.get(hook.name) ?? '') }));
  return async <Data, Answer extends Decision>(point: HookPoint<Data, Answer>, data: Data, log: Logger) => {
    let last: Settled<Answer> | undefined;
    for (const { hook, signer } of all.filter(({ hook: { point: name } }) => name === point.name)) {
      const call = signedCall(signer, point.name, data);
      const finish = hookDuration.startTimer({ hook: hook.name, point: point.name });
      const said = await askOne(outgoing, hook, point, call);
      const outcome = 'unanswered' in said ? 'unanswered' : said.answer.decision;
      finish({ outcome });
      const told = { hook: hook.name, point: point.name, hookCall: call.id, outcome };
      if ('answer' in said) {
        log.info(told, 'a hook has answered');
        last = { hook: hook.name, answer: said.answer };
        if (said.answer.decision === point.settledBy) return last;
      } else {
        log.warn({ ...told, reason: said.unanswered }, 'a hook has not answered');
        if (hook.whenUnanswered === 'refuse') return refuse('hook_unavailable', { retryAfterSeconds: 10 });
      }
    }
    return last;
  };
};

interface SignedCall {
  readonly id: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const signedCall = (signer: Webhook, point: string, data: unknown): SignedCall => {
  const id = newId();
  const now = new Date();
  const body = JSON.stringify({ point, id, time: now.toISOString(), data });
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
    'webhook-signature': signer.sign(id, now, body),
  };
  return { id, headers, body };
};

/** What it says, or why that is no answer: a word for the log that holds nothing of what was sent either way. */
const askOne = async <Data, Answer extends Decision>(
  outgoing: Pick<OutgoingHttp, 'call'>,
  { url, deadlineMilliseconds }: BlockingHook,
  point: HookPoint<Data, Answer>,
  { headers, body }: SignedCall,
): Promise<{ readonly answer: Answer } | { readonly unanswered: string }> => {
  try {
    const signal = AbortSignal.timeout(deadlineMilliseconds);
    const answer = await outgoing.call(url, { method: 'POST', headers, body, signal });
    if (answer.status !== 200) return { unanswered: `status ${answer.status}` };
    const read = point.answer.safeParse(await answer.json());
    return read.success ? { answer: read.data } : { unanswered: 'malformed' };
  } catch (error) {
    if (error instanceof OutgoingHttpError) return { unanswered: error.fault };
    if (error instanceof SyntaxError) return { unanswered: 'malformed' };
    throw error;
  }
};
