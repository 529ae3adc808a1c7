import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** The path of the real Cerbos, or why there is none. */
export function findCerbos(): { readonly path: string } | { readonly missing: string } {
  const name = `@cerbos/cerbos-${process.platform}-${process.arch}`
  try {
    const directory = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`))
    return { path: join(directory, name.slice('@cerbos/'.length)) }
  } catch {
    return { missing: `${name} is not installed: there is nothing to compare with` }
  }
}

/** The path of the real Cerbos. @throws where there is none. */
export function cerbosPath(): string {
  const found = findCerbos()
  if ('missing' in found) throw new Error(found.missing)
  return found.path
}

/**
 * Nothing is to leave this machine. Collecting garbage is most of what Cerbos does while it compiles:
 * it saves memory at any price while a server starts, unless it is told not to.
 */
export const CERBOS_ENVIRONMENT: NodeJS.ProcessEnv = {
  ...process.env,
  CERBOS_NO_TELEMETRY: '1',
  CERBOS_RULE_TABLE_GC_PERCENT: '0',
  GOGC: '800',
}
