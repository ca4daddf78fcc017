import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type ApiClient, createApiClient } from '@rollcall/testing/api-client';
import { createMailbox, tokenIn } from '@rollcall/testing/mailbox';
import { newcomer, signIn } from '@rollcall/testing/people';
import { type Stack, startStack } from '@rollcall/testing/stack';
import { expect, it, onTestFinished } from 'vitest';

const startInProduction = async (dataFolder: string): Promise<Stack> => {
  const stack = await startStack({ dataFolder, environment: { NODE_ENV: 'production', PASSWORD_HASH_MEMORY: '' } });
  onTestFinished(() => stack.stop());
  return stack;
};

/** Signs somebody up, and tells which permissions they hold once they are in. */
const permissionsOfNewcomer = async (stack: Stack, api: ApiClient, setupToken?: string): Promise<string[]> => {
  const person = newcomer();
  const signedUp = await api('POST', '/v1/registrations', { body: { ...person, setupToken } });
  expect(signedUp.status).toBe(202);
  const mail = await createMailbox(stack.mail).waitForMail(person.email, /confirm/i);
  const verified = await api('POST', '/v1/registrations/verify', { body: { token: tokenIn(mail) } });
  expect(verified.status).toBe(200);
  const { token } = await signIn(api, person);
  const held = await api('GET', '/v1/users/me/permissions', { token });
  return held.body.items.map(({ name }: { name: string }) => name);
};

/** A token that is wrong, or no longer of use, is said to be so at once. */
const expectRefusal = async (api: ApiClient, setupToken: string): Promise<void> => {
  const refused = await api('POST', '/v1/registrations', { body: { ...newcomer(), setupToken } });
  expect(refused).toMatchObject({ status: 400, body: { errors: [{ pointer: '/body/setupToken' }] } });
};

it('in production whoever presents the set-up token first is the administrator, and nobody else is', async () => {
  const dataFolder = mkdtempSync(path.join(tmpdir(), 'rollcall-production-'));
  onTestFinished(() => rmSync(dataFolder, { recursive: true, force: true }));
  const first = await startInProduction(dataFolder);
  const api = createApiClient(first.gateway);
  const setupToken = first.setupToken ?? '';
  expect(setupToken).toMatch(/^[\w-]{43}$/);

  expect(await permissionsOfNewcomer(first, api)).toEqual([]);
  await expectRefusal(api, `${setupToken.slice(1)}x`);
  expect(await permissionsOfNewcomer(first, api, setupToken)).toContain('admin');
  await expectRefusal(api, setupToken);

  // Of no use any more, it is not shown any more.
  await first.stop();
  const second = await startInProduction(dataFolder);
  expect(second.setupToken).toBeNull();
}, 90_000);
