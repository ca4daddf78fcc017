import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';

export interface Asset {
  readonly text: string;
  readonly contentType: string;
  readonly etag: string;
}

const contentTypes: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

/** Where the package has what a browser can load as it is; its manifest names only its modules. */
const webauthnFile = path.resolve(
  createRequire(import.meta.url).resolve('@simplewebauthn/browser'),
  '../../dist/bundle/index.umd.min.js',
);

/** What pages load, by name: our own files, which a bundle has beside it too, and the library for passkeys. */
export const readAssets = async (): Promise<ReadonlyMap<string, Asset>> => {
  const folder = new URL('assets/', import.meta.url);
  const names = (await readdir(folder)).filter((name) => path.extname(name) in contentTypes);
  const own = names.map(async (name) => [name, await readAsset(new URL(name, folder))] as const);
  return new Map([...(await Promise.all(own)), ['webauthn.js', await readAsset(webauthnFile)]]);
};

const readAsset = async (file: URL | string): Promise<Asset> => {
  const text = await readFile(file, 'utf8');
  const contentType = contentTypes[path.extname(String(file))] ?? 'text/plain';
  return { text, contentType, etag: `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"` };
};
