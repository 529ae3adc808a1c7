import type { CheckInput, PlanInput } from '@lockstitch/engine'

import type { CheckCase } from '../check/policy-set.ts'

/** A question for a plan, and resources to try what is planned on. */
export interface PlanCase extends CheckCase {
  /** The attributes of the resource that the plan knows. */
  readonly known: readonly string[]
  readonly rows: readonly CheckInput['resource'][]
}

/** What is asked. */
export function planInput({ input, known }: PlanCase): PlanInput {
  const { id: _, attr = {}, ...resource } = input.resource
  return { ...input, resource: { ...resource, attr: attributesNamed(attr, known) } }
}

/** The resources that such a plan is about: those that have what it knows, and no more of that. */
export function rowsOf({ input, known, rows }: PlanCase): readonly CheckInput['resource'][] {
  const { resource } = input
  const given = attributesNamed(resource.attr ?? {}, known)
  return [...rows, resource].map((row) => {
    const own = Object.entries(row.attr ?? {}).filter(([name]) => !known.includes(name))
    return { ...resource, id: row.id, attr: { ...Object.fromEntries(own), ...given } }
  })
}

type Attributes = NonNullable<CheckInput['resource']['attr']>

function attributesNamed(attr: Attributes, names: readonly string[]): Attributes {
  return Object.fromEntries(Object.entries(attr).filter(([name]) => names.includes(name)))
}
