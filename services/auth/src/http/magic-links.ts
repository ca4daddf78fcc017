import { answer, type CallContext, handle } from '@rollcall/service-kit/call-context';
import { newId, newSecret } from '@rollcall/service-kit/identity';
import { steadyPace } from '@rollcall/service-kit/pace';
import { deriveSecret, digestOf } from '@rollcall/service-kit/sealed-secret';
import { magicLinkRequested } from '@rollcall/types/events/auth';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import * as routes from '@rollcall/types/routes/auth/magic-links';
import { codeFrom } from '../factors/mailed-code.ts';
import type { Ports } from '../ports.ts';
import { reportRefusal } from '../report-refusal.ts';
import { letIn } from '../sessions/let-in.ts';
import type { Challenge } from '../sessions/pending-sign-in.ts';
import { signInAnswer } from '../sessions/sign-in-answer.ts';
import { endAfter } from '../store/clock.ts';
import { findCredential, findCredentialOf } from '../store/credentials.ts';
import * as store from '../store/magic-links.ts';
import type { IssuedTokens } from '../tokens/token-answer.ts';

/** Long enough to hide whether a row was written. */
const paceMilliseconds = 100;

const mailsAnHour = 5;

export const magicLinkHandlers = (ports: Ports) => [
  handle(routes.askForMagicLink, ({ body }, context) =>
    steadyPace(paceMilliseconds, async () => {
      const requestToken = newSecret();
      await request(ports, body.email, requestToken, context);
      return answer(202, { status: 'accepted', requestToken });
    }),
  ),

  handle(routes.mintMagicLink, async ({ params }) => {
    const { connection, config } = ports;
    const salt = await store.saltOfMagicLink(connection.db, params.requestId);
    if (salt === undefined) return refuse('not_found');
    const token = deriveSecret(config.keyEncryptionSecret, salt, 'magic link');
    const code = codeFrom(config.keyEncryptionSecret, salt);
    const digests = { tokenDigest: digestOf(token), codeDigest: ports.mailedCodeDigest(params.requestId, code) };
    const expiresAt = await endAfter(connection.db, config.magicLinkMilliseconds);
    const minted = await connection.db.transaction((tx) =>
      store.mintMagicLink(tx, params.requestId, digests, expiresAt),
    );
    return minted ? answer(200, { token, code, expiresAt: expiresAt.toISOString() }) : refuse('not_found');
  }),

  handle(routes.signInByMail, async ({ body, query }, context) => {
    const outcome =
      body.token === undefined
        ? await byCode(ports, body.requestToken ?? '', body.code ?? '', context)
        : await byLink(ports, await store.findMagicLink(ports.connection.db, digestOf(body.token)), context);
    return signInAnswer(ports, outcome, query, context);
  }),
];

const request = async (
  { connection, events }: Ports,
  email: string,
  requestToken: string,
  { cause }: CallContext,
): Promise<void> => {
  const credential = await findCredential(connection.db, email);
  if (!credential || credential.disabledAt) return;
  const { userId } = credential;
  if (!(await store.mayBeMailed(connection.db, userId, mailsAnHour))) return;
  await events.transact(async (tx, emit) => {
    const requestId = newId();
    await store.addMagicLink(tx, { id: requestId, userId, requestDigest: digestOf(requestToken) });
    await emit(magicLinkRequested, {
      subject: userId,
      data: { requestId },
      cause: { ...cause, actor: 'anonymous' },
    });
  });
};

const byCode = async (
  ports: Ports,
  requestToken: string,
  code: string,
  context: CallContext,
): Promise<IssuedTokens | Challenge | Refusal> => {
  const link = await store.tryMagicCode(ports.connection.db, digestOf(requestToken));
  if (!link) return refuse('token_invalid');
  const outcome = await ports.guard.attempt({ mailedTo: link.userId }, context.hop, async () => {
    const matches = link.codeDigest === ports.mailedCodeDigest(link.id, code);
    return matches ? byLink(ports, link, context) : refuse('invalid_credentials');
  });
  if (!isRefusal(outcome) || outcome.refused !== 'invalid_credentials') return outcome;
  reportRefusal(ports, link, 'wrong_code', context);
  return refuse('token_invalid');
};

/** Whoever reads the mailbox has proved one factor, and never two. */
const byLink = async (
  ports: Ports,
  link: store.MagicLink | undefined,
  context: CallContext,
): Promise<IssuedTokens | Challenge | Refusal> => {
  const credential = link && (await findCredentialOf(ports.connection.db, link.userId));
  if (!link || !credential) return refuse('token_invalid');
  const proved = {
    userId: link.userId,
    passwordSetAt: credential.changedAt,
    methods: ['email'],
    kind: 'lasting',
    alongside: (tx: Parameters<typeof store.useMagicLink>[0]) => store.useMagicLink(tx, link.id),
  } as const;
  const outcome = await letIn(ports, proved, context);
  // Whoever is denied learns nothing of the mail either.
  const isDenied = outcome !== undefined && isRefusal(outcome) && outcome.refused === 'invalid_credentials';
  return outcome === undefined || isDenied ? refuse('token_invalid') : outcome;
};
