import { type Json, type VerifyCase, WAYS } from './verify-case.ts'

/**
 * Cases with less in them: an entry of a list, or a field. Policies stay as they are: one that does
 * not compile would spoil the answers of all that are asked together.
 */
export function* smallerCases(each: VerifyCase): Generator<VerifyCase> {
  const [plain] = WAYS
  if (plain !== undefined && each.way !== plain) yield { ...each, way: plain }
  for (const [path, content] of Object.entries(each.files)) {
    if (!/_test\.json$|testdata/.test(path)) continue
    for (const less of smallerValues(content)) {
      yield { ...each, files: { ...each.files, [path]: less } }
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
