import { type CelError, invalidArgument } from '../../errors.ts'
import { BOOL, type CelType, INT, listType, opaqueType, STRING } from '../../types.ts'
import { IndexableOpaque, type Value } from '../../values.ts'
import { listElement } from '../collections.ts'
import { globals, methods, NO_SUCH_OVERLOAD, type Overload, undeclared } from '../overload.ts'

const HIERARCHY = opaqueType('cerbos.lib.hierarchy')

/** A path such as `a.b.c`, as a value. */
class Hierarchy extends IndexableOpaque {
  readonly parts: readonly string[]

  constructor(parts: readonly string[]) {
    super()
    this.parts = parts
  }

  override get celType(): CelType {
    return HIERARCHY
  }

  override equals(other: Value): boolean | CelError {
    if (!(other instanceof Hierarchy)) return other === null ? false : NO_SUCH_OVERLOAD
    return other.parts.length === this.parts.length && isPrefix(this, other)
  }

  override text(): string {
    return this.parts.join('.')
  }

  override at(index: Value): Value | CelError {
    return listElement(this.parts, index)
  }
}

type Relation = (a: Hierarchy, b: Hierarchy) => boolean

/** Hierarchies. @see https://docs.cerbos.dev/cerbos/latest/policies/conditions.html#_hierarchies */
// biome-ignore format: a table
export const HIERARCHIES: readonly Overload[] = [
  ...globals('hierarchy', [
    ['hierarchy_string', [STRING], HIERARCHY, (text: string) => split(text, '.')],
    ['hierarchy_list', [listType(STRING)], HIERARCHY, fromList],
    ['hierarchy_delim', [STRING, STRING], HIERARCHY, split],
  ]),
  ...relation('ancestorOf', 'ancestor_of', isAncestor),
  ...relation('descendentOf', 'descendent_of', (a, b) => isAncestor(b, a)),
  ...relation('immediateParentOf', 'immediate_parent_of', isParent),
  ...relation('immediateChildOf', 'immediate_child_of', (a, b) => isParent(b, a)),
  ...relation('siblingOf', 'sibling_of', isSibling),
  ...relation('overlaps', 'overlaps', (a, b) => isPrefix(a, b) || isPrefix(b, a)),
  ...methods('commonAncestors', [['common_ancestors', [HIERARCHY, HIERARCHY], HIERARCHY, commonAncestors]]),
  ...methods('size', [['hierarchy_size', [HIERARCHY], INT, partCount]]),
  ...undeclared(globals('size', [['hierarchy_size', [HIERARCHY], INT, partCount]])),
  ...globals('_[_]', [['hierarchy_index', [HIERARCHY, INT], STRING, (a: Hierarchy, i: Value) => a.at(i)]]),
]

function relation(name: string, id: string, holds: Relation): readonly Overload[] {
  return methods(name, [[id, [HIERARCHY, HIERARCHY], BOOL, holds]])
}

function split(text: string, delimiter: string): Hierarchy {
  // Go splits at an empty delimiter after each code point.
  return new Hierarchy(delimiter === '' ? [...text] : partsOf(text, delimiter))
}

/** `text.split(delimiter)`, which takes half as long again for the few parts of a hierarchy. */
function partsOf(text: string, delimiter: string): readonly string[] {
  const parts: string[] = []
  let start = 0
  for (let end = text.indexOf(delimiter); end >= 0; end = text.indexOf(delimiter, start)) {
    parts.push(text.slice(start, end))
    start = end + delimiter.length
  }
  parts.push(text.slice(start))
  return parts
}

function fromList(list: readonly Value[]): Hierarchy | CelError {
  const parts = list.filter((part) => typeof part === 'string')
  return parts.length === list.length ? new Hierarchy(parts) : NO_SUCH_OVERLOAD
}

function partCount({ parts }: Hierarchy): number {
  return parts.length
}

function isPrefix(a: Hierarchy, b: Hierarchy): boolean {
  const { length } = a.parts
  if (length > b.parts.length) return false
  for (let i = 0; i < length; i += 1) if (a.parts[i] !== b.parts[i]) return false
  return true
}

function isAncestor(a: Hierarchy, b: Hierarchy): boolean {
  return a.parts.length < b.parts.length && isPrefix(a, b)
}

function isParent(a: Hierarchy, b: Hierarchy): boolean {
  return a.parts.length + 1 === b.parts.length && isPrefix(a, b)
}

function isSibling(a: Hierarchy, b: Hierarchy): boolean {
  const { length } = a.parts
  return length === b.parts.length && a.parts.slice(0, -1).every((part, i) => part === b.parts[i])
}

// Cerbos cuts off a last part that is not there. That is a panic, which ends the evaluation: not
// even `|| true` outweighs it.
const NO_PARTS = invalidArgument('commonAncestors of two empty hierarchies')

/** The longest common beginning; of two hierarchies of equal length without the last part. */
function commonAncestors(a: Hierarchy, b: Hierarchy): Hierarchy {
  if (a.parts.length === 0 && b.parts.length === 0) throw NO_PARTS
  const shorter = a.parts.length <= b.parts.length ? a : b
  const longer = shorter === a ? b : a
  const parts = a.parts.length === b.parts.length ? a.parts.slice(0, -1) : shorter.parts
  const end = parts.findIndex((part, i) => part !== longer.parts[i])
  return new Hierarchy(end < 0 ? parts : parts.slice(0, end))
}
