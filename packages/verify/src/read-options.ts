import { type Fields, timestampProblem } from '@lockstitch/policy/reading'

import type { TestOptions } from './suite.ts'

/** @see https://docs.cerbos.dev/cerbos/latest/policies/compile#options */
export function readOptions(fields: Fields): TestOptions {
  const globals = fields.jsonMap('globals').map(({ name, value }) => [name, value.value] as const)
  return {
    now: fields.timestamp('now', timestampProblem)?.value,
    lenientScopeSearch: fields.flag('lenientScopeSearch')?.value ?? false,
    strictEvaluation: fields.flag('strictEvaluation')?.value ?? false,
    defaultPolicyVersion: fields.text('defaultPolicyVersion')?.value ?? '',
    defaultScope: fields.text('defaultScope')?.value ?? '',
    globals: objectFrom(globals),
  }
}

/** An object without a prototype, in which any name is just a name. */
export function objectFrom<T>(entries: Iterable<readonly [string, T]>): Record<string, T> {
  const object: Record<string, T> = Object.create(null)
  for (const [name, value] of entries) object[name] = value
  return object
}
