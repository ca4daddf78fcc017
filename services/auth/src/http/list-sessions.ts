import { answer, handle } from '@rollcall/service-kit/call-context';
import { decodeCursor, pageOf } from '@rollcall/service-kit/cursor';
import { sessionId, userId } from '@rollcall/types/ids';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import { listSessions, listUserSessions } from '@rollcall/types/routes/auth/sessions';
import { z } from 'zod';
import type { Ports } from '../ports.ts';
import { findCredentialOf } from '../store/credentials.ts';
import { listLiveSessions, type Session } from '../store/sessions.ts';

export const handleListSessions = (ports: Ports) =>
  handle(listSessions, async ({ query }, context) => {
    const page = await readPage(ports, context.signedIn.userId, context.signedIn.sessionId, query);
    return isRefusal(page) ? page : answer(200, page);
  });

export const handleListUserSessions = (ports: Ports) =>
  handle(listUserSessions, async ({ params, query }, context) => {
    if (!(await findCredentialOf(ports.connection.db, params.userId))) return refuse('not_found');
    const page = await readPage(ports, params.userId, context.signedIn.sessionId, query);
    return isRefusal(page) ? page : answer(200, page);
  });

interface PageQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

const readPage = async ({ connection, config }: Ports, userId: string, current: string, query: PageQuery) => {
  const after: readonly [string] | null | Refusal = decodeCursor(query.cursor, z.tuple([sessionId]));
  if (isRefusal(after)) return after;
  const idle = config.sessionIdleMilliseconds;
  const rows = await listLiveSessions(connection.db, userId, idle, after?.[0] ?? null, query.limit + 1);
  return pageOf(
    rows,
    query.limit,
    (row) => [row.id],
    (row) => describe(row, current, idle),
  );
};

const describe = (session: Session, current: string, idleMilliseconds: number) => ({
  id: sessionId.parse(session.id),
  current: session.id === current,
  createdAt: session.createdAt.toISOString(),
  lastUsedAt: session.lastUsedAt.toISOString(),
  // Whichever comes first: the end of its life, or of the time for which it may lie unused.
  expiresAt: new Date(
    Math.min(session.expiresAt.getTime(), session.lastUsedAt.getTime() + idleMilliseconds),
  ).toISOString(),
  ipAddress: session.ipAddress,
  userAgent: session.userAgent,
  impersonatedBy: session.impersonatedBy === null ? null : userId.parse(session.impersonatedBy),
});
