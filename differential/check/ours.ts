import { type CheckInput, Engine, type Settings } from '@lockstitch/engine'
import { cerbosPlanner } from '@lockstitch/engine/cerbos-planner'
import { compilePolicies, type LinkedPolicySet } from '@lockstitch/policy'

import { checkByModel, type ModelOutput } from '../../packages/engine/test/model.ts'
import { answerFromOutput, type CheckAnswer } from './answer.ts'
import type { CheckPlant } from './plants.ts'
import { type CheckCase, type PolicySet, textOf } from './policy-set.ts'

/** What our side decides by. A planted bug changes one of them. */
export interface Parts {
  readonly policySet: LinkedPolicySet
  readonly settings: Settings
  readonly input: CheckInput
  readonly compat: 'cerbos' | undefined
}

/** Decides with the engine and, where no bug is planted, asks the model too. */
export function decideBy(plant: CheckPlant | undefined): (each: CheckCase) => CheckAnswer {
  const now = Date.now()
  const engines = new WeakMap<LinkedPolicySet, Map<string, Engine>>()
  return ({ policies, settings, input }) => {
    const compiled = compile(policies)
    if ('reason' in compiled) return { kind: 'refused', reason: compiled.reason }
    const honest: Parts = { ...compiled, settings, input, compat: 'cerbos' }
    const parts = plant?.parts?.(honest) ?? honest
    const engine = engineFor(engines, parts, now)
    const output = engine.check(parts.input)
    const answer = answerFromOutput(plant?.output?.(output, honest) ?? output)
    if (plant !== undefined) return answer
    for (const action of parts.input.actions) {
      // It evaluates less, because it tells nothing else. Of several actions, one may decide for the next: so does Cerbos.
      const single = { ...parts.input, actions: [action] }
      const effect = engine.check(single).actions.get(action)?.effect
      const isAllowed = engine.isAllowed({ ...parts.input, action })
      if (isAllowed !== (effect === 'EFFECT_ALLOW')) throw new Error(`isAllowed differs: ${action}`)
    }
    const { policySet } = compiled
    const model = modelAnswer(checkByModel(policySet, input, settings, 'cerbos', now))
    const agrees =
      JSON.stringify(model) === JSON.stringify({ ...answer, actions: { ...answer.actions } })
    return agrees ? answer : { ...answer, model: JSON.stringify(model) }
  }
}

type Compiled = { readonly policySet: LinkedPolicySet } | { readonly reason: string }
const compiledSets = new WeakMap<PolicySet, Compiled>()

/** Compiles a set as Cerbos does, once. */
export function compile(policies: PolicySet): Compiled {
  const known = compiledSets.get(policies)
  if (known !== undefined) return known
  const files = policies.files.map((file) => ({ path: file.path, text: textOf(file) }))
  const { policySet, diagnostics } = compilePolicies(files, { compat: 'cerbos' })
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  const reason = errors.map(({ file, message }) => `${file}: ${message}`).join('\n')
  const compiled = policySet === undefined ? { reason } : { policySet }
  compiledSets.set(policies, compiled)
  return compiled
}

/** The engine of a set with some settings, made once. */
export function engineFor(
  engines: WeakMap<LinkedPolicySet, Map<string, Engine>>,
  { policySet, settings, compat }: Parts,
  now: number,
): Engine {
  const ofSet = engines.get(policySet) ?? new Map<string, Engine>()
  engines.set(policySet, ofSet)
  const key = JSON.stringify([settings, compat])
  const options = {
    ...settings,
    ...(compat && { compat, planner: cerbosPlanner }),
    clock: () => now,
  }
  const engine = ofSet.get(key) ?? new Engine(policySet, options)
  ofSet.set(key, engine)
  return engine
}

function modelAnswer({
  actions,
  effectiveDerivedRoles,
  outputs,
  validationErrors,
  errors,
}: ModelOutput): CheckAnswer {
  const evaluationErrors = errors.map((text) => {
    const at = text.lastIndexOf(': ')
    return { expression: text.slice(0, at), message: text.slice(at + 2) }
  })
  return answerFromOutput({
    resource: { kind: '', id: '' },
    actions: new Map(Object.entries(actions)),
    effectiveDerivedRoles,
    outputs,
    validationErrors,
    evaluationErrors,
    generation: 1,
  })
}
