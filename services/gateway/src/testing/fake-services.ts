import type { BoundRoute, CallContext, PlainRequest } from '@rollcall/service-kit/call-context';
import { commonVariables, readVariables } from '@rollcall/service-kit/environment';
import { createLogger } from '@rollcall/service-kit/logging';
import { createRouteApp } from '@rollcall/service-kit/route-app';
import type { ServiceDirectory } from '@rollcall/service-kit/service-directory';
import { testEnvironment } from '@rollcall/testing/service-under-test';
import type { Refusal } from '@rollcall/types/problems';
import {
  type AnswerOf,
  type InputOf,
  isSigned,
  type Route,
  type SuccessStatus,
} from '@rollcall/types/route-definition';
import { routeTable } from '@rollcall/types/route-table';
import { readKeySet } from '@rollcall/types/routes/auth/keys';
import { readRevocations } from '@rollcall/types/routes/auth/revocations';
import { eventRoutesOf, readReadinessOf } from '@rollcall/types/routes/every-service';
import { readAccessChanges, readAccessGraph } from '@rollcall/types/routes/role-permission/replication';
import { type ServiceName, serviceNames, statefulServices } from '@rollcall/types/services';

/** What reached a service, after it believed the signature and let the caller in. */
export interface Call {
  readonly service: ServiceName;
  readonly operation: string;
  readonly input: InputOf<Route>;
  readonly context: CallContext;
}

const ownNeeds = [readRevocations.path, readKeySet.path, readAccessGraph.path, readAccessChanges.path];

type Answer = (call: Call) => AnswerOf<Route> | Refusal | Promise<AnswerOf<Route> | Refusal>;

/**
 * All services with all their routes and the real checks in front, but empty behind: each operation is written down and
 * answered with its name, unless a spec says otherwise.
 */
export class FakeServices implements ServiceDirectory {
  readonly calls: Call[] = [];
  /** Answers by `service operation`, or by operation alone. */
  readonly answers = new Map<string, Answer>();
  readonly permissions = new Set<string>();
  readonly down = new Set<ServiceName>();
  /** What was sent on, as `service method target`, let in or not; without what the gateway asks for itself. */
  readonly forwarded: string[] = [];
  readonly #apps = new Map(serviceNames.map((service) => [service, this.#createApp(service)]));

  async send(service: ServiceName, request: Parameters<ServiceDirectory['send']>[1]): Promise<Response> {
    if (!ownNeeds.some((target) => request.target.startsWith(target)))
      this.forwarded.push(`${service} ${request.method} ${request.target}`);
    if (this.down.has(service)) throw new Error(`the spec has switched ${service} off`);
    const app = this.#apps.get(service);
    if (!app) throw new Error(`there is no ${service}`);
    const { method, headers, body } = request;
    return app.request(request.target, { method, headers, body });
  }

  async close(): Promise<void> {
    this.#apps.clear();
  }

  forget(): void {
    this.calls.length = 0;
    this.forwarded.length = 0;
  }

  callsOf(operation: string): Call[] {
    return this.calls.filter((call) => call.operation === operation);
  }

  #createApp(service: ServiceName) {
    const routes = [
      ...routeTable.filter((route) => route.service === service),
      readReadinessOf(service),
      ...statefulServices.filter((name) => name === service).flatMap((name) => Object.values(eventRoutesOf(name))),
    ];
    const { SERVICE_TRUST_KEYS } = readVariables(
      { SERVICE_TRUST_KEYS: commonVariables.SERVICE_TRUST_KEYS },
      testEnvironment(service, 'postgres://unused'),
    );
    return createRouteApp({
      service,
      routes: routes.map((route) => this.#echo(service, route)),
      trustKeys: SERVICE_TRUST_KEYS,
      checkPermission: async (userId, permission) => this.permissions.has(`${userId} ${permission}`),
      log: createLogger(service, 'silent'),
    });
  }

  #echo(service: ServiceName, route: Route): BoundRoute {
    // Nothing is stored here, so nothing is answered once: keys are what the service itself checks.
    const { idempotent: _, ...stateless } = route;
    const operation = route.operationId;
    // A route declares at least one successful status.
    const status = Number(Object.keys(route.responses)[0]) as SuccessStatus;
    return {
      route: stateless,
      ...(route.protocol === undefined ? {} : { respond: async (plain) => this.#plain(service, route, plain) }),
      ...(isSigned(route) ? { admit: () => undefined } : {}),
      handle: async (input, context) => {
        const call = { service, operation, input, context };
        if (!ownNeeds.some((target) => route.path.startsWith(target))) this.calls.push(call);
        const answer = this.answers.get(`${service} ${operation}`) ?? this.answers.get(operation);
        return answer ? answer(call) : { status, body: { operation } };
      },
    };
  }

  /** What speaks a standard's own form is answered with what reached it. */
  #plain(service: ServiceName, { operationId }: Route, { target, headers, body }: PlainRequest): Response {
    if (this.answers.has(`${service} ${operationId}`)) throw new Error('the spec lets this fail');
    return Response.json({
      operation: operationId,
      target,
      headers: Object.fromEntries(headers),
      body: body && Buffer.from(body).toString(),
    });
  }
}
