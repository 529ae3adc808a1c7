import { compilePattern, isCelError } from '@lockstitch/cel'

import { decodeBase64, decodeJson } from '../content.ts'
import { quote } from '../go-text.ts'
import type { Schema } from '../validate.ts'
import type { KeywordContext } from './context.ts'

/** The limits of texts, and what is encoded in them. */
export function addStringKeywords(schema: Schema, context: KeywordContext): void {
  const least = context.number('minLength')?.value
  const most = context.number('maxLength')?.value
  if (least !== undefined || most !== undefined) {
    schema.string.push((value, frame) => {
      const length = countCharacters(value)
      if (least !== undefined && length < least) {
        frame.fail('minLength', `length must be >= ${least}, but got ${length}`)
      }
      if (most !== undefined && length > most) {
        frame.fail('maxLength', `length must be <= ${most}, but got ${length}`)
      }
    })
  }

  const pattern = context.json.get('pattern')
  if (typeof pattern === 'string') {
    const matcher = compilePattern(pattern)
    const message = `does not match pattern ${quote(pattern)}`
    schema.string.push((value, frame) => {
      if (isCelError(matcher) || !matcher.test(value)) frame.fail('pattern', message)
    })
  }
  if (context.version >= 7) addContent(schema, context)
}

function addContent(schema: Schema, context: KeywordContext): void {
  const isBase64 = context.json.get('contentEncoding') === 'base64'
  const isEncoded = context.json.has('contentEncoding')
  const isJson = context.json.get('contentMediaType') === 'application/json'
  // Compiled even where it is never used, so that what is wrong in it is found.
  const inner = context.version >= 2019 ? context.inner('contentSchema') : undefined
  if (!isBase64 && !isJson) return
  schema.string.push((value, frame) => {
    const text = isBase64 ? decodeBase64(value) : value
    if (text === undefined) {
      frame.fail('contentEncoding', 'value is not base64 encoded')
      return
    }
    // What is encoded in a way that nobody knows cannot be looked at.
    if (!isJson || (isEncoded && !isBase64)) return
    const content = decodeJson(text)
    if (!content) frame.fail('contentMediaType', "value is not of mediatype 'application/json'")
    else if (inner) frame.content(inner, content.value)
  })
}

function countCharacters(text: string): number {
  let count = 0
  for (const _ of text) count++
  return count
}
