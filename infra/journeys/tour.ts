/** One command of a tour, and what the text says it answers. */
export interface Step {
  readonly command: string;
  readonly answer: string | undefined;
  /** It only asks, so it may be asked again. */
  readonly isRead: boolean;
}

const fence = /^```bash\n([\s\S]*?)^```$/gm;
const answerMark = '# => ';

/** The commands in the bash blocks of one section of a Markdown text, in order. */
export const stepsOf = (markdown: string, section: string): Step[] => {
  const from = markdown.indexOf(`\n## ${section}\n`);
  if (from < 0) throw new Error(`there is no section "${section}"`);
  const to = markdown.indexOf('\n## ', from + 4);
  const text = markdown.slice(from, to < 0 ? undefined : to);
  return [...text.matchAll(fence)].flatMap(([, block = '']) => stepsOfBlock(block));
};

const stepsOfBlock = (block: string): Step[] => {
  const steps: Step[] = [];
  // A backslash at the end joins a line with the next, as in the shell.
  for (const line of block.replaceAll(/\\\n\s*/g, '').split('\n')) {
    const last = steps.at(-1);
    if (line.startsWith(answerMark) && last) steps.splice(-1, 1, { ...last, answer: line.slice(answerMark.length) });
    else if (line !== '' && !line.startsWith('#'))
      steps.push({ command: line, answer: undefined, isRead: isRead(line) });
  }
  return steps;
};

const isRead = (command: string): boolean => command.startsWith('curl ') && !/ -(X|d|F|T) /.test(command);

/** Does an output say what is written, `…` standing for anything? */
export const looksLike = (output: string, written: string): boolean => {
  const parts = written.split('…').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[\\s\\S]*')}$`).test(output.trim());
};
