import type { CheckInput, Settings } from '@lockstitch/engine'

import type { JsonObject } from './json.ts'

/** A policy file. What it is of has a key such as `resourcePolicy`; the rest is its content. */
export interface PolicyFile {
  readonly path: string
  readonly kind: PolicyKind
  /** The policies of a version stand apart from those of others but for their scopes. */
  readonly version: string
  readonly content: JsonObject
  /** What stands beside the content: `disabled`, `metadata`, the deprecated `variables`. */
  readonly head: JsonObject
}

export type PolicyKind =
  | 'resourcePolicy'
  | 'principalPolicy'
  | 'rolePolicy'
  | 'derivedRoles'
  | 'exportVariables'
  | 'exportConstants'

/** Policies that are loaded together. Many cases are about one set, so that one server serves them. */
export interface PolicySet {
  readonly files: readonly PolicyFile[]
}

/** A request, and what it is decided by. */
export interface CheckCase {
  readonly policies: PolicySet
  readonly settings: Settings
  readonly input: CheckInput
}

/** The text of a policy file, indented because error reports quote lines. */
export function textOf({ kind, content, head }: PolicyFile): string {
  return JSON.stringify({ apiVersion: 'api.cerbos.dev/v1', ...head, [kind]: content }, null, 1)
}
