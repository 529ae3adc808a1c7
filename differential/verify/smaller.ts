import { compilesHere } from './ours.ts'
import { type Json, type VerifyCase, WAYS } from './verify-case.ts'

/**
 * Cases with less in them: a file, an entry of a list, or a field. Policies still compile: one that
 * does not would spoil the answers of all that are asked together.
 */
export function* smallerCases(each: VerifyCase): Generator<VerifyCase> {
  const [plain] = WAYS
  if (plain !== undefined && each.way !== plain) yield { ...each, way: plain }
  for (const [path, content] of Object.entries(each.files)) {
    const { [path]: _, ...others } = each.files
    const isTest = /_test\.json$|testdata/.test(path)
    const smaller = [
      others,
      ...[...smallerValues(content)].map((less) => ({ ...others, [path]: less })),
    ]
    for (const files of smaller) {
      const less = { ...each, files }
      if (isTest || compilesHere(less)) yield less
    }
  }
}

/** The same value without one of its parts, the large ones first. */
function* smallerValues(value: Json): Generator<Json> {
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    for (const index of value.keys()) yield value.filter((_, at) => at !== index)
    for (const [index, item] of value.entries()) {
      for (const less of smallerValues(item)) yield value.with(index, less)
    }
    return
  }
  for (const name of Object.keys(value)) {
    const { [name]: _, ...rest } = value
    yield rest
  }
  for (const [name, item] of Object.entries(value)) {
    for (const less of smallerValues(item)) yield { ...value, [name]: less }
  }
}
