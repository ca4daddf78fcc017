import type { CallContext } from '@rollcall/service-kit/call-context';
import { signInPoint } from '@rollcall/types/hook-points';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import type { Ports } from '../ports.ts';
import { reportRefusal } from '../report-refusal.ts';

/** Whether those whom the operator has named let in somebody who has proved who they are; undefined when they do. */
export const askAboutSignIn = async (
  ports: Ports,
  { userId, methods }: { readonly userId: string; readonly methods: readonly string[] },
  context: CallContext,
): Promise<Refusal | undefined> => {
  const { ipAddress, userAgent } = context.hop;
  const said = await ports.askHooks(signInPoint, { userId, methods: [...methods], ipAddress, userAgent }, context.log);
  if (said === undefined || isRefusal(said)) return said;
  if (said.answer.decision === 'allow') return undefined;
  reportRefusal(ports, { userId }, 'denied_by_hook', context);
  return refuse('invalid_credentials');
};
