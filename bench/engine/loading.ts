import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

import { residentMemory } from '../../tools/process-memory.ts'
import { builtFile } from '../build-packages.ts'
import { SETTINGS } from './settings.ts'

/** What a process needed until it could decide. */
export interface Loading {
  readonly seconds: number
  /** Bytes, once the policies are loaded. */
  readonly memory: number
}

const PROGRAM = fileURLToPath(new URL('load-policies.mjs', import.meta.url))

/** Loads a directory in a Node.js process of its own; its start counts, as that of a server does. */
export async function loadInProcess(directory: string, policies: number): Promise<Loading> {
  const start = performance.now()
  const module = builtFile('packages/engine/dist/node.js')
  const child = spawn(process.execPath, [PROGRAM, module, directory, JSON.stringify(SETTINGS)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const loaded = await firstLine(child.stdout)
  const seconds = (performance.now() - start) / 1000
  if (Number(loaded) !== policies) throw new Error(`expected ${policies} policies, got ${loaded}`)
  // Having printed a line, it has not ended.
  const memory = residentMemory(child.pid ?? 0)
  const ended = once(child, 'exit')
  child.stdin.end()
  await ended
  return { seconds, memory }
}

async function firstLine(output: Readable): Promise<string> {
  let text = ''
  output.setEncoding('utf8')
  for await (const chunk of output) {
    text += chunk
    if (text.includes('\n')) return text.trim()
  }
  throw new Error('the process that loads the policies has ended without a word')
}
