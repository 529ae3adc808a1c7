import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import { copyOf } from '../classic/copy.ts'

const EDITS = 20
/** Long enough for the edit before to be over, and of no even length, so that no clock is met. */
const BETWEEN = 337

/** A server whose policies are edited. */
export interface EditedServer {
  readonly url: URL
  /** Where its policies are. */
  readonly directory: string
}

/**
 * Edits policies of the classic set and asks until the edit decides. Returns the milliseconds that each took,
 * sorted.
 */
export async function millisUntilInForce(
  server: EditedServer,
  seed: number,
): Promise<Float64Array> {
  const millis: number[] = []
  for (let edit = 0; edit < EDITS; edit += 1) {
    const { kind } = copyOf(edit, seed)
    const file = join(server.directory, 'resource_policies', kind, 'default.yaml')
    const text = await readFile(file, 'utf8')
    if (await isAllowed(server, kind)) throw new Error(`${kind} is for the newcomer already`)
    await pause(BETWEEN)
    const started = performance.now()
    await writeFile(file, text.replace('roles: [admin]', 'roles: [admin, newcomer]'))
    while (!(await isAllowed(server, kind))) await pause(1)
    millis.push(performance.now() - started)
  }
  return Float64Array.from(millis).sort()
}

/** The value of which so great a part of sorted ones is at most as large. */
export function nearestRank(sorted: Float64Array, part: number): number {
  return sorted[Math.ceil(part * sorted.length) - 1] ?? Number.NaN
}

async function isAllowed({ url }: EditedServer, kind: string): Promise<boolean> {
  const response = await fetch(new URL('/api/check/resources', url), {
    method: 'POST',
    body: JSON.stringify({
      principal: { id: 'nobody', roles: ['newcomer'] },
      resources: [{ actions: ['archive'], resource: { kind, id: 'one' } }],
    }),
  })
  const { results } = (await response.json()) as {
    readonly results: readonly { readonly actions: Readonly<Record<string, string>> }[]
  }
  return results[0]?.actions.archive === 'EFFECT_ALLOW'
}
