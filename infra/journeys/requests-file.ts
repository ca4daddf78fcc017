/** A request of a file for REST clients, with `{{…}}` where earlier answers go. */
export interface FiledRequest {
  readonly title: string;
  /** By which later ones refer to its answer. */
  readonly name: string | undefined;
  readonly method: string;
  readonly url: string;
  readonly token: string | undefined;
  readonly body: string | undefined;
  /** As the title tells it, where it is no success. */
  readonly status: number | undefined;
}

/** The requests of a file, in order; blocks that only set variables are none. */
export const requestsIn = (file: string): readonly FiledRequest[] =>
  file.split(/^###/m).flatMap((block): FiledRequest[] => {
    const [title = '', ...lines] = block.split('\n');
    const [head = '', ...rest] = lines
      .filter((line) => !/^[#@]/.test(line))
      .join('\n')
      .trim()
      .split('\n\n');
    const [method = '', url] = (head.split('\n')[0] ?? '').split(' ');
    if (url === undefined || !/^[A-Z]+$/.test(method)) return [];
    const status = /: ([45]\d\d)\b/.exec(title)?.[1];
    return [
      {
        title: title.trim(),
        name: /^# @name (\w+)$/m.exec(block)?.[1],
        method,
        url,
        token: /^Authorization: Bearer (.+)$/m.exec(head)?.[1],
        body: rest.length > 0 ? rest.join('\n\n') : undefined,
        status: status === undefined ? undefined : Number(status),
      },
    ];
  });

/** A text with what is meant by each `{{path}}`. @throws Error if there is no such thing */
export const filled = (text: string, values: Readonly<Record<string, unknown>>): string =>
  text.replaceAll(/\{\{([\w.]+)\}\}/g, (_, path: string) => {
    const found = path.split('.').reduce<unknown>((value, name) => Object(value)[name], values);
    if (typeof found !== 'string' && typeof found !== 'number') throw new Error(`no earlier answer has ${path}`);
    return String(found);
  });
