import { z } from 'zod';

const content = z.record(z.string(), z.unknown());

/** An answer as specs compare it: the id of the request differs from one to the next, and nothing else may. */
export const readAnswer = async (response: Response) => {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  const body: Record<string, unknown> = isJson ? content.parse(JSON.parse(text)) : {};
  const { instance: _, ...comparable } = body;
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: comparable,
    page: isJson ? '' : text,
  };
};

export type Answer = Awaited<ReturnType<typeof readAnswer>>;
