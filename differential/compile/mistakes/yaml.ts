import { copyOf, descendantsOf, type MapNode, raw, setKey } from '../node.ts'
import { bodyOf, inFile, type Mistake, mapsIn, some } from './mistake.ts'

/** What YAML can do, right and wrong: anchors, aliases, merge keys, tags. */
export const YAML_ODDITIES: readonly Mistake[] = [
  inFile('alias of a value', (root, random) => {
    const visited = descendantsOf(root).filter(({ node }) => node.kind !== 'alias')
    const pairs = visited.flatMap((first, index) =>
      visited.slice(index + 1).flatMap((second) => {
        const isAlike =
          first.node.kind === second.node.kind && last(first.field) === last(second.field)
        return isAlike && !second.field.startsWith(first.field) ? [{ first, second }] : []
      }),
    )
    const pair = some(pairs, random)
    if (pair === undefined || pair.first.node.kind === 'alias') return false
    const name = pair.first.node.anchor ?? random.pick(['a', 'base', 'x-1', 'é'])
    pair.first.node.anchor = name
    pair.second.replace({ kind: 'alias', name })
    return true
  }),
  inFile('merge key', (root, random) => {
    const rules = ruleLists(root)
    const first = rules[0]
    if (first === undefined || rules.length < 2) return false
    first.anchor = 'merged'
    const alias = { kind: 'alias' as const, name: 'merged' }
    for (const rule of rules.slice(1)) {
      if (random.chance(0.5)) rule.entries.splice(random.below(rule.entries.length + 1))
      const list = random.chance(0.2) ? { kind: 'list' as const, items: [alias] } : alias
      rule.entries.splice(random.chance(0.8) ? 0 : rule.entries.length, 0, {
        key: '<<',
        value: list,
      })
    }
    return true
  }),
  inFile('merge of what is no mapping', (root, random) => {
    const rule = some(ruleLists(root), random)
    if (rule === undefined) return false
    const values = [
      raw('1'),
      raw(''),
      raw('[1]'),
      raw('[]'),
      raw('{}'),
      raw('{foo: 1}'),
      raw('"a"'),
    ]
    rule.entries.splice(0, 0, { key: '<<', value: random.pick(values) })
    return true
  }),
  inFile('two merge keys', (root) => {
    const rules = ruleLists(root)
    const [first, second] = rules
    if (first === undefined || second === undefined) return false
    first.anchor = 'twice'
    const alias = { kind: 'alias' as const, name: 'twice' }
    second.entries.push({ key: '<<', value: alias }, { key: '<<', value: alias })
    return true
  }),
  inFile('unknown anchor', (root, random) => {
    some(descendantsOf(root), random)?.replace({ kind: 'alias', name: random.pick(['none', 'a']) })
    return true
  }),
  inFile('tag', (root, random) => {
    const visited = some(
      descendantsOf(root).filter(({ node }) => node.kind === 'text' && /^\w+$/.test(node.text)),
      random,
    )
    if (visited?.node.kind !== 'text') return false
    const tag = random.pick(['!!str', '!!int', '!custom', '!!binary', '!!null'])
    visited.replace(raw(`${tag} ${visited.node.text}`))
    return true
  }),
  inFile('negation without quotes', (root, random) => {
    const exprs = descendantsOf(root).filter(({ field }) => last(field) === 'expr')
    some(exprs, random)?.replace(raw(random.pick(['!V.x && true', '! && true', '&& true'])))
    return exprs.length > 0
  }),
  inFile('free data at the top', (root, random) => {
    const value = some(descendantsOf(root), random)
    if (value === undefined) return false
    setKey(root, random.pick(['x-anchors', '.base', '$defs']), copyOf(value.node))
    return true
  }),
]

function ruleLists(root: MapNode): MapNode[] {
  const body = bodyOf(root)
  const rules = [...mapsIn(body, 'rules'), ...mapsIn(body, 'definitions')]
  return rules.filter((rule) => rule.anchor === undefined)
}

function last(field: string): string {
  return field.slice(field.lastIndexOf('.') + 1)
}
