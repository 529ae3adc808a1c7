import type { Project } from '../emulation.ts'
import { gather } from '../seed-error.ts'
import { createStore, type Write } from '../store.ts'
import type { PersistedFile } from './persisted-file.ts'
import { readSnapshot, type State } from './snapshot.ts'

/** Gives projects their stores, and tells who must know what is written to them. */
export interface Keeper {
  /** Fills every project's store anew; what is there from the beginning is no event. */
  replant(plant: (project: Project, index: number) => void): void
  /** Puts a snapshot in the place of everything. */
  restore(snapshot: unknown): void
  /** Has everything kept that has changed: called before an answer is sent. */
  settle(): void
}

/** The keeper of an emulator's state, with the file that follows it, if there is one. */
export function createKeeper(
  state: State,
  file: PersistedFile | undefined,
  onWrite: (project: number, write: Write) => void,
): Keeper {
  let isQuiet = false
  let settling: NodeJS.Immediate | undefined

  const settle = (): void => {
    clearImmediate(settling)
    settling = undefined
    file?.flush(state)
  }
  const note = (project: number, write: Write): void => {
    if (isQuiet) return
    onWrite(project, write)
    if (file === undefined) return
    file.note(project, write)
    // What no request has asked for is kept as soon as it is done.
    settling ??= setImmediate(settle)
  }
  const fill = (each: (project: Project, index: number) => void): void => {
    isQuiet = true
    try {
      gather(
        state.projects.map((project, index) => () => {
          project.store = createStore((write) => note(index, write))
          each(project, index)
        }),
      )
    } finally {
      isQuiet = false
    }
    file?.rewrite(state)
  }
  return {
    settle,
    replant: fill,
    restore(snapshot) {
      const { clock, ids, outbox, projects } = state
      const read = readSnapshot(snapshot, projects)
      clock.reset()
      clock.advance(read.clock_advanced_ms)
      ids.reset(read.id_counts)
      outbox.replace(read.messages)
      fill((project, index) => {
        const kept = read.projects[index]
        if (kept === undefined) return
        project.keys.replace(kept.keys)
        kept.fill(project.store)
      })
    },
  }
}
