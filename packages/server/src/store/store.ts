import type { JsonValue, SourceFile } from '@lockstitch/policy'

import type { Message } from '../wire/schema.ts'

/** Where policies and schemas are kept. Each call sees one state of it. */
export interface Store {
  /** The name of its driver in Cerbos's configuration. */
  readonly driver: string
  /** All policies, those that are switched off too, by their ids. */
  policies(): Promise<readonly StoredPolicy[]>
  schemas(): Promise<readonly StoredSchema[]>
  /** Absent where only others change what is kept. */
  readonly changes?: StoreChanges
  close(): void
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

/** The changes that a store takes. Each is made as a whole or not at all, and kept when it is told as made. */
export interface StoreChanges {
  /** Adds policies, or puts them in place of those with the same name. */
  putPolicies(policies: readonly Message[]): number
  /** Tells how many there were. */
  deletePolicies(ids: readonly string[]): number
  setDisabled(ids: readonly string[], disabled: boolean): number
  putSchemas(schemas: readonly StoredSchema[]): void
  deleteSchemas(ids: readonly string[]): number
  /** Forgets what policies were before, but for the last of them. Tells how many were forgotten. */
  purgeRevisions(keepLast: number): number
  /**
   * Makes changes together and keeps them only when what comes of them is accepted. What `accept` throws
   * is thrown.
   */
  transaction<Result>(change: () => Result, accept: (files: readonly SourceFile[]) => void): Result
}

/** The files of a store that are in force: what an engine is made of. */
export async function filesInForce(store: Store): Promise<readonly SourceFile[]> {
  return filesOf(await store.policies(), await store.schemas())
}

/** Policies and schemas as files. */
export function filesOf(
  policies: readonly StoredPolicy[],
  schemas: readonly StoredSchema[],
): readonly SourceFile[] {
  return [
    ...policies.filter(({ disabled }) => !disabled).map(({ file }) => file),
    ...schemas.map(({ id, text }) => ({ path: `_schemas/${id}`, text })),
  ]
}
