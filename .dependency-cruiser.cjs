// Who may import whom: the table of CONTRIBUTING.md ("Who may import whom") as rules, all of them errors.
// Paths are anchored at the root of the repository. Each comment says why the rule exists and how to mend a violation.
// `test/unit/import-rules.test.ts` breaks every rule once, so that none can fall asleep.

/** Interfaces and plain descriptions: what others may know of an extension point. */
const CONTRACTS =
  '^runtime/(operators/operator|connectors/connector|state/(state|operator-state)|shuffle/channel|checkpoint/store)\\.ts$';
const SPECS = [
  '^runtime/(operators|connectors)/spec\\.ts$',
  '^runtime/(operators|connectors)/.*[/-]spec\\.ts$',
];

/** The files that wire concrete classes together: the command, the entry of a slot thread, and a folder of their own. */
const WIRING = '^runtime/(main\\.ts|slot-main\\.ts|cli/)';

/** Node's modules that reach outside of the process or the thread. */
const OUTSIDE =
  '^(node:)?(fs|net|http|http2|https|dgram|dns|tls|timers|worker_threads|child_process|cluster)(/|$)';

const NPM = '(^|/)node_modules/';

/** Pure folders: values in, values out. */
const PURE = '^runtime/(core|cep|graph|time|protocol|checkpoint/decide\\.ts)';

/** What an extension may know of the engine. */
const PLUG_IN_KNOWS = [
  '^runtime/(core|protocol|time|types)/',
  '^runtime/config/defaults\\.ts$',
  CONTRACTS,
  ...SPECS,
];

function error(name, comment, from, to) {
  return { name, severity: 'error', comment, from, to };
}

