import { type ApiClient, createApiClient } from '@rollcall/testing/api-client';
import { newcomer, registerPerson, signIn } from '@rollcall/testing/people';
import { startStack } from '@rollcall/testing/stack';
import { answersPerSecond, lightPoster } from '../closed-loop.ts';
import { addressOf } from '../gateway.ts';
import { pinSelf } from '../pin.ts';
import type { Row } from '../report.ts';
import { inTurn } from '../rounds.ts';
import { startHttpServer } from '../server.ts';

const people = 8;
const sessionsEach = 4;
const milliseconds = 3_000;

const json = { 'content-type': 'application/json' };

let addresses = 0;

type Poster = ReturnType<typeof lightPoster>;

/** An application of its own, that gets tokens for itself. */
const newApplication = async (api: ApiClient, post: Poster, token: string) => {
  const body = {
    name: 'Bench',
    redirectUris: [],
    grantTypes: ['client_credentials'],
    resources: ['https://bench.example'],
    scopes: ['openid'],
    authMethod: 'client_secret_basic',
  };
  const { status, body: client } = await api('POST', '/v1/oauth/clients', { token, body });
  if (status !== 201) throw new Error(`an application was answered ${status}`);
  const authorization = `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`;
  const form = 'grant_type=client_credentials&resource=https%3A%2F%2Fbench.example';
  return async () => {
    const headers = {
      authorization,
      'content-type': 'application/x-www-form-urlencoded',
      'x-forwarded-for': addressOf(addresses++),
    };
    const { status } = await post('/oidc/token', form, headers);
    if (status !== 200) throw new Error(`client credentials were answered ${status}`);
  };
};

export const measure = async (): Promise<Row> => {
  pinSelf('any');
  const stack = await startStack({ durable: true, environment: { TRUSTED_PROXIES: '127.0.0.0/8' } });
  const api = createApiClient(stack.gateway);
  const post = lightPoster(stack.gateway);
  const admin = await registerPerson(api, stack.mail, newcomer('admin'), stack.setupToken);
  const application = await newApplication(api, post, admin.token);
  const sessions: { refreshToken: string }[] = [];
  for (let n = 0; n < people; n++) {
    const person = await registerPerson(api, stack.mail);
    for (let more = 0; more < sessionsEach; more++) {
      const { refreshToken } = await signIn(api, person);
      sessions.push({ refreshToken });
    }
  }
  const refresh = (session: { refreshToken: string }) => async () => {
    const headers = { ...json, 'x-forwarded-for': addressOf(addresses++) };
    const { status, text } = await post('/v1/sessions/refresh', JSON.stringify(session), headers);
    if (status !== 200) throw new Error(`a refresh answered ${status}`);
    session.refreshToken = JSON.parse(text).refreshToken;
  };
  const updating = await startHttpServer('servers/one-update.mjs', {
    core: 'any',
    environment: { DATABASE_URL: stack.postgres },
  });
  const update = lightPoster(updating.url);
  const change = (id: number) => async () => {
    const { status } = await update('/', JSON.stringify({ id }), json);
    if (status !== 200) throw new Error(`an update answered ${status}`);
  };
  const values = await inTurn({
    refresh: () => answersPerSecond(sessions.map(refresh), milliseconds),
    credentials: () =>
      answersPerSecond(
        sessions.map(() => application),
        milliseconds,
      ),
    update: () =>
      answersPerSecond(
        sessions.map((_, n) => change(n + 1)),
        milliseconds,
      ),
  });
  await updating.stop();
  await stack.stop();
  pinSelf('other');
  const refreshes = { what: 'refreshes', unit: '/s', ours: values.refresh };
  const baseline = { baseline: 'one UPDATE … RETURNING for each request', theirs: values.update };
  return {
    number: 9,
    title: 'Refresh and client credentials',
    about: `${sessions.length} sessions that are refreshed without a pause through the gateway: the token is changed for another one, durably, and an access token signed; and as many askers with the credentials of an application. The product, Postgres and those who ask share all cores.`,
    comparisons: [
      { ...refreshes, ...baseline, target: { atLeast: 0.65 } },
      {
        what: 'tokens for client credentials',
        unit: '/s',
        ours: values.credentials,
        ...baseline,
        target: { atLeast: 0.65 },
      },
    ],
    floors: [{ ...refreshes, target: { atLeast: 1_000 } }],
    cause:
      'a refresh takes some 1.5 ms of one thread, on which all services run here: two servers and a request between them where the baseline ' +
      'has one server, a signature, and one statement in which nothing but the write to the socket takes more than a tenth. It was 4 ms ' +
      'while every statement was described before it was run. Client credentials are the library’s (oidc-provider), which takes as long again.',
  };
};
