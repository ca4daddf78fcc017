import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createApiClient } from '@rollcall/testing/api-client';
import { createMailbox, tokenIn } from '@rollcall/testing/mailbox';
import { type Stack, startStack } from '@rollcall/testing/stack';
import { waitFor } from '@rollcall/testing/wait-for';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type FiledRequest, filled, requestsIn } from './requests-file.ts';

const file = readFileSync(path.resolve(import.meta.dirname, '../../requests.http'), 'utf8');
let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
}, 60_000);
afterAll(() => stack?.stop());

it('every request of requests.http, from top to bottom, is answered as it says', async () => {
  const requests = requestsIn(file);
  expect(requests.length).toBeGreaterThan(20);
  const api = createApiClient(stack.gateway);
  const answers: Record<string, unknown> = {};
  const send = ({ method, url, token, body }: FiledRequest) => {
    const text = body && filled(body, answers);
    return api(method, filled(url.replace('{{api}}', ''), answers), {
      ...(token === undefined ? {} : { token: filled(token, answers) }),
      ...(text === undefined ? {} : { body: JSON.parse(text) }),
    });
  };
  for (const request of requests) {
    if (request.url.startsWith('{{mail}}')) {
      answers.token = tokenIn(await createMailbox(stack.mail).waitForMail('ada@example.com', /confirm/i));
      continue;
    }
    let answer = await send(request);
    const isAsSaid = (): boolean =>
      request.status === undefined ? answer.status >= 200 && answer.status < 300 : answer.status === request.status;
    // What a deactivation ends has ended within a second.
    if (request.method === 'GET' && !isAsSaid()) {
      await waitFor(
        request.title,
        async () => {
          answer = await send(request);
          return isAsSaid();
        },
        5_000,
      ).catch(() => undefined);
    }
    expect(isAsSaid() || [request.title, answer.status, answer.body], request.title).toBe(true);
    if (request.name !== undefined) answers[request.name] = { response: { body: answer.body } };
  }
});
