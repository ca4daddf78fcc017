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
