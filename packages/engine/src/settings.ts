import type { JsonValue } from '@lockstitch/policy'

import { requireEnforcement, type SchemaEnforcement } from './schemas.ts'
import { readSettings } from './validate-input.ts'

/** How an engine decides, apart from its policies. */
export interface Settings {
  /** Whether an error in a condition denies. Cerbos's default skips the rule, even a DENY. */
  readonly strictEvaluation: boolean
  /** Whether a scope without policies has the rights of its nearest ancestor. */
  readonly lenientScopeSearch: boolean
  /** The policy version of a request that names none. */
  readonly defaultPolicyVersion: string
  /** The scope of a request that names none. */
  readonly defaultScope: string
  /**
   * Whether attributes are validated by the schemas that policies name: not at all, to be told what
   * is wrong, or to deny every action of a request with something wrong.
   */
  readonly schemaEnforcement: SchemaEnforcement
  /** What conditions read as `globals`. A number is a double; an int of CEL is a bigint. */
  readonly globals: Globals
}

/** Values by name. */
export type Globals = Readonly<Record<string, GlobalValue>>

/** JSON, in which there may be integers. */
export type GlobalValue =
  | JsonValue
  | bigint
  | readonly GlobalValue[]
  | { readonly [key: string]: GlobalValue }

/** Strict and lenient on purpose: no error lets anyone in, no missing scope locks everyone out. */
export const DEFAULT_SETTINGS: Settings = {
  strictEvaluation: true,
  lenientScopeSearch: true,
  defaultPolicyVersion: 'default',
  defaultScope: '',
  schemaEnforcement: 'none',
  globals: {},
}

/** The settings that a caller gives, completed by the defaults. */
export function settingsFrom(given: Partial<Settings>): Settings {
  return readSettings({
    // Whatever else a program without types gives is no word for letting more in.
    strictEvaluation: given.strictEvaluation !== false,
    lenientScopeSearch: (given.lenientScopeSearch ?? true) === true,
    defaultPolicyVersion: given.defaultPolicyVersion || DEFAULT_SETTINGS.defaultPolicyVersion,
    defaultScope: given.defaultScope ?? DEFAULT_SETTINGS.defaultScope,
    schemaEnforcement: requireEnforcement(
      given.schemaEnforcement ?? DEFAULT_SETTINGS.schemaEnforcement,
    ),
    globals: given.globals ?? DEFAULT_SETTINGS.globals,
  })
}
