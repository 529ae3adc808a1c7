import type { Failure } from '../failure.ts'
import type { Schema } from '../validate.ts'
import type { KeywordContext } from './context.ts'

/** Schemas that are put together: `not`, `allOf`, `anyOf`, `oneOf`, `if`. */
export function addApplicators(schema: Schema, context: KeywordContext): void {
  const not = context.samePlace('not')
  if (not) {
    schema.inPlace.push((value, frame) => {
      if (!frame.samePlace(not, value)) frame.fail('not', 'not failed')
    })
  }
  for (const { keyword, schema: each } of context.list('allOf', 'same')) {
    schema.inPlace.push((value, frame) => {
      const failure = frame.samePlace(each, value)
      if (failure) frame.fail(keyword, 'allOf failed', [failure])
    })
  }
  addAnyOf(schema, context)
  addOneOf(schema, context)
  if (context.version >= 7) addIf(schema, context)
}

function addAnyOf(schema: Schema, context: KeywordContext): void {
  const alternatives = context.list('anyOf', 'same')
  if (alternatives.length === 0) return
  schema.inPlace.push((value, frame) => {
    const causes: Failure[] = []
    // All of them are tried, since each that holds has looked at members of its own.
    for (const { keyword, schema: each } of alternatives) {
      const failure = frame.samePlace(each, value)
      if (failure) causes.push({ message: '', keyword, causes: [failure] })
    }
    if (causes.length === alternatives.length) frame.fail('', 'anyOf failed', causes)
  })
}

function addOneOf(schema: Schema, context: KeywordContext): void {
  const alternatives = context.list('oneOf', 'same')
  if (alternatives.length === 0) return
  schema.inPlace.push((value, frame) => {
    const causes: Failure[] = []
    let first: string | undefined
    for (const { name, keyword, schema: each } of alternatives) {
      const failure = frame.samePlace(each, value)
      if (failure) causes.push({ message: '', keyword, causes: [failure] })
      else if (first === undefined) first = name
      else {
        frame.fail('oneOf', `valid against schemas at indexes ${first} and ${name}`)
        return
      }
    }
    if (first === undefined) frame.fail('', 'oneOf failed', causes)
  })
}

function addIf(schema: Schema, context: KeywordContext): void {
  const condition = context.samePlace('if')
  if (!condition) return
  const consequence = context.samePlace('then')
  const alternative = context.samePlace('else')
  schema.inPlace.push((value, frame) => {
    const holds = frame.samePlace(condition, value) === undefined
    const wanted = holds ? consequence : alternative
    const failure = wanted && frame.samePlace(wanted, value)
    if (failure) frame.fail(holds ? 'then' : 'else', '', [failure])
  })
}
