import type { JsonValue } from '../linked.ts'
import type { Path } from './read-place.ts'
import type { YamlNode, YamlScalar } from './yaml-node.ts'

/**
 * The JSON value of a node. Objects have no prototype, so that `__proto__` is a name like any
 * other. Infinities and NaN have no JSON form: they are handed to `invalid`.
 */
export function jsonFrom(
  node: YamlNode,
  path: Path,
  invalid: (scalar: YamlScalar, path: Path) => void,
): JsonValue {
  switch (node.kind) {
    case 'scalar':
      if (node.type !== 'Infinity' && node.type !== 'Nan') return node.value
      invalid(node, path)
      return null
    case 'list':
      return node.items.map((item, key) => jsonFrom(item, { within: path, key }, invalid))
    case 'map': {
      const object: Record<string, JsonValue> = Object.create(null)
      for (const { key, value } of node.entries) {
        object[key] = jsonFrom(value, { within: path, key }, invalid)
      }
      return object
    }
  }
}
