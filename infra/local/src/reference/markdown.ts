/** A table whose cells may hold anything: what would end a cell or a row is escaped. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map(cell).join(' | ')} |`).join('\n');

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

export const code = (text: string): string => `\`${text}\``;

/** Orders by a name, so that a document is the same whatever the order in which modules tell what they export. */
export const byName =
  <T>(nameOf: (one: T) => string) =>
  (one: T, other: T): number =>
    nameOf(one) < nameOf(other) ? -1 : nameOf(one) > nameOf(other) ? 1 : 0;

/** Codes with commas between, or a dash for none. */
export const codes = (texts: readonly string[]): string => texts.map(code).join(', ') || '–';

/** The document with what stands between `<!-- <name> -->` and `<!-- /<name> -->` replaced. */
export const withBlock = (document: string, name: string, content: string): string => {
  const begin = `<!-- ${name} -->`;
  const end = `<!-- /${name} -->`;
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from < 0 || to < from) throw new Error(`the document has no place for ${name}`);
  return `${document.slice(0, from + begin.length)}\n\n${content}\n\n${document.slice(to)}`;
};
