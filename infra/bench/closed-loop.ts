import { Pool } from 'undici';

/** Asks by as many clients at once as there are of them, each again as soon as it is answered; how many answers a second. */
export const answersPerSecond = async (
  clients: readonly (() => Promise<void>)[],
  milliseconds: number,
): Promise<number> => {
  const began = performance.now();
  let answers = 0;
  await Promise.all(
    clients.map(async (ask) => {
      while (performance.now() - began < milliseconds) {
        await ask();
        answers++;
      }
    }),
  );
  return answers / ((performance.now() - began) / 1_000);
};

/** Posts to one server, over connections that it keeps, with as little work as can be: who asks shares the cores of who answers. */
export const lightPoster = (url: string) => {
  const pool = new Pool(url, { connections: 32 });
  return async (
    path: string,
    body: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<{ readonly status: number; readonly text: string }> => {
    const answer = await pool.request({ method: 'POST', path, body, headers });
    return { status: answer.statusCode, text: await answer.body.text() };
  };
};
