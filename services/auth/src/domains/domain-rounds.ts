import type { Cause } from '@rollcall/service-kit/actor';
import { newId } from '@rollcall/service-kit/identity';
import { Worker } from '@rollcall/service-kit/worker';
import type { Ports } from '../ports.ts';
import * as store from '../store/organization-domains.ts';
import { proves, recordOf } from './proof.ts';
import { lose } from './verify-domain.ts';

const batch = 50;

/** Looks every day whether proved domains still are; name servers that do not answer prove nothing against one. */
export const createDomainRounds = (ports: Ports): Worker =>
  new Worker({
    name: 'domain rounds',
    idleMilliseconds: 60_000,
    log: ports.log,
    round: async () => {
      // Whoever takes one takes it from the other replicas, for an hour unless it is settled before.
      const due = await store.takeDue(ports.connection.db, batch);
      // At once, so that name servers which keep one waiting keep nobody else's domain.
      await Promise.all(due.map((claim) => lookAgain(ports, claim)));
      return due.length === batch;
    },
  });

const lookAgain = async ({ lookUpTxt, connection, events, config }: Ports, claim: store.OrganizationDomain) => {
  const found = await lookUpTxt(recordOf(claim).name);
  if (!found) return;
  if (proves(claim, found)) {
    await store.markPresent(connection.db, claim.id);
    return;
  }
  await events.transact(async (tx, emit) => {
    const missing = await store.markMissing(tx, claim.id);
    if (!missing?.missingSince) return;
    const isOver = Date.now() - missing.missingSince.getTime() >= config.domainGraceMilliseconds;
    if (isOver) await lose(tx, emit, missing, byItself());
  });
};

const byItself = (): Cause => ({ actor: 'service:auth', correlationId: newId() });