module.exports = {
  forbidden: [
    error(
      'one-door',
      'infra/ knows the engine through runtime/deployment.ts only: export there what the stack needs.',
      { path: '^infra/' },
      { path: '^runtime/', pathNot: '^runtime/deployment\\.ts$' },
    ),
    error(
      'no-way-back',
      'The engine runs without Pulumi: move what both need behind runtime/deployment.ts.',
      { path: '^runtime/' },
      { path: ['^infra/', `${NPM}@pulumi/`, '^@pulumi/'] },
    ),
    error(
      'pure-outside',
      'Pure folders touch no file, socket, timer or thread: take a contract by constructor, or move the code.',
      { path: PURE },
      { path: OUTSIDE, dependencyTypes: ['core'] },
    ),
    error(
      'pure-npm',
      'Pure folders use no package (protocol/ may use zod): pass in what is needed as a value.',
      { path: PURE },
      { path: NPM, pathNot: `${NPM}(zod/|@types/node/)` },
    ),
    error(
      'pure-zod',
      'Of the pure folders only protocol/ describes what comes from outside with zod.',
      { path: PURE, pathNot: '^runtime/protocol/' },
      { path: `${NPM}zod/` },
    ),
    error(
      'config-npm',
      'config/ reads settings with zod and nothing else from npm.',
      { path: '^runtime/config/' },
      { path: NPM, pathNot: `${NPM}(zod/|@types/node/)` },
    ),
    error(
      'core-alone',
      'core/ is below everything: it imports nothing of ours.',
      { path: '^runtime/core/' },
      { path: '^(runtime|infra)/', pathNot: '^runtime/core/' },
    ),
    error(
      'graph-is-data',
      'graph/ and time/ compile plain data: they know contracts and specs, never who runs them.',
      { path: '^runtime/(graph|time)/' },
      {
        path: '^runtime/',
        pathNot: ['^runtime/(core|graph|time|types|protocol)/', CONTRACTS, ...SPECS],
      },
    ),
    error(
      'cep-is-pure',
      'cep/ runs patterns over values: it knows their spec and core/, never who feeds it.',
      { path: '^runtime/cep/' },
      { path: '^runtime/', pathNot: ['^runtime/(core|cep)/', ...SPECS] },
    ),
    error(
      'api-offline',
      'Describing a job opens nothing: api/ imports core graph time types, contracts, specs and the snapshot of a run.',
      { path: '^runtime/api/' },
      {
        path: '^runtime/',
        pathNot: [
          '^runtime/(api|core|graph|time|types)/',
          '^runtime/protocol/cluster-snapshot\\.ts$',
          CONTRACTS,
          ...SPECS,
        ],
      },
    ),
    error(
      'api-offline-outside',
      'Describing a job opens nothing: a socket or a file belongs in a connector.',
      { path: '^runtime/api/' },
      { path: OUTSIDE, dependencyTypes: ['core'] },
    ),
    error(
      'two-sides',
      'Coordinator and worker may run in different pods: they meet in protocol/.',
      { path: '^runtime/(coordinator|worker)/' },
      { path: '^runtime/(coordinator|worker)/', pathNot: '^runtime/$1/' },
    ),
    error(
      'plug-in',
      'Connectors, state and shuffle are plugged in: they know contracts, core, protocol, time and types, not their users.',
      { path: '^runtime/(connectors|state|shuffle)/' },
      { path: '^runtime/', pathNot: ['^runtime/$1/', ...PLUG_IN_KNOWS] },
    ),
    error(
      'plug-in-operators',
      'Operators are plugged in like connectors; besides, an operator owns its tables of state/ and the automaton of cep/.',
      { path: '^runtime/operators/' },
      { path: '^runtime/', pathNot: ['^runtime/(operators|state|cep)/', ...PLUG_IN_KNOWS] },
    ),
    error(
      'thin-ui',
      'The page imports only types of server/schema.ts or protocol/, and its own files and packages.',
      { path: '^runtime/ui/' },
      {
        path: '^(runtime|infra)/',
        pathNot: ['^runtime/ui/', '^runtime/server/schema\\.ts$', '^runtime/protocol/'],
      },
    ),
    error(
      'thin-ui-types',
      'A browser cannot load the engine: write `import type`.',
      { path: '^runtime/ui/' },
      { path: '^runtime/(server|protocol)/', dependencyTypesNot: ['type-only'] },
    ),
    error(
      'thin-ui-browser',
      'The page runs in a browser, which has no modules of Node.',
      { path: '^runtime/ui/' },
      { dependencyTypes: ['core'] },
    ),
    error(
      'show-only',
      'server/ and console/ show the snapshot of protocol/: add to the snapshot what they need.',
      { path: '^runtime/(server|console)/' },
      {
        path: '^runtime/',
        pathNot: ['^runtime/$1/', '^runtime/(core|protocol)/'],
      },
    ),
    error(
      'one-wiring',
      'Concrete classes meet in main.ts, slot-main.ts or cli/: take the contract by constructor.',
      { path: '^runtime/([^/]+)', pathNot: [WIRING, '^runtime/jobs/'] },
      {
        path: [
          '^runtime/(coordinator|worker|server|console)/',
          '^runtime/(connectors)/[^/]+/',
          '^runtime/(main|slot-main)\\.ts$',
          '^runtime/cli/',
        ],
        pathNot: ['^runtime/$1/', ...SPECS, '^runtime/server/schema\\.ts$'],
      },
    ),
    error(
      'jobs-are-users',
      'A job is written as a user would: it imports runtime/index.ts, its own folder and packages.',
      { path: '^runtime/jobs/([^/]+)/' },
      {
        path: '^(runtime|infra|test)/',
        pathNot: ['^runtime/jobs/$1/', '^runtime/index\\.ts$'],
      },
    ),
    error(
      'clean-cycles',
      'A cycle has no first file to read: move what both need into a third (types count too).',
      {},
      { circular: true },
    ),
    error(
      'clean-orphans',
      'Nothing imports this file and it imports nothing: wire it in or delete it.',
      {
        orphan: true,
        pathNot: [
          '\\.d\\.ts$',
          `${WIRING}`,
          '^runtime/(index|deployment)\\.ts$',
          '^test/',
          CONTRACTS,
        ],
      },
      {},
    ),
    error(
      'clean-tests',
      'What ships does not depend on what checks it: move the code out of test/.',
      { pathNot: '^test/' },
      { path: '^test/' },
    ),
    error(
      'clean-unresolved',
      'The import names nothing: write the `.ts` file, or add the package to package.json.',
      {},
      { couldNotResolve: true },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^test/golden/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json', '.d.ts'],
    },
    cache: false,
  },
};
