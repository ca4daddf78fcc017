import { addressOf, startGateway } from '../gateway.ts';
import { requestsPerSecond } from '../load.ts';
import { startPlatform } from '../platform.ts';
import type { Row } from '../report.ts';
import { inTurn } from '../rounds.ts';

/** More than the gateway remembers, so that each that comes again has been forgotten. */
const strangers = 24_000;
const known = 250;

export const measure = async (): Promise<Row> => {
  const platform = await startPlatform();
  const gateway = await startGateway(platform);
  const tokens: string[] = [];
  while (tokens.length < strangers) tokens.push(await gateway.token());
  const url = `${gateway.url}/v1/genders`;
  const asking = (n: number) => ({ 'x-forwarded-for': addressOf(n) });
  const bearing = (n: number) => ({ ...asking(n), authorization: `Bearer ${tokens[n % tokens.length]}` });
  let stranger = 0;
  const values = await inTurn({
    ours: () => requestsPerSecond({ url, different: known, headers: bearing }),
    nobody: () => requestsPerSecond({ url, different: known, headers: asking }),
    jose: () => requestsPerSecond({ url, headers: () => bearing(stranger++) }),
  });
  await gateway.stop();
  await platform.stop();
  const common = { what: 'a request with a bearer token', unit: '/s', ours: values.ours };
  return {
    number: 6,
    title: 'Authenticated request',
    about:
      'GET /v1/genders through the gateway as it is shipped, on a core of its own; services that answer a constant behind it. ' +
      `${known} people whose tokens were seen before, nobody, and ${strangers.toLocaleString('en')} people whose every token is new.`,
    comparisons: [
      { ...common, baseline: 'jose verifies each', theirs: values.jose, target: { atLeast: 4 } },
      { ...common, baseline: 'without a token', theirs: values.nobody, target: { atLeast: 0.85 } },
    ],
    cause:
      'a request takes 250 µs of the gateway, of which a signature that has to be verified would be 200 more: what is saved is most ' +
      'of what can be, but four times would need a gateway that takes 70. Where those go is told under 16.',
  };
};
