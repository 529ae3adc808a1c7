import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The parts of `@lockstitch/cel` that are measured. */
export interface BuiltCel {
  readonly cel: typeof import('../../packages/cel/src/index.ts')
  readonly check: typeof import('../../packages/cel/src/check.ts').check
  readonly declare: typeof import('../../packages/cel/src/check/declarations.ts').declare
  readonly declareFunctions: typeof import('../../packages/cel/src/check/declarations.ts').declareFunctions
  readonly ALL_FUNCTIONS: typeof import('../../packages/cel/src/functions/library.ts').ALL_FUNCTIONS
  readonly ALL_MACROS: typeof import('../../packages/cel/src/extension-macros.ts').ALL_MACROS
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/**
 * Builds `@lockstitch/cel` and loads what users run. The runner of these benches compiles sources
 * so that functions keep their names, which makes ours several times slower, but not the peers.
 */
export async function buildCel(): Promise<BuiltCel> {
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-b', 'packages/cel'], {
    cwd: ROOT,
    stdio: 'inherit',
  })
  const load = (file: string): Promise<unknown> => {
    return import(new URL(`../../packages/cel/dist/${file}`, import.meta.url).href)
  }
  const parts = await Promise.all(
    ['check.js', 'check/declarations.js', 'functions/library.js', 'extension-macros.js'].map(load),
  )
  const cel = await load('index.js')
  return Object.assign({ cel }, ...parts) as BuiltCel // The files named beside each field above.
}
