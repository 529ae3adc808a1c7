import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const NAME = `@cerbos/cerbos-${process.platform}-${process.arch}`

/** The executable of the real Cerbos, or nothing where it is not installed. */
export function findCerbos(): string | undefined {
  try {
    const manifest = createRequire(import.meta.url).resolve(`${NAME}/package.json`)
    return join(dirname(manifest), NAME.slice('@cerbos/'.length))
  } catch {
    return undefined
  }
}

/** What `cerbos compile` came to. */
export interface CompileRun {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** Writes files into an empty directory and has the real Cerbos compile and test it. */
export async function cerbosCompile(
  cerbos: string,
  files: Readonly<Record<string, string>>,
  args: readonly string[],
): Promise<CompileRun> {
  const directory = mkdtempSync(join(tmpdir(), 'lockstitch-verify-'))
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, path)), { recursive: true })
      writeFileSync(join(directory, path), text)
    }
    return await new Promise((resolve) => {
      const options = { env: { ...process.env, CERBOS_NO_TELEMETRY: '1' }, maxBuffer: 1 << 28 }
      execFile(cerbos, ['compile', ...args, directory], options, (error, stdout, stderr) => {
        resolve({ exitCode: Number(error?.code ?? 0), stdout, stderr })
      })
    })
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
