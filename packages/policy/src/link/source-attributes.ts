import type { DocumentBase } from '../document.ts'
import type { JsonValue, LinkedPolicy } from '../linked.ts'

/** The attributes of a file's source, where its metadata have any. */
export function linkSourceAttributes({
  metadata,
}: DocumentBase): Pick<LinkedPolicy, 'sourceAttributes'> {
  const entries = metadata?.sourceAttributes ?? []
  if (entries.length === 0) return {}
  const sourceAttributes: Record<string, JsonValue> = Object.create(null)
  for (const { name, value } of entries) sourceAttributes[name] = value.value
  return { sourceAttributes }
}
