// Stryker's test runner for these tests: all of them in one process, in which one mutant after the other
// is switched on. A worker for each mutant, as its own runner for Vitest has it, takes ten times as long.
//
// What a mutant leaves behind must not fail the tests of the next one. So a failure counts when the same
// test passes as soon as the mutant is off; otherwise the tests are loaded anew and the mutant is tried again.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'

/** Those of the engine and its globs that need nothing but themselves. */
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
  'packages/engine/src/derived-roles.test.ts',
  'packages/engine/src/find-rows.test.ts',
  'packages/engine/src/rule-table.test.ts',
  'packages/engine/src/routes.test.ts',
  'packages/engine/src/check.test.ts',
  'packages/engine/test/invariants.test.ts',
]
const SETUP = ['tools/property-seed.ts', 'tools/mutation/no-shrinking.ts']
const ENV = { CERBOS_IN_TESTS: 'off', PROPERTY_RUNS: process.env.PROPERTY_RUNS ?? '8' }

const SUCCESS = 0
const FAILED = 1

/** What Stryker's instrumented code reads and writes. */
const state = (globalThis.__stryker__ ??= {})

class InOneProcess {
  #bundle = ''
  #loads = 0
  /** @type {readonly Test[]} */
  #tests = []
  /** How they went without a mutant. Those that are done soon come first. */
  #results = []

  capabilities() {
    return { reloadEnvironment: true }
  }

  async init() {
    Object.assign(process.env, ENV)
    this.#bundle = join(process.cwd(), `mutation-tests-${process.pid}.mjs`)
    await bundle(this.#bundle)
    this.#tests = await this.#load(undefined)
  }

  /** The tests have been run when they were loaded. */
  async dryRun() {
    return { status: 'complete', tests: this.#results, mutantCoverage: state.mutantCoverage }
  }

  async mutantRun({ activeMutant: { id }, testFilter, hitLimit, mutantActivation }) {
    if (mutantActivation === 'static') return this.#runWhenLoaded(id, hitLimit)
    const result = await runAll(selected(this.#tests, testFilter), id, hitLimit)
    if (result.status !== 'killed' || (await this.#passes(result.killedBy[0]))) return result
    this.#tests = await this.#load(undefined)
    return runAll(selected(this.#tests, testFilter), id, hitLimit)
  }

  /** Mutants that are reached while the modules are loaded need modules of their own. */
  async #runWhenLoaded(id, hitLimit) {
    try {
      return await runAll(await this.#load(id), id, hitLimit)
    } catch (error) {
      return { status: 'error', errorMessage: String(error) }
    } finally {
      state.activeMutant = undefined
    }
  }

  async #passes(id) {
    const test = this.#tests.find((each) => each.id === id)
    return (await run(test)) === undefined
  }

  async #load(mutant) {
    state.activeMutant = mutant
    state.hitCount = undefined
    state.notesCoverage = mutant === undefined
    this.#loads += 1
    const { loadTests } = await import(`${pathToFileURL(this.#bundle)}?load=${this.#loads}`)
    const tests = await loadTests()
    state.notesCoverage = false
    // What tests keep for each other is made without the mutant that happens to be the first.
    if (mutant === undefined) {
      this.#results = []
      for (const test of tests) this.#results.push(await resultOf(test))
    }
    const costs = new Map(this.#results.map(({ id, timeSpentMs }) => [id, timeSpentMs]))
    return tests.toSorted((a, b) => costs.get(a.id) - costs.get(b.id))
  }
}

/** @typedef {{ id: string, name: string, run: () => unknown }} Test */

function selected(tests, filter) {
  if (!filter) return tests
  const ids = new Set(filter)
  return tests.filter(({ id }) => ids.has(id))
}

/** Runs tests with a mutant until one fails. */
async function runAll(tests, mutant, hitLimit) {
  state.activeMutant = mutant
  state.hitLimit = hitLimit
  state.hitCount = 0
  let nrOfTests = 0
  try {
    for (const test of tests) {
      const failureMessage = await run(test)
      nrOfTests += 1
      if (state.hitCount > hitLimit) return { status: 'timeout', reason: 'hit limit reached' }
      if (failureMessage !== undefined) {
        return { status: 'killed', killedBy: [test.id], failureMessage, nrOfTests }
      }
    }
    return { status: 'survived', nrOfTests }
  } finally {
    state.activeMutant = undefined
    state.hitCount = undefined
  }
}

/** How a test goes without a mutant; what is reached is noted as reached by it. */
async function resultOf(test) {
  state.currentTestId = test.id
  state.notesCoverage = true
  const started = performance.now()
  const failureMessage = await run(test)
  const told = { id: test.id, name: test.name, timeSpentMs: performance.now() - started }
  state.notesCoverage = false
  state.currentTestId = undefined
  if (failureMessage === undefined) return { ...told, status: SUCCESS }
  return { ...told, status: FAILED, failureMessage }
}

/** Why a test fails; `undefined` when it passes. */
async function run(test) {
  try {
    await test.run()
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** Makes one file of the tests and the sources that are in this folder. */
async function bundle(outfile) {
  const root = process.cwd()
  const code = [
    ...SETUP.map((path) => `import './${path}'`),
    `import { testsOf } from './tools/mutation/collected.ts'`,
    'export const loadTests = async () => [',
    ...TESTS.map((path) => `...(await testsOf('${path}', () => import('./${path}'))),`),
    ']',
  ]
  const { outputFiles } = await build({
    stdin: { contents: code.join('\n'), resolveDir: root },
    write: false,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    packages: 'external',
    plugins: [sourcesOf(root)],
    logLevel: 'error',
  })
  // Noting what is reached takes a quarter of the time, and nobody asks for it with a mutant.
  const noting = /function cover\d*\(\) \{/g
  writeFileSync(outfile, outputFiles[0].text.replaceAll(noting, '$& if (!globalThis.__stryker__.notesCoverage) return;'))
}

/** Our packages are the sources here, `test` and `describe` are ours. */
function sourcesOf(root) {
  return {
    name: 'sources',
    setup(builder) {
      builder.onResolve({ filter: /^@lockstitch\// }, ({ path }) => {
        const [, name, ...sub] = path.split('/')
        const folder = join(root, 'packages', name)
        const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
        return { path: join(folder, exports[['.', ...sub].join('/')]['@lockstitch/source']) }
      })
      builder.onResolve({ filter: /^vitest$/ }, ({ importer }) =>
        importer.endsWith('collected.ts')
          ? { path: 'vitest', external: true }
          : { path: join(root, 'tools/mutation/collected.ts') },
      )
    },
  }
}

const create = () => new InOneProcess()
create.inject = []

export const strykerPlugins = [{ kind: 'TestRunner', name: 'in-one-process', factory: create }]
