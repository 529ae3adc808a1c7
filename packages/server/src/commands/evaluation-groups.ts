import type { Attributes } from '@lockstitch/engine'

import type { Entity, Evaluation } from './access-evaluation.ts'

/** Evaluations of one subject in one context. */
export interface EvaluationGroup {
  readonly subject: Entity
  readonly context: Attributes | undefined
  /** One a resource. */
  readonly entries: readonly EvaluationEntry[]
}

interface EvaluationEntry {
  readonly resource: Entity
  readonly actions: string[]
  /** Where the evaluations stand in the request. */
  readonly evaluations: { readonly index: number; readonly action: string }[]
}

/** Puts together what may be decided together: the same to the last property. */
export function groupEvaluations(evaluations: readonly Evaluation[]): readonly EvaluationGroup[] {
  const groups = new Map<string, EvaluationGroup & { readonly entries: EvaluationEntry[] }>()
  const entries = new Map<string, EvaluationEntry>()
  for (const [index, { subject, context, resource, action }] of evaluations.entries()) {
    const groupKey = keyOf([subject, context])
    const group = groups.get(groupKey) ?? { subject, context, entries: [] }
    groups.set(groupKey, group)
    const entryKey = keyOf([groupKey, resource])
    let entry = entries.get(entryKey)
    if (entry === undefined) {
      entry = { resource, actions: [], evaluations: [] }
      entries.set(entryKey, entry)
      group.entries.push(entry)
    }
    if (!entry.actions.includes(action.name)) entry.actions.push(action.name)
    entry.evaluations.push({ index, action: action.name })
  }
  return [...groups.values()]
}

/** The same text for the same JSON; for the same in another order maybe not, which costs time only. */
function keyOf(value: unknown): string {
  return JSON.stringify(value)
}
