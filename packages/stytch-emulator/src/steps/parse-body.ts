import { StytchFailure } from '../errors.ts'
import { describe, isObject } from '../json.ts'

/** Reads a body as a JSON object; the SDK declares one on every request and often sends none. */
export function parseBody(text: string): object {
  if (text.trim() === '') return {}
  const value = parse(text)
  if (isObject(value)) return value
  throw new StytchFailure('bad_request', `expected a JSON object as body, got ${describe(value)}`)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new StytchFailure(
      'bad_request',
      'expected a JSON object as body, got text that is not JSON',
    )
  }
}
