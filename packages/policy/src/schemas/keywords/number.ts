import { compareWithText, isMultipleOf } from '../decimals.ts'
import { formatDouble } from '../go-text.ts'
import type { SchemaNumber } from '../schema-json.ts'
import type { Schema } from '../validate.ts'
import type { KeywordContext } from './context.ts'

/** The limits of numbers. */
export function addNumberKeywords(schema: Schema, context: KeywordContext): void {
  // In draft 4 `exclusiveMinimum` says how `minimum` is meant.
  const minimumIsExclusive = context.json.get('exclusiveMinimum') === true
  const maximumIsExclusive = context.json.get('exclusiveMaximum') === true
  const minimum = context.number('minimum')
  const maximum = context.number('maximum')
  const exclusiveMinimum = minimumIsExclusive ? minimum : context.number('exclusiveMinimum')
  const exclusiveMaximum = maximumIsExclusive ? maximum : context.number('exclusiveMaximum')

  const limit = (
    keyword: string,
    symbol: string,
    bound: SchemaNumber | undefined,
    holds: (order: number) => boolean,
  ): void => {
    if (!bound) return
    const shown = formatDouble(bound.value)
    schema.number.push((value, frame) => {
      if (holds(compareWithText(value, bound.text))) return
      frame.fail(keyword, `must be ${symbol} ${shown} but found ${formatDouble(value)}`)
    })
  }
  limit('minimum', '>=', minimumIsExclusive ? undefined : minimum, (order) => order >= 0)
  limit('exclusiveMinimum', '>', exclusiveMinimum, (order) => order > 0)
  limit('maximum', '<=', maximumIsExclusive ? undefined : maximum, (order) => order <= 0)
  limit('exclusiveMaximum', '<', exclusiveMaximum, (order) => order < 0)

  const multipleOf = context.number('multipleOf')
  if (!multipleOf) return
  const shown = formatDouble(multipleOf.value)
  schema.number.push((value, frame) => {
    if (isMultipleOf(value, multipleOf.text)) return
    frame.fail('multipleOf', `${formatDouble(value)} not multipleOf ${shown}`)
  })
}
