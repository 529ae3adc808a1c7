/**
 * The sign-in that would be enough for what was denied.
 * @see https://www.rfc-editor.org/rfc/rfc9470
 */
export interface StepUp {
  /** Seconds that the sign-in may be old. */
  readonly maxAge: number | null
  /** The kinds of sign-in that are enough, with spaces between them, the best first. */
  readonly acrValues: string | null
}

/** A name of a kind of sign-in: it stands between quotes in a header. */
const acrValue = /^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/

/**
 * What the outputs of policies ask for about an action, in `{"step_up": {"max_age": 600,
 * "acr_values": "mfa"}}`. Where several rules ask, all is asked for that any of them does; what is not of
 * this form asks for nothing, and the denial stays one.
 */
export function readStepUp(outputs: unknown, action: string): StepUp | null {
  if (!Array.isArray(outputs)) return null
  const asked = outputs.flatMap((output: unknown) => {
    if (!isFields(output) || output.action !== action || !isFields(output.value)) return []
    return readEntry(own(output.value, 'step_up'))
  })
  if (asked.length === 0) return null
  const ages = asked.flatMap(({ maxAge }) => maxAge ?? [])
  const values = new Set(asked.flatMap(({ acrValues }) => acrValues?.split(' ') ?? []))
  return {
    maxAge: ages.length === 0 ? null : Math.min(...ages),
    acrValues: values.size === 0 ? null : [...values].join(' '),
  }
}

function readEntry(entry: unknown): StepUp[] {
  if (!isFields(entry)) return []
  const maxAge = own(entry, 'max_age') ?? null
  const acrValues = own(entry, 'acr_values') ?? null
  if (maxAge === null && acrValues === null) return []
  if (maxAge !== null && !isSeconds(maxAge)) return []
  if (acrValues !== null && !isAcrValues(acrValues)) return []
  return [{ maxAge, acrValues }]
}

function isSeconds(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

function isAcrValues(value: unknown): value is string {
  return typeof value === 'string' && value.split(' ').every((each) => acrValue.test(each))
}

function own(fields: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(fields, name) ? fields[name] : undefined
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
