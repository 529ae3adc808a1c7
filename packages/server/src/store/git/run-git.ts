import { type ChildProcess, spawn } from 'node:child_process'

import type { GitAccess } from './git-access.ts'

/** Why `git` did not do what it was told, without a secret. */
export class GitError extends Error {
  override readonly name = 'GitError'
}

const MAX_MESSAGE = 2_000

/**
 * Runs `git` and gives what it writes. Rejects with a {@link GitError} when it fails, and when the
 * signal ends it, together with whatever it has started.
 */
export function runGit(
  access: GitAccess,
  args: readonly string[],
  { signal, input }: { readonly signal: AbortSignal; readonly input?: string },
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string, cause?: unknown): void =>
      reject(new GitError(cleaned(reason, access.secrets), { cause }))
    if (signal.aborted) {
      fail(whyAborted(signal))
      return
    }
    const child = spawn('git', [...access.options, ...args], {
      env: access.env,
      // A group of its own, so that what it has started ends with it.
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    const end = (): void => killGroup(child)
    signal.addEventListener('abort', end, { once: true })
    const written: Buffer[] = []
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => written.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => {
      if (said.length < MAX_MESSAGE) said += chunk.toString('utf8')
    })
    // It may end without reading all of it.
    child.stdin.on('error', () => {})
    child.stdin.end(input)
    child.once('error', (cause) => {
      signal.removeEventListener('abort', end)
      fail('the program `git`, which reads the repository, cannot be started', cause)
    })
    child.once('close', (code) => {
      signal.removeEventListener('abort', end)
      if (signal.aborted) fail(whyAborted(signal))
      else if (code === 0) resolve(Buffer.concat(written))
      else fail(said.trim() || `git ended with ${code}`)
    })
  })
}

function whyAborted({ reason }: AbortSignal): string {
  const isLate = reason instanceof Error && reason.name === 'TimeoutError'
  return isLate ? 'the repository did not answer in time' : 'the store is closed'
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended already.
  }
}

/** What `git` says, in one line and without what nobody is to read. */
function cleaned(text: string, secrets: readonly string[]): string {
  const named = secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), text)
  return named
    .replaceAll(/\/\/[^/@\s]*@/g, '//')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('hint:'))
    .join('; ')
    .slice(0, MAX_MESSAGE)
}
