import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/**
 * Builds packages, given by their folders, so that what users run is measured. The runner of these
 * benches compiles sources so that functions keep their names, which makes ours several times
 * slower, but not the peers. So no bench may run with the condition `@lockstitch/source`: built
 * packages would have the sources of those that they import.
 */
export function buildPackages(...folders: readonly string[]): void {
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-b', ...folders], {
    cwd: ROOT,
    stdio: 'inherit',
  })
}

/** Bundles the command line as it is published. */
export function bundleCli(): void {
  execFileSync(process.execPath, ['tools/bundle-cli.mjs'], { cwd: ROOT, stdio: 'inherit' })
}

/** The address of a built file, such as `packages/engine/dist/index.js`. */
export function builtFile(path: string): string {
  return new URL(`../${path}`, import.meta.url).href
}
