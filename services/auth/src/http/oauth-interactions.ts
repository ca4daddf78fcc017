import { answer, type CallContext, handle } from '@rollcall/service-kit/call-context';
import { consentGiven } from '@rollcall/types/events/auth';
import { entityId } from '@rollcall/types/ids';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import { decideInteraction, readInteraction } from '@rollcall/types/routes/auth/oauth-interactions';
import { describeScope } from '@rollcall/types/scopes';
import type { Interaction, Provider } from 'oidc-provider';
import { originOf, whoIsSignedIn } from '../oauth/bridge.ts';
import { organizationOf } from '../oauth/client-adapter.ts';
import { currentRequest } from '../oauth/current-request.ts';
import { fillGrant } from '../oauth/grants.ts';
import { answersTo, findInteraction, isEnough, missingOf, scopesToShow } from '../oauth/interactions.ts';
import { loginOf } from '../oauth/login.ts';
import { isForThem, membersOnlyWords } from '../oauth/members-only.ts';
import type { Ports } from '../ports.ts';
import { addConsent } from '../store/oauth-consents.ts';
import type { SignedIn } from '../store/signed-in.ts';

export const interactionHandlers = (ports: Ports) => [
  handle(readInteraction, async ({ params }, context) =>
    within(ports, context, async (provider, who) => {
      const interaction = await findInteraction(provider, params.uid, context);
      const client = await provider.Client.find(String(interaction?.params.client_id));
      if (!interaction || !client) return refuse('not_found');
      const hint = interaction.params.login_hint;
      return answer(200, {
        uid: params.uid,
        prompt: isConsent(interaction) ? 'consent' : 'login',
        client: {
          id: client.clientId,
          name: client.clientName ?? client.clientId,
          logoUri: client.logoUri ?? null,
          policyUri: client.policyUri ?? null,
          tosUri: client.tosUri ?? null,
          selfRegistered: client.self_registered === true,
        },
        answersTo: answersTo(interaction),
        scopes: scopesToShow(interaction)
          .map(describeScope)
          .map(({ name, description }) => ({ name, description })),
        loginHint: typeof hint === 'string' ? hint.slice(0, 254) : null,
        needsFresh: who !== undefined && !isConsent(interaction) && !(await isEnough(ports, interaction, who)),
      });
    }),
  ),

  handle(decideInteraction, async ({ params, body }, context) =>
    within(ports, context, async (provider, who) => {
      const interaction = await findInteraction(provider, params.uid, context);
      if (!interaction || !who) return refuse('not_found');
      const result = await decide(ports, provider, interaction, who, body.decision, context);
      if (isRefusal(result)) return result;
      interaction.result = 'error' in result ? result : { ...interaction.lastSubmission, ...result };
      await interaction.persist();
      return answer(200, { redirectTo: interaction.returnTo });
    }),
  ),
];

const isConsent = ({ prompt }: Interaction): boolean => prompt.name === 'consent';

const within = async <T>(
  ports: Ports,
  context: CallContext,
  work: (provider: Provider, who: SignedIn | undefined) => Promise<T>,
): Promise<T> => {
  const signedIn = await whoIsSignedIn(ports, context);
  const provider = await ports.provider();
  const current = { signedIn, hop: context.hop, origin: originOf(context), signsOut: false };
  return currentRequest.run(current, () => work(provider, signedIn));
};

type Result = NonNullable<Interaction['result']>;

const decide = async (
  ports: Ports,
  provider: Provider,
  interaction: Interaction,
  who: SignedIn,
  decision: 'continue' | 'approve' | 'deny',
  context: CallContext,
): Promise<Result | Refusal> => {
  // Whoever is asked for a consent is who was signed in when it was asked for.
  const asked = interaction.session?.accountId;
  if (isConsent(interaction) && asked !== who.userId) return refuse('not_found');
  if (decision === 'deny') return { error: 'access_denied', error_description: 'The person refused.' };
  if (decision !== (isConsent(interaction) ? 'approve' : 'continue')) {
    const detail = isConsent(interaction) ? 'must be approve or deny here' : 'must be continue or deny here';
    return refuse('invalid_input', { errors: [{ pointer: '/body/decision', detail }] });
  }
  const client = await provider.Client.find(String(interaction.params.client_id));
  if (!(await isForThem(ports, organizationOf(client), who.userId, context.hop))) {
    return { error: 'access_denied', error_description: membersOnlyWords };
  }
  if (isConsent(interaction)) return consent(ports, provider, interaction, who, context);
  if (!(await isEnough(ports, interaction, who))) return refuse('reauthentication_required');
  const { accountId, loginTs: ts, amr, acr } = loginOf(who);
  return { login: { accountId, ts, amr, acr, remember: true } };
};

/** Gives what was asked for, for this sign-in and, until it is taken back, for those to come. */
const consent = async (
  { events }: Ports,
  provider: Provider,
  interaction: Interaction,
  { userId }: SignedIn,
  { cause }: CallContext,
): Promise<Result> => {
  const clientId = String(interaction.params.client_id);
  const granted = missingOf(interaction);
  const known = interaction.grantId === undefined ? undefined : await provider.Grant.find(interaction.grantId);
  const grant = known ?? new provider.Grant({ accountId: userId, clientId });
  const grantId = await fillGrant(grant, granted).save();
  const scopes = [...granted.openid, ...Object.values(granted.resources).flat()];
  if (scopes.length > 0) {
    await events.transact(async (tx, emit) => {
      const { id } = await addConsent(tx, userId, clientId, granted);
      const data = { consentId: entityId.parse(id), clientId, scopes };
      await emit(consentGiven, { subject: userId, data, cause: { ...cause, actor: userId } });
    });
  }
  return { consent: { grantId } };
};
