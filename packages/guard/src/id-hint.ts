/**
 * The id by which a route's parameters name the record: `id`, or the only parameter. Empty where it
 * cannot be told. A refusal shows this one and never the record's own, so that it says nothing of
 * what exists.
 */
export function idHint(params: Readonly<Record<string, unknown>>): string {
  const values = Object.values(params)
  const named = Object.hasOwn(params, 'id') ? params.id : undefined
  const id = named ?? (values.length === 1 ? values[0] : undefined)
  return typeof id === 'string' ? id : ''
}
