import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The executable of the real Cerbos, where its package is installed for this machine. */
export function cerbosBinary(): string | undefined {
  const name = `cerbos-${process.platform}-${process.arch}`
  try {
    return createRequire(import.meta.url).resolve(`@cerbos/${name}/${name}`)
  } catch {
    return undefined
  }
}

/** Asks Cerbos to compile each expression as a condition: its messages, none where it accepts. */
export function compileWithCerbos(
  binary: string,
  expressions: readonly string[],
): readonly (readonly string[])[] {
  const directory = mkdtempSync(join(tmpdir(), 'cel-check-'))
  try {
    for (const [i, expr] of expressions.entries()) {
      writeFileSync(join(directory, `${i}.json`), JSON.stringify(policyWith(expr, i)))
    }
    const { stdout, stderr } = spawnSync(binary, ['compile', directory, '-o', 'json'], {
      encoding: 'utf8',
      env: { ...process.env, CERBOS_NO_TELEMETRY: '1' },
      maxBuffer: 100_000_000,
    })
    return readErrors(stdout, stderr, expressions)
  } finally {
    rmSync(directory, { recursive: true })
  }
}

function policyWith(expr: string, i: number): object {
  const condition = { match: { expr } }
  const rule = { actions: ['a'], effect: 'EFFECT_ALLOW', roles: ['*'], condition }
  const resourcePolicy = { resource: `r${i}`, version: 'default', rules: [rule] }
  return { apiVersion: 'api.cerbos.dev/v1', resourcePolicy }
}

interface CompileError {
  readonly file: string
  readonly description: string
}

function readErrors(
  stdout: string,
  stderr: string,
  expressions: readonly string[],
): readonly (readonly string[])[] {
  if (!stdout.includes('compileErrors'))
    throw new Error(`Cerbos gave no errors: ${stdout}${stderr}`)
  const { compileErrors } = JSON.parse(stdout) as {
    readonly compileErrors: { readonly errors: readonly CompileError[] }
  }
  const byFile = new Map(compileErrors.errors.map(({ file, description }) => [file, description]))
  return expressions.map((expr, i) => {
    const prefix = `Invalid expression \`${expr}\`: [`
    const description = byFile.get(`${i}.json`)
    if (description === undefined) return []
    if (!description.startsWith(prefix)) throw new Error(`unexpected answer: ${description}`)
    return splitMessages(description.slice(prefix.length, -1))
  })
}

/** Cerbos joins messages with commas, which they also contain. */
function splitMessages(text: string): readonly string[] {
  return text.split(
    /, (?=undeclared|found no|expected type|expression of|type '|undefined|invalid|'|could|index|too many|error during|unexpected)/,
  )
}
