import type { CheckOutput } from '@lockstitch/engine'

import type { Plain } from '../compare.ts'

/** A `CheckOutput` as protobuf JSON, in which a field without content is left out. */
export interface PlainOutput {
  readonly requestId?: string
  readonly resourceId: string
  readonly actions: Readonly<Record<string, PlainEffect>>
  readonly effectiveDerivedRoles?: readonly string[]
  readonly outputs?: readonly PlainEntry[]
  readonly evaluationErrors?: readonly Plain[]
  readonly validationErrors?: readonly Plain[]
}

interface PlainEffect {
  readonly effect: string
  readonly policy: string
  readonly scope?: string
}

interface PlainEntry {
  readonly src: string
  readonly action?: string
  readonly val?: Plain
  readonly error?: string
}

/** Our answer as Cerbos writes it down. */
export function plainOutput(output: CheckOutput): PlainOutput {
  const actions = [...output.actions].map(([action, decision]) => {
    const { effect, matchedPolicy: policy, matchedScope: scope } = decision
    return [action, { effect, policy, ...(scope !== '' && { scope }) }] as const
  })
  const evaluationErrors = output.evaluationErrors.map(({ expression, message }) => ({
    celError: { expression, message },
  }))
  return {
    ...(output.requestId !== undefined && { requestId: output.requestId }),
    resourceId: output.resource.id,
    actions: Object.fromEntries(actions),
    effectiveDerivedRoles: output.effectiveDerivedRoles,
    outputs: output.outputs,
    evaluationErrors,
    validationErrors: output.validationErrors.map((error) => ({ ...error })),
  }
}

/** What Cerbos tells in no order is sorted: derived roles, and outputs by their source. */
export function comparable(output: PlainOutput): Plain {
  const { effectiveDerivedRoles = [], outputs = [], validationErrors = [] } = output
  return {
    ...output,
    actions: plainActions(output),
    effectiveDerivedRoles: [...effectiveDerivedRoles].sort(),
    outputs: [...outputs].sort((a, b) => compareText(a.src, b.src)).map((each) => ({ ...each })),
    evaluationErrors: output.evaluationErrors ?? [],
    validationErrors: [...validationErrors].sort((a, b) => compareText(place(a), place(b))),
  }
}

function plainActions({ actions }: PlainOutput): Plain {
  return Object.fromEntries(
    Object.entries(actions).map(([action, decision]) => [action, { ...decision }]),
  )
}

function place(error: Plain): string {
  const { source = '', path = '' } = error as { readonly source?: string; readonly path?: string }
  return `${source} ${path}`
}

function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
