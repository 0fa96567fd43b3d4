// The lint rules: what STYLE asks and a type checker cannot say. One block a concern; every message names the fix.
// Formatting is Prettier's alone; who may import whom is dependency-cruiser's; unused files and exports are knip's.

import prettier from 'eslint-config-prettier';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const CLOCK =
  'Take a Clock by constructor (runtime/core/clock.ts); a test then moves time by hand.';
const RANDOM =
  'Take a Random by constructor (runtime/core/random.ts); a run can then be repeated from its seed.';
const SETTINGS =
  'Read settings from the ResolvedConfig that runtime/config makes; only that folder reads process.env.';

const clockProperties = [
  { object: 'Date', property: 'now', message: `${CLOCK} Ask nowMs().` },
  { object: 'performance', property: 'now', message: `${CLOCK} Ask monotonicMs().` },
];
const randomProperties = [
  { object: 'Math', property: 'random', message: RANDOM },
  { object: 'crypto', property: 'randomUUID', message: RANDOM },
];
const environmentProperties = [{ object: 'process', property: 'env', message: SETTINGS }];
const TIMER = `${CLOCK} Ask after(); a busy loop gives way by nextTurn() of runtime/core/turn.ts.`;
const timerGlobals = ['setTimeout', 'setInterval', 'setImmediate'].map((name) => ({
  name,
  message: TIMER,
}));
const timerImports = ['node:timers', 'node:timers/promises', 'timers', 'timers/promises'].map(
  (name) => ({ name, message: TIMER }),
);
const environmentImports = ['node:process', 'process'].map((name) => ({
  name,
  importNames: ['env'],
  message: SETTINGS,
}));
const timerOfGlobalThis = {
  selector:
    'MemberExpression[object.name=/^(globalThis|window)$/][property.name=/^set(Timeout|Interval|Immediate)$/]',
  message: TIMER,
};
const dateOfNow = {
  selector: 'NewExpression[callee.name="Date"][arguments.length=0]',
  message: `${CLOCK} Write new Date(clock.nowMs()).`,
};
const noEnum = {
  selector: 'TSEnumDeclaration',
  message: 'Use a union of string literals; Node strips types and cannot run an enum.',
};

/** Turns the bans on outside time, chance and environment on or off for some files. */
function bans({ time = true, timers = true, chance = true, environment = true }) {
  const properties = [
    ...(time ? clockProperties : []),
    ...(chance ? randomProperties : []),
    ...(environment ? environmentProperties : []),
  ];
  return {
    // A bare 'error' would keep the options of the block before.
    'no-restricted-properties': properties.length > 0 ? ['error', ...properties] : 'off',
    'no-restricted-globals': timers ? ['error', ...timerGlobals] : 'off',
    'no-restricted-imports': [
      'error',
      { paths: [...(timers ? timerImports : []), ...(environment ? environmentImports : [])] },
    ],
    'no-restricted-syntax': [
      'error',
      noEnum,
      ...(time ? [dateOfNow] : []),
      ...(timers ? [timerOfGlobalThis] : []),
    ],
  };
}

export default defineConfig(
  globalIgnores(['node_modules/', 'out/', '.cache/', 'coverage/']),
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      ...bans({}),
      eqeqeq: 'error',
      'no-console': 'error',
      'no-restricted-exports': [
        'error',
        {
          restrictDefaultExports: {
            direct: true,
            named: true,
            defaultFrom: true,
            namedFrom: true,
            namespaceFrom: true,
          },
        },
      ],
      'max-lines': ['error', { max: 500, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 4],
      'max-depth': ['error', 3],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      // A union must be covered; a `default` counts, because a decoder meets bytes that no type promised.
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: true },
      ],
      // Numbers and booleans print as people expect; an object, a promise or a Pulumi Output does not.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        {
          allowNumber: true,
          allowBoolean: true,
          allowAny: false,
          allowNullish: false,
          allowRegExp: false,
          allowNever: false,
          allowArray: false,
        },
      ],
      // `() => log.info(..)` says the same as a block of one line.
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidOperator: true },
      ],
      // A contract's method stays `async` without an await, so that a throw in it becomes a rejection.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'all' },
      ],
    },
  },
  {
    name: 'where the outside comes in',
    files: ['runtime/core/**/*.ts', 'runtime/config/**/*.ts'],
    rules: bans({ time: false, timers: false, chance: false, environment: false }),
  },
  {
    // The page runs in a browser, may import only types, and is never simulated.
    name: 'the page',
    files: ['runtime/ui/**/*.ts'],
    rules: bans({ time: false, timers: false }),
  },
  {
    name: 'what a terminal shows',
    files: ['runtime/main.ts', 'runtime/console/**/*.ts', 'test/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    // Tools and the engine's loader look for a default export in these places only.
    name: 'default exports that a loader asks for',
    files: [
      '**/*.config.{js,ts}',
      'runtime/jobs/*/job.ts',
      'test/**/jobs/**/*.ts',
      'test/golden/docs/*.ts',
    ],
    rules: { 'no-restricted-exports': 'off' },
  },
  {
    name: 'tests',
    files: ['test/**/*.ts'],
    rules: {
      ...bans({ time: false, environment: false }),
      // A describe block is a list of tests, not a function to be read at once.
      'max-lines-per-function': 'off',
      // A wrong `!` fails the test at that line, which is what a test is for.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/explicit-module-boundary-types': 'off',
    },
  },
  {
    // Whole processes and real sockets are waited for with a deadline; unit tests move the clock instead.
    name: 'tests of processes',
    files: ['test/{bench,contract,e2e,infra,sim,support}/**/*.ts'],
    rules: bans({ time: false, timers: false, environment: false }),
  },
  {
    // The Kubernetes client declares its models as classes and takes and gives plain objects.
    name: 'models of the Kubernetes client',
    files: ['test/e2e/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-misused-spread': 'off',
    },
  },
  { files: ['**/*.{js,cjs,mjs}'], ...tseslint.configs.disableTypeChecked },
  {
    name: 'configuration in JavaScript',
    files: ['**/*.{js,cjs,mjs}'],
    languageOptions: { globals: { module: 'writable' } },
    rules: {
      '@typescript-eslint/explicit-module-boundary-types': 'off',
      '@typescript-eslint/no-require-imports': 'off',
    },
  },
  prettier,
);
