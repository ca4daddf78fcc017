const refusals = {
  signin: 'unauthenticated',
  ended: 'token_revoked',
  forbid: 'forbidden',
  hidden: 'not_found',
  bad: 'invalid_input',
} as const;

export type ExpectedAnswer =
  | { readonly status: number }
  | { readonly refused: (typeof refusals)[keyof typeof refusals] };

/** The lines of a table, by words; its head begins with `nobody`. */
export const linesOf = (text: string): string[][] =>
  text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((words) => words.length > 1 && words[0] !== 'nobody');

const isRefusalWord = (word: string): word is keyof typeof refusals => word in refusals;

/** What a word of a table means; undefined where there is no such caller. */
export const answerOf = (word: string | undefined): ExpectedAnswer | undefined => {
  if (word === '-' || word === undefined) return undefined;
  if (isRefusalWord(word)) return { refused: refusals[word] };
  if (!/^(?:2\d\d|303)$/.test(word)) throw new Error(`"${word}" is no answer`);
  return { status: Number(word) };
};
