import { type ApiClient, createApiClient } from '@rollcall/testing/api-client';
import { createMailbox, tokenIn } from '@rollcall/testing/mailbox';
import { newcomer, registerPerson, type SignedInPerson, signIn } from '@rollcall/testing/people';
import type { Stack } from '@rollcall/testing/stack';
import { waitFor } from '@rollcall/testing/wait-for';
import { builtInPermissions } from '@rollcall/types/permissions';
import { SignUpDesk } from './sign-up-desk.ts';

/** Where mailed links lead. */
type MailedPage = 'verify' | 'reset-password' | 'magic-link' | 'security-actions';

/** The people of a journey over one stack, made when they are first asked for. */
export class Cast {
  readonly api: ApiClient;
  readonly admin: SignedInPerson;
  /** The owner's URL of the database, for what no client can bring about. */
  readonly postgres: string;
  readonly #mail: string;
  readonly #desk: SignUpDesk;
  readonly #known = new Map<string, Promise<SignedInPerson>>();

  private constructor(stack: Stack, admin: SignedInPerson) {
    this.api = createApiClient(stack.gateway);
    this.#mail = stack.mail;
    this.#desk = new SignUpDesk(stack.gateway);
    this.postgres = stack.postgres;
    this.admin = admin;
  }

  /** @param stack one that nobody has signed up at: whoever does first becomes its administrator. */
  static async of(stack: Stack): Promise<Cast> {
    return new Cast(
      stack,
      await registerPerson(createApiClient(stack.gateway), stack.mail, newcomer('admin'), stack.setupToken),
    );
  }

  /** Defines permissions that a journey is about. */
  async define(...names: readonly string[]): Promise<void> {
    for (const name of names) await this.asAdmin('POST', '/v1/permissions', { name, description: 'For a journey.' });
  }

  /** Somebody new with an account, by the quickest public way: an administrator vouches for the address. */
  async somebody(name = 'person'): Promise<SignedInPerson> {
    const person = newcomer(name);
    const { email, username, password } = person;
    const body = { email, username, password, verified: true };
    const created = await this.#desk.create(this.admin.token, body);
    if (created.status !== 201) throw new Error(`no account: ${created.status} ${created.text}`);
    return { ...person, id: JSON.parse(created.text).id, ...(await signIn(this.api, person)) };
  }

  /** The same person every time. */
  named(name: string, prepare: (person: SignedInPerson) => Promise<unknown> = async () => undefined) {
    const known = this.#known.get(name);
    if (known) return known;
    const made = this.somebody(name).then(async (person) => {
      await prepare(person);
      return person;
    });
    this.#known.set(name, made);
    return made;
  }

  /** Somebody who holds just these. */
  holderOf(...permissions: readonly string[]): Promise<SignedInPerson> {
    return this.named(`with-${permissions.join('-').replaceAll('.', '-')}`.slice(0, 20), (person) =>
      this.grant(person, permissions),
    );
  }

  /** Somebody who holds every permission of the product but `admin` and these. */
  holderOfAllBut(permissions: readonly string[]): Promise<SignedInPerson> {
    const rest = Object.keys(builtInPermissions).filter((name) => name !== 'admin' && !permissions.includes(name));
    return this.named(`not-${permissions.join('-').replaceAll('.', '-')}`.slice(0, 20), (person) =>
      this.grant(person, rest),
    );
  }

  async grant({ id }: SignedInPerson, permissions: readonly string[]): Promise<void> {
    for (const name of permissions) await this.asAdmin('PUT', `/v1/users/${id}/permissions/${name}`);
  }

  /** Does something as the administrator that must succeed; answers its body. */
  async asAdmin(method: string, path: string, body?: unknown) {
    const { token } = this.admin;
    const answer = await this.api(method, path, { token, ...(body === undefined ? {} : { body }) });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /**
   * The secret of a mailed link that comes because of `ask`, and of none before.
   *
   * @param page that the link leads to: the same person may await links to others
   */
  async mailedToken(to: string, page: MailedPage, ask: () => Promise<unknown>): Promise<string> {
    const mailbox = createMailbox(this.#mail);
    const links = async () => (await mailbox.all(to)).filter((mail) => mail.text.includes(`/${page}?token=`));
    const before = new Set((await links()).map((mail) => mail.id));
    await ask();
    const mail = await waitFor(`a link to ${page} mailed to ${to}`, async () =>
      (await links()).find(({ id }) => !before.has(id)),
    );
    return tokenIn(mail);
  }
}
