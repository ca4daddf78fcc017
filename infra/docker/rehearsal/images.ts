import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import dockerignore from '@balena/dockerignore';
import { Failure } from '../../local/bootstrap/failure.mjs';
import { REPOSITORY } from '../../local/bootstrap/repository.mjs';
import type { ComposeService } from './compose-file.ts';
import { type Image, ImageBuilder } from './dockerfile.ts';

const sentToTheBuilder = dockerignore
  .default()
  .add(readFileSync(path.join(REPOSITORY, '.dockerignore'), 'utf8'))
  .createFilter();

/** With what is new and not committed yet; without what is deleted. */
const filesOfCommit = (): readonly string[] =>
  execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: REPOSITORY,
    encoding: 'utf8',
  })
    .split('\0')
    .filter((file) => file !== '' && existsSync(path.join(REPOSITORY, file)))
    .filter(sentToTheBuilder);

type Images = ReadonlyMap<string, Image>;

export const imageName = ({ build }: ComposeService): string => [build?.target, build?.args?.SERVICE].join(' ');

const folder = path.join(REPOSITORY, '.data/images');
const list = path.join(folder, 'images.json');

/**
 * The images of these very files. They are not made here: of stacks that start at once, each would pull the folder away
 * under the others.
 *
 * @throws when they have not been made, saying how to.
 */
export const findImages = (): Images => {
  const made: { digest: string; images: [string, Image][] } | undefined = existsSync(list)
    ? JSON.parse(readFileSync(list, 'utf8'))
    : undefined;
  if (made?.digest === digestOf(filesOfCommit())) return new Map(made.images);
  throw new Failure(
    'There are no images of these files: node infra/docker/rehearsal/rehearse.mjs --images makes them.',
  );
};

/** What a builder is sent is what git knows and `.dockerignore` does not keep back. */
export const makeImages = (services: Readonly<Record<string, ComposeService>>): void => {
  const files = filesOfCommit();
  rmSync(folder, { recursive: true, force: true });
  const context = path.join(folder, 'context');
  for (const file of files) cpSync(path.join(REPOSITORY, file), path.join(context, file));
  const builder = new ImageBuilder(path.join(REPOSITORY, 'infra/docker/Dockerfile'), context, folder);
  const images = new Map<string, Image>();
  for (const service of Object.values(services)) {
    const { build } = service;
    if (!build || images.has(imageName(service))) continue;
    images.set(imageName(service), builder.build(build.target, build.args ?? {}));
  }
  writeFileSync(list, JSON.stringify({ digest: digestOf(files), images: [...images] }));
};

const digestOf = (files: readonly string[]): string => {
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(path.join(REPOSITORY, file)));
  return hash.digest('hex');
};
