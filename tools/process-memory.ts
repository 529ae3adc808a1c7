import { readFileSync } from 'node:fs'

// What Linux tells of processes.

/** How much memory a process has at the moment, in bytes. @throws when it has ended */
export function residentMemory(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const kilobytes = /^VmRSS:\s*(\d+) kB$/m.exec(status)?.[1]
  if (kilobytes === undefined) throw new Error(`the process ${pid} has no memory any more`)
  return Number(kilobytes) * 1024
}

/** The processes that a process has started. */
export function childrenOf(pid: number | undefined): readonly number[] {
  const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  return list === '' ? [] : list.split(' ').map(Number)
}
