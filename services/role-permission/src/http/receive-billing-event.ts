import { type Admission, answer, handleSigned } from '@rollcall/service-kit/call-context';
import { createSignatureCheck } from '@rollcall/service-kit/signed-requests';
import { isRefusal, refuse } from '@rollcall/types/problems';
import type { InputOf } from '@rollcall/types/route-definition';
import { receiveBillingEvent } from '@rollcall/types/routes/role-permission/plans';
import { inBody, present, revisionHeader, submit } from '../access.ts';
import { commandIdOf } from '../command-id.ts';
import { billingAuthority } from '../domain/authority.ts';
import type { RecordedAccessEvent } from '../domain/events.ts';
import { offerNamed } from '../plans.ts';
import type { Ports } from '../ports.ts';

/**
 * The billing system says what an organization is subscribed to. Its word counts once for each `webhook-id`, however often
 * it comes and to whichever replica, and not at all once something newer was told: both the log itself knows.
 */
export const handleReceiveBillingEvent = (ports: Ports) =>
  handleSigned(receiveBillingEvent, admission(ports), async ({ body }, { cause, headers, log }) => {
    const key = headers.get('webhook-id') ?? '';
    // Never forgotten, as keys of clients are after a day: what comes again in a year is still no news.
    const id = commandIdOf({ caller: billingAuthority, operation: receiveBillingEvent.operationId, key }, null);
    const told = await answerFromLog(ports, id, body);
    if (told) return told;

    const reading = present(ports.access);
    if (isRefusal(reading)) return reading;
    const asOf = new Date(body.occurredAt);
    if (asOf.getTime() > reading.now + clockMilliseconds) return inFuture;
    const offer = offerNamed(ports.config.plans, body.plan);
    if (isRefusal(offer)) return inBody(offer);
    const { organizationId } = body;
    const written = await submit(ports.access, {
      type: 'setOrganizationPlan',
      organizationId,
      ...offer,
      asOf: asOf.toISOString(),
      id,
      cause: { ...cause, actor: billingAuthority },
    });
    if (isRefusal(written)) {
      log.warn({ organizationId, plan: body.plan, code: written.refused }, 'the billing system was refused');
      return written;
    }
    const { revision } = written;
    return (await answerFromLog(ports, id, body)) ?? answer(200, { applied: false, revision }, revisionHeader(written));
  });

type BillingEvent = InputOf<typeof receiveBillingEvent>['body'];

/** As far as clocks may differ where requests are signed. */
const clockMilliseconds = 5 * 60 * 1_000;

/** Believed, it would make everything that is told from now on too late. */
const inFuture = refuse('invalid_input', {
  errors: [{ pointer: '/body/occurredAt', detail: 'must not lie in the future' }],
});

const admission = ({ config }: Ports): Admission<typeof receiveBillingEvent> => {
  if (config.billingSecrets.length === 0) return () => refuse('not_found');
  const check = createSignatureCheck(config.billingSecrets);
  return (request) => check(request) ?? (isOfNoInterest(request.body) ? answer(200, { applied: false }) : undefined);
};

/** A billing system tells of much else, in forms of its own: refused, it would tell it again for days. */
const isOfNoInterest = (body: Uint8Array | null): boolean => {
  const type = typeIn(Buffer.from(body ?? []).toString());
  return type !== undefined && type !== receiveBillingEvent.body.shape.type.value && typeForm.test(type);
};

const typeForm = /^[\w-]{1,64}(?:\.[\w-]{1,64}){0,7}$/;

const typeIn = (text: string): string | undefined => {
  try {
    const { type } = Object(JSON.parse(text));
    return typeof type === 'string' ? type : undefined;
  } catch {
    return undefined;
  }
};

/** What was answered when the log got the event; undefined if it has none of it. */
const answerFromLog = async ({ access, accessLog }: Ports, id: string, body: BillingEvent) => {
  const [entry] = await accessLog.ofCommand(id);
  if (!entry) return undefined;
  if (!isOf(entry, body)) return refuse('webhook_id_reused');
  const reading = present(access);
  if (isRefusal(reading)) return reading;
  const revision = entry.position;
  return answer(200, { applied: true, revision }, revisionHeader({ revision, epoch: reading.epoch }));
};

const isOf = ({ event }: RecordedAccessEvent, { organizationId, plan, occurredAt }: BillingEvent): boolean =>
  event.type === 'organization.plan_changed' &&
  event.subject === organizationId &&
  event.data.after.plan === plan &&
  event.data.after.asOf === new Date(occurredAt).toISOString();
