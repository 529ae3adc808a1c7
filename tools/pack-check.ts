// `npm run pack:check`: packs every public package, checks the tarballs as a consumer's tools would,
// installs them together in an empty project outside the repository, and runs there the code that
// the README shows for the first day.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { repositoryRoot } from './architecture.ts'
import { firstDayFiles } from './first-day.ts'
import { buildPublished, type PackedPackage, packAll, run } from './packed-packages.ts'

const failures: string[] = []
const work = mkdtempSync(join(tmpdir(), 'lockstitch-pack-'))
try {
  step('build', buildPublished)
  const packages = packAll(work)
  for (const each of packages) checkTarball(each)
  step('size', () => run(repositoryRoot, 'npx', ['size-limit']))
  const project = installAll(packages)
  importEverything(project, packages)
  runFirstDay(project)
  runCommandLine(project)
} catch (error) {
  failures.push(error instanceof Error ? error.message : String(error))
} finally {
  rmSync(work, { recursive: true, force: true })
}
for (const failure of failures) say(`FAILED ${failure}`)
say(failures.length === 0 ? 'pack:check: ok' : `pack:check: ${failures.length} failed`)
process.exitCode = failures.length === 0 ? 0 : 1

function checkTarball({ folder, manifest, tarball }: PackedPackage): void {
  step(`${manifest.name}: publint`, () =>
    run(folder, 'npx', ['publint', tarball, '--strict', '--level', 'suggestion']),
  )
  if (manifest.bin !== undefined && Object.keys(manifest.exports ?? {}).length === 0) return
  step(`${manifest.name}: types`, () =>
    run(folder, 'npx', ['attw', tarball, '--profile', 'esm-only', '--quiet']),
  )
}

function installAll(packages: readonly PackedPackage[]): string {
  const project = join(work, 'project')
  const lock: { packages: Record<string, { version: string }> } = JSON.parse(
    readFileSync(join(repositoryRoot, 'package-lock.json'), 'utf8'),
  )
  const locked = (name: string) => lock.packages[`node_modules/${name}`]?.version ?? 'latest'
  const ours = packages.map((each) => each.manifest.name)
  const peers = packages.flatMap((each) => Object.keys(each.manifest.peerDependencies ?? {}))
  const tools = ['typescript', 'tsx', '@types/node', '@types/express']
  const dependencies = Object.fromEntries([
    ...packages.map((each) => [each.manifest.name, `file:${each.tarball}`]),
    ...[...new Set([...peers, ...tools])].map((name) => [name, locked(name)]),
  ])
  mkdirSync(project)
  const manifest = {
    name: 'first-day',
    private: true,
    type: 'module',
    dependencies,
    // A dependency of one of our packages on another has to come from its tarball too.
    overrides: Object.fromEntries(ours.map((name) => [name, `$${name}`])),
  }
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest, null, 2))
  writeFileSync(join(project, '.npmrc'), 'engine-strict=true\nignore-scripts=true\n')
  step('install in an empty project', () =>
    run(project, 'npm', ['install', '--no-audit', '--no-fund']),
  )
  return project
}

function importEverything(project: string, packages: readonly PackedPackage[]): void {
  const names = packages.flatMap(({ manifest }) =>
    Object.keys(manifest.exports ?? {}).map((subpath) => join(manifest.name, subpath)),
  )
  const imports = names.map((name) => {
    return name.endsWith('.json')
      ? `import '${name}' with { type: 'json' }\n`
      : `import '${name}'\n`
  })
  writeFileSync(join(project, 'import-all.mjs'), imports.join(''))
  step('every export can be imported', () => run(project, 'node', ['import-all.mjs']))
}

function runFirstDay(project: string): void {
  for (const [path, text] of firstDayFiles(repositoryRoot)) {
    mkdirSync(join(project, path, '..'), { recursive: true })
    writeFileSync(join(project, path), text)
  }
  step('the first-day code type-checks', () => run(project, 'npx', ['tsc', '-p', '.']))
  step('the first-day code runs', () => {
    const printed = run(project, 'node', ['first-day.mjs'])
    if (!printed.includes('first day: ok')) throw new Error(`it printed:\n${printed}`)
  })
}

function runCommandLine(project: string): void {
  step('the command line compiles the first-day policies', () =>
    run(project, 'npx', ['lockstitch', 'compile', 'policies']),
  )
}

function step(title: string, body: () => unknown): void {
  const started = performance.now()
  try {
    body()
    say(`ok ${title} (${((performance.now() - started) / 1000).toFixed(1)} s)`)
  } catch (error) {
    failures.push(`${title}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
