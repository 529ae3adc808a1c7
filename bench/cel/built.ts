import { buildPackages, builtFile } from '../build-packages.ts'

/** The parts of `@lockstitch/cel` that are measured. */
export interface BuiltCel {
  readonly cel: typeof import('../../packages/cel/src/index.ts')
  readonly check: typeof import('../../packages/cel/src/check.ts').check
  readonly declare: typeof import('../../packages/cel/src/check/declarations.ts').declare
  readonly declareFunctions: typeof import('../../packages/cel/src/check/declarations.ts').declareFunctions
  readonly ALL_FUNCTIONS: typeof import('../../packages/cel/src/functions/library.ts').ALL_FUNCTIONS
  readonly CERBOS_FOLDING: typeof import('../../packages/cel/src/cerbos.ts').CERBOS_FOLDING
  readonly CERBOS_FUNCTIONS: typeof import('../../packages/cel/src/cerbos.ts').CERBOS_FUNCTIONS
  readonly ALL_MACROS: typeof import('../../packages/cel/src/extension-macros.ts').ALL_MACROS
}

/** Builds `@lockstitch/cel` and loads what users run. */
export async function buildCel(): Promise<BuiltCel> {
  buildPackages('packages/cel')
  const load = (file: string): Promise<unknown> => import(builtFile(`packages/cel/dist/${file}`))
  const parts = await Promise.all(
    [
      'check.js',
      'check/declarations.js',
      'functions/library.js',
      'cerbos.js',
      'extension-macros.js',
    ].map(load),
  )
  const cel = await load('index.js')
  return Object.assign({ cel }, ...parts) as BuiltCel // The files named beside each field above.
}
