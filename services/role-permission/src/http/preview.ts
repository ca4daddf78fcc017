import { answer, handle } from '@rollcall/service-kit/call-context';
import { isRefusal } from '@rollcall/types/problems';
import { previewAccess } from '@rollcall/types/routes/role-permission/questions';
import { gainsBy } from '../domain/gains.ts';
import { changesBy } from '../domain/graph-changes.ts';
import { ToldGains } from '../domain/told-gains.ts';
import type { Ports } from '../ports.ts';
import { eventsOfWishes } from './wish.ts';

/** Who would gain and who would lose what by commands: they are decided upon the present, and nothing is kept of it. */
export const handlePreview = (ports: Ports) =>
  handle(previewAccess, async ({ body: { commands } }, context) => {
    const tried = await eventsOfWishes(ports, commands, context);
    if (isRefusal(tried)) return tried;
    const { reading, events } = tried;
    const changes = changesBy(events);
    const told = new ToldGains(reading, context.signedIn.userId);
    const gains = gainsBy(ports.graph.present, changes, reading.now, told.isLookedAt);
    const { gained, lost, complete } = told.of(gains, ports.graph.present.graph, changes);
    return answer(200, { gained: [...gained], lost: [...lost], complete, revision: reading.revision });
  });
