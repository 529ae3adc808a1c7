import { isObject } from '../json.ts'
import { ScimFailure } from './failure.ts'

/** One change of a resource: where, and to what. */
export interface PatchOperation {
  readonly op: 'add' | 'replace' | 'remove'
  /** The attribute; empty where the value has the attributes itself. */
  readonly path: string
  /** The value that is sought behind the attribute: `members[value eq "…"]`. */
  readonly sought: string | undefined
  readonly value: unknown
}

/** Reads what a directory changes. @see https://www.rfc-editor.org/rfc/rfc7644#section-3.5.2 */
export function readPatch(body: { readonly [name: string]: unknown }): readonly PatchOperation[] {
  const { Operations: operations } = body
  if (!Array.isArray(operations))
    throw new ScimFailure(400, 'expected `Operations`', 'invalidValue')
  return operations.flatMap((operation: unknown) => {
    if (!isObject(operation)) throw new ScimFailure(400, 'expected an operation', 'invalidValue')
    const op = String(operation.op).toLowerCase()
    if (op !== 'add' && op !== 'replace' && op !== 'remove')
      throw new ScimFailure(400, '`op` is `add`, `replace` or `remove`', 'invalidValue')
    const [, path = '', sought] =
      /^([\w.:]+)(?:\[value eq "([^"]*)"\])?$/.exec(String(operation.path ?? '')) ?? []
    if (path !== '') return [{ op, path, sought, value: operation.value }]
    if (!isObject(operation.value))
      throw new ScimFailure(400, 'expected a path, or attributes as the value', 'invalidPath')
    return Object.entries(operation.value).map(([name, value]) => ({
      ...{ op, path: name, value },
      sought: undefined,
    }))
  })
}

/** The attribute and the text that a list is filtered by: `userName eq "…"`. */
export function readFilter(
  filter: string | undefined,
): { readonly attribute: string; readonly text: string } | undefined {
  if (filter === undefined || filter === '') return undefined
  const [, attribute, text] = /^\s*([\w.]+)\s+eq\s+"([^"]*)"\s*$/i.exec(filter) ?? []
  if (attribute === undefined || text === undefined)
    throw new ScimFailure(400, 'only `attribute eq "value"` is understood', 'invalidFilter')
  return { attribute, text }
}
