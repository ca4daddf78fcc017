import { callService, testEnvironment } from '@rollcall/testing/service-under-test';
import { startConsole } from '../service.ts';

/** The service as the gateway reaches it. */
export const startConsoleUnderTest = async () => {
  const service = await startConsole(testEnvironment('console', 'postgres://unused'));
  const get = async (path: string, headers: Readonly<Record<string, string>> = {}) => {
    const response = await callService(service, { method: 'GET', path, headers });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  return { service, get };
};
