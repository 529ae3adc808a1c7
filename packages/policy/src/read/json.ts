import type { JsonValue } from '../linked.ts'
import type { Path } from './read-place.ts'
import type { YamlEntry, YamlNode, YamlScalar } from './yaml-node.ts'

/** Is told what has no JSON form: infinities and NaN, and keys that are no names. */
export interface JsonProblems {
  scalar(scalar: YamlScalar, path: Path): void
  key(entry: YamlEntry, within: Path): void
}

/**
 * The JSON value of a node. Objects have no prototype, so that `__proto__` is a name like any
 * other.
 */
export function jsonFrom(node: YamlNode, path: Path, problems: JsonProblems): JsonValue {
  switch (node.kind) {
    case 'scalar':
      if (node.type !== 'Infinity' && node.type !== 'Nan') return node.value
      problems.scalar(node, path)
      return null
    case 'list':
      return node.items.map((item, key) => jsonFrom(item, { within: path, key }, problems))
    case 'map': {
      const object: Record<string, JsonValue> = Object.create(null)
      for (const entry of node.entries) {
        const { key, value } = entry
        if (entry.keyType !== 'String') problems.key(entry, path)
        object[key] = jsonFrom(value, { within: path, key }, problems)
      }
      return object
    }
  }
}
