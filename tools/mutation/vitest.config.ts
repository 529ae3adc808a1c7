import { defineConfig } from 'vitest/config'

const conditions = ['@lockstitch/source']

/** The tests of the engine that need nothing but themselves: each mutant runs those that reach it. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    setupFiles: ['tools/property-seed.ts'],
    env: { CERBOS_IN_TESTS: 'off', PROPERTY_RUNS: '8' },
    testTimeout: 20_000,
    include: [
      'packages/engine/src/{engine,explain,roles,route-cache,scopes}.test.ts',
      'packages/policy/src/globs.test.ts',
      'packages/engine/test/{cases,invariants,properties}.test.ts',
    ],
  },
})
