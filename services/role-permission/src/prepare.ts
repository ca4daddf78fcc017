import type { AnyAccessCommand } from '@rollcall/types/access-commands';
import { isRefusal, type Refusal } from '@rollcall/types/problems';
import type { AccessWish } from './domain/commands.ts';
import { within } from './domain/decide/decide.ts';
import type { AccessState } from './domain/state.ts';
import { keyOwnerOf, type Names, nameOwnerIn } from './names.ts';
import { offerNamed, type PlanOffer } from './plans.ts';

type Kind = 'organization' | 'team' | 'project';

export interface PreparePorts {
  readonly names: Names;
  readonly plans: readonly PlanOffer[];
  /** They came as a list: a refusal says of which it is. */
  readonly isBatch: boolean;
  /** An id for something new; the same for a request that is repeated with its key. */
  newId(): string;
}

/**
 * Makes wishes ready to be decided: gives new things their ids, seals names, and says what plans mean. All that depends on
 * what there is the domain judges afterwards: refused here, what is not there would be told apart from what is hidden.
 */
export const prepare = async (
  wishes: readonly AnyAccessCommand[],
  state: AccessState,
  ports: PreparePorts,
): Promise<readonly AccessWish[] | Refusal> => {
  const preparation = new Preparation(state, ports);
  const ready: AccessWish[] = [];
  for (const [n, wish] of wishes.entries()) {
    const prepared = await preparation.ready(wish);
    if (isRefusal(prepared)) return ports.isBatch ? within(prepared, n) : prepared;
    ready.push(prepared);
  }
  return ready;
};

/** Remembers what the wishes before created: those after may name it. */
class Preparation {
  readonly #state: AccessState;
  readonly #ports: PreparePorts;
  readonly #created = new Map<string, string>();

  constructor(state: AccessState, ports: PreparePorts) {
    this.#state = state;
    this.#ports = ports;
  }

  async ready(wish: AnyAccessCommand): Promise<AccessWish | Refusal> {
    const { names, plans, newId } = this.#ports;
    switch (wish.type) {
      case 'createGroup':
        return { ...wish, groupId: wish.groupId ?? newId() };
      case 'createOrganization': {
        const organizationId = wish.organizationId ?? newId();
        const [plan] = plans;
        if (!plan) throw new Error('there is no plan');
        this.#created.set(`organization:${organizationId}`, organizationId);
        return { ...wish, organizationId, plan, name: await names.seal(organizationId, wish.name) };
      }
      case 'setOrganizationPlan': {
        const offer = offerNamed(plans, wish.plan);
        return isRefusal(offer) ? offer : { ...wish, seats: offer.seats };
      }
      case 'createTeam': {
        const teamId = wish.teamId ?? newId();
        this.#created.set(`team:${teamId}`, wish.organizationId);
        return this.#named({ ...wish, teamId }, this.#ownerOf('organization', wish.organizationId));
      }
      case 'createProject': {
        const projectId = wish.projectId ?? newId();
        const owner = keyOwnerOf(projectId, wish.owner);
        this.#created.set(`project:${projectId}`, owner);
        return this.#named(
          { ...wish, projectId },
          owner === projectId ? projectId : this.#ownerOf('organization', owner),
        );
      }
      case 'renameOrganization':
        return this.#renamed(wish, 'organization', wish.organizationId);
      case 'renameTeam':
        return this.#renamed(wish, 'team', wish.teamId);
      case 'renameProject':
        return this.#renamed(wish, 'project', wish.projectId);
      case 'transferProject': {
        const project = this.#state.projects.get(wish.projectId);
        if (!project) return unsealed(wish);
        const name = await names.open(project.name);
        return this.#named({ ...wish, name: name ?? '' }, keyOwnerOf(wish.projectId, wish.owner));
      }
      default:
        return wish;
    }
  }

  /** Sealed anew a name never looks the same: one that it has already stays as it is. */
  async #renamed<W extends { readonly name: string }>(wish: W, kind: Kind, id: string): Promise<W> {
    const present = { organization: this.#state.organizations, team: this.#state.teams, project: this.#state.projects };
    const sealed = present[kind].get(id)?.name;
    const isSame = sealed !== undefined && (await this.#ports.names.open(sealed)) === wish.name;
    return isSame ? { ...wish, name: sealed } : this.#named(wish, this.#ownerOf(kind, id));
  }

  #ownerOf(kind: Kind, id: string): string | undefined {
    return this.#created.get(`${kind}:${id}`) ?? nameOwnerIn(this.#state, kind, id);
  }

  async #named<W extends { readonly name: string }>(wish: W, owner: string | undefined): Promise<W> {
    return owner === undefined ? unsealed(wish) : { ...wish, name: await this.#ports.names.seal(owner, wish.name) };
  }
}

/** About something that is not there: there is no key to seal its name with. */
const unsealed = <W>(wish: W) => ({ ...wish, name: '', unsealed: true as const });
