import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const conditions = ['@lockstitch/source']

/** The tests of the engine that need nothing but themselves, those first that tell most in least time. */
const TESTS = [
  'packages/engine/src/roles.test.ts',
  'packages/engine/src/scopes.test.ts',
  'packages/policy/src/globs.test.ts',
  'packages/engine/test/cases.test.ts',
  'packages/engine/test/properties.test.ts',
  'packages/engine/src/engine.test.ts',
  'packages/engine/src/explain.test.ts',
  'packages/engine/src/sharing.test.ts',
  'packages/engine/src/route-cache.test.ts',
  'packages/engine/test/invariants.test.ts',
]

/** A mutant is done with at the first test that fails. */
class InThisOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number =>
      TESTS.findIndex((path) => moduleId.endsWith(path))
    return files.toSorted((a, b) => rank(a) - rank(b))
  }
}

/** Each mutant runs those tests that reach it. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    setupFiles: ['tools/property-seed.ts', 'tools/mutation/no-shrinking.ts'],
    env: { CERBOS_IN_TESTS: 'off', PROPERTY_RUNS: '8' },
    // A mutant has a worker of its own all the same, which reads the sources once.
    isolate: false,
    sequence: { sequencer: InThisOrder },
    testTimeout: 20_000,
    include: TESTS,
  },
})
