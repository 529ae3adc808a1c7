import type { CheckInput, Settings } from '@lockstitch/engine'

import { isObject, type Json, type JsonObject } from './json.ts'

/** A policy file. What it is of has a key such as `resourcePolicy`; the rest is its content. */
export interface PolicyFile {
  readonly path: string
  readonly kind: PolicyKind
  /** The policies of a version stand apart from those of others but for their scopes. */
  readonly version: string
  readonly content: JsonObject
  /** What stands beside the content: `disabled`, `metadata`, the deprecated `variables`. */
  readonly head: JsonObject
  /** How the file is spelt: the names of fields, and effects by name or by number. */
  readonly spelling?: 'snake_case' | 'numbers'
}

export type PolicyKind =
  | 'resourcePolicy'
  | 'principalPolicy'
  | 'rolePolicy'
  | 'derivedRoles'
  | 'exportVariables'
  | 'exportConstants'
  | 'schema'

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

/** The text of a file, indented because error reports quote lines. */
export function textOf({ kind, content, head, spelling }: PolicyFile): string {
  if (kind === 'schema') return JSON.stringify(content, null, 1)
  const whole = { apiVersion: 'api.cerbos.dev/v1', ...head, [kind]: content }
  if (spelling === undefined) return JSON.stringify(whole, null, 1)
  return JSON.stringify(spelling === 'numbers' ? numbered(whole) : snakeCased(whole), null, 1)
}

function numbered(json: Json): Json {
  return mapped(json, (name, value) => [
    name,
    (name === 'effect' && ['', 'EFFECT_ALLOW', 'EFFECT_DENY'].indexOf(String(value))) || value,
  ])
}

/** Below these the names are the author's. */
const NAMES_OF_OTHERS: ReadonlySet<string> = new Set(['local', 'annotations', 'attributes'])

function snakeCased(json: Json): Json {
  return mapped(json, (name, value) => [
    name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    value,
  ])
}

function mapped(json: Json, entry: (name: string, value: Json) => readonly [string, Json]): Json {
  if (Array.isArray(json)) return json.map((item) => mapped(item, entry))
  if (!isObject(json)) return json
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) =>
      entry(name, NAMES_OF_OTHERS.has(name) ? value : mapped(value, entry)),
    ),
  )
}
