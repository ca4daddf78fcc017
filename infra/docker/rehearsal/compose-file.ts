import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

export interface ComposeService {
  readonly image?: string;
  readonly build?: { readonly target: string; readonly args?: Readonly<Record<string, string>> };
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly profiles?: readonly string[];
  readonly networks?: { readonly default: { readonly aliases: readonly string[] } };
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
}

/**
 * Reads a Compose file as `docker compose` does: anchors and merges resolved, then variables filled in.
 *
 * @throws naming every variable that is required and missing.
 */
export const readComposeFile = (file: string, variables: Readonly<Record<string, string | undefined>>): ComposeFile => {
  const missing = new Set<string>();
  const filled = fillIn(parse(readFileSync(file, 'utf8'), { merge: true, maxAliasCount: 1_000 }), variables, missing);
  if (missing.size > 0) throw new Error(`${file} needs ${[...missing].sort().join(', ')}`);
  // Its form is what compose.spec.ts checks, against the Compose specification.
  return filled as ComposeFile;
};

/** The forms of interpolation that the Compose specification has and that we use. */
const reference = /\$\{(?<name>\w+)(?::(?<kind>[-?])(?<rest>[^}]*))?\}/g;

const fillIn = (
  value: unknown,
  variables: Readonly<Record<string, string | undefined>>,
  missing: Set<string>,
): unknown => {
  if (typeof value === 'string') {
    return value.replace(reference, (_, name: string, kind: string | undefined, rest: string) => {
      const given = variables[name];
      if (given) return given;
      if (kind === '?') missing.add(name);
      return kind === '-' ? rest : '';
    });
  }
  if (Array.isArray(value)) return value.map((item) => fillIn(item, variables, missing));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillIn(item, variables, missing)]));
  }
  return value;
};
