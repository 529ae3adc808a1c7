import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'

const PACKAGE = fileURLToPath(new URL('..', import.meta.url))
const POLICIES = fileURLToPath(new URL('fixtures/documents', import.meta.url))

// What npm publishes, in a process of its own; all other tests run the sources.
describe('the bundle', () => {
  beforeAll(async () => {
    const address = new URL('../../../tools/bundle-cli.mjs', import.meta.url).href
    // Plain JavaScript, which has no types.
    const { bundleCli } = (await import(address)) as { bundleCli(): Promise<void> }
    await bundleCli()
  })

  const run = (...args: readonly string[]) =>
    spawnSync(process.execPath, [join(PACKAGE, 'bundle/main.js'), ...args], { encoding: 'utf8' })

  test('says the version of the package', () => {
    const manifest = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8'))
    expect(run('--version').stdout).toBe(`${manifest.version}\n`)
  })

  test('compiles and tests a folder', () => {
    const { status, stdout, stderr } = run('compile', '--json', POLICIES)
    expect(stderr).toBe('')
    expect(JSON.parse(stdout).summary.overallResult).toBe('RESULT_PASSED')
    expect(status).toBe(0)
  })

  test('every command has its help', () => {
    for (const command of ['compile', 'test', 'explain', 'server', 'stytch', 'completion']) {
      expect(run(command, '--help').stdout).toContain(`lockstitch ${command}`)
    }
  })

  test('imports nothing that is not installed with the package, but Node', () => {
    const manifest = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8'))
    const files = readdirSync(join(PACKAGE, 'bundle')).filter((name) => name.endsWith('.js'))
    const imported = files.flatMap((name) => {
      const text = readFileSync(join(PACKAGE, 'bundle', name), 'utf8')
      const imports = text.matchAll(/^(?:import|\} from)[^\n]*?["']([^"'\n]+)["'];?$/gm)
      const lazy = text.matchAll(/await import\("([^"\n]+)"\)/g)
      const required = text.matchAll(/createRequire\w*\(import\.meta\.url\)\(\s*"([^"\n]+)"/g)
      return [...imports, ...lazy, ...required].map(([, from]) => from ?? '')
    })
    const outside = new Set(imported.map((from) => from.replace(/^node:/, '')))
    const others = [...outside].filter(
      (from) => !from.startsWith('./') && !builtinModules.includes(from),
    )
    // A package may be imported by a path in it.
    const packages = others.map((from) => /^(@[^/]+\/)?[^/]+/.exec(from)?.[0])
    expect(new Set(packages)).toEqual(new Set(Object.keys(manifest.dependencies)))
  })

  test('passes on the licences of the libraries in it', () => {
    const text = readFileSync(join(PACKAGE, 'bundle/LICENSES.txt'), 'utf8')
    const bundled = [
      '@bufbuild/re2',
      '@grpc/grpc-js',
      'chokidar',
      'commander',
      'fflate',
      'jose',
      'tar',
    ]
    for (const name of [...bundled, 'yaml']) expect(text).toMatch(new RegExp(`^${name} \\d`, 'm'))
  })
})
