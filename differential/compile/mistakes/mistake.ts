import type { Random } from '../../random.ts'
import type { Folder, PolicyFile } from '../folder.ts'
import { type MapNode, valueAt } from '../node.ts'

/** Something that people get wrong in a policy folder, or an odd way of writing what is right. */
export interface Mistake {
  readonly name: string
  /** Makes it in the folder. False where the folder has nothing to make it in. */
  make(folder: Folder, random: Random): boolean
}

/** A mistake in one file. */
export function inFile(
  name: string,
  make: (root: MapNode, random: Random, folder: Folder) => boolean,
): Mistake {
  return {
    name,
    make(folder, random) {
      const start = random.below(folder.files.length)
      const inOrder = [...folder.files.slice(start), ...folder.files.slice(0, start)]
      return inOrder.some(({ root }) => make(root, random, folder))
    },
  }
}

export const KINDS = [
  'resourcePolicy',
  'principalPolicy',
  'rolePolicy',
  'derivedRoles',
  'exportVariables',
  'exportConstants',
] as const
export type Kind = (typeof KINDS)[number]

/** The mapping under the kind of a file. */
export function bodyOf(root: MapNode, ...kinds: readonly Kind[]): MapNode | undefined {
  const wanted = kinds.length === 0 ? KINDS : kinds
  for (const kind of wanted) {
    const body = valueAt(root, kind)
    if (body?.kind === 'map') return body
  }
  return undefined
}

/** The entries of a list of mappings. */
export function mapsIn(root: MapNode | undefined, key: string): MapNode[] {
  const list = valueAt(root, key)
  if (list?.kind !== 'list') return []
  return list.items.filter((item) => item.kind === 'map')
}

/** Everything that has a name, a condition and an output: rules, actions, definitions. */
export function rulesOf(root: MapNode): MapNode[] {
  const body = bodyOf(root)
  return [...mapsIn(body, 'rules'), ...mapsIn(body, 'definitions')].flatMap((rule) => {
    const actions = valueAt(rule, 'actions')
    const inner =
      actions?.kind === 'list' ? actions.items.filter((item) => item.kind === 'map') : []
    return inner.length > 0 ? inner : [rule]
  })
}

/** One of the items, if there are any. */
export function some<T>(items: readonly T[], random: Random): T | undefined {
  return items.length === 0 ? undefined : random.pick(items)
}

/** The files of a kind. */
export function filesOf(folder: Folder, ...kinds: readonly Kind[]): PolicyFile[] {
  return folder.files.filter(({ root }) => bodyOf(root, ...kinds) !== undefined)
}
