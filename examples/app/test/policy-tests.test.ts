import { fileURLToPath } from 'node:url'
import { createCoverage, runTests } from '@lockstitch/verify'
import { compileDirectory, readTestFiles, testPolicies } from '@lockstitch/verify/node'
import { describe, expect, test } from 'vitest'

const policies = fileURLToPath(new URL('../policies', import.meta.url))

// The policy tests, a test a row, as an application has them beside its own.
await testPolicies(policies, { describe, test })

test('the policy tests reach every rule and every derived role', async () => {
  const policySet = await compileDirectory(policies)
  const coverage = createCoverage(policySet)
  runTests(policySet, await readTestFiles(policies), { coverage })
  const { rules } = coverage.report()
  expect(rules.length).toBeGreaterThan(15)
  const missing = rules.filter(({ applied }) => applied === 0)
  expect(missing.map(({ name, location }) => `${location.file}:${location.line} ${name}`)).toEqual(
    [],
  )
})

test('the policy tests pass with the defaults of the engine too, which the example runs with', async () => {
  const options = { defaults: 'lockstitch' } as const
  const policySet = await compileDirectory(policies, options)
  const { summary } = runTests(policySet, await readTestFiles(policies), options)
  expect(summary.overallResult).toBe('RESULT_PASSED')
})
