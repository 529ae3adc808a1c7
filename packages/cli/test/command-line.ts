import { spawn } from 'node:child_process'
import { once } from 'node:events'

import type { ExitCode } from '../src/exit-codes.ts'
import { run } from '../src/program.ts'

/** What a command printed and how it ended. */
export interface Ended {
  readonly code: ExitCode
  readonly stdout: string
  readonly stderr: string
}

/** Where a command runs. */
export interface Surroundings {
  readonly terminal?: boolean
  readonly env?: Readonly<Record<string, string>>
  readonly stdin?: string
  /** Ends a command that goes on until it is interrupted. */
  readonly interrupted?: Promise<void>
  readonly onPrint?: (stdout: string) => void
}

/** Runs a command in this process. */
export async function runCommand(
  args: readonly string[],
  { terminal = false, env = {}, stdin = '', interrupted, onPrint }: Surroundings = {},
): Promise<Ended> {
  const printed = { stdout: '', stderr: '' }
  const output = (name: keyof typeof printed) => ({
    write(text: string) {
      printed[name] += text
      onPrint?.(printed.stdout)
    },
    isTerminal: terminal,
    columns: 80,
  })
  const code = await run(args, {
    stdout: output('stdout'),
    stderr: output('stderr'),
    env,
    readStdin: async () => stdin,
    interrupted: () => interrupted ?? Promise.resolve(),
  })
  return { code, ...printed }
}

/** All of it as a person without a terminal would keep it. */
export function transcript(args: readonly string[], { code, stdout, stderr }: Ended): string {
  const errors = stderr === '' ? '' : `[standard error]\n${stderr}`
  return `$ lockstitch ${args.join(' ')}\n${stdout}${errors}[exit code ${code}]\n`
}

const MAIN = new URL('../src/main.ts', import.meta.url).pathname
const FLAGS = ['--import', 'tsx', '--conditions=@lockstitch/source']

/** Runs the executable in a pseudo-terminal of util-linux's `script`. */
export async function runInTerminal(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number | null; readonly output: string }> {
  const command = [process.execPath, ...FLAGS, MAIN, ...args].map(shellQuoted).join(' ')
  const child = spawn(
    'script',
    ['--quiet', '--return', '--command', `stty cols 90; ${command}`, '/dev/null'],
    {
      env: { PATH: process.env.PATH, HOME: process.env.HOME, TERM: 'xterm', ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  const [code] = await once(child, 'close')
  return { code, output: output.replaceAll('\r\n', '\n') }
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
