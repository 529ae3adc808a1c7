import type { CheckOutput, OutputEntry, ValidationError } from '@lockstitch/engine'

/** A decision in the form in which the two sides are compared. */
export type CheckAnswer = Decision | { readonly kind: 'refused'; readonly reason: string }

interface Decision {
  readonly kind: 'decided'
  /** `ALLOW resource.doc.vdefault/a a` by action. */
  readonly actions: Readonly<Record<string, string>>
  /** Sorted, as are the others: Cerbos tells none of it in an order that can be relied on. */
  readonly derivedRoles: readonly string[]
  readonly outputs: readonly string[]
  /** What schemas found wrong. */
  readonly validationErrors: readonly string[]
  readonly errors: readonly string[]
  /** How the slow model answers differently, if it was asked and does. */
  readonly model?: string
}

/** Our answer, as the engine gives it. */
export function answerFromOutput(output: CheckOutput): Decision {
  const actions = [...output.actions].map(
    ([action, { effect, matchedPolicy, matchedScope }]) =>
      [action, decisionText(effect, matchedPolicy, matchedScope)] as const,
  )
  return {
    kind: 'decided',
    actions: Object.fromEntries(actions),
    derivedRoles: [...output.effectiveDerivedRoles].sort(),
    outputs: output.outputs.map(outputText).sort(),
    validationErrors: output.validationErrors.map(validationErrorText).sort(),
    errors: output.evaluationErrors.map(errorText).sort(),
  }
}

/** The result of a resource in a response of Cerbos. */
export interface CerbosResult {
  readonly actions: Readonly<Record<string, string>>
  readonly meta?: {
    readonly actions?: Readonly<
      Record<string, { readonly matchedPolicy?: string; readonly matchedScope?: string }>
    >
    readonly effectiveDerivedRoles?: readonly string[]
  }
  readonly outputs?: readonly OutputEntry[]
  readonly validationErrors?: readonly Partial<ValidationError>[]
}

/** An error of an evaluation as Cerbos's decision log has it. */
export interface CerbosError {
  readonly celError?: { readonly expression: string; readonly message: string }
}

export function answerFromCerbos(
  { actions, meta, outputs = [], validationErrors = [] }: CerbosResult,
  errors: readonly CerbosError[],
): Decision {
  const decided = Object.entries(actions).map(([action, effect]) => {
    const { matchedPolicy = '', matchedScope = '' } = meta?.actions?.[action] ?? {}
    return [action, decisionText(effect, matchedPolicy, matchedScope)] as const
  })
  return {
    kind: 'decided',
    actions: Object.fromEntries(decided),
    derivedRoles: [...(meta?.effectiveDerivedRoles ?? [])].sort(),
    outputs: outputs.map(outputText).sort(),
    validationErrors: validationErrors.map(validationErrorText).sort(),
    errors: errors.flatMap(({ celError }) => (celError ? [errorText(celError)] : [])).sort(),
  }
}

/** What differs first, in the order of how much it matters. */
export function answerDifference(ours: CheckAnswer, theirs: CheckAnswer): string | undefined {
  if (ours.kind !== theirs.kind)
    return ours.kind === 'refused' ? 'only refused here' : 'only refused by Cerbos'
  if (ours.kind === 'refused' || theirs.kind === 'refused') return undefined
  if (differ(effects(ours), effects(theirs))) return 'effect'
  if (differ(sorted(ours.actions), sorted(theirs.actions))) return 'matched policy or scope'
  if (differ(ours.derivedRoles, theirs.derivedRoles)) return 'derived roles'
  if (differ(ours.outputs, theirs.outputs)) return 'outputs'
  if (differ(ours.validationErrors, theirs.validationErrors)) return 'validation errors'
  if (differ(ours.errors, theirs.errors)) return 'errors'
  return ours.model === undefined ? undefined : 'model'
}

/** Whether the first action is allowed. */
export function isAllow(answer: CheckAnswer): boolean {
  return answer.kind === 'decided' && Object.values(answer.actions)[0]?.startsWith('ALLOW') === true
}

export function hasError(answer: CheckAnswer): boolean {
  return answer.kind === 'refused' || answer.errors.length > 0 || answer.validationErrors.length > 0
}

function effects({ actions }: Decision): readonly string[] {
  return sorted(actions).map((text) => text.replace(/(ALLOW|DENY).*$/s, '$1'))
}

function sorted(actions: Decision['actions']): readonly string[] {
  return Object.entries(actions)
    .map(([action, text]) => `${action} ${text}`)
    .sort()
}

function differ(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) !== JSON.stringify(b)
}

function decisionText(effect: string, policy: string, scope: string): string {
  return `${effect.replace('EFFECT_', '')} ${policy}${scope === '' ? '' : ` ${scope}`}`
}

function outputText(entry: OutputEntry): string {
  const { src, action } = entry
  if ('error' in entry) return `${src} ${action}! ${entry.error}`
  return `${src} ${action}: ${JSON.stringify(entry.val, withSortedKeys)}`
}

/** Cerbos tells some of Go's names of types; of two variables it has another text than of one. */
const NOT_ITERABLE =
  /^(?:got '[^']*', expected iterable type|unsupported comprehension range type: types\.\w+)$/
/** Of some operators it tells which one it was. */
const OPERATOR = /^(no such overload): .*/

/** What a schema found, as text. */
export function validationErrorText({
  source,
  path = '',
  message,
}: Partial<ValidationError>): string {
  return `${source} ${path}: ${message}`
}

/** An error without what differs between the two in other ways than in the cause. */
export function errorText({
  expression,
  message,
}: {
  readonly expression: string
  readonly message: string
}): string {
  const cause = message.replace(OPERATOR, '$1').replace(NOT_ITERABLE, 'expected iterable type')
  return `${expression}: ${cause}`
}

function withSortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
