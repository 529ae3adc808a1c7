import type { RecordedSource } from '@lockstitch/engine'
import type { JsonValue, SourceFile } from '@lockstitch/policy'

import type { Message } from '../wire/schema.ts'

/** Where policies and schemas are kept. */
export interface Store {
  /** The name of its driver in Cerbos's configuration. */
  readonly driver: string
  /**
   * What is kept, as one state: never a part of a change; of a store that is watched, `as-seen` by what has
   * just called back. Rejects where it cannot be read.
   */
  read(how?: 'as-seen'): Promise<StoreContents>
  /**
   * Of a store that reads from a copy: makes the copy anew. When it rejects, what is read stays what
   * it was.
   */
  refresh?(): Promise<void>
  /**
   * Calls back when something may have changed; absent where nobody looks. The returned function ends
   * it.
   */
  watch?(onChange: () => void): () => void
  /** Absent where only others change what is kept. */
  readonly changes?: StoreChanges
  /** Gives back all that it holds. What is asked of it afterwards is rejected or empty. */
  close(): void
}

/** What a store has at one time. */
export interface StoreContents {
  /** The driver of the store that has it, which an overlay does not itself. */
  readonly driver: string
  /** The same for the same files: of Git the commit. */
  readonly revision: string
  /** What an engine is made of: policies, and schemas in `_schemas/`. */
  readonly files: readonly SourceFile[]
  /** All policies, those that are switched off too, by their ids. */
  readonly policies: readonly StoredPolicy[]
  readonly schemas: readonly StoredSchema[]
  /** What decision records say of the store. */
  readonly policySource: RecordedSource
  /** What decision records say of the policy of a file. */
  attributesOf(file: string): Readonly<Record<string, JsonValue>> | undefined
  /** What stands before the paths of the files, in messages. */
  readonly directory?: string
}

/** A policy and how the store knows it. */
export interface StoredPolicy {
  /** A path, or the key of the policy: `resource.document.vdefault/acme`. */
  readonly id: string
  readonly file: SourceFile
  readonly disabled: boolean
  /** Where it comes from, for those who ask. */
  readonly attributes: Readonly<Record<string, JsonValue>>
}

export interface StoredSchema {
  readonly id: string
  readonly text: string
}

/** What a store takes changes by. */
export interface StoreChanges {
  /**
   * Makes changes together and keeps them only when what comes of them is accepted: as a whole or not at
   * all. They are kept when the promise is fulfilled; what `accept` throws rejects it.
   */
  transaction<Result>(
    make: (change: StoreChange) => Promise<Result>,
    accept: (files: readonly SourceFile[]) => void,
  ): Promise<Result>
}

/** The changes that can be made. Those that are counted tell how many there were. */
export interface StoreChange {
  /** Adds policies, or puts them in place of those with the same name. */
  putPolicies(policies: readonly Message[]): Promise<number>
  deletePolicies(ids: readonly string[]): Promise<number>
  setDisabled(ids: readonly string[], disabled: boolean): Promise<number>
  putSchemas(schemas: readonly StoredSchema[]): Promise<void>
  deleteSchemas(ids: readonly string[]): Promise<number>
  /** Forgets what policies were before, but for the last of them. */
  purgeRevisions(keepLast: number): Promise<number>
}
