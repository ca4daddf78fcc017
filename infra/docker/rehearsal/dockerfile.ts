import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { DockerfileParser, type Instruction } from 'dockerfile-ast';

/** What a container of an image runs. */
export interface Image {
  /** Where its working directory is here. */
  readonly folder: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

interface Stage {
  readonly name: string;
  readonly base: string;
  readonly steps: readonly Instruction[];
}

interface Filesystem {
  /** The folder that stands for `/`. */
  readonly root: string;
  workdir: string;
  readonly environment: Record<string, string>;
  command: readonly string[];
}

/**
 * Makes images of a Dockerfile as a container engine would, but for the isolation: a stage is a folder, a path of the image is
 * a path below it, and `RUN` runs here. What base images bring along must be installed.
 */
export class ImageBuilder {
  readonly #stages: readonly Stage[];
  readonly #context: string;
  readonly #folder: string;
  readonly #shared = new Map<string, Filesystem>();

  /**
   * @param context what `COPY . .` copies: exactly the files that would be sent to the builder
   * @param folder where stages and images are made
   */
  constructor(dockerfile: string, context: string, folder: string) {
    this.#stages = readStages(dockerfile);
    this.#context = context;
    this.#folder = folder;
  }

  build(target: string, args: Readonly<Record<string, string>>): Image {
    const name = [target, ...Object.values(args)].join('-');
    const { root, workdir, command, environment } = this.#make(this.#stage(target), args, name);
    return { folder: path.join(root, workdir), command, environment };
  }

  #make(stage: Stage, args: Readonly<Record<string, string>>, name: string): Filesystem {
    const known = this.#shared.get(stage.name);
    if (known) return known;
    const base = this.#stages.find((other) => other.name === stage.base);
    // A stage on top of another goes on in its folder: nobody looks at the lower one any more.
    const below = base ? this.#make(base, args, base.name) : undefined;
    const now: Filesystem = below
      ? { ...below, environment: { ...below.environment } }
      : { root: path.join(this.#folder, name), workdir: '/', environment: {}, command: [] };
    mkdirSync(now.root, { recursive: true });
    for (const step of stage.steps) this.#apply(step, now, args);
    if (!stage.steps.some((step) => step.getKeyword() === 'ARG')) {
      // Images of their own are made anew for each name; what they are made from is made once.
      if (name === stage.name) this.#shared.set(name, now);
    }
    return now;
  }

  #apply(step: Instruction, now: Filesystem, args: Readonly<Record<string, string>>): void {
    const text = step.getRawArgumentsContent() ?? '';
    const here = path.join(now.root, now.workdir);
    switch (step.getKeyword()) {
      case 'WORKDIR':
        now.workdir = path.resolve(now.workdir, text);
        mkdirSync(path.join(now.root, now.workdir), { recursive: true });
        return;
      case 'ENV': {
        const at = text.indexOf('=');
        now.environment[text.slice(0, at)] = text.slice(at + 1);
        return;
      }
      case 'COPY':
        this.#copy(step, text, now, args);
        return;
      case 'RUN':
        for (const gone of relativeOutputs(text)) rmSync(path.resolve(here, gone), { recursive: true, force: true });
        execFileSync('sh', ['-c', text], {
          cwd: here,
          env: { ...process.env, ...now.environment, ...args },
          stdio: 'pipe',
        });
        return;
      case 'CMD':
        now.command = JSON.parse(text);
        return;
      case 'ARG':
      case 'USER':
      case 'EXPOSE':
      case 'HEALTHCHECK':
        return;
      default:
        throw new Error(`the rehearsal does not know ${step.getKeyword()}`);
    }
  }

  #copy(step: Instruction, text: string, now: Filesystem, args: Readonly<Record<string, string>>): void {
    const [, from] = /^COPY\s+--from=(\S+)/.exec(step.getTextContent()) ?? [];
    const [source = '', target = ''] = text.split(/\s+/);
    const root = from === undefined ? this.#context : this.#make(this.#stage(from), args, from).root;
    const copied = path.join(root, source);
    if (!existsSync(copied)) throw new Error(`COPY ${text}: there is nothing at ${source}`);
    // By links, as layers are shared: no later step writes into a file that it was given.
    execFileSync('cp', ['--archive', '--link', `${copied}/.`, path.join(now.root, now.workdir, target)]);
  }

  #stage(name: string): Stage {
    const stage = this.#stages.find((candidate) => candidate.name === name);
    if (!stage) throw new Error(`the Dockerfile has no stage ${name}`);
    return stage;
  }
}

const readStages = (dockerfile: string): readonly Stage[] => {
  const stages: { name: string; base: string; steps: Instruction[] }[] = [];
  for (const instruction of DockerfileParser.parse(readFileSync(dockerfile, 'utf8')).getInstructions()) {
    const [base = '', , name = ''] = instruction.getArguments().map((argument) => argument.getValue());
    if (instruction.getKeyword() === 'FROM') stages.push({ name, base, steps: [] });
    else stages.at(-1)?.steps.push(instruction);
  }
  return stages;
};

/** What a command writes outside its folder: in an engine it would begin without it each time. */
const relativeOutputs = (command: string): readonly string[] => command.match(/\.\.\/\S+/g) ?? [];
