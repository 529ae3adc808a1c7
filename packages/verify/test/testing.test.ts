import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { testPolicies } from '../src/testing.ts'
import { verifyDirectory } from '../src/verify-directory.ts'
import { POLICY } from './suite-cases.ts'

const SUITE = `name: S
principals:
  p: {id: p, roles: [user]}
resources:
  r: {kind: doc, id: r}
tests:
  - name: right
    input: {principals: [p], resources: [r], actions: [view]}
    expected:
      - {principal: p, resource: r, actions: {view: EFFECT_ALLOW}}
`
const WRONG = SUITE.replace('EFFECT_ALLOW', 'EFFECT_DENY').replace('name: right', 'name: wrong')

let root = ''
beforeAll(() => {
  // Below the repository, so that the tests in there find Vitest.
  root = mkdtempSync(join(fileURLToPath(new URL('..', import.meta.url)), '.policy-tests-'))
  write('policies/doc.yaml', POLICY)
  write('policies/a_test.yaml', SUITE)
  write('failing/doc.yaml', POLICY)
  write('failing/a_test.yaml', SUITE)
  write('failing/b_test.yaml', WRONG)
  write('failing/c_test.yaml', 'name: 1\ntests: []\n')
  write('failing/d_test.yaml', `${SUITE}skip: true\n`)
  write('broken/doc.yaml', POLICY.replace('EFFECT_ALLOW', 'ALLOW'))
  write('untested/doc.yaml', POLICY)
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

describe('a framework that notes what it is given', () => {
  test('gets a test for each row, which throws with the reason where it failed', async () => {
    const outcomes = await outcomesOf('failing')
    expect(outcomes).toEqual({
      'a_test.yaml: S / right › p × r › view': 'passes',
      'b_test.yaml: S / wrong › p × r › view':
        'expected DENY, got ALLOW\nview (doc.yaml:6) allows `user`',
      'c_test.yaml: Unknown / can be run':
        'failed to load test suite:\n2:1 tests: value is required',
      'd_test.yaml: S / is skipped': 'skipped',
    })
  })

  test('policies that do not compile reject with the excerpt', async () => {
    await expect(outcomesOf('broken')).rejects.toThrow(/doc\.yaml:8:15 {2}error/)
  })

  test('no tests are no success', async () => {
    await expect(outcomesOf('untested')).rejects.toThrow('has no `_test.yaml` file')
  })

  test('a missing directory is told', async () => {
    await expect(outcomesOf('nowhere')).rejects.toThrow('does not exist')
  })

  test('without a framework it says what to pass', async () => {
    await expect(testPolicies(join(root, 'policies'))).rejects.toThrow('there are no global')
  })
})

test('the results of a directory', async () => {
  const { summary } = await verifyDirectory(join(root, 'failing'))
  expect(summary.overallResult).toBe('RESULT_ERRORED')
})

// A framework of its own process each: how it counts and prints is part of what is tested.
describe('a real framework', () => {
  const program = (imports: string, directory: string, given: string): string => `${imports}
import { testPolicies } from '@lockstitch/verify/node'
await testPolicies(${JSON.stringify(directory)}, ${given})
`
  test('Vitest', () => {
    for (const [directory, status] of [
      ['policies', 0],
      ['failing', 1],
    ] as const) {
      const path = join(root, directory)
      const imports = "import { describe, test } from 'vitest'"
      write(`${directory}/policies.test.ts`, program(imports, path, '{ describe, test }'))
      const run = vitest(path)
      expect({ directory, status: run.status }).toEqual({ directory, status })
      expect(run.stdout).toContain('right › p × r › view')
      if (status === 1) expect(run.stdout).toContain('expected DENY, got ALLOW')
    }
  })

  test('node:test', () => {
    const imports = "import { describe, test } from 'node:test'"
    write('failing/policies.mts', program(imports, join(root, 'failing'), '{ describe, test }'))
    const run = execute([
      '--conditions=@lockstitch/source',
      '--import',
      'tsx',
      '--test',
      join(root, 'failing/policies.mts'),
    ])
    expect(run.status).toBe(1)
    expect(run.stdout).toMatch(/# pass 1\n# fail 2\n[\s\S]*# skipped 1/)
  })
})

// Jest has no TypeScript of its own, so that it takes what is built.
const built = fileURLToPath(new URL('../dist/node.js', import.meta.url))

describe.skipIf(!existsSync(built))(`Jest${existsSync(built) ? '' : ' (nothing is built)'}`, () => {
  test.each([
    [
      'imported functions',
      "import { describe, test } from '@jest/globals'",
      ', { describe, test }',
    ],
    ['global functions', '', ''],
  ])('%s', (_, imports, given) => {
    write('jest/package.json', '{ "type": "module", "jest": {} }')
    write('jest/policies/doc.yaml', POLICY)
    write('jest/policies/a_test.yaml', SUITE)
    write('jest/policies/b_test.yaml', WRONG)
    write('jest/policies/d_test.yaml', `${SUITE}skip: true\n`)
    const directory = join(root, 'jest')
    const program = `${imports}
import { testPolicies } from '@lockstitch/verify/node'
await testPolicies('./policies'${given})
`
    write('jest/policies.test.js', program)
    const run = execute(
      ['--experimental-vm-modules', jest, '--rootDir', directory, '--verbose'],
      directory,
    )
    expect(run.stdout).toContain('expected DENY, got ALLOW')
    expect(run.stdout).toMatch(/Tests: +1 failed, 1 skipped, 1 passed, 3 total/)
    // It is a policy that is wrong, not a line of this package.
    expect(run.stdout).not.toContain('testing.ts')
    expect(run.status).toBe(1)
  })
})

const jest = fileURLToPath(new URL('../../../node_modules/jest/bin/jest.js', import.meta.url))

function vitest(directory: string): { readonly status: number | null; readonly stdout: string } {
  const repository = fileURLToPath(new URL('../../..', import.meta.url))
  const config = join(directory, 'vitest.config.mjs')
  writeFileSync(
    config,
    "const conditions = ['@lockstitch/source']\nexport default { resolve: { conditions }, ssr: { resolve: { conditions } }, test: { include: ['*.test.ts'], reporters: ['verbose'] } }\n",
  )
  return execute([
    join(repository, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--root',
    directory,
    '--config',
    config,
  ])
}

function execute(
  args: readonly string[],
  cwd: string = root,
): {
  readonly status: number | null
  readonly stdout: string
} {
  // A test framework inside another one must not take over the other's settings.
  const { NODE_OPTIONS: _, VITEST: __, NODE_TEST_CONTEXT: ___, ...env } = process.env
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd,
    env,
    encoding: 'utf8',
  })
  return { status, stdout: `${stdout}${stderr}` }
}

/** What each test that is defined comes to when it is run. */
async function outcomesOf(directory: string): Promise<Readonly<Record<string, string>>> {
  const outcomes: Record<string, string> = {}
  let suite = ''
  const describeSuite = (name: string, body: () => void): void => {
    suite = name
    body()
  }
  const define = (name: string, body: () => void): void => {
    try {
      body()
      outcomes[`${suite} / ${name}`] = 'passes'
    } catch (error) {
      outcomes[`${suite} / ${name}`] = error instanceof Error ? error.message : String(error)
    }
  }
  const skip = (name: string): void => {
    outcomes[`${suite} / ${name}`] = 'skipped'
  }
  await testPolicies(join(root, directory), {
    describe: describeSuite,
    test: Object.assign(define, { skip }),
  })
  return outcomes
}
