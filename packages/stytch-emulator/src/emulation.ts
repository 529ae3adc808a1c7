import type { Clock } from './clock.ts'
import type { ProjectSettings } from './entities.ts'
import type { Ids } from './ids.ts'
import type { KeyRing } from './keys.ts'
import type { Outbox } from './outbox.ts'
import type { Store } from './store.ts'

/** What every request may use: a project's own things, and the clock, ids and outbox they share. */
export interface Emulation {
  readonly project: Project
  readonly clock: Clock
  readonly ids: Ids
  readonly outbox: Outbox
  /** The URL that clients reach the emulator by. */
  readonly url: () => string
}

/** A Stytch project: its settings, its keys and what it holds. */
export interface Project {
  readonly settings: ProjectSettings
  readonly keys: KeyRing
  store: Store
}

/** What a request to this project may use. */
export function emulationOf(
  { clock, ids, outbox, url }: Omit<Emulation, 'project'>,
  project: Project,
): Emulation {
  return { project, clock, ids, outbox, url }
}
