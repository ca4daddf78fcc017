// Who may import whom. The map and the reasons are in the README beside this file.
const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    rule('no-cycles', 'Two files that need each other are one file, or three.', {}, { circular: true }),
    rule('nothing-unresolved', 'What cannot be found cannot be checked.', {}, { couldNotResolve: true }),
    rule(
      'service-apart-from-service',
      'Services meet over events and signed HTTP, never in code.',
      { path: '^services/([^/]+)/' },
      { path: '^services/([^/]+)/', pathNot: '^services/$1/' },
    ),
    rule(
      'package-never-on-service',
      'Dependencies point one way: services to packages.',
      { path: '^packages/' },
      { path: '^(services|infra)/' },
    ),
    rule(
      'types-at-the-bottom',
      'The contract depends on nothing of ours.',
      { path: '^packages/types/src' },
      { path: '^packages/(?!types/)' },
    ),
    rule(
      'kit-knows-no-database-and-no-bus',
      'The kit is what the database and event packages build on.',
      { path: '^packages/service-kit/src', pathNot: '[.]spec[.]ts$' },
      { path: '^packages/(?!types/|service-kit/)' },
    ),
    rule(
      'event-store-is-pure',
      'The decide loop has no domain, no clock of its own and no I/O: a port has them.',
      { path: '^packages/event-store/src', pathNot: '[.]spec[.]ts$' },
      { pathNot: '^packages/event-store/src' },
    ),
    rule(
      'authorization-is-pure',
      'The check engine has no I/O and no clock; only what reads models as text loads the parser for them.',
      { path: '^packages/authorization/src', pathNot: '([.]spec[.]ts|/dsl[.]ts)$' },
      { pathNot: '^packages/authorization/src' },
    ),
    rule(
      'authorization-checks-without-its-parser',
      'Who has a model in its JSON form never loads the parser.',
      { path: '^packages/authorization/src/graph[.]ts$' },
      { path: '^packages/authorization/src/dsl[.]ts$', reachable: true },
    ),
    rule(
      'domain-is-pure',
      'Rules are plain functions: no framework, no database, no bus, no clock, no randomness.',
      { path: '^services/[^/]+/src/domain/', pathNot: '[.]spec[.]ts$' },
      { pathNot: '^(services/[^/]+/src/domain/|packages/(types|event-store|authorization)/src/)' },
    ),
    rule(
      'store-knows-no-http',
      'Queries do not know who asks.',
      { path: '^services/[^/]+/src/store/', pathNot: '[.]spec[.]ts$' },
      { path: '^services/[^/]+/src/(http|reactions)/' },
    ),
    rule(
      'handlers-get-what-they-are-handed',
      'Handlers and reactions do not wire things: service.ts does.',
      { path: '^services/[^/]+/src/(http|reactions)/', pathNot: '[.]spec[.]ts$' },
      { path: '(^services/[^/]+/src/(service|main)[.]ts$|node_modules/(postgres|nats|pino)/)' },
    ),
    rule(
      'no-reaction-forgotten',
      'A reaction that the service does not name never runs, and its own spec does not notice.',
      { path: '^services/([^/]+)/src/main[.]ts$' },
      { path: '^services/$1/src/reactions/', pathNot: '[.]spec[.]ts$', reachable: false },
    ),
    rule(
      'only-infra-sees-all-services',
      'The launcher alone hosts every service; journeys use the public interface.',
      { path: '^infra/(?!local/)' },
      { path: '^services/' },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(node_modules/(?!@rollcall)|/dist/|/migrations/)' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
    extensions: ['.ts', '.tsx', '.mjs', '.cjs', '.js'],
  },
};
